"""How fast an amplitude may rise: credit that time earns and a rise spends.

Law: over any stretch of time a channel rises by no more than its rate allows plus one full purse, and a purse holds
one update's worth and one device step (`step_ua`). It starts empty. A fall costs nothing and earns nothing. Numbers are
in nA because `rise_ua_per_s` times milliseconds is nA.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

MIN_WINDOW_MS = 58
"""Time that can earn credit at 18 pulses a second and more [design].

Long enough for an update each 40 ms and its poll, below the 60 ms the guard allows.
"""

SKEW_MS = 1
"""Clocks are read in whole ms, so a millisecond is given away after each update [design]."""


@dataclass(frozen=True, slots=True)
class Purse:
    """What one channel may still rise: `credit_na` at `at_ms`, growing with time, at most `room_na`.

    From 0 it may rise by no more than `first_na` at once.
    """

    step_ua: int
    rise_ua_per_s: int
    room_na: int
    first_na: int
    credit_na: int
    at_ms: int

    @classmethod
    def empty(cls, step_ua: int, rise_ua_per_s: int, period_us: int, now_ms: int, burst_period_ms: int = 0) -> Purse:
        """An empty purse that earns from just after `now_ms`.

        One device step beyond the window fits in, because what is left below a step must carry over to the next update.
        Bursts rise from one to the next, so there it holds one burst period's worth; the first one begins as any train.
        """
        window_ms = max(MIN_WINDOW_MS, period_us // 1000)
        first_na, room_na = (rise_ua_per_s * ms + step_ua * 1000 for ms in (window_ms, max(window_ms, burst_period_ms)))
        return cls(step_ua, rise_ua_per_s, room_na, first_na, 0, now_ms + SKEW_MS)

    def first_ua(self, now_ms: int) -> int:
        """How far a channel may rise now that is at 0, in µA, rounded down."""
        return min(self._credit_na(now_ms), self.first_na) // 1000

    def credit_ua(self, now_ms: int) -> int:
        """How far the channel may rise now, in µA, rounded down."""
        return self._credit_na(now_ms) // 1000

    def spent(self, rise_ua: int, now_ms: int, *, first: bool) -> Purse:
        """The rise left at `now_ms`; earning starts again just after it. What a first one left over is forfeited."""
        credit_na = min(self._credit_na(now_ms), self.first_na if first else self.room_na)
        return replace(self, credit_na=credit_na - rise_ua * 1000, at_ms=now_ms + SKEW_MS)

    def ready_ms(self) -> int | None:
        """When it holds one device step; None = never."""
        missing_na = self.step_ua * 1000 - self.credit_na
        if missing_na <= 0:
            return self.at_ms
        return self.at_ms - -missing_na // self.rise_ua_per_s if self.rise_ua_per_s else None

    def _credit_na(self, now_ms: int) -> int:
        return min(self.room_na, self.credit_na + self.rise_ua_per_s * max(0, now_ms - self.at_ms))
