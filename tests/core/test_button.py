"""A device without a dead-man: nothing starts before a person has said by name to have its emergency button."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from helpers.desk import Desk, attended, refused
from helpers.plans import alternating_plan, simple_plan
from nmes.core import commands as c
from nmes.core import events as e
from nmes.core import session as s
from nmes.core.capabilities import ElectrodeFeedback
from nmes.core.plan import Plan
from nmes.core.session_value import TO_SIGN
from nmes.core.view import Electrode, OutputState, view

BUTTON = e.ButtonConfirmed(" Ada Weber ")
CONFIRMED = c.Note("button_confirmed", (("by", "Ada Weber"),))


def without_dead_man(plan: Plan) -> Plan:
    return replace(plan, capabilities=replace(plan.capabilities, watchdog_ms=0))


def with_button_to(state: str, *, attends: bool = False) -> Desk:
    plan = without_dead_man(simple_plan())
    desk = attended(plan) if attends else Desk.of(plan)
    desk.to_placing()
    if state == "placing":
        return desk
    desk.do(BUTTON)
    desk.read_back()
    desk.do(e.Placed(desk.pads))
    return desk


@pytest.mark.covers("SR-29")
def test_attended_the_pads_are_not_on_before_somebody_has_the_button() -> None:
    desk = with_button_to("placing", attends=True)
    assert "button" in view(desk.session, OutputState()).missing
    desk.read_back()
    assert desk.do(e.Placed(desk.pads)) == (refused("button_missing"),)
    assert desk.do(BUTTON) == (CONFIRMED,)
    shown = view(desk.session, OutputState())
    assert (shown.button_by, "button" in shown.missing) == ("Ada Weber", False)
    desk.do(e.Placed(desk.pads))
    assert isinstance(desk.state, s.Ready)
    assert "button_confirmed" in TO_SIGN, "it is shown when signing"


@pytest.mark.covers("SR-29")
def test_where_nobody_attends_nothing_starts_either() -> None:
    desk = with_button_to("placing")
    desk.do(e.Placed())
    slot = desk.session.plan.slots[0]
    assert desk.do(e.Titrate(slot.channel, slot.waveform, desk.epoch)) == (refused("button_missing"),)
    desk.do(BUTTON)
    desk.titrate(slot, 5000)
    assert desk.session.plan.level_ua(slot) == 5000


@pytest.mark.covers("SR-29")
@pytest.mark.parametrize("by", ["", "   ", "x", "yes", "aaaa"])
def test_a_name_is_needed(by: str) -> None:
    desk = with_button_to("placing")
    assert desk.do(e.ButtonConfirmed(by)) == (refused("button_unnamed"),)
    assert desk.session.progress.button_by == ""


def test_it_is_heard_where_nothing_flows_and_something_may_start() -> None:
    desk = Desk.of(without_dead_man(simple_plan()))
    desk.do(e.Identified("R", "-", "-"))
    assert desk.do(BUTTON) == (refused("not_placing"),), "the checklist comes first"
    desk = with_button_to("ready")
    slot = desk.session.plan.slots[0]
    desk.do(e.Titrate(slot.channel, slot.waveform, desk.epoch))
    assert desk.do(BUTTON) == (refused("not_placing"),), "not while current flows"
    desk.do(e.Stop("key", 1))
    assert desk.do(e.ButtonConfirmed("Berta")) == (c.Note("button_confirmed", (("by", "Berta"),)),)


def test_a_device_that_stops_by_itself_is_not_asked_for_it() -> None:
    desk = attended().to_placing()
    assert desk.do(BUTTON) == (refused("button_not_needed"),)
    assert "button" not in view(desk.session, OutputState()).missing
    desk.read_back()
    desk.do(e.Placed(desk.pads))
    assert isinstance(desk.state, s.Ready)


@pytest.mark.covers("SR-29")
def test_no_sequence_of_anything_else_enables_the_device() -> None:
    """A walk over everything a person can do, in any order; the same walk does enable once it is confirmed."""
    enabled = dict.fromkeys((False, True), 0)
    for seed in range(10):
        for confirmed in enabled:
            draw, desk = random.Random(seed), Desk.of(without_dead_man(alternating_plan()))
            if seed % 2:
                desk = attended(without_dead_man(alternating_plan()))
            for _turn in range(40):
                slot = draw.choice(desk.session.plan.slots)
                desk.do(
                    draw.choice(
                        (
                            *(e.Identified("R", "-", "-"), e.Screened((), "Ada"), e.Placed(desk.pads)),
                            *(e.ReadBack(e.Read.CODE, "P-017"), e.ReadBack(e.Read.SIDE, "left"), e.Back()),
                            *(e.Titrate(slot.channel, slot.waveform, desk.epoch), e.Start(desk.epoch)),
                            *(e.Increase(slot.channel, desk.epoch), e.Accept(desk.epoch), e.Resume(desk.epoch)),
                            *(e.Pause(), e.Stop("patient", 1), e.FeltAt(slot.channel, there=True)),
                            *((BUTTON,) if confirmed else (e.ButtonConfirmed("yes"),)),
                        )
                    )
                )
            enabled[confirmed] += sum(isinstance(command, c.Enable) for command in desk.commands)
            assert confirmed or desk.session.progress.button_by == ""
    assert enabled[False] == 0
    assert enabled[True] > 0


def test_a_device_that_never_tells_of_an_electrode_never_says_that_it_is_well() -> None:
    for feedback, expected in (
        (ElectrodeFeedback.NONE, Electrode.CANNOT_TELL),
        (ElectrodeFeedback.POLLED, Electrode.OK),
        (ElectrodeFeedback.PUSHED, Electrode.OK),
    ):
        plan = simple_plan()
        plan = replace(plan, capabilities=replace(plan.capabilities, electrode_feedback=feedback))
        desk = Desk.of(plan).to_ready()
        output = OutputState(confirmed=((1, 40_000),), confirmed_at_ms=desk.session.now_ms)
        assert view(desk.session, output).channels[0].electrode is expected
