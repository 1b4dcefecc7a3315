"""One hour of real time: the app, eight channels at 50 Hz, the simulated stimulator at a pseudo-terminal.

    python docs/measure/one_hour.py [--minutes 60] [--write docs/reference/one-hour.md] [--keep FOLDER]

Exit code 1 unless all of it holds: the treatment came to its end by itself; the device was never left without a sign of
life for half of what it waits, and never stopped by itself; the app's memory grew by less than 5 MB; the record is
intact; and each contraction of each channel gave as many pulses as the plan says, give or take one. Linux only. What
the device did is told by the simulator's own trace.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import statistics
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parent))
from hour_protocol import PERIOD_US, protocol_text
from programs import on_terminal, simulator_on_terminal

from helpers.made_figures import write_figures

RENEWING: Final = (32, 36)
"""The requests that the device takes as a sign of life."""
LONGEST_GAP_US: Final = 1_000_000
"""Half of the device's own 2 s, and as long as the guard waits for an answer [design]."""
MOST_GROWTH: Final = 5_000_000
"""Bytes [requirement]."""
NEW_TRAIN_US: Final = 1_000_000
"""A longer silence of a channel lies between two contractions."""


@dataclass(slots=True)
class Told:
    """What the app told of itself."""

    plan: dict[int, tuple[int, int]] = field(default_factory=dict)
    """By channel: contractions, and ms above 0, as `plan_totals` has it."""
    started_ns: int = 0
    ended_ns: int = 0
    end: str = ""
    memory: list[int] = field(default_factory=list)
    """Bytes, each 5 s of the treatment."""
    intact: bool = False
    verdict: str = ""

    def take(self, line: dict[str, Any]) -> None:
        match line:
            case {"plan": plan, "started_ns": started_ns}:
                self.plan = {int(channel): tuple(total) for channel, total in plan.items()}
                self.started_ns = started_ns
            case {"memory": memory, "live": True}:
                self.memory.append(memory)
            case {"ended_ns": ended_ns, "word": word, "why": why}:
                self.ended_ns, self.end = ended_ns, f"{word} {why}".strip()
            case {"record": _, "intact": intact, "verdict": verdict}:
                self.intact, self.verdict = intact, verdict

    @property
    def growth(self) -> int:
        """From the second tenth of the treatment to its last: at first caches and screens fill up. ValueError without
        a sample.
        """
        if not self.memory:
            raise ValueError("the app told nothing of its memory")
        tenth = max(1, len(self.memory) // 10)
        early, late = self.memory[tenth : 2 * tenth] or self.memory, self.memory[-tenth:]
        return round(statistics.median(late) - statistics.median(early))


@dataclass(slots=True)
class Skin:
    """What the simulator noted from the start of the treatment on."""

    trains: dict[int, list[int]] = field(default_factory=dict)
    """By channel: pulses of each contraction."""
    longest_gap_us: int = 0
    dead_man: bool = False
    pulses: int = 0

    @classmethod
    def read(cls, lines: Iterator[str], started_ns: int, ended_ns: int) -> Skin:
        skin, last_us, renewed_us = cls(), dict[int, int](), 0
        start_ns = json.loads(next(lines))["start"]["monotonic_ns"]
        from_us, to_us = ((at_ns - start_ns) // 1000 for at_ns in (started_ns, ended_ns))
        for line in map(json.loads, lines):
            t_us = line["t_us"]
            skin.dead_man |= "dead_man" in line
            if line.get("frame") in RENEWING and from_us < t_us < to_us:
                skin.longest_gap_us = max(skin.longest_gap_us, t_us - (renewed_us or t_us))
                renewed_us = t_us
            pulse = line.get("pulse")
            if pulse and pulse["peak_current_ua"] and t_us > from_us:
                channel = pulse["channel"]
                trains = skin.trains.setdefault(channel, [])
                if t_us - last_us.get(channel, -NEW_TRAIN_US) >= NEW_TRAIN_US:
                    trains.append(0)
                trains[-1] += 1
                skin.pulses, last_us[channel] = skin.pulses + 1, t_us
        return skin


def planned(total: tuple[int, int]) -> int:
    """Pulses of one contraction: its time above 0, which begins with one."""
    contractions, tension_ms = total
    return -(-(tension_ms // contractions) * 1000 // PERIOD_US)


def wrong(told: Told, skin: Skin, *, of_growth: bool = True) -> list[str]:
    """Everything that does not hold; `of_growth` False for a run that is too short to tell of it."""
    found = []
    if not told.end.startswith("ended"):
        found.append(f"the treatment ended as: {told.end}")
    if skin.dead_man or skin.longest_gap_us >= LONGEST_GAP_US:
        found.append(f"no sign of life for {skin.longest_gap_us / 1e6:.2f} s; dead-man: {skin.dead_man}")
    if not told.memory:
        found.append("the app told nothing of its memory")
    elif of_growth and told.growth >= MOST_GROWTH:
        found.append(f"memory grew by {told.growth / 1e6:.1f} MB")
    if not told.intact:
        found.append(f"the record: {told.verdict}")
    if not told.plan:
        found.append("the treatment was never started")
    for channel, total in sorted(told.plan.items()):
        trains = skin.trains.get(channel, [])
        off = [count for count in trains if abs(count - planned(total)) > 1]
        if len(trains) != total[0] or off:
            found.append(f"channel {channel}: {len(trains)} of {total[0]} contractions, off by more than one: {off}")
    return found


def figures(minutes: float, told: Told, skin: Skin, *, tries: int = 1, of_growth: bool = True) -> str:
    """All that was found, in lines. `tries`: how often it was measured until this was found."""
    grown = f"grown by {told.growth / 1e6:.2f} MB" if told.memory and of_growth else "growth not judged"
    per_train = sorted({count for trains in skin.trains.values() for count in trains}) or [0]
    wanted = sorted({planned(total) for total in told.plan.values()})
    lines = [
        f"{minutes:g} minutes, {len(skin.trains)} channels, {1_000_000 // PERIOD_US} Hz; CPython "
        f"{platform.python_version()}, {platform.system()}, load average {os.getloadavg()[0]:.1f}{scheduled()}",
        f"end of the treatment: {told.end}; {told.verdict}",
        f"longest time between two signs of life: {skin.longest_gap_us / 1000:.0f} ms; dead-man fired: {skin.dead_man}",
        f"memory of the app: {max(told.memory, default=0) / 1e6:.1f} MB in {len(told.memory)} samples, {grown}",
        f"contractions: {sum(map(len, skin.trains.values()))}, pulses: {skin.pulses}; of each contraction "
        f"{per_train[0]} to {per_train[-1]}, planned {', '.join(map(str, wanted))}",
        f"measured {'once' if tries == 1 else f'{tries} times, and this is the last'}",
    ]
    return "\n".join([*lines, *(f"WRONG: {one}" for one in wrong(told, skin, of_growth=of_growth))]) + "\n"


def run(minutes: float, folder: Path) -> tuple[Told, Skin]:
    protocol, trace, told = folder / "eight_channels.yaml", folder / "trace.jsonl", Told()
    protocol.write_text(protocol_text(minutes))
    with simulator_on_terminal(trace) as url, on_terminal("hour_app.py", url, folder, str(protocol)) as (_, lines):
        for line in map(json.loads, lines):
            told.take(line)
            if "record" in line:
                break
    with trace.open() as noted:
        return told, Skin.read((line for line in noted if line.endswith("\n")), told.started_ns, told.ended_ns)


def scheduled() -> str:
    """How these programs come before others, where they do: whoever measures beside other work has to say so."""
    policy = os.sched_getscheduler(0)
    if policy in (os.SCHED_FIFO, os.SCHED_RR):
        return f", real-time priority {os.sched_getparam(0).sched_priority}"
    return f", nice {nice}" if (nice := os.getpriority(os.PRIO_PROCESS, 0)) else ""


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--minutes", type=float, default=60)
    options.add_argument("--write", type=Path, help="a page whose figures are replaced")
    options.add_argument("--keep", type=Path, help="a folder for the trace (200 MB an hour) and the record")
    asked = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    with tempfile.TemporaryDirectory(prefix="nmes-hour-") as name:
        folder = asked.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        told, skin = run(asked.minutes, folder)
    text = figures(asked.minutes, told, skin)
    sys.stdout.write(text)
    if asked.write is not None:
        write_figures(asked.write, text)
    return 1 if wrong(told, skin) else 0


if __name__ == "__main__":
    sys.exit(main())
