"""A stimulator without a dead-man: it is said loudly where the pads are placed, and a name stands for its button."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ui.one_screen import desk_of, on
from ui.test_place import ONE, OWNED, row

from helpers.desk import Desk
from nmes.core import events as e
from nmes.core.capabilities import ElectrodeFeedback
from nmes.core.view import Output, OutputState, Word, view
from nmes.ui import words
from nmes.ui.placing_words import contact_words, side_line
from nmes.ui.screens.place import PlaceScreen
from nmes.ui.services import Services
from nmes.ui.widgets.pad_list import PadList
from nmes.ui.widgets.state_line import second_line


def placing() -> Desk:
    desk = desk_of(ONE)
    able = replace(
        desk.session.plan.capabilities,
        model="RehaStim 1",
        watchdog_ms=0,
        group_slot_us=1500,
        electrode_feedback=ElectrodeFeedback.NONE,
    )
    desk.session = replace(desk.session, plan=replace(desk.session.plan, capabilities=able))
    desk.do(e.Screened(tuple(e.Answer(code, e.Reply.NO) for code in ONE.protocol.screening_codes), "Ada"))
    desk.do(e.ReadBack(e.Read.CODE, "P-017"))
    return desk


@pytest.mark.thorough
@pytest.mark.covers("SR-29")
async def test_it_is_loud_and_nothing_goes_on_before_a_name_is_written() -> None:
    async with on(PlaceScreen(ONE.protocol, OWNED), placing()) as (app, pilot):
        assert "✖ THE RehaStim 1 DOES NOT STOP BY ITSELF" in app.flat()
        await app.keys(pilot, "1", "l")
        assert row(app) == "button"
        read = " ".join(app.step.query_one(PadList).get_option("button").prompt.split())
        for told in (
            "The emergency button is the only independent stop.",
            "the keeper, stops it if nmes dies or stands still for 1 s",
            "NOTHING stops it: press the button",
        ):
            assert told in read, told
        assert "Contact: this stimulator NEVER TELLS that a pad is off." in app.flat()
        assert "Take the emergency button in your hand and test it." in app.flat()
        await app.keys(pilot, "f2")
        assert not any(isinstance(event, e.Placed) for event in app.done)
        assert "This stimulator does not stop by itself" in app.flat()
        await app.keys(pilot, "enter")
        assert "THE RehaStim 1 DOES NOT STOP BY ITSELF" in app.flat()
        await pilot.pause()
        assert "stops it: press the button." in app.flat(), "whole where it is answered, in 80 x 24 too"
        await app.keys(pilot, "y", "e", "s", "enter")
        assert "Write who has the emergency button: a name" in app.flat()
        await app.keys(pilot, *["backspace"] * 3, *"Ada", "enter")
        assert app.done[-1] == e.ButtonConfirmed("Ada")
        assert "✓ Emergency button in reach and tested: Ada" in app.flat()
        assert row(app) == "pain"
        await app.keys(pilot, "up")
        assert "Go on with the next row." in app.flat()
        await app.keys(pilot, "f2")
        assert app.latest.word is Word.READY


@pytest.mark.thorough
async def test_the_field_for_the_name_opens_and_closes_with_enter_and_with_the_other_field() -> None:
    async with on(PlaceScreen(ONE.protocol, OWNED), placing()) as (app, pilot):
        await app.keys(pilot, "1", "down", "enter")
        assert app.step.has_class("-button")
        app.step.action_no_side()
        assert (app.step.has_class("-button"), app.step.has_class("-why")) == (False, True)
        app.step._list.focus()
        await app.keys(pilot, "enter")
        assert (app.step.has_class("-button"), app.step.has_class("-why")) == (True, False)
        app.step._list.focus()
        await app.keys(pilot, "enter")
        assert not app.step.has_class("-button")


@pytest.mark.thorough
@pytest.mark.covers("SR-29")
async def test_what_is_left_to_do_is_the_emergency_button_wherever_it_is_said() -> None:
    desk, other = placing(), desk_of(ONE)
    async with on(PlaceScreen(ONE.protocol, OWNED), desk, services=Services(needs_button=True)) as (app, _pilot):
        assert "press the EMERGENCY BUTTON" in app.flat()
        assert "pull its cable" not in app.flat()
    for one, told in ((desk, "EMERGENCY BUTTON"), (other, "Switch the stimulator OFF")):
        unconfirmed = replace(view(one.session, OutputState()), halt_unconfirmed=True)
        assert told in second_line(unconfirmed)


def test_a_device_whose_voltage_the_program_cannot_switch_is_not_said_to_have_it_on() -> None:
    desk = placing()
    enabled = replace(view(desk.session, OutputState()), output=Output.ENABLED)
    assert words.output_words(enabled).startswith("Output at 0, ready to stimulate, confirmed")
    assert "look, and ask" in words.contact_words(enabled, enabled.channels[0].electrode)
    assert words.pads_words(enabled, enabled.channels[0].electrode) == "pads: look, and ask"
    plain = replace(view(desk_of(ONE).session, OutputState()), output=Output.ENABLED)
    assert words.pads_words(plain, plain.channels[0].electrode) == "pads: cannot tell below 15 mA"
    assert words.output_words(plain).startswith("Output at 0, high voltage on, confirmed")


@pytest.mark.covers("SR-29")
def test_the_two_rows_of_what_is_left_to_do_fit_in_80_columns() -> None:
    for hint in (words.BUTTON_HINT, words.POWER_HINT):
        assert len(hint) <= 80, hint


def test_a_side_that_fits_is_never_called_wrong_while_it_is_on_its_way() -> None:
    seen = view(placing().session, OutputState())
    assert seen.who.side == "left"
    assert "WRONG SIDE" not in side_line(seen, "left")
    assert "WRONG SIDE? You say RIGHT" in side_line(seen, "right")


def test_a_device_that_tells_at_any_current_is_not_said_to_be_blind_below_0_ma() -> None:
    desk = desk_of(ONE)
    able = replace(desk.session.plan.capabilities, electrode_floor_ua=0, electrode_feedback=ElectrodeFeedback.PUSHED)
    desk.session = replace(desk.session, plan=replace(desk.session.plan, capabilities=able))
    said = contact_words(view(desk.session, OutputState()))
    assert "told only while current flows" in said
    assert "0 mA" not in said
    assert "CANNOT TELL below 15 mA" in contact_words(view(desk_of(ONE).session, OutputState()))


def test_a_fault_of_no_channel_names_none() -> None:
    assert words.sentence("fault", channel=0, result=-1) == "The stimulator reported a fault (its number -1)."
    assert "channel 2" in words.sentence("fault", channel=2, result=8)
