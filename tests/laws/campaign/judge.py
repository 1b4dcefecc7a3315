"""The laws, judged through a whole scenario: several sessions after one another, on a device with whatever is wrong.

The instrument judges each pulse; this one tells it before each what was wrong at that moment, and adds what only shows
over time: silence after STOP, after a kill, and while the session is halted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from firmware_sim.simulator import Simulator
from firmware_sim.stage import Contact
from firmware_sim.stage.pulse import Pulse
from firmware_sim.stage.trace import ChannelFailed
from laws.campaign.troubles import Silence, Troubles
from laws.instrument import PROMPT_US, REACTION_US, Instrument, only_bursts, slowest_us
from nmes.core import events as e
from nmes.core.plan import Plan
from nmes.core.view import View, Word
from nmes.trial.bench import Bench

NOTICED_US = 1_000_000
"""Keep-alive, deadline of its answer, turns and a halt take 0.7 s [design]."""
HELD = frozenset({Word.READY, Word.PAUSED, Word.HALTING, Word.UNSURE, Word.STOPPED, Word.AFTER, Word.ENDED})
BEFORE = frozenset({Word.CONNECTING, Word.SCREENING, Word.PLACING})
"""Nobody has asked for output in this session; what flows is another's."""


@dataclass
class Judge(Instrument):
    """`checked` counts how often each law was asked."""

    troubles: Troubles = field(init=False)
    checked: Counter[str] = field(default_factory=Counter)
    pulses: int = 0
    alive: bool = True
    """Whether there is a controller."""
    sound: bool = True
    """Whether the dose in the record has to be that at the skin: every load took its current, and one session only."""
    begun: int = 0
    """How many pulses had crossed the skin when the session began."""
    waiting: bool = False
    """Whether time passes without a turn of the controller just now."""
    stops: Counter[str] = field(default_factory=Counter)
    """STOPs: pressed; `live`, while output was on; `tight`, of these those whose deadline is the halt itself."""
    _silences: list[Silence] = field(default_factory=list)
    _held_us: int | None = None
    """Since when the session is halted, and nobody has asked for output."""
    _failed_us: int | None = None
    _earlier: Plan | None = None
    _misread: bool = False
    """Whether the device may have taken a torn request for another."""
    _wrong_us: dict[int, int] = field(default_factory=dict)
    """By channel, since when it does what nobody asked for because of that."""

    def __post_init__(self) -> None:
        simulator = self.bench.device
        assert isinstance(simulator, Simulator)
        self.troubles = Troubles(simulator, halts=self.halts)

    # --- what the script tells ---

    @property
    def plan(self) -> Plan:
        """That of the session before, as long as nothing was asked for in this one."""
        return self._earlier or self.bench.view.plan

    def follow(self, bench: Bench) -> None:
        """The next session on the same device: nothing is confirmed in it."""
        self._earlier = self.plan
        self.bench, self.alive = bench, True
        self._pressed, self._held_us = 0, None
        self._nothing_confirmed()
        self.begun = len(bench.device.stage.trace)

    def killed(self) -> None:
        """From now on nobody renews anything."""
        self.alive, self.sound = False, False
        self._held_us = None
        self._silences.append(Silence(self.bench.clock.now_us, written=False))

    def expect_silence(self) -> None:
        """A halt has been written, if there is a line to write it to."""
        self._silences.append(Silence(self.bench.clock.now_us, written=self.bench.controller.connected))

    def count_stop(self, live: tuple[int, ...]) -> None:
        """Once it is known what became of its halt; `live` were on when it was pressed."""
        last = self._silences[-1]
        self.stops["pressed"] += 1
        self.stops["live"] += bool(live)
        self.stops["tight"] += bool(live) and all(self.troubles.silent_by_us(last, one) == last.t_us for one in live)

    def release(self) -> None:
        self._silences.clear()

    # --- what is judged ---

    def look(self) -> None:
        new = self.bench.device.stage.trace[self._pulses :]
        self.pulses += len(new)
        self.sound = self.sound and all(pulse.contact is Contact.GOOD for pulse in new)
        self._note_failed()
        super().look()
        self._note_held()
        self._failed_is_noticed()

    def _allow(self, shown: View, event: e.Event) -> None:
        if isinstance(event, e.Titrate) and shown.word in {Word.READY, Word.STOPPED} and event.epoch == shown.epoch:
            self.release()
            self._earlier = None
        if isinstance(event, e.Titrate | e.Start | e.Resume) and event.epoch == shown.epoch:
            self._held_us = None
        super()._allow(shown, event)

    def _meet(self, pulse: Pulse) -> None:
        t_us, channel, troubles, period_us = pulse.t_us, pulse.channel, self.troubles, slowest_us(self.plan)[0]
        self.reaction_us = troubles.reaction_us(t_us, channel)
        self.old_rate_us = PROMPT_US if self.reaction_us <= REACTION_US else None
        self.output_fault = lambda ua: troubles.output_ua(ua, channel, t_us)
        self.obeys_halts = troubles.obeys_halts(t_us, channel)
        self.dead_man_us = troubles.dead_man_us(t_us, channel)
        owed_us, slow_us = troubles.owed_us(t_us, self.updates, period_us), troubles.slow_us(t_us, period_us)
        self.late_us = max(troubles.late_us(t_us), owed_us, slow_us)
        withheld_us = troubles.withheld_since_us(t_us, period_us)
        if withheld_us is not None:
            self.late_us = max(self.late_us, t_us - withheld_us)
        self._misread = troubles.misread(t_us)
        self.bursts_end = not self.late_us and not troubles.fills_silence(t_us, channel)
        swallowed = only_bursts(self.plan) and troubles.swallows_bursts(t_us, slowest_us(self.plan)[1])
        self.withheld = swallowed or withheld_us is not None
        own_will = troubles.own_will(t_us, channel)
        by_us = (troubles.silent_by_us(one, channel) for one in ([] if own_will else self._silences))
        self.stopped_us = min(by_us, default=None)
        self.checked.update(("level", "rise", "halt", "dead man"))
        self._held_is_silent(pulse, own_will=own_will)

    def _was_obeyed(self, halt_us: int, channel: int) -> bool:
        return self.troubles.obeyed(halt_us, channel)

    def _level(self, pulse: Pulse) -> None:
        if not self._is_excused(pulse, super()._level):
            self._wrong_us.pop(pulse.channel, None)

    def _rise(self, pulse: Pulse) -> None:
        """With this pulse a device has made what it owed of a rise: the next one is held against this one alone."""
        if self._is_excused(pulse, super()._rise):
            self.recent[pulse.channel].append((pulse.t_us, pulse))
        owed = self.troubles.owed_us(pulse.t_us, self.updates, slowest_us(self.plan)[0])
        if owed or self._misread or self.withheld:
            recent = self.recent[pulse.channel]
            while len(recent) > 1:
                recent.popleft()

    def _is_excused(self, pulse: Pulse, law: Callable[[Pulse], None]) -> bool:
        """Whether a law does not hold because the device took a torn request for another, which is soon repeated."""
        try:
            law(pulse)
        except AssertionError:
            since_us = self._wrong_us.setdefault(pulse.channel, pulse.t_us)
            if not self._misread or self.troubles.is_healed(since_us, pulse.t_us):
                raise
            self.checked["misread"] += 1
            return True
        return False

    def _held_is_silent(self, pulse: Pulse, *, own_will: bool) -> None:
        """Once the session is halted nothing flows before a person asks for it, whatever led there."""
        if self._held_us is None or not pulse.peak_current_ua or own_will:
            return
        self.checked["held"] += 1
        heard = self.reaction_us <= REACTION_US
        unheard_us = 0 if heard else self.troubles.gone_us(pulse.t_us, pulse.channel)
        gone_us = max(self.reaction_us, unheard_us)
        late_us = pulse.t_us - self._held_us - gone_us
        after = f"{late_us + gone_us} us after the session was halted"
        assert late_us <= 0, f"a pulse that nobody asked for, {after}: {self.bench.view.word}"

    def _note_held(self) -> None:
        """It is forgotten only when a person asks: a session that goes on by itself stays held."""
        if self.alive and self.bench.view.word in HELD and self._held_us is None:
            self._held_us = self.bench.clock.now_us

    def _note_failed(self) -> None:
        """When the device itself saw a channel fail, and output was wanted then."""
        events = self.bench.device.stage.events
        failed = [event.t_us for event in events[self._events :] if isinstance(event, ChannelFailed)]
        if failed and self._failed_us is None and self.alive and self.bench.view.word not in BEFORE:
            self._failed_us = failed[0]

    def _failed_is_noticed(self) -> None:
        """What the device reports when it is asked halts the session in time, and so does an answer that is missing;
        only the time in which nobody can ask does not count.
        """
        if self._failed_us is None:
            return
        if self.bench.view.word in HELD or not self.alive:
            self._failed_us = None
            return
        now_us = self.bench.clock.now_us
        if self.waiting:
            self._failed_us = now_us
        self.checked["noticed"] += 1
        late_us = now_us - self._failed_us
        assert late_us < NOTICED_US, f"a failed channel unnoticed for {late_us} us: {self.bench.view.word}"

    def _off_is_off(self) -> None:
        if self.alive:
            if self.troubles.off_is_not_known(self.bench.clock.now_us):
                self.checked["off not known"] += 1
                return
            self.checked["off is off"] += 1
            super()._off_is_off()

    def finish(self) -> None:
        """At the end of a scenario, with the controller still there: the dose."""
        if self.sound and self.alive and self.begun == 0:
            self.checked["dose"] += self.dose(self.troubles.spoils_dose)
