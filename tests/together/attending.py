"""A real session on the real clock, brought to current by a person who attends it, and the simulator's trace of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nmes.core import events as e
from nmes.core.view import View, Word
from nmes.runtime.library import Library, Loaded
from nmes.runtime.live import Live

PATIENCE_S = 40.0
"""Only for what is expected to come: a test that waits this long has failed."""
HALT = 34
TENS = "tens_conventional"


def tens() -> Loaded:
    """One channel that gives pulses all the time."""
    return Library().load(TENS)


class Attendant:
    """Whoever keeps the screen alive and does what is missing."""

    def __init__(self, live: Live) -> None:
        self.live = live

    def until(self, condition: Callable[[View], bool]) -> View:
        end = time.monotonic() + PATIENCE_S
        while not condition(view := self.live.view):
            assert time.monotonic() < end, f"{view.word} {view.why} {view.note} {view.missing}"
            self.live.heartbeat()
            time.sleep(0.005)
        return view

    def do(self, event: e.Event, condition: Callable[[View], bool]) -> View:
        """Say it, and wait for what comes of it."""
        self.live.post(event)
        return self.until(condition)

    def screen(self) -> None:
        self.until(lambda view: view.word is Word.SCREENING)
        codes = tens().protocol.screening_codes
        answers = tuple(e.Answer(code, e.Reply.NO) for code in codes)
        self.do(e.Screened(answers, "Ada"), lambda view: view.word is Word.PLACING)

    def place(self) -> None:
        pads = tuple((one.channel, one.pad_mm2) for one in self.live.view.plan.channels)
        self.do(e.Placed(pads), lambda view: view.word is Word.READY)

    def current(self) -> None:
        """Half a milliampere on channel 1, confirmed by the device."""
        self.do(e.Titrate(1, 0, self.live.view.epoch), lambda view: view.word is Word.TITRATING)
        self.do(e.Increase(1, self.live.view.epoch), lambda view: view.channels[0].confirmed_ua == 500)


class Trace:
    """What the simulator wrote down, in the computer's monotonic time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def lines(self) -> list[dict[str, Any]]:
        text = self._path.read_text() if self._path.exists() else ""
        return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]

    def start_ns(self) -> int:
        return next(line["start"]["monotonic_ns"] for line in self.lines() if "start" in line)

    def pulses_ns(self) -> list[int]:
        """When each pulse with current began."""
        start_ns = self.start_ns()
        return [start_ns + line["t_us"] * 1000 for line in self.lines() if line.get("pulse", {}).get("peak_current_ua")]

    def most_ua(self) -> int:
        """The largest current of any pulse."""
        return max((line["pulse"]["peak_current_ua"] for line in self.lines() if "pulse" in line), default=0)

    def halts_ns(self) -> list[int]:
        """When each halting frame arrived."""
        start_ns = self.start_ns()
        return [start_ns + line["t_us"] * 1000 for line in self.lines() if line.get("frame") == HALT]

    def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < end, f"the simulator's trace did not get there in time: {self.lines()[-3:]}"
            time.sleep(0.05)  # it is read whole each time
