"""An entry is one line, says what it holds, and shows by itself that it was changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256

import pytest

from helpers.rows import bundled
from nmes.record.canonical import canonical
from nmes.record.chain import (
    GENESIS,
    BadLine,
    Damage,
    NewEntry,
    Origin,
    Stamp,
    decode_line,
    decode_link,
    encode_line,
    hash_of,
    utc_text,
)

AT = Stamp(1_795_252_500_007, 123_456_789_012_345_678)
ORIGIN = Origin("station-1", "000001-x", "boot-1")


def one(body: dict[str, object], actor: str = "therapist") -> tuple[bytes, str]:
    return encode_line(NewEntry("event", body, actor), AT, ORIGIN, 1, GENESIS)


def wrapped(fields: object) -> bytes:
    """A line whose hash fits, as a forger would make it."""
    data = canonical(fields)
    return b'{"entry":' + data + b',"hash":"' + hash_of(data).encode() + b'"}\n'


def fields_of(line: bytes) -> dict[str, object]:
    fields: dict[str, object] = json.loads(line)["entry"]
    return fields


def test_a_line_is_the_documented_bytes_worked_out_by_hand() -> None:
    line, digest = one({"level_ua": 12000})
    entry = (
        '{"actor":"therapist","body":{"level_ua":12000},"boot_id":"boot-1","prev":"' + "0" * 64 + '","seq":1,'
        '"session":"000001-x","station":"station-1","t_mono_ns":"123456789012345678",'
        '"t_utc":"2026-11-21T09:15:00.007Z","type":"event","v":1}'
    )
    assert digest == sha256(b"stim-log/1\x00" + entry.encode()).hexdigest()
    assert line == f'{{"entry":{entry},"hash":"{digest}"}}\n'.encode()


def test_an_entry_is_read_back_as_it_was_written() -> None:
    line, digest = one({"text": "é\n\u2028", "list": [1]})
    entry = decode_line(line)
    assert (entry.seq, entry.type, entry.actor, entry.hash, entry.prev) == (1, "event", "therapist", digest, GENESIS)
    assert entry.body == {"text": "é\n\u2028", "list": [1]}
    assert (entry.t_utc, entry.t_mono_ns) == ("2026-11-21T09:15:00.007Z", AT.mono_ns)
    assert (entry.station, entry.session, entry.boot_id) == ("station-1", "000001-x", "boot-1")


@pytest.mark.parametrize("text", ["\n", "\r\n", '"}\n{"entry":{}}', "\u2028", "\x00", "\x0b", "\x85"])
def test_a_newline_in_a_field_cannot_begin_another_line(text: str) -> None:
    line, _ = one({text: text}, actor=text)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert decode_line(line).body == {text: text}
    assert decode_line(line).actor == text


def test_utc_is_written_with_milliseconds() -> None:
    assert utc_text(0) == "1970-01-01T00:00:00.000Z"
    assert utc_text(1_795_252_499_999) == "2026-11-21T09:14:59.999Z"


@bundled(
    ("old", "new", "kind"),
    [
        (b'"level":12', b'"level":13', Damage.ALTERED),
        (b'"level":12', b'"level":12.0', Damage.ALTERED),
        (b'"level":12', b'"level":1.2e1', Damage.ALTERED),
        (b'"level":12', b'"level": 12', Damage.NOT_CANONICAL),
        (b'{"entry":', b'{ "entry":', Damage.NOT_CANONICAL),
        ("é".encode(), b"\\u00e9", Damage.NOT_CANONICAL),
        ("é".encode(), "e\u0301".encode(), Damage.ALTERED),
        ("é".encode(), b"\xe9", Damage.ALTERED),
        (b"\n", b"\r\n", Damage.NOT_CANONICAL),
        (b'"v":1', b'"v":1,"v":1', Damage.NOT_CANONICAL),
        (b'"hash"', b'"hush"', Damage.ALTERED),
        (b'{"entry"', b'["entry"', Damage.ALTERED),
    ],
)
def test_a_change_and_a_respelling_are_told_apart(old: bytes, new: bytes, kind: Damage) -> None:
    line, _ = one({"level": 12, "text": "é"})
    assert old in line
    with pytest.raises(BadLine) as bad:
        decode_line(line.replace(old, new))
    assert bad.value.kind is kind


def test_a_hash_in_capitals_is_not_our_spelling() -> None:
    line, digest = one({"level": 12})
    with pytest.raises(BadLine) as bad:
        decode_line(line.replace(digest.encode(), digest.upper().encode()))
    assert bad.value.kind is Damage.ALTERED


def test_another_spelling_is_refused_even_with_a_fitting_hash() -> None:
    line, _ = one({"level": 12})
    data = line[len(b'{"entry":') : -len(b',"hash":""}\n') - 64].replace(b'"level":12', b'"level": 12')
    forged = b'{"entry":' + data + b',"hash":"' + hash_of(data).encode() + b'"}\n'
    with pytest.raises(BadLine) as bad:
        decode_line(forged)
    assert bad.value.kind is Damage.NOT_CANONICAL


@bundled(
    "change",
    [
        {"v": 2},
        {"v": True},
        {"more": 1},
        {"seq": "1"},
        {"seq": True},
        {"body": []},
        {"actor": 3},
        {"prev": None},
        {"t_mono_ns": "-1"},
        {"t_mono_ns": "9" * 5_000},
    ],
)
def test_a_whole_line_that_is_no_entry_of_ours_is_foreign(change: dict[str, object]) -> None:
    line, _ = one({"level": 12})
    with pytest.raises(BadLine) as bad:
        decode_link(wrapped(fields_of(line) | change))
    assert bad.value.kind is Damage.FOREIGN


@pytest.mark.parametrize("value", [3, "entry", [], None, {}])
def test_a_value_that_is_no_entry_at_all_is_foreign(value: object) -> None:
    with pytest.raises(BadLine) as bad:
        decode_link(wrapped(value))
    assert bad.value.kind is Damage.FOREIGN


@pytest.mark.parametrize("line", [b"", b"\n", b"{}\n", b"[]\n", b"\x00" * 300, b'{"entry":,"hash":""}\n', b"[" * 99999])
def test_garbage_is_bad_and_never_an_accident(line: bytes) -> None:
    with pytest.raises(BadLine) as bad:
        decode_line(line)
    assert bad.value.kind is Damage.ALTERED


def test_the_conftest_lines_hold(lines: Callable[..., list[bytes]]) -> None:
    assert [decode_line(line).seq for line in lines(4)] == [1, 2, 3, 4]
