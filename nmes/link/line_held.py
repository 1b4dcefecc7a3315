"""Whether a serial line is as it was asked to be. A driver may round a baud rate or leave a flag out without a word,
and a halt in another parity is noise: so what was asked for is read back right after the opening, before any byte.

Law: what the system tells otherwise is a refusal that names it; what it does not tell (a rate without a constant of its
own, the parity of a pseudo-terminal, which Linux clears) is not judged. Not on Windows, which refuses by itself what a
COM port cannot do.
"""

from __future__ import annotations

import termios
from collections.abc import Sequence

from nmes.link.port import LineSettings

CFLAG, INPUT_RATE, OUTPUT_RATE = 2, 4, 5
"""Where they stand in what `tcgetattr` gives. [source: Python's termios]"""

_SIZES = {5: termios.CS5, 6: termios.CS6, 7: termios.CS7, 8: termios.CS8}
_PARITIES = {"N": 0, "E": termios.PARENB, "O": termios.PARENB | termios.PARODD}


def deviation(attributes: Sequence[object], settings: LineSettings, *, pseudo: bool) -> str:
    """What of the line is not as asked, in a few words; "" if nothing. `attributes` are those of `tcgetattr`."""
    flags, rate = int(str(attributes[CFLAG])), getattr(termios, f"B{settings.baud}", None)
    if rate is not None and {attributes[INPUT_RATE], attributes[OUTPUT_RATE]} != {rate}:
        return f"{settings.baud} baud"
    if bool(flags & termios.CSTOPB) != (settings.stop_bits == 2):
        return f"{settings.stop_bits} stop bits"
    if bool(flags & termios.CRTSCTS) != settings.rts_cts:
        return "RTS/CTS on" if settings.rts_cts else "RTS/CTS off"
    if pseudo:
        return ""
    if flags & termios.CSIZE != _SIZES[settings.data_bits]:
        return f"{settings.data_bits} data bits"
    if flags & (termios.PARENB | termios.PARODD) != _PARITIES[settings.parity]:
        return f"parity {settings.parity}"
    return ""
