"""A whole session in a real browser, by the mouse: served, seen, stopped, signed; and the page that is closed or hangs.

What reached the skin is told by the simulator's own trace, in the computer's monotonic time.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from strangers.browser import Shown, end, first_line, open_browser, open_page, start
from together.attending import Trace

from nmes.record.files import Kind
from nmes.record.story import Signature
from nmes.record.telling import story_of
from nmes.record.verdicts import verify_session
from nmes.record.verify import Intact

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(240)]

SILENT_MS = 3500
"""A page that gives no sign of life: 2.5 s, and the app's reading thread looks ten times a second."""
LATEST_MS = 300
"""From the press in the browser to the halt at the device: browser, socket, pipe, terminal, on a busy computer."""
QUESTIONS = 32
HAND_MS = 250
"""From one click to the next."""


@dataclass
class Served:
    """`nmes serve` and a simulator that writes a trace, both as programs."""

    server: subprocess.Popen[str]
    address: str
    trace: Trace
    home: Path

    def records(self) -> list[Path]:
        return sorted((self.home / "nmes").rglob("*.jsonl"))

    def silent_after(self, halt_ns: int) -> bool:
        """No pulse began after the halt had arrived."""
        return all(at <= halt_ns for at in self.trace.pulses_ns())


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as one:
        yield one


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    trace = tmp_path / "trace.jsonl"
    simulator = start("firmware_sim", "--serve", "tcp", "--trace", str(trace), home=tmp_path)
    try:
        url = first_line(simulator, "listening ")
        server = start("nmes", "serve", "--port", "0", "--line", url, home=tmp_path)
        try:
            yield Served(server, first_line(server, "nmes is at ").split()[0], Trace(trace), tmp_path)
        finally:
            end(server)
    finally:
        end(simulator)


def to_protocols(shown: Shown) -> None:
    shown.click_for("t try", "Enter use it")
    shown.click_until("/ filter e", lambda: "e edit a copy" not in shown.text())
    shown.type("conventional")
    shown.see("ntional  ")


def answer(shown: Shown) -> None:
    """The checklist: only the name is typed."""
    shown.see(f"{QUESTIONS} of {QUESTIONS} to answer")
    while "All answered" not in shown.text():
        shown.click("n no")
        shown.page.wait_for_timeout(HAND_MS)
    shown.click_for("F2 go on", "You are writing WHO ASKED")
    shown.type("Ada")
    shown.click_for("F2 go on", "▸4 Electrodes")


def to_pads(shown: Shown) -> None:
    to_protocols(shown)
    shown.click_for("F2 use it", "▸3 Screening")
    answer(shown)


def to_current(shown: Shown, served: Served) -> None:
    """One milliampere while the level is being found."""
    to_pads(shown)
    shown.page.keyboard.press("2")
    shown.click_for("F2 go on", "▸5 Levels")
    shown.click_for("t find", "FINDING THE LEVEL")
    shown.click_for("[ + ]", "confirmed  0.5")
    shown.click_for("[ + ]", "confirmed  1.0")
    served.trace.until(lambda: len(served.trace.pulses_ns()) > 20)


def to_treatment(shown: Shown, served: Served) -> None:
    to_current(shown, served)
    shown.click_for("a accept", "y felt there")
    shown.click_for("y felt there", "s start")
    shown.click_for("s start", "▸6 Treatment")
    shown.see("● ON")


def measured(served: Served, pressed_ns: int, capsys: pytest.CaptureFixture[str]) -> None:
    """The press halted the device soon, and no pulse came after the halt."""
    served.trace.until(lambda: any(at >= pressed_ns for at in served.trace.halts_ns()))
    halt_ns = min(at for at in served.trace.halts_ns() if at >= pressed_ns)
    with capsys.disabled():
        print(f" [press in the browser to halt {(halt_ns - pressed_ns) / 1e6:.0f} ms]", end="")
    assert halt_ns - pressed_ns < LATEST_MS * 1_000_000
    assert served.silent_after(halt_ns)


def test_a_whole_session_by_the_mouse(served: Served, browser: Browser, capsys: pytest.CaptureFixture[str]) -> None:
    shown = open_page(browser, served.address)
    shown.see("LAST SESSIONS")
    shown.page.keyboard.press("F1")  # nothing was clicked yet: keys, and so STOP, are heard from the start
    shown.see("KEYS OF THIS SCREEN")
    shown.page.keyboard.press("Escape")
    shown.until(lambda: "KEYS OF THIS SCREEN" not in shown.text())
    to_treatment(shown, served)
    bar = shown.place("STOP ALL")
    pressed_ns = time.monotonic_ns()
    shown.page.mouse.click(*bar)
    shown.see("■ STOPPED")
    assert "STOP was clicked" in shown.text()
    measured(served, pressed_ns, capsys)
    shown.click_for("e end", "end it")
    shown.page.keyboard.press("Enter")
    shown.see("▸7 After")
    for key in ("0", "F2", "0", "F2", "n"):  # what was found is typed, as it is on paper
        shown.page.keyboard.press(key)
        shown.page.wait_for_timeout(HAND_MS)
    shown.click_for("F2 to sign", "▸8 Sign")
    shown.type("Ada")
    shown.click_for("F2 sign", "You are writing WHY")
    shown.type("not today")
    shown.click_for("F2 sign", "Summary")
    shown.see("intact")
    (record,) = served.records()
    assert isinstance(verify_session(record).verdict, Intact)
    assert isinstance(story_of(record, Kind.SIMULATION).signature, Signature)
    shown.page.close()


def test_the_keys_of_stop_reach_the_app_and_not_the_browser(
    served: Served, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = open_page(browser, served.address)
    to_current(shown, served)
    pressed_ns = time.monotonic_ns()
    shown.page.keyboard.press("F12")
    shown.see("■ STOPPED")
    measured(served, pressed_ns, capsys)
    for key in ("Control+c", "Escape", "Space"):
        shown.click_for("t find", "FINDING THE LEVEL")
        shown.click_for("[ + ]", "confirmed  0.5")
        pressed_ns = time.monotonic_ns()
        shown.page.keyboard.press(key)
        shown.see("■ STOPPED")
        measured(served, pressed_ns, capsys)
    shown.page.close()


def test_a_closed_tab_stops_and_the_next_page_is_a_new_session(
    served: Served, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = open_page(browser, served.address)
    to_current(shown, served)
    second = browser.new_page()
    answer = second.goto(served.address)
    assert answer is not None
    assert answer.status == 409
    assert "One page at a time" in second.inner_text("body")
    pressed_ns = time.monotonic_ns()
    shown.page.close()
    measured(served, pressed_ns, capsys)
    second.close()
    again = open_page(browser, served.address)
    again.see("LAST SESSIONS")
    again.page.close()


def test_a_page_whose_program_hangs_is_stopped(served: Served, browser: Browser) -> None:
    shown = open_page(browser, served.address)
    to_current(shown, served)
    at_ns = time.monotonic_ns()
    shown.page.evaluate("setTimeout(() => { const end = Date.now() + 8000; while (Date.now() < end); }, 0)")
    served.trace.until(lambda: time.monotonic_ns() - max(served.trace.pulses_ns()) > 1_000_000_000)
    assert max(served.trace.pulses_ns()) - at_ns < SILENT_MS * 1_000_000
    shown.see("■ STOPPED")
    shown.page.close()


def test_a_server_that_is_killed_leaves_no_output(served: Served, browser: Browser) -> None:
    shown = open_page(browser, served.address)
    to_current(shown, served)
    at_ns = time.monotonic_ns()
    served.server.kill()
    served.trace.until(lambda: time.monotonic_ns() - max(served.trace.pulses_ns()) > 1_000_000_000)
    assert max(served.trace.pulses_ns()) - at_ns < LATEST_MS * 1_000_000
    shown.see_element("Open nmes again")
    shown.page.close()
