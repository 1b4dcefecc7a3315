"""Devices that were identified once, remembered by their USB serial number: `devices.json` in NMES_HOME.

Law: what is remembered helps to choose and to notice a change; it allows nothing. A device is told by its serial number
with its vendor and product ids, never by the name of a port, which moves with every plug. A file that cannot be read
whole is never guessed at and never overwritten. What was heard last stands beside what was remembered until a person
confirms it.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Final

from nmes.core.printable import printable
from nmes.language import _
from nmes.plain_file import NotPlain, TooLong, open_plain, read_plain
from nmes.record.disk import FILE_MODE, Disk

FILE: Final = "devices.json"
LOCK: Final = "devices.lock"
VERSION: Final = 1
MOST_BYTES: Final = 1 << 18
"""Of a file that is read: ten times what a clinic with a hundred devices has [computed: 25 kB for those]."""
MOST_DEVICES: Final = 500
_MOST_WORD: Final = 200
_WAIT_S, _TRIES = 0.05, 60
"""Another program writes for some milliseconds; it is waited for up to 3 s [design]."""


class KnownDevicesError(Exception):
    """The remembered devices cannot be read or written; one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a device said of itself, and when (UTC): the key of its family, its own id, its firmware as it told it."""

    family: str
    device_id: str
    firmware: str
    seen: str

    def is_same(self, other: Heard) -> bool:
        """The same device with the same program in it, whenever it was seen."""
        return replace(self, seen="") == replace(other, seen="")


@dataclass(frozen=True, slots=True)
class Remembered:
    """One device. `port`: where it was last; `now`: what it said last, where that is something else than remembered."""

    serial_number: str
    vendor_id: int
    product_id: int
    port: str
    known: Heard
    now: Heard | None = None


@dataclass(frozen=True, slots=True)
class New:
    """It was not known."""

    device: Remembered


@dataclass(frozen=True, slots=True)
class Same:
    """It is as it was remembered."""

    device: Remembered


@dataclass(frozen=True, slots=True)
class Changed:
    """It is remembered otherwise, and stays so until a person confirms it."""

    device: Remembered


def path_of(home: Path) -> Path:
    """Where the file lies; it need not exist."""
    return home / FILE


# --- what is kept ---


def load(home: Path) -> tuple[Remembered, ...]:
    """All that is remembered, by serial number; none without a file. KnownDevicesError."""
    path = path_of(home)
    data = _bytes_of(path)
    if data is None:
        return ()
    try:
        return _decoded(json.loads(data, object_pairs_hook=_each_once))
    except RecursionError:
        raise _unreadable(path, _("it is nested too deeply")) from None
    except (ValueError, KeyError, TypeError) as error:
        raise _unreadable(path, _("it is damaged, or of another version")) from error


def find(devices: tuple[Remembered, ...], serial_number: str, vendor_id: int, product_id: int) -> Remembered | None:
    """The device with this serial number, if its ids are the same too; none where it has no serial number."""
    for device in devices:
        if (device.serial_number, device.vendor_id, device.product_id) == (serial_number, vendor_id, product_id):
            return device
    return None


def remember(
    home: Path, serial_number: str, ids: tuple[int, int], port: str, heard: Heard, disk: Disk | None = None
) -> New | Same | Changed:
    """Keep what a device said. One that is remembered otherwise keeps what is remembered, and what it said now."""
    outcome: list[New | Same | Changed] = []
    serial_number, port = _kept(serial_number), _kept(port)
    heard = Heard(*(_kept(word) for word in (heard.family, heard.device_id, heard.firmware, heard.seen)))

    def change(devices: tuple[Remembered, ...]) -> tuple[Remembered, ...]:
        before = find(devices, serial_number, *ids)
        if before is None:
            if len(devices) >= MOST_DEVICES:
                said = _("{most} devices are remembered, and no more can be: forget one first")
                raise KnownDevicesError(said.format(most=MOST_DEVICES))
            device = Remembered(serial_number, *ids, port, heard)
            outcome.append(New(device))
            return (*devices, device)
        if before.known.is_same(heard):
            device = replace(before, port=port, known=heard, now=None)
            outcome.append(Same(device))
        else:
            device = replace(before, port=port, now=heard)
            outcome.append(Changed(device))
        return tuple(device if one is before else one for one in devices)

    _rewrite(home, change, disk)
    return outcome[0]


def confirm(home: Path, serial_number: str, disk: Disk | None = None) -> Remembered | None:
    """What the device said last is what is remembered from now on; None if no such device has changed."""
    found: list[Remembered] = []

    def change(devices: tuple[Remembered, ...]) -> tuple[Remembered, ...]:
        kept = []
        for device in devices:
            now = device.now if device.serial_number == serial_number else None
            kept.append(device if now is None else replace(device, known=now, now=None))
            if now is not None:
                found.append(kept[-1])
        return tuple(kept)

    _rewrite(home, change, disk)
    return found[0] if found else None


def forget(home: Path, serial_number: str, disk: Disk | None = None) -> bool:
    """Whether there was such a device; it is not remembered any more."""
    found: list[Remembered] = []

    def change(devices: tuple[Remembered, ...]) -> tuple[Remembered, ...]:
        found.extend(device for device in devices if device.serial_number == serial_number)
        return tuple(device for device in devices if device.serial_number != serial_number)

    _rewrite(home, change, disk)
    return bool(found)


def _kept(word: str) -> str:
    """As it can be read again: a device may say anything."""
    return "".join(letter if letter.isprintable() else "?" for letter in printable(word[:_MOST_WORD]))


# --- reading ---


def _bytes_of(path: Path) -> bytes | None:
    """The whole file, None if there is none. KnownDevicesError."""
    try:
        return read_plain(path, MOST_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except NotPlain as error:
        raise _unreadable(path, _("it is no plain file")) from error
    except TooLong as error:
        raise _unreadable(path, _("it is too long")) from error
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """ValueError for a name that stands twice: which of the two was meant would be a guess."""
    named = dict(pairs)
    if len(named) != len(pairs):
        raise ValueError("a name stands there twice")
    return named


def _decoded(found: object) -> tuple[Remembered, ...]:
    """ValueError, KeyError or TypeError for anything but what `_encoded` writes."""
    whole = _mapping(found, {"version", "devices"})
    listed = whole["devices"]
    if _number(whole["version"]) != VERSION or not isinstance(listed, list) or len(listed) > MOST_DEVICES:
        raise ValueError("another version, or no list")
    devices = tuple(_device(one) for one in listed)
    if len({(device.serial_number, device.vendor_id, device.product_id) for device in devices}) != len(devices):
        raise ValueError("a device stands there twice")
    return devices


def _device(found: object) -> Remembered:
    one = _mapping(found, {field.name for field in fields(Remembered)})
    now = one["now"]
    return Remembered(
        _word(one["serial_number"], empty=False),
        _number(one["vendor_id"]),
        _number(one["product_id"]),
        _word(one["port"]),
        _heard(one["known"]),
        None if now is None else _heard(now),
    )


def _heard(found: object) -> Heard:
    one = _mapping(found, {field.name for field in fields(Heard)})
    return Heard(*(_word(one[field.name]) for field in fields(Heard)))


def _mapping(found: object, keys: set[str]) -> dict[str, object]:
    if not isinstance(found, dict) or found.keys() != keys:
        raise ValueError("other keys")
    return found


def _word(found: object, *, empty: bool = True) -> str:
    if not isinstance(found, str) or len(found) > _MOST_WORD or not found.isprintable() or not (found or empty):
        raise ValueError("no word")
    return found


def _number(found: object) -> int:
    if type(found) is not int or not 0 <= found <= 0xFFFF:
        raise ValueError("no id")
    return found


def _unreadable(path: Path, why: str) -> KnownDevicesError:
    said = _(
        "{path}: the remembered devices cannot be read ({why}); nothing was changed: mend the file, or move it away"
    )
    return KnownDevicesError(said.format(path=path, why=why))


# --- writing ---


def _rewrite(
    home: Path, change: Callable[[tuple[Remembered, ...]], tuple[Remembered, ...]], disk: Disk | None = None
) -> None:
    """Read, change and write under one lock, so that two programs lose nothing of each other."""
    disk = disk or Disk()
    try:
        disk.make_folder(home)
        with _alone(home / LOCK):
            before = load(home)
            after = change(before)
            if after != before:
                disk.exchange(path_of(home), _encoded(after))
    except OSError as error:
        said = _("{path}: the remembered devices cannot be written ({why}); nothing was changed")
        raise KnownDevicesError(said.format(path=path_of(home), why=error.strerror or error)) from error


def _encoded(devices: tuple[Remembered, ...]) -> bytes:
    listed = [asdict(device) for device in sorted(devices, key=lambda one: one.serial_number)]
    return (json.dumps({"version": VERSION, "devices": listed}, indent=1, ensure_ascii=False) + "\n").encode()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    fd = open_plain(path, os.O_RDWR | os.O_CREAT, FILE_MODE)
    try:
        _claim(fd)
        yield
    finally:
        os.close(fd)


def _claim(fd: int) -> None:
    waiting = threading.Event()
    for left in reversed(range(_TRIES)):
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not left:
                raise
            waiting.wait(_WAIT_S)
        else:
            return
