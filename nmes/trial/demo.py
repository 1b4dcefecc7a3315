"""A whole session without a patient, a stimulator or a clock: scripted therapist, virtual patient, real wire bytes.

What is said line by line is read from the Views, as a screen would; the record is a real one, in the simulator's chain.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from nmes.core.plan import Slot
from nmes.core.plan import compile as plan_for
from nmes.core.view import View, Word
from nmes.runtime.families import DEFAULT, Family
from nmes.runtime.library import Loaded
from nmes.runtime.live import Summary, summary_of
from nmes.runtime.measured_words import NAMES, amount
from nmes.runtime.numbers import in_hz
from nmes.trial.assess import assessor
from nmes.trial.bench import Bench, Device, bench_with_record, device_with_trace
from nmes.trial.bench.living import LivingPatient, device_with_patient
from nmes.trial.bench.patients import load_profile
from nmes.trial.level import Felt
from nmes.trial.setup import Setup, asking, usual_patient
from nmes.trial.wire import LONGEST_MS, Ask, AtTheSkin, Finder, finder

Say = Callable[[str], None]
MakeBench = Callable[[Loaded, Path, Device], tuple[Bench, Path]]
"""A bench around this device, and the path of its record."""


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
        if view.step_mhz is not None:
            name = f"{name} (train at {in_hz(view.step_mhz)})"
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


@dataclass(slots=True)
class Told:
    """Asks as `ask` does, and says what is felt when it is something else than before."""

    ask: Ask
    say: Say
    _last: dict[Slot, str] = field(default_factory=dict)

    def __call__(self, slot: Slot, level_ua: int) -> Felt | None:
        felt = self.ask(slot, level_ua)
        if felt is not None and self._last.get(slot) != felt.words:
            self._last[slot] = felt.words
            self.say(f"        channel {slot.channel} at {level_ua / 1000:.1f} mA: the patient feels {felt.words}")
        return felt


def run_demo(
    loaded: Loaded,
    home: Path,
    say: Say,
    longest_ms: int = LONGEST_MS,
    make_bench: MakeBench | None = None,
    family: Family = DEFAULT,
) -> Summary:
    """Run one protocol to its end on this family's device and verify its record; DemoError if it did not get there,
    PlanError if the device cannot deliver it.
    """
    plan, profile = plan_for(loaded.protocol, family.capabilities), load_profile(usual_patient(loaded.protocol))
    setup = Setup(loaded, plan, profile, family=family)
    device, living = _device(setup)
    bench, record = (make_bench or partial(bench_with_record, family=family))(loaded, home, device)
    therapist = _therapist(setup, bench, living, say)
    teller, changes = Teller(say, bench.now_ms), Changes()
    say(f"{loaded.protocol.title}: {bench.view.plan.duration_ms // 1000} s of treatment, simulated")
    while not bench.controller.done and bench.now_ms < longest_ms:
        bench.controller.touch()
        bench.step()
        teller.look(bench.view)
        changes.look(bench.view)
        _need_record(bench.view, record)
        action = therapist.act(bench.view)
        if action is not None:
            bench.press(action)
    if not bench.controller.done:
        raise DemoError(f"the session did not end within {longest_ms // 3_600_000} h; it is {bench.view.word.value}")
    for one in bench.view.measured:
        say(f"        measured, channel {one.channel}: {NAMES[one.what]} {amount(one.what, one.value)}")
    _tell_dose(bench, changes, say)
    return summary_of(record)


def _device(setup: Setup) -> tuple[Device, LivingPatient | None]:
    """The stimulator on its pads; in an assessment the patient lives through it, because somebody has to react."""
    if setup.plan.assessment is None:
        return device_with_trace(setup.loads, setup.family), None
    return device_with_patient(setup.loads, setup.patient(), keep_trace=True, family=setup.family)


def _therapist(setup: Setup, bench: Bench, living: LivingPatient | None, say: Say) -> Finder:
    """Finds the level as `nmes try` does, and pauses once; in an assessment it watches the muscle instead."""
    ask = Told(AtTheSkin(bench, asking(setup)), say)
    if living is not None:
        therapist = assessor(setup, bench, living)
        therapist.ask = ask
        return therapist
    return finder(setup.loaded, setup.guides(), ask, pauses_ms=(setup.plan.duration_ms // 3,))


def _need_record(view: View, record: Path) -> None:
    """A session whose record failed can only be ended: the demonstration is over."""
    refused = view.note is not None and view.note.code == "refused:record_broken"
    if refused or (view.word is Word.STOPPED and view.why == "record"):
        note = record.with_suffix(".broken")
        why = note.read_text(encoding="utf-8", errors="replace").strip() if note.exists() else ""
        reason = why or "the record could not be written (is the disk full?)"
        raise DemoError(f"{reason}. Without a record there is no stimulation: the output was stopped. Record: {record}")


def _tell_dose(bench: Bench, changes: Changes, say: Say) -> None:
    """The dose in the record beside what the skin got: the simulator knows it, a patient's record cannot.

    The record cannot know whether the pulse at a change of output was still the old one or already the new one.
    """
    for dose in bench.view.dose:
        skin_nc = bench.skin_charge_pc(dose.channel) // 1000
        slack_nc = changes.count(dose.channel) * bench.largest_charge_pc(dose.channel) // 1000
        agree = dose.low_nc - slack_nc <= skin_nc <= dose.high_nc + slack_nc
        verdict = "they agree within" if agree else "they DIFFER by more than"
        record = f"{dose.low_nc / 1000:.0f} to {dose.high_nc / 1000:.0f} µC in the record"
        skin = f"{skin_nc / 1000:.0f} µC at the skin; {verdict} one pulse per change of output"
        say(f"        channel {dose.channel}: {record}, {skin}")
