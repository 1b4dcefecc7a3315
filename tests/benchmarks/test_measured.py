"""The measurements that the documents show, run for a short time: STOP with every core busy, a minute of the hour."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpers.slicing import every, part

pytestmark = [
    pytest.mark.benchmark,
    pytest.mark.timeout(500),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="pseudo-terminals, and reads /proc"),
]

MEASURE = str(Path(__file__).parents[2] / "docs" / "measure")
STOPS = max(60, part(120))
"""Enough that one of them, at a moment at which another program had the core, is not the 99th percentile."""


@pytest.fixture
def scripts() -> Iterator[None]:
    """They import each other from their own folder."""
    sys.path.insert(0, MEASURE)
    yield
    sys.path.remove(MEASURE)


@pytest.mark.clocked
def test_a_stop_is_written_within_20_ms_and_a_trip_within_one_while_every_core_is_busy(scripts: None) -> None:
    import stop_latency

    stops, _ = stop_latency.measure(STOPS, os.cpu_count() or 1, 1)
    found: list[Any] = stop_latency.measured(stops)
    print(*(one.figures() for one in found), sep="\n")
    assert len(stops) == STOPS
    assert all(one.typed_ns < one.read_ns < one.trip_ns < one.handed_ns < one.written_ns for one in stops)
    assert [one.figures() for one in found if not one.holds] == []


HELD_UP_S, TRIES = 0.05, 3


class Watch(threading.Thread):
    """Only waits, and notes for how long the computer kept it from going on: what has nothing to do with the app."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.over, self.longest_s = threading.Event(), 0.0

    def run(self) -> None:
        before_s = time.monotonic()
        while not self.over.wait(0.002):
            now_s = time.monotonic()
            self.longest_s, before_s = max(self.longest_s, now_s - before_s), now_s


def test_a_minute_of_the_hour(scripts: None, tmp_path: Path) -> None:
    """Half a minute where the checks take a slice; without the growth of its memory, of which a minute tells nothing.
    Measured again, at most twice, where the computer held up a program that only waits; how often it was is told.
    """
    import one_hour

    minutes = 1 / min(2, every())
    for turn in range(TRIES):
        folder, watch = tmp_path / str(turn), Watch()
        folder.mkdir()
        watch.start()
        told, skin = one_hour.run(minutes, folder)
        watch.over.set()
        found = one_hour.figures(minutes, told, skin, tries=turn + 1, of_growth=False)
        print(f"{found}the computer held a waiting program up for {watch.longest_s * 1000:.0f} ms")
        if not one_hour.wrong(told, skin, of_growth=False) or watch.longest_s < HELD_UP_S:
            break
    assert one_hour.wrong(told, skin, of_growth=False) == [], found
