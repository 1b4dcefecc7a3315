"""The real loop: one thread, about twenty lines. Anything that escapes a turn trips the guard before it is told."""

from __future__ import annotations

import threading

from nmes.runtime.turn import Controller


class Loop(threading.Thread):
    """Turns a Controller until its session is over. `failure` is what escaped, if anything did."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(name="nmes-loop", daemon=True)
        self._controller = controller
        self._pause = threading.Event()
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            while not self._controller.done:
                data = self._controller.read()
                if not data and not self._controller.connected:
                    self._pause.wait(self._controller.wait_ms() / 1000)
                self._controller.turn(data)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the output goes off first
            self.failure = error
            self._controller.fail(error)
