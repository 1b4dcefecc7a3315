"""What was wrong at a time, and what that changes in what a law can ask of the skin.

A law is never waived for more than a fault explains: a fault of the output stage changes the ceiling by its own size,
on its own channel; a line that loses requests gives the device's own timer its time, one that loses answers only the
deadline of an answer; a slow clock makes the timer longer; what had no effect explains nothing. Only a device that lies
about what it does, or goes on by itself, is beyond every controller, as long as it does so and on the channels on which
it does.

A RehaStim 1 has no timer: there the keeper's second stands for it where the program is gone or stands still, and a line
on which nothing is understood leaves the output to the emergency button until a halt arrives again. Its requests are
guarded by a sum of 3 or 5 bits and its answers by nothing, so one that was torn may be taken for another, for as long
as the repetition needs (decision 0045).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from firmware_sim.faults.timeline import Injection
from firmware_sim.simulator import Simulator
from laws.campaign import excuses
from laws.instrument import DEAD_MAN_US, DEAF_US, PROMPT_US, REACTION_US

TAIL_US = 1_500_000
"""So long after a trouble something it delayed may still show: the guard's second of silence, halts, turns [design]."""
EDGE_US = 50_000
"""What was due in the fault itself comes at once when it ends."""
RENEWED_US = 500_000
"""By then another frame has come, so that one which was cut short at the end of a fault takes nothing with it."""
FOR_EVER_US = 10**12
SLOWEST_PERMILLE = 1250
"""A clock 20 % slow makes 2 s last 2.5 s."""
KEPT_US = 1_200_000
"""Without a dead-man: the keeper's second, its halts and the device's answers [design]."""
MISREAD_US = 900_000
"""What was misread is repeated after 200 ms; where that is lost too its answer is missing after 200 ms, three halts
follow, and everything is 0 [design]."""
HALTED_AGAIN_US = 1_500_000
"""What is off is halted once a second [design]."""
Does = Callable[[Injection], bool]


@dataclass(frozen=True, slots=True)
class Silence:
    """A halt was written, or the controller is gone (`written` False): from here on the skin has to fall silent."""

    t_us: int
    written: bool


@dataclass(slots=True)
class Troubles:
    """Asked for each pulse, at its own time and of its channel. `stalls`: when the controller did not turn, or was
    gone.
    """

    simulator: Simulator
    stalls: list[tuple[int, int]] = field(default_factory=list)
    halts: Sequence[int] = ()
    """When halts arrived at the device, in order; whoever judges goes on with it."""

    @property
    def has_timer(self) -> bool:
        """Whether the device ends the output by itself when nobody renews it."""
        return self.simulator.device.model.dead_man_us is not None

    @property
    def has_weak_sum(self) -> bool:
        """Whether a torn request may be taken for another."""
        return self.simulator.device.model.generation == 1

    @property
    def deaf_us(self) -> int:
        """A device that hears nothing stops by itself, or is halted by its keeper; only then."""
        return (self.simulator.device.model.dead_man_us or KEPT_US) + DEAF_US - DEAD_MAN_US

    def stalled(self, from_us: int, to_us: int) -> None:
        self.stalls.append((from_us, to_us))

    @property
    def effective(self) -> list[Injection]:
        """The faults that have changed anything by now, in the order in which they were put in: no other excuses."""
        return [one for one in self.simulator.engine.timeline.injections.values() if one.effects]

    def around(self, t_us: int, tail_us: int = 0) -> list[Injection]:
        """The faults that acted at a time, or ended so long before it at most."""
        begun = [one for one in self.effective if one.began_us is not None and one.began_us <= t_us]
        return [one for one in begun if one.ended_us is None or t_us <= one.ended_us + tail_us]

    def _any(self, does: Does, t_us: int, tail_us: int = 0, channel: int | None = None) -> bool:
        """Whether one of them does that, on this channel where one is named."""
        return any(does(one) and (channel is None or excuses.is_on(one, channel)) for one in self.around(t_us, tail_us))

    # --- what the laws are asked with ---

    def output_ua(self, ua: int, channel: int, t_us: int) -> int:
        """What the faults of the output make of an allowed current, at the most."""
        for one in self.around(t_us):
            if excuses.is_on(one, channel):
                ua = excuses.made_of(one, ua)
        return ua

    def reaction_us(self, t_us: int, channel: int) -> int:
        """By when what is no longer confirmed must be gone from the skin of a channel."""
        if not self.simulator.engine.timeline.injections and not self.stalls:
            return PROMPT_US
        tail_us = self.deaf_us + TAIL_US
        around = self.around(t_us, tail_us)
        beyond = [one for one in self.effective if self._is_cut_off_by(one, t_us, tail_us)]
        lies = [one for one in around if excuses.deaf_to_changes(one) and excuses.is_on(one, channel)]
        self_willed = [*lies, *beyond]
        if self_willed:
            return t_us - min(one.began_us or 0 for one in self_willed) + tail_us
        if any(map(excuses.keeps_requests, around)) or self._stalled(t_us, tail_us):
            return self.gone_us(t_us, channel) + TAIL_US
        return REACTION_US if any(map(excuses.keeps_answers, around)) else PROMPT_US

    def obeys_halts(self, t_us: int, channel: int) -> bool:
        return not self._any(excuses.ignores_halts, t_us, EDGE_US, channel)

    def obeyed(self, halt_us: int, channel: int) -> bool:
        """Whether the device did what a halt said that came then: one it lied about is none, also later."""
        return not self._any(excuses.ignores_halts, halt_us, channel=channel)

    def fills_silence(self, t_us: int, channel: int) -> bool:
        """Whether an output goes on that was stopped, or has just done so."""
        return self._any(excuses.ignores_halts, t_us, TAIL_US, channel)

    def own_will(self, t_us: int, channel: int) -> bool:
        """Whether no controller could end this output now."""
        cut_off = any(self._is_cut_off_by(one, t_us, EDGE_US) for one in self.effective)
        return cut_off or not self.obeys_halts(t_us, channel) or self.dead_man_us(t_us, channel) >= FOR_EVER_US

    def _is_cut_off_by(self, one: Injection, t_us: int, tail_us: int) -> bool:
        """Whether nothing can end the output of a device without a timer then, because of this fault."""
        begun = one.began_us is not None and one.began_us <= t_us
        return not self.has_timer and begun and excuses.cuts_off(one) and t_us <= self._over_us(one) + tail_us

    def _over_us(self, one: Injection) -> int:
        """When a fault was over; one that took the line away, when somebody has come back on another."""
        if one.ended_us is None:
            return FOR_EVER_US
        if one.kind != "disconnect" or self.has_timer:
            return one.ended_us
        return next((at_us for at_us in self.halts if at_us > one.ended_us), FOR_EVER_US)

    def misread(self, t_us: int) -> bool:
        """Whether the device may do what nobody has asked for, because a torn request passed its sum."""
        return self.has_weak_sum and self._any(excuses.tears_requests, t_us, MISREAD_US)

    def is_healed(self, since_us: int, t_us: int) -> bool:
        """Whether what has been wrong since then should have been put right: only a line on which nothing is understood
        keeps it from that.
        """
        cut = any(_meanwhile(one, since_us, t_us) for one in self.effective if excuses.cuts_off(one))
        return t_us - since_us > MISREAD_US and not cut

    def off_is_not_known(self, t_us: int) -> bool:
        """Whether an answer that says off may be none: a lie, or another answer torn; nothing else can be asked."""
        if not self.has_weak_sum:
            return False
        lies = self._any(excuses.ignores_halts, t_us, HALTED_AGAIN_US)
        torn = self._any(excuses.tears_answers, t_us, HALTED_AGAIN_US)
        return lies or (torn and self._any(excuses.keeps_requests, t_us, HALTED_AGAIN_US))

    def withheld_since_us(self, t_us: int, period_us: int) -> int | None:
        """Since when an emergency button has withheld what is given again now; nobody is told of either."""
        if not self.has_weak_sum:
            return None
        held = [one for one in self.around(t_us, period_us + EDGE_US) if excuses.withholds(one)]
        return min((one.began_us or 0 for one in held), default=None)

    def dead_man_us(self, t_us: int, channel: int) -> int:
        """The device's own timer, as it was at a time."""
        if self._any(excuses.outlives_timer, t_us, EDGE_US, channel):
            return FOR_EVER_US
        return self._timer_us(t_us)

    def gone_us(self, t_us: int, channel: int) -> int:
        """The longest that a device nobody reaches may go on."""
        return self.dead_man_us(t_us, channel) + self._late_us(t_us)

    def silent_by_us(self, silence: Silence, channel: int) -> int:
        """When nothing may come any more: at once where the halt was heard and obeyed; else by the device's timer, once
        nothing keeps it from counting.
        """
        t_us = silence.t_us
        if silence.written and self.reaches(t_us, channel):
            return t_us
        late_us = self._timer_us(t_us) + self._late_us(t_us)
        by_us = t_us + late_us
        for one in self.effective:
            outlives = excuses.outlives_timer(one) or (excuses.cuts_off(one) and not self.has_timer)
            if outlives and excuses.is_on(one, channel) and _meanwhile(one, t_us - EDGE_US, by_us, self._over_us(one)):
                by_us = max(by_us, self._over_us(one) + late_us)
        return by_us

    def late_us(self, t_us: int) -> int:
        """What a slow line, or a controller that stood still, may bring at once of a rise: one update more."""
        troubled = self._any(_keeps_frames, t_us, TAIL_US) or self._stalled(t_us, TAIL_US)
        return 2 * EDGE_US if troubled else 0

    def slow_us(self, t_us: int, period_us: int) -> int:
        """By how much a slow clock makes the time from pulse to pulse longer, in which a change waits for its pulse."""
        longer_us = period_us * (SLOWEST_PERMILLE - 1000) // 1000
        return min(longer_us, 2 * EDGE_US) if self._any(excuses.slows_clock, t_us, TAIL_US) else 0

    def owed_us(self, t_us: int, updates_us: Sequence[int], period_us: int) -> int:
        """How long a device has acknowledged changes and not made them: the first update that it obeys brings them all
        at once, at the next pulse, and until then nobody can know.
        """
        lies = [one for one in self.around(t_us, FOR_EVER_US) if excuses.deaf_to_updates(one)]
        open_still = [one for one in lies if t_us <= _obeyed_us(one, updates_us) + period_us + EDGE_US]
        return t_us - min((one.began_us or 0 for one in open_still), default=t_us)

    def swallows_bursts(self, t_us: int, burst_us: int) -> bool:
        """Whether the end of a burst may have caught up with its beginning on a slow line: both are acknowledged, and
        the pulses between them were never given, up to the next burst after the line is well.
        """
        return self._any(lambda one: excuses.keeps_requests(one) and excuses.held_up_us(one) > 0, t_us, burst_us)

    def reaches(self, t_us: int, channel: int) -> bool:
        """Whether a halt that is sent now is at the device at once, and obeyed on a channel."""
        kept = [one for one in self.around(t_us, FOR_EVER_US) if excuses.keeps_requests(one)]
        over_us = [FOR_EVER_US if one.ended_us is None else one.ended_us + excuses.held_up_us(one) for one in kept]
        return all(over + RENEWED_US < t_us for over in over_us) and self.obeys_halts(t_us, channel)

    def spoils_dose(self, channel: int) -> bool:
        """Whether a fault makes the dose of a channel another than the record can know."""
        spoiling = [one for one in self.effective if one.kind in excuses.SPOILS_DOSE or self._spoils_here(one)]
        return any(excuses.is_on(one, channel) for one in spoiling)

    def _spoils_here(self, one: Injection) -> bool:
        """Where a button withholds what it does not tell, and where a torn request may pass."""
        return self.has_weak_sum and (excuses.withholds(one) or excuses.tears_requests(one) or excuses.cuts_off(one))

    def _timer_us(self, t_us: int) -> int:
        dead_man_us = self.simulator.device.model.dead_man_us
        return KEPT_US if dead_man_us is None else dead_man_us * self._slow_permille(t_us) // 1000

    def _late_us(self, t_us: int) -> int:
        return DEAF_US - DEAD_MAN_US + sum(excuses.held_up_us(one) for one in self.around(t_us, DEAF_US))

    def _stalled(self, t_us: int, tail_us: int) -> bool:
        return any(from_us <= t_us <= to_us + tail_us for from_us, to_us in self.stalls)

    def _slow_permille(self, t_us: int) -> int:
        return SLOWEST_PERMILLE if self._any(excuses.slows_clock, t_us, 2 * DEAD_MAN_US) else 1000


def _keeps_frames(one: Injection) -> bool:
    return excuses.keeps_requests(one) or excuses.keeps_answers(one)


def _meanwhile(one: Injection, from_us: int, to_us: int, over_us: int | None = None) -> bool:
    """Whether it acted at any time between the two. `over_us`: when it was over, where that was not its own end."""
    ended_us = FOR_EVER_US if one.ended_us is None else one.ended_us
    ended_us = ended_us if over_us is None else over_us
    return one.began_us is not None and one.began_us <= to_us and ended_us >= from_us


def _obeyed_us(one: Injection, updates_us: Sequence[int]) -> int:
    """When the first update came after a lie had ended."""
    ended_us = FOR_EVER_US if one.ended_us is None else one.ended_us
    return next((at_us for at_us in updates_us if at_us > ended_us), FOR_EVER_US)
