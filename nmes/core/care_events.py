"""What is entered of a patient's care between the sessions: plan, diary, outcome, answers, decisions. Frozen values.

Law: an entry is never changed. What was entered wrongly is withdrawn by a newer entry that points at it, and of two
entries about the same thing the newer one counts. Nothing here raises output: a level is found from 0 in the session,
whatever was planned or agreed. Codes stand for patients, never names. Days are texts (`2026-11-21`), a week its Monday.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Values = tuple[tuple[str, int], ...]


class Outcome(StrEnum):
    """What is followed over time; the end of the name is the unit."""

    CRAMPS = "cramps"
    """Cramps in a week, from the diary."""
    CRAMP_NRS = "cramp_nrs"
    """The worst cramp of a week on the numerical rating scale, from the diary."""
    CTF = "ctf_mhz"
    MVIC = "mvic_mn"
    """The patient's own strongest contraction."""
    NRS = "nrs"
    """Pain from 0 to 10 on the numerical rating scale."""
    TUG = "tug_ms"
    """Timed-up-and-go."""
    STS5 = "sts5_ms"
    """Sit-to-stand five times."""
    WALK6 = "walk6_mm"
    """The way walked in 6 minutes."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A new pseudonym was made."""

    code: str
    side: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan of care; it takes the place of an older one of this side. `reason`: why it differs from the card."""

    code: str
    side: str
    protocol: str
    sessions_per_week: int
    weeks: int
    from_day: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PlanEnded:
    """The plan of this side holds no longer."""

    code: str
    side: str
    day: str
    reason: str


@dataclass(frozen=True, slots=True)
class Diary:
    """One week of the cramp diary. `week`: its Monday; `worst_nrs`: the worst cramp, None if not told or none came."""

    code: str
    side: str
    week: str
    cramps: int
    worst_nrs: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Assessed:
    """One outcome, measured or asked outside a session."""

    code: str
    side: str
    outcome: Outcome
    value: int
    day: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """What is told of a session afterwards: during it, and after 48 hours. None: not asked.

    `contraction`: 0 none, 1 flicker, 2 incomplete, 3 full to the end [design]. `soreness`: after 48 h, 0 to 10.
    """

    code: str
    side: str
    session: str
    discomfort: int | None = None
    contraction: int | None = None
    soreness: int | None = None
    dark_urine: bool | None = None
    skin_mark: bool | None = None
    text: str = ""


class Choice(StrEnum):
    ACCEPTED = "accepted"
    CHANGED = "changed"
    DECLINED = "declined"


class Rule(StrEnum):
    """What can be proposed for the next session. NO_STIMULATION, WAIT_SKIN, DELOAD: nothing else is, while one is."""

    NO_STIMULATION = "no_stimulation"
    """Dark urine was told: to a doctor at once."""
    WAIT_SKIN = "wait_skin"
    """A mark on the skin lasted more than 24 h."""
    DELOAD = "deload"
    """Sore after 48 h: wait until it has gone, then do less in the next session."""
    RETEST = "retest"
    """Measure `of` again, or for the first time."""
    ASK = "ask"
    """What the rules need to know of a session was not asked."""
    ADVANCE = "advance"
    SHARE = "share"
    """A greater share of the most that is tolerated."""
    HOLD = "hold"
    """As the last time."""
    FINISH = "finish"
    """The weeks of the plan are over."""
    BOOSTER = "booster"
    """They are over, and one more is due."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """`values`: what is proposed and what it rests on, the unit at the end of each name.

    `path`: the rule of the card (`progress.advance`), "" = of this program, for every card; `tag`: its origin.
    `after`: the session of the plan it follows, "" = none yet. `of`: what is to be measured again, or asked. `session`:
    of which it is to be asked, or was told; "" = of none.
    """

    rule: Rule
    values: Values = ()
    path: str = ""
    tag: str = "design"
    after: str = ""
    of: str = ""
    session: str = ""

    @property
    def stops(self) -> bool:
        """Whether it speaks against any session now. Of a soreness that has gone only less is left for the next."""
        if self.rule is Rule.DELOAD:
            return dict(self.values).get(SORE_NOW) != 0
        return self.rule in {Rule.NO_STIMULATION, Rule.WAIT_SKIN}


SORE_NOW = "soreness_now"
"""The newest answer, where it is another than the most that was told of a soreness."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What a person made of a proposal: `chosen` are the values that hold, `reason` is why it was not accepted."""

    code: str
    side: str
    rule: Rule
    after: str
    proposed: Values
    choice: Choice
    of: str = ""
    chosen: Values = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """An entry of the care was wrong and counts no longer; it stays where it is."""

    code: str
    side: str
    session: str
    seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class Corrected:
    """An entry of a session was wrong; `text` is what is right. It stays as it was written, and `entry` is its hash."""

    code: str
    side: str
    session: str
    seq: int
    entry: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Erased:
    """The free texts with these hashes are erased from a session, or from a file of care entries."""

    code: str
    side: str
    session: str
    hashes: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Archived:
    """All files of this chain up to `through` were archived and removed; `head` is the hash that one ended with.

    `archive` is the SHA-256 of the archive's file. It is about the chain, and about nobody: code and side are "".
    """

    through: str
    head: str
    files: int
    archive: str
    reason: str
    code: str = ""
    side: str = ""


CareEvent = (
    Registered | Planned | PlanEnded | Diary | Assessed | Answered | Decided | Withdrawn | Corrected | Erased | Archived
)


def free_texts(event: CareEvent) -> tuple[str, ...]:
    """What a person typed freely in it."""
    texts = (getattr(event, name, "") for name in ("reason", "text"))
    return tuple(text for text in texts if text)
