"""The real loop: one thread, about twenty lines. Anything that escapes a turn trips the guard before it is told."""

from __future__ import annotations

import sys
import threading
from typing import Final

from nmes.runtime.collecting import Collecting
from nmes.runtime.turn import Controller

SWITCH_S: Final = 0.0005
"""How long a thread that computes, as a screen does that is drawn, may keep this one waiting each time it has waited
for the line [design]. Python's own 5 ms add up to two pulses of a train that begins too late."""


class Loop(threading.Thread):
    """Turns a Controller until its session is over. `failure` is what escaped, if anything did."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(name="nmes-loop", daemon=True)
        self._controller = controller
        self._pause = threading.Event()
        self.failure: BaseException | None = None

    def run(self) -> None:
        before_s = sys.getswitchinterval()
        with Collecting() as collecting:
            try:
                sys.setswitchinterval(SWITCH_S)
                while not self._controller.done:
                    data = self._controller.read()
                    if not data and not self._controller.connected:
                        self._pause.wait(self._controller.wait_ms() / 1000)
                    self._controller.turn(data)
                    collecting.turned(self._controller)
            except BaseException as error:  # noqa: BLE001 - whatever it is, the output goes off first
                self.failure = error
                self._controller.fail(error)
            finally:
                sys.setswitchinterval(before_s)
