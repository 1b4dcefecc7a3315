"""The file of an archive: a zip of a chain's files as they are, with the length and SHA-256 of each in `archive.json`.

Law: what was written is read back from the file before anybody relies on it; a file that is missing, was added, or
differs in one byte makes the whole archive unusable. Only names that a chain can have are ever unpacked. No private key
and no list of names is in it. A zip, because every computer opens one.
"""

from __future__ import annotations

import errno
import json
import os
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from nmes.record.canonical import canonical
from nmes.record.disk import FILE_MODE, FOLDER_MODE, Disk, create_for_append
from nmes.record.errors import ArchiveUnusable
from nmes.record.files import Kind, open_file

FORMAT: Final = "nmes-archive/1"
PARTS: Final = ("jsonl", "texts", "torn", "broken")
"""A session's files, by what their names end with; the first is the record itself."""
_MANIFEST: Final = "archive.json"
_MOST_MANIFEST: Final = 20_000_000
"""Bytes for a list of 70,000 sessions; read as JSON a longer one of nothing but brackets takes gigabytes [design]."""
_NAME: Final = re.compile(
    r"(?:records|simulation)/(?!000000)[0-9]{6}-[0-9]{8}T[0-9]{6}Z-[0-9a-f]+\.(?:" + "|".join(PARTS) + r")"
    r"|keys/[A-Za-z0-9-]+\.pub"
)
_TEXTS: Final = ".texts"
_RECORD: Final = ".jsonl"
_MOST_TEXTS: Final = 1 << 26
"""What persons type in one session is far shorter: it is read as a whole [design]."""
_LONGEST_LINE: Final = 1 << 24
"""A line is read as a whole; one of a record has some kilobytes [design]."""
_CHUNK: Final = 1 << 20
_DAMAGES: Final = (BadZipFile, zlib.error, LookupError, ValueError, TypeError, AttributeError, RuntimeError, EOFError)
"""What reading a zip that is none, or that was changed, may raise."""

Keep = Callable[[str, bytes], bytes]
"""What is written of a file of texts, from its name in the archive and what is in it."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What an archive says of itself. `files`: name to length and SHA-256; `sha256`: of the archive's own file."""

    kind: Kind
    made_utc: str
    files: Mapping[str, tuple[int, str]]
    sha256: str


def pack(target: Path, kind: Kind, files: Mapping[str, Path], made_utc: str, disk: Disk) -> Contents:
    """Write an archive and read it back; a file that is there already is never overwritten (FileExistsError).

    `files`: name in the archive to where it lies. What was begun and could not be finished is taken away again.
    """
    fd = os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, FILE_MODE)
    try:
        with open(fd, "wb") as file:  # noqa: PTH123 - a descriptor, not a path
            with ZipFile(file, "w", ZIP_DEFLATED) as archive:
                listed = {name: _add(archive, name, path) for name, path in files.items()}
                about = {
                    "chain": kind.value,
                    "files": {name: {"bytes": size, "sha256": digest} for name, (size, digest) in listed.items()},
                    "format": FORMAT,
                    "made_utc": made_utc,
                }
                archive.writestr(_info(_MANIFEST), canonical(about))
            file.flush()
            disk.sync(file.fileno())
        disk.sync_folder(target.parent)
        found = unpack(target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return found


def listed(source: Path) -> Contents:
    """What an archive says of itself, its files not read yet. ArchiveUnusable, or OSError."""
    with _opened(source) as (file, archive):
        return _contents(archive, _sha256(file))


def unpack(
    source: Path, into: Path | None = None, keep: Keep = lambda _name, data: data, disk: Disk | None = None
) -> Contents:
    """Read all of an archive, and write its files below a folder if one is given. ArchiveUnusable, or OSError.

    Keys come first, and a record before its texts: `keep` may look at them.
    """
    with _opened(source) as (file, archive):
        contents = _contents(archive, _sha256(file))
        for name, expected in sorted(contents.files.items()):
            found = _written(archive, name, into / name, keep, disk or Disk()) if into else _read(archive, name)
            if found != expected:
                raise ArchiveUnusable(f"{source}: {name} is not what was archived: the archive was damaged")
    return contents


@contextmanager
def _opened(source: Path) -> Iterator[tuple[IO[bytes], ZipFile]]:
    try:
        file = source.open("rb")
    except OSError as error:
        raise ArchiveUnusable(f"{source} cannot be read: {error.strerror}") from error
    with file:
        try:
            with ZipFile(file) as archive:
                yield file, archive
        except (*_DAMAGES, OSError) as error:
            if (
                isinstance(error, OSError) and error.errno != errno.EINVAL
            ):  # that is a place before the file's beginning
                raise
            said = f"{source} is no archive of records, or it was damaged or cut off; nothing was put back"
            raise ArchiveUnusable(said) from error


def _contents(archive: ZipFile, digest: str) -> Contents:
    if any(info.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for info in archive.infolist()):
        raise ValueError("packed in another way than ours")  # other packers have errors of their own
    if archive.getinfo(_MANIFEST).file_size > _MOST_MANIFEST:
        raise ValueError("the list of files is too long")
    about: Any = json.loads(archive.read(_MANIFEST))
    if about["format"] != FORMAT:
        raise ValueError("another format")
    kind = Kind(about["chain"])
    files = {str(name): (int(one["bytes"]), str(one["sha256"])) for name, one in about["files"].items()}
    if sorted(archive.namelist()) != sorted((*files, _MANIFEST)) or not all(map(_NAME.fullmatch, files)):
        raise ValueError("other files than it lists")
    if any(archive.getinfo(name).file_size != size for name, (size, _) in files.items()):
        raise ValueError("files of other lengths than it lists")
    if any(size > _MOST_TEXTS for name, (size, _) in files.items() if not name.endswith(_RECORD)):
        raise ValueError("more beside a record than anybody typed")
    return Contents(kind, str(about["made_utc"]), files, digest)


def _add(archive: ZipFile, name: str, path: Path) -> tuple[int, str]:
    with open_file(path) as source, archive.open(_info(name), "w", force_zip64=True) as target:
        return _copy(source, target)


def _read(archive: ZipFile, name: str) -> tuple[int, str]:
    with archive.open(name) as source:
        return _copy(source, None, _LONGEST_LINE)


def _written(archive: ZipFile, name: str, path: Path, keep: Keep, disk: Disk) -> tuple[int, str]:
    """Length and SHA-256 of what was archived, whatever of it is written."""
    path.parent.mkdir(mode=FOLDER_MODE, exist_ok=True)
    with archive.open(name) as source, open(create_for_append(path), "wb") as target:  # noqa: PTH123 - a descriptor
        if name.endswith(_TEXTS):
            data = source.read()
            target.write(keep(name, data))
            found = len(data), sha256(data).hexdigest()
        else:
            found = _copy(source, target, _LONGEST_LINE)
        target.flush()
        disk.sync(target.fileno())
    return found


def _copy(source: IO[bytes], target: IO[bytes] | None, longest: int | None = None) -> tuple[int, str]:
    """Length and SHA-256; ValueError at a line that is longer than `longest`, or little more."""
    size, digest, line = 0, sha256(), 0
    while data := source.read(_CHUNK):
        line = line + len(data) if b"\n" not in data else 0
        if longest is not None and line > longest:
            raise ValueError("a line that is longer than any of a record")
        size += len(data)
        digest.update(data)
        if target is not None:
            target.write(data)
    return size, digest.hexdigest()


def _sha256(file: IO[bytes]) -> str:
    file.seek(0)
    return _copy(file, None)[1]


def _info(name: str) -> ZipInfo:
    """The same for the same files: when it was packed stands in the list, not in each name."""
    info = ZipInfo(name)
    info.compress_type = ZIP_DEFLATED
    info.external_attr = FILE_MODE << 16
    return info
