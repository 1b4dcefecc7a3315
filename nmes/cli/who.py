"""For whom a session is, from the command line: a code, a side, a cramp threshold frequency; nothing is guessed."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from nmes.cli.exits import wrong
from nmes.core.limits import MAX_CTF_MHZ, MIN_CTF_MHZ
from nmes.core.measurement import SIDES, Who, is_code
from nmes.core.protocol import DerivedFrequency, Protocol

_HERTZ: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3})?", re.ASCII)


def who_of(protocol: Protocol, code: str, side: str, ctf: str) -> Who:
    """What was typed, or everything that is wrong with it."""
    problems = []
    if code and not is_code(code):
        problems.append(
            f'--patient-code "{code}": a code of letters, digits, _ and -, at most 32, such as P-017; no names'
        )
    if side and side not in SIDES:
        problems.append(f'--side "{side}": give {", ".join(SIDES)}')
    if code and not side:
        problems.append("--patient-code needs --side: what is measured belongs to one side. Give left, right or both")
    ctf_mhz = _ctf_mhz(ctf)
    if ctf and not MIN_CTF_MHZ <= ctf_mhz <= MAX_CTF_MHZ:
        problems.append(f'--ctf "{ctf}": give {MIN_CTF_MHZ // 1000} to {MAX_CTF_MHZ // 1000} (Hz), such as 18')
    if ctf and not any(isinstance(stage.frequency_hz, DerivedFrequency) for stage in protocol.stages):
        problems.append(f"--ctf: {protocol.id} makes nothing from a cramp threshold frequency; leave it out")
    if problems:
        wrong(*problems)
    return Who(code, side, ctf_mhz or None)


def _ctf_mhz(text: str) -> int:
    """0 for what is no number."""
    return int(Decimal(text) * 1000) if _HERTZ.fullmatch(text) else 0
