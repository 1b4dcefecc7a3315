"""Judges the laws by what crossed the skin, pulse by pulse, not by what the controller believes.

It watches a bench: after each step of it `look` checks every new pulse against what a person had confirmed by then.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from firmware_sim.stage.pulse import Pulse
from firmware_sim.stage.trace import FrameArrived
from nmes.core import events as e
from nmes.core import session as s
from nmes.core.plan import Plan, Slot
from nmes.core.view import Output, View, Word
from nmes.runtime.families import Family
from nmes.trial.bench import Bench

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
RESUME_US = 5_000_000
GAP_US = 1_000_000
"""Bursts may come back without climbing within this time, unless a halt lies between."""
SLEW_UA_PER_S = 2_000
UPDATE, HALT, RENEWING = 32, 34, {32, 36}
"""Of a P24 and a RehaMove3. [source: their documents]"""
REFUSING_MINUS = frozenset({Word.READY, Word.STARTING, Word.STOPPED})
"""Nothing is given, and a level that was accepted is found anew, not lowered: the session says so."""
NEVER_US = 10**15
"""The dead-man of a device that has none."""
LIVE = frozenset({Word.RAMP_UP, Word.ON, Word.RAMP_DOWN, Word.REST, Word.RESUMING})


@dataclass(frozen=True)
class Wire:
    """What of a family's frames changes the output, and what renews its dead-man; read from its own document."""

    update: int
    halt: int
    renewing: frozenset[int]
    """Empty: there is no dead-man."""
    running: str
    """The simulated device's state in which it gives pulses."""


MID_LEVEL = Wire(UPDATE, HALT, frozenset(RENEWING), "ML_RUN")
WIRES: Mapping[str, Wire] = {
    "p24": MID_LEVEL,
    "rehamove3": MID_LEVEL,
    "rehastim2": Wire(32, 34, frozenset({2, 4, 10, 30, 32, 34}), "STARTED"),
    "rehastim1": Wire(1, 2, frozenset(), "RUNNING"),
}


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
    old_rate_us: int | None = None
    """How long a rise may still be as steep as it was allowed to be before; None: as long as `reaction_us`."""
    output_fault: Callable[[int], int] = int
    """What a fault of the output stage, which no controller can see, makes of what is allowed."""
    obeys_halts: bool = True
    """False only where it is the device that does not."""
    lies_of_halts: bool = False
    """True only where it says that it does, and nothing on the line can show that it does not."""
    dead_man_us: int = 0
    """The family's own; longer only where the device's own clock or timer is what is broken."""
    bursts_end: bool = True
    """False only where a line or an output that is broken may fill the silence between two bursts."""
    late_us: int = 0
    """What a rise may come late, and then at once, where a line or a controller is slow."""
    withheld: bool = False
    """Whether what is silent may be so without anybody's knowing: what follows is held against what flowed before."""
    limits: dict[int, History] = field(default_factory=dict)
    rates: dict[int, History] = field(default_factory=dict)
    recent: dict[int, deque[tuple[int, Pulse]]] = field(default_factory=dict)
    """Pulses, each with the time from which a rise after it is judged: its own, or when its burst began."""
    renewed_us: int | None = None
    frames: int = 0
    """Changes of output that reached the device: updates, and halts."""
    allowed: dict[int, int] = field(default_factory=dict)
    levels: dict[Slot, int] = field(default_factory=dict)
    """Confirmed, by channel and waveform; in force is the one whose turn in the plan it is."""
    rate: dict[int, int] = field(default_factory=dict)
    resumed_us: int = -RESUME_US
    increased_ms: dict[int, int] = field(default_factory=dict)
    """By channel, the last press that counted; a refused one counts too, and takes nothing from another channel."""
    halts: deque[int] = field(default_factory=deque)
    updates: deque[int] = field(default_factory=deque)
    _pressed: int = 0
    _pulses: int = 0
    _events: int = 0

    def __post_init__(self) -> None:
        self.dead_man_us = self.dead_man_us or self.family.capabilities.watchdog_ms * 1000 or NEVER_US

    @property
    def family(self) -> Family:
        return self.bench.family

    @property
    def wire(self) -> Wire:
        return WIRES[self.family.key]

    @property
    def step_ua(self) -> int:
        """By which a level goes up and down."""
        return self.family.capabilities.amplitude_step_ua

    @property
    def increase_ms(self) -> int:
        """The slew limit lets one increase through in this time, however often the key is pressed."""
        return self.step_ua * 1000 // SLEW_UA_PER_S

    @property
    def plan(self) -> Plan:
        """What the pulses to be judged are of."""
        return self.bench.view.plan

    def look(self) -> None:
        """Check everything that happened since the last look."""
        self._note_confirmed()
        self._note_frames()
        trace = self.bench.device.stage.trace
        for pulse in trace[self._pulses :]:
            self._meet(pulse)
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

    def dose(self, spoiled: Callable[[int], bool] = lambda _: False) -> int:
        """Charge at the skin lies within the record's range, within one pulse per change of output and channel. Returns
        how many channels were compared: those that no fault had `spoiled`.
        """
        session = self.bench.controller.session
        totals = {total.channel: total for total in session.ledger.totals(session.now_ms)}
        compared = 0
        for channel, pulses in _by_channel(self.bench.device.stage.trace).items():
            if spoiled(channel):
                continue
            compared += 1
            charges_nc = [abs(pulse.charge_pc[0]) / 1000 for pulse in pulses]
            slack_nc = max(charges_nc) * (self.frames + 1)
            total = totals[channel]
            assert total.low_nc - slack_nc <= sum(charges_nc) <= total.high_nc + slack_nc, (
                channel,
                total,
                sum(charges_nc),
            )
        return compared

    def _meet(self, pulse: Pulse) -> None:
        """Before a pulse is judged: who knows more of what was wrong at its time says so here."""

    def _note_confirmed(self) -> None:
        """What a person allowed, from what was pressed and what was on the screen then; not from what was armed."""
        pressed = self.bench.pressed
        for shown, event in pressed[self._pressed :]:
            self._allow(shown, event)
        self._pressed = len(pressed)
        self._take_turns()
        now_us = self.bench.clock.now_us
        for channel in {*self.limits, *self.allowed}:
            self.limits.setdefault(channel, History()).note(now_us, self.allowed.get(channel, 0))
            rate = self.rate.get(channel, 0)
            if now_us < self.resumed_us + RESUME_US:
                rate = min(rate, -(-self.allowed.get(channel, 0) * 1_000_000 // RESUME_US))
            self.rates.setdefault(channel, History()).note(now_us, rate)

    def _take_turns(self) -> None:
        """While the plan runs, the level of a channel is that of the waveform it plays now."""
        if self.bench.view.word in LIVE:
            for slot in _in_force(self.bench.view).values():
                if slot in self.levels and slot.channel in self.allowed:
                    self.allowed[slot.channel] = self.levels[slot]

    def _allow(self, shown: View, event: e.Event) -> None:
        match event:
            case e.Titrate(channel=channel, waveform=waveform, epoch=epoch) if (
                shown.word in {Word.READY, Word.STOPPED} and epoch == shown.epoch
            ):
                if shown.word is Word.STOPPED:
                    self.levels.clear()
                self.levels.pop(Slot(channel, waveform), None)
                self.allowed, self.rate = {channel: 0}, {channel: SLEW_UA_PER_S}
                self.resumed_us = -RESUME_US
                # A search begins at 0, with the output off: its first step waits for no step of another one.
                self.increased_ms.clear()
            case e.Increase(channel=channel, epoch=epoch, linked=linked) if (
                epoch == shown.epoch and channel in self.allowed
            ):
                for one in {channel, *linked} & self.allowed.keys():
                    if self.bench.now_ms - self.increased_ms.get(one, -self.increase_ms) >= self.increase_ms:
                        self.increased_ms[one] = self.bench.now_ms
                        self._one_step(shown, one)
            case e.Back() if shown.word in {Word.READY, Word.STOPPED} and shown.attended:
                self._nothing_confirmed()
            case e.FeltAt(there=False) if shown.word is Word.READY and shown.attended and self._is_found(shown, event):
                self._nothing_confirmed()
            case e.Decrease(channel=channel) if channel in self.allowed and shown.word not in REFUSING_MINUS:
                self.allowed[channel] = max(0, self.allowed[channel] - self.step_ua)
                slot = _in_force(shown).get(channel)
                if shown.word is not Word.TITRATING and slot in self.levels:
                    self.levels[slot] = max(0, self.levels[slot] - self.step_ua)
            case e.Accept(epoch=epoch) if shown.word is Word.TITRATING and epoch == shown.epoch and shown.live_slot:
                self.levels[shown.live_slot] = self.allowed.get(shown.live_slot.channel, 0)
            case e.Start(epoch=epoch) if shown.word is Word.READY and epoch == shown.epoch:
                self._run(shown)
                self.resumed_us = -RESUME_US
            case e.Resume(epoch=epoch) if shown.word is Word.PAUSED and epoch == shown.epoch:
                self._run(shown)
                self.resumed_us = self.bench.clock.now_us
            case _:
                pass

    def _one_step(self, shown: View, channel: int) -> None:
        self.allowed[channel] += self.step_ua
        slot = _in_force(shown).get(channel)
        if shown.word is not Word.TITRATING and slot in self.levels:
            self.levels[slot] += self.step_ua
            self._steepest(shown)

    def _nothing_confirmed(self) -> None:
        self.levels.clear()
        self.allowed, self.rate = {}, {}

    @staticmethod
    def _is_found(shown: View, event: e.FeltAt) -> bool:
        return any(slot.slot.channel == event.channel and slot.level_ua for slot in shown.slots)

    def _run(self, shown: View) -> None:
        self.allowed = self._highest()
        self._steepest(shown)

    def _highest(self) -> dict[int, int]:
        """Of each channel, the highest level that is confirmed for any of its waveforms."""
        channels = {slot.channel for slot in self.levels}
        return {one: max(level for slot, level in self.levels.items() if slot.channel == one) for one in channels}

    def _steepest(self, shown: View) -> None:
        """A higher level climbs faster in the same ramp."""
        ramps_ms = [track.rhythm.ramp_up_ms for stage in shown.plan.stages for track in stage.tracks]
        self.rate = {ch: -(-level * 1000 // min(ramps_ms)) for ch, level in self._highest().items()}

    def _note_frames(self) -> None:
        events, wire = self.bench.device.stage.events, self.wire
        for event in events[self._events :]:
            if isinstance(event, FrameArrived):
                self.frames += event.command in {wire.update, wire.halt}
                if event.command in wire.renewing:
                    self.renewed_us = event.t_us
                if event.command == wire.halt:
                    self.halts.append(event.t_us)
                if event.command == wire.update:
                    self.updates.append(event.t_us)
        self._events = len(events)

    def _level(self, pulse: Pulse) -> None:
        ceiling_ua = max(one.ceiling_ua for one in self.plan.delivered if one.slot.channel == pulse.channel)
        assert pulse.peak_current_ua <= self.output_fault(ceiling_ua), f"{pulse.peak_current_ua} uA, over the ceiling"
        allowed_ua = self.output_fault(self.limits.get(pulse.channel, History()).highest(pulse.t_us - self.reaction_us))
        assert pulse.peak_current_ua <= allowed_ua, f"{pulse.peak_current_ua} uA at the skin, {allowed_ua} uA confirmed"

    def _silence(self, pulse: Pulse) -> None:
        """After a halt has arrived nothing flows before another update; after a STOP, before a person titrates."""
        last_halt = max(
            (t_us for t_us in self.halts if t_us < pulse.t_us and self._was_obeyed(t_us, pulse.channel)), default=None
        )
        if last_halt is not None and pulse.peak_current_ua and self.obeys_halts:
            assert any(last_halt < t_us <= pulse.t_us for t_us in self.updates), "a pulse after the halt had arrived"
        if self.stopped_us is not None and pulse.peak_current_ua:
            assert pulse.t_us <= self.stopped_us, f"a pulse {pulse.t_us - self.stopped_us} us after the halt"

    def _rise(self, pulse: Pulse) -> None:
        """Between any two pulses the current rose no faster than the steepest ramp armed meanwhile.

        The current the device set: a pad that is put back on makes the skin's current jump, whoever controls it.
        Bursts rise from the beginning of one to the beginning of the next, and inside one not at all.
        """
        recent = self.recent.setdefault(pulse.channel, deque())
        while recent and recent[0][1].t_us < pulse.t_us - MEMORY_US:
            recent.popleft()
        period_us, silence_us = slowest_us(self.plan)
        last = recent[-1][1] if recent else None
        silent = last is not None and pulse.t_us - last.t_us > silence_us and not self.withheld
        if last and (silent or self._halted_since(last.t_us, pulse)):
            recent.clear()  # it was silent meanwhile, so it begins again from 0
            last = None
        credit_us = max(CREDIT_US, period_us) + period_us + self.late_us  # a pulse shows a change up to one period late
        in_burst = bool(last) and only_bursts(self.plan) and pulse.t_us - last.t_us < 2 * period_us
        if last is None:
            self._rise_since(0, period_us, pulse, credit_us)
        elif pulse.amplitude_ua > last.amplitude_ua:
            rose_ua = pulse.amplitude_ua - last.amplitude_ua
            assert not (in_burst and self.bursts_end), f"rose {rose_ua} uA within a burst"
            for from_us, earlier in recent:
                self._rise_since(earlier.amplitude_ua, pulse.t_us - from_us, pulse, credit_us)
        recent.append((recent[-1][0] if in_burst else pulse.t_us, pulse))

    def _halted_since(self, from_us: int, pulse: Pulse) -> bool:
        between = (t_us for t_us in self.halts if from_us < t_us < pulse.t_us)
        return self.obeys_halts and any(self._was_obeyed(t_us, pulse.channel) for t_us in between)

    def _was_obeyed(self, halt_us: int, channel: int) -> bool:
        """Whether the device did what the halt that came then said, on this channel."""
        return True

    def _rise_since(self, from_ua: int, time_us: int, pulse: Pulse, credit_us: int) -> None:
        old_us = self.reaction_us if self.old_rate_us is None else self.old_rate_us
        rate = self.rates.get(pulse.channel, History()).highest(pulse.t_us - time_us - old_us)
        allowed_ua = rate * (time_us + credit_us) // 1_000_000 + self.step_ua
        rise_ua = pulse.amplitude_ua - from_ua
        assert rise_ua <= allowed_ua, f"rose {rise_ua} uA in {time_us} us, {allowed_ua} uA allowed"

    def _off_is_off(self) -> None:
        if self.bench.view.output is Output.OFF and not self.lies_of_halts:
            assert not self.bench.device.active_channels, "the screen says off, the device is stimulating"
            assert self.bench.device.state.name != self.wire.running

    def _dead_man(self, pulse: Pulse) -> None:
        if pulse.peak_current_ua and self.wire.renewing:
            assert self.renewed_us is not None
            late_us = pulse.t_us - self.renewed_us - self.dead_man_us
            assert late_us < 0, f"a pulse {late_us} us after the dead-man should have ended it"


def slowest_us(plan: Plan) -> tuple[int, int]:
    """The longest time from pulse to pulse, and the shortest silence after which a channel has to begin from 0."""
    slots = [plan.course(slot) for slot in plan.slots]
    period_us = max(period for course in slots for period in course.periods.values)
    gap_us = GAP_US if any(course.base.burst_pulses for course in slots) else 0
    return period_us, max(2 * period_us + CREDIT_US, gap_us)


def _in_force(shown: View) -> dict[int, Slot]:
    """By channel, the slot whose turn in the plan it is."""
    return {channel.channel: channel.slot for channel in shown.channels if channel.slot}


def only_bursts(plan: Plan) -> bool:
    return all(plan.course(slot).base.burst_pulses for slot in plan.slots)


def _by_channel(trace: list[Pulse]) -> dict[int, list[Pulse]]:
    found: dict[int, list[Pulse]] = {}
    for pulse in trace:
        found.setdefault(pulse.channel, []).append(pulse)
    return found


def nothing_live(state: s.State) -> bool:
    return isinstance(state, s.Idle | s.Screening | s.Placing | s.Ready | s.Paused | s.Stopped | s.After | s.Ended)
