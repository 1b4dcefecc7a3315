"""A signed session from the writer to the verdict: what is cut, moved or rewritten without the key is named."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from helpers.damage import first_damage
from nmes.record.chain import Damage, NewEntry, Stamp, decode_line
from nmes.record.checkpoint import EVERY_NS
from nmes.record.clocks import Clocks
from nmes.record.disk import Disk
from nmes.record.errors import JournalBroken
from nmes.record.files import Kind, chain_folder
from nmes.record.head_code import code_of, read_code
from nmes.record.journal import Journal
from nmes.record.keys import StationKey, station_key
from nmes.record.store import CARE, Closed, Interrupted, list_sessions, read_session
from nmes.record.telling import story_of
from nmes.record.verdicts import Sealed, SessionVerdict, find_head, verify_chain, verify_session
from nmes.record.verify import Damaged, Intact, Torn

Begin = Callable[..., Journal]
Session = Callable[..., Path]
Mark = Callable[[int], NewEntry]


def types(path: Path) -> list[str]:
    return [entry.type for entry in read_session(path)]


def verdicts(folder: Path) -> list[object]:
    found = [one.verdict for one in verify_chain(folder)]
    return [(one.seq, one.kind) if isinstance(one, Damaged) else type(one) for one in found]


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


# --- writing ---


def test_a_signed_session_is_bound_to_its_chain_and_key(begin: Begin, key: StationKey) -> None:
    first = next(read_session(begin(signer=key).path))
    assert first.body.keys() == {"protocol", "chain", "key", "public_key"}
    assert (first.body["chain"], first.body["key"]) == ("records", key.id)


def test_signatures_stand_after_the_opening_what_is_sealed_and_the_end(begin: Begin, key: StationKey) -> None:
    begin(signer=key).abandon()
    journal = begin(signer=key)
    journal.append(NewEntry("event", {}, "Ada"))
    assert journal.append(NewEntry("event", {}, "Ada", seal=True)) == 5
    journal.append(NewEntry("event", {}, "Ada"))
    head = journal.close({"why": "completed"})
    opening, over = ["opened", "interrupted", "checkpoint"], ["closed", "checkpoint"]
    assert types(journal.path) == [*opening, "event", "event", "checkpoint", "event", *over]
    assert head.hash == decode_line(lines(journal.path)[-1]).hash, "what is kept elsewhere is the very last line's"
    found = verify_session(journal.path)
    assert found == SessionVerdict(journal.session, journal.path, Intact(head, 9), Sealed(key.id, 9, known=True))


def test_a_long_session_is_signed_every_64_entries(begin: Begin, entry: Mark, key: StationKey) -> None:
    journal = begin(signer=key)
    for number in range(200):
        journal.append(entry(number))
    journal.close({"why": "completed"})
    signed = [e.seq for e in read_session(journal.path) if e.type == "checkpoint"]
    assert signed == [2, 67, 132, 197, 207]
    assert isinstance(verify_session(journal.path).verdict, Intact)


def test_after_sixty_seconds_the_next_entry_is_signed_for(folder: Path, key: StationKey, entry: Mark) -> None:
    now = [0]
    clocks = Clocks(lambda: now[0] // 1_000_000, lambda: now[0], "b")
    journal = Journal.open(folder, "station-1", {}, clocks, signer=key)
    journal.append(entry(1))
    assert journal.unsigned
    now[0] += EVERY_NS
    journal.append(entry(2))
    assert not journal.unsigned
    assert types(journal.path) == ["opened", "checkpoint", "event", "event", "checkpoint"]


def test_sealing_signs_once_for_what_stands(begin: Begin, entry: Mark, key: StationKey) -> None:
    journal = begin(signer=key)
    journal.seal()
    journal.append(entry(1))
    journal.seal()
    journal.seal()
    assert types(journal.path) == ["opened", "checkpoint", "event", "checkpoint"]


def test_without_a_key_nothing_is_signed(begin: Begin, entry: Mark) -> None:
    journal = begin()
    journal.append(entry(1))
    assert not journal.unsigned
    journal.seal()
    journal.close({"why": "completed"})
    assert types(journal.path) == ["opened", "event", "closed"]
    assert verify_session(journal.path).sealed is None


def test_a_signature_that_cannot_be_written_breaks_the_journal(begin: Begin, key: StationKey) -> None:
    def write(fd: int, data: bytes) -> int:
        if b'"checkpoint"' in data and b'"seq":4' in data:
            raise OSError(errno.ENOSPC, "No space left on device")
        return os.write(fd, data)

    journal = begin(Disk(write), signer=key)
    with pytest.raises(JournalBroken, match="could not be written: No space left on device"):
        journal.append(NewEntry("event", {}, "Ada", seal=True))
    with pytest.raises(JournalBroken, match="could not be written"):
        journal.seal()
    journal.abandon()
    assert types(journal.path) == ["opened", "checkpoint", "event"]


def test_very_many_crashes_told_at_once_are_signed_for_too(begin: Begin, folder: Path, key: StationKey) -> None:
    for number in range(1, 71):
        folder.mkdir(exist_ok=True)
        (folder / f"{number:06d}-20261121T091500Z-00000a.jsonl").write_bytes(b"")
    journal = begin(signer=key)
    told = types(journal.path)
    assert told == ["opened", *["interrupted"] * 63, "checkpoint", *["interrupted"] * 7, "checkpoint"]
    journal.abandon()
    assert isinstance(verify_session(journal.path).verdict, Intact)
    again = begin(signer=key)
    assert types(again.path) == ["opened", "interrupted", "checkpoint"], "all 70 were told, behind the signature too"


# --- the clocks ---


@pytest.mark.parametrize(("jump_ms", "told"), [(2_000, []), (-2_000, []), (2_001, [2_001]), (-3_600_000, [-3_600_000])])
def test_a_jump_of_the_wall_clock_is_told_before_the_entry_where_it_shows(
    folder: Path, key: StationKey, entry: Mark, jump_ms: int, told: list[int]
) -> None:
    utc, mono = [1_795_252_500_000], count(0, 1_000_000_000)

    def tick() -> int:
        utc[0] += 1_000
        return utc[0]

    journal = Journal.open(folder, "station-1", {}, Clocks(tick, lambda: next(mono), "b"), signer=key)
    journal.append(entry(1))
    utc[0] += jump_ms
    seq = journal.append(entry(2))
    journal.append(entry(3))
    journal.close({"why": "completed"})
    entries = list(read_session(journal.path))
    assert [e.body["by_ms"] for e in entries if e.type == "clock_step"] == told
    assert entries[seq - 1].body["number"] == 2
    if told:
        assert (entries[seq - 2].type, entries[seq - 2].actor) == ("clock_step", "record")
        assert entries[seq - 2].t_utc == entries[seq - 1].t_utc
    assert isinstance(verify_session(journal.path).verdict, Intact)


def test_a_jump_of_the_wall_clock_is_told_though_a_signature_came_between(
    folder: Path, key: StationKey, entry: Mark
) -> None:
    now = [0]
    journal = Journal.open(folder, "station-1", {}, Clocks(lambda: now[0], lambda: 0, "b"), signer=key)
    journal.append(entry(1))
    now[0] += 3_600_000
    journal.seal()
    journal.append(entry(2))
    assert types(journal.path)[-4:] == ["event", "checkpoint", "clock_step", "event"]


def test_a_clock_that_is_set_while_a_session_opens_does_not_come_before_the_first_signature(
    begin: Begin, folder: Path, key: StationKey, entry: Mark
) -> None:
    begin(signer=key).abandon()
    leaps = count(0, 10_000)
    journal = Journal.open(folder, "station-1", {}, Clocks(lambda: next(leaps), lambda: 0, "b"), signer=key)
    journal.append(entry(1), Stamp(0, 0))
    assert types(journal.path)[:3] == ["opened", "interrupted", "checkpoint"]
    assert isinstance(verify_session(journal.path).verdict, Intact)


# --- recovering and listing ---


def test_a_closed_session_is_closed_under_its_signature(session: Session, begin: Begin, key: StationKey) -> None:
    path = session(signer=key)
    assert [one.ending for one in list_sessions(path.parent.parent, Kind.PATIENT)] == [Closed("completed")]
    assert types(begin(signer=key).path) == ["opened", "checkpoint"]


def test_an_end_whose_signature_was_cut_off_by_a_crash_is_an_end(
    session: Session, begin: Begin, key: StationKey
) -> None:
    path = session(1, signer=key)
    whole, last = path.read_bytes(), lines(path)[-1]
    for left in (0, 1, 100, len(last) - 1):
        path.write_bytes(whole[: len(whole) - len(last) + left])
        found = verify_session(path)
        assert isinstance(found.verdict, Torn if left else Intact)
        assert found.sealed == Sealed(key.id, 2, known=True, pending=True)
    following = begin(signer=key)
    assert types(following.path) == ["opened", "recovered", "unsigned_end", "checkpoint"]
    following.close({"why": "completed"})
    assert verdicts(path.parent) == [Intact, Intact]
    found = Sealed(key.id, 2, known=True, found_by=following.session)
    assert verify_session(path).sealed == found, "as it was found it is vouched for"


def test_a_session_that_stopped_right_after_a_signature_has_no_end(begin: Begin, key: StationKey) -> None:
    begin(signer=key).abandon()
    journal = begin(signer=key)
    assert types(journal.path) == ["opened", "interrupted", "checkpoint"]
    assert next(one.ending for one in list_sessions(journal.path.parent.parent, Kind.PATIENT)) == Interrupted()


def test_a_damaged_line_under_the_last_signature_is_told(session: Session, begin: Begin, key: StationKey) -> None:
    path = session(signer=key)
    path.write_bytes(path.read_bytes().replace(b"completed", b"postponed"))
    following = begin(signer=key)
    assert types(following.path) == ["opened", "damaged_before", "checkpoint"]
    following.close({"why": "completed"})
    assert verdicts(path.parent) == [(6, Damage.ALTERED), Intact]


def test_a_lone_signature_is_what_it_is(begin: Begin, session: Session, key: StationKey) -> None:
    path = session(signer=key)
    path.write_bytes(lines(path)[-1])
    assert types(begin(signer=key).path) == ["opened", "interrupted", "checkpoint"]
    assert list_sessions(path.parent.parent, Kind.PATIENT)[0].ending == Interrupted()


def test_care_entries_stand_in_the_chain_and_not_in_the_list(
    session: Session, begin: Begin, folder: Path, key: StationKey
) -> None:
    first = session(signer=key)
    begin(signer=key, binding={"about": CARE}).close({"why": "done"})
    last = session(signer=key)
    assert [one.session for one in list_sessions(folder.parent, Kind.PATIENT)] == [first.stem, last.stem]
    assert verdicts(folder) == [Intact] * 3


def test_a_story_tells_where_the_station_signed(session: Session, key: StationKey) -> None:
    story = story_of(session(signer=key), Kind.PATIENT)
    assert [at.seq for at in story.checkpoints] == [2, 7]
    assert (story.sealed, story.others) == (Sealed(key.id, 7, known=True), ())


# --- verifying ---


def test_every_signed_session_of_a_chain_is_intact_and_its_key_known(
    session: Session, folder: Path, key: StationKey
) -> None:
    paths = [session(signer=key) for _ in range(3)]
    assert [one.sealed for one in verify_chain(folder)] == [Sealed(key.id, 7, known=True)] * 3
    assert [verify_session(path).sealed for path in paths] == [Sealed(key.id, 7, known=True)] * 3


def test_a_key_that_is_not_known_is_no_damage_but_told(
    session: Session, folder: Path, key: StationKey, tmp_path: Path
) -> None:
    path = session(signer=key)
    other = station_key(tmp_path / "other")
    for keys in ({}, {other.id: other.public}, {key.id: other.public}):
        assert verify_session(path, keys).sealed == Sealed(key.id, 7, known=False)
        assert [one.sealed for one in verify_chain(folder, keys)] == [Sealed(key.id, 7, known=False)]
        assert isinstance(verify_session(path, keys).verdict, Intact)
    assert verify_session(path, {key.id: key.public}).sealed == Sealed(key.id, 7, known=True)
    shutil.rmtree(tmp_path / "keys")
    assert verify_session(path).sealed == Sealed(key.id, 7, known=False)


def rewritten(path: Path, signer: StationKey | None, *, drop_key: bool = False) -> None:
    """The newest session written anew with another content and hashes that fit, by somebody who knows how."""
    entries = [entry for entry in read_session(path) if entry.type != "checkpoint"]
    folder = path.parent
    (folder / "lock").unlink()
    path.unlink()
    named = ("chain", "key", "public_key")
    bound = {name: value for name, value in entries[0].body.items() if not drop_key or name not in named}
    stamps = iter([Stamp(0, 0)] * 9)
    clocks = Clocks(lambda: 1_795_252_500_000, lambda: next(stamps).mono_ns, "boot-1")
    journal = Journal.open(folder, "station-1", bound, clocks, signer=signer, token=path.stem.rpartition("-")[2])
    for entry in entries[1:-1]:
        journal.append(NewEntry("event", {"number": 99}, entry.actor))
    journal.close({"why": "completed"})
    assert journal.path == path


@pytest.mark.covers("TH-03")
def test_a_session_rewritten_with_another_key_is_one_whose_key_is_not_known(
    session: Session, folder: Path, key: StationKey, tmp_path: Path
) -> None:
    session(signer=key)
    path, other = session(signer=key), station_key(tmp_path / "other")
    rewritten(path, other)
    first, second = verify_chain(folder)
    assert isinstance(second.verdict, Intact)
    assert (first.sealed, second.sealed) == (Sealed(key.id, 7, known=True), Sealed(other.id, 7, known=False))


def test_a_session_signed_again_under_our_name_is_damage(
    session: Session, folder: Path, key: StationKey, tmp_path: Path
) -> None:
    path, other = session(signer=key), station_key(tmp_path / "other")
    rewritten(path, StationKey(key.id, key.public, other.sign))
    assert verdicts(folder) == [(2, Damage.SIGNATURE)]


@pytest.mark.covers("TH-03")
def test_a_session_whose_signatures_were_taken_away_is_damage_after_a_signed_one(
    session: Session, folder: Path, key: StationKey
) -> None:
    old, signed, stripped = session(), session(signer=key), session(signer=key)
    rewritten(stripped, None, drop_key=True)
    assert verdicts(folder) == [Intact, Intact, (1, Damage.UNSIGNED)]
    assert isinstance(verify_session(old).verdict, Intact), "a session from before there were keys"
    assert isinstance(verify_session(signed).verdict, Intact)
    found = verify_session(stripped).verdict
    assert isinstance(found, Damaged)
    assert (found.seq, found.kind) == (1, Damage.UNSIGNED)


def test_every_unsigned_session_after_a_signed_one_is_damage_not_the_next_alone(
    session: Session, folder: Path, key: StationKey
) -> None:
    for signer in (key, None, None, key):
        session(signer=signer)
    assert verdicts(folder) == [Intact, (1, Damage.UNSIGNED), (1, Damage.UNSIGNED), Intact]


def test_a_first_line_that_cannot_be_read_claims_no_signature(session: Session, folder: Path, key: StationKey) -> None:
    spoiled, plain = session(signer=key), session()
    spoiled.write_bytes(spoiled.read_bytes().replace(b"calf-cramp", b"calf-tramp"))
    assert isinstance(verify_session(plain).verdict, Intact)
    assert verdicts(folder) == [(1, Damage.ALTERED), Intact]


def test_a_session_of_the_simulator_among_the_patients_is_foreign(
    tmp_path: Path, key: StationKey, clocks: Clocks
) -> None:
    simulated = chain_folder(tmp_path, Kind.SIMULATION)
    Journal.open(simulated, "station-1", {}, clocks, signer=key).close({"why": "completed"})
    assert verdicts(simulated) == [Intact]
    shutil.copytree(simulated, chain_folder(tmp_path, Kind.PATIENT))
    assert verdicts(chain_folder(tmp_path, Kind.PATIENT)) == [(1, Damage.FOREIGN)]
    shutil.copytree(simulated, tmp_path / "exported")
    assert verdicts(tmp_path / "exported") == [Intact], "a copy that lies elsewhere may be called anything"


def test_a_removed_or_altered_line_is_named_as_in_an_unsigned_session(
    session: Session, folder: Path, key: StationKey
) -> None:
    path = session(3, signer=key)
    whole = lines(path)
    for gone in range(len(whole) - 1):
        path.write_bytes(b"".join(whole[:gone] + whole[gone + 1 :]))
        assert verdicts(folder) == [(gone + 1, Damage.MISSING)]
    path.write_bytes(b"".join([*whole, whole[-1]]))
    assert verdicts(folder) == [(8, Damage.DUPLICATED)]


def test_a_chain_that_ends_in_a_removed_session_is_caught_by_its_head_only(
    session: Session, folder: Path, key: StationKey
) -> None:
    paths = [session(signer=key) for _ in range(3)]
    heads = [one.verdict.head for one in verify_chain(folder)]
    for path, head in zip(paths, heads, strict=True):
        assert head is not None
        assert head == find_head(folder, read_code(code_of(head.hash)))
        assert head.session == path.stem
    assert heads[2] is not None
    code = read_code(code_of(heads[2].hash))
    newer = paths[2].read_bytes()
    paths[2].write_bytes(b"".join(lines(paths[2])[:-2]))
    assert (first_damage(verify_chain(folder)), find_head(folder, code)) == (None, None), "cut off"
    paths[2].unlink()
    assert (first_damage(verify_chain(folder)), find_head(folder, code)) == (None, None), "removed"
    paths[2].write_bytes(newer + b"rubbish\n")
    assert find_head(folder, code) == heads[2]
    assert find_head(folder, code ^ 1) is None, "what is no line holds nothing"
    assert find_head(folder.parent / "none", code) is None


def test_an_earlier_head_of_a_chain_is_held_whatever_followed(session: Session, folder: Path, key: StationKey) -> None:
    path = session(signer=key)
    early = decode_line(lines(path)[2])
    session(signer=key)
    found = find_head(folder, read_code(code_of(early.hash)))
    assert found is not None
    assert (found.session, found.seq, found.hash) == (path.stem, 3, early.hash)
