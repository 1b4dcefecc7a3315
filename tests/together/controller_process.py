"""A controller as a program of its own, to be killed: `python controller_process.py URL|sim HOME TRACE [KEY]`.

It opens a session as the command line does, signals included, lets the scripted therapist start conventional TENS at
1 mA, says READY once the device has confirmed current, and then says each state it comes to, with how far the plan is.
SIGUSR1: the computer has slept for an hour, as its clocks tell it. SIGUSR2: somebody sets its wall clock back by two.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from pathlib import Path

from nmes.core import events as e
from nmes.core.view import View, Word
from nmes.runtime import simulator
from nmes.runtime.families import family
from nmes.runtime.library import Library
from nmes.runtime.live import Live
from nmes.runtime.open import open_live
from nmes.runtime.signals import end_by, watch_signals
from nmes.trial.therapist import Therapist

LEVEL_UA = 1_000
TURN_S = 0.02
OVER = {Word.UNSURE, Word.ENDED, Word.STOPPED}
SLEPT_NS, SET_BACK_NS = 3_600_000_000_000, 7_200_000_000_000
simulator.IDLE_S = 1  # nobody shall wait 15 s to see that it ends by itself


def say(line: str) -> None:
    print(line, flush=True)


class Desk:
    """Takes signals in their own thread, as the command line does: stop at once, end afterwards."""

    def __init__(self) -> None:
        self.live: Live | None = None
        self.taken = ""
        self.wake = threading.Event()

    def take(self, name: str) -> None:
        if self.live is not None:
            self.live.stop(name)
        self.taken = self.taken or name
        self.wake.set()


def let_clocks_jump() -> None:
    """The computer's clocks, not ours: what a suspend adds to all but one of them, and what a person sets."""
    slept_ns, wall_ns = [0], [0]
    steady, wall = time.clock_gettime_ns, time.time_ns

    def sleep(_number: int, _frame: object) -> None:
        slept_ns[0] += SLEPT_NS
        wall_ns[0] += SLEPT_NS

    def set_back(_number: int, _frame: object) -> None:
        wall_ns[0] -= SET_BACK_NS

    time.clock_gettime_ns = lambda clock: steady(clock) + slept_ns[0]
    time.time_ns = lambda: wall() + wall_ns[0]
    signal.signal(signal.SIGUSR1, sleep)
    signal.signal(signal.SIGUSR2, set_back)


def run(url: str, home: Path, trace: Path, key: str = "p24") -> int:
    desk = Desk()
    let_clocks_jump()
    end_watch = watch_signals(desk.take)
    loaded = Library().load("tens_conventional")
    far_end, noted = (None, trace) if url == "sim" else (url, None)
    live = open_live(loaded, url=far_end, home=home, trace=noted, family=family(key))
    desk.live = live
    therapist = Therapist(
        tuple(e.Answer(code, e.Reply.NO) for code in loaded.protocol.screening_codes),
        lambda slot, view: view.channels[0].level_ua >= LEVEL_UA,
    )
    said: set[str] = set()
    while not desk.taken and live.view.word is not Word.UNSURE and not live.done:
        live.heartbeat()
        view = live.view
        tell(view, said)
        action = None if view.word is Word.STOPPED else therapist.act(view)
        if action is not None:
            live.post(action)
        desk.wake.wait(TURN_S)
    settle(live)
    tell(live.view, said)
    summary = live.finish()
    end_watch()
    say(f"RECORD {summary.record} {summary.intact}")
    return end_by(desk.taken) if desk.taken else 0


def tell(view: View, said: set[str]) -> None:
    running = view.plan_ms > 0 and view.word is not Word.TITRATING
    if running and view.channels[0].confirmed_ua and "READY" not in said:
        said.add("READY")
        say("READY")
    line = f"STATE {view.word.value} {view.why}"
    if "READY" in said and line not in said:
        said.add(line)
        say(line)
        say(f"PLAN {view.plan_ms}")


def settle(live: Live) -> None:
    """Let a STOP be confirmed, so that the record ends with its reason."""
    for _ in range(100):
        if live.done or live.view.word in OVER:
            return
        live.heartbeat()
        threading.Event().wait(TURN_S)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), *sys.argv[4:]))
