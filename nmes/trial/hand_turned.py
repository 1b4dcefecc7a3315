"""A bench as a `Live` session whose time passes only when it is told to: for scripts, as fast as they can be heard.

The same script gives the same session every time. One lock covers the bench, because a signal stops it from a thread
of its own.
"""

from __future__ import annotations

import threading
from pathlib import Path

from nmes.core.events import Event
from nmes.core.measurement import NOBODY, Who
from nmes.core.view import View
from nmes.runtime.families import DEFAULT, Family
from nmes.runtime.library import Loaded
from nmes.runtime.live import Summary, summary_of
from nmes.runtime.patient_stop import PatientStop
from nmes.trial.bench import attended_on_bench, bench_with_record

FINISH_STEPS = 100_000
"""More turns than any end of a session takes [design]."""


class HandTurned:
    """See the module. What escapes a turn stops the output, as in the real loop, and is raised."""

    _button: PatientStop | None = None

    def __init__(
        self,
        loaded: Loaded,
        home: Path,
        who: Who = NOBODY,
        *,
        attended: bool = False,
        patient_stop: bool = False,
        family: Family = DEFAULT,
    ) -> None:
        """`family`: of the device that is simulated."""
        with_it = attended_on_bench(loaded, home, who, patient_stop=patient_stop) if attended else None
        self._bench, self._record = bench_with_record(loaded, home, who=who, attended=with_it, family=family)
        self._lock = threading.RLock()

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
        with self._lock:
            self._bench.press(event)
            self._bench.turn()

    def stop(self, source: str) -> None:
        with self._lock:
            self._bench.controller.stop(source)
            self._bench.turn()

    def touch(self) -> None:
        self._bench.controller.touch()

    def heartbeat(self) -> None:
        """The bench's own turns keep it."""

    def pass_time(self) -> None:
        """On to the next thing that is due."""
        with self._lock:
            try:
                self._bench.step()
            except BaseException as error:
                self._bench.controller.fail(error)
                raise

    def skin_charge_nc(self, channel: int) -> int:
        """Charge of the first phases that crossed the skin on this channel so far, as the instrument saw it."""
        return self._bench.skin_charge_pc(channel) // 1000

    def watched_by(self, button: PatientStop) -> None:
        """The patient's own button stops this session from now on; with the session it is let go."""
        self._button = button
        button.watch(self)

    def finish(self) -> Summary:
        with self._lock:
            for _ in range(FINISH_STEPS):
                if self.done:
                    break
                self._bench.controller.leave()
                self._bench.step()
        if self._button is not None:
            self._button.close()  # without the lock, which its thread may be waiting for
        return summary_of(self._record)
