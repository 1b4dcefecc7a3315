"""Where records lie and what their files are called.

A chain is a folder; `<home>/records` holds patients' sessions, `<home>/simulation` the simulator's, two chains that
never mix. Each session is one file, `000012-20261121T091500Z-3f9a1c.jsonl`: its number in the chain, when it began,
and a random part so that two stations' files never carry one name. The stem is the session's id, and the numbers
alone give the order: no other file is needed to read a chain. Beside it may lie `.texts` (what persons typed freely),
`.torn` (what a crash left of a last line) and `.broken` (why writing ended). What has such a name
and is no file cannot be opened (`open_file`): a FIFO would be waited for without end. A number that no session is given
makes it none at all (`odd_names`).
"""

from __future__ import annotations

import errno
import os
import re
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import BinaryIO

import platformdirs

from nmes.record.errors import NoSuchSession, NotAFile

_NAME = re.compile(r"(\d{6,})-\d{8}T\d{6}Z-[0-9a-f]+\.jsonl")
_FIRST = 1
"""The number of the first session of a chain."""
_SPAN = 1 << 16


class Kind(Enum):
    """Whose sessions a chain holds; the value is the name of its folder."""

    PATIENT = "records"
    SIMULATION = "simulation"


@dataclass(frozen=True, slots=True)
class FileEnd:
    """The end of a session's file: its last complete line (empty if none), where that ends, what follows, and the
    complete line before the last.
    """

    last: bytes
    complete: int
    tail: bytes
    before: bytes = b""


def home() -> Path:
    """The folder of everything the program keeps: NMES_HOME, else the platform's place for a user's data."""
    chosen = os.environ.get("NMES_HOME")
    return Path(chosen) if chosen else Path(platformdirs.user_data_dir("nmes"))


def chain_folder(home: Path, kind: Kind) -> Path:
    """The folder of a chain; it need not exist yet."""
    return home / kind.value


def chain_name(folder: Path) -> str | None:
    """The name a signed session of this folder has to carry; None for a copy that lies somewhere else."""
    return folder.name if folder.name in {kind.value for kind in Kind} else None


def session_name(number: int, utc_ms: int, token: str) -> str:
    """The id of a session; `number` from 1, `token` random hexadecimal digits."""
    return f"{number:06d}-{datetime.fromtimestamp(utc_ms // 1000, UTC):%Y%m%dT%H%M%SZ}-{token}"


def number_of(path: Path) -> int:
    """The number of a session in its chain, from its file's name."""
    return _number(path.name)


def place(name: str) -> tuple[int, str]:
    """Where a file of this name stands in the order of its chain."""
    return _number(name), name


def _number(name: str) -> int:
    return int(name.partition("-")[0])


def is_session_file(name: str) -> bool:
    """Whether a file of this name is a session of a chain."""
    return _NAME.fullmatch(name) is not None and _number(name) >= _FIRST


def session_names(folder: Path) -> list[str]:
    """The names of the files of a chain, oldest first; none if there is no such folder. Other files are left alone.

    Names, because ten thousand paths would cost more than all the rest of a look at one session.
    """
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries if is_session_file(entry.name)]
    names.sort()  # most often that is it already, and what follows keeps the order of names with one number
    names.sort(key=_number)
    return names


def odd_names(folder: Path) -> list[str]:
    """What is called like a session and is none, by a number that none is given; without the ending."""
    found = folder.glob("0*.jsonl")
    return sorted(path.stem for path in found if _NAME.fullmatch(path.name) and not is_session_file(path.name))


def open_file(path: Path) -> BinaryIO:
    """A file of a chain, for reading; NotAFile where something else has its name, OSError. It waits for nobody."""
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    mode = os.fstat(fd).st_mode
    if not stat.S_ISREG(mode):
        os.close(fd)
        raise NotAFile(errno.EINVAL, "Is a directory" if stat.S_ISDIR(mode) else "Not a regular file", str(path))
    return open(fd, "rb")  # noqa: PTH123 - a descriptor, not a path


def session_files(folder: Path) -> list[Path]:
    """The sessions of a chain, oldest first; none if there is no such folder. Other files are left alone."""
    return [folder / name for name in session_names(folder)]


def chain_files(folder: Path) -> list[Path]:
    """The sessions of a chain with all that lies beside them: oldest first, each record before the rest of it."""
    if not folder.is_dir():
        return []
    ours = (path for path in folder.iterdir() if is_session_file(f"{path.stem}.jsonl"))
    return sorted(ours, key=lambda path: (number_of(path), path.stem, path.suffix != ".jsonl", path.name))


def find_session(home: Path, text: str) -> tuple[Kind, Path]:
    """The one session whose id begins with `text`, in either chain; NoSuchSession if there is none, or several."""
    found = [(kind, p) for kind in Kind for p in session_files(chain_folder(home, kind)) if p.stem.startswith(text)]
    if not found:
        raise NoSuchSession(f"there is no session {text!r}")
    if len(found) > 1:
        raise NoSuchSession(f"{text!r} could be {', '.join(path.stem for _, path in found[:5])}")
    return found[0]


def read_end(path: Path) -> FileEnd:
    """The end of a file, read backwards: as quick for a long session as for a short one."""
    with open_file(path) as file:
        size = file.seek(0, os.SEEK_END)
        span = _SPAN
        while True:
            start = max(0, size - span)
            file.seek(start)
            data = file.read()
            newline = data.rfind(b"\n")
            last = data.rfind(b"\n", 0, max(newline, 0))
            before = data.rfind(b"\n", 0, max(last, 0))
            if start == 0 or before >= 0:
                whole = start + newline + 1
                return FileEnd(data[last + 1 : newline + 1], whole, data[newline + 1 :], data[before + 1 : last + 1])
            span *= 4
