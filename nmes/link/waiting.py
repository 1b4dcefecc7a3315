"""Waiting for bytes so that another thread can end the wait: a blocked read must never outlive its port.

A pair of connected sockets is watched beside the line. `poll` takes a descriptor of any number. Where there is none
(Windows), and where it may not take a terminal (macOS [verify]), `select` waits, there with numbers below 1,024.
"""

from __future__ import annotations

import selectors
import socket
import sys
import threading

_HAS_POLL = hasattr(selectors, "PollSelector") and sys.platform != "darwin"
_Selector = selectors.PollSelector if _HAS_POLL else selectors.SelectSelector
CLOSING_S = 0.2  # [design] how long a close waits for a reader it has woken; a woken reader needs microseconds


def ready(within_s: float, reading: tuple[int, ...] = (), writing: tuple[int, ...] = ()) -> frozenset[int]:
    """Those descriptors that can be read from or written to, or have ended; empty if none can within the time.

    OSError or ValueError for one that is closed, or ready, so that its use says so.
    """
    with _Selector() as selector:
        for one in reading:
            selector.register(one, selectors.EVENT_READ)
        for one in writing:
            selector.register(one, selectors.EVENT_WRITE)
        return frozenset(key.fd for key, _events in selector.select(within_s))


class Waiting:
    """One reader at a time waits here; `wake` and `close` may be called by any thread."""

    def __init__(self) -> None:
        self._receiving, self._sending = socket.socketpair()
        self._receiving.setblocking(False)
        self._sending.setblocking(False)
        self.reading = threading.Lock()
        """Held by the reader for the length of one read."""

    def readable(self, line: int, timeout_ms: int) -> bool:
        """True when `line` (a file descriptor) has bytes or has hung up; False after `timeout_ms` or a wake."""
        woken = self._receiving.fileno()
        found = ready(timeout_ms / 1000, reading=(line, woken))
        if woken in found:
            self._receiving.recv(4096)
            return False
        return line in found

    def wake(self) -> None:
        """End the present wait; if nobody waits, the next one ends at once."""
        try:
            self._sending.send(b"w")
        except OSError:
            return  # closed, or so many wakes are unread that one more changes nothing

    def close(self) -> None:
        """Wake the reader, give it time to leave, and let the sockets go."""
        self.wake()
        left = self.reading.acquire(timeout=CLOSING_S)
        self._receiving.close()
        self._sending.close()
        if left:
            self.reading.release()
