"""A bench as a `Live` session: virtual time that follows real time at a chosen pace, for trying a session by hand.

At `speed` None it does not wait at all. The bench is turned in a thread of its own; one lock covers it, because here
controller and device share a process, and a STOP from another thread must not meet the device in the middle of a step.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue

from nmes.core.events import Event
from nmes.core.measurement import NOBODY, Who
from nmes.core.view import View
from nmes.runtime.backdoor_bench import ANSWER_S, BackdoorBench
from nmes.runtime.families import DEFAULT, Family
from nmes.runtime.library import Loaded
from nmes.runtime.live import Summary, summary_of
from nmes.runtime.patient_stop import PatientStop
from nmes.runtime.person import Person
from nmes.runtime.sim_bench import SimBench
from nmes.trial.bench import Device, attended_on_bench, bench_with_record
from nmes.trial.bench.person import device_with_person

FINISH_LIMIT_S = 10.0
"""As long as a session on the real clock is waited for [design]."""
SLICE_S = 0.02
"""The longest wait between two steps, so that a key is heard at once [design]."""


class PacedBench:
    """See the module. Errors that escape a turn stop the output, as in the real loop, and end the session."""

    def __init__(
        self,
        loaded: Loaded,
        home: Path,
        speed: float | None = 1.0,
        who: Who = NOBODY,
        *,
        attended: bool = False,
        patient_stop: bool = False,
        person: Person | None = None,
        station: str = "",
        family: Family = DEFAULT,
    ) -> None:
        """`person`: who is at the electrodes. `station`: the name this place was given, "" = the computer's.

        `family`: of the device that is simulated.
        """
        with_it = attended_on_bench(loaded, home, who, patient_stop=patient_stop) if attended else None
        device, self._door = device_with_person(person, family) if person else _nobody()
        self.sim_bench: SimBench | None = BackdoorBench(self._ask) if person else None
        self._asked: SimpleQueue[tuple[str, Future[str]]] = SimpleQueue()
        self._bench, self._record = bench_with_record(
            loaded, home, device, who, attended=with_it, station=station, family=family
        )
        self._speed = speed
        self._lock = threading.Lock()
        self._free = threading.Event()
        self._free.set()
        self._over = threading.Event()
        self.failure: BaseException | None = None
        self._button: PatientStop | None = None
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

    def watched_by(self, button: PatientStop) -> None:
        """The patient's own button stops this session from now on; with the session it is let go."""
        self._button = button
        button.watch(self)

    def finish(self) -> Summary:
        end = time.monotonic() + FINISH_LIMIT_S
        while not self.done and time.monotonic() < end:
            self._bench.controller.leave()
            self._thread.join(0.1)
        self._over.set()
        self._thread.join(FINISH_LIMIT_S)
        if self._button is not None:
            self._button.close()
        return summary_of(self._record)

    def _run(self) -> None:
        try:
            while not self.done and not self._over.is_set():
                self._free.wait()
                with self._lock:
                    waited_us = self._step()
                self._answer()
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

    def _ask(self, line: str) -> str:
        """The simulator's backdoor, from any thread; answered by the bench's own, so that a STOP never waits for it."""
        answer: Future[str] = Future()
        self._asked.put((line, answer))
        try:
            return answer.result(ANSWER_S)
        finally:
            answer.cancel()  # nobody waits for it any more: a pad is not pulled later than it was asked for

    def _answer(self) -> None:
        """One question between two steps. What goes wrong with it is the asker's: the session knows nothing of it."""
        if self._door is None or self._asked.empty():
            return
        line, answer = self._asked.get()
        if not answer.set_running_or_notify_cancel():
            return
        with self._lock:
            try:
                answer.set_result(self._door(line))
            except Exception as error:  # noqa: BLE001 - raised where it was asked
                answer.set_exception(error)


def _nobody() -> tuple[Device | None, Callable[[str], str] | None]:
    """The bench's own device, at which there is nothing to look."""
    return None, None
