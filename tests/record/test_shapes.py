"""The quick look at a spelling never accepts what spelling it anew would refuse."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from helpers.rows import bundled
from nmes.record import chain, shapes
from nmes.record.canonical import NotCanonical, parse
from nmes.record.chain import GENESIS, BadLine, NewEntry, Origin, Stamp, decode_line, decode_link, encode_line, hash_of
from nmes.record.shapes import Shapes, framed

ORIGIN = Origin("station-1", "000001-x", "boot-1")
texts = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from(["", ",5,", '"', "\\", "\x7f", "é", ":0,"])
names = st.text('ab0_é,"\\ ', min_size=1, max_size=3)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)
bodies = st.dictionaries(names, values, max_size=4)


def data_of(body: dict[str, object], actor: str = "Ada") -> bytes:
    line, _ = encode_line(NewEntry("event", body, actor), Stamp(0, 7), ORIGIN, 3, GENESIS)
    return line[len(b'{"entry":') : -len(b',"hash":""}\n') - 64]


def line_of(data: bytes) -> bytes:
    """A line whose hash was made to fit, as a forger would."""
    return b'{"entry":' + data + b',"hash":"' + hash_of(data).encode() + b'"}\n'


def quick(data: bytes) -> bool:
    """Whether the line is taken, once with what was learned from all before."""
    try:
        decode_link(line_of(data))
    except BadLine:
        return False
    return True


def anew(data: bytes) -> bool:
    try:
        decode_line(line_of(data))
    except BadLine:
        return False
    return True


@pytest.mark.thorough
@given(bodies, texts)
def test_the_quick_reading_of_an_entry_is_the_whole_reading_of_it(body: dict[str, object], actor: str) -> None:
    line = line_of(data_of(body, actor))
    for _ in range(2):
        link, entry = decode_link(line), decode_line(line)
        assert link[:6] == (entry.seq, entry.session, entry.station, entry.type, entry.prev, entry.hash)
        assert link.fields()["body"] == entry.body == body


@pytest.mark.thorough
@given(st.data(), bodies)
def test_a_changed_spelling_is_judged_alike_by_both(data: st.DataObject, body: dict[str, object]) -> None:
    whole = data_of(body)
    assert quick(whole), "its shape is known from here on"
    at = data.draw(st.integers(0, len(whole) - 1))
    put = data.draw(st.sampled_from([b"", b"0", b"1", b"-", b'"', b",", b":", b" ", b"\\", b"{", b"]", b"x", b"\n"]))
    cut = data.draw(st.integers(0, 2))
    changed = whole[:at] + put + whole[at + cut :]
    assert quick(changed) is anew(changed)


A = b'"level":12,"text":"x"'


@bundled(
    ("old", "new"),
    [
        (A, b'"level":12.0,"text":"x"'),
        (A, b'"level":012,"text":"x"'),
        (A, b'"level":-0,"text":"x"'),
        (A, b'"level":+1,"text":"x"'),
        (A, b'"level":1e1,"text":"x"'),
        (A, b'"level":9007199254740993,"text":"x"'),
        (A, b'"level": 12,"text":"x"'),
        (A, b'"text":"x","level":12'),
        (A, b'"level":12,"level":12,"text":"x"'),
        (A, b'"level":12,"text":"\\u0078"'),
        (A, b'"level":12,"text":"\xe9"'),
        (A, b'"level":12,"text":"\x01"'),
        (A, b'"level":12,"text":"a"b"'),
        (A, b'"level":12,"text":"x",'),
        (b'"body":{' + A + b"}", b'"body":[' + A + b"]"),
        (b'"body":{' + A + b"}", b'"body":{' + A + b'},"bogus":{}'),
        (b'"actor":"Ada"', b'"actor":"A\x02a"'),
        (b'"actor":"Ada"', b'"actor":7'),
        (b'"seq":3', b'"seq":03'),
        (b'"seq":3', b'"seq":"3"'),
        (b'"t_mono_ns":"7"', b'"t_mono_ns":"' + b"7" * 21 + b'"'),
        (b'"v":1', b'"v":2'),
    ],
)
def test_no_other_spelling_passes_because_its_shape_is_known(old: bytes, new: bytes) -> None:
    whole = data_of({"level": 12, "text": "x"})
    assert quick(whole)
    assert old in whole
    assert not quick(whole.replace(old, new))


@example('{"a,0,b":0}')
@given(st.sampled_from(['{"a b":0}', '{"a":{"é":0}}', '{"a":"0"}']))
def test_a_shape_with_any_text_left_in_it_is_never_learned(shape: str) -> None:
    known = Shapes()
    known.learn(shape)
    assert shape not in known


def test_a_name_that_looks_like_structure_does_not_open_a_way_in() -> None:
    """`{"a,0,b":..}` would be the shape of a text put in the middle of a name."""
    assert quick(data_of({"a,5,b": 1, "x": 1}))
    forged = data_of({"a,5,b": 1, "x": 1}).replace(b'"a,5,b"', b'"a,"foo",b"')
    with pytest.raises(NotCanonical):
        parse(forged)
    assert not quick(forged)


def test_an_entry_of_a_known_shape_is_not_spelled_anew() -> None:
    """What makes a million entries fast: the shape is all that is asked."""
    first, second = (framed(data_of({"n": n, "t": t, "l": [n, -1, None, True]})) for n, t in ((0, "a"), (77, "b,5,b")))
    assert first is not None
    assert second is not None
    assert quick(data_of({"n": 0, "t": "a", "l": [0, -1, None, True]}))
    assert first[-1] in chain._SHAPES
    assert first[-1] == second[-1] == '{"l":[0,0,null,true],"n":0,"t":0}'


def test_shapes_do_not_fill_the_memory() -> None:
    known = Shapes()
    for number in range(shapes._MOST + 5):
        known.learn(f'{{"n{number}":0}}')
    assert f'{{"n{shapes._MOST + 4}":0}}' in known
    assert len(known._known) == 5
