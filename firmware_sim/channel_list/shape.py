"""Law: a channel-list device has one shape of pulse; a host chooses its width and its current, and nothing else.

Two phases equal and opposite, 100 us apart. The 1 us short behind the second phase takes out what is left on the
electrodes' capacitors; no current source drives it, and it is not part of the points [design].
"""

from functools import lru_cache
from typing import Literal, assert_never

from firmware_sim.stage import Point
from firmware_sim.stage.pulse import Points

GAP_US = 100  # [source: ScienceMode2 document p. 4, ScienceMode1 document p. 3]
SLOT_US = 1_500  # each channel of the list takes so long, at 0 mA too [source: the same documents]
STEP_MA, MOST_MA = 2, 130  # [source: RehaStim2 manual: 0 to 130 mA in 65 steps]

OddCurrents = Literal["down", "up", "as_coded"]


@lru_cache(maxsize=4096)
def biphasic(width_us: int, current_ma: int) -> Points:
    """The points of one pulse."""
    current_ua = current_ma * 1_000
    return Point(width_us, current_ua), Point(GAP_US, 0), Point(width_us, -current_ua)


def played_ma(coded_ma: int, odd: OddCurrents, most_ma: int = MOST_MA) -> int:
    """What the converter makes of a coded current; it has steps of 2 mA."""
    match odd:
        case "down":
            stepped = coded_ma // STEP_MA * STEP_MA
        case "up":
            stepped = -(-coded_ma // STEP_MA) * STEP_MA
        case "as_coded":
            stepped = coded_ma
        case _:
            assert_never(odd)
    return min(stepped, most_ma)
