"""The session as one frozen value, and how a decision is told: a `Note` for the record and the screen.

Apart from `session.py` because every file of rules (attending, raising, aftercare) makes the next value from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from nmes.core import commands as c
from nmes.core import events as e
from nmes.core import measurement as m
from nmes.core.attended import Attended, Progress
from nmes.core.dose import Ledger
from nmes.core.felt import Felt
from nmes.core.plan import Plan, Slot
from nmes.core.states import Idle, State
from nmes.core.waveform import Waveform

RULES = 2
"""The number of the rules by which a session decides, bound in its record: an older record is replayed by its own.

Since 1 a stepped test that was paused in a rest goes on with it, a cramp is noted with its contraction, and a most
tolerated of which no level would be left is refused. Since 2 the driver is told of a contraction when it begins, at
0, so that its first step comes when the plan says, and each contraction that begins within 5 s of a resume climbs."""
EARNING_RULES = 2
"""From these on a contraction's first step is earned from its beginning."""


@dataclass(frozen=True, slots=True)
class Session:
    """The whole session. `plan` carries the confirmed levels; `outputs` and `arms` are what was last asked for."""

    plan: Plan
    codes: tuple[str, ...]
    """Screening codes of the protocol."""
    state: State = field(default_factory=Idle)
    now_ms: int = 0
    epoch: int = 0
    trips: int = 0
    intent: int = 0
    position_ms: int = 0
    """Plan time at which a start goes on: 0, or the contraction cut by a STOP."""
    raised_at_ms: int | None = None
    confirmed: tuple[tuple[int, int], ...] = ()
    outputs: tuple[c.ChannelOutput, ...] = ()
    arms: tuple[c.Arm, ...] = ()
    waveforms: tuple[tuple[int, Waveform], ...] = ()
    """The last waveform asked for, by channel."""
    sent: tuple[tuple[int, Waveform], ...] = ()
    """... the last one that left for the device."""
    played: tuple[tuple[int, Waveform], ...] = ()
    """... the last one that it acknowledged: in a sweep another than the one that is on its way."""
    silent: tuple[int, ...] = ()
    """Channels that are acknowledged to be in the gap between two bursts: `confirmed`, and nothing flows."""
    course_from_ms: int = 0
    """When the titration began: from then on its sweep counts."""
    felt: Felt = field(default_factory=Felt)
    """The amplitude that the device confirmed for the slot being titrated, and how much of its sweep at it."""
    flow: tuple[tuple[int, int, int], ...] = ()
    """What may cross the skin now: `(channel, low_ua, high_ua)`; low is below high while a change is not confirmed."""
    ledger: Ledger = field(default_factory=Ledger)
    device: e.Identified | None = None
    record_fault: str = ""
    note: c.Note | None = None
    """The last decision, for the screen."""
    noted: tuple[c.Note, ...] = ()
    """The last decisions that a person has to know of when signing, oldest first."""
    who: m.Who = field(default_factory=m.Who)
    origin: m.Origin | None = None
    """Where the frequency that the plan was made with comes from; None if it derives nothing."""
    measured: tuple[m.Measured, ...] = ()
    accepted: tuple[tuple[Slot, int], ...] = ()
    """The level that was accepted last, by slot: told at the end, whatever became of it; never in force by itself."""
    last_levels: tuple[tuple[Slot, int], ...] = ()
    """By slot, the newer of the level accepted last and the one in force when all became void: for telling only."""
    train: m.Train | None = None
    """The last train that a stepped test has begun; None = none since the last titration."""
    once_more_ms: int | None = None
    """After a pause the train of the step that begins there comes slowly in a test, then once more at its level."""
    rules: int = RULES
    attended: Attended | None = None
    """What a session that a person attends and signs was begun with; None for all others."""
    progress: Progress = field(default_factory=Progress)
    """What the person has done of it so far."""


Step = tuple[Session, tuple[c.Command, ...]]

TO_SIGN = frozenset(
    (
        *("mark", "fault", "guard", "stop", "pause", "link_lost", "unanswered", "unsure", "record_failed"),
        *("read_back", "read_back_skipped", "refused:read_back_differs", "pad_larger", "refused:pad_smaller"),
        *("felt_elsewhere", "refused:mark", "refused:over_first", "over_mark", "patient_stop_tested", "left_unsigned"),
        "button_confirmed",
    )
)
"""Decisions that a person is shown again when signing."""
NOTED_AT_MOST = 64
"""So many of them are kept to be shown; the record has all. [design]"""


def told(session: Session, note: c.Note) -> Step:
    """The session with a decision that the record and the screen are told."""
    noted_ = (*session.noted, note)[-NOTED_AT_MOST:] if note.code in TO_SIGN else session.noted
    return replace(session, note=note, noted=noted_), (note,)


def noted(session: Session, code: str, **values: int | str) -> Step:
    """A decision by its code and values."""
    return told(session, c.Note(code, tuple(values.items())))


def refused(session: Session, code: str, **values: int | str) -> Step:
    """A decision not to do what was asked."""
    return noted(session, f"refused:{code}", **values)


def also(outcome: Step, notes: tuple[c.Command, ...]) -> Step:
    """The halt goes first; what it was for is written down after."""
    session, commands = outcome
    return session, (*commands, *notes)


def accepted(session: Session, slot: Slot, level_ua: int) -> Session:
    """The session that remembers this as the level accepted last."""
    newer = {slot: level_ua}
    kept = tuple({**dict(session.accepted), **newer}.items())
    return replace(session, accepted=kept, last_levels=tuple({**dict(session.last_levels), **newer}.items()))


def is_first(session: Session) -> bool:
    """Whether it is the patient's first by this protocol: by the record, or as it was said in the checklist."""
    return session.attended is not None and (session.attended.first or session.progress.said_first)


def without_levels(session: Session) -> Session:
    """No level is in force any more; with it goes what was said of where it is felt."""
    plan = session.plan
    in_force = {slot: plan.level_ua(slot) for slot in plan.slots if plan.level_ua(slot)}
    last_levels = tuple({**dict(session.last_levels), **in_force}.items())
    for slot in plan.slots:
        plan = plan.with_level(slot, 0)
    return replace(session, plan=plan, last_levels=last_levels, progress=replace(session.progress, in_place=()))
