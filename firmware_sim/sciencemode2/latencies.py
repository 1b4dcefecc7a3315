"""How long a RehaStim2 takes to answer. Separate, because tests and programs set it."""

from dataclasses import dataclass

_STRIDE = 8_677
"""Walks through the range without a pattern that a host could lean on. [design]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Latencies:
    """From a request's arrival to its reply, µs; the same requests always take the same time."""

    least_us: int = 10_000  # [source: README of ScienceMode2: 10 to 24 ms]
    most_us: int = 24_000
    error_us: int = 1_000  # from a fault to the packet that tells it [inferred]

    def answer_us(self, nth: int) -> int:
        """Of the `nth` answer since the device was switched on."""
        return self.least_us + nth * _STRIDE % (self.most_us - self.least_us + 1)
