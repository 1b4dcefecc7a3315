"""Judges the laws by what crossed the skin, pulse by pulse, not by what the controller believes.

It watches a bench: after each step of it `look` checks every new pulse against what a person had confirmed by then.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from firmware_sim.device import State
from firmware_sim.stage.pulse import Pulse
from firmware_sim.stage.trace import FrameArrived
from nmes.core import session as s
from nmes.core.view import Output
from nmes.trial.bench import Bench

STEP_UA = 500
PROMPT_US = 150_000
"""Without a fault a decrease is at the skin after this: the update before it, 40 ms between two, a turn [design]."""
REACTION_US = 1_200_000
"""A lost decrease or a fault is at the skin after this: the guard's 1 s of silence, three halts, a turn [design]."""
CREDIT_US = 60_000
"""What idle time may earn: one update's time and a turn; with slow pulses one period [design]."""
DEAD_MAN_US = 2_000_000
DEAF_US = DEAD_MAN_US + 200_000
"""A device that hears nothing stops by itself; only then."""
MEMORY_US = 6_000_000
"""How far back a rise is judged: longer than the longest ramp."""
RENEWING = {32, 36}


@dataclass
class History:
    """A value over time, newest last."""

    steps: deque[tuple[int, int]] = field(default_factory=lambda: deque([(0, 0)]))

    def note(self, now_us: int, value: int) -> None:
        if self.steps[-1][1] != value:
            self.steps.append((now_us, value))

    def highest(self, from_us: int) -> int:
        """The highest value in force at any time since `from_us`."""
        highest = 0
        for since_us, value in reversed(self.steps):
            highest = max(highest, value)
            if since_us <= from_us:
                break
        return highest


@dataclass
class Instrument:
    """One bench under observation. `look` raises AssertionError naming the law that broke."""

    bench: Bench
    stopped_us: int | None = None
    reaction_us: int = PROMPT_US
    """By when what is no longer confirmed must be gone from the skin; longer once a fault has been put in."""
    limits: dict[int, History] = field(default_factory=dict)
    rates: dict[int, History] = field(default_factory=dict)
    recent: dict[int, deque[Pulse]] = field(default_factory=dict)
    renewed_us: int | None = None
    frames: int = 0
    _pulses: int = 0
    _events: int = 0

    def look(self) -> None:
        """Check everything that happened since the last look."""
        self._note_confirmed()
        self._note_frames()
        trace = self.bench.device.stage.trace
        for pulse in trace[self._pulses :]:
            self._level(pulse)
            self._silence(pulse)
            self._rise(pulse)
            self._dead_man(pulse)
        self._pulses = len(trace)
        self._off_is_off()

    def expect_silence(self) -> None:
        """From now on nothing may cross the skin until a person titrates again (the halt has been written)."""
        if self.reaction_us == PROMPT_US:
            self.stopped_us = self.bench.clock.now_us

    def faulted(self, reaction_us: int = REACTION_US) -> None:
        """A fault was put in: from here on its deadline counts."""
        self.reaction_us = max(self.reaction_us, reaction_us)

    def release(self) -> None:
        """A person titrates again."""
        self.stopped_us = None

    def dose(self) -> None:
        """Charge at the skin lies within the record's range, within one pulse per change of output and channel."""
        session = self.bench.controller.session
        totals = {total.channel: total for total in session.ledger.totals(session.now_ms)}
        for channel, pulses in _by_channel(self.bench.device.stage.trace).items():
            charges_nc = [abs(pulse.charge_pc[0]) / 1000 for pulse in pulses]
            slack_nc = max(charges_nc) * (self.frames + 1)
            total = totals[channel]
            assert total.low_nc - slack_nc <= sum(charges_nc) <= total.high_nc + slack_nc, (
                channel,
                total,
                sum(charges_nc),
            )

    def _note_confirmed(self) -> None:
        now_us, session = self.bench.clock.now_us, self.bench.controller.session
        armed = {arm.channel: arm for arm in session.arms}
        for channel in {*self.limits, *armed}:
            arm = armed.get(channel)
            self.limits.setdefault(channel, History()).note(now_us, arm.level_ua if arm else 0)
            rate = -(-arm.level_ua * 1000 // arm.ramp_ms) if arm else 0
            self.rates.setdefault(channel, History()).note(now_us, rate)

    def _note_frames(self) -> None:
        events = self.bench.device.stage.events
        for event in events[self._events :]:
            if isinstance(event, FrameArrived):
                self.frames += 1
                if event.command in RENEWING:
                    self.renewed_us = event.t_us
        self._events = len(events)

    def _level(self, pulse: Pulse) -> None:
        allowed_ua = self.limits.get(pulse.channel, History()).highest(pulse.t_us - self.reaction_us)
        assert pulse.peak_current_ua <= allowed_ua, f"{pulse.peak_current_ua} uA at the skin, {allowed_ua} uA confirmed"

    def _silence(self, pulse: Pulse) -> None:
        if self.stopped_us is not None and pulse.peak_current_ua:
            assert pulse.t_us <= self.stopped_us, f"a pulse {pulse.t_us - self.stopped_us} us after the halt"

    def _rise(self, pulse: Pulse) -> None:
        """Between any two pulses the current rose no faster than the steepest ramp armed meanwhile.

        The current the device set: a pad that is put back on makes the skin's current jump, whoever controls it.
        """
        recent = self.recent.setdefault(pulse.channel, deque())
        while recent and recent[0].t_us < pulse.t_us - MEMORY_US:
            recent.popleft()
        if recent and pulse.amplitude_ua > recent[-1].amplitude_ua:
            period_us = min(pulse.t_us - recent[-1].t_us, 600_000)
            for earlier in recent:
                # A pulse shows a change up to one period after the device got it.
                self._rise_since(earlier, pulse, max(CREDIT_US, period_us) + period_us)
        recent.append(pulse)

    def _rise_since(self, earlier: Pulse, pulse: Pulse, credit_us: int) -> None:
        rate = self.rates[pulse.channel].highest(earlier.t_us - self.reaction_us)
        time_us = pulse.t_us - earlier.t_us
        allowed_ua = rate * (time_us + credit_us) // 1_000_000 + STEP_UA
        rise_ua = pulse.amplitude_ua - earlier.amplitude_ua
        assert rise_ua <= allowed_ua, f"rose {rise_ua} uA in {time_us} us, {allowed_ua} uA allowed"

    def _off_is_off(self) -> None:
        if self.bench.view.output is Output.OFF:
            assert not self.bench.device.active_channels, "the screen says off, the device is stimulating"
            assert self.bench.device.state is not State.ML_RUN

    def _dead_man(self, pulse: Pulse) -> None:
        if pulse.peak_current_ua:
            assert self.renewed_us is not None
            assert pulse.t_us < self.renewed_us + DEAD_MAN_US, "a pulse 2 s after the last renewing frame"


def _by_channel(trace: list[Pulse]) -> dict[int, list[Pulse]]:
    found: dict[int, list[Pulse]] = {}
    for pulse in trace:
        found.setdefault(pulse.channel, []).append(pulse)
    return found


def nothing_live(state: s.State) -> bool:
    return isinstance(state, s.Idle | s.Screening | s.Placing | s.Ready | s.Paused | s.Stopped | s.Ended)
