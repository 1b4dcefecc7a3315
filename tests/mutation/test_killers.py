"""A verdict outlives neither the code it is about nor the test that gave it."""

from __future__ import annotations

from pathlib import Path

import pytest
from mutation.bench import standing
from mutation.killers import there
from mutation.work import Outcome, Verdict

pytestmark = pytest.mark.thorough

FILE = "tests/mutation/test_killers.py"
HERE = f"{FILE}::TestNamed::test_a_test_that_is_written_down_is_there"
GONE = f"{FILE}::TestNamed::test_that_somebody_removed"


class TestNamed:
    @pytest.mark.parametrize(
        "detail",
        [
            HERE,
            f"{HERE}[a parameter - with :: in it]",
            f"FAILED {HERE} - AssertionError: assert 1 == 2",
            f"ERROR {FILE} - ImportError: a file that could not be imported",
            f"{FILE}::test_an_unchanged_verdict_holds_while_its_test_is_there[killed] ended by signal 9",
        ],
    )
    def test_a_test_that_is_written_down_is_there(self, detail: str) -> None:
        assert there(detail)

    @pytest.mark.parametrize(
        "detail",
        [
            "",
            "ended by signal 9",
            GONE,
            f"FAILED {GONE}[one] - AssertionError",
            f"{FILE}::test_a_test_that_is_written_down_is_there",
            "tests/mutation/test_of_yesterday.py::test_a_test_that_is_written_down_is_there",
        ],
    )
    def test_one_that_is_not_written_where_it_was_is_gone(self, detail: str) -> None:
        assert not there(detail)


def kept(folder: Path, *said: Verdict) -> Path:
    file = folder / "results"
    for verdict in said:
        verdict.append(file)
    return file


@pytest.mark.parametrize("outcome", ["killed", "hung"])
def test_an_unchanged_verdict_holds_while_its_test_is_there(tmp_path: Path, outcome: Outcome) -> None:
    one, other = Verdict("one", outcome, HERE, "code", "old"), Verdict("other", outcome, GONE, "code", "old")
    file, digest = kept(tmp_path, one, other), {"one": "code", "other": "code"}
    assert standing(file, digest, "new") == {"one": one}
    assert standing(file, digest, "old") == {"one": one, "other": other}, "the tests are the same"
    assert standing(file, {"one": "changed"}, "old") == {}


def test_a_survivor_holds_while_the_tests_are_the_same(tmp_path: Path) -> None:
    one = Verdict("one", "survived", "", "code", "old")
    file = kept(tmp_path, one)
    assert standing(file, {"one": "code"}, "old") == {"one": one}
    assert standing(file, {"one": "code"}, "new") == {}
