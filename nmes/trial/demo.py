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


def run_demo(loaded: Loaded, home: Path, say: Say) -> Summary:
    """Run one protocol to its end and verify its record; DemoError if it did not get there."""
    bench, record = bench_with_record(loaded, home)
    pause_ms = bench.view.plan.duration_ms // 3
    therapist = Therapist(
        _answers(loaded), _enough(bench, loaded.protocol.intensity.target, say), pauses_ms=(pause_ms,)
    )
    teller = Teller(say, bench.now_ms)
    say(f"{loaded.protocol.title}: {bench.view.plan.duration_ms // 1000} s of treatment, simulated")
    while not bench.controller.done and bench.now_ms < LONGEST_MS:
        bench.controller.touch()
        bench.step()
        teller.look(bench.view)
        action = therapist.act(bench.view)
        if action is not None:
            bench.press(action)
    if not bench.controller.done:
        raise DemoError(f"the session did not end within {LONGEST_MS // 3_600_000} h; it is {bench.view.word.value}")
    _tell_dose(bench, say)
    return summary_of(record)


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
        if feeling.pain >= ENOUGH_PAIN:
            return True
        match target:
            case "sensory_threshold":
                return feeling.sensory >= 1
            case "strong_comfortable":
                return feeling.sensory >= ENOUGH_TINGLING
            case "motor_threshold":
                return feeling.motor >= 1
            case _:
                return False

    return enough


def _tell_dose(bench: Bench, say: Say) -> None:
    """The dose in the record beside what the skin got: the simulator knows it, a patient's record cannot."""
    for dose in bench.view.dose:
        skin_nc = bench.skin_charge_pc(dose.channel) // 1000
        low, high, skin = dose.low_nc / 1000, dose.high_nc / 1000, skin_nc / 1000
        say(f"        channel {dose.channel}: {low:.0f} to {high:.0f} uC in the record, {skin:.0f} uC at the skin")
