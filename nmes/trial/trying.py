"""One protocol tried on one virtual patient: the wire, then the patient, then the judgement.

Separate from what shows it: terminal, JSON and page all read a `Trial`, and a population is made of the same parts.
"""

from __future__ import annotations

from dataclasses import dataclass

from nmes.core.course import Course as Played
from nmes.core.plan import Delivered, Plan, Slot
from nmes.core.units import frequency_mhz
from nmes.trial.course import Course
from nmes.trial.judge import doses_of, margins, measured_period_us
from nmes.trial.level import Found
from nmes.trial.replay import replay
from nmes.trial.setup import Setup, asking
from nmes.trial.stopping import Stopped, never
from nmes.trial.tried import Tried
from nmes.trial.wire import Progress, WireRun, treat


@dataclass(frozen=True, slots=True)
class SlotFigures:
    """One level: what was asked, what the device makes of it, what was measured at the skin, and how it was found.

    `found` is None where the session ended before. `measured_mhz` is the usual rate: inside a burst, and of a sweep the
    middle one; `played` tells the rest of both.
    """

    slot: Slot
    muscle: str
    made: Delivered
    measured_mhz: int | None
    found: Found | None
    played: Played


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial(Tried):
    """Everything that is known of one try of a treatment."""

    slots: tuple[SlotFigures, ...]
    course: Course

    @property
    def good(self) -> bool:
        """Complete and within every limit."""
        return self.run.ending.complete and self.within


def try_one(setup: Setup, progress: Progress = lambda _: None, stopped: Stopped = never) -> Trial:
    """The wire run of this patient, and what it did to him or her."""
    run = treat(setup.loaded, setup.plan, setup.loads, setup.guides(), asking(setup), progress, stopped, setup.family)
    currents = [shape.first.current_ua for shape in run.train.table]
    everywhere = dict.fromkeys((channel.channel for channel in setup.plan.channels), currents)
    course = replay(run.train, everywhere, setup.plan, run.treatment_us, setup.patient(), stopped)
    return Trial(
        setup=setup,
        run=run,
        slots=tuple(_figures(setup.plan, run, made) for made in setup.plan.delivered),
        margins=margins(setup.plan, run.train, run.treatment_us),
        doses=doses_of(setup.plan, run.train, run.treatment_us),
        course=course,
    )


def _figures(plan: Plan, run: WireRun, made: Delivered) -> SlotFigures:
    found = run.found.get(made.slot)
    period_us = None
    if found is not None and run.treatment_us is not None:
        period_us = measured_period_us(run.train, made.slot.channel, found.level_ua, run.treatment_us)
    muscle = next(channel.muscle for channel in plan.channels if channel.channel == made.slot.channel)
    measured_mhz = frequency_mhz(period_us) if period_us else None
    return SlotFigures(made.slot, muscle, made, measured_mhz, found, plan.course(made.slot))
