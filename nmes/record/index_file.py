"""The index's own file: rows in SQLite, each with a sum over its texts. Apart from `record.index`, which says what a
row means and when it holds.

Law: what is wrong with this file is never the asker's trouble. Broken, or of another version: it is taken away and made
anew. In use, or in a place that takes nothing: it is left alone. `sqlite3` is imported where it is needed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zlib import crc32

from nmes.record.disk import FILE_MODE
from nmes.record.errors import RecordError

if TYPE_CHECKING:
    import sqlite3

NAME: Final = "index.sqlite"
_VERSION: Final = 2
"""One higher whenever the same file gives another row: 2 since a row tells a first session that ended as planned."""
_PATIENCE_S: Final = 0.2
"""How long another program that writes the index is waited for, before it is read and before it is written: with both a
list is still there within half a second [requirement].
"""
_TABLE: Final = (
    "CREATE TABLE session (kind TEXT, name TEXT, stamp TEXT, about TEXT, started_utc TEXT, protocol TEXT, version TEXT,"
    " patient TEXT, side TEXT, why TEXT, sum INTEGER, PRIMARY KEY (kind, name)) WITHOUT ROWID"
)
_ASK: Final = (
    "SELECT kind, name, stamp, about, started_utc, protocol, version, patient, side, why, sum FROM session"
    " WHERE kind = ?"
)
_PUT: Final = "INSERT OR REPLACE INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_DROP: Final = "DELETE FROM session WHERE kind = ? AND name = ?"
_IN_THE_WAY: Final = frozenset({3, 5, 6, 8, 10, 13, 14})
"""SQLite's PERM, BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN [source: sqlite.org/rescode.html]: the place is wrong,
not what stands in the file.
"""


class Row(NamedTuple):
    """A file of a chain, as the index keeps it. A named tuple: ten thousand are made at each look."""

    kind: str
    name: str
    stamp: str
    about: str
    started_utc: str = ""
    protocol: str = ""
    version: str = ""
    patient: str = ""
    side: str = ""
    why: str = ""


def path(home: Path) -> Path:
    """Where the index lies."""
    return home / NAME


def rows(home: Path, kind: str) -> dict[str, Row]:
    """The rows of a chain by name; none where the index cannot be read, or the sum of one does not fit."""
    import sqlite3  # noqa: PLC0415 - see above

    if not path(home).is_file():  # of a FIFO SQLite would wait for a writer
        return {}
    try:
        with _opened(home) as index:
            if index.execute("PRAGMA user_version").fetchone() != (_VERSION,):
                raise sqlite3.DatabaseError("of another version")
            return {row.name: row for row in map(_checked, index.execute(_ASK, (kind,)))}
    except (sqlite3.Error, TypeError) as error:
        _take_away_if_broken(home, error)
        return {}


def change(home: Path, put: Iterable[Row], drop: Iterable[tuple[str, str]]) -> None:
    """Write rows, and drop others by kind and name; all or nothing. RecordError if that cannot be."""
    import sqlite3  # noqa: PLC0415 - see above

    if path(home).exists() and not path(home).is_file():
        raise RecordError(f"the index {path(home)} cannot be written: it is no file")
    try:
        os.close(os.open(path(home), os.O_WRONLY | os.O_CREAT, FILE_MODE))  # SQLite would let everybody read it
        with _opened(home) as index:
            index.execute("PRAGMA secure_delete = ON")  # a code that is dropped is not to be read in the file any more
            index.execute("BEGIN IMMEDIATE")
            if index.execute("PRAGMA user_version").fetchone() == (0,):
                index.execute(_TABLE)
                index.execute(f"PRAGMA user_version = {_VERSION}")
            index.executemany(_DROP, drop)
            index.executemany(_PUT, ((*row, _sum(row)) for row in put))
            index.execute("COMMIT")
    except (OSError, sqlite3.Error) as error:
        _take_away_if_broken(home, error)
        said = error.strerror if isinstance(error, OSError) else error
        raise RecordError(f"the index {path(home)} cannot be written: {said}") from error


def remove(home: Path) -> None:
    """Take the index away. Its journal first: what that holds would be led back into the next index."""
    for file in (path(home).with_name(f"{NAME}-journal"), path(home)):
        file.unlink(missing_ok=True)


@contextmanager
def _opened(home: Path) -> Iterator[sqlite3.Connection]:
    import sqlite3  # noqa: PLC0415 - see above

    with closing(sqlite3.connect(path(home), timeout=_PATIENCE_S, isolation_level=None)) as index:
        yield index


def _checked(told: tuple[Any, ...]) -> Row:
    row = Row._make(told[:-1])
    if _sum(row) != told[-1]:
        raise TypeError("a row was changed")
    return row


def _sum(row: Row) -> int:
    """Of a row's texts: SQLite does not notice a byte that the medium changed [source: sqlite.org/cksumvfs.html]."""
    return crc32("\0".join(row).encode())


def _take_away_if_broken(home: Path, error: Exception) -> None:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if not isinstance(error, OSError) and code not in _IN_THE_WAY:
        with suppress(OSError):
            remove(home)
