"""Clocks: never backwards, asleep or not."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from nmes.runtime.clock import RealClock, VirtualClock


def test_the_real_clock_runs_forward_in_milliseconds() -> None:
    clock, earlier = RealClock(), time.monotonic()
    before_ms, began = clock.now_ms(), time.monotonic()
    while time.monotonic() - began < 0.02:
        pass
    passed_ms = clock.now_ms() - before_ms
    assert 19 <= passed_ms <= (time.monotonic() - earlier) * 1000 + 1


@pytest.mark.skipif(not hasattr(time, "CLOCK_BOOTTIME"), reason="only Linux has it")
def test_the_real_clock_counts_the_time_the_computer_slept() -> None:
    def slept_and_awake_ms() -> int:
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000

    before_ms = slept_and_awake_ms()
    now_ms = RealClock().now_ms()
    assert before_ms <= now_ms <= slept_and_awake_ms()


def test_the_real_clock_tells_universal_time() -> None:
    told = RealClock().utc()
    assert told.tzinfo is UTC
    assert abs(told - datetime.now(UTC)) < timedelta(seconds=5)


def test_the_virtual_clock_goes_where_it_is_turned_but_never_back() -> None:
    clock = VirtualClock()
    assert clock.now_ms() == 1_000
    clock.advance_to(2_500_999)
    assert clock.now_ms() == 2_500
    clock.advance_to(2_000_000)
    assert clock.now_us == 2_500_999


def test_the_virtual_clock_tells_a_universal_time_that_runs_with_it() -> None:
    clock = VirtualClock(start=datetime(2026, 5, 1, tzinfo=UTC))
    clock.advance_to(61_000_000)
    assert clock.utc() == datetime(2026, 5, 1, 0, 1, 1, tzinfo=UTC)
