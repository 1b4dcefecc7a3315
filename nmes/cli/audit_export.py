"""`nmes audit export` and `nmes audit report`: a record in a form that others read. The record stays as it is.

Law: what is written to a file is there whole or not at all, for its owner only, and never over another file unasked.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import Final, TypeVar

from nmes.cli.audit import code_of, gravest
from nmes.cli.exits import BAD, FAULT, GOOD, Failed, complain, wrong
from nmes.cli.finding import real_session, session_named
from nmes.core.corrections import Corrections, corrections
from nmes.language import _
from nmes.record.errors import RecordError
from nmes.record.files import Kind, chain_folder, home
from nmes.record.ledger import read
from nmes.record.story import Story
from nmes.record.telling import stories_of, story_of
from nmes.record.verdicts import SessionVerdict, verify_session
from nmes.reports.csv_file import Rows, csv_of
from nmes.reports.fhir import fhir_of
from nmes.reports.form import Form, Format, LibraryMissing
from nmes.reports.writing import replace_whole, write_report

_Choice = TypeVar("_Choice", bound=StrEnum)
_NAMED: Final = 5
"""Of many records that do not hold, so many are named: `verify` names all."""


class As(StrEnum):
    """What is exported."""

    JSONL = "jsonl"
    """The lines of the record, byte for byte: what a verifier reads."""
    CSV = "csv"
    FHIR = "fhir"


@dataclass(frozen=True, slots=True)
class Target:
    """Where it goes: `file` "" = standard output."""

    file: str = ""
    force: bool = False


def export(session: str, kinds: tuple[Kind, ...], as_: str, rows: str, target: Target, *, every: bool) -> int:
    """One session, or every one of the chains as one table; the exit code is that of verifying it."""
    if every == bool(session):
        wrong(_("say which session, or --all"))
    form = _one_of(As, "--format", as_)
    if rows and form is not As.CSV:
        wrong(_("--rows belongs to --format csv"))
    if every and form is not As.CSV:
        wrong(_("--all belongs to --format csv: as {form} a session is exported alone").format(form=form))
    kind_of_rows = _one_of(Rows, "--rows", rows or Rows.CHANNELS)
    path = free_file(target)
    told = _Verified()
    try:
        data = _made(session, kinds, form, kind_of_rows, told)
    except LibraryMissing as error:
        wrong(str(error))
    except RecordError as error:
        raise Failed(BAD, str(error)) from error
    put(data, path)
    told.complain()
    return gravest(told.codes.values())


@dataclass(slots=True)
class _Verified:
    """Remembers of each session that goes through it what `verify` says of it."""

    codes: dict[str, int] = field(default_factory=dict)

    def watch(self, stories: Iterable[Story]) -> Iterator[Story]:
        for story in stories:
            self.take(SessionVerdict(story.session, story.path, story.verdict, story.sealed))
            yield story

    def take(self, found: SessionVerdict) -> None:
        self.codes[found.session] = code_of(found)

    def complain(self) -> None:
        bad = [session for session, code in self.codes.items() if code != GOOD]
        said = _("{session}: this record does not hold as it should: nmes audit verify {session}")
        complain(*(said.format(session=one) for one in bad[:_NAMED]))
        if len(bad) > _NAMED:
            complain(_("and {number} more: nmes audit verify").format(number=len(bad) - _NAMED))


def _made(session: str, kinds: tuple[Kind, ...], form: As, rows: Rows, told: _Verified) -> bytes:
    if not session:
        every = chain.from_iterable(stories_of(chain_folder(home(), kind), kind) for kind in kinds)
        right = {session: of for kind in kinds for session, of in _corrections(kind).items()}
        return csv_of(told.watch(every), rows, right).encode()
    if form is As.JSONL:
        return _lines(session_named(session, kinds)[1], told)
    kind, path = real_session(session, kinds)
    (story,) = told.watch((story_of(path, kind),))
    of_it = _corrections(kind)
    made = csv_of((story,), rows, of_it) if form is As.CSV else fhir_of(story, of_it.get(story.session))
    return made.encode()


def _corrections(kind: Kind) -> Corrections:
    return corrections(read(home(), kind).entered)


def _lines(path: Path, told: _Verified) -> bytes:
    try:
        told.take(verify_session(path))
        return path.read_bytes()
    except OSError as error:
        said = _("{path}: the record cannot be read: {why}")
        raise RecordError(said.format(path=path, why=error.strerror)) from error


def report(session: str, kinds: tuple[Kind, ...], form: str, as_: str) -> int:
    """Write a report of a session beside the records; the exit code is that of verifying it."""
    wanted, format_ = _one_of(Form, "--form", form), _one_of(Format, "--format", as_)
    _kind, path = real_session(session, kinds)
    from nmes.ui.report_wording import WORDING

    try:
        written = write_report(home(), path.stem, WORDING, wanted, format_)
        found = verify_session(path)
    except LibraryMissing as error:
        wrong(str(error))
    except RecordError as error:
        raise Failed(BAD, str(error)) from error
    print(written)
    return code_of(found)


def _one_of(of: type[_Choice], option: str, text: str) -> _Choice:
    if text not in tuple(of):
        wrong(_('{option} "{text}": give {choices}').format(option=option, text=text, choices=", ".join(of)))
    return of(text)


def free_file(target: Target) -> Path | None:
    """The file to write, None for standard output; what cannot be written is said before anything is read."""
    if target.file in {"", "-"}:
        return None
    path = Path(target.file)
    try:
        refused = _refused(path, force=target.force)
    except OSError as error:
        refused = _("--to {file}: {why}").format(file=path, why=error.strerror)
    if refused:
        wrong(refused)
    return path


def _refused(path: Path, *, force: bool) -> str:
    """Why a file cannot be written there; "" if it can."""
    if not path.parent.is_dir():
        return _("--to {file}: there is no folder {folder}").format(file=path, folder=path.parent)
    if path.exists() and not path.is_file():
        return _("--to {file}: that is no plain file; give a file").format(file=path)
    if path.exists() and not force:
        return _("--to {file}: this file is there already; give another name, or add --force").format(file=path)
    return ""


def put(data: bytes, path: Path | None) -> None:
    """To the file, or to standard output byte for byte: no platform's line ends, no replaced letter."""
    if path is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        replace_whole(path, data)
    except OSError as error:
        said = _("{file} cannot be written: {why}")
        raise Failed(FAULT, said.format(file=path, why=error.strerror)) from error
    print(_("Written: {file}").format(file=path))
