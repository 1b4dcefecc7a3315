"""Files that a program wrote and somebody changed: records and archives."""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from fuzz.feed import Feed
from helpers.forging import entry_in, line_of
from nmes.record.archive import write
from nmes.record.canonical import canonical
from nmes.record.errors import NotRecordable, RecordError
from nmes.record.files import Kind, chain_folder
from nmes.record.restore import restore
from nmes.record.verify import Intact, Torn
from nmes.runtime.records import chain_of

VECTOR = next((Path(__file__).parent.parent / "vectors" / "records" / "vocabulary_3").glob("*.jsonl"))
ODD: tuple[Any, ...] = (
    *(None, True, -1, 0, 1, 2**53 - 1, "", "x" * 3000, "\u2028", [], [[]], {}, {"type": "Tick"}, "1", "0" * 64, "é"),
    *({"a": [None] * 50}, "9" * 19, "٣", "close", "opened", "event"),
)


def _changed(feed: Feed, entry: dict[str, Any]) -> dict[str, Any]:
    """Something in it is another thing, is gone, or is there that was not."""
    inner: Any = entry
    while isinstance(inner, dict | list) and inner:
        keys = sorted(inner) if isinstance(inner, dict) else list(range(len(inner)))
        key = feed.one_of(keys)
        if not isinstance(inner[key], dict | list) or feed.below(4) == 0:
            match feed.below(4):
                case 0:
                    del inner[key]
                case 1 if isinstance(inner, dict):
                    inner[feed.one_of(("type", "zz", "body", "v"))] = feed.one_of(ODD)
                case _:
                    inner[key] = feed.one_of(ODD)
            break
        inner = inner[key]
    return entry


def _forged(feed: Feed, lines: list[bytes]) -> list[bytes]:
    """Entries changed and the chain made to fit again: what reaches the readers behind the hashes."""
    at = {feed.below(len(lines)) for _ in range(1 + feed.below(3))}
    found, prev = list[bytes](), "0" * 64
    for index, line in enumerate(lines):
        entry = entry_in(line)
        entry |= {"prev": prev}
        if index in at:
            entry = _changed(feed, entry)
        try:
            found.append(line_of(canonical(entry)))
        except NotRecordable:
            continue
        prev = json.loads(found[-1])["hash"]
    return found


def _torn(feed: Feed, lines: list[bytes]) -> list[bytes]:
    whole = bytearray(b"".join(lines))
    for _ in range(1 + feed.below(4)):
        at = feed.below(len(whole) or 1)
        match feed.below(4):
            case 0:
                whole[at : at + 1 + feed.below(50)] = feed.some(20)
            case 1:
                del whole[at:]
            case 2:
                whole[at:at] = feed.one_of((b"\n", b"[" * 3000, b"\0" * 100, b'{"entry":', b"\xff", b'"}\n'))
            case _:
                whole[at : at + 1] = bytes([whole[at] ^ 1 << feed.below(8)]) if at < len(whole) else b""
    return [bytes(whole)]


def record(data: bytes) -> int:
    """Verifying, telling and replaying a record that was changed by hand, cut, or never was one: words, no crash."""
    feed = Feed(data)
    lines = VECTOR.read_bytes().splitlines(keepends=True)
    changed = _forged(feed, lines) if feed.below(3) else _torn(feed, lines)
    with TemporaryDirectory() as folder:
        home = Path(folder)
        chain_folder(home, Kind.SIMULATION).mkdir()
        (chain_folder(home, Kind.SIMULATION) / VECTOR.name).write_bytes(b"".join(changed))
        chain = chain_of(home, Kind.SIMULATION)
        (listed,) = chain.sessions()
        (verdict,) = (found.verdict for found in chain.verify_all())
        try:
            assert chain.replay(listed).story.verdict == chain.verify(listed).verdict
        except RecordError as error:
            assert "Errno" not in str(error)
    assert changed != lines or isinstance(verdict, Intact)
    return 2 if isinstance(verdict, Intact | Torn) else 1


@cache
def _archive() -> tuple[bytes, dict[str, bytes]]:
    """A good archive, and the files in it."""
    folder = Path(mkdtemp())
    try:
        chain_folder(folder, Kind.SIMULATION).mkdir()
        shutil.copy(VECTOR, chain_folder(folder, Kind.SIMULATION))
        write(folder, Kind.SIMULATION, folder / "a.zip", 0)
        with ZipFile(folder / "a.zip") as archive:
            return (folder / "a.zip").read_bytes(), {name: archive.read(name) for name in archive.namelist()}
    finally:
        shutil.rmtree(folder)


NAMES = (
    "../x.jsonl",
    "/tmp/x",
    "simulation/../../x",
    "keys/a.pub",
    "archive.json",
    "keys/..",
    "simulation/a.jsonl",
    "x/",
)


def _zip(feed: Feed, target: Path, files: dict[str, bytes]) -> None:
    """Packed anew, with other names, other contents, another list."""
    about: dict[str, Any] = json.loads(files["archive.json"])
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name, right in files.items():
            named = feed.one_of(NAMES) if feed.below(6) == 0 else name
            content = right
            if name == "archive.json":
                about = _changed(feed, about) if feed.below(2) else about
                content = json.dumps(about).encode() if feed.below(8) else feed.some(40)
            elif feed.below(6) == 0:
                content = bytes(feed.below(1 << 18))
            if named not in archive.namelist():
                archive.writestr(named, content)


def archive(data: bytes) -> int:
    """Putting back an archive that was changed: all of it, or words; nothing outside the home, nothing left behind."""
    feed = Feed(data)
    packed, files = _archive()
    with TemporaryDirectory() as folder:
        home, source = Path(folder) / "home", Path(folder) / "a.zip"
        if feed.below(2):
            _zip(feed, source, files)
        else:
            source.write_bytes(b"".join(_torn(feed, [packed])))
        try:
            restore(source, home)
        except RecordError:
            left = [path for path in home.rglob("*") if path.is_file() and path.suffix != ".lock"]
            assert not [path for path in left if path.suffix in {".jsonl", ".pub", ".json"}], left
            return 1
        finally:
            assert {path.name for path in Path(folder).iterdir()} <= {"home", "a.zip"}
    return 2
