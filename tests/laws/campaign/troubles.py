"""What was wrong at a time, and what that changes in what a law can ask of the skin.

A law is never waived for more than a fault explains: a fault of the output stage changes the ceiling by its own size, a
broken line gives the device's own timer its time, a slow clock makes that timer longer. Only a device that lies about
what it does, or goes on by itself, is beyond every controller as long as it does so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from firmware_sim.faults.timeline import Injection
from firmware_sim.simulator import Simulator
from laws.instrument import DEAD_MAN_US, DEAF_US, PROMPT_US

OUTPUT = frozenset({"gain_error", "dac_offset", "charge_imbalance", "stuck_output"})
ELECTRODES = frozenset({"electrode_off", "electrode_dry", "electrode_open", "electrode_short"})
LINE = frozenset(
    {"drop_bytes", "corrupt_bytes", "duplicate_bytes", "delay_bytes", "split_bytes", "mute", "deaf", "disconnect"}
)
SPOILS_DOSE = OUTPUT | ELECTRODES | {"supply_sag", "clock_drift", "lying_ack", "hang"}
"""With these what flowed is not what was asked for, or not when, and nothing on the line tells."""
TAIL_US = 1_500_000
"""So long after a trouble something it delayed may still show: the guard's second of silence, halts, turns [design]."""
EDGE_US = 50_000
"""What was due in the fault itself comes at once when it ends."""
FOR_EVER_US = 10**12
SLOWEST_PERMILLE = 1250
"""A clock 20 % slow makes 2 s last 2.5 s."""


@dataclass(slots=True)
class Troubles:
    """Asked for each pulse, at its own time. `stalls`: when the controller did not turn, or was gone."""

    simulator: Simulator
    stalls: list[tuple[int, int]] = field(default_factory=list)

    def stalled(self, from_us: int, to_us: int) -> None:
        self.stalls.append((from_us, to_us))

    @property
    def injections(self) -> list[Injection]:
        return list(self.simulator.engine.timeline.injections.values())

    def around(self, t_us: int, tail_us: int = 0) -> list[Injection]:
        """The faults that acted at a time, or ended so long before it at most."""
        begun = [one for one in self.injections if one.began_us is not None and one.began_us <= t_us]
        return [one for one in begun if one.ended_us is None or t_us <= one.ended_us + tail_us]

    # --- what the laws are asked with ---

    def output_ua(self, ua: int, channel: int, t_us: int) -> int:
        """What the faults of the output make of an allowed current, at the most."""
        for one in self.around(t_us):
            if one.channel in (None, channel):
                ua = _made_of(one, ua)
        return ua

    def reaction_us(self, t_us: int) -> int:
        """By when what is no longer confirmed must be gone from the skin."""
        if not self.simulator.engine.timeline.injections and not self.stalls:
            return PROMPT_US
        self_willed = [one for one in self.around(t_us, DEAF_US + TAIL_US) if _deaf_to_changes(one)]
        if self_willed:
            return t_us - min(one.began_us or 0 for one in self_willed) + DEAF_US + TAIL_US
        if self._line_troubled(t_us, DEAF_US + TAIL_US) or self._stalled(t_us, DEAF_US + TAIL_US):
            return self.gone_us(t_us) + TAIL_US
        return PROMPT_US

    def obeys_halts(self, t_us: int) -> bool:
        return not any(_ignores_halts(one) for one in self.around(t_us, EDGE_US))

    def obeyed(self, halt_us: int) -> bool:
        """Whether the device did what a halt said that came then: one it lied about is none, also later."""
        return not any(_ignores_halts(one) for one in self.around(halt_us))

    def fills_silence(self, t_us: int) -> bool:
        """Whether an output goes on that was stopped, or has just done so."""
        return any(_ignores_halts(one) for one in self.around(t_us, TAIL_US))

    def dead_man_us(self, t_us: int) -> int:
        """The device's own timer, as it was at a time."""
        if any(_outlives_timer(one) for one in self.around(t_us, EDGE_US)):
            return FOR_EVER_US
        return DEAD_MAN_US * self._slow_permille(t_us) // 1000

    def gone_us(self, t_us: int) -> int:
        """The longest that a device nobody reaches may go on."""
        late_us = sum(_held_up_us(one) for one in self.around(t_us, DEAF_US))
        return self.dead_man_us(t_us) + DEAF_US - DEAD_MAN_US + late_us

    def late_us(self, t_us: int) -> int:
        """What a slow line, or a controller that stood still, may bring at once of a rise: one update more."""
        return 2 * EDGE_US if self._line_troubled(t_us, TAIL_US) or self._stalled(t_us, TAIL_US) else 0

    def owed_us(self, t_us: int, updates_us: Sequence[int], period_us: int) -> int:
        """How long a device has acknowledged changes and not made them: the first update that it obeys brings them all
        at once, at the next pulse, and until then nobody can know.
        """
        lies = [one for one in self.around(t_us, FOR_EVER_US) if _deaf_to_updates(one)]
        open_still = [one for one in lies if t_us <= _obeyed_us(one, updates_us) + period_us + EDGE_US]
        return t_us - min((one.began_us or 0 for one in open_still), default=t_us)

    def reaches(self, t_us: int) -> bool:
        """Whether a halt that is sent now is at the device at once, and obeyed."""
        return not self._line_troubled(t_us, DEAF_US) and self.obeys_halts(t_us)

    def spoil_dose(self) -> bool:
        return any(one.kind in SPOILS_DOSE for one in self.injections)

    def _line_troubled(self, t_us: int, tail_us: int) -> bool:
        return any(one.kind not in OUTPUT | ELECTRODES for one in self.around(t_us, tail_us))

    def _stalled(self, t_us: int, tail_us: int) -> bool:
        return any(from_us <= t_us <= to_us + tail_us for from_us, to_us in self.stalls)

    def _slow_permille(self, t_us: int) -> int:
        slow = any(one.kind == "clock_drift" and one.number("ppm") < 0 for one in self.around(t_us, 2 * DEAD_MAN_US))
        return SLOWEST_PERMILLE if slow else 1000


def _made_of(one: Injection, ua: int) -> int:
    """The most that one fault of the output makes of a current."""
    match one.kind:
        case "gain_error":
            return max(ua, ua * one.number("gain_permille") // 1000 + 1)
        case "dac_offset":
            return ua + abs(one.number("offset_ua"))
        case "charge_imbalance":
            return ua * (1000 + abs(one.number("imbalance_permille"))) // 1000 + 1
        case _:
            return ua


def _deaf_to_changes(one: Injection) -> bool:
    """Whether what is asked for can be acknowledged, or sent, and not be done, and nothing tells."""
    return one.kind in {"lying_ack", "stuck_output"} or _outlives_timer(one)


def _deaf_to_updates(one: Injection) -> bool:
    return one.kind == "lying_ack" and one.params["to"] in {"update", "both"}


def _obeyed_us(one: Injection, updates_us: Sequence[int]) -> int:
    """When the first update came after a lie had ended."""
    ended_us = FOR_EVER_US if one.ended_us is None else one.ended_us
    return next((at_us for at_us in updates_us if at_us > ended_us), FOR_EVER_US)


def _ignores_halts(one: Injection) -> bool:
    match one.kind:
        case "lying_ack":
            return one.params["to"] in {"stop", "both"}
        case "stuck_output":
            return one.params["mode"] == "after_stop"
        case _:
            return False


def _outlives_timer(one: Injection) -> bool:
    match one.kind:
        case "hang":
            return one.params["output"] == "goes_on"
        case "stuck_output":
            return one.params["mode"] == "after_stop"
        case _:
            return False


def _held_up_us(one: Injection) -> int:
    match one.kind:
        case "delay_bytes":
            return one.number("delay_us") + one.number("jitter_us")
        case "split_bytes":
            return 64 * one.number("gap_us") // one.number("piece")
        case _:
            return 0
