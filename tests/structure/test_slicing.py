"""What a slice leaves out: never what is asked for each time, and over many seeds everything has its turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from structure.repository import ROOT

from helpers.slicing import ASKED_BY, EACH_TIME, WHOLLY, left_out, taken

TESTS = {
    "tests/laws/test_walks.py": ("campaign", "campaign"),
    "tests/fuzz/test_fuzz.py": ("campaign",),
    "tests/guard/test_threads.py": ("campaign",),
    "tests/laws/encoders/test_wrong_encoders.py": ("thorough",),
    "tests/together/test_lines.py": ("campaign", "campaign", "campaign"),
    "tests/benchmarks/test_wire.py": ("benchmark", "benchmark"),
    "tests/ui/test_run.py": ("thorough", "thorough", "thorough"),
    "tests/core/test_plan.py": ("", ""),
}
FORMS = 8
SEEDS = range(200)


@dataclass(frozen=True)
class Item:
    """What a slice asks of a test."""

    nodeid: str
    mark: str

    def iter_markers(self) -> Iterator[pytest.Mark]:
        if self.mark:
            yield getattr(pytest.mark, self.mark).mark


def items() -> list[Item]:
    """Tests of those files in this order; those of campaigns come in eight forms each."""
    return [
        Item(f"{file}::test_{number}{form}", mark)
        for file, marks in TESTS.items()
        for number, mark in enumerate(marks)
        for form in ([f"[{form}]" for form in range(FORMS)] if mark == "campaign" else [""])
    ]


def _stay(monkeypatch: pytest.MonkeyPatch, seed: int, **asked: int) -> set[str]:
    for variable in ASKED_BY:
        monkeypatch.delenv(variable, raising=False)
    for variable, number in asked.items():
        monkeypatch.setenv(variable, str(number))
    monkeypatch.setenv("NMES_SEED", str(seed))
    tests = items()
    gone = left_out(tests)
    return {item.nodeid for item in tests if item not in gone}


def test_what_is_never_left_out_is_there() -> None:
    for place, mark in [*((place, "campaign") for place in EACH_TIME), *((place, "thorough") for place in WHOLLY)]:
        files = [ROOT / place] if place.endswith(".py") else (ROOT / place).rglob("test_*.py")
        assert any(f"mark.{mark}" in file.read_text("utf-8") for file in files), place


def test_without_being_asked_nothing_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(_stay(monkeypatch, 1)) == len(items())


def test_one_form_of_many_of_each_test(monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in SEEDS:
        stay = _stay(monkeypatch, seed, NMES_SLICE=FORMS)
        assert len([name for name in stay if "[" in name]) == 7
        assert len([name for name in stay if "[" not in name]) == 8


def test_of_what_is_drawn_all_have_their_turn_and_the_rest_is_there_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = [_stay(monkeypatch, seed, NMES_SLICE=4, NMES_DETAILS=3, NMES_LONG=3) for seed in SEEDS]
    assert set().union(*drawn) == {item.nodeid for item in items()}
    for stay in drawn:
        laws = {name.partition("[")[0] for name in stay if name.startswith((*EACH_TIME, *WHOLLY))}
        assert len(laws) == 5
        assert {name for name in stay if name.startswith("tests/core")} == {
            f"tests/core/test_plan.py::test_{number}" for number in range(2)
        }
    others = sum(len([name for name in stay if name.startswith(("tests/ui", "tests/benchmarks"))]) for stay in drawn)
    assert len(SEEDS) * 5 / 6 < others < len(SEEDS) * 5 / 2, "one of three"


def test_of_tests_that_are_all_drawn_one_at_least_is_taken_and_each_in_its_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A run in which nothing is left is the same as one whose tests are gone: a run of CI may end with neither."""
    monkeypatch.setenv("NMES_LONG", "40")
    tests, taken_by = [one for one in items() if one.mark == "benchmark"], []
    for seed in SEEDS:
        monkeypatch.setenv("NMES_SEED", str(seed))
        taken_by.append(len(tests) - len(left_out(tests)))
        assert left_out([]) == set()
    assert min(taken_by) == 1
    monkeypatch.delenv("NMES_LONG")
    assert left_out(tests) == set()


def test_the_same_seed_takes_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"NMES_SLICE": 4, "NMES_DETAILS": 3, "NMES_LONG": 3}
    assert _stay(monkeypatch, 5, **asked) == _stay(monkeypatch, 5, **asked)


def test_a_slice_is_never_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NMES_SLICE", "100")
    for seed in SEEDS:
        monkeypatch.setenv("NMES_SEED", str(seed))
        assert len(taken("few", [1, 2, 3])) == 1
