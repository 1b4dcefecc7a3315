"""What faults, line and patient cost where there are none: the Simulator beside the bare P24, in one run."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from firmware_sim.device import P24
from firmware_sim.sciencemode4 import framing
from firmware_sim.simulator import Simulator
from helpers.simulated import INIT, POLL, update

pytestmark = pytest.mark.benchmark

TURN_US = 20_000
TURNS = 3_000
"""A minute."""


def minute(device: P24 | Simulator) -> float:
    """Seconds for a minute at 50 Hz, polled ten times a second, turned 50 times a second."""
    poll = framing.encode(3, POLL, b"\4")
    began = time.process_time()
    device.receive(framing.encode(1, INIT, b"\1"), 0)
    device.receive(update(c1=20), TURN_US)
    for turn in range(2, TURNS):
        now_us = turn * TURN_US
        if turn % 5 == 0:
            device.receive(poll, now_us)
        device.advance(now_us)
        device.transmit(now_us)
        device.next_due_us()
    return time.process_time() - began


def least_s(make: Callable[[], P24 | Simulator]) -> float:
    return min(minute(make()) for _ in range(7))


@pytest.mark.parametrize(("digest", "most"), [(False, 2.8), (True, 3.3)])
def test_without_faults_the_simulator_costs_at_most_three_times_its_device(digest: bool, most: float) -> None:
    bare_s = least_s(lambda: P24(keep_trace=False))
    whole_s = least_s(lambda: Simulator(P24(keep_trace=False), digest=digest))
    print(f"P24 {1000 * bare_s:.1f} ms, Simulator {1000 * whole_s:.1f} ms: {whole_s / bare_s:.2f} times")
    assert whole_s / bare_s <= most


def test_a_snapshot_costs_no_more_when_many_pulses_have_been_computed() -> None:
    """What can be computed again is not copied: a snapshot holds up the device's line."""

    def rich(shapes: int) -> Simulator:
        made = Simulator(P24(keep_trace=False))
        made.receive(framing.encode(1, INIT, b"\1"), 0)
        for k in range(shapes):
            made.receive(update(c1=k / 2, c2=k / 2), (k + 1) * TURN_US)
        made.advance((shapes + 1) * TURN_US)
        made.transmit((shapes + 1) * TURN_US)
        return made

    def cost_s(made: Simulator) -> float:
        began = time.process_time()
        for _ in range(20):
            made.snapshot("a")
        return time.process_time() - began

    poor_s, rich_s = (min(cost_s(rich(shapes)) for _ in range(5)) for shapes in (2, 200))
    print(f"{1000 * poor_s / 20:.2f} ms and {1000 * rich_s / 20:.2f} ms: {rich_s / poor_s:.2f} times")
    assert rich_s / poor_s <= 1.5


def test_a_thousand_faults_that_wait_cost_nothing_until_they_begin() -> None:
    def crowded() -> Simulator:
        made = Simulator(P24(keep_trace=False))
        for at_us in range(900):
            made.inject("mute", at_us=10**12 + at_us)
        return made

    ratio = least_s(crowded) / least_s(lambda: Simulator(P24(keep_trace=False)))
    print(f"{ratio:.2f} times")
    assert ratio <= 1.5
