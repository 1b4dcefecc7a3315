"""CRAMP, thresholds, forces and targets: what the keys send, and what the screens show of it."""

from __future__ import annotations

import pytest
from textual.widgets import Digits
from ui.bench_live import CRAMP, LIBRARY, Desk, compile_plan, loaded, to_ready
from ui.test_amplitude import titrate_to

from nmes.core import events as e
from nmes.core.view import Output, Word
from nmes.ui.flow import Stage
from nmes.ui.pulse_words import pulse_words, step_words
from nmes.ui.screens.forces import Forces
from nmes.ui.widgets.cramp import CrampBar

TEST = "assess_ctf_calf"


async def test_a_click_on_cramp_in_a_test_stops_at_once_and_the_summary_shows_the_frequency(desk: Desk) -> None:
    async with desk.at(Stage.RUN, protocol=TEST) as pilot:
        desk.live.until(lambda view: view.word is Word.ON)
        await desk.see(pilot)
        assert "C R A M P ?" in desk.text()
        assert "step 1 of 19: 4 Hz" in desk.text()
        stopped_us = desk.live.bench.clock.now_us
        bar = pilot.app.screen.query_one(CrampBar).region
        await pilot.mouse_down(offset=(bar.x + 30, bar.y + 1))
        assert desk.live.posted == [e.Cramp("key")]
        desk.live.run(2_000)
        assert desk.live.last_pulse_us() <= stopped_us
        await desk.see(pilot)
        await pilot.app.workers.wait_for_complete()
        await desk.see(pilot)
        assert desk.live.view.output is Output.OFF
        assert "MEASURED   gastrocnemius: cramp threshold frequency 4 Hz" in desk.text()


async def test_cramp_in_a_training_is_noted_and_says_what_to_do_until_it_is_closed(desk: Desk) -> None:
    async with desk.at(Stage.RUN) as pilot:
        desk.live.until(lambda view: view.word is Word.ON)
        await desk.see(pilot)
        assert "C R A M P ?" not in desk.text()
        await pilot.press("c")
        await desk.see(pilot)
        assert e.Cramp("key") in desk.live.posted
        assert "STOP, then stretch slowly" in desk.text()
        assert "● ON" in desk.text()
        await pilot.press("enter")
        await desk.see(pilot)
        assert "stretch slowly" not in desk.text()


async def test_the_most_tolerated_is_marked_and_the_target_stands_beside_the_level_in_ma(desk: Desk) -> None:
    async with desk.at(Stage.TITRATE) as pilot:
        assert "TARGET     x marks the most" in desk.text()
        await pilot.press("x", "w", "f")
        assert desk.live.posted == [], "nothing is felt yet, and no force is aimed at"
        assert not isinstance(pilot.app.screen, Forces)
        titrate_to(desk, 4_000)
        await pilot.press("x")
        await desk.see(pilot)
        assert e.Measure(e.What.MAX_TOLERATED, 1) in desk.live.posted
        assert "TARGET     2.0 mA, cap 3.0 mA" in desk.text()
        assert "Measured, channel 1: maximum tolerated 4.0 mA." in desk.text()
        await pilot.press("w")
        assert e.Measure(e.What.MOTOR_THRESHOLD, 1) in desk.live.posted


async def test_forces_are_typed_in_a_window_in_which_stop_works_and_nothing_rises(desk: Desk) -> None:
    async with desk.at(Stage.TITRATE, protocol="quads_older_adult") as pilot:
        assert "TARGET     f types the MVIC" in desk.text()
        titrate_to(desk, 1_000)
        await pilot.press("f")
        await pilot.pause()
        assert isinstance(pilot.app.screen, Forces)
        await pilot.press("plus", "f12")
        assert desk.live.stops[-1][0] == "key"
        assert not any(isinstance(event, e.Increase) for event in desk.live.posted)
        await pilot.press("backspace", *"400", "enter", *"1x", "enter")
        await pilot.pause()
        assert "! Write the force in N" in desk.text()
        await pilot.press("backspace", *"20", "enter")
        await desk.see(pilot)
        assert [event for event in desk.live.posted if isinstance(event, e.Measure)] == [
            e.Measure(e.What.MVIC, 1, 400_000),
            e.Measure(e.What.EVOKED, 1, 120_000),
        ]
        aim = desk.live.view.plan.aim.permille
        assert f"TARGET     {400 * aim // 1000} N ({aim // 10} %, now 30 %)" in desk.text()


async def test_between_bursts_no_figure_flickers(desk: Desk) -> None:
    async with desk.at(Stage.RUN, protocol="tens_burst") as pilot:
        desk.live.until(lambda view: view.channels[0].commanded_ua == 2_000)
        desk.live.run(1_000)
        await desk.see(pilot)
        assert "bursts of 7 pulses at 100 Hz, 2 a second" in desk.text()
        shown = set()
        for _ in range(6):
            desk.live.run(170)
            await desk.see(pilot)
            facts = desk.text()
            shown.add(("commanded 2.0 mA" in facts, "confirmed 2.0 mA" in facts, "● ON" in facts))
            assert pilot.app.screen.query_one("#amplitude", None).query_one(Digits).value == "2.0"
        assert shown == {(True, True, True)}


@pytest.mark.parametrize("protocol", ["tens_modulated"])
def test_sweeps_are_told_with_their_range(protocol: str) -> None:
    plan = compile_plan(loaded(protocol))
    said = {pulse_words(at.course) for stage in plan.stages for at in plan.at(stage.start_ms)}
    assert any("sweeps" in words or "in turn" in words or "phase" in words for words in said), said


def test_steady_trains_need_no_words_and_only_tests_have_steps() -> None:
    training, test = compile_plan(loaded(CRAMP)), compile_plan(loaded(TEST))
    assert pulse_words(training.course(training.slots[0])) == ""
    assert step_words(training, 0) == ""
    assert step_words(test, test.duration_ms) == f"step {len(test.stages)} of {len(test.stages)}: 40 Hz"


@pytest.mark.campaign
@pytest.mark.parametrize("one", LIBRARY, ids=lambda one: one.protocol.id)
async def test_no_line_is_lost_at_80x24_where_the_level_is_found(desk: Desk, one) -> None:
    async with desk.at(Stage.CHOOSE) as pilot:
        await desk.begin(pilot, one.protocol.id)
        to_ready(desk.live)
        await desk.see(pilot)
        assert "t begins from 0 mA" in desk.text()
        assert "STOP ALL" in desk.text()
