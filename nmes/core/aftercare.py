"""What is found on the patient, and how a session closes: after the treatment, signed or left with a reason.

Laws: an attended session whose output was ever asked for closes only by a signature, by leaving it with a reason, or
by the program's own end, which says so. Nothing is left out in silence: skin, pain and adverse events are each found or
"not done" with why. Nothing here can raise output: in `After` no level can be found and nothing starts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import assert_never

from nmes.core import commands as c
from nmes.core import events as e
from nmes.core.screening import tells
from nmes.core.session_value import Session, Step, noted, refused
from nmes.core.states import (
    After,
    Ended,
    Halt,
    Leaving,
    Paused,
    Placing,
    Ready,
    Screening,
    Stopped,
    Unsure,
)


def close(session: Session, why: str) -> Step:
    """The output is over, with its dose; where a person attends and any was ever asked for, what comes after begins."""
    session, said = noted(session, "dose", **dose(session))
    position_ms = session.state.from_ms if isinstance(session.state, Paused) else session.position_ms
    unconfirmed = isinstance(session.state, Unsure) and session.state.halt is Halt.UNCONFIRMED
    session = replace(session, position_ms=position_ms)
    if session.attended and session.intent:
        silent_by_ms = session.state.silent_by_ms if isinstance(session.state, Unsure | Leaving) else None
        return replace(session, state=After(why, unconfirmed, silent_by_ms)), said
    return replace(session, state=Ended(why, unconfirmed)), (*said, c.Close(why))


def dose(session: Session) -> dict[str, int]:
    """Charge by channel as a range, in nC; while the output is unknown the most there can be until it falls silent."""
    until_ms = session.now_ms
    if isinstance(session.state, Unsure | Leaving) and session.state.silent_by_ms is not None:
        until_ms = max(until_ms, session.state.silent_by_ms)
    return {
        f"channel_{total.channel}_{bound}_nc": value
        for total in session.ledger.totals(until_ms)
        for bound, value in (("low", total.low_nc), ("high", total.high_nc))
    }


# --- what is found ---


def observed(session: Session, event: e.Observed) -> Step:
    """A finding, kept in place of an older one of the same thing. It changes no output."""
    if session.attended is None or not isinstance(
        session.state, Screening | Placing | Ready | Paused | Stopped | After
    ):
        return refused(session, "not_observed_now")
    if not _in_range(session, event):
        return refused(session, "finding_range", finding=str(event.finding))
    if event.value is None and event.finding is not e.Finding.NOTE and not tells(event.text):
        return refused(session, "finding_reason", finding=str(event.finding))
    progress = session.progress
    if isinstance(session.state, After):
        progress = replace(progress, observed=_with(progress.observed, event))
    else:
        progress = replace(progress, earlier=_with(progress.earlier, event))
    session = replace(session, progress=progress)
    return noted(session, "observed", finding=str(event.finding), of=event.of)


def _with(found: tuple[e.Observed, ...], new: e.Observed) -> tuple[e.Observed, ...]:
    """The findings with a new one in place of an older one of the same thing; an empty note takes the note back."""
    kept = tuple(old for old in found if (old.finding, old.of) != (new.finding, new.of))
    return kept if new.finding is e.Finding.NOTE and not new.text.strip() else (*kept, new)


def _in_range(session: Session, event: e.Observed) -> bool:
    """Whether this can be found at all: of this channel or outcome, with this value, and in words where it needs them.

    Pain is told on the numerical rating scale from 0 to 10 [source: NRS-11]; the other scales are ours [design].
    """
    match event.finding:
        case e.Finding.SKIN:
            return event.of in {str(p.channel) for p in session.plan.channels} and _up_to(3, event.value)
        case e.Finding.NRS:
            return not event.of and _up_to(10, event.value)
        case e.Finding.ADVERSE:
            return not event.of and _up_to(1, event.value) and (not event.value or bool(event.text.strip()))
        case e.Finding.OUTCOME:
            known = session.attended is not None and event.of in session.attended.outcomes
            return known and event.value in {None, 1} and bool(event.text.strip())
        case e.Finding.NOTE:
            return not event.of and event.value is None
        case _:
            assert_never(event.finding)


def _up_to(highest: int, value: int | None) -> bool:
    return value is None or 0 <= value <= highest


# --- the signature ---


def still_to_find(session: Session) -> tuple[str, ...]:
    """What must be found, or not done with a reason, before anybody can sign."""
    found = {(one.finding, one.of) for one in session.progress.observed}
    needed = {(e.Finding.SKIN, str(p.channel)): f"skin:{p.channel}" for p in session.plan.channels}
    needed |= {(e.Finding.NRS, ""): "nrs", (e.Finding.ADVERSE, ""): "adverse"}
    return tuple(code for key, code in needed.items() if key not in found)


def open_outcomes(session: Session) -> tuple[str, ...]:
    """The outcomes of the card that are neither measured nor left out with a reason."""
    found = {one.of for one in session.progress.observed if one.finding is e.Finding.OUTCOME}
    outcomes = session.attended.outcomes if session.attended else ()
    return tuple(outcome for outcome in outcomes if outcome not in found)


def missing(session: Session) -> Iterator[str]:
    """What is missing after the treatment."""
    if isinstance(session.state, After):
        yield from still_to_find(session)
        yield from (f"outcome:{outcome}" for outcome in open_outcomes(session))
        yield "sign"


def signed(session: Session, event: e.Signed) -> Step:
    """The signature, if everything is there that it stands for."""
    state = session.state
    if not isinstance(state, After):
        return refused(session, "not_after")
    if session.record_fault:
        return refused(session, "not_signed")
    codes, open_ = still_to_find(session), open_outcomes(session)
    if codes:
        return refused(session, "after_missing", codes=" ".join(codes))
    if not tells(event.by):
        return refused(session, "signer_missing")
    if open_ and not tells(event.reason):
        return refused(session, "reason_missing", open="; ".join(open_))
    session, said = noted(session, "signed", by=event.by, reason=event.reason)
    return _over(session, state, said)


def left_unsigned(session: Session, reason: str) -> Step:
    """The end without a signature, with why."""
    state = session.state
    if not isinstance(state, After):
        return refused(session, "not_after")
    if not tells(reason):
        return refused(session, "reason_missing", open="")
    session, said = noted(session, "left_unsigned", reason=reason)
    return _over(session, state, said)


def end(session: Session, state: After, source: str) -> Step:
    """An end after the treatment: a person has to sign or to say why not, the program cannot wait for that."""
    if source != "program":
        return refused(session, "sign_first")
    session, said = noted(session, "left_unsigned", reason="program")
    return _over(session, state, said)


def _over(session: Session, state: After, said: tuple[c.Command, ...]) -> Step:
    return replace(session, state=Ended(state.why, state.unconfirmed)), (*said, c.Close(state.why))
