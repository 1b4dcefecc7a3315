"""Judges the laws of attended sessions from what was recorded, event by event, with a bookkeeping of its own.

It is told each event with the session before and after it and what was decided. It knows who was read back, what was
felt since which level, which marks were confirmed, and asks of every start and of every raise whether it was allowed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from nmes.core import commands as c
from nmes.core import events as e
from nmes.core import session as s
from nmes.core.timeline import Phase

SLEW_UA_PER_S = 2_000
RAISES = (c.SetOutput, c.Enable, c.Arm, c.Unlatch, c.MakeDurable)


def _notes(commands: Iterable[c.Command], code: str) -> list[dict[str, int | str]]:
    return [dict(command.values) for command in commands if isinstance(command, c.Note) and command.code == code]


@dataclass
class Attendance:
    """One session under observation. `saw` raises AssertionError naming the law that broke."""

    who: s.Session
    read: set[e.Read] = field(default_factory=set)
    differed: set[e.Read] = field(default_factory=set)
    padded: bool = False
    felt: set[int] = field(default_factory=set)
    stop_works: bool = False
    buttons: int = 0
    """How often a named person said to have the emergency button of a device without a dead-man."""
    risen_ms: int = -10_000
    confirmed: set[tuple[int, int, int]] = field(default_factory=set)
    """`(channel, waveform, mark_ua)` that a person confirmed and below which the level has not been since."""

    @property
    def step_ua(self) -> int:
        return self.who.plan.capabilities.amplitude_step_ua

    @property
    def slew_ms(self) -> int:
        """Between two increases."""
        return self.step_ua * 1000 // SLEW_UA_PER_S

    def saw(self, before: s.Session, event: e.Event, commands: tuple[c.Command, ...], now: s.Session) -> None:
        """One step of the session."""
        self._after_raises_nothing(before, commands, now)
        self._button(event, commands)
        for note in _notes(commands, "increase"):
            self._step_up(before, event, note)
        if _notes(commands, "increase"):
            self.risen_ms = before.now_ms
        if _notes(commands, "intent"):
            self.risen_ms = -self.slew_ms  # what comes begins at 0
        if self.who.attended is not None:
            self._closes_by_a_person(before, commands, now)
            self._read_back(before, event)
            self._levels_are_void(event, commands, now)
            self._start(commands)
            self._forget_marks(now)

    def _button(self, event: e.Event, commands: tuple[c.Command, ...]) -> None:
        """A device that goes on by itself is not switched on before somebody is there to stop it."""
        self.buttons += isinstance(event, e.ButtonConfirmed) and bool(event.by.strip())
        if not self.who.plan.capabilities.watchdog_ms and any(isinstance(one, c.Enable) for one in commands):
            assert self.buttons, "a start without anybody at the emergency button"

    def _after_raises_nothing(self, before: s.Session, commands: tuple[c.Command, ...], now: s.Session) -> None:
        if isinstance(before.state, s.After):
            assert not any(isinstance(command, RAISES) for command in commands), "raised after the treatment"
            assert isinstance(now.state, s.After | s.Ended)

    def _closes_by_a_person(self, before: s.Session, commands: tuple[c.Command, ...], now: s.Session) -> None:
        if isinstance(now.state, s.Ended) and not isinstance(before.state, s.Ended) and before.intent:
            assert _notes(commands, "signed") or _notes(commands, "left_unsigned"), "closed without a word"

    def _step_up(self, before: s.Session, event: e.Event, note: dict[str, int | str]) -> None:
        assert isinstance(event, e.Increase)
        channel, to_ua, state = int(note["channel"]), int(note["to_ua"]), before.state
        assert channel in (event.channel, *event.linked), "a channel rose that nobody named"
        assert isinstance(state, s.Titrating | s.Running)
        if isinstance(state, s.Titrating):
            slot, from_ua = state.slot, state.amplitude_ua
        else:
            at = next(at for at in before.plan.at(before.now_ms - state.origin_ms) if at.channel == channel)
            assert at.phase is Phase.HOLD, f"channel {channel} rose outside Hold"
            slot, from_ua = at.slot, at.level_ua
        assert slot.channel == channel
        assert to_ua == from_ua + self.step_ua, "more than one step"
        assert to_ua <= before.plan.ceiling_ua(slot), "over the ceiling"
        assert before.now_ms - self.risen_ms >= self.slew_ms, "too fast"
        for ghost in before.attended.ghosts if before.attended else ():
            key = (channel, slot.waveform, ghost.level_ua)
            if ghost.slot == slot and from_ua <= ghost.level_ua < to_ua and key not in self.confirmed:
                assert (event.channel, event.over_ua) == (channel, ghost.level_ua), "a mark was passed unasked"
                self.confirmed.add(key)

    def _forget_marks(self, now: s.Session) -> None:
        """A mark asks again once the level was below it, and a raise that was dropped has confirmed nothing."""
        live = now.state.slot if isinstance(now.state, s.Titrating) else None
        for slot in now.plan.slots:
            level_ua = now.state.amplitude_ua if isinstance(now.state, s.Titrating) and slot == live else None
            level_ua = now.plan.level_ua(slot) if level_ua is None else level_ua
            self.confirmed = {
                key for key in self.confirmed if key[:2] != (slot.channel, slot.waveform) or key[2] <= level_ua
            }

    def _read_back(self, before: s.Session, event: e.Event) -> None:
        if isinstance(event, e.ReadBack) and isinstance(before.state, s.Screening | s.Placing):
            wanted = before.who.code if event.what is e.Read.CODE else before.who.side
            if event.said.strip().lower() == wanted.lower():
                self.read.add(event.what)
                self.differed.discard(event.what)
            elif event.said.strip():
                self.read.discard(event.what)
                self.differed.add(event.what)
            elif "asleep" in event.reason and event.what not in self.differed:
                self.read.add(event.what)
        if isinstance(event, e.Stop):
            self.stop_works = event.source == "patient" or (self.stop_works and event.source != "patient_lost")
        if isinstance(event, e.Placed) and isinstance(before.state, s.Placing):
            planned = {channel.channel: channel.pad_mm2 for channel in before.plan.channels}
            pads = dict(event.pads)
            self.padded = pads.keys() == planned.keys() and all(pads[ch] >= planned[ch] for ch in planned)
        if isinstance(event, e.FeltAt) and isinstance(before.state, s.Ready) and event.there:
            self.felt |= {event.channel} & {slot.channel for slot, _ in before.plan.levels}

    def _levels_are_void(self, event: e.Event, commands: tuple[c.Command, ...], now: s.Session) -> None:
        backs = _notes(commands, "back")
        if backs:
            assert isinstance(event, e.Back | e.FeltAt)
            assert now.plan.levels == (), "a level outlived the step back"
            assert isinstance(now.state, s.Placing | s.Screening)
            self.padded = False
            self.felt.clear()
            if isinstance(event, e.FeltAt) or backs[0]["to"] == "screening":
                self.read.discard(e.Read.SIDE)
        if _notes(commands, "stop") or _notes(commands, "unsure"):
            self.felt = {ch for ch in self.felt if any(slot.channel == ch for slot, _ in now.plan.levels)}
        for note in _notes(commands, "intent"):
            if note["goal"] == "titrate":
                self.felt.discard(int(note["channel"]))

    def _start(self, commands: tuple[c.Command, ...]) -> None:
        assert self.who.attended is not None
        if not any(isinstance(command, c.Enable) for command in commands) and not _notes(commands, "intent"):
            return
        assert self.read == set(e.Read), "a start without a read-back"
        assert not self.differed, "a start for another patient or side"
        assert self.padded, "a start without every pad"
        assert self.stop_works or not self.who.attended.patient_stop, "a start without the patient's stop"
        if any(note["goal"] == "run" for note in _notes(commands, "intent")) and self.who.plan.kind != "assessment":
            assert self.felt == {channel.channel for channel in self.who.plan.channels}, "a start that nobody felt"
