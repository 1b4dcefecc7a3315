"""A bench as a `Live` session: virtual time that follows real time at a chosen pace, for trying a session by hand.

At `speed` None it does not wait at all. The bench is turned in a thread of its own; one lock covers it, because here
controller and device share a process, and a STOP from another thread must not meet the device in the middle of a step.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path

from nmes.core.events import Event
from nmes.core.measurement import NOBODY, Who
from nmes.core.view import View
from nmes.runtime.library import Loaded
from nmes.runtime.live import Summary, summary_of
from nmes.trial.bench import bench_with_record

FINISH_LIMIT_S = 10.0
SLICE_S = 0.02
"""The longest wait between two steps, so that a key is heard at once [design]."""


class PacedBench:
    """See the module. Errors that escape a turn stop the output, as in the real loop, and end the session."""

    def __init__(self, loaded: Loaded, home: Path, speed: float | None = 1.0, who: Who = NOBODY) -> None:
        self._bench, self._record = bench_with_record(loaded, home, who=who)
        self._speed = speed
        self._lock = threading.Lock()
        self._free = threading.Event()
        self._free.set()
        self._over = threading.Event()
        self.failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="nmes-bench", daemon=True)
        self._thread.start()

    @property
    def view(self) -> View:
        return self._bench.view

    @property
    def simulation(self) -> bool:
        return True

    @property
    def done(self) -> bool:
        return self._bench.controller.done

    def post(self, event: Event) -> None:
        self._bench.press(event)

    def stop(self, source: str) -> None:
        self._free.clear()  # a lock alone is not fair: at full speed the bench would take it again and again
        try:
            with self._lock:
                self._bench.controller.stop(source)
        finally:
            self._free.set()

    def touch(self) -> None:
        self._bench.controller.touch()

    def heartbeat(self) -> None:
        self._bench.controller.heartbeat()

    def finish(self) -> Summary:
        end = time.monotonic() + FINISH_LIMIT_S
        while not self.done and time.monotonic() < end:
            self._bench.controller.leave()
            self._thread.join(0.1)
        self._over.set()
        self._thread.join(FINISH_LIMIT_S)
        return summary_of(self._record)

    def _run(self) -> None:
        try:
            while not self.done and not self._over.is_set():
                self._free.wait()
                with self._lock:
                    waited_us = self._step()
                if self._speed is not None:
                    self._over.wait(waited_us / self._speed / 1_000_000)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the output goes off first
            self.failure = error
            self._bench.controller.fail(error)

    def _step(self) -> int:
        """One step of the bench, at most a slice long; the time that passed there, in us."""
        if self._speed is None:
            return self._bench.step()
        return self._bench.step(self._bench.clock.now_us + int(SLICE_S * self._speed * 1_000_000))
