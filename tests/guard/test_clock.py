"""The guard's clock."""

from __future__ import annotations

import time

import pytest
from pytest_mock import MockerFixture

from nmes.guard import clock


def test_it_counts_in_microseconds_and_never_backwards() -> None:
    times = [clock.boottime_us() for _ in range(1000)]
    assert times == sorted(times)


def test_it_counts_sleep_where_the_system_can(mocker: MockerFixture) -> None:
    mocker.patch.object(clock, "_CLOCK", 7)
    mocker.patch("time.clock_gettime_ns", side_effect=lambda which: 3_000_000_999 if which == 7 else 0, create=True)
    assert clock.boottime_us() == 3_000_000


@pytest.mark.skipif(not hasattr(time, "CLOCK_BOOTTIME"), reason="this system has no clock that counts sleep")
def test_where_there_is_a_clock_that_counts_sleep_it_is_that_one(mocker: MockerFixture) -> None:
    """On a laptop that slept for an hour the others stand where they stood before."""
    mocker.patch("time.clock_gettime_ns", side_effect={time.CLOCK_BOOTTIME: 3_600_000_000_000}.__getitem__)
    assert clock.boottime_us() == 3_600_000_000


def test_it_is_the_monotonic_clock_elsewhere(mocker: MockerFixture) -> None:
    mocker.patch.object(clock, "_CLOCK", None)
    before = time.monotonic_ns() // 1000
    assert 0 <= clock.boottime_us() - before < 1_000_000
