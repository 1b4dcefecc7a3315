"""A pseudo-terminal opened as a host opens a serial port: with its rate, stop bits and flow control."""

import os
import termios


def open_terminal(
    path: str, rate: int = termios.B3000000, *, stop_bits: int = 2, rtscts: bool = True, more: int = 0
) -> int:
    """The descriptor of the opened terminal, set as a P24 needs it unless told otherwise; `more`: further flags."""
    descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY)
    settings = termios.tcgetattr(descriptor)
    flags = settings[2] & ~(termios.CSTOPB | termios.CRTSCTS | termios.PARODD)
    settings[2] = more | flags | (termios.CSTOPB if stop_bits == 2 else 0) | (termios.CRTSCTS if rtscts else 0)
    settings[4] = settings[5] = rate
    settings[0] &= ~termios.IGNBRK
    termios.tcsetattr(descriptor, termios.TCSANOW, settings)
    return descriptor
