"""What the commands of `nmes audit` share: which chains are asked, what a verdict says, what code it ends with."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from textwrap import wrap
from typing import Final, assert_never

from nmes.cli.exits import BAD, GOOD, KEY_UNKNOWN, TORN
from nmes.cli.try_output import width_of_terminal
from nmes.core.printable import printable
from nmes.language import _
from nmes.record.chain import Damage
from nmes.record.files import Kind
from nmes.record.texts import SUFFIX
from nmes.record.verdicts import SessionVerdict
from nmes.record.verify import Damaged, Intact, Torn, Verdict
from nmes.reports.damage_words import DAMAGES

TITLES: Final = {Kind.PATIENT: _("Patients"), Kind.SIMULATION: _("Simulation")}
_GRAVEST_FIRST: Final = (BAD, KEY_UNKNOWN, TORN, GOOD)
KINDS_OF_DAMAGE: Final = {
    Damage.ALTERED: _("altered"),
    Damage.NOT_CANONICAL: _("respelled"),
    Damage.MISSING: _("missing"),
    Damage.CUT: _("cut"),
    Damage.DUPLICATED: _("repeated"),
    Damage.ORDER: _("moved"),
    Damage.REPLACED: _("replaced"),
    Damage.FOREIGN: _("foreign"),
    Damage.UNSIGNED: _("not signed"),
    Damage.SIGNATURE: _("wrong signature"),
    Damage.TEXT: _("text"),
}


def kinds(*, patients: bool, simulation: bool) -> tuple[Kind, ...]:
    """The chains that were asked for; without a choice both."""
    chosen = {Kind.PATIENT: patients, Kind.SIMULATION: simulation}
    return tuple(kind for kind in Kind if chosen[kind] or not any(chosen.values()))


def code_of(found: SessionVerdict) -> int:
    """What the verdict on one file ends a command with."""
    verdict, sealed = found.verdict, found.sealed
    if isinstance(verdict, Damaged):
        return BAD
    if sealed is not None and not sealed.known:
        return KEY_UNKNOWN
    return TORN if isinstance(verdict, Torn) or (sealed is not None and sealed.pending) else GOOD


def gravest(codes: Iterable[int]) -> int:
    """Of several codes the one to end with: 1 before 4 before 3 before 0."""
    return min(codes, key=_GRAVEST_FIRST.index, default=GOOD)


def verdict_words(found: SessionVerdict) -> str:
    """What the verification found, in a sentence or two."""
    verdict = found.verdict
    match verdict:
        case Intact(entries=entries) if found.vouched_to is not None:
            said = _(
                "whole, {entries} entries, signed up to entry {entry}; what stands after it may have been changed."
            )
            return said.format(entries=entries, entry=found.vouched_to)
        case Intact(entries=0):
            return _("EMPTY: no entry stands in it; the session after it goes on from the one before it.")
        case Intact(entries=entries):
            return _("intact, {entries} entries, none altered.").format(entries=entries)
        case Torn(entries=0, torn=b""):
            return _("EMPTY: its file is empty: nothing is left of it.")
        case Torn(entries=entries):
            said = _("TORN: whole up to entry {entry}; the line after it was cut off while it was written.")
            return said.format(entry=entries)
        case Damaged(seq=seq, kind=kind):
            said = _("DAMAGED at entry {entry} ({kind}): {sentence}")
            return said.format(entry=seq, kind=KINDS_OF_DAMAGE[kind], sentence=DAMAGES[kind])
        case _:
            assert_never(verdict)


def place_words(path: Path, verdict: Verdict) -> str:
    """Where the first bad line is; of an end that is missing, after which line it would stand."""
    if isinstance(verdict, Damaged) and verdict.kind is Damage.CUT and verdict.seq > 1:
        return _("File: {path}, after its last line, {line}").format(path=path, line=verdict.seq - 1)
    if not isinstance(verdict, Damaged) and not verdict.entries:
        return _("File: {path}").format(path=path)
    line = verdict.seq if isinstance(verdict, Damaged) else verdict.entries + 1
    if isinstance(verdict, Damaged) and verdict.kind is Damage.TEXT:
        said = _("File: {path}, the text of line {line} of {record}")
        return said.format(path=path.with_suffix(SUFFIX), record=path.name, line=line)
    return _("File: {path}, line {line}").format(path=path, line=line)


def room() -> int | None:
    """The columns of the terminal a person reads in; None for a pipe, where a program wants each line whole."""
    return width_of_terminal() if sys.stdout.isatty() else None


def say(text: str, indent: str = "") -> None:
    """One line, folded to the terminal."""
    print("\n".join(folded(text, indent, room())))


def folded(text: str, indent: str, width: int | None) -> list[str]:
    """What may be shown of a line, in as many as it needs; those after the first are indented."""
    shown = printable(text)
    return [shown] if width is None else wrap(shown, width, subsequent_indent=indent, break_on_hyphens=False) or [""]
