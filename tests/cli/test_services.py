"""What the app may ask for on a station: the records of its kind of device, signed entries, and what was set last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from nmes.cli.services import services_of
from nmes.cli.station import Station
from nmes.core.care_checks import NotEnterable
from nmes.core.care_events import Diary, PlanEnded, Planned
from nmes.core.measurement import NOBODY, Who
from nmes.record.chain import NewEntry
from nmes.record.clocks import system_clocks
from nmes.record.errors import RecordError
from nmes.record.files import Kind, chain_folder, session_files
from nmes.record.journal import Journal
from nmes.record.store import read_session
from nmes.record.verdicts import verify_chain
from nmes.record.verify import Intact
from nmes.runtime.library import Library
from nmes.runtime.settings import Settings, load
from nmes.ui.services import Services

CARD = "cramp_calf_ctf_training"
WHO = Who("P-017", "left")


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[float | None], Services]:
    monkeypatch.setenv("NMES_HOME", str(tmp_path))
    return lambda pace: services_of(Station("sim", pace), [Library().load(CARD)])


def test_what_is_entered_on_a_bench_has_the_benchs_day_is_signed_and_due(
    tmp_path: Path, services: Callable[[float | None], Services]
) -> None:
    given = services(None)
    assert given.course is not None
    assert given.enter_care is not None
    name = given.enter_care(Planned(WHO.code, WHO.side, CARD, 2, 4, "2026-01-01"), "Ada")
    assert name.startswith("000001-20260101T")
    (found,) = verify_chain(chain_folder(tmp_path, Kind.SIMULATION))
    assert isinstance(found.verdict, Intact)
    assert found.sealed is not None
    assert found.sealed.known
    course = given.course(WHO)
    assert (course.due_in_days, course.history[0].by, str(course.history[0].day)) == (0, "Ada", "2026-01-01")
    assert given.today().awaited == (("P-017", "left"),)
    with pytest.raises(NotEnterable):
        given.enter_care(Diary(WHO.code, WHO.side, "2026-01-05", 3), "Ada")


def test_while_a_session_is_recorded_nothing_is_entered_and_the_reason_says_what_to_do(
    tmp_path: Path, services: Callable[[float | None], Services]
) -> None:
    given = services(1.0)
    assert given.enter_care is not None
    journal = Journal.open(chain_folder(tmp_path, Kind.SIMULATION), "s", {}, system_clocks(), signer=None)
    journal.append(NewEntry("note", {}, "operator"))
    with pytest.raises(RecordError) as caught:
        given.enter_care(PlanEnded(WHO.code, WHO.side, "2026-01-01", "moved away"), "Ada")
    assert "another" in str(caught.value).lower()
    journal.abandon()


def test_a_record_names_the_station_as_it_was_set_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NMES_HOME", str(tmp_path))
    services = services_of(Station(pace=20.0, settings=Settings(station="Room 3")), ())
    loaded = Library().load("tens_conventional")
    services.open_session(loaded, NOBODY).finish()
    assert services.save_settings is not None
    services.save_settings(replace(services.settings, station="Room 4"))
    services.open_session(loaded, NOBODY).finish()
    assert services.enter_care is not None
    services.enter_care(Planned("P-1", "left", "tens_conventional", 2, 4, "2026-01-01"), "Ada")
    named = [next(iter(read_session(path))).station for path in session_files(chain_folder(tmp_path, Kind.SIMULATION))]
    assert named == ["Room 3", "Room 4", "Room 4"]
    assert load(tmp_path).station == "Room 4"
