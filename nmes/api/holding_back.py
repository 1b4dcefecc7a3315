"""Signals that come while a session is being opened are heard when it is open, or is not going to be.

Law: an exception out of a signal handler must not fall between the opening of a line and the moment from which somebody
can close it. It is held back once: who presses Ctrl+C again means it, and is heard at once. A session that is open
already is stopped at once all the same: only what comes after the stop is held back.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from nmes.api.desk import stop_those_of
from nmes.runtime.signals import TAKEN


@contextmanager
def signals_held_back() -> Iterator[None]:
    """For the main thread, where Python hears signals; what has no handler of this program ends it as ever."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: handler for number in TAKEN if callable(handler := signal.getsignal(number))}
    came: list[int] = []

    def hold(number: int, frame: FrameType | None) -> None:
        if number in came:
            before[number](number, frame)
        else:
            came.append(number)
            stop_those_of(before[number], number)

    try:
        for number in before:
            signal.signal(number, hold)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in came:
            signal.raise_signal(number)
