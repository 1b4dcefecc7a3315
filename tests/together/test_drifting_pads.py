"""Pads whose impedance drifts: the stimulator holds the current, until its voltage no longer reaches it and it says so.

Hours of drying pass in seconds here: the pad is taken for one that was worn so much longer, step by step.
"""

from __future__ import annotations

import pytest
from together.fault_story import Staged, staged

from firmware_sim.stage import Contact
from firmware_sim.stage.detection import impedance_ohm
from firmware_sim.stage.trace import ChannelFailed
from nmes.core.plan import Slot
from nmes.core.view import Output, Word

HOURS = range(0, 101, 10)


def dried(load: str, level_ua: int) -> tuple[Staged, int]:
    """A pad that dries under current for a hundred hours, or until it is too dry; and since when it did."""
    watched = staged()
    watched.ready()
    watched.simulator.set_load(1, load)
    watched.raise_to(Slot(1, 0), level_ua)
    since_us = watched.now_us
    for worn_h in HOURS:
        watched.simulator.wear(1, worn_h)
        watched.run(200)
        if watched.view.word is not Word.TITRATING:
            break
    return watched, since_us


def test_a_drifting_impedance_changes_nothing_while_the_current_is_reached() -> None:
    watched, since_us = dried("good", 15_000)
    pulses = watched.pulses(since_us)
    assert {pulse.peak_current_ua for pulse in pulses} == {15_000}
    assert {pulse.contact for pulse in pulses} == {Contact.GOOD}
    assert impedance_ohm(pulses[-1].delivery) > 2 * impedance_ohm(pulses[0].delivery), "it has drifted"
    assert watched.view.word is Word.TITRATING
    assert not {"DeviceFault", "Unanswered", "GuardTripped"} & {event["type"] for event in watched.events()}


@pytest.mark.thorough
def test_where_it_drifts_until_the_current_is_not_reached_the_output_ends() -> None:
    watched, since_us = dried("worn", 30_000)
    watched.run(1_000)
    [failed] = [told for told in watched.simulator.stage.events if isinstance(told, ChannelFailed)]
    pulses = watched.pulses(since_us)
    assert pulses[0].contact is Contact.GOOD
    assert pulses[-1].contact is Contact.LIMITED
    assert max(pulse.peak_current_ua for pulse in pulses) == 30_000
    assert watched.last_pulse_us() <= failed.t_us + 20_000
    assert (watched.view.word, watched.view.why, watched.view.output) == (Word.STOPPED, "fault:low_current", Output.OFF)
    told = {"type": "DeviceFault", "fault": "low_current", "channel": 1, "result": 28}
    assert any(told.items() <= event.items() for event in watched.events())
