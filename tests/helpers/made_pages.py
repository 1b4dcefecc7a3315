"""The tables of the documents that are made from data: requirements with their tests, risks, the fault matrix.

`python tests/helpers/made_pages.py` writes them anew, between two marks; the prose around them is written by hand.
Tests hold what stands there equal to what would be made.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

if __name__ == "__main__":  # run as a program: what tests import stands beside this folder
    sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[2])]

from helpers.tracing import ROOT, Hazard, Requirement, Tracing, tracing

BEGIN: Final = "<!-- made by tests/helpers/made_pages.py: {name} -->"
END: Final = "<!-- end of what was made -->"
GROUPS: Final = {
    "PR": "Two promises",
    "LW": "Laws",
    "SR": "Required behaviours",
    "FR": "Learned from reports of the field",
    "TH": "Threats",
}


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """Lines of Markdown; a cell is one line, and never empty."""
    head = list(head)
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for row in rows:
        cells = [cell.replace("|", "\\|").strip() for cell in row]
        if len(cells) != len(head) or not all(cells) or any("\n" in cell for cell in cells):
            raise ValueError(f"an empty or broken cell: {cells}")
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def traceability(found: Tracing) -> list[str]:
    """Every requirement with its source, its hazards and its tests, group by group."""
    lines: list[str] = []
    for prefix, title in GROUPS.items():
        group = [one for one in found.requirements if one.id.startswith(prefix)]
        lines += [f"## {title}", ""]
        lines += table(
            ("id", "requirement", "source", "hazards", "shown by, among others"), (_row(one, found) for one in group)
        )
        lines += [""]
    return lines[:-1]


def _row(one: Requirement, found: Tracing) -> list[str]:
    tests = (
        f"`{test.test.removeprefix('tests/')}`{'' if test.daily else ' (campaign)'}" for test in found.tests_of(one.id)
    )
    text = f"{one.text} *{one.state}*" if one.state else one.text
    return [one.id, text, one.source, ", ".join(one.hazards), "<br>".join(tests)]


def risks(found: Tracing) -> list[str]:
    """The risk file's rows."""
    head = ("id", "hazard", "sequence of events", "harm", "severity", "controls", "verification", "residual risk")
    return table(head, (_risk(hazard, found) for hazard in found.hazards))


def _risk(hazard: Hazard, found: Tracing) -> list[str]:
    controls = found.controls_of(hazard)
    tests = {test.test for one in controls for test in found.tests_of(one.id)}
    shown = f"{len(tests)} tests, by requirement in [traceability](reference/traceability.md)"
    ids = ", ".join(one.id for one in controls)
    return [hazard.id, hazard.hazard, hazard.sequence, hazard.harm, hazard.severity, ids, shown, hazard.residual]


def fault_matrix() -> list[str]:
    """From the tables that the tests of the faults run on."""
    from together.fault_table import lines

    return lines()


PAGES: Final[dict[str, tuple[str, Callable[[], list[str]]]]] = {
    "traceability": ("docs/reference/traceability.md", lambda: traceability(tracing())),
    "risks": ("docs/risk.md", lambda: risks(tracing())),
    "fault matrix": ("docs/reference/fault-matrix.md", fault_matrix),
}


def with_made(source: str, name: str, made: list[str]) -> str:
    """The page with its table as it is made now. ValueError where the marks are not there."""
    begin = BEGIN.format(name=name)
    before, found, rest = source.partition(f"{begin}\n")
    _old, also, after = rest.partition(END)
    if not (found and also):
        raise ValueError(f"the page has no place for: {name}")
    return "\n".join([f"{before}{begin}", "", *made, "", f"{END}{after}"])


def as_made(name: str) -> tuple[str, str]:
    """A page as it stands, and as it would be made."""
    file, make = PAGES[name]
    source = (ROOT / file).read_text(encoding="utf-8")
    return source, with_made(source, name, make())


if __name__ == "__main__":
    for page, (where, _make) in PAGES.items():
        (ROOT / where).write_text(as_made(page)[1], encoding="utf-8")
        print(f"{where}: made")
