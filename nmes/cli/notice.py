"""Said at a start: the newest session of the chain that will be written to was interrupted. Changes nothing."""

from __future__ import annotations

import fcntl
from pathlib import Path

from nmes.record.files import Kind, chain_folder
from nmes.record.store import Unfinished, list_sessions
from nmes.runtime.open import is_simulation


def interrupted(home: Path, url: str | None) -> str:
    """One sentence on a newest session without an end that nobody is writing now; "" if there is none.

    `url`: the device of the session to come, None = the simulator; it decides the chain. A folder that cannot be read
    says nothing here: opening the record will.
    """
    kind = Kind.SIMULATION if is_simulation(url) else Kind.PATIENT
    folder = chain_folder(home, kind)
    try:
        newest = list_sessions(home, kind)[-1:]
        if not newest or not isinstance(newest[0].ending, Unfinished) or _is_written(folder):
            return ""
    except OSError:
        return ""
    return (
        f"The last session, {newest[0].session}, was interrupted: the program or the computer stopped while it ran. "
        f"See: nmes audit show {newest[0].number}"
    )


def _is_written(folder: Path) -> bool:
    """Whether a program holds the chain; asked with a shared lock that is let go at once."""
    try:
        with (folder / "lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
