"""The serial ports of this computer as facts: found, looked at from outside, and never opened.

Law: nothing here opens a port or writes to one; who only wants to know what is there disturbs no device and no session.
Separate from `serial_port` because those who ask get no Port.
"""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from nmes.link.address import is_socket
from nmes.link.holders import PROC, holders_of
from nmes.link.holders import Holder as Holder  # noqa: PLC0414 - re-exported: who looks at ports need know no more
from nmes.link.lock import DeviceLock
from nmes.link.lock import Note as Note  # noqa: PLC0414 - as above
from nmes.link.port import Identity as Identity  # noqa: PLC0414 - as above

SYS: Final = Path("/sys")
_MOST: Final = 64
"""Bytes read of a file of the kernel's [design]; it writes a number or a name."""


class Access(StrEnum):
    """What the system says to this user about a port, without opening it."""

    OPEN = "open"
    """It may be read and written."""
    DENIED = "denied"
    MISSING = "missing"
    """There is no such device."""
    ELSEWHERE = "elsewhere"
    """A network address: only connecting would tell."""


@dataclass(frozen=True, slots=True)
class SeenPort:
    """A port as it looks from outside. `group`: the one its node belongs to; `latency_ms` only where a driver tells it;
    `holder`: the program of ours that has it; `programs`: all that were seen to have it open, ours or not.
    """

    identity: Identity
    access: Access
    group: str = ""
    driver: str = ""
    latency_ms: int | None = None
    holder: Note | None = None
    programs: tuple[Holder, ...] = ()

    @property
    def busy(self) -> bool:
        """Whether somebody is known to have it."""
        return self.holder is not None or bool(self.programs)


def seen_ports(named: str = "", system: Path = SYS, proc: Path = PROC) -> tuple[SeenPort, ...]:
    """The USB serial ports of this computer by path, and the one that was `named`, whatever it is."""
    from nmes.link.serial_port import known_ports  # noqa: PLC0415 - pyserial is slow to import and not always needed

    found = known_ports()
    if named and all(identity.url != named and not is_same_node(identity.url, named) for identity in found):
        found.append(Identity(named))
    return tuple(look(identity, system, proc) for identity in found)


def look(identity: Identity, system: Path = SYS, proc: Path = PROC) -> SeenPort:
    """What can be seen of one port without opening it."""
    url = identity.url
    holder = DeviceLock(url).holder()
    if is_socket(url):
        return SeenPort(identity, Access.ELSEWHERE, holder=holder)
    access, group = _access(url)
    if access is Access.MISSING:
        return SeenPort(identity, access, holder=holder)
    tty = system / "class" / "tty" / Path(url).resolve().name / "device"
    latency = _read(tty / "latency_timer")
    return SeenPort(
        identity,
        access,
        group,
        _driver(tty / "driver"),
        int(latency) if latency.isdecimal() else None,
        holder,
        holders_of(url, proc),
    )


def is_same_node(one: str, other: str) -> bool:
    """Two names of one node, as the links in /dev/serial/by-id."""
    try:
        return Path(one).samefile(other)
    except (OSError, ValueError):
        return False


def _access(url: str) -> tuple[Access, str]:
    """And the group that the node belongs to."""
    if sys.platform == "win32":
        return Access.OPEN, ""  # only opening tells
    try:
        found = Path(url).stat()
    except PermissionError:
        return Access.DENIED, ""
    except (OSError, ValueError):
        return Access.MISSING, ""
    if not stat.S_ISCHR(found.st_mode):
        return Access.MISSING, ""
    allowed = os.access(url, os.R_OK | os.W_OK)
    return Access.OPEN if allowed else Access.DENIED, _group(found.st_gid)


def _group(number: int) -> str:
    if sys.platform == "win32":
        return ""
    import grp  # noqa: PLC0415 - POSIX only

    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)


def _driver(link: Path) -> str:
    try:
        return Path(os.readlink(link)).name  # noqa: PTH115 - what it says, whether or not that is there
    except OSError:
        return ""


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_MOST).decode("ascii", "replace").strip()
    except OSError:
        return ""
