"""Everything in YAML that can mislead a reader is refused, with its line; nothing is expanded or constructed."""

from decimal import Decimal

import pytest

from helpers.rows import bundled
from nmes.core.problems import ProtocolError
from nmes.core.yaml_tree import Value, read, shown


def refusal(text: bytes) -> str:
    with pytest.raises(ProtocolError) as raised:
        read(text, "x.yaml")
    return str(raised.value)


@pytest.mark.thorough
@pytest.mark.covers("TH-01")
@bundled(
    ("text", "words"),
    [
        (b"", "x.yaml:1:1 the file is empty"),
        (b"# only a comment\n", "x.yaml:1:1 the file is empty"),
        (b"- 1\n- 2\n", "the file must be a group of keys"),
        (b"just text\n", "the file must be a group of keys"),
        (b"a: 1\nb: 2\na: 3\n", "x.yaml:3:1 a — this key is given twice; keep one of them"),
        (b"a:\n  b: 1\n  b: {c: 2}\n", "x.yaml:3:3 a.b — this key is given twice"),
        (b"a: 1\nb:\n\tc: 2\n", "x.yaml:3:1 a tab is used for indentation; use spaces"),
        (b"a: 1\nb: caf\xe9\n", "x.yaml:2:1 the file is not UTF-8 text; save it as UTF-8"),
        ("a: 1\n".encode("utf-16"), "the file is not UTF-8 text"),
        (b"\xef\xbb\xbfa: 1\n", "the file begins with a byte order mark"),
        (b"a: &x 1\n", "x.yaml:1:4 YAML anchors are not allowed"),
        (b"a: &x [1]\nb: *x\n", "x.yaml:2:4 YAML aliases and merges are not allowed"),
        (b"b:\n  <<: *x\n", "x.yaml:2:7 YAML aliases and merges are not allowed"),
        (b"a: !!int 3\n", "x.yaml:1:4 YAML tags are not allowed"),
        (b"a: !!python/object/apply:os.system [ls]\n", "YAML tags are not allowed"),
        (b"[1, 2]: 3\n", "a key must be one plain word"),
        (b"? {a: 1}\n: 2\n", "a key must be one plain word"),
        (b"%YAML 1.1\n---\na: 1\n", "a directive or a second document"),
        (b"a: 1\n---\nb: 2\n", "x.yaml:2:1 the file has a directive or a second document"),
        (b"a: [1\n", "x.yaml:1:4 the list that begins here is not closed; close it with ]"),
        (b"a: b: c\n", "x.yaml:1:5 a colon is out of place here; put a text with a colon in quotes"),
        (b"a: 1\n b: 2\n", "x.yaml:2:3 a colon is out of place here"),
        (b"a:\n  - 1\n b: 2\n", "x.yaml:3:2 this line is not in line with those above it"),
        (b"a: {b: 1\nc: 2\n", "x.yaml:1:4 the group that begins here is not closed; close it with }"),
        (b"a: 'x\nb: 1\n", "x.yaml:1:4 the quote that begins here is not closed"),
        (b"a: 1\nbc\nd: 2\n", "x.yaml:2:1 there is no colon after this key; write key: value"),
        (b"a: @x\n", "x.yaml:1:4 no value can begin with this character; put the text in quotes"),
        (b"a: 1\n- 2\n", "x.yaml:2:1 this line is not in line"),
        (b"a: '\\\n", "the quote that begins here"),
        (b"a: \x07\n", "this is not YAML; check indentation"),
        (b"a: " + b"[" * 100_000, "the file is nested too deeply; give at most 12 levels"),
        (b"a: [" + b"1," * 30_000 + b"]", "the file has too many entries; give at most 20000"),
        (b"a: 1\n" * 2_000_000, "the file has 10000000 bytes; give at most 1000000"),
    ],
    ids=lambda value: repr(value[:24]),
)
def test_misleading_or_monstrous_yaml_is_refused(text: bytes, words: str) -> None:
    assert words in refusal(text)


@pytest.mark.covers("TH-01")
def test_a_bomb_of_aliases_is_refused_before_it_grows() -> None:
    layers = b"".join(b"a%d: &a%d [%s]\n" % (n, n, b",".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 20))
    assert "YAML anchors are not allowed" in refusal(b"a0: &a0 lol\n" + layers)


def test_all_tabs_are_told_at_once() -> None:
    assert refusal(b"a:\n\tb: 1\n  \tc: 2\n").count("a tab is used") == 2


def test_numbers_are_only_what_people_write() -> None:
    text = b"[1, -2, 0.50, 010, 0x1f, 1e3, 1_000, +5, .5, 5., .nan, -.inf, 1:30, 12345678901234567890]"
    values = read(b"a: " + text, "x.yaml").get(("a",))
    assert values == [1, -2, Decimal("0.50"), *(word.strip() for word in text.decode()[1:-1].split(",")[3:])]


def test_words_true_false_and_nothing() -> None:
    tree = read(b"a: true\nb: false\nc:\nd: null\ne: ~\nf: yes\ng: 'true'\nh: \"5\"\n", "x.yaml")
    assert tree.value == {"a": True, "b": False, "c": None, "d": None, "e": None, "f": "yes", "g": "true", "h": "5"}


def test_every_value_and_key_knows_its_place() -> None:
    tree = read(b"a:\n  - b: 1\n    c: [2, {d: 3}]\n", "x.yaml")
    assert tree.place(("a", 0, "c", 1, "d")) == (3, 16)
    assert tree.keys_at["a", 0, "c", 1, "d"] == (3, 13)
    assert tree.place(("a", 0, "missing")) == (2, 5)
    assert tree.get(("a", 0, "c", 1, "d")) == 3
    assert [tree.get(path) for path in ((), ("a", 7), ("a", 0, "x"), ("a", "x"), ("a", 0, "b", "x"))][1:] == [None] * 4
    assert list(tree.numbers()) == [("a", 0, "b"), ("a", 0, "c", 0), ("a", 0, "c", 1, "d")]
    assert list(read(b"a: true\nb: x\n", "x.yaml").numbers()) == []


@bundled(
    ("value", "words"),
    [
        ({"a": 1}, ""),
        ([1], ""),
        (None, ""),
        (True, "true"),
        (False, "false"),
        (5, "5"),
        (Decimal("0.5"), "0.5"),
        ("x", '"x"'),
    ],
)
def test_a_value_is_shown_as_it_was_written(value: Value, words: str) -> None:
    assert shown(value) == words


def test_a_long_text_is_shown_short() -> None:
    assert shown("x" * 100) == '"' + "x" * 40 + '…"'


def test_a_key_that_is_told_at_its_key() -> None:
    tree = read(b"a:   5\n", "x.yaml")
    assert tree.problem(("a",), "odd", at_key=True).column == 1
    assert tree.problem(("a",), "odd").column == 6
    assert tree.problem(("zz",), "odd", at_key=True).line == 1
