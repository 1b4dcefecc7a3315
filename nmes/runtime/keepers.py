"""A keeper for each device without a dead-man, and what the next start of the program tells of one that took over.

The note is a file that somebody else may have put there: only a plain file is read, within bounds, and once.
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Final

from nmes.language import _
from nmes.link.keeper import Halting, KeeperProcess, Told, start_keeper
from nmes.link.keeper_report import AtWork
from nmes.link.lock import DeviceLock
from nmes.link.port import Port
from nmes.plain_file import read_plain
from nmes.runtime.clock import place_time
from nmes.runtime.families import Family, model_of

PATIENCE_S: Final = 2.0
"""A keeper of an earlier run lets the line go within 0.1 s of a confirmed halt, and within 1.1 s of any other
[computed]."""
MOST_BYTES: Final = 4096
"""Ten times what a note takes [computed]."""
MOST_NOTES: Final = 16
_WHYS: Final = ("died", "stalled", "given_up")
_PREFIX: Final = "keeper-"


def keeper_for(port: Port, kind: Family, home: Path, *, screen: bool = False) -> KeeperProcess | None:
    """The keeper of this line; None for a device that stops by itself. PortError: it cannot have one.

    `screen`: whether this program is an app that has the terminal's whole screen.
    """
    if kind.capabilities.has_dead_man:
        return None
    if kind.halt_answer is None:
        raise ValueError(f"{kind.key} has no dead-man, and no answer to its halt is known")
    mask, answer = kind.halt_answer
    lock = DeviceLock(port.identity.url).path
    words = {"device": kind.model, "port": port.identity.url}
    halted = _(
        "nmes has ended without stopping the stimulator. The keeper has stopped the {device} at {port}, and the device "
        "has confirmed it. Look at the patient."
    )
    failed = _(
        "NMES HAS ENDED, AND THE KEEPER CANNOT STOP THE {device} AT {port}: PRESS THE EMERGENCY BUTTON NOW. The keeper "
        "goes on trying."
    )
    note = home / f"{_PREFIX}{lock.stem}.json"
    told = Told(note, lock, halted.format(**words), failed.format(**words), kind.key, screen)
    return start_keeper(port, Halting(kind.new_sight().halt_frame(0), mask, answer), told)


def patience_s(earlier: AtWork | None, kind: Family) -> float:
    """So long a line is waited for that the keeper of an earlier run may still hold."""
    return PATIENCE_S if earlier is not None or not kind.capabilities.has_dead_man else 0.0


def not_given(earlier: AtWork, url: str) -> str:
    """Why a line is not to be had, and what a person who knows better can do."""
    said = _(
        "{port} is held by the keeper of an earlier run (process {number}): the {device} there HAS NOT CONFIRMED THAT "
        "IT STOPPED and may still be on. Look at the patient, then at the stimulator. A session with --device {key} "
        "gets the line. If that stimulator is off, or no longer there, pull its cable's plug and put it in again, or "
        "end the keeper: kill -9 {number}"
    )
    return said.format(port=url, number=earlier.process, device=model_of(earlier.family), key=earlier.family)


def kept(home: Path) -> list[str]:
    """What keepers of earlier runs have left to be told, a sentence each. Each is told once."""
    said: list[str] = []
    with contextlib.suppress(OSError):
        for path in sorted(home.glob(f"{_PREFIX}*.json"))[:MOST_NOTES]:
            said += _told(path)
            with contextlib.suppress(OSError):
                path.unlink()
    return said


def _told(path: Path) -> list[str]:
    try:
        data = read_plain(path, MOST_BYTES)
    except OSError:
        return []
    return _sentence(data) if data else []


def _sentence(data: bytes) -> list[str]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return [_unreadable()]
    match found:
        case {"why": str(why), "confirmed": bool(confirmed), "url": str(port), "at_utc": str(at_utc)} if (
            why in _WHYS and len(port) <= 200 and port.isprintable() and len(at_utc) <= 40 and at_utc.isprintable()
        ):
            return [_happened(why, confirmed=confirmed).format(port=port, when=place_time(at_utc) or at_utc)]
        case _:
            return [_unreadable()]


def _unreadable() -> str:
    return _(
        "A keeper of an earlier run has left a note that cannot be read: whether the stimulator was stopped then is "
        "not known. Look at the device."
    )


def _happened(why: str, *, confirmed: bool) -> str:
    """In the language that is spoken when it is told."""
    match why, confirmed:
        case "died", True:
            return _(
                "An earlier run of nmes died while current could flow. Its keeper stopped the stimulator at {port}, "
                "and the device confirmed it ({when})."
            )
        case "died", False:
            return _(
                "An earlier run of nmes died while current could flow, and its keeper COULD NOT CONFIRM that the "
                "stimulator at {port} stopped ({when}). Look at the device before anything else."
            )
        case "stalled", True:
            return _(
                "In an earlier run nmes stood still for more than 1 s. Its keeper stopped the stimulator at {port}, "
                "and the device confirmed it ({when})."
            )
        case "stalled", False:
            return _(
                "In an earlier run nmes stood still for more than 1 s, and its keeper COULD NOT CONFIRM that the "
                "stimulator at {port} stopped ({when}). Look at the device before anything else."
            )
        case _, True:
            return _(
                "An earlier run of nmes could not get its halt confirmed. Its keeper stopped the stimulator at {port} "
                "afterwards, and the device confirmed it ({when})."
            )
        case _:
            return _(
                "An earlier run of nmes could not get its halt confirmed, and its keeper COULD NOT CONFIRM either that "
                "the stimulator at {port} stopped ({when}). Look at the device before anything else."
            )
