"""The screens of a course: pages by keys and mouse, one entry after another; what Home and Patient tell of a plan."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static
from textual.widgets._footer import FooterKey
from ui.bench_live import CRAMP, LIBRARY, Desk, loaded
from ui.course_ledger import DIARY, LAST, PLAN, TODAY, TOLD, WHO, Ledger
from ui.test_home import DUE, LATER, day

from nmes.core.care_events import (
    CareEvent,
    Choice,
    Decided,
    Diary,
    Outcome,
    PlanEnded,
    Proposal,
    Rule,
    Withdrawn,
)
from nmes.core.course_fold import fold
from nmes.core.course_of_care import Due, Entered
from nmes.core.measurement import Who
from nmes.record.errors import RecordError
from nmes.runtime.today import Today, Turn
from nmes.ui.flow import Stage
from nmes.ui.screens.course import CourseScreen
from nmes.ui.screens.entry import EntryScreen
from nmes.ui.screens.windows import Ask, Help
from nmes.ui.widgets.choice import Choice as Choose
from nmes.ui.widgets.curve import CurvePlot
from nmes.ui.widgets.page_bar import PageBar
from nmes.ui.widgets.stop_bar import StopBar
from tests.core.course_making import did


def desk_of(home: Path, ledger: Ledger, today: Callable[[], Today] = lambda: day(DUE, LATER), **more: Any) -> Desk:
    return Desk(home, course=ledger.course, enter_care=ledger.enter, today=today, **more)


@asynccontextmanager
async def opened(
    home: Path, ledger: Ledger, *keys: str, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Desk, Pilot[None]]]:
    """The course of the first patient of Home."""
    desk = desk_of(home, ledger)
    async with desk.at(Stage.HOME, size=size) as pilot:
        await desk.app.workers.wait_for_complete()  # Home has read who there is
        await press(desk, pilot, "f5")
        for _turn in range(200):
            if isinstance(desk.app.screen, CourseScreen):
                break
            await desk.app.workers.wait_for_complete()
            await pilot.pause()
        await press(desk, pilot, *keys)
        yield desk, pilot


ASKS = {"f5", "f2", "enter", "f3", "escape"}
"""Keys after which records may be read or written, in a thread, and then again."""


async def press(desk: Desk, pilot: Pilot[None], *keys: str) -> None:
    """One after the other; what a key asks of the records, and what that asks again, has come."""
    for key in keys:
        await pilot.press(key)
        if key in ASKS:
            for _turn in range(3):
                await desk.app.workers.wait_for_complete()
                await pilot.pause()
    await pilot.pause()


def rows_of(desk: Desk) -> list[str]:
    listed = desk.app.screen.query_one(OptionList)
    return [" ".join(str(option.prompt).split()) for option in listed.options]


def note(desk: Desk) -> str:
    return str(desk.app.screen.query_one("#note", Static).content)


def says(desk: Desk) -> str:
    return str(desk.app.screen.query_one("#entry-says", Static).content)


# --- looking ---


@pytest.mark.thorough
@pytest.mark.parametrize("size", [(80, 24), pytest.param((120, 40), marks=pytest.mark.campaign)])
async def test_the_pages_are_walked_by_keys_and_mouse_and_nothing_is_cut_off(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    ledger = Ledger()
    async with opened(tmp_path, ledger, size=size) as (desk, pilot):
        assert isinstance(desk.app.screen, CourseScreen)
        assert any("A session is overdue" in row for row in rows_of(desk))
        assert any(row.startswith("? 65 % instead of 55 %") for row in rows_of(desk))
        assert threading.main_thread().name not in ledger.threads
        for title in ("Outcomes", "Cramp diary", "Entries", "Entries"):
            await desk.see(pilot)
            assert_whole(desk, size)
            await press(desk, pilot, "right")
            assert f"▸{title}◂" in desk.text()
        assert rows_of(desk)[0].startswith("2026-11-02 told of session 000009-x")
        await pilot.click(PageBar, offset=(18, 0))
        await pilot.pause()
        assert "▸Outcomes◂" in desk.text()
        assert "│" in str(desk.app.screen.query_one(CurvePlot).content)
        await press(desk, pilot, "f3")
        assert desk.app.screen is desk.app.step


def assert_whole(desk: Desk, size: tuple[int, int]) -> None:
    """Everything is inside the window, the STOP bar at its bottom, the footer not cut, no row longer than its place."""
    screen, text = desk.app.screen, desk.text()
    bar = screen.query_one(StopBar).region
    assert (bar.width, bar.height, bar.bottom) == (size[0], 3, size[1])
    assert "F1 help" in text
    assert "…" not in text
    assert max(key.region.right for key in screen.query(FooterKey)) <= size[0]
    regions = [widget.region for widget in screen.query("#body > *") if widget.display]
    assert all(above.bottom <= below.y for above, below in pairwise(regions))
    assert all(region.height > 0 for region in regions)
    for shown in screen.query("#body Static, #note, #missing").results(Static):
        width = shown.content_size.width
        needs = shown.get_content_height(desk.app.size, desk.app.size, width) if width else 0
        assert needs <= shown.content_size.height, shown.content
    listed = screen.query(OptionList)
    for options in listed.results(OptionList):
        width = options.scrollable_content_region.width
        assert all(len(line) <= width for option in options.options for line in str(option.prompt).split("\n"))


@pytest.mark.campaign
async def test_a_course_that_cannot_be_read_is_one_line_and_damaged_records_are_loud(tmp_path: Path) -> None:
    ledger = Ledger(refuse=RecordError("the records \x1b[31m cannot be read"))
    async with opened(tmp_path, ledger) as (desk, pilot):
        assert note(desk) == "✖ The course cannot be read: the records \ufffd[31m cannot be read"
        assert "being read" not in desk.text()
        await press(desk, pilot, "enter", "a", "d", "o", "p", "e")
        assert isinstance(desk.app.screen, CourseScreen), "nothing is entered into what could not be read"
        ledger.refuse = None
        desk.app.screen.show_course(replace(ledger.course(Who(*WHO)), trouble=("000004-x",)))
        await pilot.pause()
        assert note(desk).startswith("✖ 1 record cannot be believed")
        assert rows_of(desk)[0].startswith("! 000004-x cannot be believed")
        desk.app.screen.show_course(ledger.course(Who("P-018", "left")))
        await pilot.pause()
        assert rows_of(desk)[0].startswith("! 000004-x"), "somebody else's course is not shown"


@pytest.mark.thorough
async def test_no_key_of_these_screens_reaches_an_output_and_every_stop_is_heard(tmp_path: Path) -> None:
    async with opened(tmp_path, Ledger()) as (desk, pilot):
        stops: list[str] = []
        desk.app.stop = stops.append  # type: ignore[method-assign]  # what the app does with a STOP, without a session
        await press(desk, pilot, "f12", "ctrl+c")
        await pilot.click(StopBar)
        await press(desk, pilot, "p", "f12")
        await pilot.click(StopBar)
        assert stops == ["key", "key", "mouse", "key", "mouse"]
        assert desk.sessions == []
        await press(desk, pilot, "f9", "f10", "f6")
        assert isinstance(desk.app.screen, EntryScreen)


# --- entering ---


@pytest.mark.thorough
async def test_a_week_of_the_diary_is_entered_and_everything_is_told_anew(tmp_path: Path) -> None:
    ledger = Ledger(events=[PLAN])
    async with opened(tmp_path, ledger, "d") as (desk, pilot):
        assert "Missing: Cramps in the week; who enters it" in desk.text()
        await press(desk, pilot, "f2")
        assert note(desk) == "! Not entered. Missing: Cramps in the week; who enters it"
        await press(desk, pilot, "6", "tab", "1", "1")
        assert note(desk) == "! worst cramp 11: give 0 to 10"
        assert says(desk) == ""
        await press(desk, pilot, "backspace", "tab", "tab", *"Ada")
        assert says(desk) == "F2 enters: diary of the week of 2026-11-09: 6 cramps, the worst 1 of 10"
        assert_whole(desk, (80, 24))
        await press(desk, pilot, "f2")
        assert isinstance(desk.app.screen, CourseScreen)
        assert ledger.events[-1] == Diary(*WHO, "2026-11-09", 6, 1)
        assert ledger.by == ["Ada"]
        assert note(desk) == "Entered: diary of the week of 2026-11-09: 6 cramps, the worst 1 of 10, by Ada."
        await press(desk, pilot, "right", "right", "down")
        assert rows_of(desk)[1].startswith("● 2026-11-09 6 cramps; the worst 1 of 10")
        await press(desk, pilot, "enter")
        assert desk.app.screen.query_one("#by", Input).value == "Ada", "who entered last is not typed again"
        assert "On record: 6 cramps" in desk.text()


@pytest.mark.thorough
async def test_a_proposal_is_changed_with_a_reason_by_a_therapist_of_the_station(tmp_path: Path) -> None:
    ledger = Ledger()
    async with opened(tmp_path, ledger) as (desk, pilot):
        at = next(at for at, row in enumerate(rows_of(desk)) if "65 %" in row)
        desk.app.screen.query_one(OptionList).highlighted = at
        await press(desk, pilot, "enter", "right", "right", "down", "ctrl+u", *"60")
        assert "Missing: Why; who enters it" in desk.text()
        await press(desk, pilot, "down", *"small steps", "down", "2")
        desk.app.screen.query_one("#by").therapists = ("A. Weber", "B. Lang")
        assert_whole(desk, (80, 24))
        await press(desk, pilot, "f2")
        decided = ledger.events[-1]
        assert isinstance(decided, Decided)
        assert (decided.choice, dict(decided.chosen)["to_permille"]) == (Choice.CHANGED, 600)
        assert ledger.by == ["B. Lang"]
        assert any("60 % of the most tolerated, not 65 %" in row for row in rows_of(desk))


@pytest.mark.thorough
async def test_what_is_not_entered_is_left_only_after_a_question(tmp_path: Path) -> None:
    ledger = Ledger()
    async with opened(tmp_path, ledger) as (desk, pilot):
        await press(desk, pilot, "p", "escape")
        assert isinstance(desk.app.screen, CourseScreen), "nothing was typed"
        await press(desk, pilot, "a", "4")
        for key in ("escape", "f3", "ctrl+q"):
            await press(desk, pilot, key)
            assert isinstance(desk.app.screen, Ask), key
            await press(desk, pilot, "n")
            assert isinstance(desk.app.screen, EntryScreen), key
        await press(desk, pilot, "f3", "enter")
        assert isinstance(desk.app.screen, CourseScreen), "and only this one is left"
        assert len(ledger.events) == len(Ledger().events)


@pytest.mark.campaign
async def test_what_cannot_be_written_is_told_and_nothing_typed_is_lost(tmp_path: Path) -> None:
    ledger = Ledger()
    async with opened(tmp_path, ledger, "e", *"moved away", "tab", *"Ada") as (desk, pilot):
        ledger.refuse = RecordError("a session is being recorded")
        await press(desk, pilot, "f2")
        assert note(desk) == "! It was not entered: a session is being recorded"
        assert desk.app.screen.query_one("#reason", Input).value == "moved away"
        ledger.refuse = None
        await press(desk, pilot, "f2")
        assert ledger.events[-1] == PlanEnded(*WHO, str(TODAY), "moved away")
        assert "No plan is in force. Enter makes one." in rows_of(desk)
        await desk.see(pilot)
        assert "end plan" not in desk.text(), "what is not heard is not offered"


@pytest.mark.campaign
async def test_an_entry_is_withdrawn_once_and_a_withdrawal_never(tmp_path: Path) -> None:
    ledger = Ledger(events=[PLAN])
    async with opened(tmp_path, ledger, "right", "right", "right", "enter") as (desk, pilot):
        await press(desk, pilot, *"wrong leg", "tab", *"Ada", "f2")
        assert ledger.events[-1] == Withdrawn(*WHO, "000001-care", 2, "wrong leg")
        assert rows_of(desk)[1].endswith("(withdrawn: it counts no longer)")
        for row in ("home", "down"):
            await press(desk, pilot, row, "enter")
            assert isinstance(desk.app.screen, CourseScreen)
            assert note(desk) == "This entry cannot be withdrawn."


@pytest.mark.campaign
async def test_an_outcome_is_measured_from_its_row_and_a_choice_changes_its_unit(tmp_path: Path) -> None:
    ledger = Ledger()
    async with opened(tmp_path, ledger, "right", "enter") as (desk, pilot):
        assert "The week from Monday 2026-11-09" in desk.text(), "cramps come from the diary"
        await press(desk, pilot, "escape", *["down"] * 5, "enter")
        assert desk.app.screen.query_one("#what", Choose).value == Outcome.TUG.value.removesuffix("_ms")
        await press(desk, pilot, "down")
        assert "In s, such as 9.4" in desk.text()
        await press(desk, pilot, "up", "right", "right", "down")
        assert "In m, such as 9.4" in desk.text()


@pytest.mark.campaign
async def test_a_form_that_is_being_written_is_entered_once_and_waits(tmp_path: Path) -> None:
    begun = threading.Event()
    ledger = Ledger()

    def slow(event: CareEvent, by: str) -> str:
        begun.set()
        assert ledger.may_end.wait(30)
        return ledger.enter(event, by)

    desk = Desk(tmp_path, course=ledger.course, enter_care=slow, today=lambda: day(DUE))
    async with desk.at(Stage.HOME) as pilot:
        await press(desk, pilot, "f5", "d", "5", "tab", "tab", "tab", *"Ada")
        await pilot.press("f2")
        await pilot.pause()
        assert begun.wait(30)
        await pilot.press("f2", "f3", "f12")
        assert isinstance(desk.app.screen, EntryScreen), "it leaves by itself as soon as it is on the disk"
        assert "It is being written" in note(desk)
        await press(desk, pilot, "f1")
        assert isinstance(desk.app.screen, Help)
        ledger.may_end.set()
        await desk.app.workers.wait_for_complete()
        await pilot.pause()
        assert isinstance(desk.app.screen, Help), "what lies over it is not taken away with it"
        await press(desk, pilot, "escape")
        assert isinstance(desk.app.screen, CourseScreen)
        assert ledger.by == ["Ada"], "once"


@pytest.mark.thorough
@pytest.mark.parametrize("fails", [False, True])
async def test_a_quit_while_something_is_entered_waits_to_hear_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, fails: bool
) -> None:
    begun, ledger = threading.Event(), Ledger()

    def slow(event: CareEvent, by: str) -> str:
        begun.set()
        assert ledger.may_end.wait(30)
        return ledger.enter(event, by)

    ended = list[bool]()
    desk = Desk(tmp_path, course=ledger.course, enter_care=slow, today=lambda: day(DUE))
    monkeypatch.setattr(desk.app, "exit", lambda: ended.append(True))
    async with desk.at(Stage.HOME) as pilot:
        await press(desk, pilot, "f5", "d", "5", "tab", "tab", "tab", *"Ada")
        ledger.refuse = RecordError("a session is being recorded") if fails else None
        await pilot.press("f2")
        await pilot.pause()
        assert begun.wait(30)
        await pilot.press("ctrl+q")
        assert not ended
        assert "the program ends when it is there" in note(desk)
        ledger.may_end.set()
        await desk.app.workers.wait_for_complete()
        await pilot.pause()
        assert (ended, ledger.by) == (([], []) if fails else ([True], ["Ada"]))
        if fails:
            assert note(desk) == "! It was not entered: a session is being recorded"


@pytest.mark.campaign
async def test_a_small_window_enters_nothing(tmp_path: Path) -> None:
    ledger = Ledger()
    async with opened(tmp_path, ledger, "d", "5", "tab", "tab", "tab", *"Ada") as (desk, pilot):
        await desk.resize(pilot, 60, 20)
        await press(desk, pilot, "f2")
        assert isinstance(desk.app.screen, EntryScreen)
        assert ledger.by == []


# --- what Home and Patient tell of it ---


def due_today(today: Today, **plans: Due) -> Today:
    """With plans, by code, and what speaks against a session; the side is that of P-017."""
    of = {(code.replace("_", "-"), "left"): due for code, due in plans.items()}
    against = {whose: due.against for whose, due in of.items() if due.against is not None}
    return replace(today, plans=of, against=against)


PLANNED = fold(*WHO, [did(PLAN)], (), TODAY).plan
assert PLANNED is not None


@pytest.mark.thorough
async def test_home_offers_the_course_of_who_is_stood_on_and_shows_who_is_awaited(tmp_path: Path) -> None:
    ledger = Ledger()
    late = replace(day(DUE, LATER).patients[0], turn=Turn.DUE, in_days=-3)
    base = replace(day(DUE, LATER), patients=(late, day(DUE, LATER).patients[1]))
    today = due_today(base, P_017=Due(PLANNED, -3), P_500=Due(PLANNED, 0))
    desk = desk_of(tmp_path, ledger, lambda: today)
    async with desk.at(Stage.HOME) as pilot:
        await desk.see(pilot)
        text = desk.text()
        assert "● 3 days late" in text
        assert "P-500 LEFT       ● due today       no session yet" in text
        assert "F5 course" in text
        await press(desk, pilot, "end")
        await desk.see(pilot)
        assert "F5 course" not in desk.text(), "nobody stands there"
        await press(desk, pilot, "f5")
        assert desk.app.screen is desk.app.step
        await press(desk, pilot, "up", "f5")
        assert "Course of care: P-500 LEFT" in desk.text()
        await press(desk, pilot, "f3", "enter")
        assert desk.app.stage is Stage.PATIENT
        assert "P-500: no session on record" not in desk.text(), "who is awaited is not taken for a mistyped code"
        assert "The next session is due today. F5: the whole course." in desk.text()
        assert desk.app.hand.first is not None
        assert desk.app.hand.first.protocol.id == CRAMP, "the plan's protocol is highlighted next"


@pytest.mark.thorough
async def test_the_patients_screen_tells_what_speaks_against_a_session_and_what_is_agreed(tmp_path: Path) -> None:
    decided = Decided(*WHO, Rule.SHARE, LAST.session, (), Choice.DECLINED, "", (), "not yet")
    ledger = Ledger(events=[*DIARY, PLAN, TOLD, decided])
    against = Due(PLANNED, -3, Proposal(Rule.NO_STIMULATION))
    desk = desk_of(tmp_path, ledger, lambda: due_today(day(DUE), P_017=against))
    async with desk.at(Stage.HOME) as pilot:
        await press(desk, pilot, "enter")
        text = " ".join(desk.text().split())
        assert "✖ NO STIMULATION: dark urine was told. To a doctor at once." in text
        assert "overdue" not in text
        assert "Declined by Anna on 2026-11-02: a greater share; why: not yet" in text
        assert "Proposed: MEASURE the cramp threshold frequency: none is on record." in text
        await press(desk, pilot, "f5")
        assert isinstance(desk.app.screen, CourseScreen)
        await press(desk, pilot, "f3", "end", "backspace")
        assert "NO STIMULATION" not in desk.text(), "that is said of nobody else"


@pytest.mark.thorough
async def test_what_speaks_against_a_session_is_told_without_a_plan_and_before_a_side_is_chosen(
    tmp_path: Path,
) -> None:
    stop = Proposal(Rule.NO_STIMULATION, session="000004-x")
    against = {("P-017", side): stop for side in ("", "left", "right", "both")}
    desk = desk_of(tmp_path, Ledger(events=[]), lambda: replace(day(DUE), against=against))
    async with desk.at(Stage.PATIENT) as pilot:
        await press(desk, pilot, *"P-01")
        assert "NO STIMULATION" not in desk.text()
        await press(desk, pilot, "7")
        told = "✖ NO STIMULATION: dark urine was told. To a doctor at once. It was told of session 000004"
        assert told in " ".join(desk.text().split())
        await press(desk, pilot, "tab", "r")
        assert told in " ".join(desk.text().split()), "a side that is new"


@pytest.mark.thorough
async def test_a_booster_is_told_on_home_and_at_step_1(tmp_path: Path) -> None:
    over = replace(day(DUE, LATER).patients[0], turn=Turn.BOOSTER, in_days=10)
    base = replace(day(DUE, LATER), patients=(over, replace(day(DUE, LATER).patients[1], turn=Turn.BOOSTER)))
    today = due_today(base, P_017=Due(PLANNED, None, booster_in_days=10))
    desk = desk_of(tmp_path, Ledger(), lambda: today)
    async with desk.at(Stage.HOME) as pilot:
        await desk.see(pilot)
        assert "○ booster: 10 d" in desk.text()
        assert "plan is over" not in desk.text()
        await press(desk, pilot, "enter")
        told = "The weeks of the plan are over; one booster session is due in 10 days. F5: the whole course."
        assert told in " ".join(desk.text().split())


@pytest.mark.campaign
async def test_a_course_belongs_to_one_side_and_is_offered_where_there_are_records(tmp_path: Path) -> None:
    desk = desk_of(tmp_path, Ledger())
    async with desk.at(Stage.PATIENT) as pilot:
        await press(desk, pilot, *"P-900", "f5")
        assert note(desk) == "! Write the patient's code and choose the side: a course belongs to one side."
        await press(desk, pilot, "tab", "r", "f5")
        assert "Course of care: P-900 RIGHT" in desk.text()
        assert "No plan is in force. Enter makes one." in rows_of(desk)
    bare = Desk(tmp_path, today=lambda: day(DUE))
    async with bare.at(Stage.HOME) as pilot:
        assert "F5 course" not in bare.text()


def test_the_library_has_what_the_plan_is_made_of() -> None:
    assert loaded(CRAMP) in LIBRARY
    assert isinstance(did(PLAN), Entered)


@pytest.mark.thorough
async def test_enter_on_a_row_that_only_tells_says_that(tmp_path: Path) -> None:
    async with opened(tmp_path, Ledger(events=[])) as (desk, pilot):
        screen = desk.app.screen
        assert isinstance(screen, CourseScreen)
        plain = [at for at, row in enumerate(screen._rows) if row.about is None and not row.heading]
        screen.query_one(OptionList).highlighted = plain[0]
        await press(desk, pilot, "enter")
        assert "This row only tells; nothing opens from it." in desk.text()
