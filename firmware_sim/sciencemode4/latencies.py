"""How long a P24 takes to answer, and to come back after a restart. Separate, because tests and programs set it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Latencies:
    """From a request's arrival (or the end of a low-level pulse) to its reply, µs."""

    ml_init_us: int = 80_000  # 2 x 40 ms [source: C library]
    ml_stop_us: int = 40_000  # [source: C library]
    ll_init_us: int = 40_000  # [source: ScienceMode3 document]
    ll_stop_us: int = 40_000  # [source: C library]
    other_us: int = 1_000  # [inferred]
