"""Where records lie and what their files are called.

A chain is a folder; `<home>/records` holds patients' sessions, `<home>/simulation` the simulator's, two chains that
never mix. Each session is one file, `000012-20261121T091500Z-3f9a1c.jsonl`: its number in the chain, when it began,
and a random part so that two stations' files never carry one name. The stem is the session's id, and the numbers
alone give the order: no other file is needed to read a chain. Beside it may lie `.torn` (what a crash left of a last
line) and `.broken` (why writing ended).
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

import platformdirs

from nmes.record.errors import NoSuchSession

_NAME = re.compile(r"(\d{6,})-\d{8}T\d{6}Z-[0-9a-f]+\.jsonl")
_SPAN = 1 << 16


class Kind(Enum):
    """Whose sessions a chain holds; the value is the name of its folder."""

    PATIENT = "records"
    SIMULATION = "simulation"


@dataclass(frozen=True, slots=True)
class FileEnd:
    """The end of a session's file: its last complete line (empty if none), where that ends, and what follows."""

    last: bytes
    complete: int
    tail: bytes


def home() -> Path:
    """The folder of everything the program keeps: NMES_HOME, else the platform's place for a user's data."""
    chosen = os.environ.get("NMES_HOME")
    return Path(chosen) if chosen else Path(platformdirs.user_data_dir("nmes"))


def chain_folder(home: Path, kind: Kind) -> Path:
    """The folder of a chain; it need not exist yet."""
    return home / kind.value


def session_name(number: int, utc_ms: int, token: str) -> str:
    """The id of a session; `number` from 1, `token` random hexadecimal digits."""
    return f"{number:06d}-{datetime.fromtimestamp(utc_ms // 1000, UTC):%Y%m%dT%H%M%SZ}-{token}"


def number_of(path: Path) -> int:
    """The number of a session in its chain, from its file's name."""
    return int(path.name.partition("-")[0])


def session_files(folder: Path) -> list[Path]:
    """The sessions of a chain, oldest first; none if there is no such folder. Other files are left alone."""
    if not folder.is_dir():
        return []
    return sorted((p for p in folder.iterdir() if _NAME.fullmatch(p.name)), key=lambda p: (number_of(p), p.name))


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
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        span = _SPAN
        while True:
            start = max(0, size - span)
            file.seek(start)
            data = file.read()
            newline = data.rfind(b"\n")
            before = data.rfind(b"\n", 0, max(newline, 0))
            if start == 0 or before >= 0:
                return FileEnd(data[before + 1 : newline + 1], start + newline + 1, data[newline + 1 :])
            span *= 4
