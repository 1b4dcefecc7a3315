"""A serial port through pyserial: the only place that knows pyserial, and where its stray exceptions end.

Measured and turned into one family here: a hung-up line raises SerialException, OSError or termios.error depending on
the call; closing under a blocked read gives the reader a TypeError; a write without a time limit blocks for ever on
RTS/CTS.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import sys
import threading
import time
from collections.abc import Callable

import serial
from serial.tools import list_ports

from nmes.link.address import is_socket
from nmes.link.lock import DeviceLock
from nmes.link.port import Identity, LineSettings, Port, PortBusy, PortError, PortLost, PortMissing, PortTimeout
from nmes.link.socket_port import open_socket
from nmes.link.waiting import Waiting, ready

if sys.platform == "win32":
    _STRAY: tuple[type[Exception], ...] = (OSError, TypeError, ValueError)
else:
    import termios

    from nmes.link.line_held import deviation

    _STRAY = (OSError, TypeError, ValueError, termios.error)

WRITE_S = 0.1  # [design] the longest a STOP waits for a write that RTS/CTS has blocked
CLOSE_S = 0.05  # [design] the longest a close is waited for; what the device takes, it takes in a tenth of that
AGAIN_S = 0.05  # [design] between two tries to open a line that is waited for
HELD = {errno.EAGAIN, errno.EBUSY}  # [computed] what a line answers that another program has open exclusively
NO_CONTROL_LINES = {errno.ENOTTY, errno.EINVAL}  # [computed] what a pseudo-terminal answers, and what others may


class SerialPort:
    """A `Port` over an open pyserial object."""

    def __init__(self, line: serial.SerialBase, identity: Identity, lock: DeviceLock) -> None:
        self._line = line
        self._identity = identity
        self._lock = lock
        self._waiting = Waiting()
        self._open = True
        self._selectable = sys.platform != "win32" and _has_descriptor(line)

    @property
    def identity(self) -> Identity:
        return self._identity

    def read(self, max_bytes: int, timeout_ms: int) -> bytes:
        with self._waiting.reading:
            try:
                return self._read(max_bytes, timeout_ms)
            except _STRAY as error:
                raise self._lost() from error

    def write(self, data: bytes) -> None:
        try:
            self._send(data)
        except serial.SerialTimeoutException as error:
            with contextlib.suppress(*_STRAY):
                self._line.reset_output_buffer()
            self.close()
            raise PortTimeout(
                f"{self._identity.url} took no data for 0.1 s and was closed; check the cable, then connect again."
            ) from error
        except _STRAY as error:
            raise self._lost() from error

    def cancel(self) -> None:
        self._waiting.wake()
        if not self._selectable:
            self._line.cancel_read()

    def close(self) -> None:
        if not self._open:
            return None
        self._open = False
        self.cancel()
        self._waiting.close()
        closing = threading.Thread(target=self._shut, name="nmes-close", daemon=True)
        try:
            closing.start()
        except RuntimeError:  # a program on its way out may begin no thread any more
            return self._shut()
        return closing.join(CLOSE_S)

    def _shut(self) -> None:
        """The system may hold up who closes a line until what is unsent has left: Linux for 30 s, where the device
        takes nothing any more."""
        with contextlib.suppress(*_STRAY):
            self._line.close()
        self._lock.release()

    def descriptor(self) -> int | None:
        return self._line.fileno() if self._selectable else None

    def control_lines(self) -> tuple[bool, bool] | None:
        """Whether CTS and DSR are on; None where the line has none (a pseudo-terminal). Raises PortLost."""
        try:
            return bool(self._line.cts), bool(self._line.dsr)
        except _STRAY as error:
            if getattr(error, "errno", None) in NO_CONTROL_LINES:
                return None
            raise self._lost() from error

    def _file(self) -> int:
        """The line's descriptor; once it is being closed that number may be another file's. Raises OSError then."""
        if not self._open:
            raise OSError(errno.EBADF, "the line is closed")
        return int(self._line.fileno())

    def _read(self, max_bytes: int, timeout_ms: int) -> bytes:
        if not self._selectable:  # a COM port is no descriptor; pyserial waits and `cancel_read` wakes it
            if self._line.timeout != timeout_ms / 1000:
                self._line.timeout = timeout_ms / 1000
            first = bytes(self._line.read(1))
            return first + bytes(self._line.read(min(max_bytes - 1, self._line.in_waiting)))
        line = self._file()
        if not self._waiting.readable(line, timeout_ms):
            return b""
        with contextlib.suppress(BlockingIOError):
            data = os.read(line, max_bytes)
            if not data and _hung_up(line):
                raise OSError(errno.EIO, "the line has ended")
            return data
        return b""

    def _send(self, data: bytes) -> None:
        """What the system has taken is written, however late this thread then gets a core; pyserial's own write would
        call that a timeout, and a halt that has left would cost the line."""
        if not self._selectable:
            self._line.write(data)
            return
        deadline, left, line = time.monotonic() + WRITE_S, memoryview(data), self._file()
        while True:
            with contextlib.suppress(BlockingIOError):
                left = left[os.write(line, left) :]
            if not left:
                return
            left_s = deadline - time.monotonic()
            if left_s <= 0 or not ready(left_s, writing=(line,)):
                raise serial.SerialTimeoutException

    def _lost(self) -> PortLost:
        return PortLost(
            f"{self._identity.url} is gone: the device was unplugged or switched off; plug it in and connect again."
        )


def _has_descriptor(line: serial.SerialBase) -> bool:
    """Whether the system can wait for it; pyserial's loop:// for one is no file."""
    try:
        line.fileno()
    except (OSError, AttributeError):
        return False
    return True


def _hung_up(line: int) -> bool:
    """Whether there is nothing because there will be nothing any more, and not because the keeper of this line, which
    may have taken it over just now, was faster; pyserial takes both for the end."""
    waits = select.poll()
    waits.register(line, select.POLLIN)
    return any(what & (select.POLLHUP | select.POLLERR | select.POLLNVAL) for _line, what in waits.poll(0))


def open_serial(
    url: str,
    settings: LineSettings,
    lock: DeviceLock | None = None,
    patience_s: float = 0.0,
    waiting: Callable[[], None] = lambda: None,
) -> Port:
    """Open `/dev/...`, `COM3`, a pseudo-terminal or `socket://host:port`, exclusively.

    `lock` is where the holder is written down (default: the user's runtime folder). `patience_s`: so long a line that
    is held is waited for, with the lock in hand, for a keeper to see; `waiting` is called each time it is. Raises
    PortMissing or PortBusy.
    """
    held = lock if lock is not None else DeviceLock(url)
    held.acquire()
    if is_socket(url):
        return open_socket(url, held)
    try:
        line = _line(url, settings, time.monotonic() + patience_s, waiting)
        wrong = _not_as_asked(line, url, settings)
    except BaseException as error:
        held.release()  # also where a person breaks the waiting off: a keeper would give the line to nobody
        if isinstance(error, _STRAY):
            raise _not_opened(url, error) from error
        raise
    if wrong:
        line.close()
        held.release()
        raise PortMissing(
            f"{url} did not take {wrong}, which this stimulator needs; use its own cable or another adapter."
        )
    return SerialPort(line, identify(url), held)


def _line(url: str, settings: LineSettings, end_s: float, waiting: Callable[[], None]) -> serial.SerialBase:
    while True:
        try:
            return serial.serial_for_url(
                url,
                baudrate=settings.baud,
                bytesize=settings.data_bits,
                parity="N" if is_pseudo(url) else settings.parity,
                stopbits=settings.stop_bits,
                rtscts=settings.rts_cts,
                timeout=0,
                write_timeout=WRITE_S,
                exclusive=True,
            )
        except _STRAY as error:
            if getattr(error, "errno", None) not in HELD or time.monotonic() >= end_s:
                raise
        waiting()
        threading.Event().wait(AGAIN_S)


def _not_as_asked(line: serial.SerialBase, url: str, settings: LineSettings) -> str:
    """What the system tells otherwise of the line than was asked for; "" if nothing, or if it tells nothing."""
    if sys.platform == "win32" or not _has_descriptor(line):
        return ""
    return deviation(termios.tcgetattr(line.fileno()), settings, pseudo=is_pseudo(url))


def is_pseudo(url: str) -> bool:
    """Whether this is a pseudo-terminal. It has no parity: Linux drops it, and refuses the second who asks for it."""
    return os.path.realpath(url).startswith(("/dev/pts/", "/dev/ttys"))


def identify(url: str) -> Identity:
    """What the system knows about a port, without opening it."""
    return next((known for known in known_ports() if known.url == url), Identity(url))


def known_ports() -> list[Identity]:
    """USB serial ports of this computer, sorted by path; others (on-board, Bluetooth) are left out on purpose."""
    usb = (port for port in list_ports.comports() if port.vid is not None)
    return sorted(
        (Identity(p.device, p.vid, p.pid or 0, p.serial_number or "", p.description or "") for p in usb),
        key=lambda known: known.url,
    )


def _not_opened(url: str, error: Exception) -> PortError:
    """Which of our errors a failed open is, with what to do about it."""
    match getattr(error, "errno", None):
        case known if known in HELD:
            return PortBusy(f"{url} is held by another program; end that program, then try again.")
        case errno.EACCES | errno.EPERM:
            return PortMissing(
                f"{url} may not be opened by this user; ask for the right to use serial ports (group dialout)."
            )
        case _:
            return PortMissing(f"{url} cannot be opened; plug the device in or check the name, then try again.")
