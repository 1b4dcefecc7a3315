"""Every requirement has its tests, every test that names one names one that there is, every risk has its controls."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from structure.repository import ROOT, text

from helpers import made_pages
from helpers.tracing import Covering, Hazard, Requirement, Tracing, coverings, problems, tracing

FOUND = tracing()


def test_every_requirement_is_traced_from_its_source_to_its_tests() -> None:
    assert problems(FOUND) == []


def test_every_promise_law_and_required_behaviour_is_listed() -> None:
    ids = {one.id for one in FOUND.requirements}
    wanted = {"PR": 2, "LW": 8, "SR": 20}
    assert {f"{group}-{number:02d}" for group, most in wanted.items() for number in range(1, most + 1)} <= ids
    assert {one[:2] for one in ids} == set(made_pages.GROUPS)


def test_the_laws_are_as_many_as_the_design_has() -> None:
    laws = re.findall(r"^- ", text(Path("docs/design.md")).partition("## Laws")[2].partition("\n## ")[0], re.MULTILINE)
    assert len(laws) == sum(one.id.startswith("LW") for one in FOUND.requirements)


def test_every_requirement_that_source_and_documents_name_is_listed() -> None:
    ids = {one.id for one in FOUND.requirements} | {one.id for one in FOUND.hazards}
    sources = [path for folder in ("nmes", "firmware_sim", "docs") for path in (ROOT / folder).rglob("*.[pm][yd]")]
    named = {found for path in sources for found in re.findall(r"\b(?:SR|LW|FR|TH|HZ)-\d\d\b", path.read_text("utf-8"))}
    assert "SR-06" in named
    assert named <= ids


def test_every_threat_is_told_on_its_page() -> None:
    page = text(Path("docs/threats.md"))
    assert [one.id for one in FOUND.requirements if one.id.startswith("TH") and one.id not in page] == []


@pytest.mark.parametrize("name", ["traceability", "risks"])
def test_the_page_is_as_it_is_made(name: str) -> None:
    stands, made = made_pages.as_made(name)
    assert stands == made, "python tests/helpers/made_pages.py"


# --- the checks can fail ---

ONE = Requirement("SR-01", "it holds", "[design]", ("HZ-01",))
RISK = Hazard("HZ-01", "a", "b", "c", "minor", "d")
TEST = Covering("tests/test_a.py::test_b", ("SR-01",), daily=True)
GOOD = Tracing((ONE,), (RISK,), (TEST,))


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        ({"coverings": ()}, "SR-01 has no test of the daily suite"),
        ({"coverings": (replace(TEST, daily=False),)}, "SR-01 has no test of the daily suite"),
        ({"coverings": (replace(TEST, ids=("SR-01", "SR-99")),)}, f"{TEST.test} names SR-99, which is not there"),
        ({"requirements": (replace(ONE, source="it was said"),)}, "SR-01 has no tag in its source"),
        ({"requirements": (replace(ONE, hazards=("HZ-01", "HZ-02")),)}, "SR-01 names HZ-02, which is not there"),
        ({"requirements": (ONE, ONE)}, "SR-01 is given twice"),
        ({"hazards": (RISK, replace(RISK, id="HZ-02"))}, "HZ-02 has no control"),
    ],
)
def test_what_is_not_traced_is_named(spoilt: dict[str, Any], said: str) -> None:
    assert problems(GOOD) == []
    assert problems(replace(GOOD, **spoilt)) == [said]


def test_marks_are_found_on_functions_and_methods_and_those_of_campaigns_told_apart() -> None:
    source = (
        '@pytest.mark.covers("SR-01")\ndef test_a(): ...\n'
        'class TestB:\n    @pytest.mark.covers("SR-02", "SR-03")\n    async def test_b(self): ...\n'
        '@pytest.mark.campaign\n@pytest.mark.covers("SR-04")\ndef test_c(): ...\ndef test_d(): ...\n'
    )
    assert [(one.test, one.ids, one.daily) for one in coverings(source, "f")] == [
        ("f::test_a", ("SR-01",), True),
        ("f::TestB::test_b", ("SR-02", "SR-03"), True),
        ("f::test_c", ("SR-04",), False),
    ]
    assert not next(coverings(f"pytestmark = pytest.mark.campaign\n{source}", "f")).daily
    with pytest.raises(ValueError, match="helper is no test"):
        list(coverings('@pytest.mark.covers("SR-01")\ndef helper(): ...', "f"))


def test_an_empty_cell_and_a_page_without_its_place_are_refused() -> None:
    with pytest.raises(ValueError, match="an empty or broken cell"):
        made_pages.table(("a", "b"), [("x", " ")])
    with pytest.raises(ValueError, match="no place for: risks"):
        made_pages.with_made("# A page", "risks", [])
