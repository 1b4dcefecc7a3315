"""Law: a pseudo-terminal that any program can open as a serial port, and open again. POSIX only.

The slave descriptor stays open here: otherwise the master reads an error as soon as a client closes. A
pseudo-terminal does not tell whether a client is there, so bytes are the only sign of one. It enforces no settings
either: where they can be read back, what is sent at others than the device's is garbage, both ways.
"""

import os
import tty
from collections.abc import Callable
from dataclasses import replace

from firmware_sim import pty_settings
from firmware_sim.model import LineSettings
from firmware_sim.uart import heard

BACKLOG_BYTES = 65_536
"""Reply bytes kept for a client that does not read, before further ones are lost. [design]"""


class PtyLine:
    """A raw pseudo-terminal. Raises OSError when the system has none left.

    With `settings` the device understands only who opened the terminal so; `complain` is told once of each other.
    """

    occupied = False
    """Unknown on a pseudo-terminal; the time of the last byte stands in for it."""

    def __init__(self, settings: LineSettings | None = None, complain: Callable[[str], None] = lambda _: None) -> None:
        self._settings, self._complain = settings, complain
        self._complained: LineSettings | None = None
        self._open()

    def _open(self) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._master)
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._unsent = b""
        self._plugged = True
        self.url = os.ttyname(self._slave)

    def unplug(self) -> None:
        """The terminal vanishes: a client reads an end or an error."""
        if self._plugged:
            self.close()

    def plug(self) -> None:
        """A terminal again, under a name that may be another; `url` tells. OSError when there is none left."""
        if not self._plugged:
            self._open()

    @property
    def unsent(self) -> bool:
        """Whether bytes wait for the client to read."""
        return bool(self._unsent)

    def watched(self) -> list[int]:
        """What to wait on."""
        return [self._master] if self._plugged else []

    def read(self) -> bytes:
        """Bytes from whoever holds the other end."""
        if not self._plugged:
            return b""
        try:
            data = os.read(self._master, 65_536)
        except BlockingIOError:
            return b""
        host = self._host()
        if self._settings is None or host is None:
            return data
        if host not in (self._settings, self._complained):
            self._complained = host
            told = host if host.parity == "O" else replace(host, parity="?")  # even and none look the same here
            self._complain(f"the host set {told}, the device needs {self._settings}: to each the other sends garbage")
        return heard(data, host, self._settings)

    def _host(self) -> LineSettings | None:
        """What the terminal is set to; None where that is not looked at or not known."""
        if self._settings is None:
            return None
        host = pty_settings.found(self._slave, self._settings)
        if host is not None and self._settings.parity != "N":
            pty_settings.reopenable(self._slave)
        return host

    def write(self, data: bytes) -> None:
        """Hand over as much as the terminal takes; keep the rest, within bounds."""
        if not self._plugged:
            return
        host = self._host() if data else None
        if self._settings is not None and host is not None:
            data = heard(data, self._settings, host)
        self._unsent += data[: BACKLOG_BYTES - len(self._unsent)]
        try:
            sent = os.write(self._master, self._unsent) if self._unsent else 0
        except BlockingIOError:
            return
        self._unsent = self._unsent[sent:]

    def close(self) -> None:
        """Close both ends."""
        if self._plugged:
            os.close(self._master)
            os.close(self._slave)
        self._plugged, self._unsent = False, b""
