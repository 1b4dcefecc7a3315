"""No hang and no unbounded memory, as figures: CPU time of this thread, and what Python allocated at most.

Bounded are, for each target: the CPU time of every input; and what Python has allocated at once for it, of every input
of the corpus, of the floods and of the search without atheris, of the slice's first one, and with atheris of one in
eight. With atheris the memory of the whole process is bounded too (`fuzz.__main__`); without it, what a library
allocates past Python is not.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

MOST_CPU_S = 2.0
"""For one input of at most 64 KB, on a slow machine; the slowest here takes a tenth of it [design]."""
TRACED = 6
"""So many times as long the slowest target takes while its memory is measured, the others 2 to 5 times [measured]."""
MOST_MEMORY = 64 << 20
"""More than anything that is read here may need; the most here takes 4 MB [design]."""


@contextmanager
def bounded(*, memory: bool = False, cpu_s: float = MOST_CPU_S) -> Iterator[None]:
    """AssertionError when what is done inside took too much. Memory is measured on demand, because of what it costs."""
    if memory:
        tracemalloc.start()
    began_s = time.thread_time()
    try:
        yield
        took_s, peak = time.thread_time() - began_s, tracemalloc.get_traced_memory()[1] if memory else 0
    finally:
        if memory:
            tracemalloc.stop()
    assert took_s < cpu_s * (TRACED if memory else 1), f"{took_s:.1f} s of CPU"
    assert peak < MOST_MEMORY, f"{peak >> 20} MB at once"
