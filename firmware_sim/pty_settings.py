"""Law: what a host set on the pseudo-terminal is read from the terminal itself, not asked of the host. Linux only.

Linux keeps rate, stop bits and flow control of a pseudo-terminal, and clears the parity bit: parity cannot be checked
here, unless it is odd, of which a trace stays. [computed: Linux 6.18, pyserial 3.5] Elsewhere nothing is known.

A host that sets what is set already, and parity, is refused: of all it asked for nothing came about (EINVAL) [computed:
glibc]. `reopenable` leaves something to be changed.
"""

from __future__ import annotations

import sys
import termios
from dataclasses import replace

from firmware_sim.model import LineSettings

RATES = {
    value: int(name[1:])
    for name in dir(termios)
    if name[:1] == "B" and name[1:].isdecimal() and isinstance(value := getattr(termios, name), int)
}
"""Rate of each of the terminal's codes; a rate that has none is 0."""


def found(descriptor: int, wanted: LineSettings) -> LineSettings | None:
    """The settings of the terminal; of its parity, what can be told against `wanted`. None where nothing is known."""
    if not sys.platform.startswith("linux"):
        return None
    _, _, flags, _, rate, _, _ = termios.tcgetattr(descriptor)
    return replace(
        wanted,
        baud=RATES.get(rate, 0),
        parity="O" if flags & termios.PARODD else wanted.parity,
        stop_bits=2 if flags & termios.CSTOPB else 1,
        rtscts=bool(flags & termios.CRTSCTS),
    )


def reopenable(descriptor: int) -> None:
    """Let a host set the same with parity again: it finds breaks ignored, which hosts set otherwise; there are none."""
    settings = termios.tcgetattr(descriptor)
    if not settings[0] & termios.IGNBRK:
        settings[0] |= termios.IGNBRK
        termios.tcsetattr(descriptor, termios.TCSANOW, settings)
