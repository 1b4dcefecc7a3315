"""Why a device is refused, for the person who must find the right cable: what was seen, then what to do."""

from __future__ import annotations

from typing import assert_never

from nmes.devices.sciencemode4.heard import Heard

Version = tuple[int, int, int]


def version(numbers: Version) -> str:
    return ".".join(str(number) for number in numbers)


def firmware(numbers: Version, sciencemode: Version) -> str:
    """Both versions of a device, as they are shown and kept."""
    return f"{version(numbers)} (ScienceMode {version(sciencemode)})"


def nothing_answered(heard: Heard, model: str, generation: int) -> str:
    """No answer to an identification request, though it was sent twice."""
    match heard:
        case Heard.NOTHING:
            seen = "the line stayed silent"
            advice = (
                "Check that the stimulator's lamp is lit, its USB cable plugged in, and the port its own. A RehaStim, "
                f"which has another rate, is silent too when it is taken for a {model}: say which stimulator it is."
            )
        case Heard.NOISE:
            seen = "only unreadable bytes came"
            advice = f"Another device may be on this port, with another rate: say which, or choose that of the {model}."
        case Heard.FRAMES:
            seen = "it spoke, but did not answer the question"
            advice = "Close other programs that use the stimulator, unplug it, plug it in again and retry."
        case Heard.ANNOUNCED:
            seen = "a RehaStim2 announces itself there, which speaks ScienceMode2"
            advice = f"Say that it is a RehaStim2, or connect a {model}."
        case _:
            assert_never(heard)
    return f"nothing that speaks ScienceMode{generation} answered: {seen}. {advice}"


def would_not_say(result: int, model: str) -> str:
    """It answered an identification request with an error."""
    return (
        f"the device answered, but would not say who it is (result {result}). "
        f"Unplug the stimulator, plug it in again and retry; if this stays, it is not a {model}."
    )


def other_version(device_id: str, sciencemode: Version, model: str, generation: int) -> str:
    """It speaks an older or newer ScienceMode."""
    return (
        f"the device {device_id} speaks ScienceMode {version(sciencemode)}; a {model} speaks ScienceMode "
        f"{generation}. Connect a {model} or choose its port."
    )


def too_old(device_id: str, sciencemode: Version, model: str, oldest: int) -> str:
    """It speaks a version of the family's protocol that nothing describes."""
    return (
        f"the device {device_id} is a {model} that speaks ScienceMode {version(sciencemode)}; versions before "
        f"{sciencemode[0]}.{oldest} are described nowhere, so it cannot be used. Update its firmware."
    )


def other_family(device_id: str, sciencemode: Version, found: str, model: str) -> str:
    """It answered the version question of another family."""
    return (
        f"the device {device_id} is a {found}, which speaks ScienceMode {version(sciencemode)}, not a {model}. "
        f"Say that it is a {found}, or connect a {model}."
    )
