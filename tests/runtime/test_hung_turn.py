"""A program whose loop hangs is not kept alive by anything else: no frame leaves that renews the device's timer.

On the real clock, with the real threads: a helper thread that means well would be seen nowhere else.
"""

from __future__ import annotations

from threading import Event

from together.real_line import WAIT_S, Desk

from firmware_sim.stage.trace import FrameArrived
from laws.instrument import RENEWING
from nmes.core.view import Word
from nmes.trial.bench import MemorySink

WATCHED_S = 0.7
"""Longer than any two renewing requests are apart while the program turns: at most 0.5 s [SR-03]."""


def renewing(desk: Desk) -> int:
    frames = (event for event in list(desk.line.device.stage.events) if isinstance(event, FrameArrived))
    return sum(frame.command in RENEWING for frame in frames)


def test_while_the_loop_hangs_nothing_renews_the_devices_timer() -> None:
    with Desk(MemorySink) as desk:
        desk.live()
        before = renewing(desk)
        Event().wait(WATCHED_S)
        assert renewing(desk) > before, "while it turns the device is kept alive, and this is seen here"
        desk.line.go.clear()
        assert desk.line.stuck.wait(WAIT_S)
        hung = renewing(desk)
        Event().wait(WATCHED_S)
        assert renewing(desk) == hung
        desk.line.go.set()
        desk.controller.stop("key")
        desk.until(lambda view: view.word is Word.STOPPED)
