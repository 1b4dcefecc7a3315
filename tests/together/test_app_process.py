"""The app as a program on a real terminal, and behind pipes as in a browser: whatever ends, hangs or shrinks it, the
simulator's trace shows when the skin fell silent.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("terminals and signals of POSIX", allow_module_level=True)

from together.app_process import HAND_S, AppProcess, Simulated
from together.attending import Trace

from nmes.record.files import Kind
from nmes.record.store import Closed, list_sessions
from nmes.record.verdicts import verify_session
from nmes.record.verify import Intact

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(120)]

DEAD_MAN_NS = 2_000_000_000
SOON_NS = 300_000_000
"""What is done at once, on a computer that runs other tests too [design; 10 to 40 ms on a quiet one]."""
SILENT_NS = 3_500_000_000
"""A page that has gone quiet: 2.5 s, and the reading thread looks ten times a second."""
STILL_S = 0.6
"""So long nothing may come any more."""


@dataclass
class Stand:
    app: AppProcess
    trace: Trace

    def silent_within(self, since_ns: int, limit_ns: int) -> int:
        """The last pulse came no later than `limit_ns` after `since_ns`; how long after, in ms."""

        def over() -> bool:
            return time.monotonic_ns() - max(self.trace.pulses_ns()) > STILL_S * 1e9

        self.trace.until(over)
        last_ns = max(self.trace.pulses_ns())
        assert last_ns - since_ns <= limit_ns, f"{(last_ns - since_ns) / 1e6:.1f} ms"
        return (last_ns - since_ns) // 1_000_000


def stand(tmp_path: Path, *, served: bool) -> Iterator[Stand]:
    simulator = Simulated(tmp_path)
    try:
        app = AppProcess(tmp_path, simulator.url, served=served)
        try:
            app.to_current(simulator.trace)
            yield Stand(app, simulator.trace)
        finally:
            app.clear_away()
    finally:
        simulator.end()


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Stand]:
    yield from stand(tmp_path, served=False)


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Stand]:
    yield from stand(tmp_path, served=True)


# --- a terminal ---


def test_the_app_is_killed(terminal: Stand) -> None:
    at_ns = time.monotonic_ns()
    terminal.app.signal(signal.SIGKILL)
    terminal.silent_within(at_ns, DEAD_MAN_NS + SOON_NS)


def test_the_app_hangs(terminal: Stand) -> None:
    at_ns = time.monotonic_ns()
    terminal.app.signal(signal.SIGSTOP)
    terminal.silent_within(at_ns, DEAD_MAN_NS + SOON_NS)
    terminal.app.signal(signal.SIGCONT)
    before = len(terminal.trace.pulses_ns())
    time.sleep(STILL_S)
    assert len(terminal.trace.pulses_ns()) == before


@pytest.mark.covers("FR-03")
def test_the_terminal_is_closed(terminal: Stand) -> None:
    at_ns = time.monotonic_ns()
    terminal.app.close_terminal()
    terminal.silent_within(at_ns, SOON_NS)
    terminal.app.ended()


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_signal_ends_the_app_with_the_output_off_first(terminal: Stand, name: str, tmp_path: Path) -> None:
    number = signal.Signals[name]
    at_ns = time.monotonic_ns()
    terminal.app.signal(number)
    terminal.silent_within(at_ns, SOON_NS)
    assert terminal.trace.halts_ns()[-1] > at_ns, "a halt was the answer"
    assert terminal.app.ended() == 128 + number
    [summary] = list_sessions(tmp_path / "nmes", Kind.SIMULATION)
    assert isinstance(summary.ending, Closed)
    assert isinstance(verify_session(summary.path).verdict, Intact)


def test_a_tiny_window_goes_on_and_stops(terminal: Stand) -> None:
    start = terminal.app.mark
    terminal.app.resize(20, 5)
    terminal.app.until(lambda: "STOP" in terminal.app.shown(start))
    before = len(terminal.trace.pulses_ns())
    terminal.trace.until(lambda: len(terminal.trace.pulses_ns()) > before + 20)
    start = terminal.app.mark
    terminal.app.resize(100, 30)
    terminal.app.until(lambda: "STOP ALL" in terminal.app.shown(start))
    terminal.app.resize(20, 5)
    at_ns = time.monotonic_ns()
    terminal.app.keys("\x1b[24~")
    terminal.silent_within(at_ns, SOON_NS)


STOPS = {
    "esc": b"\x1b",
    "esc and keys behind it": b"\x1b++\r=k1",
    "shift f12": b"\x1b[24;2~",
    "kitty esc": b"\x1b[27;2u",
    "kitty space": b"\x1b[32;2u",
    "kitty ctrl c": b"\x1b[99;6u",
    "ctrl c in a paste without an end": b"\x1b[200~abc\x03",
    "f12 in a paste without an end": b"\x1b[200~abc\x1b[24~",
    "the bar in a paste without an end": b"\x1b[200~abc\x1b[<0;50;29M",
    "behind bytes that are no text": b"\xe9\xff\x1b[24~",
    "behind half a sequence": b"\x1b[<0;50;2\x03",
}


GAPS_MS = (5, 15, 25, 40, 60, 90)


def to_current_again(stand: Stand) -> None:
    """What was pasted without an end is given up, and half a milliampere flows as before."""
    time.sleep(1.2)
    stand.app.press_for("t", "FINDING")
    stand.app.press_for("u+", "0.5")
    least = len(stand.trace.pulses_ns()) + 20
    stand.trace.until(lambda: len(stand.trace.pulses_ns()) > least)


def test_stop_in_every_form_and_no_key_behind_it_raises(terminal: Stand) -> None:
    for name, keys in STOPS.items():
        at_ns = time.monotonic_ns()
        terminal.app.raw(keys)
        terminal.silent_within(at_ns, SOON_NS)
        assert terminal.trace.most_ua() == 500, name
        to_current_again(terminal)


def test_a_plus_soon_after_esc_raises_nothing(terminal: Stand) -> None:
    for gap_ms in GAPS_MS:
        terminal.app.keys("u")
        time.sleep(HAND_S)
        at_ns = time.monotonic_ns()
        terminal.app.keys("\x1b")
        time.sleep(gap_ms / 1000)
        terminal.app.keys("+")
        terminal.silent_within(at_ns, SOON_NS)
        assert terminal.trace.most_ua() == 500, f"{gap_ms} ms"
        to_current_again(terminal)


# --- a page ---


def beat_until_silent(stand: Stand, since_ns: int) -> None:
    stand.silent_within(since_ns, SOON_NS)


def test_a_stop_key_in_a_page(page: Stand) -> None:
    at_ns = time.monotonic_ns()
    page.app.keys("\x1b[24~")
    beat_until_silent(page, at_ns)


def test_a_press_on_the_stop_bar_in_a_page(page: Stand) -> None:
    at_ns = time.monotonic_ns()
    page.app.keys("\x1b[<0;50;29M")
    beat_until_silent(page, at_ns)


def test_the_page_is_closed(page: Stand) -> None:
    at_ns = time.monotonic_ns()
    page.app.meta(type="quit")
    beat_until_silent(page, at_ns)
    assert page.app.ended() == 1  # the session was cut off


def test_the_server_is_killed(page: Stand) -> None:
    at_ns = time.monotonic_ns()
    page.app.close_terminal()
    beat_until_silent(page, at_ns)
    page.app.ended()


def test_input_that_cannot_be_read(page: Stand) -> None:
    at_ns = time.monotonic_ns()
    page.app.garbage()
    beat_until_silent(page, at_ns)
    page.app.ended()


def test_a_page_that_gives_no_sign_of_life(page: Stand) -> None:
    at_ns = time.monotonic_ns()
    page.app.beating = False
    took_ms = page.silent_within(at_ns, SILENT_NS)
    assert took_ms > 1500
    page.app.beating = True
    page.app.press_for("t", "FINDING")
