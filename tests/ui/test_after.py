"""After the treatment: what is found, by single keys and by words, and that nothing is found that was only begun."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.widgets import Input
from textual.widgets._footer import FooterKey
from ui.bench_live import CRAMP, LIBRARY, loaded
from ui.one_screen import OneScreen, after, on

from helpers.rows import bundled
from nmes.core import events as e
from nmes.core.care import after_cramp
from nmes.core.events import Finding, Observed, What
from nmes.core.measurement import Measured
from nmes.runtime.library import Library, Loaded, shipped_folder
from nmes.ui.findings import Item, Owed, answer, first_missing, found, items, opened, row_lines, written
from nmes.ui.messages import ToSign
from nmes.ui.screens.after import AfterScreen
from nmes.ui.widgets.finding_list import FindingList
from nmes.ui.widgets.stop_bar import StopBar

ONE = loaded(CRAMP)
SKIN, PAIN, FIRST, SECOND, ADVERSE, NOTE = items(ONE.protocol)


def item(app: OneScreen) -> Item:
    return app.step.query_one(FindingList).item


@pytest.mark.thorough
async def test_numbers_are_one_key_each_and_f2_leads_to_what_is_missing_and_then_to_the_signature() -> None:
    async with on(AfterScreen(ONE.protocol), after(ONE)) as (app, pilot):
        assert "▸ Skin: 0 normal, 1 redness, 2 irritation, 3 burn or blister; x not done" in app.text()
        assert app.step.query_one(StopBar).region.height == 3, "STOP is there too"
        await app.keys(pilot, "0", "t")
        assert app.done == [Observed(Finding.SKIN, 0, of="1"), Observed(Finding.NRS, 10)]
        assert "[  normal  ]" in app.text()
        assert "[ 10 of 10 ]" in app.text()
        assert item(app) == FIRST
        await app.keys(pilot, "f2")
        assert app.said == [], "nobody signs before everything required is found"
        assert item(app) == ADVERSE
        assert "! Still missing: Adverse event" in app.text()
        await app.keys(pilot, "n", "f2")
        assert app.done[-1] == Observed(Finding.ADVERSE, 0)
        assert [type(message) for message in app.said] == [ToSign]


@pytest.mark.thorough
async def test_what_needs_words_is_owed_until_they_are_written_and_letters_alone_are_no_words() -> None:
    async with on(AfterScreen(ONE.protocol), after(ONE)) as (app, pilot):
        await app.keys(pilot, "0", "3", "down", "down", "y", "tab", *"itch")
        assert [one.finding for one in app.done] == [Finding.SKIN, Finding.NRS], "what is only begun is not sent"
        assert "↳ STILL OWED: the words. Enter writes them." in app.text()
        await app.keys(pilot, "f2")
        assert app.said == []
        assert item(app) == ADVERSE
        await app.keys(pilot, "enter", *"no", "enter")
        assert "says nothing" in app.text()
        await app.keys(pilot, *" skin itched", "enter")
        assert app.done[-1] == Observed(Finding.ADVERSE, 1, "no skin itched")
        await app.keys(pilot, "f2")
        assert [type(message) for message in app.said] == [ToSign], "outcomes may stay open, with a reason at the end"


@pytest.mark.thorough
async def test_an_outcome_has_a_result_or_a_reason_and_a_note_may_be_taken_back() -> None:
    async with on(AfterScreen(ONE.protocol), after(ONE)) as (app, pilot):
        await app.keys(pilot, "down", "down", "enter", "3", "enter")
        assert app.done[-1] == Observed(Finding.OUTCOME, 1, "3", FIRST.of)
        await app.keys(pilot, "x")
        assert item(app) == SECOND
        await app.keys(pilot, "enter", *"no time", "enter")
        assert app.done[-1] == Observed(Finding.OUTCOME, None, "no time", SECOND.of)
        assert [code for code in app.latest.missing if code.startswith("outcome")] == []
        await app.keys(pilot, "down", "enter", *"calm", "enter")
        assert app.done[-1] == Observed(Finding.NOTE, None, "calm")
        await app.keys(pilot, "enter", *["backspace"] * 4, "enter")
        assert app.done[-1] == Observed(Finding.NOTE, None, "")
        assert found(NOTE, app.latest.observed) is None


@pytest.mark.thorough
async def test_a_held_number_answers_one_row_and_the_same_letter_again_takes_back_what_is_owed() -> None:
    async with on(AfterScreen(ONE.protocol), after(ONE)) as (app, pilot):
        await app.keys(pilot, "0")
        await app.keys(pilot, *"00000", apart_ms=33)
        assert app.done == [Observed(Finding.SKIN, 0, of="1")]
        await app.keys(pilot, "x", "tab")
        assert "[ NOT DONE ] Pain now" in app.text()
        await app.keys(pilot, "x")
        assert "[    ?     ] Pain now" in app.text()
        await app.keys(pilot, "7", "y")
        assert app.done[-1] == Observed(Finding.NRS, 7)
        assert "! That key is no answer here." in app.text()


@pytest.mark.thorough
async def test_a_field_that_is_left_keeps_nothing() -> None:
    async with on(AfterScreen(ONE.protocol), after(ONE)) as (app, pilot):
        await app.keys(pilot, "down", "down", "enter", *"half a thou", "tab")
        assert isinstance(app.focused, FindingList)
        assert app.done == []
        await app.keys(pilot, "n")
        assert app.done == []


@pytest.mark.thorough
async def test_every_answer_can_be_clicked_and_a_click_never_repeats_the_last_key() -> None:
    async with on(AfterScreen(ONE.protocol), after(ONE)) as (app, pilot):

        async def click(action: str) -> None:
            await app.keys(pilot)
            await app.keys(pilot)
            await pilot.click(next(key for key in app.step.query(FooterKey) if key.action == action))
            await app.keys(pilot)

        await app.keys(pilot, "3", "up")
        await click("screen.next_value")
        await click("screen.next_value")
        assert app.done[1:] == [Observed(Finding.SKIN, 0, of="1"), Observed(Finding.SKIN, 1, of="1")]
        assert item(app) == SKIN, "so that another click corrects it"
        app.step.query_one(FindingList).choose(ADVERSE)
        await click("screen.answer('n')")
        assert app.done[-1] == Observed(Finding.ADVERSE, 0)


@pytest.mark.thorough
async def test_not_done_opens_the_field_at_once_and_f2_loses_nothing_that_is_being_written() -> None:
    async with on(AfterScreen(ONE.protocol), after(ONE)) as (app, pilot):
        await app.keys(pilot, "x", *"pads stay on", "enter")
        assert app.done == [Observed(Finding.SKIN, None, "pads stay on", "1")]
        await app.keys(pilot, "3", "x", *"no", "f2")
        assert "says nothing" in app.text()
        assert app.step.query_one("#words", Input).value == "no", "it is still there"
        await app.keys(pilot, *" diary", "f2")
        assert app.done[-1] == Observed(Finding.OUTCOME, None, "no diary", FIRST.of)


@pytest.mark.thorough
async def test_a_digit_begins_the_result_of_an_outcome_and_the_row_of_keys_says_what_is_heard() -> None:
    async with on(AfterScreen(ONE.protocol), after(ONE)) as (app, pilot):
        await app.keys(pilot)
        assert "0-9 answer" in app.flat()
        assert "n nothing" not in app.flat()
        await app.keys(pilot, "down", "down")
        await app.keys(pilot)
        assert "0-9 value" in app.flat()
        assert "y yes" not in app.flat()
        await app.keys(pilot, "1", "2", "enter")
        assert app.done == [Observed(Finding.OUTCOME, 1, "12", FIRST.of)]


@pytest.mark.thorough
async def test_what_the_session_measured_stands_there_to_be_confirmed() -> None:
    test = Library().load("assess_ctf_calf")
    desk = after(test)
    desk.session = replace(desk.session, measured=(Measured(What.CTF, 1, 18_000),))
    async with on(AfterScreen(test.protocol), desk) as (app, pilot):
        await app.keys(pilot, "down", "down", "enter")
        assert app.step.query_one("#words", Input).value == "18 Hz, gastrocnemius"
        assert app.done == [], "it is not an answer before it is confirmed"
        await app.keys(pilot, "enter")
        assert app.done == [Observed(Finding.OUTCOME, 1, "18 Hz, gastrocnemius", test.protocol.outcomes[0])]


# --- the findings, without a screen ---


@bundled(
    ("one", "key", "said"),
    [
        (SKIN, "3", Observed(Finding.SKIN, 3, of="1")),
        (SKIN, "4", None),
        (SKIN, "x", Owed(SKIN, None)),
        (PAIN, "0", Observed(Finding.NRS, 0)),
        (PAIN, "t", Observed(Finding.NRS, 10)),
        (PAIN, "٣", None),
        (FIRST, "3", None),
        (FIRST, "x", Owed(FIRST, None)),
        (ADVERSE, "n", Observed(Finding.ADVERSE, 0)),
        (ADVERSE, "y", Owed(ADVERSE, 1)),
        (NOTE, "x", None),
        (NOTE, "1", None),
    ],
)
def test_which_key_says_what(one: Item, key: str, said: Observed | Owed | None) -> None:
    assert answer(one, key) == said


def test_a_number_is_a_result_but_no_reason() -> None:
    assert written(Owed(FIRST, 1), " 3 ") == Observed(Finding.OUTCOME, 1, "3", FIRST.of)
    assert written(Owed(FIRST, 1), " ") is None
    assert written(Owed(FIRST, None), "3") is None
    assert written(Owed(ADVERSE, 1), "no") is None


def test_enter_opens_what_is_owed_a_result_or_a_note_and_nothing_where_a_key_answers() -> None:
    assert opened(PAIN, None) is None
    assert opened(PAIN, Owed(PAIN, None)) == Owed(PAIN, None)
    assert opened(FIRST, None) == Owed(FIRST, 1)
    assert opened(NOTE, None) == Owed(NOTE, None)


def test_the_last_finding_of_a_thing_counts_and_one_begun_again_is_missing_again() -> None:
    seen = [Observed(Finding.ADVERSE, 0), Observed(Finding.ADVERSE, 1, "itch")]
    assert found(ADVERSE, seen) == seen[1]
    assert first_missing((ADVERSE,), seen, {}) is None
    assert first_missing((ADVERSE,), seen, {ADVERSE.id: Owed(ADVERSE, 1)}) == ADVERSE
    assert first_missing((FIRST,), [], {}) is None, "an outcome does not keep from signing, it needs a reason there"


def fits(one: Loaded) -> None:
    for row in items(one.protocol):
        for owed in (None, Owed(row, None)):
            lines = row_lines(row, Observed(row.finding, None, "because " * 9, row.of), owed, 62)
            assert all(len(line) <= 76 for line in lines), one.protocol.id
            assert len(lines) <= 6


@bundled("one", LIBRARY, ids=lambda one: one.protocol.id)
def test_every_row_fits_80_columns(one: Loaded) -> None:
    fits(one)


@pytest.mark.campaign
def test_every_shipped_protocol_fits_80_columns() -> None:
    for entry in Library((shipped_folder(),)).list():
        assert entry.loaded is not None
        fits(entry.loaded)


def test_events_are_those_of_the_session() -> None:
    assert {one.finding for one in items(ONE.protocol)} == set(e.Finding)


@pytest.mark.thorough
async def test_the_advice_on_a_cramp_is_read_whole_below_what_was_measured() -> None:
    test = Library().load("assess_ctf_calf")
    desk = after(test)
    found = tuple(Measured(What.CTF, 10_000 + 1_000 * n, 1) for n in range(3))
    desk.session = replace(desk.session, measured=found)
    async with on(AfterScreen(test.protocol), desk) as (app, pilot):
        await pilot.pause()
        for line in after_cramp(test.protocol.body_regions):
            assert line in app.flat()
        assert "Back of the thigh" not in app.flat(), "it is the calf"
        assert "▸ " in app.text().split("Then rest")[1], "the row in hand is in sight"
