"""Why a device is refused, for the person who must find the right cable: what was seen, then what to do."""

from __future__ import annotations

from typing import assert_never

from nmes.devices.sciencemode4.phases import Heard

SCIENCEMODE_MAJOR = 4


def version(numbers: tuple[int, int, int]) -> str:
    return ".".join(str(number) for number in numbers)


def nothing_answered(heard: Heard) -> str:
    """No answer to an identification request, though it was sent twice."""
    match heard:
        case Heard.NOTHING:
            seen = "the line stayed silent"
            advice = "Check that the stimulator's lamp is lit, its USB cable plugged in, and the port its own."
        case Heard.NOISE:
            seen = "only unreadable bytes came"
            advice = "Another device may be on this port: choose the port of the P24."
        case Heard.FRAMES:
            seen = "it spoke, but did not answer the question"
            advice = "Close other programs that use the stimulator, unplug it, plug it in again and retry."
        case _:
            assert_never(heard)
    return f"nothing that speaks ScienceMode4 answered: {seen}. {advice}"


def would_not_say(result: int) -> str:
    """It answered an identification request with an error."""
    return (
        f"the device answered, but would not say who it is (result {result}). "
        "Unplug the stimulator, plug it in again and retry; if this stays, it is not a P24."
    )


def other_version(device_id: str, sciencemode: tuple[int, int, int]) -> str:
    """It speaks an older or newer ScienceMode."""
    return (
        f"the device {device_id} speaks ScienceMode {version(sciencemode)}; a P24 speaks ScienceMode "
        f"{SCIENCEMODE_MAJOR}. Connect a P24 or choose its port."
    )
