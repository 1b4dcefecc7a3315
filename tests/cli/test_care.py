"""The home sheet: text that fits the terminal, a page that needs nothing else, and one clear error for wrong input."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cli.conftest import Nmes

from nmes.cli import care
from nmes.core.care import CRAMPS, DESIGN, Line, Part, Sheet, acute_cramp

DOI = "10.1002/14651858.CD008496.pub3"


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("arguments", [("care",), ("care", "cramps")])
def test_the_sheet_is_printed_whole_with_its_source_and_the_acute_instruction(
    nmes: Nmes, arguments: tuple[str, ...]
) -> None:
    said = nmes(*arguments)
    assert (said.code, said.err) == (0, "")
    for part in CRAMPS.parts:
        assert part.heading in said.out
        assert all(line.text in flat(said.out) for line in part.lines)
    assert "every day. [1]" in said.out
    assert f"[1] Cochrane review CD008496 (doi {DOI})" in flat(said.out)
    assert "Lines without a mark: this program's suggestion; not from a trial." in flat(said.out)
    assert all(line in said.out for line in acute_cramp())


@pytest.mark.parametrize("width", [50, 79, 99])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    lines = care.text(CRAMPS, width)
    assert max(map(len, lines)) <= width


def test_the_page_has_everything_in_one_file_and_asks_for_nothing(nmes: Nmes, tmp_path: Path) -> None:
    file = tmp_path / "cramps.html"
    said = nmes("care", "--html", str(file))
    assert said.code == 0
    assert said.out.endswith(f"Page: {file}\n")
    page = file.read_text(encoding="utf-8")
    for part in CRAMPS.parts:
        assert part.heading in page
        assert all(line.text in page for line in part.lines)
    assert page.count("[1]") == 2, "at the line and at its source"
    assert DOI in page
    assert "size: A4" in page
    assert "default-src 'none'" in page
    assert not re.search(r"<script|src=|href=|url\(|@import", page)


def test_what_stands_on_the_page_is_text_and_never_markup() -> None:
    sheet = Sheet("x", "<b>", "a & b", (Part("<i>", (Line("<script>", DESIGN),), "<u>"),), "<s>")
    page = care.page(sheet)
    for escaped in ("&lt;b&gt;", "a &amp; b", "&lt;i&gt;", "&lt;script&gt;", "&lt;u&gt;", "&lt;s&gt;"):
        assert escaped in page
    assert "<script" not in page


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("care", "cramp"), 'care "cramp": there is no such sheet; did you mean "cramps"?'),
        (("care", "headache"), 'care "headache": there is no such sheet; there is: cramps'),
        (("care", "--html", ""), '--html "": give the name of a file'),
        (("care", "--html", "-"), '--html "-": give the name of a file'),
        (("care", "--html", "/nowhere/at/all.html"), "there is no folder"),
    ],
)
def test_wrong_input_is_one_clear_error_and_nothing_is_printed(
    nmes: Nmes, arguments: tuple[str, ...], told: str
) -> None:
    said = nmes(*arguments)
    assert said.code == 2
    assert told in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_a_page_that_is_there_is_kept_unless_that_is_asked_for(nmes: Nmes, tmp_path: Path) -> None:
    file = tmp_path / "cramps.html"
    file.write_text("mine")
    said = nmes("care", "--html", str(file))
    assert (said.code, said.out, file.read_text()) == (2, "", "mine")
    assert "this file is there already; give another name, or add --force" in said.err
    assert nmes("care", "--html", str(file), "--force").code == 0
    assert file.read_text().startswith("<!doctype html>")
