"""The reference of the checklist says of every code what the program asks, what follows, and where that is from."""

from __future__ import annotations

import re
from pathlib import Path

from structure.repository import text

from helpers.rows import bundled
from nmes.core.screening import CATALOGUE, HEADINGS, Code, Group, Severity

SAID = text(Path("docs/reference/screening.md"))
LISTED = text(Path("docs/reference/references.md"))
PLAIN = {
    Severity.BLOCK: "do not stimulate",
    Severity.LOCAL: "not here",
    Severity.REVIEW: "medical review first",
    Severity.WARN: "with care",
    Severity.NOTE: "note",
    Severity.NONE: "not asked",
}


def row(entry: Code) -> str:
    """The line of the table that has to stand in the reference."""
    question = f"{entry.question} {entry.then}".strip()
    return f"| `{entry.code}` | {question} | {_cell(entry, 'nmes')} | {_cell(entry, 'tens')} |"


def _cell(entry: Code, kind: str) -> str:
    severity = PLAIN[entry.severity(kind)]
    if entry.severity(kind) is Severity.NONE:
        return severity
    return f"**TO VERIFY**: {severity} [verify]" if entry.to_verify(kind) else f"{severity} [{entry.source(kind)}]"


@bundled("code", CATALOGUE)
def test_every_code_stands_under_its_heading_with_question_severity_and_source(code: str) -> None:
    entry = CATALOGUE[code]
    assert SAID.count(row(entry)) == 1, f"write into docs/reference/screening.md:\n{row(entry)}"
    under = SAID[: SAID.index(row(entry))].rpartition("\n## ")[2].partition("\n")[0]
    assert under == HEADINGS[entry.group("nmes")]


def test_no_code_is_told_of_that_there_is_not() -> None:
    assert set(re.findall(r"^\| `([a-z0-9_]+)` \|", SAID, re.MULTILINE)) == set(CATALOGUE)


def test_the_headings_come_in_the_order_of_the_checklist() -> None:
    found = [heading for heading in re.findall(r"^## (.*)$", SAID, re.MULTILINE) if heading in HEADINGS.values()]
    assert found == [HEADINGS[group] for group in Group]


def test_every_document_that_the_catalogue_names_is_listed() -> None:
    for entry in CATALOGUE.values():
        for kind in ("nmes", "tens"):
            for number in re.findall(r"\b\d+[a-z]?\b", entry.source(kind)):
                assert re.search(rf"^\| [^|]*\b{number}\b[^|]* \|", LISTED, re.MULTILINE), f"{entry.code}: {number}"
