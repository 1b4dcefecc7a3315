"""A patient's course of care as values: the plan, what was done of it, what was tolerated, the outcomes over time.

Law: it is a value made by a fold over the record (`nmes.core.course_fold`) and kept nowhere. What is not known is None
and never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nmes.core.care_events import Answered, CareEvent, Decided, Outcome, PlanEnded, Proposal
from nmes.core.day import Day


@dataclass(frozen=True, slots=True)
class Entered:
    """An entry of the care and where it stands in the record. `t_utc` informs; `by`: who entered it.

    `day`: at this place; None where the record tells none.
    """

    event: CareEvent
    session: str
    seq: int
    t_utc: str
    by: str
    day: Day | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """What one channel was given at one waveform: the level accepted, in µA.

    `end_ua` and `most_ua`: what it was at the end of the treatment, and at most in it; None: not told.
    """

    channel: int
    waveform: int
    level_ua: int
    end_ua: int | None = None
    most_ua: int | None = None

    @property
    def held_ua(self) -> int:
        """What it was at the end."""
        return self.level_ua if self.end_ua is None else self.end_ua

    @property
    def is_lowered(self) -> bool:
        """Whether the treatment ended below what was accepted, or given in it."""
        return self.held_ua < max(self.level_ua, self.most_ua or 0)


@dataclass(frozen=True, slots=True)
class Value:
    """What a session found of an outcome. `value` None: the test reached its cap without a result.

    `muscle`: "" = of no muscle, or not told. `typed`: a person wrote it, no test of this session found it.
    `corrected`: its entry was corrected since.
    """

    outcome: Outcome
    value: int | None
    muscle: str = ""
    typed: bool = False
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """One session as the course needs it. `day`: at this place; `skin`: the worst after it, 0 normal to 3 burn.

    `max_tolerated`: muscle and µA. `t_utc`: when it began; "" = not told.
    """

    session: str
    day: Day
    protocol: str
    counts: bool
    assessment: str = ""
    why: str = ""
    """How it ended, as a code."""
    signed_by: str = ""
    levels: tuple[Level, ...] = ()
    nrs_before: int | None = None
    nrs_after: int | None = None
    skin: int | None = None
    adverse: bool | None = None
    measured: tuple[Value, ...] = ()
    max_tolerated: tuple[tuple[str, int], ...] = ()
    t_utc: str = ""
    flowed: bool = True
    """Whether any charge was accounted for, or may have flowed."""
    seqs: Mapping[str, int] = field(default_factory=dict, hash=False)
    """The entries that `nrs_after`, `skin` and the levels (`level_1_0`: channel, waveform) stand in, by name."""
    corrected: Mapping[int, str] = field(default_factory=dict, hash=False)
    """What is right instead of entries that were corrected since, by their numbers."""

    def right(self, name: str) -> str:
        """What is right instead of one of these, if its entry was corrected; "" if not."""
        return self.corrected.get(self.seqs.get(name, 0), "")


@dataclass(frozen=True, slots=True)
class PlanOfCare:
    """The plan in force. `entered` says who entered it, where and why."""

    protocol: str
    sessions_per_week: int
    weeks: int
    from_day: Day
    reason: str
    entered: Entered

    @property
    def until_day(self) -> Day:
        """The first day after it."""
        return self.from_day.plus(weeks=self.weeks)


@dataclass(frozen=True, slots=True)
class Due:
    """What a plan asks for today. `in_days`: until its next session, 0 = today, negative = overdue; None = no more.

    `against`: what was told and speaks against a session now. `booster_in_days`: once the plan is over, until one
    session more is wanted; None = none is.
    """

    plan: PlanOfCare
    in_days: int | None
    against: Proposal | None = None
    booster_in_days: int | None = None


@dataclass(frozen=True, slots=True)
class PlanWeek:
    """Week `number` of the plan, from 1, counted from its first day. `over`: none of its days is still to come."""

    number: int
    from_day: Day
    planned: int
    done: int
    over: bool


@dataclass(frozen=True, slots=True)
class Adherence:
    """Of the weeks that are over: sessions planned, and done (more than planned in a week makes up for no other)."""

    weeks: tuple[PlanWeek, ...] = ()
    planned: int = 0
    done: int = 0

    @property
    def permille(self) -> int | None:
        """None while no week is over."""
        return self.done * 1000 // self.planned if self.planned else None


@dataclass(frozen=True, slots=True)
class Point:
    """One value of an outcome, and the session (and entry) it stands in. `typed`: no test of that session found it.

    `unfinished`: of a week that was not over when it was written down. `corrected`: its entry was corrected since.
    """

    day: Day
    value: int
    session: str
    seq: int = 0
    typed: bool = False
    unfinished: bool = False
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class Curve:
    """An outcome over time, oldest first; of one muscle, where it is one's. `not_reached`: a test found none there."""

    outcome: Outcome
    points: tuple[Point, ...]
    muscle: str = ""
    not_reached: tuple[Day, ...] = ()


@dataclass(frozen=True, slots=True)
class Week:
    """One week of the diary as it counts now."""

    from_day: Day
    cramps: int
    worst_nrs: int | None
    text: str
    entered: Entered

    @property
    def unfinished(self) -> bool:
        """Whether it was not over when it was written down; not where the record tells no day."""
        return self.entered.day is not None and self.entered.day < self.from_day.plus(weeks=1)


@dataclass(frozen=True, slots=True)
class Tolerated:
    """A session of the plan's protocol in which a level was found, and what was told of it afterwards.

    `answered`: of each thing the newest answer, of the soreness the most.
    """

    given: Given
    answered: Answered | None = None


@dataclass(frozen=True, slots=True)
class Sore:
    """One answer to how sore somebody was: of which session of `CourseOfCare.treated`, from 0, and which of them, or
    the one to come, was the first that was given after it was told.
    """

    of: int
    value: int
    next: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided on a proposal; `entered` says by whom, and when."""

    decided: Decided
    entered: Entered


@dataclass(frozen=True, slots=True)
class CourseOfCare:
    """`due_in_days`: until the next session of the plan, 0 = today, negative = overdue; None = nothing is due.

    `treated`, `decisions` and `history`: oldest first; `soreness`: as it was told. `dark_urine`, `skin_mark`: the
    answer that told of it and that no newer one has taken back, of whichever session, side and plan. `trouble`:
    sessions whose entries are not believed, because the file is damaged or cannot be read; they may have held newer
    ones.
    """

    code: str
    side: str
    today: Day
    plan: PlanOfCare | None = None
    ended: PlanEnded | None = None
    given: tuple[Given, ...] = ()
    adherence: Adherence = Adherence()
    due_in_days: int | None = None
    treated: tuple[Tolerated, ...] = ()
    soreness: tuple[Sore, ...] = ()
    dark_urine: Answered | None = None
    skin_mark: Answered | None = None
    diary: tuple[Week, ...] = ()
    curves: tuple[Curve, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    decisions: tuple[Decision, ...] = ()
    history: tuple[Entered, ...] = ()
    trouble: tuple[str, ...] = ()

    def curve(self, outcome: Outcome, muscle: str = "") -> tuple[Point, ...]:
        """The points of an outcome, of a muscle or of none; none if nothing was measured."""
        return next((one.points for one in self.curves_of(outcome) if one.muscle == muscle), ())

    def curves_of(self, outcome: Outcome) -> tuple[Curve, ...]:
        """One for each muscle it was measured at."""
        return tuple(one for one in self.curves if one.outcome is outcome)

    @property
    def tolerated(self) -> Tolerated | None:
        """The last of the plan."""
        return self.treated[-1] if self.treated else None

    @property
    def after(self) -> str:
        """The last session of the plan's protocol: what is proposed follows it; "" if there was none yet."""
        return self.tolerated.given.session if self.tolerated else ""

    @property
    def agreed(self) -> tuple[Decision, ...]:
        """What was decided since that session: what holds for the next one. Of one proposal the last decision."""
        newest = {(one.decided.rule, one.decided.of): one for one in self.decisions if one.decided.after == self.after}
        return tuple(newest.values())

    @property
    def open_proposals(self) -> tuple[Proposal, ...]:
        """Those nobody has decided on yet."""
        decided = {(one.decided.rule, one.decided.of) for one in self.agreed}
        return tuple(one for one in self.proposals if (one.rule, one.of) not in decided)
