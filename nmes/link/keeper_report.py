"""What a keeper at work says beside the lock file of its device, to whoever wants the device next.

Law: it counts only while the process that wrote it lives: that has the system's lock on the file as long. What is in it
is read within bounds, and what cannot be understood says nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nmes.link.lock import is_held, read_plainly

_MOST_KEY: Final = 40
"""Letters of a family's key; ours have ten [design]."""


@dataclass(frozen=True, slots=True)
class AtWork:
    """A keeper that has taken a line over. `confirmed`: whether the device has answered its halts."""

    process: int
    family: str
    confirmed: bool


def report_beside(lock: Path) -> Path:
    """Where the keeper of the device with this lock file writes."""
    return lock.with_suffix(".keeper")


def keeper_at(lock: Path) -> AtWork | None:
    """The keeper that has the line of the device with this lock file; None if none says so."""
    path = report_beside(lock)
    return _understood(read_plainly(path)) if is_held(path) else None


def _understood(data: bytes) -> AtWork | None:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    match found:
        case {"keeper": int(process), "family": str(family), "confirmed": bool(confirmed)} if (
            0 < process < 1 << 32 and len(family) <= _MOST_KEY and family.isprintable()
        ):
            return AtWork(process, family, confirmed)
        case _:
            return None
