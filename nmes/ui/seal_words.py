"""Who vouches for a record, and its head as a code to write down: for the screens that show a verdict. Pure.

Law: what was not verified has neither. A key that is not known here is told beside the verdict, never instead of it. An
end that nothing vouches for yet is not called intact: whoever changes it without the key leaves the same.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from nmes.language import _, many
from nmes.record.head_code import code_of
from nmes.record.verdicts import SessionVerdict
from nmes.record.verify import Damaged, Intact
from nmes.reports.kept import sealed_words

LIMITS = _("A chain is checked against itself: sessions missing at its very end show only against a copy of its head.")


def seal_lines(found: SessionVerdict) -> list[str]:
    """The signature, and the head code of a record that has a sound end."""
    verdict = found.verdict
    said, loud = sealed_words(found.sealed, verdict.head, unread=found.unread)
    lines = [f"✖ {said}" if loud else said]
    if isinstance(verdict, Damaged) or verdict.head is None:
        return lines
    return [*lines, _("Head code: {code}").format(code=code_of(verdict.head.hash))]


def mark(found: SessionVerdict) -> str:
    """One sign for a row: whole; whole, but signed with a key that is not known here, or not to its end; not whole."""
    if not isinstance(found.verdict, Intact):
        return "✖"
    sound = found.sealed is None or (found.sealed.known and found.vouched_to is None)
    return "✓" if sound else "?"


def chain_words(done: Sequence[SessionVerdict], listed: Collection[str]) -> tuple[str, bool]:
    """What was found in a whole chain, and whether it is a loud one. `listed`: the sessions that stand in the list; the
    entries of the care do not, so one that is not intact, or not signed to its end, is named.
    """
    bad = [one.session for one in done if not isinstance(one.verdict, Intact)]
    unknown = [one for one in done if one.sealed is not None and not one.sealed.known]
    unsigned = [one.session for one in done if one.vouched_to is not None]
    if bad:
        parts = [many("✖ {number} record is NOT INTACT.", "✖ {number} records are NOT INTACT.", len(bad))]
    elif unsigned:
        parts = [many("✓ {number} record verified, and whole.", "✓ {number} records verified, all whole.", len(done))]
    else:
        parts = [many("✓ {number} record verified, all intact.", "✓ {number} records verified, all intact.", len(done))]
    parts += [_("Not intact: {session}.").format(session=one) for one in bad if one not in listed]
    if unsigned:
        said = many("? {number} is not signed to its end: what stands after its last signature may have been changed.",
                    "? {number} are not signed to their ends: what stands after their last signatures may have been "
                    "changed.", len(unsigned))  # fmt: skip
        parts.append(said)
    parts += [_("Not signed to its end: {session}.").format(session=one) for one in unsigned if one not in listed]
    if unknown:
        said = many("✖ {number} is signed with a key that is not known here.",
                    "✖ {number} are signed with a key that is not known here.", len(unknown))  # fmt: skip
        parts.append(said)
    parts.append(LIMITS)
    head = done[-1].verdict.head if done else None
    if head is not None and not bad:
        parts.append(_("Head code: {code}").format(code=code_of(head.hash)))
    return " ".join(parts), bool(bad or unknown or unsigned)
