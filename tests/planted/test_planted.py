"""The tests are tested: with each known defect in the program, the tests that are named for it are red; without, green.

The tables are checked in the default suite; the defects themselves are planted in the campaign, each in the same copy
of the tree, one after the other.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from planted.planting import PLANTED_FOR, ROOT, Defect, copy_of_the_tree, defects, planted, requirements

from helpers.rows import bundled
from helpers.slicing import ASKED_BY

DEFECTS = defects()
PASSED, FAILED = 0, 1
"""pytest's exit codes; every other one means that the tests could not be run, which proves nothing."""
SECONDS = 900
"""For the few tests of one defect, or all of them without any: 130 s on a computer that has five other things to do."""
Runs = Callable[[tuple[str, ...]], tuple[int, str]]

NAMES = [defect.name.replace(" ", "-") for defect in DEFECTS]
each = pytest.mark.parametrize("defect", DEFECTS, ids=NAMES)
each_at_once = bundled("defect", DEFECTS, ids=NAMES)


@each_at_once
def test_its_context_stands_once_and_the_defect_is_a_program(defect: Defect) -> None:
    source = planted(defect, (ROOT / defect.file).read_text("utf-8"))
    ast.parse(source, defect.file)
    assert defect.new != defect.old


@each_at_once
def test_the_tests_that_are_to_see_it_are_there(defect: Defect) -> None:
    assert defect.tests
    assert [test for test in defect.tests if not (ROOT / test.partition("::")[0]).exists()] == []


def test_every_promise_law_and_required_behaviour_has_a_defect_and_no_defect_breaks_what_is_not_listed() -> None:
    broken, listed = {what for defect in DEFECTS for what in defect.breaks}, requirements()
    assert {what for what in listed if what.startswith(PLANTED_FOR)} - broken == set()
    assert broken - listed == set()


def test_no_defect_stands_there_twice() -> None:
    assert len({defect.name for defect in DEFECTS}) == len(DEFECTS)
    assert len({(defect.file, defect.old, defect.new) for defect in DEFECTS}) == len(DEFECTS)


@pytest.mark.parametrize("old", ["nowhere in it", "e"])
def test_a_context_that_is_gone_or_is_no_place_fails(old: str) -> None:
    with pytest.raises(ValueError, match="not once"):
        planted(replace(DEFECTS[0], old=old), "one here, one there\n")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_the_tree(tmp_path_factory.mktemp("planted"))


@pytest.fixture(scope="module")
def runs(tree: Path) -> Runs:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")} | {
        "PYTHONPATH": os.pathsep.join((str(tree), str(tree / "tests"))),
        "PYTHONDONTWRITEBYTECODE": "1",  # a file that is changed within a second has the same stamp
    }
    for unwanted in ("PYTHONPYCACHEPREFIX", *ASKED_BY):
        environment.pop(unwanted, None)
    options = ("-x", "-q", "-n", "0", "-p", "no:cacheprovider", "-p", "no:randomly", "--hypothesis-seed=0")
    options += ("-m", "not campaign and not benchmark")

    def run(tests: tuple[str, ...]) -> tuple[int, str]:
        command = [sys.executable, "-m", "pytest", *options, *tests]
        done = subprocess.run(
            command, cwd=tree, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
        return done.returncode, done.stdout[-3000:] + done.stderr[-1000:]

    return run


@pytest.fixture(scope="module")
def judged(request: pytest.FixtureRequest, runs: Runs) -> Runs:
    """As `runs`, once the tests of all defects that this run takes were green without any; red ones see nothing."""
    chosen = {
        test
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.originalname == test_with_it_the_tests_are_red.__name__
        for test in item.callspec.params["defect"].tests
    }
    assert chosen
    code, said = runs(tuple(sorted(chosen)))
    assert code == PASSED, f"red without a defect: exit {code}\n{said}"
    return runs


@pytest.fixture
def file(defect: Defect, tree: Path) -> Iterator[Path]:
    """The file of the defect, given back as it was."""
    path = tree / defect.file
    sound = path.read_text("utf-8")
    yield path
    path.write_text(sound, "utf-8")


@pytest.mark.campaign
@pytest.mark.timeout(SECONDS + 60)
@each
def test_with_it_the_tests_are_red(defect: Defect, file: Path, judged: Runs) -> None:
    file.write_text(planted(defect, file.read_text("utf-8")), "utf-8")
    code, said = judged(defect.tests)
    assert code == FAILED, f"{defect.name}: exit {code}\n{said}"
