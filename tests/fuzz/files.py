"""Files that somebody wrote by hand: protocols, settings and keys; or that another program left: devices, locks."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from fuzz.feed import Feed
from nmes.core.plan import compile as plan_for
from nmes.core.problems import PlanError, ProblemsError, ProtocolError
from nmes.core.protocol_file import parse, parse_located
from nmes.devices.sciencemode4.p24 import P24
from nmes.link.lock import DeviceLock, noted
from nmes.runtime.known_devices import (
    Heard,
    KnownDevicesError,
    confirm,
    forget,
    remember,
)
from nmes.runtime.known_devices import load as load_devices
from nmes.runtime.known_devices import (
    path_of as devices_path_of,
)
from nmes.runtime.library import shipped_folder
from nmes.runtime.settings import load, path_of, save

SETTINGS = b"""station: "Room: 2 # left"
therapists:
  - "[Ada]"
pads_cm2: [25, 50.5]
sound: mute
theme: mono
language: "de"
reduced_motion: true
"""
KEYMAP = b"""stop: [f11, ctrl+j]
note: k
"""
ODD_TEXT = (
    *(b"", b"null", b"~", b"[]", b"{}", b"0", b"-1", b"1e3", b"010", b"99999999999999999999", b"1.5", b".inf", b"true"),
    *(b"&a x", b"*a", b"!!python/object:os.system x", b"<<: *a", b"? x", b"'", b'"', b"|", b">-", b"@", b"%", b"\t"),
    *(b"\xff", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\0", b"---", b"...", b"#", b": ", b"- - - -", b"{a: {b: [", b"\r"),
)


def _edited(feed: Feed, text: bytes) -> bytes:
    """A file with some lines taken out, doubled, moved, or with other values."""
    lines = text.splitlines(keepends=True) or [b""]
    for _ in range(feed.below(8)):
        at = feed.below(len(lines))
        match feed.below(6):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, lines[feed.below(len(lines))])
            case 2:
                key, colon, _ = lines[at].partition(b":")
                lines[at] = key + colon + b" " + feed.one_of(ODD_TEXT) + b"\n"
            case 3:
                lines[at] = b"  " * feed.below(9) + lines[at].lstrip()
            case 4:
                lines.insert(at, feed.one_of(ODD_TEXT) * (1 + feed.below(40)) + b"\n")
            case _:
                where = feed.below(len(lines[at]) + 1)
                lines[at] = lines[at][:where] + feed.some(12) + lines[at][where:]
        lines = lines or [b""]
    return b"".join(lines)


@cache
def _protocols() -> tuple[tuple[Path, bytes], ...]:
    return tuple((path, path.read_bytes()) for path in sorted(shipped_folder().rglob("*.yaml")))


def protocol(data: bytes) -> int:
    """A protocol, or everything that is wrong with it, in words; what is loaded has a plan, or words why not."""
    feed = Feed(data)
    path, text = feed.one_of(_protocols())
    written = _edited(feed, text) if feed.below(4) else feed.rest()
    try:
        parse(written, path.name, of_record=True)
    except ProtocolError as error:
        assert all(str(problem).isprintable() for problem in error.problems)
    try:
        loaded, _tree = parse_located(written, str(path))
        plan_for(loaded, P24, 20_000)
    except (ProtocolError, PlanError) as error:
        assert error.problems
        return 1
    return 2


def settings(data: bytes) -> int:
    """Settings and keys, or what is wrong with them; what was read is written and read again as it was."""
    feed = Feed(data)
    with TemporaryDirectory() as folder:
        home = Path(folder)
        for path, text in ((path_of(home), SETTINGS), (home / "keymap.yaml", KEYMAP)):
            if feed.below(3):
                path.write_bytes(_edited(feed, text) if feed.below(4) else feed.some(200))
        try:
            found = load(home)
        except ProblemsError as error:
            assert error.problems
            return 1
        save(home, found)
        assert load(home) == found
    return 2


HEARD = Heard("rehastim2", "-", "unknown", "2026-01-02T03:04:05+00:00")
DEVICES = b"""{"version": 1, "devices": [
{"serial_number": "FT5A", "vendor_id": 1027,
"product_id": 24597,
"port": "/dev/ttyUSB0",
"known": {"family": "rehamove3", "device_id": "170312345", "firmware": "3.2.4", "seen": "2026-01-02T03:04:05+00:00"},
"now": null}]}
"""
NOTE = b"""{"program": "nmes",
"pid": 12,
"started": "2026-01-02T03:04:05+00:00",
"user": "ada",
"session": "20260102",
"device": "/dev/ttyUSB0"}
"""


def known_devices(data: bytes) -> int:
    """The remembered devices, or one sentence why not and the file as it was; what is written is read again."""
    feed = Feed(data)
    with TemporaryDirectory() as folder:
        home, path = Path(folder), devices_path_of(Path(folder))
        written = _edited(feed, DEVICES) if feed.below(4) else feed.some(400) * feed.one_of((1, 1, 400))
        path.write_bytes(written)
        try:
            found = load_devices(home)
            said = [feed.some(20).decode("latin-1") or "-" for _ in range(4)]
            remember(home, said[0], (1, 2), said[1], Heard("p24", said[2], said[3], HEARD.seen))
        except KnownDevicesError as error:
            assert str(error).isprintable()
            assert path.read_bytes() == written
            return 1
        after = load_devices(home)
        assert set(found) <= set(after) or len(after) == len(found)
        confirm(home, said[0])
        assert forget(home, after[0].serial_number)
        assert len(load_devices(home)) < len(after)
    return 2


def lock_note(data: bytes) -> int:
    """Who holds a device is a short printable line or nobody, whatever is written in the lock's file."""
    feed = Feed(data)
    with TemporaryDirectory() as folder:
        lock = DeviceLock("/dev/ttyUSB0", Path(folder))
        written = _edited(feed, NOTE) if feed.below(4) else feed.some(400) * feed.one_of((1, 1, 40))
        lock.path.write_bytes(written)
        found = noted(lock.path)
        assert lock.holder() is None, "a file is no lock"
        lock.acquire()
        mine = noted(lock.path)
        lock.release()
        assert mine is not None
        assert found is None or (str(found).isprintable() and len(str(found)) < 800)
    return 2 if found else 1
