"""A session on the bench, watched by the instrument at every step, and the short ways to where a test begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from firmware_sim.device import P24
from firmware_sim.stage.pulse import Pulse
from helpers.plans import simple_plan
from laws.instrument import Instrument
from nmes.core import events as e
from nmes.core.plan import Plan, Slot
from nmes.core.view import View, Word
from nmes.record.clocks import Clocks
from nmes.record.disk import Disk
from nmes.record.journal import Journal
from nmes.record.sink import InlineJournal, Post, RecordSink
from nmes.runtime.clock import VirtualClock
from nmes.trial.bench import Bench, MemorySink

STEP_UA = 500
LIVE = frozenset({Word.RAMP_UP, Word.ON, Word.RAMP_DOWN, Word.REST, Word.RESUMING})


@dataclass
class Room:
    """A bench and its judge: every step is looked at, and time passes only here."""

    bench: Bench
    judge: Instrument = field(init=False)

    def __post_init__(self) -> None:
        self.judge = Instrument(self.bench)

    @property
    def view(self) -> View:
        return self.bench.view

    @property
    def now_us(self) -> int:
        return self.bench.clock.now_us

    @property
    def device(self) -> P24:
        return self.bench.device

    def run(self, time_ms: int) -> View:
        """Let time pass."""
        return self._pass(lambda _: False, time_ms)

    def until(self, condition: Callable[[View], bool], within_ms: int = 10_000) -> View:
        """Let time pass until `condition` holds; it must, in time."""
        self._pass(condition, within_ms)
        assert condition(self.view), f"not within {within_ms} ms; the session is {self.view.word} {self.view.why}"
        return self.view

    def word(self, *words: Word, within_ms: int = 10_000) -> View:
        return self.until(lambda view: view.word in words, within_ms)

    def press(self, event: e.Event, then_ms: int = 20) -> View:
        self.bench.press(event)
        return self.run(then_ms)

    def stop(self) -> None:
        """STOP, and what the law demands from here on."""
        self.bench.controller.stop("key")
        self.judge.expect_silence()

    def _pass(self, condition: Callable[[View], bool], time_ms: int) -> View:
        end_us = self.now_us + time_ms * 1000
        self.bench.turn()
        self.judge.look()
        while not condition(self.view) and self.now_us < end_us and not self.bench.controller.done:
            self.bench.controller.touch()
            self.bench.step(end_us)
            self.judge.look()
        return self.view

    # --- the way to live output ---

    def ready(self) -> Room:
        self.word(Word.SCREENING)
        codes = self.bench.controller.session.codes
        self.press(e.Screened(tuple(e.Answer(code, e.Reply.NO) for code in codes), "Ada"))
        if "button" in self.view.missing:  # of a device without a dead-man
            self.press(e.ButtonConfirmed("Ada"))
        self.press(e.Placed())
        self.word(Word.READY)
        return self

    def raise_to(self, slot: Slot, level_ua: int) -> Room:
        """Titrate one slot up to a level, and leave it live there."""
        self.press(e.Titrate(slot.channel, slot.waveform, self.view.epoch))
        self.word(Word.TITRATING)
        while self.channel(slot.channel).level_ua < level_ua:
            self.press(e.Increase(slot.channel, self.view.epoch), self.judge.increase_ms + 10)
            self.until(lambda view: self.channel(slot.channel).confirmed_ua == self.channel(slot.channel).level_ua)
        return self

    def titrate(self, slot: Slot, level_ua: int) -> Room:
        self.raise_to(slot, level_ua)
        self.run(self.view.plan.course(slot).cycle_ms)  # a sweep must have been felt whole
        self.press(e.Accept(self.view.epoch))
        self.word(Word.READY)
        return self

    def running(self, level_ua: int = 20_000) -> Room:
        """From the beginning to the first live moment of the plan."""
        self.ready()
        for slot in self.view.slots:
            self.titrate(slot.slot, level_ua)
        self.press(e.Start(self.view.epoch))
        self.word(*LIVE)
        return self

    def holding(self, level_ua: int = 20_000) -> Room:
        """In the first Hold, with everything confirmed."""
        self.running(level_ua)
        self.word(Word.ON)
        self.run(300)
        return self

    # --- what happened ---

    def channel(self, number: int) -> Any:
        return next(channel for channel in self.view.channels if channel.channel == number)

    def pulses(self, since_us: int = 0) -> list[Pulse]:
        """Pulses with current, from a moment on."""
        return [p for p in self.device.stage.trace if p.t_us >= since_us and p.peak_current_ua]

    def last_pulse_us(self) -> int:
        return max((p.t_us for p in self.device.stage.trace if p.peak_current_ua), default=0)

    @property
    def sink(self) -> MemorySink:
        """The record in memory."""
        assert isinstance(self.bench.sink, MemorySink)
        return self.bench.sink

    def bodies(self) -> list[dict[str, Any]]:
        """What each recorded event says: itself and what it led to."""
        return [dict(entry.body) for entry in self.sink.entries if entry.type == "event"]

    def events(self) -> list[dict[str, Any]]:
        """The recorded events, in order."""
        return [body["event"] for body in self.bodies()]

    def recorded(self, kind: str) -> list[dict[str, Any]]:
        """The recorded events of one type."""
        return [event for event in self.events() if event["type"] == kind]

    def notes(self) -> list[str]:
        """The codes of all decisions in the record."""
        return [code for body in self.bodies() for code in _codes(body)]


def _codes(body: Any) -> Iterator[str]:
    return (command["code"] for command in body.get("commands", ()) if command["type"] == "Note")


def room(plan: Plan | None = None, device: P24 | None = None, **more: Any) -> Room:
    """A watched bench; everything else as Bench has it."""
    return Room(Bench(plan or simple_plan(), device=device, **more))


def journalled(folder: Path, disk: Disk | None = None) -> Callable[[VirtualClock, Post], RecordSink]:
    """`make_sink` of a real journal in `folder`."""

    def make_sink(clock: VirtualClock, post: Post) -> RecordSink:
        clocks = Clocks(lambda: int(clock.utc().timestamp() * 1000), lambda: clock.now_us * 1000, "virtual")
        return InlineJournal(Journal.open(folder, "station", {"protocol": "test"}, clocks, disk=disk), post)

    return make_sink
