"""A patient's button on a line of its own: anything that comes from it is a press.

Law: nothing is ever written to it and nothing is understood of it. A byte of any value, or a change of CTS or DSR (a
bare switch between two pins, closed or opened), is a press; so a cut wire of a switch that is normally closed is one.
"""

from __future__ import annotations

from nmes.link.port import LineSettings, Port
from nmes.link.serial_port import SerialPort, open_serial

LINE = LineSettings(9600, 8, "N", 1, rts_cts=False)
"""What most boards speak; a byte at another rate comes out garbled, and is a press all the same [design]."""
MOST_BYTES = 4096


class LineButton:
    """A button at the end of an open line. One thread asks."""

    def __init__(self, port: Port) -> None:
        self._port = port
        self._lines = self._control_lines()

    def pressed(self, timeout_ms: int) -> bool:
        """Whether it spoke within `timeout_ms`; a byte is told at once, a control line after that time. PortLost."""
        data = self._port.read(MOST_BYTES, timeout_ms)
        before, self._lines = self._lines, self._control_lines()
        return bool(data) or self._lines != before

    def close(self) -> None:
        """Idempotent."""
        self._port.close()

    def _control_lines(self) -> tuple[bool, bool] | None:
        return self._port.control_lines() if isinstance(self._port, SerialPort) else None


def open_button(url: str) -> LineButton:
    """Open the line at `url`, as a device's: exclusively and locked. Raises PortMissing, PortBusy or PortLost."""
    port = open_serial(url, LINE)
    try:
        return LineButton(port)
    except BaseException:
        port.close()
        raise
