"""Choosing among many: by purpose and by typing, for the patient of step 1, and where the frequency is from."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input
from ui.bench_live import CRAMP, LIBRARY, Desk, compile_plan, loaded, to_run
from ui.one_screen import OneScreen, on

from nmes.core import events as e
from nmes.core.measurement import NOBODY, Who
from nmes.core.problems import PlanError, Problem
from nmes.core.view import Word
from nmes.record.files import Kind
from nmes.runtime.origin import origin_of
from nmes.ui.flow import Stage
from nmes.ui.messages import Chosen, Edit, LookUp
from nmes.ui.protocol_filter import PURPOSES, line, matches
from nmes.ui.screens.choose import ChooseScreen, Protocols, for_words
from nmes.ui.typed_who import code_trouble, ctf_mhz, ctf_trouble
from nmes.ui.widgets.origin_line import OriginLine

DAY = "2026-01-01"
"""The bench's clock begins on it."""
WHO = Who("P-017", "left")


def listed(app: OneScreen) -> list[str]:
    return [str(option.prompt) for option in app.step.query_one(Protocols).options]


@asynccontextmanager
async def choosing(
    home: Path, who: Who = NOBODY, first: str = CRAMP, compiled: Any = compile_plan, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[OneScreen, Pilot[None]]]:
    """The list for somebody; what it asks of the records is answered."""
    async with on(ChooseScreen(LIBRARY, compiled, who, loaded(first)), size=size) as (app, pilot):
        await answered(app, pilot, home)
        yield app, pilot


async def answered(app: OneScreen, pilot: Pilot[None], home: Path) -> None:
    await pilot.pause()
    for asked in [message for message in app.said if isinstance(message, LookUp)]:
        app.step.found(asked.loaded, asked.who, origin_of(home, Kind.SIMULATION, asked.loaded, asked.who))
    await pilot.pause()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", True),
        ("calf", True),
        ("lumbar stenosis", True),
        ("nmes b", True),
        ("B", True),
        ("a", False),
        ("tens", False),
        ("assessment", False),
        ("cramp quadriceps", False),
        ("LEG", True),
        ("own", False),
    ],
)
def test_every_word_of_the_filter_has_to_fit(text: str, found: bool) -> None:
    assert matches(loaded(CRAMP), text) is found


def test_own_is_a_word_of_its_own_and_own_copies_show_their_id(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("NMES_HOME", str(tmp_path))
    shipped = loaded("tens_conventional")
    assert "known" in shipped.protocol.indication.lower()
    assert not matches(shipped, "own")
    copy = replace(shipped, path=tmp_path / "protocols" / "mine.yaml")
    assert matches(copy, "own tens")
    assert line(copy).split("\n")[1] == "  OWN tens_conventional"
    assert "OWN" not in line(shipped)


def test_every_purpose_of_the_library_has_its_group() -> None:
    assert {one.protocol.purpose for one in LIBRARY} <= set(PURPOSES)


@pytest.mark.thorough
async def test_the_list_shrinks_while_somebody_types_and_what_is_chosen_is_for_the_patient(tmp_path: Path) -> None:
    async with choosing(tmp_path, Who("P-017", "left", 18_000)) as (app, pilot):
        assert [row for row in listed(app) if row.startswith("── ")] == ["── LEG CRAMPS", "── STRENGTH", "── PAIN"]
        assert "2/8 Protocol · P-017 LEFT" in app.text()
        assert "For P-017 LEFT, CTF 18 Hz typed" in app.text()
        assert "48 Hz asked" in app.text()
        assert "typed by hand" in app.text()
        await app.keys(pilot, "slash", *"burst")
        assert listed(app) == ["── PAIN", line(loaded("tens_burst"))]
        app.step.query_one("#filter", Input).value = "zzz"
        await app.keys(pilot)
        assert "No protocol fits this filter." in app.text()
        await app.keys(pilot, "f2")
        assert not any(isinstance(message, Chosen) for message in app.said)
        app.step.query_one("#filter", Input).value = "calf ctf training"
        await answered(app, pilot, tmp_path)
        await app.keys(pilot, "down", "f2")
        assert app.said[-1] == Chosen(LIBRARY.index(loaded(CRAMP)), Who("P-017", "left", 18_000))


@pytest.mark.thorough
async def test_the_first_that_fits_is_in_hand_while_somebody_types_unless_a_row_was_chosen(tmp_path: Path) -> None:
    async with choosing(tmp_path, first="tens_conventional") as (app, pilot):
        await app.keys(pilot, "slash", *"tens")
        hits = [row for row in listed(app) if not row.startswith("── ")]
        assert len(hits) > 1
        assert line(app.step.chosen) == hits[0], "not the one that was in hand before"
        assert "F2 use it" in app.text()
        assert "Enter to the list" in app.text()
        await app.keys(pilot, "down", "down", "slash", "end", *" pain")
        assert line(app.step.chosen) == hits[1], "somebody went there"
        app.step.query_one("#filter", Input).value = "zzz"
        await app.keys(pilot)
        await app.keys(pilot)
        assert "use it" not in app.text()


@pytest.mark.thorough
async def test_a_click_marks_a_protocol_and_a_second_one_uses_it(tmp_path: Path) -> None:
    async with choosing(tmp_path, Who("P-017", "left"), first=CRAMP) as (app, pilot):
        rows = app.step.query_one(Protocols)
        app.step.query_one("#filter", Input).value = "tens"  # nothing has to be looked up for these
        await answered(app, pilot, tmp_path)
        before = rows.index
        for uses in (0, 1):
            await pilot.click(rows, offset=(4, 4))
            await answered(app, pilot, tmp_path)
            assert rows.index != before
            assert [one.index for one in app.said if isinstance(one, Chosen)] == [rows.index] * uses


@pytest.mark.thorough
async def test_letters_are_keys_in_the_list_and_text_in_the_filter(tmp_path: Path) -> None:
    async with choosing(tmp_path) as (app, pilot):
        await app.keys(pilot, "slash", "e")
        assert app.step.query_one("#filter", Input).value == "e"
        assert not any(isinstance(message, Edit) for message in app.said)
        await app.keys(pilot, "enter", "e")
        assert isinstance(app.said[-1], Edit)
        assert LIBRARY[app.said[-1].index] is app.step.chosen


@pytest.mark.thorough
async def test_the_card_follows_the_list_and_scrolls_by_page_keys(tmp_path: Path) -> None:
    async with choosing(tmp_path) as (app, pilot):
        first = app.step.chosen
        assert first.protocol.indication[:24] in app.text()
        await app.keys(pilot, "pagedown")
        await pilot.pause()
        assert first.protocol.indication[:24] not in app.text()
        await app.keys(pilot, "down")
        await answered(app, pilot, tmp_path)
        assert app.step.chosen is not first
        assert app.step.chosen.protocol.indication[:24] in app.text()


@pytest.mark.thorough
async def test_a_protocol_that_this_stimulator_cannot_deliver_says_why_and_cannot_be_used(tmp_path: Path) -> None:
    def refuse(_one, _ctf_mhz) -> None:
        why, accepted = "the pulse is longer than its period", "give a lower frequency"
        raise PlanError([Problem("channels.0", "", why, accepted, file="shelf/tens.yaml", line=3)])

    async with choosing(tmp_path, first="tens_conventional", compiled=refuse, size=(120, 40)) as (app, pilot):
        assert "CANNOT BE USED WITH THIS STIMULATOR" in app.flat()
        assert "the pulse is longer than its period" in app.flat()
        assert "tens.yaml" not in app.flat(), "which line of a file is the author's affair"
        await app.keys(pilot, "enter", "f2")
        assert not any(isinstance(message, Chosen) for message in app.said)
        assert "! This stimulator cannot give it. The card says why" in app.flat()


@pytest.mark.thorough
async def test_what_was_found_for_one_protocol_or_patient_is_never_shown_for_another() -> None:
    async with on(ChooseScreen(LIBRARY, compile_plan, WHO, loaded(CRAMP))) as (app, pilot):
        assert "looking for what was measured" in app.text()
        await app.keys(pilot, "f2")
        assert "! Wait" in app.text()
        assert {type(message) for message in app.said} == {LookUp}
        origin = origin_of(Path("/nowhere"), Kind.SIMULATION, loaded(CRAMP), Who("P-018", "left", 20_000))
        assert origin is not None
        app.step.found(app.step.chosen, Who("P-018", "left", 20_000), origin)
        await app.keys(pilot)
        assert "looking for what was measured" in app.text()
        assert "50 Hz" not in app.text()


def test_for_whom_is_told_in_one_line() -> None:
    assert for_words(NOBODY) == "Without a patient code"
    assert for_words(WHO) == "For P-017 LEFT"
    assert for_words(Who(ctf_mhz=18_500)) == "Without a patient code, CTF 18.5 Hz typed"


@pytest.mark.thorough
async def test_the_result_of_a_test_is_found_again_for_this_patient_and_side_only(tmp_path: Path) -> None:
    test = loaded("assess_ctf_calf")
    async with choosing(tmp_path, NOBODY, "assess_ctf_calf") as (app, _pilot):
        told = app.flat()
        assert "No patient code and side: a later session cannot find what is measured here." in told
        assert app.step.query_one(OriginLine).has_class("-blocked")
    async with choosing(tmp_path, Who("P-017", "right"), "assess_ctf_calf") as (app, _pilot):
        assert not app.step.query_one(OriginLine).display
    desk = Desk(tmp_path)
    live = desk._open(test, Who("P-017", "right"))
    to_run(live, 2_000)
    live.until(lambda view: view.word is Word.ON)
    live.do(e.Cramp())
    live.run(500)
    live.finish()
    async with choosing(tmp_path, Who("P-017", "right")) as (app, _pilot):
        whose = "P-017 right gastrocnemius"
        told = f"34 Hz asked: from the cramp threshold frequency of {whose}, 4 Hz, measured {DAY}"
        assert told in app.flat()
        assert f"in session {live.record.stem}" in app.flat()
    async with choosing(tmp_path, WHO) as (app, _pilot):
        assert "FALLBACK" in app.flat(), "nothing was measured of another side"


@pytest.mark.thorough
async def test_in_the_app_what_is_chosen_opens_a_session_for_the_patient(desk: Desk) -> None:
    async with desk.at(Stage.CHOOSE) as pilot:
        pilot.app.screen.choose(loaded(CRAMP))
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        await pilot.press("enter")
        await pilot.app.workers.wait_for_complete()
        await desk.see(pilot)
        assert desk.who == NOBODY
        assert desk.live.view.word is Word.SCREENING


def test_what_may_be_typed_about_a_patient() -> None:
    assert code_trouble("P-017") == code_trouble("") == ctf_trouble("") == ctf_trouble("18.5") == ""
    assert code_trouble("x" * 33)
    assert ctf_mhz("18.5") == 18_500
    assert ctf_mhz("") is None
    assert ctf_trouble("18,5") == ""
    assert "write the measured" in ctf_trouble("18,500")
    assert "cannot be right" in ctf_trouble("1")


@pytest.mark.thorough
async def test_a_protocol_of_both_legs_is_not_begun_for_one(desk: Desk) -> None:
    async with desk.at(Stage.CHOOSE) as pilot:
        await desk.begin(pilot, "quads_older_adult", Who("P-104", "left"))
        assert (desk.sessions, desk.app.stage) == ([], Stage.CHOOSE), "nothing opens"
        assert "! This protocol treats both sides: choose BOTH on step 1 (F3)" in desk.text()
        await desk.begin(pilot, "quads_older_adult", Who("P-104", "both"))
        assert desk.who == Who("P-104", "both")
