"""A value of a YAML text is replaced and not one other letter of the text changes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.rows import bundled
from nmes.core.problems import whole_letters
from nmes.core.yaml_edit import scalar, spans, with_lines_after, with_values
from nmes.core.yaml_tree import Path, read
from tests.core.protocol_making import GOOD

TEXT = """# what it is for
id: calf   # the file's name
pads: {area: 25, polarity: "cathode: distal"}

stages:   # one after the other
  - on: 5
    # the rest
    off: 10
  - on: 6

note: >
  two lines
  folded
empty:
last: [1, 2]  # the end
"""


@bundled(
    ("path", "new", "was", "now"),
    [
        (("id",), "thigh", "id: calf   # the", "id: thigh   # the"),
        (("pads", "area"), "30", "{area: 25, ", "{area: 30, "),
        (("pads", "polarity"), "x", '"cathode: distal"}', "x}"),
        (("pads",), "{}", '{area: 25, polarity: "cathode: distal"}', "{}"),
        (("stages", 0, "off"), "12.5", "off: 10\n", "off: 12.5\n"),
        (("stages", 1), "{on: 7}", "- on: 6\n\nnote", "- {on: 7}\n\nnote"),
        (("note",), "short", ">\n  two lines\n  folded\n", "short\n"),
        (("empty",), "1", "empty:\n", "empty: 1\n"),
        (("last", 1), "3", "[1, 2]", "[1, 3]"),
    ],
)
def test_only_the_value_changes(path: Path, new: str, was: str, now: str) -> None:
    assert TEXT.count(was) == 1
    assert with_values(TEXT, {path: new}) == TEXT.replace(was, now)


@pytest.mark.parametrize("half", ["\udcff", "x\ud83d y"])
def test_half_a_character_is_written_so_that_the_file_stays_text_and_its_reader_refuses_it(half: str) -> None:
    written = scalar(half)
    assert written.isascii()
    assert read(f"key: {written}".encode(), "").value == {"key": half}
    seen = half.replace(max(half), "\ufffd")
    assert whole_letters(f"é {half} 🙂") == f"é {seen} 🙂"


def test_several_values_change_at_once_whatever_their_lengths() -> None:
    changed = with_values(TEXT, {("id",): "a_much_longer_name", ("last", 0): "100", ("stages", 0, "on"): "1"})
    tree = read(changed.encode(), "")
    assert tree.get(("id",)) == "a_much_longer_name"
    assert tree.get(("last",)) == [100, 2]
    assert tree.get(("stages", 0)) == {"on": 1, "off": 10}
    assert [line.partition("#")[2] for line in changed.splitlines()] == [
        line.partition("#")[2] for line in TEXT.splitlines()
    ]


def test_a_path_that_is_not_there_is_told() -> None:
    with pytest.raises(KeyError):
        with_values(TEXT, {("nothing",): "1"})


def test_lines_come_after_the_whole_value_of_a_key() -> None:
    assert with_lines_after(TEXT, "stages", "more: 1\n") == TEXT.replace("- on: 6\n", "- on: 6\nmore: 1\n")
    assert with_lines_after("id: x", "id", "more: 1\n") == "id: x\nmore: 1\n"


def test_every_place_of_the_reader_is_found_and_holds_its_value() -> None:
    tree, found = read(GOOD.encode(), "good.yaml"), spans(GOOD)
    assert set(found) == set(tree.values_at)
    for path, (start, _) in found.items():
        line, column = tree.values_at[path]
        assert (GOOD.count("\n", 0, start) + 1, start - GOOD.rfind("\n", 0, start)) == (line, column)


def test_one_value_alone_is_its_own_whole() -> None:
    assert spans("calf") == {(): (0, 4)}


@pytest.mark.thorough
@settings(max_examples=60, derandomize=True)
@given(st.text(st.characters(min_codepoint=32, exclude_categories=("Cs", "Co", "Cn"))))
def test_any_text_written_as_a_scalar_is_read_as_it_was(text: str) -> None:
    assert read(f"key: {scalar(text)}\nlist: [{scalar(text)}]".encode(), "").value == {"key": text, "list": [text]}


@pytest.mark.parametrize("text", ["calf", "Ankle pointed", "5 x 5 cm; distal", "µs and \N{EN DASH}"])
def test_a_plain_text_stays_without_quotes(text: str) -> None:
    assert scalar(text) == text


@bundled("text", ["", "12", "true", "a: b", "# x", "- x", "a, b", "two\nlines", " edge", "[", "'", "?0"])
def test_what_would_be_read_as_something_else_is_quoted(text: str) -> None:
    assert scalar(text).startswith('"')
