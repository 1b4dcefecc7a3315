"""The patient's own stop: a button on a line of its own, read by a thread of its own.

Laws: whatever comes from the button (a byte, a control line that changes) stops the output in the reading thread, as a
STOP key does; a button that is gone stops it too. One that speaks without end is told as such once, and then not heard
before it was silent: nothing starts until it was pressed after that, and no record is filled with it. The thread knows
nothing of the session but its STOP. What comes in the first moments after the line was opened is thrown away, because
opening itself can make a button speak; nothing can flow then, since a session with a patient's stop starts only after a
press that was heard.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from nmes.core.events import PATIENT, PATIENT_LOST, PATIENT_RESTLESS
from nmes.guard.port import PortError

F12: Final = "f12"
"""`--patient-stop f12`: a foot switch that types F12; the app hears it, no line is opened."""


@dataclass(frozen=True, slots=True)
class Timing:
    """What the thread waits for, and how long."""

    settle_s: float = 2.0
    """A board that restarts when its line is opened has spoken by then [design]."""
    wait_ms: int = 20
    """How often the control lines are looked at, and the end of the session; a byte is heard at once [design]."""
    reopen_s: float = 1.0
    """How often a lost button is looked for again [design]."""
    again_s: float = 0.25
    """A button that goes on speaking is a STOP again only after this long [design]."""
    rest_s: float = 0.5
    """So long silent, it has come to rest: what comes then is a new press [design]."""
    restless_s: float = 2.0
    """So long without that rest, nobody can tell a press from the rest of it: longer than a hand trembles [design]."""
    join_s: float = 2.0
    """The longest the thread is waited for: opening a line again takes it a second at most [design]."""


TIMING: Final = Timing()


class Button(Protocol):
    """An open line to a button."""

    def pressed(self, timeout_ms: int) -> bool:
        """Whether it spoke, within `timeout_ms`; PortError once it is gone."""

    def close(self) -> None:
        """Idempotent."""


class Stoppable(Protocol):
    """All the thread knows of a session."""

    @property
    def done(self) -> bool: ...

    def stop(self, source: str) -> None: ...


class PatientStop:
    """An open button, and later the thread that watches it for one session. Whoever opened it closes it."""

    def __init__(
        self,
        open_button: Callable[[], Button],
        timing: Timing = TIMING,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Opens it; PortError if there is none."""
        self._open_button, self._timing, self._clock_s = open_button, timing, clock_s
        self._button = open_button()
        self._over = threading.Event()
        self._settled_at = 0.0
        self._spoke_at = self._began_at = self._told_at = -math.inf
        self._restless = False
        self._thread: threading.Thread | None = None

    def watch(self, live: Stoppable) -> None:
        """Stop `live` whenever the button speaks, from now on until the session is done; then the line is closed."""
        self._settle()
        self._thread = threading.Thread(target=self._run, args=(live,), name="nmes-patient-stop", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Before, instead of or after a session: from then on nothing reads the line and nothing opens it again.

        Idempotent.
        """
        self._over.set()
        self._button.close()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(self._timing.join_s)

    def _run(self, live: Stoppable) -> None:
        try:
            while not self._ended(live):
                self._listen(live)
        except BaseException:
            live.stop(PATIENT_LOST)  # whatever it was: a button that nobody reads is no button
            raise
        finally:
            self._button.close()

    def _listen(self, live: Stoppable) -> None:
        try:
            pressed = self._button.pressed(self._timing.wait_ms)
        except PortError:
            if not self._over.is_set():
                live.stop(PATIENT_LOST)
                self._reopen(live)
            return
        now = self._clock_s()
        if pressed and now >= self._settled_at:
            self._spoken(live, now)
            self._over.wait(self._timing.wait_ms / 1000)  # one that never stops speaking must not take the processor

    def _spoken(self, live: Stoppable, now: float) -> None:
        """The first sign is a STOP at once; one that does not come to rest is told once, and then only what is new."""
        if now - self._spoke_at >= self._timing.rest_s:
            self._began_at, self._told_at, self._restless = now, -math.inf, False
        self._spoke_at = now
        if self._restless:
            return
        if now - self._began_at >= self._timing.restless_s:
            self._restless = True
            live.stop(PATIENT_RESTLESS)
        elif now - self._told_at >= self._timing.again_s:
            self._told_at = now
            live.stop(PATIENT)

    def _reopen(self, live: Stoppable) -> None:
        """Until it is there again, or nobody needs it. The session starts nothing before it was pressed once more."""
        self._button.close()
        while not self._over.wait(self._timing.reopen_s) and not self._ended(live):
            try:
                self._button = self._open_button()
            except PortError:
                continue
            self._settle()
            return

    def _settle(self) -> None:
        self._settled_at = self._clock_s() + self._timing.settle_s

    def _ended(self, live: Stoppable) -> bool:
        return live.done or self._over.is_set()
