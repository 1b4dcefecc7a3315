"""A real browser at `nmes serve`: it is pointed at words with the mouse, and what it shows is read out of it."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PATIENCE_S = 30.0
"""Only for what is expected to come: a test that waits this long has failed."""
AGAIN_S = 3.0
"""As long as a person waits before the mouse is pressed once more."""
KEEP_TERMINAL = """
Object.defineProperty(Object.prototype, "_core", {
  configurable: true,
  set(core) {
    Object.defineProperty(this, "_core", {value: core, writable: true, configurable: true});
    if (core && core.buffer) window.shownTerminal = window.shownTerminal || this;
  },
});
"""
"""Lets the test read the page's own terminal, which keeps its text in no element."""
ROWS = """() => {
  const shown = window.shownTerminal;
  if (!shown) return [];
  const buffer = shown.buffer.active;
  return Array.from({length: shown.rows}, (_, y) => buffer.getLine(y)?.translateToString() ?? "");
}"""


def chromium() -> str:
    """Where the browser is; without one the campaign fails and says so."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert found, "this test drives a real browser: install chromium, for example apt-get install chromium"
    return found


@contextmanager
def open_browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Shown:
    """A page with the app in it."""

    page: Page

    def rows(self) -> list[str]:
        found: Any = self.page.evaluate(ROWS)
        return [str(row) for row in found]

    def text(self) -> str:
        return "\n".join(self.rows())

    def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < end, self.text()
            self.page.wait_for_timeout(50)

    def see(self, words: str) -> None:
        """Wait until it stands there."""
        self.until(lambda: words in self.text())

    def see_element(self, words: str) -> None:
        """Wait until the page itself, not its terminal, says so."""
        self.page.get_by_text(words).wait_for(timeout=PATIENCE_S * 1000)

    def place(self, words: str) -> tuple[float, float]:
        """The pixel in the middle of the last place where these words stand."""
        self.see(words)
        rows = self.rows()
        y = max(number for number, row in enumerate(rows) if words in row)
        x = rows[y].rindex(words) + len(words) / 2
        box = self.page.locator(".xterm-screen").bounding_box()
        assert box is not None
        columns: Any = self.page.evaluate("window.shownTerminal.cols")
        return box["x"] + x * box["width"] / columns, box["y"] + (y + 0.5) * box["height"] / len(rows)

    def click(self, words: str) -> None:
        """With the mouse, on these words."""
        self.page.mouse.click(*self.place(words))

    def click_for(self, words: str, seen: str) -> None:
        """Click until it has brought what it should."""
        self.click_until(words, lambda: seen in self.text())

    def click_until(self, words: str, done: Callable[[], bool]) -> None:
        """Click until it has done what it should: what is being painted anew may not be where it was a moment ago."""
        end = time.monotonic() + PATIENCE_S
        while not done():
            assert time.monotonic() < end, f"{words!r} never did what it should\n{self.text()}"
            if words in self.text():
                self.click(words)
            soon = time.monotonic() + AGAIN_S
            while not done() and time.monotonic() < soon:
                self.page.wait_for_timeout(50)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)


def open_page(browser: Browser, address: str, width: int = 1200, height: int = 800) -> Shown:
    page = browser.new_page(viewport={"width": width, "height": height})
    page.add_init_script(KEEP_TERMINAL)
    page.goto(address)
    return Shown(page)


# --- the programs ---


def first_line(process: subprocess.Popen[str], start: str) -> str:
    """What a program says first, after `start`."""
    assert process.stdout is not None
    assert select.select([process.stdout], [], [], PATIENCE_S)[0], f"it never said {start!r}"
    line = process.stdout.readline()
    assert line.startswith(start), line
    return line.removeprefix(start).strip()


def start(*arguments: str, home: Path) -> subprocess.Popen[str]:
    run = home / "run"
    run.mkdir(mode=0o700, parents=True, exist_ok=True)
    environment = {**os.environ, "NMES_HOME": str(home / "nmes"), "XDG_RUNTIME_DIR": str(run), "LANGUAGE": "en"}
    return subprocess.Popen(
        [sys.executable, "-m", *arguments], env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    )


def end(process: subprocess.Popen[str]) -> int:
    """Ask it to end; its exit code."""
    process.terminate()
    try:
        return process.wait(PATIENCE_S)
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
