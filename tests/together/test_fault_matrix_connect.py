"""Faults while a session opens, the end of one that is in doubt, and the next on the same device: from 0."""

from __future__ import annotations

import pytest
from together.fault_moments import Moment, reach
from together.fault_story import Staged, staged

from firmware_sim.stage.trace import FrameArrived
from helpers.plans import simple_plan
from laws.plug import Plug
from nmes.core import events as e
from nmes.core.view import Output, Word
from nmes.trial.bench import Bench

HARMLESS = {52, 68, 62, 34}
"""Who are you, which version, what is your state; and the halt."""


def arrived(watched: Staged) -> set[int]:
    return {event.command for event in watched.simulator.stage.events if isinstance(event, FrameArrived)}


WRONG = "speaks ScienceMode 3.2.4; a P24 speaks ScienceMode 4"


@pytest.mark.parametrize(
    ("kind", "params", "why", "reason"),
    [
        ("wrong_version", {"sciencemode": "3.2.4"}, "wrong_device", WRONG),
        ("wrong_version", {"sciencemode": "5.0.0"}, "wrong_device", "speaks ScienceMode 5.0.0"),
        ("mute", {}, "wrong_device", "the line stayed silent"),
        ("deaf", {}, "wrong_device", "the line stayed silent"),
        ("hang", {}, "wrong_device", "the line stayed silent"),
        ("reset", {}, "wrong_device", "the line stayed silent"),
        ("drop_bytes", {"permille": 1000}, "wrong_device", "the line stayed silent"),
        ("corrupt_bytes", {"permille": 1000, "direction": "to_host"}, "wrong_device", "only unreadable bytes came"),
        ("disconnect", {}, "link_lost", "pulled"),
    ],
)
def test_a_device_that_cannot_say_who_it_is_is_refused(
    kind: str, params: dict[str, int | str], why: str, reason: str
) -> None:
    watched = staged()
    fault = watched.simulator.inject(kind, for_us=60_000_000, **params)
    watched.idle(5_000)
    assert next(told for told in watched.simulator.injections() if told.id == fault).effects > 0
    assert (watched.view.word, watched.view.why) == (Word.ENDED, why)
    assert watched.view.output is Output.UNKNOWN
    assert not watched.view.halt_unconfirmed, "nothing was ever switched on"
    assert arrived(watched) <= HARMLESS
    assert watched.simulator.stage.trace == []
    assert reason in str(watched.events()[-1]["reason"])
    assert watched.sink.closed == {"why": why}


@pytest.mark.parametrize(("kind", "params"), [("mute", {}), ("deaf", {}), ("drop_bytes", {"permille": 1000})])
def test_a_device_that_is_slow_to_wake_is_asked_again(kind: str, params: dict[str, int | str]) -> None:
    watched = staged()
    watched.simulator.inject(kind, at_us=watched.now_us, for_us=400_000, **params)
    watched.word(Word.SCREENING)
    assert watched.simulator.injections()[0].effects > 0


def test_another_firmware_of_the_same_protocol_is_taken_and_written_down() -> None:
    watched = staged()
    watched.simulator.inject("wrong_version", sciencemode="4.7.0", firmware="9.9.9")
    watched.word(Word.SCREENING)
    assert watched.recorded("Identified")[0]["firmware"] == "9.9.9 (ScienceMode 4.7.0)"
    assert watched.simulator.injections()[0].effects > 0


@pytest.mark.covers("FR-08", "SR-02")
@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("mute", {}),
        ("disconnect", {}),
        pytest.param("deaf", {}, marks=pytest.mark.thorough),
        pytest.param("hang", {}, marks=pytest.mark.thorough),
        pytest.param("hang", {"output": "goes_on"}, marks=pytest.mark.thorough),
        pytest.param("reset", {}, marks=pytest.mark.thorough),
    ],
)
def test_once_it_is_mended_a_new_session_on_the_same_device_begins_from_zero(
    kind: str, params: dict[str, int | str]
) -> None:
    before = staged()
    reach(before, Moment.HOLD, 20_000)
    before.judge.faulted(20_000_000)
    before.judge.dead_man_us = 20_000_000
    before.simulator.inject(kind, for_us=5_000_000, **params)
    before.word(Word.UNSURE)
    before.idle(1_000)
    before.bench.press(e.End())
    before.idle(6_000)
    assert before.view.word is Word.ENDED

    after = next_session(before)
    after.ready().raise_to(after.view.slots[0].slot, 2_000)
    levels = [pulse.amplitude_ua for pulse in after.pulses(before.now_us)]
    assert levels == sorted(levels)
    assert (levels[0], levels[-1]) == (500, 2_000)


@pytest.mark.thorough
@pytest.mark.parametrize("kind", ["mute", "deaf", "disconnect"])
@pytest.mark.parametrize("moment", [Moment.HOLD, Moment.REST])
def test_an_end_pressed_at_once_leaves_nothing_on_the_screen_that_is_not_known(kind: str, moment: Moment) -> None:
    """The last answer is younger than a second, and the last view stays."""
    watched = staged()
    reach(watched, moment, 20_000)
    watched.judge.faulted(3_000_000)
    watched.simulator.inject(kind)
    watched.until(lambda view: view.halt_unconfirmed)
    watched.press(e.End())
    assert (watched.view.word, watched.view.output, watched.view.halt_unconfirmed) == (Word.ENDED, Output.UNKNOWN, True)
    assert watched.channel(1).confirmed_ua is None
    assert watched.view.age_ms is not None
    assert watched.view.age_ms < 1_000


@pytest.mark.thorough
def test_a_device_that_another_session_left_running_is_halted_before_anything_else() -> None:
    """Its timer hangs, so it still gives pulses when the next session opens."""
    before = staged()
    reach(before, Moment.HOLD, 20_000)
    before.judge.faulted(60_000_000)
    before.judge.dead_man_us = 60_000_000
    fault = before.simulator.inject("hang", output="goes_on")
    before.word(Word.UNSURE)
    before.idle(5_000)
    before.bench.press(e.End())
    before.idle(100)
    assert before.simulator.active_channels == (1,), "without end, as the guide says"
    before.simulator.clear(fault)

    after = next_session(before)
    opened_us = after.now_us
    after.word(Word.SCREENING)
    assert after.pulses(opened_us + 10_000) == []
    assert after.view.output is Output.OFF


def next_session(before: Staged) -> Staged:
    """Another session on the same device and clock, over a line of its own."""
    simulator = before.simulator
    bench = Bench(simple_plan(), device=simulator, wire=lambda peer: Plug(peer, simulator))
    bench.clock.advance_to(before.now_us)
    after = Staged(bench)
    after.judge.skip()
    return after
