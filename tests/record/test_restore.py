"""What is put back is what was archived; it fits what is there, and brings back nothing that was erased."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpers.chain import QUICK
from helpers.days import Station, files, kept
from nmes.core.care_events import Archived, Planned
from nmes.record import archive, ledger
from nmes.record.archive import older
from nmes.record.disk import Disk
from nmes.record.errors import ArchiveUnusable, RecordBusy, RecordUnavailable
from nmes.record.files import Kind, session_files
from nmes.record.journal import Journal
from nmes.record.keys import known_keys, public_path, station_key
from nmes.record.restore import restore
from nmes.record.store import read_session
from nmes.record.texts import ERASED, kept_lines, texts_path
from nmes.record.verdicts import SessionVerdict, verify_chain
from nmes.record.verify import Intact


@pytest.fixture
def station(tmp_path: Path) -> Station:
    made = Station(tmp_path / "station")
    for number in range(4):
        made.session(f"text {number}")
    return made


def test_what_was_removed_comes_back_and_everything_that_is_there_stays(station: Station) -> None:
    written = station.archive()
    before = kept(station.home)
    station.remove(written, "2026-11-23")
    station.session("new")
    since = kept(station.home)
    done = restore(written.target, station.home)
    assert [one[:6] for one in done.put_back] == ["000001", "000002"]
    assert done.keys == ()
    assert kept(station.home) == before | since
    assert station.verdicts() == [Intact] * 6
    assert restore(written.target, station.home).put_back == ()


def test_no_text_comes_back_whose_erasure_is_on_record(station: Station) -> None:
    first, second, *_ = session_files(station.folder)
    written = station.archive()
    station.erase(first)
    station.remove(station.archive("b.zip"), "2026-11-22")
    texts_path(second).unlink()
    restore(written.target, station.home)
    assert [one.body["event"]["text"] for one in read_session(first) if one.type == "event"] == [ERASED]
    assert b"text 0" not in texts_path(first).read_bytes()
    assert [one.body["event"]["text"] for one in read_session(second) if one.type == "event"] == ["text 1"]
    assert station.verdicts() == [Intact] * 6, "a text that was lost came back too"


def test_an_archive_of_before_an_erasure_still_holds_the_text(station: Station, tmp_path: Path) -> None:
    """Nothing can reach it there: it has to be erased there too."""
    written = station.archive()
    first = session_files(station.folder)[0]
    station.erase(first)
    restore(written.target, tmp_path / "new")
    assert b"text 0" in (tmp_path / "new" / "records" / texts_path(first).name).read_bytes()


def test_records_that_went_another_way_are_left_alone(station: Station, tmp_path: Path) -> None:
    written = station.archive()

    def refused(home: Path, why: str) -> None:
        there = files(home)
        with pytest.raises(ArchiveUnusable, match=f"not those of the archive: {why}; nothing was changed"):
            restore(written.target, home)
        assert files(home) == there

    other = Station(tmp_path / "other")
    other.session()
    refused(other.home, ".* is not there, and older ones are")
    shutil.copytree(station.home, tmp_path / "altered")
    path = session_files(tmp_path / "altered" / "records")[2]
    path.write_bytes(path.read_bytes() + b"x")
    refused(tmp_path / "altered", f"{path.stem} is not the same there")
    shutil.copytree(station.home, tmp_path / "behind")
    for path in session_files(tmp_path / "behind" / "records")[2:]:
        path.unlink()
    refused(tmp_path / "behind", ".* is not there, and older ones are")


def test_what_is_put_back_has_to_lead_to_what_is_there(station: Station, tmp_path: Path) -> None:
    written = station.archive()
    for _ in range(3):
        station.session()
    for path in session_files(station.folder)[:5]:
        path.unlink()
    with pytest.raises(ArchiveUnusable, match=r"000006-\S+ does not follow from 000004"):
        restore(written.target, station.home)
    other = Station(tmp_path / "other")
    for _ in range(5):
        other.session()
    for path in session_files(other.folder)[:4]:
        path.unlink()
    with pytest.raises(ArchiveUnusable, match=r"000005-\S+ does not follow from 000004"):
        restore(written.target, other.home)


def test_what_does_not_verify_is_not_put_before_records(station: Station) -> None:
    first, second, *_ = session_files(station.folder)
    first.write_bytes(first.read_bytes().replace(b"Ada", b"Eva"))
    written = station.archive()
    first.unlink()
    with pytest.raises(ArchiveUnusable, match="what is archived does not verify"):
        restore(written.target, station.home)
    assert session_files(station.folder)[0] == second


def test_files_in_which_nothing_was_written_follow_anything(station: Station, tmp_path: Path) -> None:
    """What a crash left that came before the first entry."""
    before = station.archive("before.zip")
    empty = station.folder / "000005-20261125T091500Z-ab.jsonl"
    empty.touch()
    station.session()
    written = station.archive()
    station.remove(written, "2026-11-25")
    assert session_files(station.folder)[0] == empty
    assert [one[:6] for one in restore(written.target, station.home).put_back] == [
        "000001", "000002", "000003", "000004",
    ]  # fmt: skip
    assert station.verdicts() == [Intact] * 7
    other = tmp_path / "other" / "records"
    other.mkdir(parents=True)
    (other / empty.name).touch()
    assert len(restore(before.target, other.parent).put_back) == 4
    only = Station(tmp_path / "only")
    only.folder.mkdir()
    (only.folder / "000001-20261121T091500Z-ab.jsonl").touch()
    written = only.archive("b.zip")
    (only.folder / "000001-20261121T091500Z-ab.jsonl").rename(only.folder / "000002-20261121T091500Z-ab.jsonl")
    assert restore(written.target, only.home).put_back == ("000001-20261121T091500Z-ab",)


def test_what_a_damaged_file_follows_is_told_by_what_is_on_record(station: Station) -> None:
    third = session_files(station.folder)[2]
    third.write_bytes(b"x" + third.read_bytes())
    written = station.archive()
    for path in session_files(station.folder)[:2]:
        path.unlink()
    with pytest.raises(ArchiveUnusable, match=r"000003-\S+ does not follow from 000002-\S+, or does not tell"):
        restore(written.target, station.home)
    leading = older(written, "2026-11-23")
    assert leading is not None
    archive.remove(station.home, written, leading, "ten years", station.author())
    assert [one[:6] for one in restore(written.target, station.home).put_back] == ["000001", "000002"]


def test_a_text_whose_erasure_is_on_record_is_not_written_to_this_home_for_a_moment(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = session_files(station.folder)[0]
    texts_path(first).write_bytes(texts_path(first).read_bytes() + b'{"hash":"0","salt":"","text":"text 0, ha')
    written = station.archive()
    station.erase(first)
    seen: list[bool] = []

    def verified(copy: Path, *more: Any) -> Iterator[SessionVerdict]:
        seen.append(any(b"text 0" in data for data in files(station.home).values()))
        return verify_chain(copy, *more)

    monkeypatch.setattr("nmes.record.restore.verify_chain", verified)
    assert [type(one.verdict) for one in restore(written.target, station.home).verdicts] == [Intact] * 4
    assert seen == [False]


def test_texts_of_a_record_that_is_lost_come_back_unless_they_were_erased(station: Station) -> None:
    first, second, *_ = session_files(station.folder)
    data, kept_data = texts_path(first).read_bytes(), texts_path(second).read_bytes()
    station.erase(first)
    for path in (first, second):
        path.unlink()
    texts_path(first).write_bytes(data)
    written = station.archive()
    for path in (first, second):
        texts_path(path).unlink()
    restore(written.target, station.home)
    assert [line.text for line in kept_lines(first)] == [""]
    assert texts_path(second).read_bytes() == kept_data


def test_what_a_killed_restoring_left_goes_with_the_next_erasure_archive_or_restoring(station: Station) -> None:
    first = session_files(station.folder)[0]
    written, held_on = station.archive(), station.home / "held on"
    for number, after in enumerate(
        (lambda: restore(written.target, station.home), lambda: station.erase(first), lambda: station.archive("b.zip"))
    ):
        left = station.home / f"restore-records-{number}" / "records"
        left.mkdir(parents=True)
        texts_path(left / first.name).write_text("Erika fell")
        (left / first.name).write_text("{}")
        held_on.unlink(missing_ok=True)
        os.link(texts_path(left / first.name), held_on)
        after()
        assert [path.name for path in station.home.glob("restore-*")] == []
        assert held_on.read_bytes() == bytes(len("Erika fell"))
    other = station.home / "restore-simulation-0"
    other.mkdir()
    restore(written.target, station.home)
    assert other.exists(), "somebody may be putting back the other chain"


def test_what_is_unpacked_and_not_wanted_is_overwritten(
    station: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, held_on = station.archive(), tmp_path / "held on"

    def linked(copy: Path, *more: Any) -> Iterator[SessionVerdict]:
        os.link(texts_path(session_files(copy)[0]), held_on)
        return verify_chain(copy, *more)

    monkeypatch.setattr("nmes.record.restore.verify_chain", linked)
    restore(written.target, station.home)
    assert held_on.read_bytes().strip(b"\0") == b""


def test_the_keys_of_an_archive_are_known_only_once_something_was_put_back(station: Station, tmp_path: Path) -> None:
    stranger = station_key(tmp_path / "stranger")
    shutil.copy(public_path(tmp_path / "stranger", stranger.id), station.home / "keys" / "other.pub")
    written = station.archive()
    (station.home / "keys" / "other.pub").unlink()
    assert restore(written.target, station.home).keys == ()
    assert stranger.id not in known_keys(station.home)
    station.remove(written, "2026-11-22")
    own = station_key(station.home).id
    ours = public_path(station.home, own)
    ours.unlink()
    assert restore(written.target, station.home).keys == (own,)
    assert ours.exists()
    assert stranger.id not in known_keys(station.home), "it signed nothing of what was put back"


def test_nothing_is_put_back_while_a_session_runs_or_where_nothing_can_be_written(
    station: Station, tmp_path: Path
) -> None:
    written = station.archive()
    running = Journal.open(station.folder, "station-1", {}, station.clocks, signer=station.key)
    with pytest.raises(RecordBusy):
        restore(written.target, station.home)
    running.abandon()
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "records").write_text("a file")
    with pytest.raises(RecordUnavailable, match="cannot be used: Not a directory"):
        restore(written.target, blocked)
    assert {path.name for path in blocked.iterdir()} == {"records"}


@pytest.mark.covers("TH-11")
def test_what_has_no_room_is_refused_before_any_of_it_is_written(station: Station, tmp_path: Path) -> None:
    written, home = station.archive(), tmp_path / "new"
    files_in = written.contents.files
    needed = sum(size for size, _ in files_in.values()) + 4096 * len(files_in)
    moments: list[int] = []
    small = Disk(lambda fd, data: moments.append(fd) or os.write(fd, data), QUICK.sync, room=lambda _: needed - 1)
    with pytest.raises(ArchiveUnusable, match=r"holds 0\.0 MB, and 0\.0 are free where .*new/records lies: make room"):
        restore(written.target, home, small)
    assert moments == []
    assert files(home) == {}
    assert len(restore(written.target, home, Disk(sync=QUICK.sync, room=lambda _: needed)).put_back) == 4
    assert len(restore(written.target, tmp_path / "b", Disk(sync=QUICK.sync, room=lambda _: None)).put_back) == 4


def test_a_restore_that_was_cut_short_goes_on(
    station: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, home = station.archive(), tmp_path / "new"
    replace, left = Path.replace, 6

    def stops(path: Path, target: Path) -> Path:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", stops)
    with pytest.raises(ArchiveUnusable, match="No space left"):
        restore(written.target, home)
    monkeypatch.undo()
    assert [path.name[:6] for path in session_files(home / "records")] == ["000003", "000004"]
    restore(written.target, home)
    assert kept(home) == kept(station.home)


def test_a_plan_that_was_removed_comes_back_too(station: Station) -> None:
    plan = Planned("P-017", "left", "calf", 2, 4, "2026-11-21")
    ledger.write(station.home, Kind.PATIENT, [plan], station.author())
    written = station.archive()
    station.remove(written, "2027-01-01")
    assert [type(one.event) for one in ledger.read(station.home, Kind.PATIENT).entered] == [Archived]
    restore(written.target, station.home)
    assert [type(one.event) for one in ledger.read(station.home, Kind.PATIENT).entered] == [Planned, Archived]
    assert known_keys(station.home).keys() == {station.key.id}
