"""Law: a pseudo-terminal that any program can open as a serial port, and open again. POSIX only.

The slave descriptor stays open here: otherwise the master reads an error as soon as a client closes. A
pseudo-terminal does not tell whether a client is there, so bytes are the only sign of one.
"""

import os
import tty

BACKLOG_BYTES = 65_536
"""Reply bytes kept for a client that does not read, before further ones are lost. [design]"""


class PtyLine:
    """A raw pseudo-terminal. Raises OSError when the system has none left."""

    occupied = False
    """Unknown on a pseudo-terminal; the time of the last byte stands in for it."""

    def __init__(self) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._master)
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._unsent = b""
        self.url = os.ttyname(self._slave)

    @property
    def unsent(self) -> bool:
        """Whether bytes wait for the client to read."""
        return bool(self._unsent)

    def watched(self) -> list[int]:
        """What to wait on."""
        return [self._master]

    def read(self) -> bytes:
        """Bytes from whoever holds the other end."""
        try:
            return os.read(self._master, 65_536)
        except BlockingIOError:
            return b""

    def write(self, data: bytes) -> None:
        """Hand over as much as the terminal takes; keep the rest, within bounds."""
        self._unsent += data[: BACKLOG_BYTES - len(self._unsent)]
        try:
            sent = os.write(self._master, self._unsent) if self._unsent else 0
        except BlockingIOError:
            return
        self._unsent = self._unsent[sent:]

    def close(self) -> None:
        """Close both ends."""
        os.close(self._master)
        os.close(self._slave)
