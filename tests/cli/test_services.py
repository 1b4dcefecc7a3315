"""What the app may ask for on a station, with what the clinic has set last."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nmes.cli.services import services_of
from nmes.cli.station import Station
from nmes.core.measurement import NOBODY
from nmes.record.files import Kind, chain_folder, session_files
from nmes.record.store import read_session
from nmes.runtime.library import Library
from nmes.runtime.settings import Settings, load


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NMES_HOME", str(tmp_path))
    return tmp_path


def test_a_record_names_the_station_as_it_was_set_last(home: Path) -> None:
    services = services_of(Station(pace=20.0, settings=Settings(station="Room 3")), ())
    loaded = Library().load("tens_conventional")
    services.open_session(loaded, NOBODY).finish()
    assert services.save_settings is not None
    services.save_settings(replace(services.settings, station="Room 4"))
    services.open_session(loaded, NOBODY).finish()
    named = [next(iter(read_session(path))).station for path in session_files(chain_folder(home, Kind.SIMULATION))]
    assert named == ["Room 3", "Room 4"]
    assert load(home).station == "Room 4"
