"""What still has to be done before the next step, in words: the same for the screens and for line by line.

Each phrase is whole; they are listed, never put together. What many channels lack is one phrase, because a line holds
few.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from nmes.language import _, many

_WORDS: Final = {
    "screening": _("the checklist"),
    "read:code": _("code read back"),
    "read:side": _("side read back"),
    "pads": _("pads confirmed"),
    "button": _("emergency button tested"),
    "patient_stop": _("patient's stop tested"),
    "nrs": _("pain, 0 to 10"),
    "adverse": _("adverse events, yes or no"),
    "sign": _("the signature"),
}
_MANY: Final = {
    "level": (_("the level of channel {channels}"), _("the levels of channels {channels}")),
    "felt": (_("felt in the right place, channel {channels}"), _("felt in the right place, channels {channels}")),
    "skin": (_("the skin under channel {channels}"), _("the skin under channels {channels}")),
}


def missing_words(codes: Iterable[str]) -> tuple[str, ...]:
    """One phrase each, in the order in which they are missing; a code without words is shown as it is."""
    channels: dict[str, list[str]] = {}
    listed: list[str] = []
    outcomes = 0
    for code in codes:
        kind, _colon, rest = code.partition(":")
        if kind in _MANY:
            channel = rest.partition(":")[0]
            if kind not in channels:
                listed.append(kind)
            if channel not in channels.setdefault(kind, []):
                channels[kind].append(channel)
        elif kind == "outcome":
            listed += [] if outcomes else [kind]
            outcomes += 1
        else:
            listed.append(code)
    return tuple(_outcomes(outcomes) if code == "outcome" else _phrase(code, channels.get(code, [])) for code in listed)


def _outcomes(number: int) -> str:
    """Their names are long, and stand on the screen where they are asked for."""
    return many("{number} outcome, or why not", "{number} outcomes, or why not", number)


def _phrase(code: str, channels: list[str]) -> str:
    if channels:
        one, several = _MANY[code]
        return (one if len(channels) == 1 else several).format(channels=", ".join(channels))
    return _WORDS.get(code, code)
