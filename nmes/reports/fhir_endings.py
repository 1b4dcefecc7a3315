"""How a session ended, by an English name beside its code: a bundle speaks English whatever the program speaks."""

from __future__ import annotations

from typing import Final

_NAMES: Final = {
    "complete": "Complete",
    "assessed": "Measured: the test is over",
    "incomplete": "The test was not given up to its cap: nothing was measured",
    "ended_early": "Ended before its time",
    "first_given": "First session, ended as planned",
    "not_begun": "The session could not be opened",
    "record": "The record could no longer be written",
    "record_slow": "The record was too slow",
    "not_enabled": "The stimulator did not switch its output on in time",
    "unanswered": "The stimulator did not answer",
    "link_lost": "The line to the stimulator was gone",
    "halt_unconfirmed": "The stimulator did not confirm that it was off",
    "wrong_device": "What answered was not a stimulator this program knows",
    "program_error": "The program had a fault",
}
_KINDS: Final = {
    "stop": "Stopped",
    "fault": "Stopped by a fault of the stimulator",
    "guard": "Stopped by the safety guard",
}


def ending_name(code: str) -> str:
    """Of a code that is not known the words it is made of."""
    if code in _NAMES:
        return _NAMES[code]
    kind, _colon, rest = code.partition(":")
    said = rest.replace("_", " ")
    return f"{_KINDS[kind]}: {said}" if kind in _KINDS and said else code.replace("_", " ").replace(":", ": ")
