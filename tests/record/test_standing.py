"""What may have held care entries is named, whatever was done to its file; a sound file of something else is not."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from helpers.chain import QUICK
from helpers.forging import Fields, entry_in, line_of, relinked
from nmes.core.care_events import Answered, Archived, CareEvent, Diary
from nmes.record import ledger
from nmes.record.canonical import canonical
from nmes.record.chain import NewEntry
from nmes.record.clocks import Clocks
from nmes.record.errors import NotAFile, RecordUnavailable
from nmes.record.files import Kind, open_file
from nmes.record.journal import Journal
from nmes.record.keys import station_key
from nmes.record.ledger import Author
from nmes.record.store import Unreadable, list_sessions, read_session
from nmes.record.telling import broken
from nmes.record.texts import data_of
from nmes.record.verdicts import verify_chain
from nmes.record.verify import Intact

HOME = ("P-017", "left")
BAD = Answered(*HOME, "000001-s", dark_urine=True)
DIARY = Diary(*HOME, "2026-11-16", 4, 7)


class Chain:
    """A station's chain: a session, what was told of it, another session, and the diary."""

    def __init__(self, home: Path, clocks: Clocks) -> None:
        self.home, self.clocks, self.key = home, clocks, station_key(home, QUICK)
        self.folder = home / "records"
        self.first, self.bad = self.session(), self.enter(BAD)
        self.second, self.diary = self.session(), self.enter(DIARY)

    def session(self) -> Path:
        bound = {"protocol": "calf"}
        journal = Journal.open(self.folder, "station-1", bound, self.clocks, disk=QUICK, signer=self.key)
        journal.append(NewEntry("event", {"event": {"type": "Tick"}}, "program"))
        journal.close({"why": "complete"})
        return journal.path

    def enter(self, *events: CareEvent) -> Path:
        author = Author("Anna", "station-1", self.clocks, self.key, disk=QUICK)
        return self.folder / f"{ledger.write(self.home, Kind.PATIENT, events, author)}.jsonl"

    def read(self) -> ledger.Ledger:
        return ledger.read(self.home, Kind.PATIENT)

    def events(self) -> list[CareEvent]:
        return [one.event for one in self.read().entered]


@pytest.fixture
def chain(tmp_path: Path, clocks: Clocks) -> Iterator[Chain]:
    """Taken away afterwards is what whoever looks at records after a test would wait for."""
    made = Chain(tmp_path, clocks)
    yield made
    for path in made.folder.iterdir():
        if not path.is_file() and not path.is_dir():
            path.unlink()


def test_in_a_chain_that_is_whole_nothing_is_named(chain: Chain) -> None:
    assert chain.events() == [BAD, DIARY]
    assert chain.read().doubted == ()


# --- the first line ---


def altered(lines: list[bytes]) -> list[bytes]:
    return [lines[0].replace(b'"about":"care"', b'"about":"cure"'), *lines[1:]]


def altered_with_its_hash(lines: list[bytes]) -> list[bytes]:
    entry = entry_in(lines[0])
    return [line_of(canonical(entry | {"body": entry["body"] | {"about": "cure"}})), *lines[1:]]


def made_an_event(lines: list[bytes]) -> list[bytes]:
    return relinked(
        lines, entry_in(lines[0])["prev"], lambda entry: entry | ({"type": "event"} if entry["seq"] == 1 else {})
    )


def made_an_unsigned_session(lines: list[bytes]) -> list[bytes]:
    def changed(entry: Fields) -> Fields | None:
        body = {"protocol": "calf"} if entry["type"] == "opened" else entry["body"]
        return None if entry["type"] == "checkpoint" else entry | {"body": body}

    return relinked(lines, entry_in(lines[0])["prev"], changed)


def without_the_first(lines: list[bytes]) -> list[bytes]:
    return lines[1:]


def of_another_file(lines: list[bytes]) -> list[bytes]:
    def renamed(entry: Fields) -> Fields:
        return entry | {"session": "000099-20261121T091500Z-abcdef", "body": dict(entry["body"], about="cure")}

    return relinked(lines, entry_in(lines[0])["prev"], renamed)


def no_line(lines: list[bytes]) -> list[bytes]:
    return [b"{}\n", *lines[1:]]


HOWS = [
    altered,
    altered_with_its_hash,
    made_an_event,
    made_an_unsigned_session,
    without_the_first,
    of_another_file,
    no_line,
]


@pytest.mark.parametrize("how", HOWS)
def test_a_file_whose_first_line_does_not_hold_is_named_and_its_bad_news_is_read(
    chain: Chain, how: Callable[[list[bytes]], list[bytes]]
) -> None:
    chain.bad.write_bytes(b"".join(how(chain.bad.read_bytes().splitlines(keepends=True))))
    found = chain.read()
    assert found.damaged == (chain.bad.stem,)
    assert chain.events() == [BAD, DIARY]


def test_of_a_line_that_was_changed_itself_and_of_one_that_only_looks_so_nothing_is_read(chain: Chain) -> None:
    whole = chain.bad.read_bytes()
    chain.bad.write_bytes(whole.replace(b'"code":"P-017"', b'"code":"P-018"'))
    assert chain.read().damaged == (chain.bad.stem,)
    assert chain.events() == [DIARY]

    def nested(entry: Fields) -> Fields:
        return entry | ({"body": {"event": {"told": entry["body"]["event"]}}} if entry["type"] == "care" else {})

    lines = whole.splitlines(keepends=True)
    chain.bad.write_bytes(b"".join(relinked(lines, entry_in(lines[0])["prev"], nested)))
    assert chain.events() == [DIARY]


@pytest.mark.parametrize("kept", [1, 100, -1])
def test_a_first_line_that_was_cut_off_is_named_unless_a_crash_can_have_left_it(chain: Chain, kept: int) -> None:
    first = chain.bad.read_bytes().splitlines(keepends=True)[0]
    chain.bad.write_bytes(first[:kept])
    assert chain.read().damaged == (chain.bad.stem,)
    newest = chain.diary.read_bytes().splitlines(keepends=True)[0]
    chain.diary.write_bytes(newest[:kept])
    assert chain.read().damaged == (chain.bad.stem,)
    chain.diary.write_bytes(newest[:-1] + b" x")
    assert chain.read().damaged == (chain.bad.stem, chain.diary.stem), "that is no crash"


def test_sessions_from_before_there_were_keys_are_not_named(tmp_path: Path, clocks: Clocks) -> None:
    Journal.open(tmp_path / "records", "station-1", {"protocol": "calf"}, clocks, disk=QUICK).close({"why": "complete"})
    chain = Chain(tmp_path, clocks)
    assert chain.read().doubted == ()
    assert chain.events() == [BAD, DIARY]


def test_a_session_that_begins_just_now_is_not_named(chain: Chain) -> None:
    running = Journal.open(chain.folder, "station-1", {}, chain.clocks, disk=QUICK, signer=chain.key)
    lines = running.path.read_bytes().splitlines(keepends=True)
    assert chain.read().doubted == ()
    running.path.write_bytes(lines[0])
    assert chain.read().doubted == ()
    running.path.write_bytes(lines[0] + b'{"entry":{"actor"')
    assert chain.read().doubted == ()
    running.abandon()


# --- what is gone ---


def test_a_number_that_is_gone_is_named(chain: Chain) -> None:
    chain.bad.unlink()
    assert chain.read().missing == ("000002",)
    chain.second.unlink()
    assert chain.read().missing == ("000002-000003",)
    chain.first.unlink()
    assert chain.read().missing == ("000001-000003",)
    assert chain.events() == [DIARY]


def test_a_file_that_was_emptied_is_one_that_is_gone(chain: Chain) -> None:
    chain.bad.write_bytes(b"")
    assert chain.read().missing == ("000002",)


def test_where_the_chain_itself_says_that_nothing_stood_there_nothing_is_missing(chain: Chain) -> None:
    empty = chain.folder / "000005-20261121T091500Z-abcdef.jsonl"
    empty.write_bytes(b"")
    assert chain.read().doubted == ()
    after = chain.session()
    assert after.name.startswith("000006")
    assert chain.read().doubted == ()
    empty.unlink()
    assert chain.read().doubted == ()
    chain.diary.unlink()
    assert chain.read().missing == ("000004-000005",)


def test_what_was_archived_and_removed_is_not_missing(chain: Chain) -> None:
    chain.enter(Archived(chain.bad.stem, "a" * 64, 2, "b" * 64, "ten years"))
    chain.first.unlink()
    assert chain.read().doubted == (), "a part of it may still be there"
    chain.bad.unlink()
    assert chain.read().doubted == ()
    chain.second.unlink()
    assert chain.read().missing == ("000003",)


def test_of_a_damaged_file_after_a_gap_both_are_told(chain: Chain) -> None:
    chain.bad.unlink()
    chain.second.write_bytes(b"?\n" + chain.second.read_bytes())
    assert chain.read().doubted == (chain.second.stem, "000002")


# --- what is no file ---


@pytest.mark.timeout(20)
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("/dev/zero")])
def test_what_is_no_file_is_named_and_waits_for_nobody(chain: Chain, make: Callable[[Path], None]) -> None:
    chain.bad.unlink()
    make(chain.bad)
    assert chain.read().doubted == (chain.bad.stem,)
    chain.enter(BAD)
    assert chain.events() == [DIARY, BAD]
    with pytest.raises(NotAFile, match=r"Not a regular file|Is a directory") as told:
        open_file(chain.bad)
    assert told.value.filename == str(chain.bad)
    with pytest.raises(NotAFile):
        list(verify_chain(chain.folder))
    assert [one.ending for one in list_sessions(chain.home, Kind.PATIENT)][1] == Unreadable(
        f"cannot be opened ({told.value.strerror})"
    )


@pytest.mark.timeout(20)
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("/dev/zero")])
def test_where_the_newest_is_no_file_nothing_is_begun_and_that_is_said(
    chain: Chain, make: Callable[[Path], None]
) -> None:
    chain.diary.unlink()
    make(chain.diary)
    with pytest.raises(RecordUnavailable, match=chain.diary.stem):
        chain.session()


@pytest.mark.timeout(20)
def test_what_lies_beside_a_record_and_is_no_file_waits_for_nobody(chain: Chain) -> None:
    for suffix in (".texts", ".broken", ".torn"):
        os.mkfifo(chain.diary.with_suffix(suffix))
    assert broken(chain.diary) == ""
    assert all(isinstance(one.verdict, Intact) for one in verify_chain(chain.folder))
    assert list(read_session(chain.diary))
    with pytest.raises(NotAFile):
        data_of(chain.diary)
    with pytest.raises(RecordUnavailable, match="Not a regular file"):
        chain.session()


def test_a_number_that_no_session_is_given_is_named_and_not_believed(chain: Chain) -> None:
    forged = chain.folder / "000000-20261101T000000Z-abcdef.jsonl"
    chain.diary.rename(forged)
    assert chain.read().damaged == (forged.stem,)
    assert chain.events() == [BAD]
