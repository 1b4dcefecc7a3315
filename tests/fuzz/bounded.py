"""No hang and no unbounded memory, as figures: CPU time of this thread, and what Python allocated at most."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

MOST_CPU_S = 2.0
"""For one input of at most 64 KB, on a slow machine; the slowest here takes a tenth of it [design]."""
MOST_MEMORY = 64 << 20
"""More than anything that is read here may need [design]."""


@contextmanager
def bounded(*, memory: bool = False, cpu_s: float = MOST_CPU_S) -> Iterator[None]:
    """AssertionError when what is done inside took too much. Memory is measured on demand: it costs three times."""
    if memory:
        tracemalloc.start()
    began_s = time.thread_time()
    try:
        yield
        took_s, peak = time.thread_time() - began_s, tracemalloc.get_traced_memory()[1] if memory else 0
    finally:
        if memory:
            tracemalloc.stop()
    assert took_s < cpu_s, f"{took_s:.1f} s of CPU"
    assert peak < MOST_MEMORY, f"{peak >> 20} MB at once"
