"""The measurements that the documents show, run for a short time: STOP with every core busy, a minute of the hour."""

from __future__ import annotations

import os
import sys
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


def test_a_stop_is_written_within_20_ms_and_a_trip_within_one_while_every_core_is_busy(scripts: None) -> None:
    import stop_latency

    stops, _ = stop_latency.measure(STOPS, os.cpu_count() or 1, 1)
    found: list[Any] = stop_latency.measured(stops)
    print(*(one.figures() for one in found), sep="\n")
    assert len(stops) == STOPS
    assert all(one.typed_ns < one.read_ns < one.trip_ns < one.handed_ns < one.written_ns for one in stops)
    assert [one.figures() for one in found if not one.holds] == []


def test_a_minute_of_the_hour(scripts: None, tmp_path: Path) -> None:
    """Without its memory, of which a minute tells nothing. On a computer that stood still for a tenth of a second in
    the middle of a write the guard ends the treatment, as it must; such a minute is measured again, at most twice.
    """
    import one_hour

    minutes, found = 1 / min(2, every()), []
    for turn in range(3):
        folder = tmp_path / str(turn)
        folder.mkdir()
        told, skin = one_hour.run(minutes, folder)
        told.memory.clear()
        if not one_hour.wrong(told, skin):
            return
        found.append(one_hour.figures(minutes, told, skin))
        if "guard:written_late" not in told.end:
            break
    pytest.fail("\n".join(found))
