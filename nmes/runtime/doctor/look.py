"""Looking at the computer: the one place where `nmes doctor` touches the outside world, to make a `World` of it.

Law: it opens no port, asks no device and asks no terminal. In the folder of the records it writes one file of its own
and takes it away again.
"""

from __future__ import annotations

import os
import platform
import secrets
import shutil
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Final, TextIO

from nmes.record.disk import Disk as Medium
from nmes.record.disk import create_for_append
from nmes.record.files import Kind, chain_folder, session_names
from nmes.runtime.chosen_device import changed_words
from nmes.runtime.doctor.components import TOLD
from nmes.runtime.doctor.drivers import DRIVERS, PROBING
from nmes.runtime.doctor.world import Clock, Component, Disk, Module, Rights, Terminal, World
from nmes.runtime.known_devices import KnownDevicesError, load
from nmes.runtime.ports import GENERIC, SeenPort, seen_ports

SYNCS: Final = 8
LINE_BYTES: Final = 400
"""A line of a record [computed: 250 kB a minute at ten lines a second]."""
BLOCK_BYTES: Final = 4 << 20
PATIENCE_S: Final = 3.0
"""A disk that is slower than this is known well enough [design]."""
_MOST_FILE: Final = 1 << 20
"""Bytes read of a file of the system; the list of a kernel's modules has 700 kB."""
_SERIAL_GROUPS: Final = ("dialout", "uucp")
"""What distributions call it: Debian, Fedora and SUSE the one, Arch the other [source, secondary]."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the system keeps what is looked at; a test gives folders of its own."""

    sys: Path = Path("/sys")
    proc: Path = Path("/proc")
    run: Path = Path("/run")
    modules: Path = Path("/lib/modules")
    rules: tuple[Path, ...] = (Path("/etc/udev/rules.d"), Path("/run/udev/rules.d"), Path("/usr/lib/udev/rules.d"))


def look(
    home: Path,
    asked_port: str = "",
    places: Places | None = None,
    stream: TextIO | None = None,
    environment: Mapping[str, str] = os.environ,
    medium: Medium | None = None,
) -> World:
    """All of it, now; a few tens of milliseconds, and what the disk takes."""
    places = places or Places()
    began_ns, began_wall_ns = time.monotonic_ns(), time.time_ns()
    ports = seen_ports(asked_port, places.sys, places.proc)
    disk = disk_of(home, medium)
    trouble, changed = _devices(home)
    over_us = (time.monotonic_ns() - began_ns) // 1000
    wall_ns = time.time_ns()
    clock = Clock(
        utc_ms=wall_ns // 1_000_000,
        skew_us=(wall_ns - began_wall_ns) // 1000 - over_us,
        over_us=over_us,
        synchronised=_synchronised(places),
        newest_ms=_newest_ms(home),
    )
    return World(
        system=platform.system(),
        rights=_rights(ports, places),
        modules=tuple((name, _module(name, places)) for name in DRIVERS),
        probing=_probing(places),
        ports=ports,
        asked_port=asked_port,
        clock=clock,
        disk=disk,
        terminal=terminal_of(stream or sys.stdout, environment),
        components=_components(),
        devices_trouble=trouble,
        changed=changed,
    )


def _devices(home: Path) -> tuple[str, tuple[str, ...]]:
    try:
        return "", tuple(changed_words(device) for device in load(home) if device.now is not None)
    except KnownDevicesError as error:
        return str(error), ()


# --- the kernel and the user ---


def _rights(ports: tuple[SeenPort, ...], places: Places) -> Rights:
    import grp  # noqa: PLC0415 - POSIX only
    import pwd  # noqa: PLC0415 - as above

    number = os.getuid()
    try:
        entry = pwd.getpwuid(number)
        user = entry.pw_name
    except KeyError:
        user = f"user {number}"
    seen = next((port.group for port in ports if port.group in _SERIAL_GROUPS), "")
    group = seen or next((name for name in _SERIAL_GROUPS if _has_group(name)), "")
    member = enrolled = False
    with suppress(KeyError):
        found = grp.getgrnam(group)
        member = found.gr_gid in {os.getgid(), *os.getgroups()}
        enrolled = member or user in found.gr_mem
    return Rights(user, number == 0, group, member, enrolled, _has_rule(places))


def _has_group(name: str) -> bool:
    import grp  # noqa: PLC0415 - POSIX only

    try:
        grp.getgrnam(name)
    except KeyError:
        return False
    return True


def _has_rule(places: Places) -> bool:
    """Whether a udev rule of this computer gives somebody the ports of the ids on the allow-list."""
    wanted = [(f"{vendor:04x}", f"{product:04x}") for vendor, product in GENERIC]
    for folder in places.rules:
        for path in sorted(folder.glob("*.rules")):
            for line in _text(path).lower().splitlines():
                gives = "group=" in line or "mode=" in line or "uaccess" in line
                named = any(f'"{vendor}"' in line and f'"{product}"' in line for vendor, product in wanted)
                if gives and named and not line.lstrip().startswith("#"):
                    return True
    return False


def _module(name: str, places: Places) -> Module:
    roots = (
        places.sys / "module",
        places.sys / "bus" / "usb" / "drivers",
        places.sys / "bus" / "usb-serial" / "drivers",
    )
    if any((root / name).exists() for root in roots):
        return Module.THERE
    folder = places.modules / platform.release()
    for file, state in (("modules.builtin", Module.THERE), ("modules.dep", Module.LOADABLE)):
        listed = _text(folder / file)
        if any(f"/{spelt}.ko" in listed for spelt in (name, name.replace("_", "-"))):
            return state
    return Module.MISSING if (folder / "modules.dep").exists() else Module.UNKNOWN


def _probing(places: Places) -> tuple[str, ...]:
    names = {_text(path / "comm").strip() for path in places.proc.glob("[0-9]*")}
    return tuple(name for name in PROBING if name[:15] in names)


def _text(path: Path) -> str:
    """A plain file of the system, within bounds; "" for anything else."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            return file.read(_MOST_FILE).decode("utf-8", "replace")
    except OSError:
        return ""


# --- clock and disk ---


def _synchronised(places: Places) -> bool | None:
    """What systemd's own service tells; nobody else is asked."""
    service = places.run / "systemd" / "timesync"
    if not service.is_dir():
        return None
    return (service / "synchronized").exists()


def _newest_ms(home: Path) -> int | None:
    """When the newest session began, from the names of the files."""
    began: list[int] = []
    for kind in Kind:
        with suppress(OSError, ValueError):
            for name in session_names(chain_folder(home, kind))[-1:]:
                moment = datetime.strptime(name.split("-")[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
                began.append(int(moment.timestamp() * 1000))
    return max(began, default=None)


def disk_of(home: Path, medium: Medium | None = None) -> Disk:
    """The folder of the records, or where it will be made: room, and how long it takes to bring bytes to the medium."""
    medium = medium or Medium()
    records = chain_folder(home, Kind.PATIENT)
    try:
        folder = next(path for path in (records, *records.parents) if path.exists())
        path = folder / f".nmes-doctor-{secrets.token_hex(4)}"
        fd = create_for_append(path)
        try:
            syncs, speed = _measured(fd, medium)
        finally:
            os.close(fd)
            path.unlink(missing_ok=True)
        return Disk(str(records), "", medium.room(folder), syncs, speed)
    except OSError as error:
        return Disk(str(records), error.strerror or str(error))


def _measured(fd: int, medium: Medium) -> tuple[tuple[int, ...], int]:
    """Microseconds of each sync of a line, and bytes per second of a block."""
    began = time.monotonic()
    syncs: list[int] = []
    while len(syncs) < SYNCS and (not syncs or time.monotonic() - began < PATIENCE_S):
        syncs.append(_timed_us(fd, os.urandom(LINE_BYTES), medium))
    took_us = _timed_us(fd, os.urandom(BLOCK_BYTES), medium)
    return tuple(syncs), BLOCK_BYTES * 1_000_000 // max(1, took_us)


def _timed_us(fd: int, data: bytes, medium: Medium) -> int:
    began_ns = time.monotonic_ns()
    medium.append(fd, data)
    medium.sync(fd)
    return (time.monotonic_ns() - began_ns) // 1000


# --- terminal and libraries ---


def terminal_of(stream: TextIO, environment: Mapping[str, str]) -> Terminal:
    """What the stream and the environment tell of the terminal."""
    size = shutil.get_terminal_size((0, 0))
    with suppress(OSError, ValueError):
        size = os.get_terminal_size(stream.fileno())
    return Terminal(
        there=stream.isatty(),
        columns=size.columns,
        rows=size.lines,
        encoding=stream.encoding or "",
        kind=environment.get("TERM", ""),
        depth=environment.get("COLORTERM", ""),
        no_color=bool(environment.get("NO_COLOR")),
        remote="SSH_CONNECTION" in environment or "SSH_TTY" in environment,
    )


def _components() -> tuple[Component, ...]:
    """nmes, Python, and every library the package asks for."""
    try:
        package = metadata.distribution("nmes")
    except metadata.PackageNotFoundError:
        return (Component("nmes", "", ""), Component("Python", platform.python_version(), ""))
    wanted_python = (package.metadata.get_all("Requires-Python") or [""])[0]
    python = Component("Python", platform.python_version(), wanted_python)
    wanted = [line.partition(";")[0] for line in package.requires or () if "extra ==" not in line]
    return (Component("nmes", package.version, ""), python, *sorted(map(_component, wanted), key=_order))


def _component(requirement: str) -> Component:
    name = requirement[: next((at for at, letter in enumerate(requirement) if letter in "<>=!~[ ("), len(requirement))]
    try:
        found = metadata.version(name)
    except metadata.PackageNotFoundError:
        found = ""
    return Component(name, found, requirement[len(name) :].strip())


def _order(one: Component) -> tuple[bool, str]:
    return one.name not in TOLD, one.name
