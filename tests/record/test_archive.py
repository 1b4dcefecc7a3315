"""A chain kept elsewhere: what is archived is what was there, what is restored is what was archived, and a beginning
that was archived and removed is no damage, while any other that is missing is.
"""

from __future__ import annotations

import errno
import json
import os
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZipFile

import pytest

from helpers.days import Station, files, kept
from nmes.core.care_events import Archived
from nmes.record import archive, ledger
from nmes.record.archive import Leading, older
from nmes.record.archive_file import pack, unpack
from nmes.record.canonical import canonical
from nmes.record.chain import Damage
from nmes.record.disk import Disk
from nmes.record.errors import ArchiveUnusable, RecordBusy, RecordError, RecordUnavailable
from nmes.record.files import Kind, session_files
from nmes.record.gone import archived
from nmes.record.journal import Journal
from nmes.record.keys import station_key
from nmes.record.ledger import Author
from nmes.record.restore import restore
from nmes.record.store import list_sessions, read_session
from nmes.record.texts import texts_path
from nmes.record.verdicts import verify_chain, verify_session
from nmes.record.verify import Damaged, Intact, Torn


@pytest.fixture
def station(tmp_path: Path) -> Station:
    made = Station(tmp_path / "station")
    for number in range(4):
        made.session(f"text {number}")
    return made


# --- archiving ---


def test_an_archive_brings_everything_back_to_an_empty_place(station: Station, tmp_path: Path) -> None:
    (station.folder / "000001-x.note").write_text("not ours")
    session_files(station.folder)[0].with_suffix(".broken").write_text("disk full\n")
    written = station.archive()
    assert [type(one.verdict) for one in written.verdicts] == [Intact] * 4
    assert written.target.stat().st_mode & 0o777 == 0o600
    done = restore(written.target, tmp_path / "new")
    (station.folder / "000001-x.note").unlink()
    assert kept(tmp_path / "new") == kept(station.home)
    assert (done.kind, done.keys) == (Kind.PATIENT, (station.key.id,))
    assert done.put_back == tuple(path.stem for path in session_files(station.folder))
    assert [type(one.verdict) for one in verify_chain(tmp_path / "new" / "records")] == [Intact] * 4
    assert all(one.sealed and one.sealed.known for one in verify_chain(tmp_path / "new" / "records"))
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"records", "keys"}
    texts = [one.body["event"]["text"] for path in session_files(tmp_path / "new/records") for one in read_session(path)
             if one.type == "event"]  # fmt: skip
    assert texts == [f"text {number}" for number in range(4)]


def test_no_private_key_and_no_names_are_in_an_archive(station: Station) -> None:
    (station.home / "names.enc").write_bytes(b"secret")
    with ZipFile(station.archive().target) as opened:
        names = opened.namelist()
    assert {name.partition("/")[0] for name in names} == {"records", "keys", "archive.json"}
    assert [name for name in names if name.startswith("keys/")] == [f"keys/station-{station.key.id}.pub"]


def test_an_archive_says_what_is_in_it(station: Station) -> None:
    written = station.archive()
    assert unpack(written.target) == written.contents
    assert written.contents.kind is Kind.PATIENT
    assert written.contents.made_utc == "2026-11-24T09:15:00.000Z"
    assert len(written.contents.files) == 9
    other = station.archive("b.zip")
    assert other.contents.sha256 == written.contents.sha256, "the same records make the same file"


def test_a_torn_or_damaged_chain_is_archived_as_it_is_and_told(station: Station, tmp_path: Path) -> None:
    first, *_, last = session_files(station.folder)
    first.write_bytes(first.read_bytes().replace(b"Ada", b"Eva"))
    last.write_bytes(last.read_bytes() + b'{"entry":{')
    written = station.archive()
    assert [type(one.verdict) for one in written.verdicts] == [Damaged, Intact, Intact, Torn]
    done = restore(written.target, tmp_path / "new")
    assert [type(one.verdict) for one in done.verdicts] == [Damaged, Intact, Intact, Torn]
    assert kept(tmp_path / "new") == kept(station.home)


def test_nothing_is_written_over_and_what_is_begun_is_taken_away(station: Station, tmp_path: Path) -> None:
    target = tmp_path / "a.zip"
    target.write_text("mine")
    with pytest.raises(ArchiveUnusable, match=r"a\.zip cannot be written: File exists"):
        station.archive()
    assert target.read_text() == "mine"

    def fails(_fd: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(ArchiveUnusable, match="Input/output error"):
        archive.write(station.home, Kind.PATIENT, tmp_path / "b.zip", 0, Disk(sync=fails))
    assert not (tmp_path / "b.zip").exists()
    with pytest.raises(ArchiveUnusable, match="No such file"):
        archive.write(station.home, Kind.PATIENT, tmp_path / "no" / "b.zip", 0)


def test_an_archive_that_does_not_read_back_is_taken_away(station: Station, tmp_path: Path) -> None:
    def spoils(_fd: int) -> None:
        whole = target.read_bytes()
        target.write_bytes(whole.replace(b"archive.json", b"archive.jsan"))

    target = tmp_path / "a.zip"
    target_disk = Disk(sync=spoils)
    with pytest.raises(ArchiveUnusable, match="no archive of records"):
        archive.write(station.home, Kind.PATIENT, target, 0, target_disk)
    assert not target.exists()


def test_nothing_is_archived_of_nothing_or_while_a_session_runs(station: Station, tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="there are no records in"):
        archive.write(station.home, Kind.SIMULATION, tmp_path / "s.zip", 0)
    running = Journal.open(station.folder, "station-1", {}, station.clocks, signer=station.key)
    with pytest.raises(RecordBusy):
        station.archive()
    running.abandon()
    (station.folder / "lock").unlink()
    (station.folder / "lock").mkdir()
    with pytest.raises(RecordUnavailable, match="records cannot be used: Is a directory"):
        station.archive()


def test_what_is_no_file_in_the_place_of_a_record_is_named_and_nothing_is_archived(
    station: Station, tmp_path: Path
) -> None:
    odd = station.folder / "000009-20261121T091500Z-ab.jsonl"
    odd.mkdir()
    with pytest.raises(RecordError, match=rf"{odd}: the record cannot be read: Is a directory"):
        station.archive()
    assert not (tmp_path / "a.zip").exists()


# --- a damaged archive ---


def test_a_flipped_byte_of_an_archive_is_noticed(tmp_path: Path) -> None:
    """But for bytes of a zip that carry nothing of ours: what is put back is what was archived, or nothing is."""
    small = tmp_path / "records" / "000001-20261121T091500Z-ab.jsonl"
    small.parent.mkdir()
    small.write_bytes(b"a line\n" * 3)
    target = tmp_path / "a.zip"
    made = pack(target, Kind.PATIENT, {f"records/{small.name}": small}, "now", Disk())
    whole = target.read_bytes()
    passed = 0
    for at in range(0, len(whole), 3):
        target.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        try:
            found = unpack(target)
        except ArchiveUnusable:
            continue
        passed += 1
        assert (found.kind, found.files) == (made.kind, made.files), at
    assert passed < len(whole) // 9


def test_a_cut_off_archive_is_noticed_wherever_it_is_cut(station: Station, tmp_path: Path) -> None:
    whole = station.archive().target.read_bytes()
    for size in range(0, len(whole), 397):
        (tmp_path / "cut.zip").write_bytes(whole[:size])
        with pytest.raises(ArchiveUnusable, match="no archive of records, or it was damaged or cut off"):
            restore(tmp_path / "cut.zip", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def rewritten(target: Path, **more: object) -> None:
    """The archive with another list, or with another file in it."""
    with ZipFile(target) as opened:
        about = json.loads(opened.read("archive.json"))
        held_in = {name: opened.read(name) for name in opened.namelist() if name != "archive.json"}
    extra = {str(name): data for name, data in more.items() if isinstance(data, bytes)}
    about |= {name: value for name, value in more.items() if not isinstance(value, bytes)}
    with ZipFile(target, "w", ZIP_DEFLATED) as opened:
        for name, data in (held_in | extra).items():
            opened.writestr(name, data)
        opened.writestr("archive.json", canonical(about))


@pytest.mark.parametrize(
    "more",
    [
        {"format": "nmes-archive/2"},
        {"chain": "elsewhere"},
        {"files": {}},
        {"files": None},
        {"files": "records"},
        {"files": {"records/x": []}},
        {"files": {"records/x": {"bytes": 1}}},
        {"../../evil.jsonl": b"x"},
        {"chain": None},
    ],
)
def test_an_archive_that_is_not_as_we_write_it_is_refused(
    station: Station, tmp_path: Path, more: dict[str, object]
) -> None:
    target = station.archive().target
    rewritten(target, **more)
    with pytest.raises(ArchiveUnusable, match="no archive of records"):
        restore(target, tmp_path / "new")


@pytest.mark.parametrize("how", [ZIP_LZMA, ZIP_BZIP2])
def test_an_archive_that_is_packed_in_another_way_is_refused_before_it_is_unpacked(how: int, tmp_path: Path) -> None:
    """Other packers have errors of their own, which are none of those that a damaged zip is known to give."""
    target = tmp_path / "a.zip"
    with ZipFile(target, "w", how) as opened:
        opened.writestr("archive.json", b"{}" * 200)
    data = bytearray(target.read_bytes())
    data[44] ^= 0x55  # in the packer's own settings
    target.write_bytes(data)
    with pytest.raises(ArchiveUnusable, match="no archive of records"):
        unpack(target)


def test_a_file_that_was_exchanged_or_leads_elsewhere_is_refused(station: Station, tmp_path: Path) -> None:
    target = station.archive().target
    name = f"records/{session_files(station.folder)[0].name}"
    size = len(session_files(station.folder)[0].read_bytes())
    rewritten(target, **{name: b"x" * size})
    with pytest.raises(ArchiveUnusable, match=f"{name} is not what was archived"):
        restore(target, tmp_path / "new")
    rewritten(target, **{name: b"x"})
    with pytest.raises(ArchiveUnusable, match="no archive of records"):
        restore(target, tmp_path / "new")


@pytest.mark.covers("TH-11")
@pytest.mark.parametrize("name", ["../evil.jsonl", "records/../../evil.jsonl", "/evil.jsonl", "keys/station.pem", "x"])
def test_an_archive_writes_nowhere_but_where_records_lie(tmp_path: Path, name: str) -> None:
    pack(tmp_path / "a.zip", Kind.PATIENT, {}, "now", Disk())
    listed = {name: {"bytes": 1, "sha256": sha256(b"x").hexdigest()}}
    rewritten(tmp_path / "a.zip", **{name: b"x"}, files=listed)
    with pytest.raises(ArchiveUnusable, match="no archive of records"):
        restore(tmp_path / "a.zip", tmp_path / "new")
    assert {path.name for path in tmp_path.iterdir()} == {"a.zip"}


def test_a_place_that_cannot_be_written_to_is_no_fault_of_the_archive(station: Station, tmp_path: Path) -> None:
    target = station.archive().target
    with pytest.raises(FileNotFoundError):
        unpack(target, tmp_path / "no" / "such")


def test_an_archive_of_no_session_puts_nothing_back(tmp_path: Path) -> None:
    pack(tmp_path / "a.zip", Kind.PATIENT, {}, "now", Disk())
    assert restore(tmp_path / "a.zip", tmp_path / "new").put_back == ()


@pytest.mark.covers("TH-11")
def test_a_list_without_end_fills_no_memory(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    target = station.archive().target
    monkeypatch.setattr("nmes.record.archive_file._MOST_MANIFEST", 10)
    with pytest.raises(ArchiveUnusable, match="no archive of records"):
        unpack(target)


def test_an_archive_that_is_not_there_or_no_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ArchiveUnusable, match=r"no\.zip cannot be read: No such file"):
        restore(tmp_path / "no.zip", tmp_path / "new")
    with pytest.raises(ArchiveUnusable, match="cannot be read: Is a directory"):
        restore(tmp_path, tmp_path / "new")


# --- removing what was archived ---


def test_what_was_archived_and_removed_is_no_damage(station: Station) -> None:
    before = session_files(station.folder)
    written = station.archive()
    head = written.verdicts[1].verdict.head
    entered = station.remove(written, "2026-11-23")
    left = session_files(station.folder)
    assert [path.name for path in left] == [before[2].name, before[3].name, f"{entered}.jsonl"]
    assert station.verdicts() == [Intact] * 3
    assert all(isinstance(verify_session(path).verdict, Intact) for path in left)
    [told] = ledger.read(station.home, Kind.PATIENT).entered
    assert head is not None
    assert told.by == "Ada"
    assert told.event == Archived(head.session, head.hash, 2, written.contents.sha256, "ten years")
    assert not any(path.stem in {before[0].stem, before[1].stem} for path in station.folder.iterdir())


def test_the_day_itself_stays_and_so_does_all_that_follows_the_first_that_stays(station: Station) -> None:
    written = station.archive()
    assert older(written, "2026-11-21") is None
    leading = older(written, "2026-11-22")
    assert isinstance(leading, Leading)
    assert leading.sessions == (session_files(station.folder)[0].stem,)


def test_nothing_that_does_not_verify_is_removed(station: Station) -> None:
    path = session_files(station.folder)[1]
    path.write_bytes(path.read_bytes().replace(b"Ada", b"Eva"))
    written = station.archive()
    with pytest.raises(RecordError, match=f"{path.stem} does not verify: nothing is removed"):
        older(written, "2026-11-24")
    assert older(written, "2026-11-22") is not None


def test_a_file_in_which_nothing_was_ever_written_goes_with_the_others(station: Station) -> None:
    """What a crash left that came before the first entry."""
    (station.folder / "000005-20261125T091500Z-ab.jsonl").touch()
    station.session()
    written = station.archive()
    leading = older(written, "2026-11-26")
    assert leading is not None
    assert leading.head.session == session_files(station.folder)[5].stem
    only = older(written, "2026-11-25")
    assert only is not None
    assert only.head.session == session_files(station.folder)[3].stem


def test_all_of_it_can_go_and_the_chain_goes_on(station: Station) -> None:
    entered = station.remove(station.archive(), "2027-01-01")
    assert [path.stem for path in session_files(station.folder)] == [entered]
    station.session()
    assert station.verdicts() == [Intact, Intact]
    station.remove(station.archive("b.zip"), "2027-01-01")
    assert station.verdicts() == [Intact], "the newest word on what is gone covers the older one"


def test_a_removal_that_was_cut_short_is_one_chain_still_and_is_told(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = station.archive()
    unlink, left = Path.unlink, 3

    def stops(path: Path, missing_ok: bool = False) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(errno.EIO, "Input/output error")
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", stops)
    with pytest.raises(RecordError, match=r"is on record, but not all of them are removed .*archive once more"):
        station.remove(written, "2026-11-24")
    monkeypatch.undo()
    assert [path.name[:6] for path in session_files(station.folder)] == ["000003", "000004", "000005"]
    assert station.verdicts() == [Intact] * 3
    station.remove(station.archive("b.zip"), "2026-11-24")
    assert [path.name[:6] for path in session_files(station.folder)] == ["000004", "000005", "000006"]
    assert station.verdicts() == [Intact] * 3
    assert [one.session[:6] for one in list_sessions(station.home, Kind.PATIENT)] == ["000004"]
    assert [path.name for path in station.folder.iterdir() if path.name[:6] in {"000001", "000002", "000003"}] == []


def test_texts_of_a_session_that_is_removed_are_overwritten(station: Station) -> None:
    texts = texts_path(session_files(station.folder)[0])
    size = texts.stat().st_size
    os.link(texts, station.home / "held on")
    station.remove(station.archive(), "2026-11-22")
    assert (station.home / "held on").read_bytes() == bytes(size)


def test_only_what_the_archive_holds_is_removed(station: Station) -> None:
    first = session_files(station.folder)[0]
    first.with_suffix(".md").write_text("my own note")
    first.with_suffix(".texts-new").write_bytes(texts_path(first).read_bytes())
    written = station.archive()
    station.remove(written, "2026-11-22")
    assert [path.suffix for path in station.folder.glob(f"{first.stem}*")] == [".md"]


def test_a_session_whose_last_line_was_cut_off_is_the_same_when_the_next_one_has_set_that_aside(
    station: Station,
) -> None:
    """The entry of the removal is itself the next file of the chain."""
    last = session_files(station.folder)[-1]
    whole = last.read_bytes()
    last.write_bytes(whole + b'{"entry":{')
    written = station.archive()
    station.remove(written, "2026-11-23")
    assert last.read_bytes() == whole
    assert [one[:6] for one in restore(written.target, station.home).put_back] == ["000001", "000002"]
    assert station.verdicts() == [Intact] * 5
    last.write_bytes(whole[:-1])
    with pytest.raises(ArchiveUnusable, match="is not the same there"):
        restore(written.target, station.home)


@pytest.mark.parametrize("gone", [1, 2, 3])
def test_a_beginning_that_is_missing_without_a_word_is_damage(station: Station, gone: int) -> None:
    paths = session_files(station.folder)
    for path in paths[:gone]:
        path.unlink()
    assert station.damage() == (paths[gone].stem, 1, Damage.MISSING)


def test_more_missing_than_was_archived_is_damage(station: Station) -> None:
    station.remove(station.archive(), "2026-11-23")
    paths = session_files(station.folder)
    paths[0].unlink()
    assert station.damage() == (paths[1].stem, 1, Damage.MISSING)


def test_a_part_of_what_was_archived_that_is_still_there_has_to_lead_to_its_end(station: Station) -> None:
    written = station.archive()
    copies = files(station.folder)
    station.remove(written, "2026-11-24")
    second, third = sorted(name for name in copies if name.endswith(".jsonl"))[1:3]
    for name in (second, third):
        for one in (name, name.replace(".jsonl", ".texts")):
            (station.folder / one).write_bytes(copies[one])
    assert station.verdicts() == [Intact] * 4
    lines = copies[third].splitlines(keepends=True)
    (station.folder / third).write_bytes(b"".join(lines[:-1]))
    assert station.damage()[2] is Damage.MISSING
    (station.folder / third).unlink()
    assert station.damage() == (second.removesuffix(".jsonl"), 1, Damage.MISSING)


def test_the_word_on_what_is_gone_has_to_be_signed_by_the_station(station: Station, tmp_path: Path) -> None:
    written = station.archive()
    head = written.verdicts[1].verdict.head
    assert head is not None
    event = Archived(head.session, head.hash, 2, "", "")
    for signer in (None, station_key(tmp_path / "stranger")):
        ledger.write(station.home, Kind.PATIENT, [event], Author("Eve", "station-1", station.clocks, signer))
    for path in session_files(station.folder)[:2]:
        path.unlink()
    assert station.damage() == (session_files(station.folder)[0].stem, 1, Damage.MISSING)


def test_of_two_words_on_what_is_gone_in_one_file_the_newer_one_counts(station: Station) -> None:
    ends = [one.verdict.head for one in station.archive().verdicts[:2]]
    events = [Archived(head.session, head.hash, 1, "", "ten years") for head in ends if head is not None]
    ledger.write(station.home, Kind.PATIENT, events, station.author())
    assert archived(station.folder, [station.key.public]) == replace(events[1], reason="")
    for path in session_files(station.folder)[:2]:
        path.unlink()
    assert station.verdicts() == [Intact] * 3


def test_a_first_line_that_cannot_be_read_hides_nothing(station: Station) -> None:
    station.remove(station.archive(), "2026-11-23")
    first = session_files(station.folder)[0]
    first.write_bytes(b"x" + first.read_bytes())
    assert station.damage() == (first.stem, 1, Damage.ALTERED)
