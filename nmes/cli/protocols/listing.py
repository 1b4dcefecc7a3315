"""`nmes protocols list`: one protocol, two lines: what to type and how it is, then its title. Grouped by purpose."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, get_args

from nmes.cli.exits import GOOD, wrong
from nmes.cli.finding import plan_of
from nmes.core.problems import ProblemsError
from nmes.core.protocol import Protocol, Region
from nmes.core.suggest import nearest
from nmes.runtime.library import Entry, Library, own_folder
from nmes.ui.protocol_filter import PURPOSES

WIDEST: Final = 100
"""Longer lines are hard to read [design]."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What was asked for; "" and False leave all in."""

    region: str = ""
    indication: str = ""
    purpose: str = ""
    kind: str = ""
    grade: str = ""
    own: bool = False
    shipped: bool = False


def show_list(filters: Filters) -> int:
    """A file that cannot be used says so in its line, unless something was filtered for."""
    _understood(filters)
    entries = [entry for entry in Library().list() if _matches(entry, filters)]
    if not entries:
        print("No protocol matches." if _asked(filters) else "There are no protocols.")
        return GOOD
    longest = max(len(entry.path.stem) for entry in entries)
    heading = None
    for entry in sorted(entries, key=_group):
        if (group := _heading(entry)) != heading:
            print(group if heading is None else f"\n{group}")
            heading = group
        for line in _lines(entry, longest):
            print(_cut(line, width_now()))
    return GOOD


def width_now() -> int:
    """Columns of the terminal, at most what reads well."""
    return min(WIDEST, shutil.get_terminal_size().columns)


def _cut(line: str, width: int) -> str:
    """A line as wide as the terminal at most; only the path of a bad file may be longer, to be copied whole."""
    return line if len(line) <= width or "see: nmes" in line else f"{line[: width - 1]}…"


def _understood(filters: Filters) -> None:
    """Refuse a word that no protocol can have, with the nearest one."""
    known = {
        "region": get_args(Region),
        "purpose": get_args(Protocol.model_fields["purpose"].annotation),
        "kind": get_args(Protocol.model_fields["kind"].annotation),
        "grade": get_args(Protocol.model_fields["grade"].annotation),
    }
    for name, words in known.items():
        asked = getattr(filters, name)
        if asked and _same(name, asked) not in words:
            hint = nearest(asked, words)
            wrong(f'--{name} "{asked}": {f"{hint} Known: " if hint else "give one of "}{", ".join(words)}')
    if filters.own and filters.shipped:
        wrong("--own and --shipped together leave nothing; give one of them, or neither for all")


def _same(name: str, asked: str) -> str:
    return asked.upper() if name == "grade" else asked.lower()


def _asked(filters: Filters) -> bool:
    return filters != Filters()


def _matches(entry: Entry, filters: Filters) -> bool:
    if (filters.own and not entry.own) or (filters.shipped and entry.own):
        return False
    if entry.loaded is None:
        return filters in {Filters(), Filters(own=True), Filters(shipped=True)}
    protocol = entry.loaded.protocol
    text = f"{protocol.indication} {protocol.title}".lower()
    return all(
        (
            not filters.region or filters.region.lower() in protocol.body_regions,
            all(word in text for word in filters.indication.lower().split()),
            filters.purpose.lower() in {"", protocol.purpose},
            filters.kind.lower() in {"", protocol.kind},
            filters.grade.upper() in {"", protocol.grade},
        )
    )


def _group(entry: Entry) -> tuple[bool, int, str]:
    """Shipped ones by purpose, then the user's own."""
    order = list(PURPOSES)
    purpose = entry.loaded.protocol.purpose if entry.loaded and not entry.own else ""
    return entry.own, order.index(purpose) if purpose else len(order), entry.path.stem


def _heading(entry: Entry) -> str:
    if entry.own:
        return f"YOUR OWN, in {own_folder()}"
    return PURPOSES[entry.loaded.protocol.purpose] if entry.loaded else "CANNOT BE USED"


def _lines(entry: Entry, longest: int) -> Iterator[str]:
    if entry.loaded is None:
        yield entry.path.stem
        yield f"  cannot be used; see: nmes protocols check {entry.path}"
        return
    protocol = entry.loaded.protocol
    try:
        minutes = f"{-(-plan_of(entry.loaded).duration_ms // 60_000)} min"
    except ProblemsError:
        minutes = "not with this stimulator"
    yield f"{protocol.id:<{longest}}  {protocol.kind:<10}  grade {protocol.grade}  {minutes}"
    yield f"  {protocol.title}"
