"""For whom a line-mode session is, asked before anything is opened: the record begins with it.

A code and a side, never a name; `-` for nobody. What cannot be right is asked again, what ends the input ends the
program before anything was begun.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from nmes.cli.demo import say
from nmes.cli.typed import LinesOnDemand
from nmes.cli.who import NOBODY_TYPED, hertz_mhz
from nmes.core.limits import MAX_CTF_MHZ, MIN_CTF_MHZ
from nmes.core.measurement import SIDES, Who, is_code
from nmes.core.protocol import DerivedFrequency, Protocol
from nmes.core.suggest import nearest
from nmes.language import _
from nmes.runtime.plain import clean, is_stop
from nmes.runtime.side_words import refusal_of_answer

LOOK_S: Final = 0.2
"""How often it is looked whether a signal has come while nobody types [design]."""
_ASKED: Final = _(
    "For whom is it? Type the patient's code and the side that is treated, such as P-017 left; or - for nobody; or end."
)
_WITH_CTF: Final = _(
    "For whom is it? Type the patient's code and the side that is treated, such as P-017 left; a cramp threshold "
    "frequency found elsewhere may follow, such as P-017 left 18; or - for nobody; or end."
)


def ask_who(protocol: Protocol, lines: LinesOnDemand, ctf_mhz: int | None, given_up: Callable[[], bool]) -> Who | None:
    """For whom; None if the person, the input or a signal has ended it."""
    asked = _WITH_CTF if _derives(protocol) else _ASKED
    say(asked)
    while (line := _next(lines, given_up)) is not None:
        words = clean(line).split()
        if words[:1] == ["end"]:
            return None
        who = None if is_stop(line) else _who(words, protocol, ctf_mhz)
        if isinstance(who, Who):
            return who
        say(who or _("Nothing is running, so there is nothing to stop."))
        say(asked)
    return None


def _next(lines: LinesOnDemand, given_up: Callable[[], bool]) -> str | None:
    while not given_up() and not lines.ended:
        line = lines.peek()
        if line is not None:
            lines.take()
            return line
        lines.wait(LOOK_S)
    return None


def _who(words: list[str], protocol: Protocol, ctf_mhz: int | None) -> Who | str:
    """For whom, or what is wrong with it."""
    if words == [NOBODY_TYPED]:
        return Who(ctf_mhz=ctf_mhz)
    code, side, ctf = [*words, "", "", ""][:3]
    if not is_code(code) or len(words) > 3:
        return _("That is no code: letters, digits, _ and -, at most 32, such as P-017; no names.")
    if side.lower() not in SIDES:
        return (
            _("Which side? Type the code, never a name, and left, right or both. {hint}")
            .format(hint=nearest(side, SIDES))
            .strip()
        )
    refusal = refusal_of_answer(protocol, side.lower())
    if refusal:
        return refusal
    if not ctf:
        return Who(code, side.lower(), ctf_mhz)
    typed_mhz = hertz_mhz(ctf) if _derives(protocol) else 0
    if not MIN_CTF_MHZ <= typed_mhz <= MAX_CTF_MHZ:
        bounds = {"least": MIN_CTF_MHZ // 1000, "most": MAX_CTF_MHZ // 1000}
        return _("{ctf} is no cramp threshold frequency that is used here: {least} to {most} Hz.").format(
            ctf=ctf, **bounds
        )
    return Who(code, side.lower(), typed_mhz)


def _derives(protocol: Protocol) -> bool:
    return any(isinstance(stage.frequency_hz, DerivedFrequency) for stage in protocol.stages)
