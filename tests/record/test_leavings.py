"""What something that was cut short left behind goes; what nobody said is gone stays."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from helpers.chain import QUICK
from helpers.days import Station
from nmes.record.files import Kind, session_files
from nmes.record.leavings import clear, leavings, removed_through, sweep
from nmes.record.texts import texts_path


@pytest.fixture
def station(tmp_path: Path) -> Station:
    made = Station(tmp_path / "station")
    for number in range(3):
        made.session(f"text {number}")
    return made


def left(station: Station) -> list[str]:
    return sorted(path.name for path in leavings(station.home, Kind.PATIENT))


def test_where_nothing_was_cut_short_nothing_is_left(station: Station) -> None:
    assert left(station) == []
    station.erase(session_files(station.folder)[0])
    station.remove(station.archive(), "2026-11-22")
    assert left(station) == []
    sweep(station.home, Kind.PATIENT, QUICK)
    assert leavings(station.home, Kind.SIMULATION) == []


def test_what_lies_beside_a_session_that_is_gone_goes_only_if_that_was_archived(station: Station) -> None:
    first, second, _third = session_files(station.folder)
    beside = {path: texts_path(path).read_bytes() for path in (first, second)}
    assert removed_through(station.home, Kind.PATIENT) == 0
    second.unlink()
    assert left(station) == [], "nobody said that it is gone"
    texts_path(second).unlink()
    station.remove(station.archive(), "2026-11-22")
    assert removed_through(station.home, Kind.PATIENT) == 1
    for path, data in beside.items():
        texts_path(path).write_bytes(data)
        path.with_suffix(".md").write_text("my own note")
    first.with_suffix(".torn").write_bytes(b"x")
    assert left(station) == sorted([texts_path(first).name, first.with_suffix(".torn").name])
    sweep(station.home, Kind.PATIENT, QUICK)
    assert left(station) == []
    assert texts_path(second).exists()
    assert first.with_suffix(".md").exists()


def test_drafts_go_and_texts_in_them_are_overwritten(station: Station, tmp_path: Path) -> None:
    draft = session_files(station.folder)[0].with_suffix(".texts-new")
    staged = station.home / "restore-records-ab12" / "records" / "000001-20261121T091500Z-ab.texts"
    staged.parent.mkdir(parents=True)
    for number, path in enumerate((draft, staged)):
        path.write_bytes(b"Erika")
        os.link(path, tmp_path / str(number))
    assert left(station) == [draft.name, "restore-records-ab12"]
    sweep(station.home, Kind.PATIENT, QUICK)
    assert left(station) == []
    assert [(tmp_path / name).read_bytes() for name in "01"] == [bytes(5)] * 2


def test_a_folder_goes_even_where_its_texts_cannot_be_overwritten(tmp_path: Path) -> None:
    staged = tmp_path / "restore-records-ab12"
    staged.mkdir()
    (staged / "a.texts").mkdir()
    with pytest.raises(IsADirectoryError):
        clear(staged, QUICK)
    assert not staged.exists()
