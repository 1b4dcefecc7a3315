"""A second pair of ears for the signals that end a program: a thread that stops while the main thread cannot.

Python runs the handler of a signal in the main thread between two of its steps; a main thread that computes in C for a
second hears it a second late (0.8 to 1.3 s when measured). The system's own handler, though, writes the number of the
signal to a socket at once, and a thread that reads there stops every open session. What the signal is for stays the
handler's.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable

from nmes.runtime.signals import TAKEN

Stop = Callable[[str], None]
"""STOP for one session; told the name of the signal."""


class Ears:
    """One for the process; open while any session is. Where somebody else hears in this way already, it hears nothing:
    the handlers do, as ever.
    """

    def __init__(self) -> None:
        self._stops: tuple[Stop, ...] = ()
        self._written: socket.socket | None = None

    def open(self, stop: Stop) -> None:
        """In the main thread, once the handlers are set."""
        self._stops = (*self._stops, stop)
        if self._written is not None:
            return
        read, written = socket.socketpair()
        written.setblocking(False)
        before = signal.set_wakeup_fd(written.fileno(), warn_on_full_buffer=False)
        if before != -1:
            signal.set_wakeup_fd(before)
            read.close()
            written.close()
            return
        self._written = written
        threading.Thread(target=self._hear, args=(read,), name="nmes-api-signals", daemon=True).start()

    def close(self, stop: Stop) -> None:
        """That session is closed. From another thread than the main one the socket stays open, and stops nothing."""
        self._stops = tuple(one for one in self._stops if one != stop)
        if self._stops or self._written is None or threading.current_thread() is not threading.main_thread():
            return
        now = signal.set_wakeup_fd(-1)
        if now not in {-1, self._written.fileno()}:
            signal.set_wakeup_fd(now)  # somebody else's by now
        self._written.close()
        self._written = None

    def forget(self) -> None:
        """In a forked process: its signals are none of the sessions'."""
        self._stops = ()
        if self._written is not None:
            signal.set_wakeup_fd(-1)
            self._written.close()
            self._written = None

    def _hear(self, read: socket.socket) -> None:
        with read:
            while numbers := read.recv(64):
                for name in dict.fromkeys(signal.Signals(one).name for one in numbers if one in TAKEN):
                    for stop in self._stops[::-1]:
                        stop(name)


EARS = Ears()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=EARS.forget)
