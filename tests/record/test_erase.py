"""Erasing texts: on record first, then gone, and never gone without being on record."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from nmes.core.care_events import Answered, CareEvent, Corrected, Diary, Erased, Registered
from nmes.record import ledger
from nmes.record.chain import Damage, NewEntry
from nmes.record.clocks import Clocks
from nmes.record.codec import encode
from nmes.record.disk import Disk
from nmes.record.erase import Held, Typed, erase, held, held_of, sessions_told_of
from nmes.record.errors import JournalBroken, NotYetErased, RecordBusy
from nmes.record.files import Kind, session_files
from nmes.record.gone import Erasures, archived
from nmes.record.journal import Journal
from nmes.record.keys import StationKey, known_keys, station_key
from nmes.record.ledger import Author
from nmes.record.store import read_session
from nmes.record.texts import ERASED, MISSING, KeptLine, Lost, Texts, kept_lines, texts_path
from nmes.record.verdicts import verify_chain, verify_session
from nmes.record.verify import Damaged, Intact

HOME = ("P-017", "left")
Begin = Callable[..., Journal]
Erase = Callable[..., str]


def note(text: str) -> NewEntry:
    return NewEntry("event", {"event": {"type": "Mark", "kind": "note", "text": text}}, "Ada", texts=(text,))


@pytest.fixture
def session(begin: Begin, key: StationKey) -> Callable[..., Path]:
    """A signed session of a patient with these texts, from entry 3 on."""

    def session(*texts: str, code: str = "P-017") -> Path:
        journal = begin(binding={"patient": code, "side": "left"}, signer=key)
        for text in texts:
            journal.append(note(text))
        journal.close({"why": "completed"})
        return journal.path

    return session


@pytest.fixture
def care(tmp_path: Path, clocks: Clocks, key: StationKey) -> Callable[..., Path]:
    """Care entries, together in one file."""

    def care(*events: CareEvent) -> Path:
        ledger.write(tmp_path, Kind.PATIENT, events, Author("Ada", "station-1", clocks, key))
        return session_files(tmp_path / "records")[-1]

    return care


@pytest.fixture
def forget(tmp_path: Path, clocks: Clocks, key: StationKey) -> Erase:
    def forget(*texts: Held, reason: str = "she asked", disk: Disk | None = None) -> str:
        author = Author("Ada", "station-1", clocks, key, disk=disk or Disk())
        return erase(tmp_path, Kind.PATIENT, texts, reason, author)

    return forget


def shown(path: Path) -> list[str]:
    return [one.body["event"]["text"] for one in read_session(path) if "event" in one.body]


def verdicts(home: Path) -> list[type]:
    return [type(one.verdict) for one in verify_chain(home / "records")]


# --- what can be erased ---


def test_what_can_be_erased_is_told_of_a_session_or_of_one_entry(tmp_path: Path, session: Callable[..., Path]) -> None:
    path = session("one", "two")
    all_of_it = held(tmp_path, path)
    assert (all_of_it.path, all_of_it.code, all_of_it.side, all_of_it.left) == (path, *HOME, ())
    assert [Texts(path).find(digest) for digest in all_of_it.hashes] == ["one", "two"]
    [second] = held(tmp_path, path, seq=4).hashes
    assert Texts(path).find(second) == "two"
    assert not held(tmp_path, path, seq=99).number


def test_what_was_typed_of_a_patient_is_found_in_sessions_and_between_them(
    tmp_path: Path, session: Callable[..., Path], care: Callable[..., Path]
) -> None:
    first, other = session("one"), session("other", code="P-018")
    entered = care(
        Diary(*HOME, "2026-11-16", 4, text="three"), Diary("P-018", "left", "2026-11-16", 4, text="not hers")
    )
    session(code="P-017")
    care(Registered("P-017"))
    found = held_of(tmp_path, Kind.PATIENT, "P-017").texts
    assert [one.path for one in found] == [first, entered]
    assert [Texts(one.path).find(digest) for one in found for digest in one.hashes] == ["one", "three"]
    assert [one.path for one in held_of(tmp_path, Kind.PATIENT, "P-018").texts] == [other, entered]
    assert held_of(tmp_path, Kind.PATIENT, "P-0") == Typed((), ())


def with_damage(path: Path, number: int, old: bytes, new: bytes) -> bytes:
    """One line of a file is changed; what stood in the file before."""
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    assert old in lines[number - 1]
    path.write_bytes(b"".join([*lines[: number - 1], lines[number - 1].replace(old, new), *lines[number:]]))
    return whole


def test_a_text_under_a_damaged_entry_is_erased_with_the_session_and_on_record(
    tmp_path: Path, session: Callable[..., Path], forget: Erase
) -> None:
    path = session("one", "two")
    whole = with_damage(path, 3, b"Ada", b"Eva")
    path.write_bytes(path.read_bytes() + b'{"text_sha256"')
    found = held(tmp_path, path)
    assert sorted(str(Texts(path).find(digest)) for digest in found.hashes) == ["one", "two"]
    forget(found)
    assert not any(line.text for line in kept_lines(path))
    path.write_bytes(whole)
    assert verdicts(tmp_path) == [Intact, Intact], "the record that comes back is not damaged by it"
    assert shown(path) == [ERASED, ERASED]


def test_erasing_one_entry_leaves_the_text_of_a_damaged_one(
    tmp_path: Path, session: Callable[..., Path], forget: Erase
) -> None:
    path = session("one", "two")
    whole = with_damage(path, 3, b"Ada", b"Eva")
    forget(held(tmp_path, path, seq=4))
    assert [line.text for line in kept_lines(path)] == ["one", ""]
    path.write_bytes(whole)
    assert verdicts(tmp_path) == [Intact, Intact]
    assert shown(path) == ["one", ERASED]


def test_a_session_that_does_not_tell_whose_it_is_is_named_and_erased_by_its_number(
    tmp_path: Path, session: Callable[..., Path], forget: Erase
) -> None:
    first, second, plain = session("one"), session("two"), session()
    for path in (first, plain):
        with_damage(path, 1, b"left", b"lift")
    found = held_of(tmp_path, Kind.PATIENT, "P-017")
    assert ([one.path for one in found.texts], found.unclear) == ([second], (first,))
    forget(*found.texts, held(tmp_path, first))
    found = held_of(tmp_path, Kind.PATIENT, "P-017")
    assert (found.texts, found.unclear) == ((), ())
    second.write_bytes(b"".join(second.read_bytes().splitlines(keepends=True)[1:]))
    texts_path(second).write_bytes(bytes(KeptLine("x")))
    assert held_of(tmp_path, Kind.PATIENT, "P-017").unclear == (second,), "what it begins with is not its beginning"


def test_a_care_entry_that_does_not_tell_whose_it_is_is_named_by_its_file(
    tmp_path: Path, care: Callable[..., Path], forget: Erase
) -> None:
    path = care(Diary(*HOME, "2026-11-16", 4, text="hers"), Diary("P-018", "left", "2026-11-16", 4, text="his"))
    with_damage(path, 4, b"P-018", b"P-017")
    found = held_of(tmp_path, Kind.PATIENT, "P-018")
    assert (found.texts, found.unclear) == ((), (path,))
    forget(held(tmp_path, path))
    assert held_of(tmp_path, Kind.PATIENT, "P-018").unclear == ()
    assert not any(line.text for line in kept_lines(path))


def test_a_text_whose_entry_was_never_written_is_erased_too(
    tmp_path: Path, begin: Begin, key: StationKey, forget: Erase
) -> None:
    def full(fd: int, data: bytes) -> int:
        if b'"Mark"' in data:
            raise OSError(errno.ENOSPC, "No space left on device")
        return os.write(fd, data)

    journal = begin(disk=Disk(write=full), binding={"patient": "P-017"}, signer=key)
    with pytest.raises(JournalBroken):
        journal.append(note("Erika fell"))
    journal.abandon()
    [found] = held_of(tmp_path, Kind.PATIENT, "P-017").texts
    assert [Texts(found.path).find(digest) for digest in found.hashes] == ["Erika fell"]
    forget(found)
    assert b"Erika" not in texts_path(found.path).read_bytes()
    assert held_of(tmp_path, Kind.PATIENT, "P-017").texts == ()
    assert verdicts(tmp_path) == [Intact, Intact]
    told = Erased("P-017", "", found.path.stem, found.hashes, "she asked")
    assert ledger.read(tmp_path, Kind.PATIENT).entered[0].event == told


def test_half_a_text_is_erased_and_on_record_too(tmp_path: Path, session: Callable[..., Path], forget: Erase) -> None:
    """It has no hash that could be told."""
    path = session()
    texts_path(path).write_bytes(b'{"hash":"00","salt":"","text":"Erika fe')
    [found] = held_of(tmp_path, Kind.PATIENT, "P-017").texts
    assert (found.hashes, found.scraps, found.number) == ((), 1, 1)
    assert forget(found)
    assert texts_path(path).read_bytes() == b""
    assert held_of(tmp_path, Kind.PATIENT, "P-017").texts == ()
    assert verdicts(tmp_path) == [Intact, Intact]


# --- erasing ---


def test_an_erased_text_is_gone_and_the_chain_holds(
    tmp_path: Path, session: Callable[..., Path], forget: Erase
) -> None:
    path = session("one", "two")
    before = path.read_bytes()
    entered = forget(held(tmp_path, path, seq=3))
    assert shown(path) == [ERASED, "two"]
    assert b"one" not in texts_path(path).read_bytes()
    assert path.read_bytes() == before
    assert verdicts(tmp_path) == [Intact, Intact]
    assert isinstance(verify_session(path).verdict, Intact)
    [told] = ledger.read(tmp_path, Kind.PATIENT).entered
    assert (told.session, told.by) == (entered, "Ada")
    assert told.event == Erased(*HOME, path.stem, (next(kept_lines(path)).hash,), "she asked")
    assert next(kept_lines(path)).erased == entered
    assert texts_path(path).stat().st_mode & 0o777 == 0o600


def test_what_was_typed_between_sessions_is_erased_once_and_the_reason_of_that_if_it_is_named(
    tmp_path: Path, care: Callable[..., Path], forget: Erase
) -> None:
    path = care(Answered(*HOME, "000001-s", 4, text="one"))
    entered = forget(*held_of(tmp_path, Kind.PATIENT, "P-017").texts, reason="Erika asked")
    erasure = path.with_name(f"{entered}.jsonl")
    assert held_of(tmp_path, Kind.PATIENT, "P-017") == Typed((), ()), "it is done"
    assert not held(tmp_path, erasure).number
    forget(held(tmp_path, erasure, seq=3))
    event, told, again = (one.event for one in ledger.read(tmp_path, Kind.PATIENT).entered)
    assert event == Answered(*HOME, "000001-s", 4, text=ERASED)
    assert isinstance(told, Erased)
    assert told.reason == ERASED
    assert isinstance(again, Erased)
    assert again.reason == "she asked"
    assert verdicts(tmp_path) == [Intact] * 3
    assert not any(b"Erika" in texts_path(one).read_bytes() for one in session_files(path.parent))


def test_which_sessions_the_texts_of_a_care_file_are_about_is_told_without_any_code(care: Callable[..., Path]) -> None:
    path = care(
        Corrected("", "", "000001-s", 5, "0" * 64, "what is right", "typed wrong"), Diary(*HOME, "2026-11-16", 3)
    )
    assert sessions_told_of(path) == {"000001-s"}


def test_nothing_is_erased_while_somebody_else_writes(
    tmp_path: Path, session: Callable[..., Path], begin: Begin, forget: Erase
) -> None:
    path = session("one")
    found = held(tmp_path, path)
    begin()
    with pytest.raises(RecordBusy):
        forget(found)
    assert shown(path) == ["one"]
    assert Erasures(path.parent).of(path, known_keys(tmp_path).values()) == {}


def test_an_erasure_that_was_cut_short_is_on_record_and_goes_on(
    tmp_path: Path, session: Callable[..., Path], forget: Erase
) -> None:
    def full(fd: int, data: bytes) -> int:
        if data.startswith(b'{"erased"'):
            os.write(fd, data[:20])
            raise OSError(errno.ENOSPC, "No space left on device")
        return os.write(fd, data)

    path = session("one", "two")
    with pytest.raises(NotYetErased, match=r"still there .*No space left.*erase again"):
        forget(held(tmp_path, path), disk=Disk(write=full))
    assert not path.with_suffix(".texts-new").exists()
    assert shown(path) == ["one", "two"]
    assert verdicts(tmp_path) == [Intact, Intact], "what is on record as erased may still be there"
    left = held(tmp_path, path)
    assert (len(left.hashes), len(left.left)) == (0, 2)
    assert next(one.path for one in held_of(tmp_path, Kind.PATIENT, "P-017").texts) == path
    assert forget(left) == "", "nothing more is entered"
    texts = texts_path(path).stat()
    assert forget(left) == ""
    assert texts_path(path).stat().st_ino == texts.st_ino, "where nothing is to be done nothing is written"
    assert shown(path) == [ERASED, ERASED]
    assert not held(tmp_path, path).number
    assert verdicts(tmp_path) == [Intact, Intact]


def test_a_missing_text_that_is_put_on_record_is_no_damage_any_more(
    tmp_path: Path, session: Callable[..., Path], forget: Erase
) -> None:
    path = session("one")
    texts_path(path).unlink()
    assert verdicts(tmp_path) == [Damaged]
    forget(held(tmp_path, path))
    assert verdicts(tmp_path) == [Intact, Intact]
    assert shown(path) == [ERASED]


def test_a_text_that_is_missing_stays_damage_when_another_is_erased(
    tmp_path: Path, session: Callable[..., Path], forget: Erase
) -> None:
    path = session("one", "two")
    texts_path(path).write_bytes(bytes(next(kept_lines(path))))
    forget(held(tmp_path, path, seq=3))
    assert shown(path) == [ERASED, MISSING]
    assert damaged(path)


def test_what_no_entry_stands_for_goes_with_it_and_the_old_file_is_overwritten(
    tmp_path: Path, session: Callable[..., Path], forget: Erase
) -> None:
    path = session("one", "two")
    with texts_path(path).open("ab") as file:
        file.write(b'{"hash":"x","salt":"","text":"left by a crash"}\n{"hash":"half')
    held_on = tmp_path / "old"
    os.link(texts_path(path), held_on)
    size = held_on.stat().st_size
    forget(held(tmp_path, path, seq=3))
    assert held_on.read_bytes() == bytes(size)
    assert [line.text for line in kept_lines(path)] == ["", "two"]
    assert shown(path) == [ERASED, "two"]
    assert [one.name for one in path.parent.iterdir() if "new" in one.name] == []


def test_a_changed_text_that_stays_is_still_damage(tmp_path: Path, session: Callable[..., Path], forget: Erase) -> None:
    path = session("one", "two")
    texts_path(path).write_bytes(texts_path(path).read_bytes().replace(b'"two"', b'"tew"'))
    forget(held(tmp_path, path, seq=3))
    verdict = verify_session(path).verdict
    assert isinstance(verdict, Damaged)
    assert (verdict.seq, verdict.kind) == (4, Damage.TEXT)
    assert Texts(path).find(list(kept_lines(path))[1].hash) is Lost.CHANGED


# --- who may say that it is gone ---


def damaged(path: Path) -> bool:
    return isinstance(verify_session(path).verdict, Damaged)


@pytest.fixture
def lost(tmp_path: Path, session: Callable[..., Path]) -> tuple[Path, Erased]:
    """A session whose text is gone, and what would make that right."""
    path = session("one")
    [digest] = held(tmp_path, path).hashes
    texts_path(path).unlink()
    return path, Erased(*HOME, path.stem, (digest,), "")


def enter(begin: Begin, signer: StationKey | None, event: object, *, close: bool = True) -> None:
    journal = begin(binding={"about": "care"}, signer=signer)
    journal.append(NewEntry("event", {"event": encode(event)}, "Ada"))
    journal.append(NewEntry("care", {"event": "none"}, "Ada"))
    journal.append(NewEntry("care", {"event": {"type": "Horoscope"}}, "Ada"))
    journal.append(NewEntry("care", {"event": encode(event)}, "Ada"))
    journal.close({"why": "entered"}) if close else journal.abandon()


def test_an_erasure_counts_if_it_is_signed_and_closed(begin: Begin, key: StationKey, lost: tuple[Path, Erased]) -> None:
    path, event = lost
    enter(begin, key, event, close=False)
    assert damaged(path)
    enter(begin, key, event)
    assert not damaged(path)


def test_an_erasure_that_is_not_signed_does_not_count(begin: Begin, lost: tuple[Path, Erased]) -> None:
    path, event = lost
    enter(begin, None, event)
    assert damaged(path)


def test_an_erasure_signed_with_a_key_nobody_knows_does_not_count(
    tmp_path: Path, begin: Begin, lost: tuple[Path, Erased]
) -> None:
    path, event = lost
    stranger = station_key(tmp_path / "elsewhere")
    enter(begin, stranger, event)
    assert damaged(path)
    known = {**known_keys(tmp_path), stranger.id: stranger.public}
    assert isinstance(verify_session(path, known).verdict, Intact)


def test_the_session_s_own_key_is_enough(begin: Begin, key: StationKey, lost: tuple[Path, Erased]) -> None:
    path, event = lost
    enter(begin, key, event)
    assert isinstance(verify_session(path, {}).verdict, Intact)


def test_an_erasure_of_another_session_or_text_does_not_count(
    begin: Begin, key: StationKey, lost: tuple[Path, Erased]
) -> None:
    path, event = lost
    enter(begin, key, Erased(*HOME, "000009-x", event.hashes, ""))
    enter(begin, key, Erased(*HOME, path.stem, ("0" * 64,), ""))
    assert damaged(path)


def test_an_erasure_in_a_file_that_does_not_come_after_the_text_does_not_count(
    tmp_path: Path, clocks: Clocks, key: StationKey, lost: tuple[Path, Erased]
) -> None:
    """Such as one of the same number, from another home of this station."""
    path, event = lost
    other = Author("Ada", "station-1", clocks, key)
    entered = [ledger.write(tmp_path / "other", Kind.PATIENT, [event], other) for _ in range(2)]
    assert [one[:6] for one in entered] == [path.stem[:6], "000002"]

    def told(one: str) -> dict[str, str]:
        name = f"{one}.jsonl"
        (path.parent / name).write_bytes((tmp_path / "other" / "records" / name).read_bytes())
        return dict(Erasures(path.parent).of(path, known_keys(tmp_path).values()))

    assert [told(one) for one in entered] == [{}, {event.hashes[0]: entered[1]}]


def test_a_damaged_or_foreign_erasure_does_not_count(
    tmp_path: Path, begin: Begin, key: StationKey, lost: tuple[Path, Erased]
) -> None:
    path, event = lost
    enter(begin, key, event)
    care = session_files(path.parent)[-1]
    whole = care.read_bytes()
    care.write_bytes(whole.replace(b'"Ada"', b'"Eva"', 1))
    assert damaged(path)
    care.write_bytes(whole)
    assert not damaged(path)
    elsewhere = tmp_path / "simulation"
    path.parent.rename(elsewhere)
    assert Erasures(elsewhere).of(path, known_keys(tmp_path).values()) == {}, "it was entered in the other chain"


def test_nothing_is_gone_from_a_chain_that_never_said_so(tmp_path: Path, session: Callable[..., Path]) -> None:
    path = session("one")
    assert archived(path.parent, known_keys(tmp_path).values()) is None
