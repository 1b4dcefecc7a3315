"""The app itself with four stopwatches in it: started by `stop_latency.py`, on a terminal of its own.

    python stop_app.py URL FOLDER DESCRIPTOR

It brings half a milliampere to the device again after each STOP, says so on the descriptor, and tells there when the
STOP was read, when `trip()` was called, and when the halt's bytes were with the system. Nothing of the way of a STOP is
replaced: what stands there is called as it is, between two looks at the clock.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nmes.cli.finding import plan_of
from nmes.core import events as e
from nmes.core.measurement import Who
from nmes.core.view import View, Word
from nmes.guard.port import GuardedPort
from nmes.runtime.library import Library, Loaded
from nmes.runtime.live import Live
from nmes.runtime.open import open_live
from nmes.ui.app import NmesApp
from nmes.ui.messages import Chosen
from nmes.ui.raw_input import RawInput
from nmes.ui.services import Services

PROTOCOL = "tens_conventional"
F12 = b"\x1b[24~"
LEVEL_UA = 500
AT_REST = {Word.STOPPED, Word.READY}
WAIT_S = 30.0
AGAIN_S = 3.0
"""A start that was not answered in time has stopped by then, and is made again."""


class Stopwatch:
    """Times of the STOP that is under way, in ns of the monotonic clock."""

    def __init__(self) -> None:
        self.times: dict[str, int] = {}
        self._tripping = 0
        read, trip, write = RawInput.read, GuardedPort.trip, os.write

        def read_at(raw: RawInput, data: bytes, *, whole: bool = False) -> None:
            if F12 in data:
                self.note("read_ns")
            read(raw, data, whole=whole)

        def trip_at(guard: GuardedPort, rule: str, detail: str = "") -> int:
            self.note("trip_ns")
            self._tripping = threading.get_ident()
            try:
                return trip(guard, rule, detail)
            finally:
                self._tripping = 0

        def write_at(descriptor: int, data: bytes) -> int:
            if self._tripping != threading.get_ident():
                return write(descriptor, data)
            self.note("handed_ns")
            done = write(descriptor, data)
            self.note("written_ns")
            return done

        RawInput.read, GuardedPort.trip, os.write = read_at, trip_at, write_at  # type: ignore[method-assign, assignment]  # stopwatches around what is measured

    def note(self, name: str) -> None:
        """The first time of each STOP counts."""
        self.times.setdefault(name, time.monotonic_ns())


def wait(live: Live, condition: Callable[[View], bool], within_s: float = WAIT_S) -> None:
    """Somebody is there until it is so. The heartbeat is the screen's own."""
    end = time.monotonic() + within_s
    while not condition(live.view):
        live.touch()
        if time.monotonic() > end:
            raise TimeoutError(f"{live.view.word} {live.view.why} {live.view.note}")
        time.sleep(0.01)


def prepare(live: Live, loaded: Loaded) -> None:
    """Screened and placed, before the screen is there."""

    def until(word: Word) -> None:
        wait(live, lambda view: live.heartbeat() is None and view.word is word)

    until(Word.SCREENING)
    live.post(e.Screened(tuple(e.Answer(code, e.Reply.NO) for code in loaded.protocol.screening_codes), "stopwatch"))
    until(Word.PLACING)
    live.post(e.Placed())
    until(Word.READY)


def to_current(live: Live) -> bool:
    """Half a milliampere, confirmed; False if something else stopped it on the way."""
    live.post(e.Titrate(1, 0, live.view.epoch))
    try:
        wait(live, lambda view: view.word is Word.TITRATING, AGAIN_S)
    except TimeoutError:
        return False
    live.post(e.Increase(1, live.view.epoch))
    wait(live, lambda view: view.channels[0].confirmed_ua == LEVEL_UA or view.word is not Word.TITRATING)
    return live.view.word is Word.TITRATING


def measure(live: Live, watch: Stopwatch, tell: Callable[[dict[str, Any]], None]) -> None:
    """Again and again, until the terminal is closed; what goes wrong is told too."""
    try:
        while True:
            if not to_current(live):
                tell({"by_itself": live.view.why})
                wait(live, lambda view: view.word in AT_REST)
                continue
            watch.times.clear()
            tell({"live": True})
            wait(live, lambda view: view.word is Word.STOPPED and {"read_ns", "written_ns"} <= watch.times.keys())
            tell(dict(watch.times))
            wait(live, lambda view: view.word in AT_REST and not view.halt_unconfirmed)
    except (TimeoutError, OSError) as error:
        tell({"failed": str(error), "times": watch.times})


def main(url: str, home: Path, descriptor: int) -> None:
    watch, loaded, say = Stopwatch(), Library().load(PROTOCOL), os.fdopen(descriptor, "w", buffering=1)

    def tell(fields: dict[str, Any]) -> None:
        say.write(json.dumps(fields) + "\n")

    def open_session(one: Loaded, who: Who) -> Live:
        live = open_live(one, url=url, home=home, who=who)
        prepare(live, loaded)
        threading.Thread(target=measure, args=(live, watch, tell), daemon=True).start()
        return live

    who = Who("P-001", "left")
    app = NmesApp(Services(protocols=[loaded], compile_plan=plan_of, open_session=open_session), who=who, first=loaded)
    app.call_later(lambda: app.set_timer(0.5, lambda: app.post_message(Chosen(0, who))))
    app.run()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
