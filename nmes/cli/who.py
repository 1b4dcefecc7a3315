"""For whom a session is, from the command line: a code, a side, a cramp threshold frequency; nothing is guessed."""

from __future__ import annotations

from typing import Final

from nmes.cli.exits import wrong
from nmes.core.limits import MAX_CTF_MHZ, MIN_CTF_MHZ
from nmes.core.measurement import SIDES, Who, is_code
from nmes.core.protocol import DerivedFrequency, Protocol
from nmes.language import _
from nmes.record.errors import RecordError
from nmes.record.files import home
from nmes.runtime.course import is_mistyped_here
from nmes.runtime.open import kind_of
from nmes.runtime.typed_number import typed_number

NOBODY_TYPED: Final = "-"
"""Stands for nobody where a code is asked for."""


def who_of(protocol: Protocol, code: str, side: str, ctf: str) -> Who:
    """What was typed, or everything that is wrong with it; `-` is nobody."""
    problems = []
    code = "" if code == NOBODY_TYPED else code
    if code and not is_code(code):
        said = _('--patient-code "{code}": a code of letters, digits, _ and -, at most 32, such as P-017; no names')
        problems.append(said.format(code=code))
    if side and side not in SIDES:
        problems.append(_('--side "{side}": give {sides}').format(side=side, sides=", ".join(SIDES)))
    if code and not side:
        said = _("--patient-code needs --side: what is measured belongs to one side. Give left, right or both")
        problems.append(said)
    ctf_mhz = hertz_mhz(ctf)
    if ctf and not MIN_CTF_MHZ <= ctf_mhz <= MAX_CTF_MHZ:
        said = _('--ctf "{ctf}": give {least} to {most} (Hz), such as 18')
        problems.append(said.format(ctf=ctf, least=MIN_CTF_MHZ // 1000, most=MAX_CTF_MHZ // 1000))
    if ctf and not any(isinstance(stage.frequency_hz, DerivedFrequency) for stage in protocol.stages):
        said = _("--ctf: {protocol} makes nothing from a cramp threshold frequency; leave it out")
        problems.append(said.format(protocol=protocol.id))
    if problems:
        wrong(*problems)
    return Who(code, side, ctf_mhz or None)


def is_mistyped_of(who: Who, url: str | None) -> bool:
    """Whether the code was made by this program and mistyped; records that cannot be read say so when they are opened.

    `url`: the stimulator, None = the simulator, whose records are others.
    """
    try:
        return bool(who.code) and is_mistyped_here(home(), kind_of(url), who.code)
    except RecordError:
        return False


def hertz_mhz(text: str) -> int:
    """0 for what is no number."""
    return typed_number(text, 1000, digits=3) or 0
