"""The one door to corrections, erasure and archives: no reason, nothing done; and what cannot be read is said."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from nmes.core.care_checks import NotEnterable
from nmes.core.care_events import Diary, PlanEnded, Planned
from nmes.record.archive import Leading, older
from nmes.record.clocks import Clocks
from nmes.record.errors import RecordError
from nmes.record.files import Kind, session_files
from nmes.record.store import read_session
from nmes.record.texts import ERASED
from nmes.runtime import keeping
from nmes.runtime.course import course_of, enter
from nmes.runtime.settings import Settings, save

WHO = ("P-017", "left")
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
CLOCKS = Clocks(lambda: int(NOW.timestamp() * 1000), lambda: 1_000, "virtual")
PLAN = Planned(*WHO, "calf", 2, 4, "2026-11-16")


def put(home: Path, *events: Diary | Planned | PlanEnded) -> Path:
    name = enter(home, Kind.PATIENT, events, "Anna", NOW, CLOCKS)
    return home / "records" / f"{name}.jsonl"


def test_what_was_typed_of_a_patient_is_erased_by_somebody_for_a_reason(tmp_path: Path) -> None:
    path = put(tmp_path, Diary(*WHO, "2026-11-09", 4, text="Erika fell"))
    texts = list(keeping.texts_of_patient(tmp_path, Kind.PATIENT, "P-017").texts)
    assert texts == keeping.texts_of(tmp_path, path) == keeping.texts_of(tmp_path, path, 3)
    with pytest.raises(NotEnterable, match="reason"):
        keeping.erase_texts(tmp_path, Kind.PATIENT, texts, "no", "Anna", CLOCKS)
    done = keeping.erase_texts(tmp_path, Kind.PATIENT, texts, "she asked", "Anna", CLOCKS)
    assert (done.file[:6], done.reports) == ("000002", ())
    course = course_of(tmp_path, Kind.PATIENT, *WHO, [], NOW)
    assert [(week.cramps, week.text) for week in course.diary] == [(4, ERASED)]
    assert keeping.texts_of(tmp_path, path) == []


def test_a_plan_in_force_is_named_before_it_would_be_forgotten(tmp_path: Path) -> None:
    put(tmp_path, PLAN)
    written = keeping.write_archive(tmp_path, Kind.PATIENT, tmp_path / "a.zip", CLOCKS)
    leading = older(written, "2027-01-01")
    assert isinstance(leading, Leading)
    assert keeping.plans_lost(tmp_path, Kind.PATIENT, leading, NOW) == ("P-017 left",)
    after = datetime(2026, 12, 14, 9, tzinfo=UTC)
    assert keeping.plans_lost(tmp_path, Kind.PATIENT, leading, after) == (), "its weeks are over"
    put(tmp_path, PLAN)
    assert keeping.plans_lost(tmp_path, Kind.PATIENT, leading, NOW) == (), "it was planned anew since"
    with pytest.raises(NotEnterable, match="reason"):
        keeping.remove_archived(tmp_path, written, leading, "", "Anna", CLOCKS)
    done = keeping.remove_archived(tmp_path, written, leading, "ten years", "Anna", CLOCKS)
    assert [path.stem[:6] for path in session_files(tmp_path / "records")] == ["000002", done.file[:6]]


def test_reports_of_what_is_removed_go_too_and_so_do_those_that_were_never_finished(tmp_path: Path) -> None:
    path = put(tmp_path, Diary(*WHO, "2026-11-09", 4, text="Erika fell"))
    reports = tmp_path / "reports"
    reports.mkdir()
    mine = {f"records-{path.stem}.html", f"records-{path.stem}-home.pdf"}
    others = {f"simulation-{path.stem}.html", "records-000002-20261121T090000Z-ab.html", "records-mine.txt"}

    def write(*names: str) -> None:
        for name in names:
            (reports / name).write_text("Erika fell")

    def there() -> set[str]:
        return {one.name for one in reports.iterdir()}

    write(*mine, *others, ".report-ab12cd34")
    written = keeping.write_archive(tmp_path, Kind.PATIENT, tmp_path / "a.zip", CLOCKS)
    assert there() == mine | others
    leading = older(written, "2027-01-01")
    assert isinstance(leading, Leading)
    done = keeping.remove_archived(tmp_path, written, leading, "ten years", "Anna", CLOCKS)
    assert (set(done.reports), there()) == (mine, others)
    write(*mine)
    keeping.tidy(tmp_path, Kind.PATIENT)
    assert there() == others, "the removal was cut short before it came to them"


def test_what_is_entered_between_sessions_names_the_station_as_it_was_set(tmp_path: Path) -> None:
    save(tmp_path, Settings(station="Room 3"))
    put(tmp_path, Diary(*WHO, "2026-11-09", 4, text="Erika fell"))
    texts = keeping.texts_of_patient(tmp_path, Kind.PATIENT, "P-017").texts
    keeping.erase_texts(tmp_path, Kind.PATIENT, texts, "she asked", "Anna", CLOCKS)
    written = keeping.write_archive(tmp_path, Kind.PATIENT, tmp_path / "a.zip", CLOCKS)
    leading = older(written, "2027-01-01")
    assert isinstance(leading, Leading)
    named = [next(read_session(path)).station for path in session_files(tmp_path / "records")]
    keeping.remove_archived(tmp_path, written, leading, "ten years", "Anna", CLOCKS)
    named += [next(read_session(path)).station for path in session_files(tmp_path / "records")]
    assert named == ["Room 3"] * 3


def test_what_cannot_be_tidied_is_one_error(tmp_path: Path) -> None:
    put(tmp_path, Diary(*WHO, "2026-11-09", 4, text="Erika fell"))
    (tmp_path / "restore-records-ab12" / "a.texts").mkdir(parents=True)
    with pytest.raises(RecordError, match=r"what was left behind cannot be removed: .*directory"):
        keeping.tidy(tmp_path, Kind.PATIENT)


def test_what_cannot_be_read_is_one_error(tmp_path: Path) -> None:
    folder = tmp_path / "records" / "000001-20261121T091500Z-ab.jsonl"
    folder.mkdir(parents=True)
    for ask in (
        lambda: keeping.texts_of(tmp_path, folder),
        lambda: keeping.texts_of_patient(tmp_path, Kind.PATIENT, "P-017"),
        lambda: keeping.entry_at(folder, 1),
    ):
        with pytest.raises(RecordError, match=r"the records cannot be read: .*Is a directory"):
            ask()
