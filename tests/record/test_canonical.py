"""One value has one spelling, and what has none is refused by name."""

from __future__ import annotations

import math

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from helpers.rows import bundled
from nmes.record.canonical import MAX_INTEGER, NotCanonical, canonical, parse
from nmes.record.errors import NotRecordable

texts = st.text(st.characters(exclude_categories=["Cs"]))
integers = st.integers(-MAX_INTEGER, MAX_INTEGER)
values = st.recursive(
    st.none() | st.booleans() | integers | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=20,
)


@pytest.mark.thorough
@given(values)
def test_the_bytes_are_those_of_rfc_8785(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@pytest.mark.thorough
@given(values)
def test_what_is_written_is_read_back(value: object) -> None:
    assert parse(canonical(value)) == value


def test_keys_are_sorted_as_utf_16_where_that_differs_from_code_points() -> None:
    assert canonical({"\ufb33": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\ufb33":1}'.encode()


@bundled(
    ("value", "said"),
    [
        ({"dose": {"charge": [1, 2.5]}}, r"dose\.charge\[1\]: 2\.5 \(float\)"),
        ({"level": math.nan}, r"level: nan \(float\)"),
        ({"level": 2**53}, "level: integer 9007199254740992 is beyond 2"),
        ({"level": -(2**53)}, "level: integer -9007199254740992"),
        ({"a": {3: 1}}, "a: key 3 is not text"),
        ({"note": "\ud800"}, "note: .* half a character"),
        ({"note": {"\ud800": 1}}, "note: .* half a character"),
        ({"raw": b"x"}, r"raw: b'x' \(bytes\)"),
        (1.0, r"the value: 1\.0 \(float\)"),
        (2**60, "the value: integer"),
        ({1: 1}, "the value: key 1"),
        ("\udfff", "the value: "),
    ],
)
def test_what_has_no_canonical_spelling_is_refused_with_its_path(value: object, said: str) -> None:
    with pytest.raises(NotRecordable, match=said):
        canonical(value)


def test_the_largest_exact_integers_are_recorded() -> None:
    assert canonical([2**53 - 1, -(2**53) + 1]) == b"[9007199254740991,-9007199254740991]"


@bundled(
    "data",
    [
        b'{"a": 1}',
        b'{"a":1.0}',
        b'{"a":1e0}',
        b'{"a":01}',
        b'{"a":-0}',
        b'{"b":1,"a":1}',
        b'{"a":1,"a":1}',
        b'{"a":NaN}',
        b'{"a":9007199254740992}',
        b'"\\u00e9"',
        b'"\\ud800"',
        b'"\\/"',
        b'"\\u000A"',
        b'"\xff"',
        b'{"a":1}\n',
        b"[" * 100_000,
        b"",
        '{"\ufb33":1,"\U0001f600":2}'.encode(),
    ],
)
def test_any_other_spelling_is_refused(data: bytes) -> None:
    with pytest.raises(NotCanonical):
        parse(data)


def test_what_is_nested_deeper_than_every_reader_reads_is_neither_written_nor_read() -> None:
    """Brackets in a text are none."""
    deep: object = {"text": '[{"\\' * 200}
    for _ in range(99):
        deep = [deep]
    assert parse(canonical(deep)) == deep
    with pytest.raises(NotRecordable, match="more than 100"):
        canonical([deep])
    with pytest.raises(NotCanonical, match="more than 100"):
        parse(b"[%b]" % canonical(deep))
    with pytest.raises(NotCanonical):
        parse(b'"' + b"[" * 101)
