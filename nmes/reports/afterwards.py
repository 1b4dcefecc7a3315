"""What was found on the patient, and who signed."""

from __future__ import annotations

from nmes.language import _
from nmes.record.story import UNSIGNED_BY_PROGRAM, Observation, Signature, Unsigned
from nmes.reports.document import Section, Table
from nmes.reports.told import Told


def findings(told: Told) -> Section:
    """Before output and after, each with its entry."""
    found = told.story.findings
    if not found:
        return Section(_("Findings"), (_("None is in the record: skin, pain and outcome are not known."),))
    head = (_("Time"), _("Entry"), _("When"), _("Finding"))
    return Section(_("Findings"), table=Table(head, tuple(_finding(told, one) for one in found)))


def _finding(told: Told, one: Observation) -> tuple[str, ...]:
    found = told.as_corrected(told.words.finding(one.observed), one.at)
    return told.when(one.at), told.entry(one.at), _when(told, one), found


def _when(told: Told, one: Observation) -> str:
    """Before the treatment had ever been started, between its start and its end, or after it."""
    if not one.before:
        return _("after the treatment")
    began = told.began
    return _("before the treatment") if began is None or one.at.seq < began.seq else _("before its end")


def signature(told: Told) -> Section:
    """By whom, or why not."""
    signed, said = told.story.signature, _signed(told)
    return Section(_("Signature"), (said if signed is None else told.as_corrected(said, signed.at),))


def _signed(told: Told) -> str:
    match told.story.signature:
        case Signature(at=at, by=by, reason=""):
            return _("Signed by {name} at {time}.").format(name=by, time=told.when(at))
        case Signature(at=at, by=by, reason=reason):
            said = _("Signed by {name} at {time}. Outcomes were left open: {reason}")
            return said.format(name=by, time=told.when(at), reason=reason)
        case Unsigned(at=at, reason=reason) if reason == UNSIGNED_BY_PROGRAM:
            said = _("NOT SIGNED: the program closed the session at {time}; nobody gave a reason.")
            return said.format(time=told.when(at))
        case Unsigned(at=at, reason=reason):
            return _("NOT SIGNED, left at {time}: {reason}").format(time=told.when(at), reason=reason)
        case None if told.story.opened is None or not told.story.opened.attended:
            return _("NOT SIGNED: this session was not one that is signed (a trial, a demo or an older record).")
        case _ if told.story.flowed:
            return _("NOT SIGNED: the record ends before a signature.")
        case _:
            return _("Not signed: there was no output, so there was nothing to sign.")
