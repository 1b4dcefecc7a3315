"""Why a device is refused, for the person who must find the right cable: what was seen, then what to do."""

from __future__ import annotations

from typing import assert_never

from nmes.devices.sciencemode2.phases import Heard
from nmes.devices.sciencemode2.rehastim2 import PROTOCOL_VERSION

FIRMWARE = f"unknown (ScienceMode2 protocol {PROTOCOL_VERSION})"
"""It tells the version of its protocol and no other."""

NO_ID = "-"
"""It has no number that could be asked for."""


def never_announced(heard: Heard) -> str:
    """No Init came for longer than a connected device would need to let go and announce itself."""
    match heard:
        case Heard.NOTHING:
            seen = "the line stayed silent"
            advice = "Check that the stimulator is on, that ScienceMode2 is chosen on its start screen, and the port."
        case Heard.NOISE:
            seen = "only unreadable bytes came"
            advice = "Another device may be on this port: choose the port of the RehaStim2."
        case Heard.NEWER:
            seen = "what came are frames of ScienceMode3 or 4"
            advice = "This is a RehaMove3 or a P24: choose that device, or the port of the RehaStim2."
        case Heard.FRAMES:
            seen = "it speaks ScienceMode2, but does not announce itself"
            advice = "Close other programs that use the stimulator, switch it off and on and retry."
        case _:
            assert_never(heard)
    return f"no RehaStim2 announced itself: {seen}. {advice}"


def never_answered() -> str:
    """It announced itself, was answered, and did not answer in its turn."""
    return (
        "the device announced itself, but did not answer the question what it does, though it was asked twice. "
        "Switch the stimulator off and on and retry."
    )


def would_not_say(result: int) -> str:
    """It answered the first question with an error."""
    return f"the device answered, but would not say what it does (result {result}). Switch it off and on and retry."


def other_version(version: int) -> str:
    """It announced another version of the protocol."""
    return (
        f"the device announces ScienceMode2 protocol version {version}; this program supports version "
        f"{PROTOCOL_VERSION} and has told the device so. Its firmware is too new or too old for it."
    )
