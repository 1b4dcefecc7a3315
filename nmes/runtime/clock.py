"""Clocks the runtime is given. Nothing below this floor reads one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Protocol

from nmes.guard.clock import boottime_us


def place_time(utc: str, zone: tzinfo | None = None) -> str:
    """Day and time at this place (`zone` None = the computer's) of a moment as it is written; "" if it is none."""
    try:
        return f"{datetime.fromisoformat(utc).astimezone(zone):%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError):
        return ""


class Clock(Protocol):
    """Monotonic milliseconds for order and durations; universal time for the reader only."""

    def now_ms(self) -> int: ...

    def utc(self) -> datetime: ...


class RealClock:
    """The computer's own clocks. Time asleep counts, so that a plan knows how long the computer was away."""

    def now_ms(self) -> int:
        return boottime_us() // 1000

    def utc(self) -> datetime:
        return datetime.now(UTC)


@dataclass(slots=True)
class VirtualClock:
    """A clock turned by hand, in microseconds because the stimulator's pulses are; it starts at 1 s, never at 0."""

    now_us: int = 1_000_000
    start: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def now_ms(self) -> int:
        return self.now_us // 1000

    def utc(self) -> datetime:
        return self.start + timedelta(microseconds=self.now_us)

    def advance_to(self, now_us: int) -> None:
        """Forward only; an earlier time changes nothing."""
        self.now_us = max(self.now_us, now_us)
