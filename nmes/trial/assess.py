"""An assessment tried on one virtual patient, who lives through it: the pulses reach the muscle as they come.

Law: the scripted therapist knows only what is seen and said. It presses CRAMP when the muscle is seen to cramp, and
what is measured is read from the session, beside what the virtual person really has. Proves nothing about a person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from nmes.core import events as e
from nmes.core.measurement import Measured
from nmes.core.view import View, Word
from nmes.trial.bench.joint import Bench, forgetful
from nmes.trial.bench.living import LivingPatient, device_with_patient
from nmes.trial.bench.patients import CrampBegan, Patient
from nmes.trial.judge import doses_of, margins
from nmes.trial.setup import Setup, asking
from nmes.trial.stopping import Stopped, never
from nmes.trial.tried import Tried
from nmes.trial.wire import AtTheSkin, Finder, Progress, through_the_wire

REACTION_MS: Final = 1_000
"""From the cramp to the key: somebody who watches the muscle [design]."""
REST_MS: Final = 300_000
"""Between finding the level and the test: force is back within 5 min. [source: Miller 2012, after a test]"""
GOOD_ENDS: Final = frozenset({"assessed", "complete"})


@dataclass(slots=True, kw_only=True)
class Assessor(Finder):
    """A therapist who also watches the muscle, and presses CRAMP once when it cramps."""

    new_cramp: Callable[[], CrampBegan | None]
    cramp: CrampBegan | None = None
    pressed_ms: int | None = None
    _seen_ms: int = 0

    def act(self, view: View) -> e.Event | None:
        if self.pressed_ms is not None:
            return None
        if self.cramp is None:
            self.cramp, self._seen_ms = self.new_cramp(), view.now_ms
        if self.cramp is not None and view.word is not Word.TITRATING:
            return self._press(view)
        return Finder.act(self, view)

    def _press(self, view: View) -> e.Event | None:
        if view.now_ms - self._seen_ms < REACTION_MS:
            return None
        self.pressed_ms = view.now_ms
        return e.Cramp("key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed(Tried):
    """What one assessment gave, beside what is true of the virtual person."""

    measured: tuple[Measured, ...]
    rested_mhz: int | None
    """The person's cramp threshold frequency before the test; None without a muscle."""
    cramp: CrampBegan | None
    pressed_ms: int | None

    @property
    def good(self) -> bool:
        """Came to its end, with a result or at its cap, and within every limit."""
        return self.run.ending.why in GOOD_ENDS and self.within

    @property
    def trains(self) -> int:
        """In how many trains of a stepped test there was any output; 0 for other assessments."""
        begun_us = self.run.treatment_us
        if begun_us is None:
            return 0
        at_ms = [(t_us - begun_us) // 1000 for t_us, _, amplitude_ua in self.run.commanded if amplitude_ua]
        steps = [stage for stage in self.plan.stages if stage.step_mhz is not None]
        return sum(any(stage.start_ms <= t_ms < stage.end_ms for t_ms in at_ms) for stage in steps)

    @property
    def off_ms(self) -> int:
        """When the device had confirmed that it is off."""
        return self.run.begun_us // 1000 + self.run.ending.at_ms

    @property
    def error_mhz(self) -> int | None:
        """Measured minus the person's own threshold, rested; the test itself tires the muscle, which raises it."""
        found = next((one.value for one in self.measured if one.what is e.What.CTF), None)
        return None if found is None or self.rested_mhz is None else found - self.rested_mhz


def assess(setup: Setup, progress: Progress = lambda _: None, stopped: Stopped = never) -> Assessed:
    """The whole assessment: checklist, pads, level, test. Keeps no record."""
    patient = setup.patient()
    rested_mhz = _rested_mhz(patient)
    device, living = device_with_patient(setup.loads, patient, family=setup.family)
    protocol = setup.loaded.protocol
    codes, absent_ms = protocol.screening_codes, protocol.operator_absent_limit_ms
    bench = Bench(setup.plan, codes, device=device, make_sink=forgetful, absent_limit_ms=absent_ms, family=setup.family)
    therapist = assessor(setup, bench, living)
    run = through_the_wire(bench, therapist, living.recorder, progress, stopped)
    return Assessed(
        setup=setup,
        run=run,
        margins=margins(setup.plan, run.train, run.treatment_us),
        doses=doses_of(setup.plan, run.train, run.treatment_us),
        measured=bench.view.measured,
        rested_mhz=rested_mhz,
        cramp=therapist.cramp,
        pressed_ms=therapist.pressed_ms,
    )


def assessor(setup: Setup, bench: Bench, living: LivingPatient) -> Assessor:
    """The therapist of an assessment on a bench with this patient."""
    answers = tuple(e.Answer(code, e.Reply.NO) for code in setup.loaded.protocol.screening_codes)
    return Assessor(
        answers=answers,
        enough=lambda *_: True,
        guides=setup.guides(),
        ask=AtTheSkin(bench, asking(setup)),
        new_cramp=living.new_cramp,
        rest_ms=REST_MS,
    )


def _rested_mhz(patient: Patient) -> int | None:
    muscles = patient.reading().muscles
    return muscles[0].ctf_mhz if muscles else None
