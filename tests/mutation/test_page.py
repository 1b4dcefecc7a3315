"""The page of the figures: a row for every target, made from a run, and the others left as they stand."""

from __future__ import annotations

from pathlib import Path

import pytest
from mutation.__main__ import main
from mutation.mutants import ROOT, Mutant
from mutation.page import HEAD, NOT_YET, row, with_rows
from mutation.report import Report
from mutation.targets import TARGETS
from mutation.work import Verdict

from helpers.made_figures import figures_of, with_figures, write_figures

pytestmark = pytest.mark.thorough

PAGE = ROOT / "docs" / "reference" / "mutation.md"
EMPTY = "Before.\n<!-- made: figures -->\n<!-- end -->\nAfter.\n"


def rows(page: str) -> dict[str, str]:
    lines = [line for line in figures_of(page).splitlines() if line.startswith("| ")]
    return {line.split(" | ")[0].removeprefix("| "): line for line in lines[1:]}


def of_the_chain() -> Report:
    """Five mutants: three noticed, one explained, one open."""
    mutants = tuple(Mutant("nmes.record.chain", "f", "compare", "a", str(at), (0, at), 1) for at in range(5))
    outcomes = ("killed", "hung", "killed", "survived", "survived")
    verdicts = {one.name: Verdict(one.name, outcome) for one, outcome in zip(mutants, outcomes, strict=True)}
    return Report(TARGETS[-1], mutants, verdicts, {mutants[3].name: "because"})


def test_every_target_has_its_row_on_the_page_as_it_stands() -> None:
    page = PAGE.read_text("utf-8")
    assert list(rows(page)) == [target.name for target in TARGETS]
    assert with_rows(page, {}) == page, "python -m mutation --write"
    assert {line.count(" | ") for line in rows(page).values()} == {len(HEAD) - 1}


def test_a_row_tells_what_was_found_and_of_which_commit() -> None:
    line = row(of_the_chain(), "abcdef012")
    assert line == "| chain | `nmes.record`: chain | `tests/record` | 5 | 3 | 1 | 1 | 60.0 | 90 | abcdef012 |"


def test_a_run_replaces_its_own_rows_alone() -> None:
    first = with_rows(EMPTY, {"chain": row(of_the_chain(), "one")})
    assert first.startswith("Before.\n")
    assert first.endswith("\nAfter.\n")
    assert NOT_YET in rows(first)["guard"]
    second = with_rows(first, {"guard": rows(first)["guard"].replace(NOT_YET, "7")})
    assert "| one |" in rows(second)["chain"]
    assert NOT_YET not in rows(second)["guard"]
    third = with_rows(second, {"chain": row(of_the_chain(), "two")})
    assert "| two |" in rows(third)["chain"]
    assert rows(third)["guard"] == rows(second)["guard"]


@pytest.mark.parametrize("part", [["--changed"], ["--only", "judge"]])
def test_a_part_of_a_target_is_not_written_down_as_the_whole(
    part: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([*part, "--write", str(tmp_path / "page.md")])
    assert "whole targets" in capsys.readouterr().err


# --- the figures of every page that has some ---


def test_figures_stand_between_the_marks_and_the_rest_stays(tmp_path: Path) -> None:
    file = tmp_path / "page.md"
    file.write_text(EMPTY, "utf-8")
    write_figures(file, "  \\1 of 3\n")
    assert file.read_text("utf-8") == EMPTY.replace("<!-- end", "```\n\\1 of 3\n```\n<!-- end")


@pytest.mark.parametrize("page", ["", "<!-- made: figures -->\n", "<!-- end -->"])
def test_a_page_without_a_place_for_figures_is_no_such_page(page: str) -> None:
    with pytest.raises(ValueError, match="no place"):
        with_figures(page, "1")
