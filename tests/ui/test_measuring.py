"""CRAMP, thresholds, forces and targets: what the keys send, and what the screens show of it."""

from __future__ import annotations

import pytest
from textual.widgets import Digits
from ui.bench_live import CRAMP, LIBRARY, Desk, compile_plan, loaded, titrate, to_ready
from ui.test_amplitude import titrate_to

from nmes.core import events as e
from nmes.core.protocol_trust import UNCLEAR
from nmes.core.view import Output, Word
from nmes.ui.flow import Stage
from nmes.ui.pulse_doubts import level_words
from nmes.ui.pulse_words import pulse_words, step_words
from nmes.ui.screens.forces import Forces
from nmes.ui.widgets.cramp import CrampBar

TEST = "assess_ctf_calf"
ADVICE = "STOP, then stretch slowly"


def start(desk: Desk) -> None:
    """The level found anew, and the first train."""
    titrate(desk.live, 1, 0, 2_000)
    desk.live.do(e.Start(desk.live.view.epoch))
    desk.live.until(lambda view: view.word is Word.ON)


def footer(desk: Desk) -> str:
    """The row of keys."""
    return desk.text().split("\n")[-4]


def flat(desk: Desk) -> str:
    return " ".join(desk.text().split())


@pytest.mark.thorough
async def test_cramp_is_the_result_while_a_test_runs_and_only_noted_after_a_stop(desk: Desk) -> None:
    async with desk.at(Stage.TITRATE, protocol=TEST) as pilot:
        assert "It pauses when no key is pressed for" in flat(desk)
        titrate_to(desk, 1_000)
        await desk.see(pilot)
        assert "C R A M P ?" not in desk.text(), "nothing is promised while a level is found"
        assert "+ LOCKED" in desk.text()
        assert "c cramp: to 0" in footer(desk)
        await pilot.press("c")
        desk.live.run(500)
        await desk.see(pilot)
        assert desk.live.view.output is not Output.ON
        assert "NOT MEASURED: no train of the test has run yet" in flat(desk)
        start(desk)
        desk.live.until(lambda view: view.word is Word.REST)
        await desk.see(pilot)
        assert "To next train" in desk.text()
        await pilot.press("f12")
        desk.live.run(1_000)
        await desk.see(pilot)
        assert "C R A M P ?" not in desk.text()
        assert "c cramp " in footer(desk)
        await pilot.press("c")
        await desk.see(pilot)
        assert desk.live.view.measured == ()
        assert "NOT MEASURED" in desk.text()

        start(desk)
        desk.live.posted.clear()
        await desk.see(pilot)
        await pilot.press("enter")
        assert "C R A M P ?" in desk.text()
        assert "step 1 of 19: 4 Hz" in desk.text()
        assert " 1/19 " in desk.text()
        assert "c CRAMP: result" in footer(desk)
        assert "c cramp" not in footer(desk)
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
        assert "For a patient without a code." in desk.text()
        assert "a later session cannot find what is measured here" in flat(desk)


@pytest.mark.thorough
async def test_most_tolerated_and_cramp_in_a_training(desk: Desk) -> None:
    async with desk.at(Stage.TITRATE) as pilot:
        assert "TARGET     x marks the most" in desk.text()
        assert "c cramp" not in footer(desk), "nothing is on"
        await pilot.press("x", "w", "f")
        assert desk.live.posted == [], "nothing is felt yet, and no force is aimed at"
        assert not isinstance(pilot.app.screen, Forces)
        titrate_to(desk, 4_000)
        await pilot.press("x")
        await desk.see(pilot)
        assert e.Measure(e.What.MAX_TOLERATED, 1) in desk.live.posted
        assert "TARGET     2.0 mA, cap 3.0 mA" in desk.text()
        assert "Measured, channel 1: maximum tolerated 4.0 mA." in desk.text()
        await pilot.press("w", "c")
        await desk.see(pilot)
        assert e.Measure(e.What.MOTOR_THRESHOLD, 1) in desk.live.posted
        assert ADVICE in desk.text()
        posted = len(desk.live.posted)
        await pilot.press("enter")
        assert ADVICE not in desk.text()
        assert len(desk.live.posted) == posted, "that Enter closed the advice, and began nothing"

        for _ in range(4):
            desk.live.do(e.Decrease(1))
            desk.live.run(250)
        desk.live.do(e.Accept(desk.live.view.epoch))
        desk.live.until(lambda view: view.word is Word.READY)
        desk.live.do(e.Start(desk.live.view.epoch))
        desk.live.until(lambda view: view.word is Word.ON)
        await desk.see(pilot)
        assert "C R A M P ?" not in desk.text()
        assert "c cramp " in footer(desk)
        await pilot.press("c")
        await desk.see(pilot)
        assert e.Cramp("key") in desk.live.posted
        assert ADVICE in desk.text()
        assert "● ON" in desk.text()
        await pilot.press("p")
        desk.live.run(500)
        await desk.see(pilot)
        assert "PAUSED" in desk.text()
        assert ADVICE in desk.text(), "it is followed while nothing flows"
        await pilot.press("e")
        await pilot.pause()
        assert "Enter   end it" in desk.text()
        assert "Enter closes this" not in desk.text(), "two Enters would be one too many"
        await pilot.press("n")
        await desk.see(pilot)
        assert ADVICE not in desk.text()


@pytest.mark.thorough
async def test_forces_are_typed_in_a_window_in_which_stop_works_and_nothing_rises(desk: Desk) -> None:
    async with desk.at(Stage.TITRATE, protocol="quads_older_adult") as pilot:
        assert "TARGET     f types the MVIC" in desk.text()
        titrate_to(desk, 1_000)
        await pilot.press("f")
        await pilot.pause()
        assert isinstance(pilot.app.screen, Forces)
        await pilot.press("plus")
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
        await pilot.press("f", "f12")
        assert desk.live.stops[-1][0] == "key"
        await pilot.press("enter", *"90", "enter")
        await desk.see(pilot)
        assert "no current is confirmed on channel 1" in desk.text(), "no force is of a current that does not flow"
        assert ("now 30 %" in desk.text(), desk.live.view.measured[-1].value) == (True, 120_000)


@pytest.mark.thorough
async def test_between_bursts_no_figure_flickers(desk: Desk) -> None:
    async with desk.at(Stage.RUN, protocol="tens_burst") as pilot:
        desk.live.until(lambda view: view.channels[0].commanded_ua == 2_000)
        desk.live.run(1_000)
        await desk.see(pilot)
        assert "100 Hz in bursts of 7 pulses, 2 a second" in desk.text()
        await pilot.press("c")
        await desk.see(pilot)
        assert "Noted: cramp." in desk.text()
        assert ADVICE not in desk.text(), "it is about the leg, and this is the neck"
        assert "CRAMP" not in desk.text(), "no result is offered where none is measured"
        shown = set()
        for _ in range(4):
            desk.live.run(170)
            await desk.see(pilot)
            facts = desk.text()
            shown.add(("commanded 2.0 mA" in facts, "confirmed 2.0 mA" in facts, "● ON" in facts))
            assert pilot.app.screen.query_one("#amplitude", None).query_one(Digits).value == "2.0"
        assert shown == {(True, True, True)}


@pytest.mark.parametrize("protocol", ["tens_modulated"])
def test_sweeps_are_told_with_their_range(protocol: str) -> None:
    plan = compile_plan(loaded(protocol))
    told = level_words(plan, loaded(protocol).protocol, plan.slots[0])
    assert told.endswith(f", 200 µs ({UNCLEAR})")
    said = {pulse_words(at.course) for stage in plan.stages for at in plan.at(stage.start_ms)}
    assert any("sweeps" in words or "in turn" in words or "phase" in words for words in said), said


def test_steady_trains_need_no_words_and_only_tests_have_steps() -> None:
    training, test = compile_plan(loaded(CRAMP)), compile_plan(loaded(TEST))
    assert pulse_words(training.course(training.slots[0])) == ""
    assert step_words(training, 0) == ""
    assert step_words(test, test.duration_ms) == f"step {len(test.stages)} of {len(test.stages)}: 40 Hz"


@pytest.mark.thorough
def test_a_number_to_verify_says_so_where_the_level_is_found() -> None:
    for one in LIBRARY:
        plan, origins = compile_plan(one), one.protocol.provenance
        for slot in plan.slots:
            told = level_words(plan, one.protocol, slot).replace("\N{NO-BREAK SPACE}", " ")
            if origins[f"channels.{slot.channel - 1}.waveform.phase_us"].tag == "verify":
                assert "TO VERIFY" in told.rsplit("µs", 1)[-1] or "µs" not in told, f"{one.protocol.id}: {told}"
        rates = [origin.tag for path, origin in origins.items() if path.startswith("stages.0.frequency_hz")]
        if "verify" in rates:
            first = level_words(plan, one.protocol, plan.slots[plan.stages[0].tracks[0].slot])
            assert "TO" in first.split("Hz", 1)[1].split(",")[0] or "sweeps" in first, f"{one.protocol.id}: {first}"
    conventional = loaded("tens_conventional")
    plan = compile_plan(conventional)
    assert level_words(plan, conventional.protocol, plan.slots[0]).startswith("100 Hz, 100 µs (TO")
    burst = loaded("tens_burst")
    plan = compile_plan(burst)
    told = level_words(plan, burst.protocol, plan.slots[0])
    assert told == f"100 Hz in bursts of 7 pulses, 2 a second, 200 µs ({UNCLEAR})"


@pytest.mark.campaign
@pytest.mark.parametrize("one", LIBRARY, ids=lambda one: one.protocol.id)
async def test_no_line_is_lost_at_80x24_where_the_level_is_found(desk: Desk, one) -> None:
    async with desk.at(Stage.CHOOSE) as pilot:
        await desk.begin(pilot, one.protocol.id)
        to_ready(desk.live)
        await desk.see(pilot)
        assert "t begins from 0 mA" in desk.text()
        assert "STOP ALL" in desk.text()
