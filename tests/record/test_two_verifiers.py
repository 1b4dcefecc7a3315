"""Whatever is done to a chain, both verifiers say the same of it, and it is what the format says.

One chain has everything: a session from before there were keys, a signed one with texts (one erased by right), an
interrupted one, the erasure, and a newest one. Each test damages a copy of it. By default bytes are sampled; the
campaign takes every one.
"""

from __future__ import annotations

import ast
import json
import os
import random
import re
import shutil
import subprocess
import sys
import unicodedata
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import combinations, count
from pathlib import Path

import pytest

from helpers import slicing
from helpers.chain import QUICK
from helpers.forging import Fields, entry_in, hash_in, line_of, relinked
from helpers.slicing import part, seed
from helpers.verifiers import PROGRAM, Bad, Finding, both, commands, theirs
from nmes.record import checkpoint, erase
from nmes.record.canonical import canonical
from nmes.record.chain import GENESIS, NewEntry
from nmes.record.clocks import Clocks
from nmes.record.files import Kind, session_files
from nmes.record.head_code import code_of
from nmes.record.journal import Journal
from nmes.record.keys import StationKey, known_keys, station_key
from nmes.record.ledger import Author

OLD, TOLD, BROKEN, ERASURE, NEWEST = range(5)
"""The sessions, by their place."""
NO_POINT = {"key": sha256(b"\xff" * 32).hexdigest()[:16], "public_key": b64encode(b"\xff" * 32).decode()}
"""32 bytes with their own name that are no key: nothing can be signed with it."""


@dataclass
class Chain:
    """A chain of which every file is known as it was written."""

    folder: Path
    files: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.files = {path.name: path.read_bytes() for path in self.folder.iterdir() if path.suffix != ".lock"}
        self.files.pop("lock", None)
        self.names = [path.stem for path in session_files(self.folder)]

    @property
    def home(self) -> Path:
        return self.folder.parent

    def lines(self, session: int) -> list[bytes]:
        return self.files[f"{self.names[session]}.jsonl"].splitlines(keepends=True)

    def end(self, session: int) -> str:
        return hash_in(self.lines(session)[-1])

    @contextmanager
    def with_files(self, changed: Mapping[str, bytes | None]) -> Iterator[None]:
        for name, data in changed.items():
            self._put(name, data)
        try:
            yield
        finally:
            for name in changed:
                self._put(name, self.files.get(name))

    def _put(self, name: str, data: bytes | None) -> None:
        if data is None:
            (self.folder / name).unlink(missing_ok=True)
        else:
            (self.folder / name).write_bytes(data)

    def told(self, session: int, data: bytes | list[bytes] | None, **more: bytes | None) -> Finding:
        """What both say with one session's file changed (None: gone)."""
        raw = b"".join(data) if isinstance(data, list) else data
        with self.with_files({f"{self.names[session]}.jsonl": raw, **more}):
            return both(self.folder)

    def holds(self, code: str) -> bool:
        """Whether the command says that the chain holds a head."""
        return bool(theirs().main([str(self.folder), "--head", code]) == 0)


def _mark(text: str) -> NewEntry:
    return NewEntry(
        "event", {"event": {"type": "Mark", "kind": "note", "text": text}, "number": 12}, "Ada", texts=(text,)
    )


def _made(home: Path) -> Chain:
    utc, mono = count(1_795_252_500_000), count(5_000_000_000, 1_000_000)
    clocks = Clocks(lambda: next(utc), lambda: next(mono), "boot-1")
    folder, key = home / "records", station_key(home, QUICK)

    def session(*texts: str, signer: StationKey | None = key, closed: bool = True) -> Path:
        bound = {"protocol": "calf", "patient": "P-017", "side": "left", "place": "Zürich, 2. Stock"}
        journal = Journal.open(folder, "station-1", bound, clocks, disk=QUICK, signer=signer)
        for text in texts:
            journal.append(_mark(text) if signer else NewEntry("event", {"text": text}, "Ada"))
        if closed:
            journal.close({"why": "complete"})
        journal.abandon()
        return journal.path

    session("from before", signer=None)
    told = session("it felt like ants", "naïve µA\n", "fell yesterday")
    session("cut off here", closed=False)
    [gone] = [erase.held(home, told, 4)]
    erase.erase(home, Kind.PATIENT, [gone], "she asked", Author("Ada", "station-1", clocks, key, disk=QUICK))
    session("the newest")
    return Chain(folder)


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Chain:
    return _made(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> StationKey:
    """The key of another station."""
    return station_key(tmp_path_factory.mktemp("elsewhere"), QUICK)


EVERY = [pytest.param(False, id="sampled"), pytest.param(True, id="every", marks=pytest.mark.campaign)]


def places(data: bytes, every: bool, step: int) -> range:
    """`every` one, or in a slice of the campaign as many as that takes, others each time."""
    if every:
        return range(seed() % slicing.every(), len(data), slicing.every())
    return range(len(data) // 3 % step, len(data), step)


def test_the_whole_chain_is_good_and_both_find_each_session_good(chain: Chain) -> None:
    assert both(chain.folder) == Finding(0, ())
    assert [both(chain.folder, session=name).first for name in chain.names] == [None] * 5
    types = [entry_in(line)["type"] for line in chain.lines(TOLD)]
    assert types == ["opened", "checkpoint", "event", "event", "event", "closed", "checkpoint"]


# --- content ---


@pytest.mark.covers("TH-03")
@pytest.mark.parametrize("every", EVERY)
@pytest.mark.parametrize("session", range(5))
@pytest.mark.timeout(1200)
def test_every_flipped_byte_is_found_in_its_entry(chain: Chain, session: int, every: bool) -> None:
    data = b"".join(chain.lines(session))
    for flip in (1, 0x20, 0x80, 0xFF) if every else (0x01,):
        for at in places(data, every, 401):
            found = chain.told(session, data[:at] + bytes([data[at] ^ flip]) + data[at + 1 :])
            place = Bad(chain.names[session], data[:at].count(b"\n") + 1, "")
            if session == ERASURE:  # nothing in that file is believed any more, so the text is missing before it
                assert found.first == Bad(chain.names[TOLD], 4, "TEXT"), at
            else:
                assert found.first == place, at
            assert place in found.bad


@pytest.mark.parametrize("every", EVERY)
@pytest.mark.timeout(1200)
def test_every_flipped_byte_of_a_text_is_found_or_stands_for_nothing(chain: Chain, every: bool) -> None:
    name = f"{chain.names[TOLD]}.texts"
    data = chain.files[name]
    lines = data.splitlines(keepends=True)
    assert len(lines) == 3
    by_right = len(lines[0]) + len(lines[1])
    for at in places(data, every, 101):
        with chain.with_files({name: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]}):
            found = both(chain.folder)
        told_of_an_erasure = len(lines[0]) <= at < by_right
        assert found.code == (0 if told_of_an_erasure and at != by_right - 1 else 1), at
        assert found.first is None or (found.first.session, found.first.kind) == (chain.names[TOLD], "TEXT")


@pytest.mark.thorough
@pytest.mark.covers("TH-03")
def test_every_removed_entry_is_missed(chain: Chain) -> None:
    for session in (OLD, TOLD, BROKEN, NEWEST):
        lines = chain.lines(session)
        for gone in range(len(lines) - (session == NEWEST)):
            found = chain.told(session, lines[:gone] + lines[gone + 1 :])
            assert found.first == Bad(chain.names[session], gone + 1, ""), (session, gone)


@pytest.mark.thorough
def test_every_repeated_entry_is_found(chain: Chain) -> None:
    lines = chain.lines(TOLD)
    for twice in range(len(lines)):
        for after in range(twice, len(lines)):
            found = chain.told(TOLD, [*lines[: after + 1], lines[twice], *lines[after + 1 :]])
            assert found.first == Bad(chain.names[TOLD], after + 2, ""), (twice, after)


@pytest.mark.thorough
def test_every_two_swapped_entries_are_found(chain: Chain) -> None:
    for a, b in combinations(range(len(chain.lines(TOLD))), 2):
        lines = chain.lines(TOLD)
        lines[a], lines[b] = lines[b], lines[a]
        assert chain.told(TOLD, lines).first == Bad(chain.names[TOLD], a + 1, ""), (a, b)


@pytest.mark.thorough
@pytest.mark.parametrize("every", EVERY)
@pytest.mark.timeout(1200)
def test_every_cut_of_the_newest_session_is_torn_or_shows_in_its_head_only(
    chain: Chain, every: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    data, code = b"".join(chain.lines(NEWEST)), code_of(chain.end(NEWEST))
    between = [at + 1 for at, byte in enumerate(data) if byte == 10][:-1]
    for cut in sorted({*places(data, every, 301), *between}):
        found = chain.told(NEWEST, data[:cut])
        signed = cut in between and b'"type":"checkpoint"' in data[:cut].splitlines()[-1]
        assert found == Finding(0 if signed else 3, ()), cut
    for cut in (0, *between, between[0] + 9):
        with chain.with_files({f"{chain.names[NEWEST]}.jsonl": data[:cut]}):
            assert not chain.holds(code)
            assert "cut off, rolled back or replaced" in capsys.readouterr().out
    assert chain.holds(code)


@pytest.mark.parametrize("every", EVERY)
@pytest.mark.timeout(1200)
def test_every_cut_of_an_older_session_is_damage_where_it_was_cut(chain: Chain, every: bool) -> None:
    data = b"".join(chain.lines(BROKEN))
    for cut in places(data, every, 301):
        found = chain.told(BROKEN, data[:cut])
        assert found.first == Bad(chain.names[BROKEN], data[:cut].count(b"\n") + 1, ""), cut


@pytest.mark.thorough
def test_two_spliced_sessions_are_found_where_the_other_begins(chain: Chain) -> None:
    ours, others = chain.lines(TOLD), chain.lines(NEWEST)
    for at in range(1, len(ours)):
        assert chain.told(TOLD, ours[:at] + others[at:]).first == Bad(chain.names[TOLD], at + 1, "")
        assert chain.told(TOLD, [*ours[:at], others[0], *ours[at:]]).first == Bad(chain.names[TOLD], at + 1, "")


# --- replacement ---


def test_an_older_file_over_a_newer_shows_in_a_head_only_and_that_is_said(
    chain: Chain, capsys: pytest.CaptureFixture[str]
) -> None:
    older = chain.lines(NEWEST)[:3]
    assert chain.told(NEWEST, older) == Finding(3, ())
    with chain.with_files({f"{chain.names[NEWEST]}.jsonl": b"".join(older)}):
        assert theirs().main([str(chain.folder)]) == 3
        assert "rolled back or replaced: give a head code" in capsys.readouterr().out
        assert not chain.holds(code_of(chain.end(NEWEST)))


def test_the_last_session_removed_shows_in_a_head_only(chain: Chain, capsys: pytest.CaptureFixture[str]) -> None:
    assert chain.told(NEWEST, None) == Finding(0, ())
    with chain.with_files({f"{chain.names[NEWEST]}.jsonl": None}):
        assert theirs().main([str(chain.folder), "--head", code_of(chain.end(NEWEST))]) == 1
        assert theirs().main([str(chain.folder), "--head", code_of(chain.end(ERASURE))]) == 0
    assert "cut off, rolled back or replaced" in capsys.readouterr().out


@pytest.mark.parametrize("gone", [OLD, TOLD, BROKEN])
def test_any_other_session_removed_is_missed_in_the_one_after_it(chain: Chain, gone: int) -> None:
    assert chain.told(gone, None).first == Bad(chain.names[gone + 1], 1, "")


def test_a_session_of_the_other_chain_is_foreign(chain: Chain, tmp_path: Path) -> None:
    home = tmp_path / "moved"
    shutil.copytree(chain.home, home)
    (home / "records").rename(home / "simulation")
    assert both(home / "simulation").first == Bad(chain.names[TOLD], 1, "")


def test_a_chain_signed_anew_with_another_key_is_of_a_key_that_is_not_known(chain: Chain, stranger: StationKey) -> None:
    """The newest session, rewritten to its end by somebody with a key of their own."""
    forged = relinked(chain.lines(NEWEST), chain.end(ERASURE), _louder, stranger)
    assert chain.told(NEWEST, forged) == Finding(4, ())
    own = {**known_keys(chain.home), stranger.id: stranger.public}
    with chain.with_files({f"{chain.names[NEWEST]}.jsonl": b"".join(forged)}):
        assert both(chain.folder, own) == Finding(0, ()), "the forgery is good but for its key"


def _louder(entry: Fields) -> Fields:
    return entry | {"actor": "somebody"} if entry["type"] == "event" else entry


def _signs_anew(entry: Fields, key: StationKey) -> Fields:
    return entry | {"body": {**entry["body"], "key": key.id}} if entry["type"] == "checkpoint" else entry


def test_a_chain_rewritten_without_a_key_has_signatures_that_do_not_hold(chain: Chain, stranger: StationKey) -> None:
    lines, prev, name = chain.lines(NEWEST), chain.end(ERASURE), chain.names[NEWEST]
    assert chain.told(NEWEST, relinked(lines, prev, _louder)).first == Bad(name, 5, "SIGNATURE")
    other = relinked(lines, prev, lambda entry: _signs_anew(entry, stranger))
    assert chain.told(NEWEST, other).first == Bad(name, 2, "SIGNATURE")
    before = relinked(lines[:3], prev, _louder) + lines[3:]
    assert chain.told(NEWEST, before).first == Bad(name, 4, "")


def test_a_signature_in_another_spelling_is_none(chain: Chain) -> None:
    """Nothing vouches for the last line of all: the unused bits of its signature are 0, or it does not hold."""
    lines = chain.lines(NEWEST)
    entry = entry_in(lines[-1])
    told = entry["body"]["signature"]
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    entry["body"]["signature"] = told[:-3] + letters[letters.index(told[-3]) + 1] + "=="
    found = chain.told(NEWEST, [*lines[:-1], line_of(canonical(entry))])
    assert found.first == Bad(chain.names[NEWEST], 5, "SIGNATURE")


def test_signatures_taken_away_are_missed(chain: Chain) -> None:
    lines, prev, name = chain.lines(NEWEST), chain.end(ERASURE), chain.names[NEWEST]

    def without(*gone: int) -> list[bytes]:
        return relinked(lines, prev, lambda entry: None if entry["seq"] in gone else entry)

    def bare(entry: Fields) -> Fields | None:
        body = {name: value for name, value in entry["body"].items() if name not in {"key", "public_key", "chain"}}
        return None if entry["type"] == "checkpoint" else entry | {"body": body}

    assert chain.told(NEWEST, without(2)).first == Bad(name, 2, "UNSIGNED")
    assert chain.told(NEWEST, relinked(lines, prev, bare)).first == Bad(name, 1, "UNSIGNED")
    assert chain.told(NEWEST, without(5)) == Finding(3, ()), "the end of the newest is no damage of its own"


def _pinned(entry: Fields, **more: object) -> Fields:
    return entry | {"body": entry["body"] | more} if entry["type"] == "opened" else entry


@pytest.mark.thorough
@pytest.mark.parametrize(
    "more",
    [
        {"key": "0" * 16},
        {"public_key": "AAAA"},
        {"public_key": 7},
        {"chain": 7},
        {"public_key": "no base64!"},
        NO_POINT,
    ],
    ids=str,
)
def test_a_session_that_names_no_key_it_could_be_checked_with_is_damage(chain: Chain, more: Fields) -> None:
    forged = relinked(chain.lines(NEWEST), chain.end(ERASURE), lambda entry: _pinned(entry, **more))
    place = 2 if more == NO_POINT else 1
    assert chain.told(NEWEST, forged).first == Bad(chain.names[NEWEST], place, "SIGNATURE")


@pytest.mark.thorough
def test_what_only_the_holder_of_the_key_could_do_wrong_is_found_too(chain: Chain) -> None:
    """More than 64 entries without a signature, entries after the end, and a signature that is none of ours."""
    key, prev, name = station_key(chain.home), chain.end(ERASURE), chain.names[NEWEST]
    opened, sealed, event, closed, end = chain.lines(NEWEST)

    def told(*lines: bytes, change: Callable[[Fields], Fields] = lambda entry: entry) -> Bad | None:
        return chain.told(NEWEST, relinked(lines, prev, change, key)).first

    assert told(opened, sealed, *[event] * 64, closed, end) == Bad(name, 67, "UNSIGNED")
    assert told(opened, sealed, *[event] * 63, closed, end) is None
    assert told(opened, *[sealed] * 3, event, closed, end) is None
    assert told(opened, sealed, event, closed, end, event) == Bad(name, 6, "UNSIGNED")
    assert told(opened, sealed, event, closed, end, end) == Bad(name, 6, "UNSIGNED")
    assert told(opened, sealed, event, closed, event) == Bad(name, 5, "UNSIGNED")
    whole = relinked([opened, sealed, event, closed, end], prev, key=key)
    for change in ({"actor": "Ada"}, {"body": {**entry_in(whole[1])["body"], "alg": "rsa"}}, {"body": {}}):
        bad = relinked(whole, prev, lambda entry, to=change: entry | to if entry["seq"] == 2 else entry)
        assert chain.told(NEWEST, bad).first == Bad(name, 2, "SIGNATURE"), change


# --- encoding ---


def _other_spellings(raw: bytes) -> dict[str, bytes]:
    text = raw.decode()
    return {
        "a number as 12.0": raw.replace(b'"number":12', b'"number":12.0'),
        "a number as 1.2e1": raw.replace(b'"number":12', b'"number":1.2e1'),
        "a number too big": raw.replace(b'"number":12', b'"number":9007199254740992'),
        "minus nothing": raw.replace(b'"number":12', b'"number":-0'),
        "no number": raw.replace(b'"number":12', b'"number":NaN'),
        "a member twice": raw.replace(b'"number":12', b'"number":12,"number":12'),
        "a blank": raw.replace(b'"number":', b'"number": '),
        "an escape": raw.replace(b'"Mark"', b'"\\u004dark"'),
        "half a character": raw.replace(b'"Mark"', b'"\\ud83d"'),
        "half a byte": raw.replace(b'"Mark"', b'"M\xffrk"'),
        "members in another order": raw.replace(b'"kind":"note",', b"").replace(
            b'"type":', b'"kind":"note","type":', 1
        ),
        "a version of its own": raw.replace(b'"v":1', b'"v":true'),
        "no field more": text.replace('"v":1', '"v":1,"w":1').encode(),
        "nested without end": raw.replace(b'"number":12', b'"number":' + b"[" * 99_999),
        "nested too deep": raw.replace(b'"number":12', b'"number":' + b"[" * 99 + b"]" * 99),
        "nested far too deep": raw.replace(b'"number":12', b'"number":' + b"[" * 400 + b"]" * 400),
        "a clock that is no number": raw.replace(b'"t_mono_ns":"', b'"t_mono_ns":"abc'),
        "a clock in other digits": raw.replace(b'"t_mono_ns":"', '"t_mono_ns":"٣'.encode()),
        "a clock of too many digits": raw.replace(b'"t_mono_ns":"', b'"t_mono_ns":"' + b"1" * 20),
        "a clock that says nothing": re.sub(rb'"t_mono_ns":"\d+"', b'"t_mono_ns":""', raw),
    }


@pytest.mark.thorough
@pytest.mark.parametrize("spelling", _other_spellings(b""))
def test_the_same_in_another_spelling_is_found_though_its_hash_fits(chain: Chain, spelling: str) -> None:
    lines = chain.lines(NEWEST)
    raw = lines[2][len(b'{"entry":') : -len(b',"hash":""}\n') - 64]
    assert line_of(raw) == lines[2]
    other = _other_spellings(raw)[spelling]
    assert other != raw
    found = chain.told(NEWEST, [*lines[:2], line_of(other), *lines[3:]])
    assert found.first == Bad(chain.names[NEWEST], 3, "")


def test_what_is_nested_as_deep_as_may_be_is_good(chain: Chain) -> None:
    """97 lists in the event, the body and the entry."""
    deep: object = "x"
    for _ in range(97):
        deep = [deep]

    def deeper(entry: Fields) -> Fields:
        body = {"event": {**entry["body"].get("event", {}), "deep": deep}}
        return entry | {"body": body} if entry["type"] == "event" else entry

    forged = relinked(chain.lines(NEWEST), chain.end(ERASURE), deeper, station_key(chain.home))
    assert chain.told(NEWEST, forged) == Finding(0, ())


def test_a_session_that_begins_with_another_entry_than_its_opening_is_not_signed(chain: Chain) -> None:
    """Though it names a key: nothing that follows is held against that key."""

    def other(entry: Fields) -> Fields:
        return entry | {"type": "event"} if entry["type"] == "opened" else entry

    first = relinked(chain.lines(NEWEST), GENESIS, other)
    name = chain.names[OLD]
    renamed = relinked(first, GENESIS, lambda entry: entry | {"session": name})
    alone: dict[str, bytes | None] = {f"{one}.jsonl": None for one in chain.names[1:]}
    texts = chain.files[f"{chain.names[NEWEST]}.texts"]
    with chain.with_files({**alone, f"{name}.jsonl": b"".join(renamed), f"{name}.texts": texts}):
        assert both(chain.folder) == both(chain.folder, session=name) == Finding(4, ())
    assert chain.told(NEWEST, relinked(chain.lines(NEWEST), chain.end(ERASURE), other)).first == Bad(
        chain.names[NEWEST], 1, "UNSIGNED"
    )


def test_the_same_letters_in_another_unicode_form_are_found(chain: Chain) -> None:
    lines = chain.lines(TOLD)
    entry = entry_in(lines[0])
    entry["body"]["place"] = unicodedata.normalize("NFD", entry["body"]["place"])
    decomposed = line_of(canonical(entry))
    assert decomposed != lines[0]
    assert chain.told(TOLD, [decomposed, *lines[1:]]).first == Bad(chain.names[TOLD], 2, "")
    forged = relinked([decomposed, *lines[1:]], chain.end(OLD))
    assert chain.told(TOLD, forged).first == Bad(chain.names[TOLD], 2, "SIGNATURE")


def test_a_newline_in_a_text_is_no_new_line(chain: Chain) -> None:
    lines = chain.lines(TOLD)
    injected = lines[0].replace(b"Stock", b"Sto\nck")
    assert chain.told(TOLD, [injected, *lines[1:]]).first == Bad(chain.names[TOLD], 1, "")
    escaped = line_of(canonical(entry_in(lines[0]) | {"actor": 'x"}\n{"entry":{}'}))
    assert escaped.count(b"\n") == 1
    assert chain.told(TOLD, [escaped, *lines[1:]]).first == Bad(chain.names[TOLD], 2, "")


# --- free texts ---


def test_texts_that_are_gone_without_a_word_are_damage(chain: Chain) -> None:
    name, missing = f"{chain.names[TOLD]}.texts", Bad(chain.names[TOLD], 3, "TEXT")
    kept = chain.files[name].splitlines(keepends=True)
    with chain.with_files({name: None}):
        assert both(chain.folder).first == missing
    for gone, seq in ((0, 3), (2, 5)):
        with chain.with_files({name: b"".join(kept[:gone] + kept[gone + 1 :])}):
            assert both(chain.folder).first == Bad(chain.names[TOLD], seq, "TEXT")
    with chain.with_files({name: b"".join(reversed(kept)) + b"rubbish\n"}):
        assert both(chain.folder) == Finding(0, ()), "their order is nothing"
    with chain.with_files({name: b"".join(kept)[:-1]}):
        assert both(chain.folder) == Finding(0, ()), "nor is a newline after the last"
    with chain.with_files({name: b"".join(kept).replace(b"\n", b"\r\n")}):
        assert both(chain.folder).first == missing, "another spelling is none"


@pytest.mark.thorough
@pytest.mark.parametrize("size", [0, 15, 17])
def test_a_text_with_a_salt_of_another_size_is_none(chain: Chain, size: int) -> None:
    """Its hash fits, and it is passed over: it is missing where it was, and nothing beside an erasure."""
    name = f"{chain.names[TOLD]}.texts"
    kept, salt = chain.files[name].splitlines(keepends=True), b"s" * size
    erased = next(line for line in kept if b'"erased"' in line)
    short = {"hash": json.loads(erased)["hash"], "salt": b64encode(salt).decode(), "text": "other"}
    with chain.with_files({name: b"".join([*kept, canonical(short) + b"\n"])}):
        assert both(chain.folder) == Finding(0, ())
    digest = sha256(b"stim-text/1\0" + salt + b"typed").hexdigest()

    def told(entry: Fields) -> Fields:
        return entry | {"body": {"event": {"text": {"text_sha256": digest}}}} if entry["type"] == "event" else entry

    forged = relinked(chain.lines(NEWEST), chain.end(ERASURE), told, station_key(chain.home))
    line = canonical({"hash": digest, "salt": b64encode(salt).decode(), "text": "typed"}) + b"\n"
    found = chain.told(NEWEST, forged, **{f"{chain.names[NEWEST]}.texts": line})
    assert found.first == Bad(chain.names[NEWEST], 3, "TEXT")


def test_an_erasure_that_only_the_texts_speak_of_is_damage(chain: Chain) -> None:
    name = f"{chain.names[TOLD]}.texts"
    kept = chain.files[name].splitlines(keepends=True)
    hashed = entry_in(chain.lines(TOLD)[2])["body"]["event"]["text"]["text_sha256"]
    pretended = canonical({"erased": chain.names[ERASURE], "hash": hashed}) + b"\n"
    with chain.with_files({name: b"".join([pretended, *kept[1:]])}):
        assert both(chain.folder).first == Bad(chain.names[TOLD], 3, "TEXT")


@pytest.mark.parametrize("first", [True, False])
def test_a_text_that_was_changed_is_damage_though_an_erasure_stands_beside_it(chain: Chain, first: bool) -> None:
    """The erased one of this session: its erasure is on record, and yet a text that was never written stands there."""
    name = f"{chain.names[TOLD]}.texts"
    erased, *kept = sorted(chain.files[name].splitlines(keepends=True), key=lambda line: b'"erased"' not in line)
    hashed = json.loads(erased)["hash"]
    other = canonical({"hash": hashed, "salt": "AAAAAAAAAAAAAAAAAAAAAA==", "text": "other"}) + b"\n"
    beside = [other, erased] if first else [erased, other]
    with chain.with_files({name: b"".join([*beside, *kept])}):
        assert both(chain.folder).first == Bad(chain.names[TOLD], 4, "TEXT")


def test_an_erasure_signed_by_a_stranger_does_not_count(chain: Chain, stranger: StationKey) -> None:
    forged = relinked(chain.lines(ERASURE), chain.end(BROKEN), key=stranger)
    found = chain.told(ERASURE, forged)
    assert found.first == Bad(chain.names[TOLD], 4, "TEXT")
    assert chain.told(ERASURE, chain.lines(ERASURE)[:-1]).first == Bad(chain.names[TOLD], 4, "TEXT")


def test_a_key_is_known_by_all_of_it_and_not_by_its_id(
    chain: Chain, stranger: StationKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if somebody had found a key whose ID, 64 bits of a hash, is that of the station's."""
    own = station_key(chain.home)
    for module in (checkpoint, theirs()):
        monkeypatch.setattr(module, "key_id", lambda _public: own.id)
    twin = StationKey(own.id, stranger.public, stranger.sign)
    forged = relinked(chain.lines(ERASURE), chain.end(BROKEN), key=twin)
    assert chain.told(ERASURE, forged).first == Bad(chain.names[TOLD], 4, "TEXT")
    assert chain.told(ERASURE, chain.lines(ERASURE)) == Finding(0, ())


# --- anything at all ---


def _harm(chain: Chain, rng: random.Random) -> dict[str, bytes | None]:
    """One to three things done to files of the chain."""
    changed: dict[str, bytes | None] = {}
    for _ in range(rng.randint(1, 3)):
        name = rng.choice(sorted(chain.files))
        data = changed.get(name, chain.files[name]) or b""
        at, to, lines = rng.randint(0, len(data)), rng.randint(0, len(data)), data.splitlines(keepends=True)
        rng.shuffle(lines)
        changed[name] = rng.choice(
            [
                data[:at] + rng.randbytes(1) + data[at + 1 :],
                data[:at] + rng.randbytes(rng.randint(1, 4)) + data[at:],
                data[: min(at, to)] + data[max(at, to) :],
                data[:at] + data[to : to + 40] + data[at:],
                data[:at],
                data + data[at:],
                b"".join(lines),
                chain.files[rng.choice(sorted(chain.files))],
                None,
            ]
        )
    return changed


@pytest.mark.thorough
@pytest.mark.parametrize("times", [40, pytest.param(10_000, marks=pytest.mark.campaign)])
@pytest.mark.timeout(1200)
def test_whatever_is_done_both_say_the_same(chain: Chain, times: int) -> None:
    rng, seen = random.Random(seed() if slicing.every() > 1 else 7), set[int]()
    for _ in range(max(40, part(times))):
        with chain.with_files(_harm(chain, rng)):
            seen.add(both(chain.folder).code)
    assert 1 in seen


@pytest.mark.thorough
@pytest.mark.parametrize("times", [20, pytest.param(2_000, marks=pytest.mark.campaign)])
@pytest.mark.timeout(1200)
def test_of_one_session_too(chain: Chain, times: int) -> None:
    rng = random.Random(seed() if slicing.every() > 1 else 8)
    for _ in range(max(20, part(times))):
        harm = {name: data or b"" for name, data in _harm(chain, rng).items()}
        with chain.with_files(harm):
            both(chain.folder, session=rng.choice(chain.names))


@pytest.mark.parametrize("vocabulary", [1, 2, 3])
def test_records_of_older_programs_are_good_to_both(vocabulary: int) -> None:
    folder = Path(__file__).parents[1] / "vectors" / "records" / f"vocabulary_{vocabulary}"
    assert both(folder, {}) == Finding(4, ()), "not signed: no key proves anything about it"


# --- the program in docs/ ---


def test_the_other_verifier_shares_nothing_with_the_writer() -> None:
    tree = ast.parse(PROGRAM.read_text())
    names = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    names |= {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    tops = {name.partition(".")[0] for name in names}
    assert tops - set(sys.stdlib_module_names) == {"cryptography"}


def _run(*arguments: str, site: bool = True) -> tuple[int, str, str]:
    options = ["-I"] if site else ["-I", "-S"]
    done = subprocess.run(
        [sys.executable, *options, str(PROGRAM), *arguments], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


def test_it_runs_by_itself_and_says_what_it_did_not_check(chain: Chain) -> None:
    """Without the library for signatures too, as on a computer where nothing was installed."""
    code, out, err = _run(str(chain.folder), site=False)
    assert (code, err) == (0, "")
    assert "Not checked: signatures: the library cryptography is not installed." in out
    assert f"Head code: {code_of(chain.end(NEWEST))}" in out
    code, out, err = _run(str(chain.folder), "--key", "station.pub", site=False)
    assert (code, out) == (2, "")
    assert "needs the library cryptography" in err


Said = Callable[..., tuple[int, str]]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """The program's exit code, and what it wrote."""

    def said(*arguments: object) -> tuple[int, str]:
        code = theirs().main([str(a) for a in arguments])
        told = capsys.readouterr()
        return code, told.out + told.err

    return said


def test_without_a_key_it_checks_the_chain_and_with_one_whose_it_is(
    chain: Chain, said: Said, stranger: StationKey, tmp_path_factory: pytest.TempPathFactory
) -> None:
    [own] = (chain.home / "keys").glob("*.pub")
    code, out = said(chain.folder)
    assert code == 0
    assert "Not checked: whose signatures they are" in out
    code, out = said(chain.home, "--key", own, "--head", code_of(chain.end(TOLD)).lower())
    assert (code, "Not checked" in out) == (0, False)
    other = next(tmp_path_factory.getbasetemp().glob(f"elsewhere*/keys/station-{stranger.id}.pub"))
    assert said(chain.folder, "--key", other)[0] == 4
    assert said(chain.folder, "--key", other, "--key", own)[0] == 0
    vectors = Path(__file__).parents[1] / "vectors" / "records" / "vocabulary_3"
    code, out = said(vectors, "--key", own)
    assert code == 4
    assert "nothing here is signed: the key given proves nothing about it" in out


def test_the_gravest_thing_decides(chain: Chain, said: Said) -> None:
    newest = f"{chain.names[NEWEST]}.jsonl"
    torn, [own] = chain.files[newest][:-9], (chain.home / "keys").glob("*.pub")
    with chain.with_files({newest: torn}):
        code, out = said(chain.folder, "--key", own)
        assert code == 3
        assert "the last line is unfinished" in out
        assert "signed up to entry 2 of 4" in out
        assert said(chain.folder, "--head", code_of(chain.end(NEWEST)))[0] == 1
    with chain.with_files({newest: torn, f"{chain.names[OLD]}.jsonl": b"rubbish\n"}):
        code, out = said(chain.folder, "--key", own)
        assert code == 1
        assert f"records/{chain.names[OLD]}: DAMAGED at entry 1: ALTERED" in out


@pytest.mark.timeout(40)
@pytest.mark.parametrize(
    ("make", "why"),
    [
        (os.mkdir, "Is a directory"),
        (os.mkfifo, "Not a regular file"),
        (lambda path: path.symlink_to("/dev/zero"), "Not a regular file"),
        (lambda path: path.symlink_to("nowhere"), "No such file or directory"),
    ],
)
@pytest.mark.parametrize("suffix", ["jsonl", "texts"])
def test_a_record_that_cannot_be_read_is_1_to_both(
    chain: Chain, said: Said, make: Callable[[Path], None], why: str, suffix: str
) -> None:
    name = f"{chain.names[TOLD]}.{suffix}"
    with chain.with_files({name: None}):
        unreadable = chain.folder / name
        make(unreadable)
        try:
            assert commands(chain.folder, known_keys(chain.home)) == (1, 1)
            code, out = said(chain.folder)
        finally:
            unreadable.rmdir() if unreadable.is_dir() else unreadable.unlink()
    assert code == 1
    if suffix == "jsonl":
        assert out.splitlines()[-1] == f"{unreadable}: the record cannot be read: {why}"


@pytest.mark.covers("TH-03")
def test_a_file_with_a_number_that_no_session_is_given_is_of_no_chain(chain: Chain, said: Said) -> None:
    name = f"000000-{chain.names[OLD].partition('-')[2]}"
    with chain.with_files({f"{name}.jsonl": chain.files[f"{chain.names[OLD]}.jsonl"]}):
        assert both(chain.folder) == Finding(1, (Bad(name, 1, ""),))
        assert f"{name}: DAMAGED at entry 1: FOREIGN: no session is given the number 0" in said(chain.folder)[1]
        assert said(chain.folder / f"{name}.jsonl")[0] == 2
    assert both(chain.folder) == Finding(0, ())


def test_one_session_alone_says_that_what_came_before_was_not_there(chain: Chain, said: Said, tmp_path: Path) -> None:
    name = f"{chain.names[NEWEST]}.jsonl"
    (tmp_path / name).write_bytes(chain.files[name])
    code, out = said(tmp_path / name)
    assert code == 1, "its text is in a file beside it, which was not copied"
    (tmp_path / name.replace(".jsonl", ".texts")).write_bytes(chain.files[name.replace(".jsonl", ".texts")])
    code, out = said(tmp_path / name)
    assert code == 0
    assert "Not checked: what stood in the chain before this session" in out
    code, out = said(chain.folder / name)
    assert (code, "stood in the chain before" in out) == (0, False)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere"], "nowhere does not exist."),
        (["."], ". holds no session."),
        (["note.txt"], "is not named as a session is"),
        ([".", "--key", "nowhere.pub"], "The key nowhere.pub cannot be read"),
        ([".", "--key", "note.txt"], "note.txt holds no public key"),
        ([".", "--head", "5KMQQ-SVJ80"], "is no head code"),
        ([".", "--head", "5KMQQ-SVJ80-X022P-7REPW-Y"], "is mistyped"),
    ],
)
def test_a_wrong_call_is_one_sentence(
    said: Said, arguments: list[str], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("note.txt").write_text("not a key")
    code, out = said(*arguments)
    assert code == 2
    assert sentence in out
    assert out.count("\n") == 1


def test_both_write_the_same_head_codes(chain: Chain) -> None:
    rng = random.Random(3)
    for hashed in (GENESIS, "f" * 64, *(rng.randbytes(32).hex() for _ in range(200))):
        assert theirs().code_of(hashed) == code_of(hashed)
        assert hashed.startswith(theirs().read_code(code_of(hashed).lower().replace("-", " ").replace("0", "o")))
