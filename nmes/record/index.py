"""The list of sessions kept ready, so that ten thousand of them cost a look at a folder.

Law: the files are the truth, and this is a cache that may be deleted at any time. A row holds only while its file has
the size, times and inode it was read at; every other file is read again, and so is one that could not be read. An
index that is missing, broken, in use or on a disk that takes nothing costs time and never an answer. Nothing that
decides about output asks it, and nothing is proved by it. It holds what a list shows: codes, sides, protocols and
endings; no text that a person typed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from time import time_ns
from typing import Final, NamedTuple, assert_never

from nmes.record import index_file
from nmes.record.errors import RecordError
from nmes.record.files import Kind, chain_folder, is_session_file
from nmes.record.index_file import Row
from nmes.record.store import Closed, Ending, Interrupted, Summary, Unfinished, Unreadable, summary

_SUFFIX: Final = ".jsonl"
_SETTLED_NS: Final = 100_000_000
"""How old a file's last change has to be, that another one would show: the kernel stamps in ticks of up to 10 ms
[source, secondary: Linux, CONFIG_HZ=100]; ten of them [design].
"""


_CHANGED: Final = 2
"""Where in a stamp the time of the last change of the inode stands."""
_NEVER: Final = f"0 0 {1 << 63} 0"
"""The stamp of a file that cannot be asked: it was changed in a time to come, and is not kept."""


class _About(StrEnum):
    """What a file is about: entries of the course of care, or a session that has this end."""

    CARE = "care"
    CLOSED = "closed"
    FIRST_GIVEN = "first_given"
    """Closed, and told to be a first session that was given what its card says."""
    OPEN = "open"
    UNREADABLE = "unreadable"


class _Looked(NamedTuple):
    """The rows of all files there are, oldest first; those the index has to take in; the names it has to drop."""

    rows: list[Row]
    new: list[Row]
    gone: list[str]


def path(home: Path) -> Path:
    """Where the index lies."""
    return index_file.path(home)


def sessions(home: Path, kind: Kind, now_ns: Callable[[], int] = time_ns) -> list[Summary]:
    """What `store.list_sessions` gives, reading only files that have changed. OSError if the folder cannot be read."""
    looked = _looked(home, kind, index_file.rows(home, kind.value), now_ns())
    if looked.new or looked.gone:
        with suppress(RecordError):
            _keep(home, kind, looked)
    newest = looked.rows[-1].name if looked.rows else ""
    folder = chain_folder(home, kind)
    return [_summary(folder, kind, one, newest=one.name == newest) for one in looked.rows if one.about != _About.CARE]


def rebuild(home: Path, now_ns: Callable[[], int] = time_ns) -> dict[Kind, int]:
    """Make the index anew from the files: how many sessions of each chain. RecordError if it cannot be written."""
    counted = {}
    try:
        index_file.remove(home)
        for kind in Kind:
            looked = _looked(home, kind, {}, now_ns())
            counted[kind] = sum(row.about != _About.CARE for row in looked.rows)
            if looked.new:
                _keep(home, kind, looked)
    except OSError as error:
        raise RecordError(f"{error.filename}: {error.strerror}") from error
    return counted


def _keep(home: Path, kind: Kind, looked: _Looked) -> None:
    index_file.change(home, looked.new, [(kind.value, name) for name in looked.gone])


# --- files as rows ---


def _looked(home: Path, kind: Kind, known: Mapping[str, Row], now_ns: int) -> _Looked:
    folder, found = chain_folder(home, kind), _Looked([], [], [])
    stamps = _stamps(folder)
    for name in sorted(stamps, key=lambda name: (_number(name), name)):
        row = known.get(name)
        if row is None or row.stamp != stamps[name]:
            row = _read(folder, kind, name, stamps[name])
            if _may_be_kept(row, now_ns):
                found.new.append(row)
            elif name in known:
                found.gone.append(name)
        found.rows.append(row)
    found.gone.extend(known.keys() - stamps.keys())
    return found


def _stamps(folder: Path) -> dict[str, str]:
    """By the name of a session what shows that its file was touched."""
    found = {}
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if is_session_file(entry.name):
                found[entry.name.removesuffix(_SUFFIX)] = _stamp(entry)
    return found


def _stamp(entry: os.DirEntry[str]) -> str:
    """Taken before the file is read: what is written meanwhile shows at the next look."""
    try:
        of = entry.stat()
    except OSError:
        return _NEVER
    return f"{of.st_size} {of.st_mtime_ns} {of.st_ctime_ns} {of.st_ino}"


def _may_be_kept(row: Row, now_ns: int) -> bool:
    """Not what could not be read: that may have been the medium's mood. Nor a file that is being written just now."""
    return row.about != _About.UNREADABLE and int(row.stamp.split()[_CHANGED]) < now_ns - _SETTLED_NS


def _read(folder: Path, kind: Kind, name: str, stamp: str) -> Row:
    """What the file itself says."""
    one = summary(folder / f"{name}{_SUFFIX}", kind, newest=False)
    if one is None:
        return Row(kind.value, name, stamp, _About.CARE.value)
    about, why = _told(one.ending)
    told = (one.started_utc, one.protocol, one.version, one.patient, one.side)
    return Row(kind.value, name, stamp, about.value, *told, why)


def _told(ending: Ending) -> tuple[_About, str]:
    match ending:
        case Closed(why=why, first_given=given):
            return _About.FIRST_GIVEN if given else _About.CLOSED, why
        case Unreadable(reason=reason):
            return _About.UNREADABLE, reason
        case Unfinished() | Interrupted():
            return _About.OPEN, ""
        case _:
            assert_never(ending)


# --- rows as sessions ---


def _summary(folder: Path, kind: Kind, row: Row, *, newest: bool) -> Summary:
    file = folder / f"{row.name}{_SUFFIX}"
    told = (row.started_utc, row.protocol, _ending(row, newest=newest), row.patient, row.side, row.version)
    return Summary(row.name, _number(row.name), kind, file, *told)


def _ending(row: Row, *, newest: bool) -> Ending:
    match row.about:
        case _About.CLOSED | _About.FIRST_GIVEN:
            return Closed(row.why, row.about == _About.FIRST_GIVEN)
        case _About.UNREADABLE:
            return Unreadable(row.why)
        case _:
            return Unfinished() if newest else Interrupted()


def _number(name: str) -> int:
    return int(name.partition("-")[0])
