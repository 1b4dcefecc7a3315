"""Somebody else's client of the RehaStim2, unmodified, drives the simulator over a pseudo-terminal: pysciencemode.

In real time, with its own threads and sleeps, hence a campaign. Its thread writes a Watchdog 0.8 s apart at the best
and 1.6 s at the worst, where the device waits 1.2 s: what is played here is over sooner than that.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from pysciencemode import Channel, Device
from pysciencemode.rehastim2_interface import Rehastim2
from strangers.line import Running, simulator, wait_for

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(120)]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """A running RehaStim2 on worn pads."""
    with simulator(tmp_path, "pty", "--device", "rehastim2", "--load", "worn") as found:
        yield found


@contextmanager
def connected(running: Running) -> Iterator[Rehastim2]:
    """Their client; it returns when the device has announced itself and was welcomed."""
    client = Rehastim2(port=running.url)
    try:
        yield client
    finally:
        client.disconnect()
        client.close_port()


def channel(number: int, milliamperes: int, width_us: int = 300) -> Channel:
    return Channel("Single", number, milliamperes, width_us, device_type=Device.Rehastim2)


def test_it_makes_a_list_changes_it_and_stops_and_the_skin_gets_what_it_asked_for(running: Running) -> None:
    with connected(running) as client:
        client.init_channel(25, [channel(1, 10), channel(4, 20, 200)])
        client.start_stimulation()
        wait_for(lambda: len(running.pulses()) >= 6, "pulses")
        client.start_stimulation(upd_list_channels=[channel(1, 16), channel(4, 20, 200)])
        wait_for(lambda: any(one["peak_current_ua"] == 16_000 for one in running.pulses()), "the change")
        client.end_stimulation()
        over = len(running.pulses())
    assert len(running.pulses()) <= over + 2, "what was under way when the stop was answered"
    given = {number: [one for one in running.pulses() if one["channel"] == number] for number in (1, 4)}
    assert {tuple(one["current_ua"]) for one in given[1]} == {(10_000, 0, -10_000), (16_000, 0, -16_000)}
    assert {tuple(one["current_ua"]) for one in given[4]} == {(20_000, 0, -20_000)}
    assert {tuple(one["phase_us"]) for one in given[1]} == {(300, 100, 300)}
    assert {tuple(one["phase_us"]) for one in given[4]} == {(200, 100, 200)}
    times = [one["t_us"] for one in given[1]]
    assert {after - before for before, after in pairwise(times)} == {25_000}


def test_a_pause_of_its_is_an_update_at_0_and_nothing_flows(running: Running) -> None:
    with connected(running) as client:
        client.init_channel(25, [channel(1, 10)])
        client.start_stimulation(stimulation_duration=0.3)
        paused = len(running.pulses())
        client.end_stimulation()
    assert 8 <= paused <= 20
    assert len(running.pulses()) <= paused + 1


def test_what_the_device_cannot_play_it_is_told_and_nothing_flows(running: Running) -> None:
    """Its own checks let 8 channels in 10 ms pass; that its reading of the answer is no exception is its way."""
    with connected(running) as client:
        client.init_channel(10, [channel(number, 10) for number in range(1, 9)])
        client.start_stimulation()
        client.end_stimulation()
    assert running.pulses() == []
