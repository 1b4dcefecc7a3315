"""`nmes protocols`: what there is, what one will do, and whether files are sound."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from nmes.cli.exits import BAD, GOOD, WRONG_INPUT, complain
from nmes.cli.finding import plan_of, protocol_named
from nmes.core.plan import Plan
from nmes.core.problems import Problem, ProblemsError
from nmes.core.protocol import Protocol, Provenance
from nmes.runtime.library import Entry, Library, Loaded, load_file

_TAGS = {"source": "source", "verify": "TO VERIFY", "design": "our default", "computed": "computed"}
WIDEST = 100
"""Longer lines are hard to read [design]."""


def show_list() -> int:
    """A table, one protocol a line; a file that cannot be used says so in its line."""
    rows = [_row(entry) for entry in Library().list()]
    width = max((len(row[0]) for row in rows), default=0)
    print(f"{'ID':<{width}}  KIND  GRADE  MINUTES  TITLE")
    for name, kind, grade, minutes, title in rows:
        print(f"{name:<{width}}  {kind:<4}  {grade:<5}  {minutes:>7}  {title}")
    return GOOD


def _row(entry: Entry) -> tuple[str, str, str, str, str]:
    if entry.loaded is None:
        return entry.path.stem, "-", "-", "-", f"cannot be used; see: nmes protocols check {entry.path}"
    protocol = entry.loaded.protocol
    try:
        minutes = str(-(-plan_of(entry.loaded).duration_ms // 60_000))
    except ProblemsError:
        minutes = "-"
    return protocol.id, protocol.kind, protocol.grade, minutes, protocol.title


def show_card(id_or_path: str) -> int:
    """All that the app's card tells, and where every single number comes from."""
    from nmes.ui.protocol_words import card

    loaded = protocol_named(id_or_path)
    plan: Plan | ProblemsError
    try:
        plan = plan_of(loaded)
    except ProblemsError as error:
        plan = error
    width = min(WIDEST, shutil.get_terminal_size().columns)
    print(card(loaded.protocol, plan, width).plain)
    print("\nWHERE EACH VALUE COMES FROM")
    for line in _provenance(loaded.protocol):
        print(line)
    print(f"\nFile: {loaded.path}\nSHA-256: {loaded.sha256}")
    return BAD if isinstance(plan, ProblemsError) else GOOD


def _provenance(protocol: Protocol) -> Iterator[str]:
    for path, found in protocol.provenance.items():
        yield f"{path} = {_value(protocol, path)}: {_origin(found)}"


def _origin(found: Provenance) -> str:
    cited = f" [{', '.join(found.cite)}]" if found.cite else ""
    return f"{_TAGS[found.tag]}{cited}{f'. {found.note}' if found.note else ''}"


def _value(protocol: Protocol, path: str) -> str:
    value: object = protocol
    for part in path.split("."):
        value = value[int(part)] if isinstance(value, tuple) and part.isdecimal() else getattr(value, part, None)
    return str(value)


def check(paths: list[Path]) -> int:
    """Every file: ok, or all its problems. 1 if any is bad, 2 if a path does not exist or holds no protocol."""
    code = GOOD
    for path in paths:
        files = _files(path)
        if not files:
            complain(f"{path}: no protocol files in this folder" if path.is_dir() else f"{path}: there is no such file")
            code = WRONG_INPUT
        for file in files:
            problems = _problems(file)
            print("\n".join(map(str, problems)) if problems else f"{file}: ok")
            code = max(code, BAD if problems else GOOD)
    return code


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.suffix in {".yaml", ".yml"} and file.is_file())
    return [path] if path.exists() else []


def _problems(file: Path) -> tuple[Problem, ...]:
    try:
        loaded: Loaded = load_file(file)
        plan_of(loaded)
    except ProblemsError as error:
        return error.problems
    return ()
