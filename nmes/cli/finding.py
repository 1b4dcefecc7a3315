"""Finding what a person named: a protocol by id or path, its plan, a session by number or the beginning of its id."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from nmes.cli.exits import wrong
from nmes.core.plan import Plan
from nmes.core.plan import compile as plan_for
from nmes.core.problems import PlanError, Problem, ProtocolError
from nmes.language import _
from nmes.record.files import Kind, chain_folder, home, number_of, session_files
from nmes.record.gone import is_about_care
from nmes.runtime.families import DEFAULT, Family
from nmes.runtime.library import Library, Loaded

_DIGITS: Final = 20
"""A longer text is no number of a session, and Python refuses to read very long ones."""


def protocol_named(id_or_path: str) -> Loaded:
    """The protocol; every problem of a bad one is told, and the nearest id for one that is not known."""
    try:
        return Library().load(id_or_path)
    except ProtocolError as error:
        wrong(*(str(problem) for problem in error.problems))


def plan_of(loaded: Loaded, ctf_mhz: int | None = None, family: Family = DEFAULT) -> Plan:
    """The plan for this stimulator; PlanError with each problem placed in the protocol's file."""
    try:
        return plan_for(loaded.protocol, family.capabilities, ctf_mhz)
    except PlanError as error:
        raise PlanError(placed(loaded, problem) for problem in error.problems) from error


def placed(loaded: Loaded, problem: Problem) -> Problem:
    """The same problem with the line and column of its path."""
    if problem.line:
        return problem
    path = tuple(int(part) if part.isdecimal() else part for part in problem.path.split(".") if part)
    line, column = loaded.tree.place(path)
    return replace(problem, file=str(loaded.path), line=line, column=column)


def session_named(text: str, kinds: tuple[Kind, ...]) -> tuple[Kind, Path]:
    """The one session with this number, or whose id begins with `text`."""
    found = [
        (kind, path) for kind in kinds for path in session_files(chain_folder(home(), kind)) if is_meant(path, text)
    ]
    if not found:
        wrong(_('there is no session "{text}"; see: nmes audit list').format(text=text))
    if len(found) > 1:
        names = ", ".join(f"{path.stem} ({kind.value})" for kind, path in found[:5])
        said = _('"{text}" could be {names}; give more of the id, or --patients or --simulation')
        wrong(said.format(text=text, names=names))
    return found[0]


def real_session(text: str, kinds: tuple[Kind, ...]) -> tuple[Kind, Path]:
    """The same, and no file with entries of the course of care: in those nothing was given."""
    kind, path = session_named(text, kinds)
    if _is_care(path):
        said = _("{session} holds entries of the course of care, and no session: nmes audit show {number}")
        wrong(said.format(session=path.stem, number=number_of(path)))
    return kind, path


def _is_care(path: Path) -> bool:
    """Why a file cannot be opened, whoever reads all of it tells."""
    try:
        return is_about_care(path)
    except OSError:
        return False


def is_meant(path: Path, text: str) -> bool:
    """Whether a file of a chain has this number, or an id that begins so."""
    return path.stem.startswith(text) or (text.isdecimal() and len(text) < _DIGITS and number_of(path) == int(text))
