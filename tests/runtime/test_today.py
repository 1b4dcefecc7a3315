"""Whose turn it is, and what is known: from the list of sessions and the protocols' own rhythm, nothing guessed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from helpers.mistakes import Sitting
from nmes.core.events import Finding, Observed
from nmes.record.afterwards import Glimpse
from nmes.record.files import Kind
from nmes.record.store import Closed, Ending, Interrupted, Summary, Unfinished, Unreadable, list_sessions
from nmes.runtime.course import counts
from nmes.runtime.library import Library, shipped_folder
from nmes.runtime.today import Device, Part, Turn, of_list, part_given, today

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
CRAMP, TEST, OTHER = "cramp_calf_ctf_training", "assess_ctf_calf", "quads_knee_oa"
LIBRARY = [Library((shipped_folder(),)).load(name) for name in (CRAMP, TEST, OTHER)]
COMPLETE = Closed("complete")


def session(
    number: int,
    days: int,
    *,
    code: str = "P-017",
    side: str = "left",
    protocol: str = CRAMP,
    ending: Ending = COMPLETE,
) -> Summary:
    """One session, so many days before now."""
    started = (NOW - timedelta(days=days)).isoformat()
    name = f"{number:06d}"
    return Summary(name, number, Kind.PATIENT, Path(name), started, protocol, ending, code, side, "3")


def only(*newest_first: Summary):
    (patient,) = of_list(newest_first, LIBRARY, NOW).patients
    return patient


@pytest.mark.parametrize(
    ("days", "turn", "in_days"),
    [(0, Turn.LATER, 3), (2, Turn.LATER, 1), (3, Turn.DUE, 0), (20, Turn.DUE, 0)],
)
def test_two_a_week_are_due_three_days_after_the_last_complete_one(days: int, turn: Turn, in_days: int) -> None:
    patient = only(session(1, days))
    assert (patient.turn, patient.in_days, patient.days, patient.per_week) == (turn, in_days, days, 2)


def test_a_session_that_was_not_complete_puts_nothing_off() -> None:
    patient = only(session(2, 0, ending=Closed("ended_early")), session(1, 4))
    assert (patient.turn, patient.days) == (Turn.DUE, 4)
    assert patient.last.number == 2, "but it is the last one that is told"


def test_a_session_that_gave_nothing_takes_nobodys_line() -> None:
    """Another protocol picked by mistake made the due date vanish, and was the one that was offered next."""
    mistaken = session(3, 0, protocol=OTHER, ending=Closed("ended_early"))
    listed = mistaken, session(1, 4)

    def nothing(one: Summary) -> Glimpse:
        return Glimpse(gave=one is not mistaken)

    (patient,) = of_list(listed, LIBRARY, NOW, seen_of=nothing).patients
    assert (patient.protocol, patient.turn, patient.days) == (CRAMP, Turn.DUE, 4)
    assert patient.last is mistaken
    (patient,) = of_list(listed, LIBRARY, NOW).patients
    assert patient.protocol == OTHER, "one that gave something does"
    (patient,) = of_list((mistaken,), LIBRARY, NOW, seen_of=nothing).patients
    assert (patient.protocol, patient.turn) == (OTHER, Turn.UNKNOWN), "nothing else is known of them"


def test_what_was_found_after_the_newest_session_that_tells_of_it_is_known_today() -> None:
    bad = Observed(Finding.SKIN, 3, of="1")
    found = {3: (), 2: (bad, Observed(Finding.NRS, 2)), 1: (Observed(Finding.ADVERSE, 1, "old"),)}
    listed = [session(number, 9 - number) for number in (3, 2, 1)]
    (patient,) = of_list(listed, LIBRARY, NOW, seen_of=lambda one: Glimpse(gave=True, found=found[one.number])).patients
    assert patient.alarming == (bad,)


@pytest.mark.parametrize(
    ("part", "turn", "days", "early"),
    [
        (Part.NOTHING, Turn.DUE, 4, None),
        (Part.SOME, Turn.DUE, 4, 0),
        (Part.ENOUGH, Turn.LATER, 0, 0),
    ],
)
@pytest.mark.parametrize("why", ["ended_early", "stop:mouse"])
def test_one_that_was_ended_early_is_told_and_counts_by_what_it_gave(
    part: Part, turn: Turn, days: int, early: int | None, why: str
) -> None:
    listed = session(2, 0, ending=Closed(why)), session(1, 4)
    (patient,) = of_list(listed, LIBRARY, NOW, lambda one: part if one.number == 2 else Part.NOTHING).patients
    assert (patient.turn, patient.days, patient.early_days) == (turn, days, early)


def test_one_that_counts_is_not_forgotten_for_a_newer_one_that_does_not() -> None:
    """Where none was ever complete, the line said that the next was not known."""
    gave = {3: Part.SOME, 2: Part.NOTHING, 1: Part.ENOUGH}
    listed = [session(number, 3 - number, ending=Closed("ended_early")) for number in (3, 2, 1)]
    (patient,) = of_list(listed, LIBRARY, NOW, lambda one: gave[one.number]).patients
    assert (patient.turn, patient.in_days, patient.days, patient.early_days) == (Turn.LATER, 1, 2, 0)


@pytest.mark.parametrize(("why", "as_planned"), [("ended_early", True), ("stop:key", False)])
def test_a_first_session_ended_as_its_card_says_counts_and_is_told_so(why: str, *, as_planned: bool) -> None:
    (patient,) = of_list([session(1, 0, ending=Closed(why))], LIBRARY, NOW, lambda _one: Part.FIRST).patients
    assert (patient.turn, patient.days, patient.as_planned) == (Turn.LATER, 0, as_planned)


@pytest.mark.parametrize(
    ("days", "ending"), [(7, Closed("ended_early")), (0, Closed("guard:rate")), (0, Interrupted()), (0, COMPLETE)]
)
def test_no_whole_record_is_read_where_it_cannot_change_whose_turn_it_is(days: int, ending: Ending) -> None:
    def never(one: Summary) -> Part:
        raise AssertionError(one)

    assert of_list([session(2, days, ending=ending)], LIBRARY, NOW, never).patients


@pytest.mark.thorough
def test_it_counts_if_it_was_signed_with_half_of_it_given(tmp_path: Path) -> None:
    def sat(for_ms: int, *, signed: bool = True) -> Part:
        sitting = Sitting(tmp_path)
        sitting.screened()
        sitting.placed()
        if for_ms:
            sitting.level(1_000)
            sitting.started()
            for _ in range(for_ms // 30_000):
                sitting.run(30_000)
                sitting.bench.controller.touch()
            sitting.over()
        if signed and for_ms:
            sitting.found_and_signed()
        else:
            sitting.bench.controller.leave()
            sitting.run(1_000)
        return part_given(list_sessions(tmp_path, Kind.SIMULATION)[-1])

    assert sat(210_000) is Part.FIRST, "9 of its 18 contractions are what a first session shall be"
    assert sat(210_000) is Part.ENOUGH
    assert sat(210_000, signed=False) is Part.SOME
    assert sat(60_000) is Part.SOME
    assert sat(0) is Part.NOTHING
    assert part_given(session(1, 0)) is Part.NOTHING, "a record that is not there"
    listed = list_sessions(tmp_path, Kind.SIMULATION)
    first, *others = (one.ending for one in listed)
    assert first == Closed("ended_early", first_given=True), "its record says so for a list"
    assert not any(isinstance(one, Closed) and one.first_given for one in others)
    assert [counts(one) for one in listed] == [True, True, False, False, False], "in the course of care too"


def test_a_test_without_a_rhythm_does_not_take_the_treatments_place() -> None:
    patient = only(session(2, 0, protocol=TEST, ending=Closed("assessed")), session(1, 5))
    assert (patient.protocol, patient.turn) == (CRAMP, Turn.DUE)


@pytest.mark.parametrize(
    "sessions",
    [
        (session(1, 5, ending=Closed("stop:key")),),
        (session(1, 5, protocol=TEST, ending=Closed("assessed")),),
        (session(1, 5, protocol="unknown_here"),),
        (session(1, -2),),
    ],
    ids=["none complete", "no rhythm", "protocol not here", "dated after now"],
)
def test_what_is_not_known_is_not_called_due(sessions: tuple[Summary, ...]) -> None:
    assert only(*sessions).turn is Turn.UNKNOWN


def test_a_session_that_tells_no_time_is_no_reason_to_be_due() -> None:
    torn = Summary("000001", 1, Kind.PATIENT, Path("x"), "", CRAMP, COMPLETE, "P-017", "left")
    assert only(torn).days is None


def test_days_are_those_of_the_calendar_at_this_place() -> None:
    late = Summary("1", 1, Kind.PATIENT, Path("x"), "2026-11-24T23:30:00+00:00", CRAMP, COMPLETE, "P-017", "left")
    east = NOW.astimezone(timezone(timedelta(hours=2)))
    assert of_list([late], LIBRARY, NOW).patients[0].days == 1
    assert of_list([late], LIBRARY, east).patients[0].days == 0


def test_the_longest_wait_stands_first_and_the_unknown_last() -> None:
    listed = [
        session(4, 1, code="later"),
        session(3, 3, code="due"),
        session(2, 9, code="long"),
        session(1, 9, code="open", ending=Interrupted()),
    ]
    found = of_list(listed, LIBRARY, NOW)
    assert [patient.code for patient in found.patients] == ["long", "due", "later", "open"]


def test_sessions_without_an_end_and_damaged_ones_are_told_by_themselves() -> None:
    listed = [
        session(3, 0, ending=Unfinished()),
        session(2, 1, ending=Unreadable("cut")),
        session(1, 2, ending=Interrupted()),
    ]
    found = of_list(listed, LIBRARY, NOW)
    assert [one.number for one in found.interrupted] == [3, 1]
    assert [one.number for one in found.damaged] == [2]
    assert len(found.last) == 3


def test_codes_that_are_like_a_typed_one_are_found_and_it_is_not_its_own_likeness() -> None:
    found = of_list([session(1, 1), session(2, 1, code="p-017"), session(3, 1, code="Z9")], LIBRARY, NOW)
    assert found.like("P-017") == ("p-017",)
    assert set(found.like("P-O17")) == {"P-017"}
    assert found.like("quite-other") == ()
    assert [one.side for one in found.of("P-017")] == ["left"]


def test_a_device_is_never_called_more_than_what_was_looked_at(tmp_path: Path) -> None:
    port = tmp_path / "ttyUSB0"
    asked = {None: Device.SIMULATOR, str(port): Device.MISSING, "COM3": Device.NOT_LOOKED}
    for url, device in {**asked, "socket://10.0.0.1:9": Device.NOT_LOOKED}.items():
        found = today(tmp_path, Kind.PATIENT, url, LIBRARY, NOW)
        assert (found.device, found.address) == (device, url or "")
    port.touch()
    assert today(tmp_path, Kind.PATIENT, str(port), LIBRARY, NOW).device is Device.THERE


@pytest.mark.thorough
def test_records_that_cannot_be_read_are_said_and_hide_no_device(tmp_path: Path) -> None:
    found = today(tmp_path / ("x" * 300), Kind.PATIENT, None, LIBRARY, NOW)
    assert "too long" in found.trouble
    assert found.device is Device.SIMULATOR
