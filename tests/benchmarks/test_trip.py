"""How long a STOP takes from the call to the bytes in the port's hands."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from guard.rig import HALT, STATUS, Device, Rig, encode
from pytest_benchmark.fixture import BenchmarkFixture

pytestmark = pytest.mark.benchmark

TRIPS = 3000
LIMIT_NS = 1_000_000  # 1 ms at the 99th percentile


class Stopwatch(Device):
    """Notes when the bytes of a halt arrive; answers nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.halted_ns = 0
        self.heard_frames = 0

    def from_host(self, data: bytes) -> None:
        if len(self.heard) < 2:
            super().from_host(data)  # the rig's own start
        elif data[-2] == HALT:
            self.halted_ns = time.perf_counter_ns()
        self.heard_frames += 1


@pytest.fixture(params=["alone", "a busy thread", "a thread that writes"])
def company(request: pytest.FixtureRequest) -> Iterator[tuple[str, Rig, Stopwatch]]:
    device = Stopwatch()
    rig = Rig(device=device)
    stop = threading.Event()
    question = encode(5, STATUS)

    def burn() -> None:
        while not stop.is_set():
            sum(range(1000))

    def write() -> None:
        while not stop.is_set():
            rig.guard.write(question)

    other = {"a busy thread": burn, "a thread that writes": write}.get(request.param)
    thread = threading.Thread(target=other) if other else None
    if thread:
        thread.start()
    yield request.param, rig, device
    stop.set()
    if thread:
        thread.join()


def test_a_trip_reaches_the_port_within_a_millisecond(
    company: tuple[str, Rig, Stopwatch], benchmark: BenchmarkFixture
) -> None:
    name, rig, device = company
    took: list[int] = []

    def trip() -> None:
        started = time.perf_counter_ns()
        rig.guard.trip("stop")
        took.append(device.halted_ns - started)

    benchmark.pedantic(trip, rounds=TRIPS, iterations=1, warmup_rounds=50)
    took.sort()
    middle, late = took[len(took) // 2], took[len(took) * 99 // 100]
    benchmark.extra_info.update(company=name, median_us=middle / 1000, p99_us=late / 1000, worst_us=took[-1] / 1000)
    assert len(took) >= TRIPS
    assert late < LIMIT_NS
