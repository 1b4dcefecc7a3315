"""What a person waits for, and what the app costs while a session is live: on a pseudo-terminal, in real time.

Run on a quiet machine: pytest tests/benchmarks/test_app.py -m benchmark
"""

from __future__ import annotations

import re
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.live_app import LEVEL_UA
from helpers.on_pty import OnPty, on_pty
from helpers.slicing import every

pytestmark = [
    pytest.mark.benchmark,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc"),
]

FIRST_PAINT_S = 0.7
"""From the start of the process to a screen with its STOP bar [requirement]."""
STARTS = 9
CPU_SHARE = 0.10
"""Of one core, of the app's own process [requirement]; bare Textual at these redraw rates takes about 0.08."""
RSS_MB = 110
KEY_MS = 60
PRESSES = 15
WATCHED_S = 20.0 if every() == 1 else 10.0
LIVE_APP = str(Path(__file__).parents[1] / "helpers" / "live_app.py")


def program(home: Path, what: str) -> list[str]:
    return [sys.executable, LIVE_APP, str(home), what]


def least(measured: Callable[[], float], limit: float) -> float:
    """The least of up to three measures: whatever else a computer and its disk do only adds to what it takes."""
    found = measured()
    for _ in range(2):
        if found < limit:
            break
        found = min(found, measured())
    return found


def start_s(home: Path, size: tuple[int, int]) -> float:
    with on_pty([sys.executable, "-m", "nmes"], size, {"NMES_HOME": str(home)}) as running:
        painted = running.until("STOP ALL")
        return painted - running.began


@pytest.mark.clocked
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_the_first_screen_is_painted_in_seven_tenths_of_a_second(tmp_path: Path, size: tuple[int, int]) -> None:
    start_s(tmp_path, size)  # the first start of a fresh checkout compiles its modules

    def middle_s() -> float:
        took = sorted(start_s(tmp_path, size) for _ in range(STARTS))
        print(f"first paint at {size}: median {statistics.median(took):.3f} s, {took[0]:.3f} to {took[-1]:.3f}")
        return statistics.median(took)

    assert least(middle_s, FIRST_PAINT_S) < FIRST_PAINT_S


def share(running: OnPty) -> float:
    """Of one core, over some time."""
    running.drain(2.0)
    before, began = running.cpu_s(), time.perf_counter()
    running.drain(WATCHED_S)
    return (running.cpu_s() - before) / (time.perf_counter() - began)


@pytest.mark.clocked
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_a_live_session_takes_a_tenth_of_a_core_and_110_mb(tmp_path: Path, size: tuple[int, int]) -> None:
    with on_pty(program(tmp_path, "bare"), size) as running:
        running.until("answered")
        bare = share(running)
    with on_pty(program(tmp_path, "run"), size, {"NMES_HOME": str(tmp_path)}) as running:
        running.until(f"{LEVEL_UA / 1000:.1f} mA", within_s=60)
        place = len(running.said)
        live, rss_mb = least(lambda: share(running), CPU_SHARE), running.rss_mb()
        assert re.search("REST|ON|RAMP", running.text_since(place)), "it was running"
        assert "PAUSED" not in running.text_since(place)
    print(f"live at {size}: {live:.1%} of a core, {live / bare:.2f} times bare Textual's {bare:.1%}; {rss_mb:.0f} MB")
    assert live < CPU_SHARE
    assert rss_mb < RSS_MB


DIGITS = "[╭╰╶╷]"
"""Of these the large digits are made, and on this screen nothing else; they are painted only when they change."""


def seen_ms(running: OnPty) -> float:
    """From the key to other digits in the terminal. A step that is refused, because the stimulator has not yet
    confirmed the one before, is made again.
    """
    for _ in range(5):
        began = time.perf_counter()
        place = running.press("+")
        seen = running.until(f"{DIGITS}|not confirmed|too fast|LOCKED", since=place, within_s=5)
        if re.search(DIGITS, running.text_since(place)):
            return 1000 * (seen - began)
        running.press("u")
        running.drain(1.0)
    raise AssertionError(running.text_since(place)[-1000:])


@pytest.mark.clocked
def test_a_key_is_seen_to_act_within_60_ms(tmp_path: Path) -> None:
    """One step of the level: the key, the session's turn, its View, the screen, the terminal."""
    with on_pty(program(tmp_path, "titrate"), (80, 24), {"NMES_HOME": str(tmp_path)}) as running:
        running.until("FINDING THE LEVEL", within_s=60)
        running.drain(1.0)
        running.press("u")
        running.drain(0.5)

        def middle_ms() -> float:
            took = []
            for step in range(PRESSES):
                took.append(seen_ms(running))
                running.drain(0.8 + 0.017 * (step % 7))  # never in step with the screen's own timer
            took.sort()
            print(f"key to visible change: median {statistics.median(took):.0f} ms, {took[0]:.0f} to {took[-1]:.0f}")
            return statistics.median(took)

        assert least(middle_ms, KEY_MS) < KEY_MS
