"""The bench that tests the tests: its mutants, its verdicts on a program of three lines, and the list of survivors."""

from __future__ import annotations

import ast
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest
from mutation.bench import judge
from mutation.changed import owners_at
from mutation.explained import explained, gone
from mutation.mutants import MODULE, Mutant, digests, lines, mutants_of, mutated, source_of
from mutation.operators import variants
from mutation.report import Report
from mutation.swap import owned
from mutation.targets import TARGETS, Target
from mutation.work import Outcome, Verdict, Work

from helpers.rows import bundled
from helpers.slicing import ASKED_BY

pytestmark = pytest.mark.thorough

FEW = 25
"""A word or two explains nothing."""


def after(source: str) -> list[str]:
    """Everything that a statement can become."""
    tree = ast.parse(source)
    found = []
    for node in ast.walk(tree.body[0]):
        found += [("nothing" if other is None else ast.unparse(other)) for _, other in variants(node)]
    return found


@bundled(
    ("source", "expected"),
    [
        ("x = a <= b", ["a < b", "a > b"]),
        ("x = a == b", ["a != b"]),
        ("x = a and b", ["a or b", "b", "a"]),
        ("x = not a", ["a"]),
        ("x = a + b", ["a - b"]),
        ("x = a // b", ["a * b"]),
        ("x = 7", ["8", "6"]),
        ("x = True", ["False"]),
        ("x = 'code'", ["'other code'"]),
        ("x = 'a sentence for people'", []),
        ("x = max(a)", ["min(a)"]),
        ("x = replace(a, b=c)", ["replace(a)"]),
        ("x = (f(a), *b)", ["(*b,)", "(f(a),)"]),
        ("x = a if b else c", ["a", "c"]),
        ("x = isinstance(a, One | Two)", ["One", "Two"]),
        ("f(a)", ["nothing"]),
        ("self.a = b", ["nothing"]),
        ("def f():\n    return a, f(b)", ["return (a, None)"]),
        ("if a:\n    b", ["if True:\n    b", "if False:\n    b", "nothing"]),
        ("x = [a for a in b if c]", [" for a in b"]),
        ("match a:\n    case One() if b:\n        pass", ["case One() if False:\n    pass", "case One():\n    pass"]),
        (
            "match a:\n    case One() | Two():\n        pass",
            ["case One() | Two() if False:\n    pass", "case Two():\n    pass", "case One():\n    pass"],
        ),
    ],
)
def test_each_kind_of_change_is_made(source: str, expected: list[str]) -> None:
    assert Counter(text.strip() for text in after(source)) == Counter(text.strip() for text in expected)


def test_every_mutated_module_has_mutants_with_names_of_their_own_and_each_is_a_program() -> None:
    for module in (module for target in TARGETS for module in target.modules):
        mutants = mutants_of(module)
        assert mutants, module
        assert len({mutant.name for mutant in mutants}) == len(mutants), module
        owners = {*lines(module), MODULE}
        assert {mutant.owner for mutant in mutants} <= owners & set(digests(module)), module
        for mutant in mutants[:: len(mutants) // 3 + 1]:
            compile(mutated(mutant), module, "exec")


def test_every_mutated_function_is_found_where_it_can_be_exchanged_a_decorated_one_too() -> None:
    for module in (module for target in TARGETS for module in target.modules):
        assert {mutant.owner for mutant in mutants_of(module)} - {MODULE} <= set(owned(import_module(module))), module


def test_a_mutant_differs_from_the_module_in_one_place() -> None:
    mutant = next(one for one in mutants_of("nmes.guard.confirmed") if one.owner == "_level")
    sound = ast.unparse(ast.parse(source_of("nmes.guard.confirmed").read_text("utf-8"))).splitlines()
    changed = ast.unparse(mutated(mutant)).splitlines()
    assert len(sound) == len(changed)
    assert sum(one != other for one, other in zip(sound, changed, strict=True)) == 1


def test_what_runs_at_import_and_what_a_function_does_are_told_apart() -> None:
    owners = {mutant.owner for mutant in mutants_of("nmes.guard.ceilings")}
    assert owners == {MODULE}
    assert "GuardedPort.write" in {mutant.owner for mutant in mutants_of("nmes.guard.port")}


def test_a_changed_line_names_its_function_and_a_line_outside_the_module() -> None:
    spans = lines("nmes.guard.judge")
    first = spans["_settled"].start
    assert owners_at("nmes.guard.judge", {first}) == {"_settled"}
    assert owners_at("nmes.guard.judge", {1, first}) == {MODULE, "_settled"}
    assert owners_at("nmes.guard.judge", set()) == set()


# --- the judges ---


def judged_by(test: str, tmp_path: Path) -> list[Outcome]:
    """What a file that holds this one test says of a mutant that needs a fresh process."""
    file = tmp_path / "test_one.py"
    file.write_text(f"import os\n\n\ndef test_one():\n    {test}\n", encoding="utf-8")
    module = "nmes.guard.ceilings"
    target = Target("one", (module,), (str(file),), 90)
    return [one.outcome for one in judge(target, mutants_of(module)[:1], Work((), (), tmp_path / "said", 1)).values()]


def test_a_test_that_is_red_without_the_mutant_notices_none(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="test_one is red without any mutant"):
        judged_by("assert False", tmp_path)
    assert not (tmp_path / "said").exists()


def test_a_mutant_is_judged_by_all_tests_in_a_run_that_takes_a_slice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ASKED_BY:
        monkeypatch.setenv(variable, "16")
    assert judged_by(f"assert not os.environ.keys() & {set(ASKED_BY)}", tmp_path) == ["survived"]


# --- the report ---

_KNOWN = [Mutant("m", "f", "compare", "a", before, (0, at), 1) for at, before in enumerate(("one", "two", "three"))]
_TARGET = Target("m", ("m",), (), 95)


def reported(*outcomes: Outcome, why: tuple[int, ...] = ()) -> Report:
    verdicts = {mutant.name: Verdict(mutant.name, outcome) for mutant, outcome in zip(_KNOWN, outcomes, strict=False)}
    return Report(_TARGET, tuple(_KNOWN), verdicts, {_KNOWN[at].name: "because" for at in why})


def test_a_survivor_that_nobody_explained_is_bad_and_named() -> None:
    report = reported("killed", "survived", "hung")
    assert not report.good
    assert report.new == [_KNOWN[1]]
    assert report.score == pytest.approx(200 / 3)
    assert "SURVIVED line 1: m:f:compare: a -> two" in "\n".join(report.lines())


def test_an_explained_survivor_is_good_and_still_counts_as_not_noticed() -> None:
    report = reported("killed", "survived", "hung", why=(1,))
    assert report.good
    assert report.score == pytest.approx(200 / 3)


def test_an_explanation_for_what_a_test_notices_is_bad() -> None:
    report = reported("killed", "killed", "killed", why=(1,))
    assert report.unneeded == [_KNOWN[1].name]
    assert not report.good


def test_a_bench_that_broke_is_no_verdict_in_our_favour() -> None:
    assert not reported("killed", "broken").good
    assert reported("killed", "killed").left == 1


# --- the list ---


def test_every_explained_survivor_is_still_a_mutant_and_says_why() -> None:
    listed = explained()
    assert gone(set(listed)) == []
    assert [name for name, why in listed.items() if len(why) < FEW] == []


def test_an_explanation_whose_code_is_gone_is_found() -> None:
    assert gone({"nmes.guard.judge:judge:constant: 1 -> 77"}) == ["nmes.guard.judge:judge:constant: 1 -> 77"]
