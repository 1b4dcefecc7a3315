"""The corpus of bad files: each says at its top what has to be told about it, by line and column, and nothing else is.

A line `#! LAYER LINE:COLUMN sentence` is one expected problem. LAYER: `yaml` is no plain YAML, `form` breaks the form
of a protocol (the JSON schema refuses it too), `rule` breaks a rule between values, `doubt` is only doubtful.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from helpers.rows import bundled
from nmes.core.doubts import doubts
from nmes.core.problems import ProtocolError
from nmes.core.protocol_file import parse_located
from nmes.core.protocol_schema import json_schema
from nmes.core.yaml_edit import with_values
from nmes.core.yaml_tree import dotted, read
from tests.core.protocol_forms import FORMS
from tests.core.protocol_making import GOOD, changed, sourced

CORPUS = sorted((Path(__file__).parent / "bad_protocols").glob("*.yaml"))
EXPECTED = re.compile(r"^#! (yaml|form|rule|doubt) (.+)$", re.MULTILINE)
SCHEMA = Draft202012Validator(json_schema())


def expected(file: Path) -> tuple[str, list[str]]:
    """The layer of a bad file, and all that has to be told about it."""
    found = EXPECTED.findall(file.read_text(encoding="utf-8"))
    return found[0][0], [sentence for _, sentence in found]


def told(text: bytes, name: str) -> tuple[bool, list[str]]:
    """Whether a text is refused, and what a person reads: its problems, or the doubts about a sound one."""
    try:
        refused, found = False, doubts(*parse_located(text, name))
    except ProtocolError as error:
        refused, found = True, list(error.problems)
    return refused, [str(problem).removeprefix(f"{name}:") for problem in found]


def test_there_are_enough_bad_files_of_every_kind() -> None:
    layers = Counter(expected(file)[0] for file in CORPUS)
    assert layers.total() >= 100
    assert min(layers[kind] for kind in ("yaml", "form", "rule", "doubt")) >= 4


@pytest.mark.thorough
@pytest.mark.covers("SR-15")
@bundled("file", CORPUS, ids=lambda file: file.stem)
def test_a_bad_file_is_told_by_line_and_column_in_a_sentence(file: Path) -> None:
    layer, sentences = expected(file)
    assert told(file.read_bytes(), file.name) == (layer != "doubt", sentences)


@pytest.mark.thorough
@pytest.mark.parametrize("layer", ["form", "rule"])
def test_the_json_schema_refuses_every_wrong_form_and_nothing_else(layer: str) -> None:
    files = [file for file in CORPUS if expected(file)[0] == layer]
    wrong = [file.stem for file in files if not SCHEMA.is_valid(read(file.read_bytes(), file.name).value)]
    assert wrong == [file.stem for file in files if layer == "form"]


# --- mutated files never crash the loader ---

EVERY_KEY = sourced(
    changed(
        ("version: 1\n", "version: 1\nchanges: [{version: 1, text: First}]\n"),
        ("setting: clinic", "setting: clinic\nclearance: none\nchannel_timing: simultaneous"),
        (", note: Strong}", ", percent: 55, ceiling_percent: 85, note: Strong}"),
        ("target: strong_comfortable", "target: pct_mvic"),
        ("outcomes: [", "schedule: {sessions_per_week: 3, weeks_low: 4, weeks_high: 6}\noutcomes: ["),
        ("citations:\n", "evidence_for: [{text: It works, cite: [paper2014]}]\ncitations:\n"),
    )
)
"""A good file with every key that a rule reads."""
VALUES = [
    path
    for path in read(EVERY_KEY.encode(), "good.yaml").values_at
    if path and (path[0] != "provenance" or "phase_us" in dotted(path))  # the other origins are read alike
]
MAY_BE_EMPTY = {"[]": {"changes", "evidence_for", "precautions", "patient_instructions", "outcomes"}, "{}": set()}


def test_the_file_with_every_key_is_good() -> None:
    assert parse_located(EVERY_KEY.encode(), "good.yaml")


@pytest.mark.thorough
@pytest.mark.parametrize("instead", ["[]", pytest.param("{}", marks=pytest.mark.campaign)])
def test_a_list_or_a_group_in_place_of_any_value_is_told_and_never_crashes(instead: str) -> None:
    tame = [path for path in VALUES if not told(with_values(EVERY_KEY, {path: instead}).encode(), "good.yaml")[0]]
    assert {path[-1] for path in tame} <= MAY_BE_EMPTY[instead]


SCALARS = [
    "",
    "0",
    "-1",
    "1e9",
    "0.5",
    "999999",
    "true",
    "null",
    "[]",
    "{}",
    "[1, x]",
    "{low_hz: 1}",
    "'x'",
    "ctf",
    "test",
]
LINES = [line for text in (GOOD, *FORMS.values()) for line in text.splitlines()]


@pytest.mark.thorough
@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.data())
def test_a_file_with_mutated_values_and_strange_lines_is_told_and_never_crashes(data: st.DataObject) -> None:
    lines = data.draw(st.sampled_from([GOOD, *FORMS.values()])).splitlines()
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.sampled_from(["value", "other line", "twice", "lost", "indent"])):
            case "value":
                lines[at] = f"{lines[at].partition(':')[0]}: {data.draw(st.sampled_from(SCALARS))}"
            case "other line":
                lines[at] = data.draw(st.sampled_from(LINES))
            case "twice":
                lines.insert(at, lines[at])
            case "lost":
                lines[at] = ""
            case _:
                lines[at] = " " * data.draw(st.integers(0, 6)) + lines[at].lstrip()
    for sentence in told("\n".join(lines).encode(), "good.yaml")[1]:
        assert re.match(r"\d+:\d+ .", sentence), sentence
