"""A whole session without a patient, a stimulator or a clock: scripted therapist, virtual person, real wire bytes.

What is said line by line is read from the Views, as a screen would; the record is a real one, in the simulator's chain.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from nmes.core import events as e
from nmes.core.plan import Slot
from nmes.core.view import View, Word
from nmes.runtime.library import Loaded
from nmes.runtime.live import Summary, summary_of
from nmes.trial.bench import Bench, bench_with_record
from nmes.trial.therapist import Therapist

Say = Callable[[str], None]

LONGEST_MS = 4 * 3600 * 1000
"""A session that is not over by then, in virtual time, never will be [design]."""
ENOUGH_PAIN = 4.0
ENOUGH_TINGLING = 1.5
ENOUGH_CONTRACTION = 1.5
"""A strong contraction, in multiples of the motor threshold: a demonstration has no reason to go further [design]."""


class DemoError(Exception):
    """The demonstration did not reach its end; one sentence."""


@dataclass(slots=True)
class Teller:
    """Says what changed since the last View, one line a change."""

    say: Say
    start_ms: int
    _word: Word | None = None
    _contraction: int = 0
    _notes: set[str] = field(default_factory=set)

    def look(self, view: View) -> None:
        contraction = max((channel.contraction for channel in view.channels), default=0)
        if view.word is self._word and contraction == self._contraction:
            return
        self._word, self._contraction = view.word, contraction
        self.say(f"{self._clock(view.now_ms)}  {self._sentence(view)}")

    def _clock(self, now_ms: int) -> str:
        seconds = (now_ms - self.start_ms) // 1000
        return f"{seconds // 60:3d}:{seconds % 60:02d}"

    def _sentence(self, view: View) -> str:
        name = view.word.value.replace("_", " ").upper()
        live = [channel for channel in view.channels if channel.phase is not None]
        if view.word is Word.TITRATING and view.live_slot is not None:
            return f"{name}: channel {view.live_slot.channel}, from 0 mA"
        if not live:
            return f"{name}{f' ({view.why})' if view.why else ''}"
        amplitudes = ", ".join(f"channel {ch.channel} level {ch.level_ua / 1000:.1f} mA" for ch in live)
        return f"{name}: contraction {live[0].contraction} of {live[0].contractions}, {amplitudes}"


@dataclass(slots=True)
class Changes:
    """Counts how often each channel's commanded amplitude changed."""

    _last: dict[int, int] = field(default_factory=dict)
    _counts: dict[int, int] = field(default_factory=dict)

    def look(self, view: View) -> None:
        for channel in view.channels:
            if channel.commanded_ua != self._last.get(channel.channel, 0):
                self._last[channel.channel] = channel.commanded_ua
                self._counts[channel.channel] = self.count(channel.channel) + 1

    def count(self, channel: int) -> int:
        return self._counts.get(channel, 0)


def run_demo(loaded: Loaded, home: Path, say: Say) -> Summary:
    """Run one protocol to its end and verify its record; DemoError if it did not get there."""
    bench, record = bench_with_record(loaded, home)
    pause_ms = bench.view.plan.duration_ms // 3
    therapist = Therapist(
        _answers(loaded), _enough(bench, loaded.protocol.intensity.target, say), pauses_ms=(pause_ms,)
    )
    teller, changes = Teller(say, bench.now_ms), Changes()
    say(f"{loaded.protocol.title}: {bench.view.plan.duration_ms // 1000} s of treatment, simulated")
    while not bench.controller.done and bench.now_ms < LONGEST_MS:
        bench.controller.touch()
        bench.step()
        teller.look(bench.view)
        changes.look(bench.view)
        _need_record(bench.view, record)
        action = therapist.act(bench.view)
        if action is not None:
            bench.press(action)
    if not bench.controller.done:
        raise DemoError(f"the session did not end within {LONGEST_MS // 3_600_000} h; it is {bench.view.word.value}")
    _tell_dose(bench, changes, say)
    return summary_of(record)


def _need_record(view: View, record: Path) -> None:
    """A session whose record failed can only be ended: the demonstration is over."""
    refused = view.note is not None and view.note.code == "refused:record_broken"
    if refused or (view.word is Word.STOPPED and view.why == "record"):
        note = record.with_suffix(".broken")
        why = note.read_text(encoding="utf-8", errors="replace").strip() if note.exists() else ""
        reason = why or "the record could not be written (is the disk full?)"
        raise DemoError(f"{reason}. Without a record there is no stimulation: the output was stopped. Record: {record}")


def _answers(loaded: Loaded) -> tuple[e.Answer, ...]:
    return tuple(e.Answer(code, e.Reply.NO) for code in loaded.protocol.screening_codes)


def _enough(bench: Bench, target: str, say: Say) -> Callable[[Slot, View], bool]:
    """The virtual person answers after every step; the therapist stops at the target or before it hurts."""
    said: dict[Slot, str] = {}

    def enough(slot: Slot, view: View) -> bool:
        feeling = bench.feeling(slot.channel)
        level_ma = next(ch.level_ua for ch in view.channels if ch.channel == slot.channel) / 1000
        if said.get(slot) != str(feeling):
            said[slot] = str(feeling)
            say(f"        channel {slot.channel} at {level_ma:.1f} mA: the patient feels {feeling}")
        if feeling.pain_score >= ENOUGH_PAIN:
            return True
        match target:
            case "sensory_threshold":
                return feeling.sensory >= 1
            case "strong_comfortable":
                return feeling.sensory >= ENOUGH_TINGLING
            case "motor_threshold":
                return feeling.motor >= 1
            case _:
                return feeling.motor >= ENOUGH_CONTRACTION

    return enough


def _tell_dose(bench: Bench, changes: Changes, say: Say) -> None:
    """The dose in the record beside what the skin got: the simulator knows it, a patient's record cannot.

    The record cannot know whether the pulse at a change of output was still the old one or already the new one.
    """
    for dose in bench.view.dose:
        skin_nc = bench.skin_charge_pc(dose.channel) // 1000
        slack_nc = changes.count(dose.channel) * _largest_charge_pc(bench, dose.channel) // 1000
        agree = dose.low_nc - slack_nc <= skin_nc <= dose.high_nc + slack_nc
        verdict = "they agree within" if agree else "they DIFFER by more than"
        record = f"{dose.low_nc / 1000:.0f} to {dose.high_nc / 1000:.0f} µC in the record"
        skin = f"{skin_nc / 1000:.0f} µC at the skin; {verdict} one pulse per change of output"
        say(f"        channel {dose.channel}: {record}, {skin}")


def _largest_charge_pc(bench: Bench, channel: int) -> int:
    """Charge of the first phase of the largest pulse that crossed the skin on this channel, in pC."""
    return max((abs(pulse.charge_pc[0]) for pulse in bench.device.stage.trace if pulse.channel == channel), default=0)
