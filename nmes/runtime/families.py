"""The registry of stimulator families: the one place that ties a driver, its sight, its ceilings and its line together.

Law: whoever needs a device takes a `Family` and asks it; outside `devices` and `guard` nobody names a model. The driver
and the guard's sight of a family share nothing but this row. Both are loaded when a line is opened: a screen that shows
protocols waits for none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from nmes.core.capabilities import Capabilities
from nmes.core.suggest import nearest
from nmes.devices.sciencemode1.rehastim1 import REHASTIM1
from nmes.devices.sciencemode1.rehastim1 import SETTINGS as REHASTIM1_LINE
from nmes.devices.sciencemode2.rehastim2 import REHASTIM2
from nmes.devices.sciencemode2.rehastim2 import SETTINGS as REHASTIM2_LINE
from nmes.devices.sciencemode3.rehamove3 import REHAMOVE3
from nmes.devices.sciencemode3.rehamove3 import SETTINGS as REHAMOVE3_LINE
from nmes.devices.sciencemode4.p24 import P24
from nmes.devices.sciencemode4.p24 import SETTINGS as P24_LINE
from nmes.devices.stimulator import Driver, LinkSettings
from nmes.guard import ceilings
from nmes.guard.ceilings import Ceilings
from nmes.guard.sight import Sight


@dataclass(frozen=True, slots=True)
class Family:
    """One stimulator family. `key` is what a person types, `model` what a person reads."""

    key: str
    model: str
    generation: int
    """Of ScienceMode: 1 to 4."""
    capabilities: Capabilities
    line: LinkSettings
    """How its serial line is opened, and held to be open."""
    new_driver: Callable[[], Driver]
    """One driver for one opened line."""
    new_sight: Callable[[], Sight]
    ceilings: Ceilings
    halt_answer: tuple[int, int] | None = None
    """How a halt is answered, for the keeper: the bits that matter and their value. Each family without a dead-man
    has it."""
    asked_by_halt: bool = False
    """It answers no question, so that nothing but a halt shows whether it is there."""


def _p24_driver() -> Driver:
    from nmes.devices.sciencemode4.driver import P24Driver  # noqa: PLC0415 - not needed for the first paint

    return P24Driver()


def _p24_sight() -> Sight:
    from nmes.guard.sight.sciencemode4 import ScienceMode4Sight  # noqa: PLC0415 - not needed for the first paint

    return ScienceMode4Sight()


def _rehamove3_driver() -> Driver:
    from nmes.devices.sciencemode3.driver import RehaMove3Driver  # noqa: PLC0415 - not needed for the first paint

    return RehaMove3Driver()


def _rehamove3_sight() -> Sight:
    from nmes.guard.sight.sciencemode3 import ScienceMode3Sight  # noqa: PLC0415 - not needed for the first paint

    return ScienceMode3Sight()


def _rehastim2_driver() -> Driver:
    from nmes.devices.sciencemode2.driver import RehaStim2Driver  # noqa: PLC0415 - not needed for the first paint

    return RehaStim2Driver()


def _rehastim2_sight() -> Sight:
    from nmes.guard.sight.sciencemode2 import ScienceMode2Sight  # noqa: PLC0415 - not needed for the first paint

    return ScienceMode2Sight()


def _rehastim1_driver() -> Driver:
    from nmes.devices.sciencemode1.driver import RehaStim1Driver  # noqa: PLC0415 - not needed for the first paint

    return RehaStim1Driver()


def _rehastim1_sight() -> Sight:
    from nmes.guard.sight.sciencemode1 import ScienceMode1Sight  # noqa: PLC0415 - not needed for the first paint

    return ScienceMode1Sight()


DEFAULT: Final = Family("p24", P24.model, 4, P24, P24_LINE, _p24_driver, _p24_sight, ceilings.P24)

FAMILIES: Final[tuple[Family, ...]] = (
    DEFAULT,
    Family(
        "rehamove3",
        REHAMOVE3.model,
        3,
        REHAMOVE3,
        REHAMOVE3_LINE,
        _rehamove3_driver,
        _rehamove3_sight,
        ceilings.REHAMOVE3,
    ),
    Family(
        "rehastim2",
        REHASTIM2.model,
        2,
        REHASTIM2,
        REHASTIM2_LINE,
        _rehastim2_driver,
        _rehastim2_sight,
        ceilings.REHASTIM2,
    ),
    Family(
        "rehastim1",
        REHASTIM1.model,
        1,
        REHASTIM1,
        REHASTIM1_LINE,
        _rehastim1_driver,
        _rehastim1_sight,
        ceilings.REHASTIM1,
        halt_answer=(0xC1, 0x81),  # bits 7-6: a stop; bit 0: done; the others are not specified [source: SM1 Table 3]
        asked_by_halt=True,  # a list, an update, a stop and a single pulse are all it knows [source: SM1 section 5]
    ),
)
"""Newest first."""

KEYS: Final[tuple[str, ...]] = tuple(one.key for one in FAMILIES)


_OTHER_NAMES: Final = {"motionstim8": "rehastim1"}
"""What else is written on a device that is one of these [source: RehaStim 1 and MotionStim 8 are one family]."""


def meant(text: str) -> Family | None:
    """The family a person means, by its key, its model or another name of the device, in whatever letters and spaces;
    None if that is none of them.
    """
    key = _plain(text)
    key = _OTHER_NAMES.get(key, key)
    return next((one for one in FAMILIES if key in (one.key, _plain(one.model))), None)


def near(text: str) -> str:
    """The key of the family whose name is nearest to what a person wrote, as a question; "" if none is near."""
    return nearest(_plain(text), KEYS)


def _plain(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def family(key: str) -> Family:
    """The family of this key; ValueError that names the known ones."""
    for one in FAMILIES:
        if one.key == key:
            return one
    raise ValueError(f'no stimulator family "{key}": there are {", ".join(KEYS)}')


def model_of(key: str) -> str:
    """What people call the family of this key; the key itself where this program does not know it."""
    return family(key).model if key in KEYS else key
