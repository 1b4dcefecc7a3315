"""The one door to a course: records in, a course out; entries are looked at, signed, and found again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from pathlib import Path

import pytest

from nmes.core import events as e
from nmes.core.care_checks import NotEnterable
from nmes.core.care_events import Answered, CareEvent, Diary, Outcome, Planned, Rule
from nmes.core.commands import Note
from nmes.core.course_of_care import CourseOfCare, Level, Value
from nmes.record import index, index_file
from nmes.record.chain import NewEntry
from nmes.record.clocks import Clocks
from nmes.record.codec import encode
from nmes.record.errors import RecordError
from nmes.record.files import Kind, chain_folder, session_files
from nmes.record.journal import Journal
from nmes.record.keys import station_key
from nmes.record.store import list_sessions
from nmes.runtime.course import course_of, enter, plans_of
from nmes.runtime.library import Library, Loaded

CARD = "cramp_calf_ctf_training"
WHO = ("P-017", "left")
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
PLAN = Planned(*WHO, CARD, 2, 4, "2026-11-16")


@pytest.fixture(scope="module")
def cards() -> list[Loaded]:
    return [Library().load(CARD)]


def at(day: int, hour: int = 9) -> Clocks:
    ms = count(int(datetime(2026, 11, day, hour, tzinfo=UTC).timestamp() * 1000))
    return Clocks(lambda: next(ms), lambda: next(ms) * 1_000_000, "virtual")


def note(code: str, **values: int | str) -> dict[str, object]:
    found: dict[str, object] = encode(Note(code, tuple(values.items())))
    return found


def told(event: e.Event, *notes: dict[str, object]) -> NewEntry:
    return NewEntry("event", {"event": encode(event), "commands": list(notes)}, "operator")


LEVEL = told(e.Accept(1), note("level", channel=1, waveform=0, level_ua=20_000))
CTF = told(e.Cramp(), note("measured", what="ctf", channel=1, value_mhz=18_000, level_ua=9_000))
TOLERATED = told(e.Accept(1), note("measured", what="max_tolerated", channel=1, value_ua=40_000))
BASELINE = told(e.Observed(e.Finding.NRS, 3), note("observed"))


@pytest.fixture
def session(tmp_path: Path) -> Callable[..., Path]:
    def session(clocks: Clocks, *entries: NewEntry, why: str = "complete", of: tuple[str, str] = WHO) -> Path:
        bound = {"protocol": CARD, "patient": of[0], "side": of[1], "assessment": None, "muscles": ["gastrocnemius"]}
        folder = chain_folder(tmp_path, Kind.PATIENT)
        journal = Journal.open(folder, "s", bound, clocks, signer=station_key(tmp_path))
        for entry in entries:
            journal.append(entry)
        journal.close({"why": why})
        return journal.path

    return session


def course(home: Path, cards: list[Loaded], now: datetime = NOW) -> CourseOfCare:
    return course_of(home, Kind.PATIENT, *WHO, cards, now)


def put(home: Path, *events: CareEvent, clocks: Clocks | None = None) -> str:
    return enter(home, Kind.PATIENT, events, "Anna", NOW, clocks or at(21))


def test_a_course_is_made_of_sessions_and_entries(
    tmp_path: Path, session: Callable[..., Path], cards: list[Loaded]
) -> None:
    first = session(at(16), BASELINE, LEVEL, CTF, TOLERATED)
    session(at(17), LEVEL, of=("P-017", "right"))
    put(tmp_path, PLAN, Diary(*WHO, "2026-11-09", 4))
    put(tmp_path, Answered(*WHO, first.stem, 4, soreness=1, dark_urine=True, skin_mark=False))
    found = course(tmp_path, cards)
    (given,) = found.given
    assert (given.session, str(given.day), given.counts, given.why) == (first.stem, "2026-11-16", True, "complete")
    assert given.levels == (Level(1, 0, 20_000),)
    assert given.measured == (Value(Outcome.CTF, 18_000, "gastrocnemius"), Value(Outcome.NRS, 3))
    assert given.max_tolerated == (("gastrocnemius", 40_000),)
    assert given.t_utc[:19] == "2026-11-16T09:00:00"
    assert [one.rule for one in found.proposals] == [Rule.NO_STIMULATION]
    assert [one.by for one in found.history] == ["Anna"] * 3
    assert found.trouble == ()


def test_the_test_of_a_muscle_is_that_muscles_and_one_that_was_typed_is_not_measured(
    tmp_path: Path, session: Callable[..., Path], cards: list[Loaded]
) -> None:
    put(tmp_path, PLAN)
    typed = told(e.Measure(e.What.CTF, 1, 18_000), note("measured", what="ctf", channel=1, value_mhz=18_000, typed=1))
    session(at(16), typed, why="assessed")
    found = course(tmp_path, cards)
    assert [(one.of, one.values) for one in found.proposals] == [("ctf", ())]
    (point,) = found.curve(Outcome.CTF, "gastrocnemius")
    assert (point.value, point.typed) == (18_000, True)
    session(at(17), told(e.Tick(1), note("not_reached", cap_mhz=45_000)), why="complete")
    assert course(tmp_path, cards).proposals == (), "a test that reached its cap was one"
    assert [str(day) for day in course(tmp_path, cards).curves_of(Outcome.CTF)[0].not_reached] == ["2026-11-17"]


def test_days_are_those_of_the_place(tmp_path: Path, session: Callable[..., Path], cards: list[Loaded]) -> None:
    session(at(16, 23), LEVEL)
    put(tmp_path, Diary(*WHO, "2026-11-09", 4), clocks=at(16, 23))
    east = timezone(timedelta(hours=2))
    for zone, day in ((east, "2026-11-17"), (UTC, "2026-11-16")):
        found = course(tmp_path, cards, NOW.astimezone(zone))
        assert [str(found.given[0].day), str(found.history[0].day)] == [day, day]


@pytest.mark.parametrize(
    ("why", "counts"), [("complete", True), ("assessed", True), ("ended_early", False), ("guard:rate", False)]
)
def test_a_session_counts_by_how_it_ended(
    tmp_path: Path, session: Callable[..., Path], cards: list[Loaded], why: str, counts: bool
) -> None:
    session(at(16), LEVEL, why=why)
    assert course(tmp_path, cards).given[0].counts is counts


def test_a_session_without_an_end_does_not_count(
    tmp_path: Path, session: Callable[..., Path], cards: list[Loaded]
) -> None:
    path = session(at(16), LEVEL)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-2]))
    (given,) = course(tmp_path, cards).given
    assert (given.counts, given.why) == (False, "")


def test_a_session_that_cannot_be_believed_is_left_out_and_named(
    tmp_path: Path, session: Callable[..., Path], cards: list[Loaded]
) -> None:
    bad, good = session(at(16), LEVEL), session(at(17), LEVEL)
    bad.write_bytes(bad.read_bytes().replace(b'"level_ua",20000', b'"level_ua",90000'))
    put(tmp_path, PLAN)
    found = course(tmp_path, cards)
    assert [given.session for given in found.given] == [good.stem]
    assert found.trouble == (bad.stem,)


def test_what_cannot_be_right_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(NotEnterable):
        put(tmp_path, PLAN, Diary(*WHO, "2026-11-10", 4))
    assert session_files(chain_folder(tmp_path, Kind.PATIENT)) == []


def test_plans_of_everybody_are_found_without_reading_a_session(tmp_path: Path) -> None:
    put(tmp_path, PLAN)
    assert list(plans_of(tmp_path, Kind.PATIENT)) == [WHO]
    assert plans_of(tmp_path, Kind.SIMULATION) == {}


def test_a_list_that_is_known_already_is_not_read_again(
    tmp_path: Path, session: Callable[..., Path], cards: list[Loaded]
) -> None:
    session(at(16), LEVEL)
    listed = list_sessions(tmp_path, Kind.PATIENT)
    assert len(course_of(tmp_path, Kind.PATIENT, *WHO, cards, NOW, listed).given) == 1
    assert course_of(tmp_path, Kind.PATIENT, *WHO, cards, NOW, ()).given == ()


def test_whose_a_session_is_tells_its_file_and_not_the_list_that_is_kept_ready(
    tmp_path: Path, session: Callable[..., Path], cards: list[Loaded]
) -> None:
    mine = session(at(16), LEVEL).stem
    index.sessions(tmp_path, Kind.PATIENT, lambda: 1 << 62)
    [row] = index_file.rows(tmp_path, Kind.PATIENT.value).values()
    index_file.change(tmp_path, [row._replace(patient="P-999")], [])
    assert [one.patient for one in index.sessions(tmp_path, Kind.PATIENT)] == ["P-999"], "the list believes it"
    assert [given.session for given in course(tmp_path, cards).given] == [mine]


def test_records_that_cannot_be_read_are_said(
    tmp_path: Path, session: Callable[..., Path], cards: list[Loaded]
) -> None:
    path = session(at(16), LEVEL)
    listed = list_sessions(tmp_path, Kind.PATIENT)
    path.unlink()
    with pytest.raises(RecordError, match="cannot be read"):
        course_of(tmp_path, Kind.PATIENT, *WHO, cards, NOW, listed)


def test_entries_are_stamped_by_the_computers_own_clocks(tmp_path: Path) -> None:
    before = datetime.now(UTC)
    enter(tmp_path, Kind.PATIENT, [PLAN], "Anna", before)
    (plan,) = plans_of(tmp_path, Kind.PATIENT).values()
    stamped = datetime.fromisoformat(plan.entered.t_utc) + timedelta(milliseconds=1)  # it is cut to milliseconds
    assert before <= stamped <= datetime.now(UTC) + timedelta(milliseconds=1)
