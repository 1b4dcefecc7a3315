"""Said at a start: the newest session of the chain that will be written to was interrupted. Changes nothing."""

from __future__ import annotations

import fcntl
from pathlib import Path

from nmes.language import _
from nmes.record import index
from nmes.record.errors import RecordBusy
from nmes.record.files import Kind, chain_folder
from nmes.record.store import Interrupted, Unfinished
from nmes.runtime.open import is_simulation


def interrupted(home: Path, url: str | None) -> str:
    """One sentence on a newest session without an end that nobody is writing now; "" if there is none.

    `url`: the device of the session to come, None = the simulator; it decides the chain. A folder that cannot be read
    says nothing here: opening the record will.
    """
    kind = Kind.SIMULATION if is_simulation(url) else Kind.PATIENT
    folder = chain_folder(home, kind)
    try:
        newest = index.sessions(home, kind)[-1:]
        if not newest or not isinstance(newest[0].ending, Unfinished | Interrupted) or _is_written(folder):
            return ""
    except OSError:
        return ""
    said = _(
        "The last session, {session}, was interrupted: the program or the computer stopped while it ran. "
        "See: nmes audit show {number}"
    )
    return said.format(session=newest[0].session, number=newest[0].number)


def in_another_program(home: Path, url: str | None) -> RecordBusy | None:
    """Who writes the chain of the session to come, so that nobody is asked for what cannot be begun."""
    folder = chain_folder(home, Kind.SIMULATION if is_simulation(url) else Kind.PATIENT)
    try:
        if not _is_written(folder):
            return None
        holder = (folder / "lock").read_text(encoding="utf-8", errors="replace")[:500]
    except OSError:
        return None
    return RecordBusy(holder or "another program")


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
