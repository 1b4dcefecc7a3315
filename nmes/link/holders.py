"""Which programs have a device's node open, where this system lets us see it (Linux, /proc).

It only looks: nothing is opened, and what belongs to another user may stay unseen. What is not seen is not claimed to
be free.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")
_OTHER_ENDS: Final = frozenset({"/dev/ptmx", "/dev/pts/ptmx"})
KEEPER: Final = "nmes-keeper"
"""What a keeper is called; as in `nmes.link.keeper_program`."""
_MOST_NAME: Final = 40
"""Letters of a program's name that are told [design]; the kernel keeps 15."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A program that has a port open."""

    program: str
    process: int

    @property
    def is_keeper(self) -> bool:
        """Whether it calls itself a keeper of ours."""
        return self.program == KEEPER


def holders_of(node: str, proc: Path = PROC, own: int | None = None) -> tuple[Holder, ...]:
    """Programs that have the device at `node` open, but for this one; those that can be seen, by process number."""
    wanted = _device(Path(node))
    if wanted is None:
        return ()
    own = os.getpid() if own is None else own
    pseudo = str(Path(node).resolve()).startswith("/dev/pts/")
    others = (number for number in _processes(proc) if number != own)
    found = [number for number in others if _has_open(proc / str(number) / "fd", wanted, pseudo=pseudo)]
    return tuple(Holder(_name(proc / str(number)), number) for number in found)


def _processes(proc: Path) -> list[int]:
    try:
        return sorted(int(name) for name in os.listdir(proc) if name.isdecimal())  # noqa: PTH208 - names, no paths: it is asked of every process
    except OSError:
        return []


def _has_open(folder: Path, wanted: tuple[int, int], *, pseudo: bool) -> bool:
    """A program with the other end of a pseudo-terminal in its hand is what hangs there, and holds nothing from us."""
    opened = [(entry, _target(entry)) for entry in _entries(folder)]
    if pseudo and any(target in _OTHER_ENDS for _, target in opened):
        return False
    # Names first: to look at a file on a far computer may take without end.
    return any(target.startswith("/dev/") and _device(entry) == wanted for entry, target in opened)


def _target(entry: Path) -> str:
    try:
        return os.readlink(entry)  # noqa: PTH115 - a text, not a path
    except OSError:
        return ""


def _entries(folder: Path) -> Iterator[Path]:
    try:
        yield from folder.iterdir()
    except OSError:  # another user's process, or one that has just ended
        return


def _device(path: Path) -> tuple[int, int] | None:
    """What a name leads to, so that two names of one device are one; None for what is not there, or may not be seen."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return (found.st_rdev, 0) if found.st_rdev else (found.st_dev, found.st_ino)


def _name(folder: Path) -> str:
    try:
        name = (folder / "comm").read_bytes()[:_MOST_NAME].decode("utf-8", "replace").strip()
    except OSError:
        name = ""
    return "".join(letter if letter.isprintable() else "?" for letter in name) or "?"
