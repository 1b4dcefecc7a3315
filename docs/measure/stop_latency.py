"""How long a STOP takes: from the key that is read to the halt at the line, with the app running and every core busy.

    python docs/measure/stop_latency.py [--stops 300] [--busy 2] [--write docs/reference/stop-latency.md]

The app runs on a pseudo-terminal that is read as a terminal reads it, the simulated stimulator is another program at
another pseudo-terminal, and beside them one program for each core counts without end, at the same priority. F12 is
typed at random moments while current flows. Exit code 1 where a limit is not kept. POSIX only.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parent))
from histogram import Measured, as_svg, as_text
from programs import busy, on_terminal, simulator_on_terminal

from helpers.made_figures import write_figures

HALT: Final = 34
F12: Final = b"\x1b[24~"
LINE_LIMIT_US, TRIP_LIMIT_US = 20_000, 1_000
"""At the 99th percentile [requirement]."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One STOP, each moment in ns of the computer's monotonic clock; `arrived_ns` as the simulator tells it."""

    typed_ns: int
    read_ns: int
    trip_ns: int
    handed_ns: int
    written_ns: int
    arrived_ns: int = 0


def measure(stops: int, cores: int, seed: int) -> tuple[list[Stop], int]:
    """The STOPs, and how often the session had stopped by itself, because an answer came too late."""
    chance = random.Random(seed)  # noqa: S311 - moments, no secrets
    found: list[Stop] = []
    by_itself = 0
    with tempfile.TemporaryDirectory(prefix="nmes-stop-") as name:
        folder, trace = Path(name), Path(name) / "trace.jsonl"
        with simulator_on_terminal(trace) as url, busy(cores), on_terminal("stop_app.py", url, folder) as (keys, lines):
            while len(found) < stops:
                stop = one_stop(keys, lines, chance.uniform(0.05, 0.6))
                found += [stop] if stop else []
                by_itself += stop is None
        return with_arrivals(found, trace), by_itself


def one_stop(terminal: int, lines: Iterator[str], after_s: float) -> Stop | None:
    """None if the guard or the session was first."""
    told = json.loads(next(lines))
    if "by_itself" in told:
        return None
    if "live" not in told:
        raise RuntimeError(f"the app did not come back to current: {told}")
    time.sleep(after_s)
    typed_ns = time.monotonic_ns()
    os.write(terminal, F12)
    times = json.loads(next(lines))
    if "failed" in times:
        raise RuntimeError(f"the STOP was not heard: {times}")
    return Stop(typed_ns, **times) if times["trip_ns"] >= times["read_ns"] else None


def with_arrivals(stops: list[Stop], trace: Path) -> list[Stop]:
    lines = [json.loads(line) for line in trace.read_text().splitlines() if '"frame"' in line or '"start"' in line]
    start_ns = lines[0]["start"]["monotonic_ns"]
    halts = [start_ns + 1000 * line["t_us"] + 999 for line in lines if line.get("frame") == HALT]
    first = [next(at_ns for at_ns in halts if at_ns >= stop.handed_ns) for stop in stops]
    return [
        Stop(one.typed_ns, one.read_ns, one.trip_ns, one.handed_ns, one.written_ns, at_ns)
        for one, at_ns in zip(stops, first, strict=True)
    ]


def measured(stops: list[Stop]) -> list[Measured]:
    def took(name: str, begin: str, end: str, limit_us: int | None = None) -> Measured:
        times = tuple((getattr(stop, end) - getattr(stop, begin)) // 1000 for stop in stops)
        return Measured(name, times, limit_us)

    return [
        took("Key read to halt written", "read_ns", "written_ns", LINE_LIMIT_US),
        took("trip() to bytes handed to the system", "trip_ns", "handed_ns", TRIP_LIMIT_US),
        took("trip() to the system's answer", "trip_ns", "written_ns"),
        took("Key typed to halt at the simulator", "typed_ns", "arrived_ns"),
    ]


def page(stops: list[Stop], by_itself: int, busy_with: int) -> str:
    """`waiting`: what else the computer had to do is not ours to say, but how many programs waited for a core is."""
    cores, waiting = os.cpu_count() or 1, os.getloadavg()[0]
    load = f"{busy_with} programs that counted without end" if busy_with else "nothing of ours beside it"
    return (
        f"{len(stops)} STOPs, {cores} cores, {load}; load average {waiting:.1f}; CPython {platform.python_version()}, "
        f"{platform.system()}.\nStopped by itself {by_itself} times, because a core was waited for too long.\n\n"
    ) + as_text(measured(stops))


def main() -> int:
    cores = os.cpu_count() or 1
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--stops", type=int, default=300)
    options.add_argument("--busy", type=int, default=cores, help="programs that count beside it (default: one a core)")
    options.add_argument("--seed", type=int, default=1, help="when the keys are typed")
    options.add_argument("--write", type=Path, help="a page whose figures are replaced; its picture lies beside it")
    asked = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    stops, by_itself = measure(asked.stops, asked.busy, asked.seed)
    text = page(stops, by_itself, asked.busy)
    sys.stdout.write(text)
    if asked.write is not None:
        write_figures(asked.write, text)
        asked.write.with_suffix(".svg").write_text(as_svg(measured(stops)), encoding="utf-8")
    return 0 if all(one.holds for one in measured(stops)) else 1


if __name__ == "__main__":
    sys.exit(main())
