"""A YAML file is a checked model, or one problem with its place, what is wrong and what would be accepted."""

from __future__ import annotations

import pickle
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from firmware_sim.yaml_file import FileProblem, load_model, parse_model
from helpers.rows import bundled


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Wait(Part):
    do: Literal["wait"]
    for_ms: int = Field(ge=1)


class Press(Part):
    do: Literal["press"]
    key: Literal["stop", "pause"]


class Play(Part):
    name: str
    gain: float = 1.0
    steps: tuple[Annotated[Wait | Press, Field(discriminator="do")], ...] = ()


GOOD = b"""name: one
gain: 2.1e-5
steps:
  - {do: wait, for_ms: 5}
  - do: press
    key: stop
"""


def test_a_good_file_becomes_the_model() -> None:
    play = parse_model(GOOD, "play.yaml", Play)
    assert play == Play(name="one", gain=2.1e-5, steps=(Wait(do="wait", for_ms=5), Press(do="press", key="stop")))


@pytest.mark.thorough
@bundled(
    ("text", "said"),
    [
        (b"", "play.yaml:1:1: the file is empty"),
        (b"- one", "play.yaml:1:1: the file must be a group of keys"),
        (b"name: one\ngainn: 2", 'play.yaml:2:1: the key "gainn" is not known; did you mean "gain"?'),
        (b"name: one\nzzz: 2", 'the key "zzz" is not known; known here: gain, name, steps'),
        (b"gain: 2", 'play.yaml:1:1: the key "name" is missing in the file; add it'),
        (b"name: one\nname: two", 'play.yaml:2:1: the key "name" is given twice'),
        (b"name: one\ngain: '2'", "play.yaml:2:7: gain (2) is not accepted; needed here: a valid number"),
        (b"name: one\ngain: .nan", "play.yaml:2:7: .nan is not a plain number"),
        (b"name: one\ngain: 010", "play.yaml:2:7: 010 is not a plain number"),
        (b"name: one\nsteps:\n  - {do: wait, for_ms: 0}", "play.yaml:3:24: steps.0.for_ms (0) is not accepted"),
        (b"name: one\nsteps:\n  - {do: wait, for: 1, for_ms: 1}", 'play.yaml:3:16: the key "for" is not known'),
        (b"name: one\nsteps:\n  - {do: jump}", "steps.0: 'do' cannot be \"jump\"; write one of 'wait', 'press'"),
        (b"name: one\nsteps:\n  - {for_ms: 1}", "play.yaml:3:5: steps.0: the key 'do' is missing"),
        (
            b"name: one\nsteps:\n  - {do: press, key: go}",
            "steps.0.key is not one of the words that are known; write 's",
        ),
        (b"name: &a one\nsteps: []", "anchors and aliases are not allowed"),
        (b"name: !x one", "the YAML tag !x is not allowed"),
        (b"name: one\n---\nname: two", "this is not YAML"),
        (b"name: [one", "this is not YAML"),
        (b"? [a]\n: b", "a key must be one plain word"),
        (b"name: \xff", "play.yaml:1:1: the file is not UTF-8 text"),
        (b"a: " + b"[" * 1000, "this is not YAML"),
        (b"name: " + b"x" * 1_000_001, "give at most 1000000"),
    ],
)
def test_a_bad_file_is_one_problem_with_its_place(text: bytes, said: str) -> None:
    with pytest.raises(FileProblem) as caught:
        parse_model(text, "play.yaml", Play)
    assert said in str(caught.value)


def test_the_first_problem_of_the_file_is_told() -> None:
    with pytest.raises(FileProblem) as caught:
        parse_model(b"gain: x\nname: 1", "play.yaml", Play)
    assert (caught.value.line, caught.value.column) == (1, 7)


def test_a_missing_file_is_a_problem_too(tmp_path) -> None:
    with pytest.raises(FileProblem, match="cannot be read: No such file"):
        load_model(tmp_path / "none.yaml", Play)


def test_a_problem_survives_a_process_pool() -> None:
    problem = FileProblem("f.yaml", 3, 4, "wrong", "right")
    assert str(pickle.loads(pickle.dumps(problem))) == str(problem) == "f.yaml:3:4: wrong; right"
