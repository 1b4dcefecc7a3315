"""The one door to corrections, erasure and archives: no reason, nothing done; and what cannot be read is said."""

from __future__ import annotations

import random
import shutil
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from helpers.chain import QUICK
from helpers.days import Station
from helpers.power import ERRORS, Power, PowerCut
from nmes.core.care_checks import NotEnterable
from nmes.core.care_events import Answered, CareEvent, Diary, PlanEnded, Planned, Withdrawn
from nmes.core.commands import Note
from nmes.core.events import Accept
from nmes.record import erase
from nmes.record.archive import Leading, older
from nmes.record.chain import NewEntry
from nmes.record.clocks import Clocks
from nmes.record.codec import encode
from nmes.record.disk import Disk
from nmes.record.errors import RecordBusy, RecordError
from nmes.record.files import Kind, chain_folder, session_files
from nmes.record.journal import Journal
from nmes.record.keys import station_key
from nmes.record.lock import alone
from nmes.record.store import read_session
from nmes.record.texts import ERASED
from nmes.runtime import keeping
from nmes.runtime.course import course_of, enter
from nmes.runtime.settings import Settings, save

WHO = ("P-017", "left")
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
CLOCKS = Clocks(lambda: int(NOW.timestamp() * 1000), lambda: 1_000, "virtual")
PLAN = Planned(*WHO, "calf", 2, 4, "2026-11-16")
YES = Answered(*WHO, "000001-s", dark_urine=True, skin_mark=True)


def put(home: Path, *events: CareEvent) -> Path:
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


def lost(home: Path) -> tuple[str, ...]:
    """What would be forgotten with the oldest file of the chain, and before it."""
    written = keeping.write_archive(home, Kind.PATIENT, home / f"{random.random()}.zip", CLOCKS)
    leading = replace(older(written, "2027-01-01") or pytest.fail("nothing is older"), sessions=())
    first = written.verdicts[0].verdict.head
    assert first is not None
    return keeping.told_lost(home, Kind.PATIENT, replace(leading, head=first), NOW)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("told", "since", "forgotten"),
    [
        (YES, None, ("P-017 left: dark urine", "P-017 left: a mark on the skin")),
        (
            replace(YES, side="both", dark_urine=None),
            None,
            tuple(f"P-017 {s}: a mark on the skin" for s in ("left", "right")),
        ),
        (YES, replace(YES, dark_urine=False, skin_mark=None), ("P-017 left: a mark on the skin",)),
        (YES, YES, ()),
        (YES, replace(YES, dark_urine=False, skin_mark=False), ()),
        (YES, Withdrawn(*WHO, "SESSION", 3, "another patient"), ()),
        (replace(YES, dark_urine=False, skin_mark=False), None, ()),
        (
            YES,
            PlanEnded(*WHO, "2026-11-21", "moved away"),
            ("P-017 left: dark urine", "P-017 left: a mark on the skin"),
        ),
    ],
)
def test_what_was_told_against_stimulation_is_named_before_it_would_be_forgotten(
    tmp_path: Path, told: Answered, since: CareEvent | None, forgotten: tuple[str, ...]
) -> None:
    path = put(tmp_path, told)
    if isinstance(since, Withdrawn):
        since = replace(since, session=path.stem)
    put(tmp_path, since or Diary(*WHO, "2026-11-09", 4))
    put(tmp_path, Diary("P-018", "left", "2026-11-09", 4))
    assert lost(tmp_path) == forgotten


def test_a_soreness_that_is_waited_for_is_named_too(tmp_path: Path) -> None:
    card = "cramp_calf_ctf_training"
    bound = {"protocol": card, "patient": WHO[0], "side": WHO[1], "assessment": None}
    clocks = Clocks(CLOCKS.utc_ms, count(1_000).__next__, "virtual")
    journal = Journal.open(tmp_path / "records", "s", bound, clocks, disk=QUICK, signer=station_key(tmp_path))
    accepted = (("channel", 1), ("waveform", 0), ("level_ua", 20_000))
    level = {"event": encode(Accept(1)), "commands": [encode(Note("level", accepted))]}
    journal.append(NewEntry("event", level, "Anna"))
    journal.close({"why": "complete"})
    sore = Answered(*WHO, journal.session, soreness=6)
    put(tmp_path, replace(PLAN, protocol=card), sore)
    assert lost(tmp_path) == ("P-017 left: soreness",), "with its session it would be forgotten"
    put(tmp_path, replace(sore, soreness=0))
    assert lost(tmp_path) == (), "it has gone"
    put(tmp_path, replace(PLAN, protocol="not_here"))
    assert lost(tmp_path) == ()


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


def reported(home: Path) -> Path:
    """A session in which somebody typed, with its report and one that was not finished."""
    path = Station(home).session("Erika fell")
    (home / "reports").mkdir()
    for name in (f"records-{path.stem}.html", f"records-{path.stem}-audit.pdf", ".report-ab12cd34"):
        (home / "reports" / name).write_text("Erika fell")
    return path


def erase_it(home: Path, disk: Disk = QUICK) -> None:
    """As the command does it."""
    texts = keeping.texts_of_patient(home, Kind.PATIENT, "P-017").texts
    if texts:
        keeping.erase_texts(home, Kind.PATIENT, texts, "she asked", "Anna", CLOCKS, disk)
    else:
        keeping.tidy(home, Kind.PATIENT)


def holding(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and b"Erika" in path.read_bytes()]


@pytest.mark.thorough
@pytest.mark.parametrize("how", ["nothing", "some", "all"])
@pytest.mark.parametrize("fails", [False, True], ids=["power cut", "disk fails"])
def test_wherever_an_erasure_ends_no_report_outlives_the_text_it_holds(tmp_path: Path, how: str, fails: bool) -> None:
    begun, whole, rng = tmp_path / "begun", tmp_path / "whole", random.Random(7)
    reported(begun)
    shutil.copytree(begun, whole)
    power = Power(whole)
    erase_it(whole, power.disk())
    assert power.moments > 5
    assert holding(whole) == []
    for at in range(1, power.moments + 1):
        cut = Power(shutil.copytree(begun, tmp_path / f"{at}"), at, ERRORS[at % len(ERRORS)] if fails else 0)
        for report in (cut.home / "reports").iterdir():  # no new file may get its inode, and with it what `cut` saw
            (tmp_path / f"{at}-{report.name}").hardlink_to(report)
        with suppress(PowerCut, RecordError):
            erase_it(cut.home, cut.disk())
        home = cut.after(tmp_path / f"{at}-after", how, rng)
        assert holding(home / "records") or not holding(home / "reports"), at
        erase_it(home)
        assert holding(home) == [], at


def test_no_report_outlives_the_text_it_holds_where_the_program_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = erase.erase

    def killed(*told: object) -> str:
        real(*told)  # type: ignore[arg-type]  # as it was called
        raise PowerCut

    reported(tmp_path)
    monkeypatch.setattr(erase, "erase", killed)
    with pytest.raises(PowerCut):
        erase_it(tmp_path)
    assert holding(tmp_path) == []


def test_nothing_is_erased_while_a_report_of_it_cannot_be_removed(tmp_path: Path) -> None:
    path = reported(tmp_path)
    (tmp_path / "reports" / f"records-{path.stem}-a").mkdir()
    with pytest.raises(RecordError, match=r"^a report cannot be removed: .*directory.*-a"):
        erase_it(tmp_path)
    assert [one.number for one in keeping.texts_of(tmp_path, path)] == [1]
    assert len(session_files(tmp_path / "records")) == 1, "nothing is on record"


def test_a_report_that_is_written_meanwhile_goes_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, real = reported(tmp_path), erase.erase
    meanwhile = tmp_path / "reports" / f"records-{path.stem}-home.html"

    def erased(*told: object) -> str:
        meanwhile.write_text("Erika fell")
        return real(*told)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(erase, "erase", erased)
    texts = keeping.texts_of(tmp_path, path)
    done = keeping.erase_texts(tmp_path, Kind.PATIENT, texts, "she asked", "Anna", CLOCKS, QUICK)
    assert (done.reports[-1], len(done.reports), holding(tmp_path)) == (meanwhile.name, 3, [])


def test_one_that_is_written_meanwhile_and_stays_is_told_after_the_texts_are_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, real = reported(tmp_path), erase.erase

    def erased(*told: object) -> str:
        (tmp_path / "reports" / f"records-{path.stem}-a").mkdir()
        return real(*told)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(erase, "erase", erased)
    with pytest.raises(RecordError, match=r"^the texts are erased, but a report may still hold them, .*-a"):
        erase_it(tmp_path)


def test_while_a_session_runs_no_report_is_removed_either(tmp_path: Path) -> None:
    reported(tmp_path)
    with alone(chain_folder(tmp_path, Kind.PATIENT), "a session"), pytest.raises(RecordBusy):
        erase_it(tmp_path)
    assert len(holding(tmp_path / "reports")) == 3


def test_what_cannot_be_tidied_is_one_error(tmp_path: Path) -> None:
    put(tmp_path, Diary(*WHO, "2026-11-09", 4, text="Erika fell"))
    (tmp_path / "restore-records-ab12" / "a.texts").mkdir(parents=True)
    with pytest.raises(RecordError, match=r"what was left behind cannot be removed: .*directory"):
        keeping.tidy(tmp_path, Kind.PATIENT)
    (tmp_path / "reports" / ".report-ab12").mkdir(parents=True)
    with pytest.raises(RecordError, match=r"^a report cannot be removed: .*directory.*\.report-ab12"):
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
