"""What no document states is switchable in the simulator; the laws hold under every setting.

The instrument looks at every pulse of each walk: level, rise, silence after STOP, the dead-man, and that off is off.
"""

from __future__ import annotations

import pytest
from together.staging import LIVE, Room, room

from firmware_sim.device import P24, Switches, alternatives
from helpers.plans import alternating_plan
from nmes.core import events as e
from nmes.core.view import Output, Word

pytestmark = pytest.mark.campaign  # the random walks of the default run take a setting at random


LEVEL_UA = 8_000
SETTINGS = dict(alternatives())


@pytest.fixture(params=SETTINGS)
def watched(request: pytest.FixtureRequest) -> Room:
    """Two channels, confirmed and started, on a device of this setting."""
    return room(alternating_plan(), device=P24(switches=SETTINGS[request.param])).running(LEVEL_UA)


def peak_ua(watched: Room, since_us: int) -> int:
    return max((pulse.peak_current_ua for pulse in watched.pulses(since_us)), default=0)


def test_start_ramp_pause_resume_and_stop_obey_the_laws(watched: Room) -> None:
    watched.word(Word.ON)
    watched.run(1_000)
    assert peak_ua(watched, watched.now_us - 500_000) == LEVEL_UA

    watched.press(e.Pause(), 300)
    assert (watched.view.word, watched.view.output) == (Word.PAUSED, Output.OFF)
    paused_us = watched.now_us
    watched.run(3_000)
    assert watched.pulses(paused_us) == []

    watched.press(e.Resume(watched.view.epoch), 1_500)
    assert 0 < peak_ua(watched, paused_us) < LEVEL_UA // 2, "from 0, over 5 s"
    watched.run(4_300)
    assert watched.view.word in LIVE
    assert peak_ua(watched, paused_us) >= LEVEL_UA - 2_000

    watched.word(Word.REST)
    resting_us = watched.now_us + 100_000
    watched.run(1_500)
    assert watched.pulses(resting_us) == []
    watched.word(Word.ON)

    watched.stop()
    stopped_us = watched.now_us
    watched.run(1_000)
    assert (watched.view.word, watched.view.output) == (Word.STOPPED, Output.OFF)
    watched.run(20_000)
    assert watched.pulses(stopped_us + 1) == []
    watched.judge.dose()


def test_every_switch_has_its_turn() -> None:
    assert len(SETTINGS) > len(Switches.__dataclass_fields__)
