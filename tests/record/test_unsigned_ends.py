"""An end that was changed without the key is never hidden by the honest session after it: both verifiers tell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.forging import Fields, entry_in, hash_in, relinked
from helpers.verifiers import Bad, Finding, both
from nmes.cli.app import run
from nmes.record import recovery
from nmes.record.chain import Damage, Head, NewEntry
from nmes.record.journal import Journal
from nmes.record.keys import StationKey
from nmes.record.neighbours import vouched_for
from nmes.record.recovery import Found
from nmes.record.store import read_session
from nmes.record.verdicts import Sealed, verify_chain, verify_session
from nmes.record.verify import Damaged, Intact

Begin = Callable[..., Journal]
Session = Callable[..., Path]


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def forge(path: Path) -> int:
    """The end of a file, told otherwise and without its last signature; how many entries it has then."""

    def other(entry: Fields) -> Fields | None:
        if entry["seq"] > 2 and entry["type"] == "checkpoint":
            return None
        return entry | {"body": {"number": 99}} if entry["type"] == "event" else entry

    found = lines(path)
    forged = relinked(found, entry_in(found[0])["prev"], other)
    path.write_bytes(b"".join(forged))
    return len(forged)


def notes(path: Path) -> list[Fields]:
    return [{"type": e.type, **e.body} for e in read_session(path) if e.type in {"interrupted", "unsigned_end"}]


@pytest.fixture
def forged(session: Session, key: StationKey) -> Path:
    path = session(signer=key)
    forge(path)
    return path


def test_a_newest_end_without_its_signature_is_told_and_is_no_clean_nothing(forged: Path, key: StationKey) -> None:
    assert both(forged.parent) == Finding(3, ())
    assert both(forged.parent, session=forged.stem) == Finding(3, ())
    assert verify_session(forged).sealed == Sealed(key.id, 2, known=True, pending=True)


def test_the_honest_session_after_it_tells_what_it_found_and_signs_that(
    forged: Path, session: Session, key: StationKey
) -> None:
    after = session(signer=key)
    head = hash_in(lines(forged)[-1])
    assert notes(after) == [{"type": "unsigned_end", "session": forged.stem, "seq": len(lines(forged)), "hash": head}]
    assert both(forged.parent) == Finding(0, ())
    found = Sealed(key.id, 2, known=True, found_by=after.stem)
    assert verify_session(forged).sealed == found, "told, and not pending any more"
    assert notes(session(signer=key)) == []


def test_every_file_that_is_not_signed_to_its_end_is_named_also_when_others_follow(
    forged: Path, session: Session, key: StationKey, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NMES_HOME", str(forged.parent.parent))
    assert run(["audit", "verify", "--patients"]) == 3
    told = capsys.readouterr().out
    assert "The newest file: " in told
    assert "A session that is running leaves that" in told
    assert run(["audit", "verify", forged.stem, "--patients"]) == 3
    after = session(signer=key)
    capsys.readouterr()
    assert run(["audit", "verify", "--patients"]) == 0
    told = capsys.readouterr().out
    up_to = f"up to entry 2, and up to entry {len(lines(forged))} as session {after.stem} found it."
    assert f"{forged.stem}: The record is sealed with the station's key {key.id} {up_to}" in told
    assert run(["audit", "verify", forged.stem, "--patients"]) == 0
    told = capsys.readouterr().out
    assert up_to in told
    assert "not vouched for" not in told


def test_a_session_after_it_that_does_not_tell_leaves_it_damaged(
    forged: Path, session: Session, key: StationKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = recovery.look_back

    def silent(*asked: object) -> Found:
        found = whole(*asked)  # type: ignore[arg-type]  # handed on as it came
        return Found(found.prev, found.number, ())

    monkeypatch.setattr("nmes.record.journal.look_back", silent)
    session(signer=key)
    bad = Bad(forged.stem, len(lines(forged)) + 1, "UNSIGNED")
    assert both(forged.parent) == Finding(1, (bad,))
    assert both(forged.parent, session=forged.stem) == Finding(1, (bad,))


def test_a_note_of_another_end_does_not_count(forged: Path, session: Session, key: StationKey) -> None:
    last = lines(forged)[-1]
    other = Head(forged.stem, len(lines(forged)), "0" * 64)
    after = session(signer=key)
    assert vouched_for(other, [after]) == ""
    assert vouched_for(Head(forged.stem, len(lines(forged)), hash_in(last)), [after]) == after.stem


def test_what_is_told_without_a_signature_is_told_again(
    forged: Path, session: Session, key: StationKey, begin: Begin
) -> None:
    opening = begin(signer=key)
    opening.abandon()
    opening.path.write_bytes(b"".join(lines(opening.path)[:2]))
    assert both(forged.parent) == Finding(3, ()), "nothing signed tells it yet"
    after = session(signer=key)
    assert [note["session"] for note in notes(after)] == [opening.path.stem, forged.stem]
    assert both(forged.parent) == Finding(0, ())


@pytest.mark.parametrize("ruin", [b"rubbish\n", b"{}{}", b""])
def test_where_the_session_after_it_cannot_be_read_that_one_is_named(
    forged: Path, session: Session, key: StationKey, ruin: bytes
) -> None:
    after = session(signer=key)
    after.write_bytes(ruin)
    found = both(forged.parent)
    assert found.first is None or found.first.session == after.stem
    assert found.code in {1, 3}


def test_a_session_between_that_is_gone_or_not_signed_can_tell_nothing(
    forged: Path, session: Session, key: StationKey
) -> None:
    end = Head(forged.stem, len(lines(forged)), hash_in(lines(forged)[-1]))
    unsigned, later = session(), session(signer=key)
    assert vouched_for(end, [later]) is None
    assert vouched_for(end, [unsigned, later]) is None
    found = [one.verdict for one in verify_chain(forged.parent)]
    assert isinstance(found[0], Intact)
    assert isinstance(found[1], Damaged)
    assert found[1].kind is Damage.UNSIGNED


def test_an_interrupted_session_is_told_with_its_last_entry(begin: Begin, key: StationKey, session: Session) -> None:
    journal = begin(signer=key)
    journal.append(NewEntry("event", {}, "Ada"))
    journal.abandon()
    assert both(journal.path.parent) == Finding(3, ())
    head = journal.head
    assert notes(session(signer=key)) == [
        {"type": "interrupted", "session": head.session, "seq": head.seq, "hash": head.hash}
    ]
    assert both(journal.path.parent) == Finding(0, ())
