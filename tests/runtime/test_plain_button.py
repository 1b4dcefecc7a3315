"""Line by line on a stimulator without a dead-man: what is said, and the name that has to be typed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from runtime.test_plain_attended import CRAMP, STATION, WORDING, Attending, posted

from nmes.core import events as e
from nmes.core.attended import Attended
from nmes.core.capabilities import ElectrodeFeedback
from nmes.core.measurement import Who
from nmes.core.plan import compile as plan_for
from nmes.core.view import Word
from nmes.devices.sciencemode4.p24 import P24
from nmes.runtime.plain import PlainSession
from nmes.runtime.plain_teller import Teller
from nmes.trial.bench import Bench


class WithoutDeadMan(Attending):
    def __init__(self) -> None:
        self.protocol = CRAMP
        plan = plan_for(CRAMP, P24)
        able = replace(plan.capabilities, watchdog_ms=0, electrode_feedback=ElectrodeFeedback.NONE)
        attended = Attended((), CRAMP.outcomes)
        plan = replace(plan, capabilities=able)
        self.bench = Bench(plan, CRAMP.screening_codes, who=Who("P-017", "left"), attended=attended)
        self.session = PlainSession(CRAMP, WORDING, STATION)
        self.said = []
        self.run(50)


@pytest.mark.covers("SR-29")
def test_it_is_said_loudly_and_a_name_is_asked_for_before_the_pads_count() -> None:
    desk = WithoutDeadMan()
    desk.answered()
    said = "\n".join(desk.said)
    for told in (
        "! THE P24 DOES NOT STOP BY ITSELF",
        "! It never tells that an electrode is off",
        "! The emergency button is",
    ):
        assert told in said
    desk.script("code p-017", "side left", "pads 1 25", "placed")
    assert desk.view.word is Word.PLACING
    assert any("Then type button and your name" in line for line in desk.said)
    assert desk.type("button").do is None
    assert desk.type("button yes").do is None
    assert posted(desk.type("button 2")) == e.ButtonConfirmed("Grace Hopper")
    assert any(line.startswith("note: button_confirmed") or "button_confirmed" in line for line in desk.said)
    desk.script("placed", "status")
    assert desk.view.word is Word.READY
    assert any("NOT STOP BY ITSELF" in line for line in desk.said[-12:]), "status tells it again"


def test_pads_that_were_told_are_not_asked_for_again_when_the_button_is_confirmed() -> None:
    desk = WithoutDeadMan()
    desk.answered()
    desk.script("code p-017", "side left", "pads 1 25")
    before = len(desk.said)
    desk.type("button 2")
    desk.run(50)
    told = desk.said[before:]
    assert any(line.startswith("Type placed") for line in told), told
    assert not any("needs pads" in line for line in told), told


def test_a_device_without_a_number_is_named_by_what_it_is() -> None:
    desk = WithoutDeadMan()
    seen = desk.view
    assert seen.word is Word.SCREENING
    for number, told in (("-", "Stimulator: P24"), ("", "Stimulator: P24"), ("P24-7", "Stimulator: P24-7")):
        assert told in Teller(CRAMP, WORDING, STATION).look(replace(seen, device=number))


def test_of_any_other_stimulator_nothing_of_it_is_said() -> None:
    desk = Attending()
    desk.screened()
    assert not any("BY ITSELF" in line or "emergency button" in line for line in desk.said)
