"""An archive made by somebody else plants no key, fills no memory and takes no number that no station gives."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from helpers.days import Station
from nmes.record import archive_file
from nmes.record.canonical import canonical
from nmes.record.errors import ArchiveUnusable
from nmes.record.files import session_files
from nmes.record.keys import known_keys, public_path, station_key
from nmes.record.restore import restore

Changed = Callable[[dict[str, bytes]], object]


@pytest.fixture
def station(tmp_path: Path) -> Station:
    made = Station(tmp_path / "station")
    for number in range(2):
        made.session(f"text {number}")
    return made


def changed(source: Path, target: Path, more: dict[str, bytes]) -> Path:
    """The same archive with files that it lists as its own."""
    with ZipFile(source) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    about = json.loads(held.pop("archive.json"))
    held |= more
    about["files"] = {name: {"bytes": len(data), "sha256": sha256(data).hexdigest()} for name, data in held.items()}
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name, data in held.items():
            archive.writestr(name, data)
        archive.writestr("archive.json", canonical(about))
    return target


def stranger(tmp_path: Path) -> tuple[str, bytes]:
    key = station_key(tmp_path / "stranger")
    return key.id, public_path(tmp_path / "stranger", key.id).read_bytes()


def test_a_key_that_signs_nothing_of_what_is_put_back_is_not_taken(station: Station, tmp_path: Path) -> None:
    name, pem = stranger(tmp_path)
    written = station.archive()
    evil = changed(written.target, tmp_path / "evil.zip", {"keys/x.pub": pem, "keys/y.pub": b"rubbish"})
    first = session_files(station.folder)[0]
    first.unlink()
    done = restore(evil, station.home)
    assert (done.put_back, done.keys) == ((first.stem,), ())
    assert name not in known_keys(station.home)
    assert sorted(path.name for path in (station.home / "keys").glob("*.pub")) == [
        public_path(station.home, station_key(station.home).id).name
    ]
    assert len(restore(evil, tmp_path / "new").keys) == 1, "the key that signed it is taken, and no other"


@pytest.mark.parametrize("number", ["000000", "0000000", "1000000", "9" * 200])
def test_a_number_that_no_station_gives_is_refused(station: Station, tmp_path: Path, number: str) -> None:
    more = {f"records/{number}-20200101T000000Z-aa.jsonl": b""}
    evil = changed(station.archive().target, tmp_path / "evil.zip", more)
    with pytest.raises(ArchiveUnusable, match="no archive of records"):
        restore(evil, tmp_path / "new")


@pytest.mark.parametrize("part", ["jsonl", "texts", "broken"])
def test_what_would_fill_the_memory_is_refused(
    station: Station, tmp_path: Path, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("_MOST_TEXTS", "_LONGEST_LINE", "_CHUNK"):
        monkeypatch.setattr(archive_file, name, 10_000)
    more = {f"records/000099-20261126T000000Z-aa.{part}": bytes(30_001)}
    evil = changed(station.archive().target, tmp_path / "evil.zip", more)
    with pytest.raises(ArchiveUnusable, match="no archive of records"):
        restore(evil, tmp_path / "new")
    restore(station.archive("b.zip").target, tmp_path / "other")
