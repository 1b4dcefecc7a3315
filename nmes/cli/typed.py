"""Lines from stdin, read in a thread, with a STOP that overtakes them.

`TypedLines`: a STOP is acted on at once, in the reading thread, and whatever was typed before it and not yet heard is
dropped; only a `wait` of a script holds it back, because the script put it there. One that comes long after the line
before it is no script's: somebody types into a pipe. `LinesOnDemand`: for a session whose
time stands still until a line has come, so that the same script always gives the same session.
"""

from __future__ import annotations

import io
import math
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Final

from nmes.runtime.plain import is_stop, is_wait

TYPED_BEFORE_MS: Final = 24 * 3600 * 1000
"""Longer than a session."""
ALONE_S: Final = 1.0
"""A file's lines come within milliseconds; a STOP so long after the line before it was typed by somebody [design]."""


def lines_of_stdin() -> Iterator[str]:
    """The lines of stdin. Where that is a file it is read by its number: the lock of `sys.stdin` would hold up the end
    of the program while a thread waits in it."""
    try:
        number = sys.stdin.fileno()
    except (AttributeError, ValueError, io.UnsupportedOperation):
        yield from iter(sys.stdin.readline, "")
        return
    rest = b""
    while data := _read(number):
        *whole, rest = (rest + data).split(b"\n")
        yield from (line.decode("utf-8", "replace") for line in whole)
    if rest:
        yield rest.decode("utf-8", "replace")


def _read(number: int) -> bytes:
    try:
        return os.read(number, 4096)
    except OSError:  # the terminal is gone
        return b""


class LinesOnDemand:
    """`peek` waits for a line; nothing overtakes anything."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._queue: deque[tuple[str, float]] = deque()
        """Lines, and when each was read."""
        self._changed = threading.Condition()
        self._closed = False
        self.stops = 0
        """How many STOP lines were acted on before their turn; counted before the STOP is made."""
        self._thread = threading.Thread(target=self._read, name="nmes-lines", daemon=True)
        self._thread.start()

    def peek(self) -> str | None:
        """The next line, left in its place; None if none will come."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closed)
            return self._queue[0][0] if self._queue else None

    def age_ms(self) -> int:
        """How long ago the line that was peeked at was read, in ms of the session: before it, for time stands still."""
        return TYPED_BEFORE_MS

    def take(self) -> None:
        """The line that was peeked at has been heard."""
        with self._changed:
            if self._queue:
                self._queue.popleft()

    def wait(self, seconds: float) -> None:
        """Until something changes, or the time is over."""
        with self._changed:
            self._changed.wait(seconds)

    def cancel(self) -> None:
        """Forget what is queued and wait for nothing more."""
        with self._changed:
            self._closed = True
            self._queue.clear()
            self._changed.notify_all()

    @property
    def ended(self) -> bool:
        """Whether no line will come any more and none is left."""
        return self.peek() is None

    def drop(self) -> bool:
        """Forget what is queued: it was typed before a STOP that came from elsewhere. Whether there was anything."""
        with self._changed:
            dropped = bool(self._queue)
            self._queue.clear()
            return dropped

    def stopped(self) -> bool:
        """Whether a STOP has overtaken since this was asked last."""
        return False

    def _read(self) -> None:
        try:
            for line in self._lines:
                self._put(line)
        finally:
            with self._changed:
                self._closed = True
                self._changed.notify_all()

    def _put(self, line: str) -> None:
        with self._changed:
            self._queue.append((line, time.monotonic()))
            self._changed.notify_all()


class TypedLines(LinesOnDemand):
    """`peek` never waits. `stop` is called in the reading thread. `script`: lines come from a pipe or a file."""

    def __init__(self, lines: Iterator[str], stop: Callable[[], None], *, script: bool) -> None:
        self._stop, self._script = stop, script
        self._in_wait = self._stopped = False
        self._came_s = -math.inf
        """When the last line came."""
        super().__init__(lines)

    def peek(self) -> str | None:
        with self._changed:
            return self._queue[0][0] if self._queue else None

    def take(self) -> None:
        """A `wait` lasts until the line after it is taken."""
        with self._changed:
            if self._queue:
                self._in_wait = is_wait(self._queue.popleft()[0])

    def age_ms(self) -> int:
        with self._changed:
            return round((time.monotonic() - self._queue[0][1]) * 1000) if self._queue else 0

    @property
    def ended(self) -> bool:
        with self._changed:
            return self._closed and not self._queue

    def stopped(self) -> bool:
        with self._changed:
            stopped, self._stopped = self._stopped, False
            return stopped

    def _put(self, line: str) -> None:
        before_s, self._came_s = self._came_s, time.monotonic()
        alone = self._came_s - before_s >= ALONE_S
        if is_stop(line) and (alone or not (self._script and self._held())):
            self.stops += 1
            self._stop()
            with self._changed:
                self._queue.clear()
                self._in_wait, self._stopped = False, True
                self._changed.notify_all()
            return
        super()._put(line)

    def _held(self) -> bool:
        with self._changed:
            return self._in_wait or any(is_wait(line) for line, _ in self._queue)
