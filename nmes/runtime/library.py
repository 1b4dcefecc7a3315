"""Finds and loads protocol files. The only place that reads them; what a text means is told by `core.protocol_file`.

Shipped protocols lie beside the package in a checkout and inside it in a wheel; a user's own in `<home>/protocols`. One
id names one file: an own file never takes the place of a shipped one, and an id that two files claim names neither. A
link belongs to the folder it lies in, wherever it leads. A file is read once: the digest is that of the very bytes that
were parsed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from nmes.core.problems import Problem, ProtocolError
from nmes.core.protocol import Protocol
from nmes.core.protocol_file import parse_located
from nmes.core.suggest import nearest
from nmes.core.yaml_tree import MAX_BYTES, Tree
from nmes.language import _
from nmes.record.files import home

_PACKAGE = Path(__file__).resolve().parent.parent
SUFFIXES = (".yaml", ".yml")
"""The endings of YAML files: both are listed, so that neither passes by the rule of one id."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A protocol with the file it came from. `tree` places a problem of its plan in the file."""

    protocol: Protocol
    path: Path
    text: bytes
    sha256: str
    tree: Tree


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the library: either loaded, or with everything that is wrong with it. `own`: the user's."""

    path: Path
    loaded: Loaded | None
    problems: tuple[Problem, ...] = ()
    own: bool = False


def shipped_folder(package: Path = _PACKAGE) -> Path:
    """Where the shipped protocols lie: in the wheel `nmes/shipped_protocols`, else the checkout's `protocols`."""
    installed = package / "shipped_protocols"
    return installed if installed.is_dir() else package.parent / "protocols"


def own_folder() -> Path:
    """Where the user's own protocols lie; it need not exist yet."""
    return home() / "protocols"


def is_own(path: Path) -> bool:
    """Whether a file lies in the user's own folder, by its own name or by where a link leads: in doubt it is own.

    Where somebody made the own folder that of the shipped protocols, or one above it, the shipped ones stay shipped.
    """
    if not lies_in(path, own_folder()):
        return False
    shipped = shipped_folder()
    return not (lies_in(shipped, own_folder()) and lies_in(path, shipped))


def lies_in(path: Path, folder: Path) -> bool:
    """Whether a path is a folder or lies in it, as it is written or as the links in it lead."""
    written, led = _written(folder), Path(os.path.realpath(folder))
    places = (_written(path), _place(path), Path(os.path.realpath(path)))
    return any(place.is_relative_to(written) or place.is_relative_to(led) for place in places)


def _written(path: Path) -> Path:
    """The whole path without `..`, no link in it followed."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() follows links, absolute() keeps `..`


def _place(path: Path) -> Path:
    """Where a file lies, told so that two names of one place are equal; a link itself is not followed."""
    return Path(os.path.realpath(path.parent)) / path.name


def read_bytes(path: Path) -> bytes:
    """The bytes of a protocol file, good or bad; ProtocolError if it cannot be read.

    Only a regular file is opened: a pipe would be waited on for ever, and opening a serial port moves its lines.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise ProtocolError([Problem("", "", "this is no regular file", "give the path of a YAML file", str(path))])
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)  # one byte more than is allowed: enough to be refused by its size
    except OSError as error:
        reason = "the file cannot be read"
        raise ProtocolError([Problem("", "", reason, error.strerror or "", str(path))]) from error


@lru_cache(maxsize=256)
def _parsed(text: bytes, name: str) -> tuple[Protocol, Tree]:
    """The same bytes under the same name are the same protocol: reading YAML is what a list of them costs."""
    return parse_located(text, name)


def load_file(path: Path) -> Loaded:
    """The protocol in one file; ProtocolError if it cannot be read or is not one."""
    text = read_bytes(path)
    protocol, tree = _parsed(text, str(path))
    return Loaded(protocol, path, text, sha256(text).hexdigest(), tree)


class Library:
    """The protocols of some folders: by default the shipped ones and the user's own."""

    def __init__(self, folders: tuple[Path, ...] = ()) -> None:
        self._folders = folders or (shipped_folder(), own_folder())

    def files(self) -> tuple[Path, ...]:
        """All protocol files, folder by folder, in the order of their names; each once, also where folders overlap.

        What has the name of a protocol and cannot be read, such as a link that leads nowhere, is one too: a bad one.
        """
        found: dict[Path, Path] = {}
        for folder in self._folders:
            for file in _named(folder):
                found.setdefault(_place(file), file)
        return tuple(found.values())

    def list(self) -> tuple[Entry, ...]:
        """Every file of the library, the bad ones with their problems."""
        files = self.files()
        firsts: dict[str, Path] = {}
        for file in files:
            firsts.setdefault(file.stem, file)
        return tuple(self._entry(file, firsts[file.stem]) for file in files)

    def find(self, id_or_path: str) -> Path:
        """The file with this id, or at this path; ProtocolError if there is none, or two claim the id."""
        files = self.files()
        by_id = [file for file in files if file.stem == id_or_path]
        if len(by_id) > 1:
            raise ProtocolError([_taken(by_id[1], by_id[0])])
        path = Path(id_or_path)
        if by_id:
            return by_id[0]
        if path.suffix in SUFFIXES or path.exists():
            return path
        accepted = nearest(id_or_path, (file.stem for file in files)) or "see: nmes protocols list"
        raise ProtocolError([Problem("", f'"{id_or_path}"', "no protocol has this id", accepted)])

    def load(self, id_or_path: str) -> Loaded:
        """A protocol by its id, or by the path of its file; ProtocolError if there is none or it is bad."""
        path = self.find(id_or_path)
        claim = self.claim(path)
        if claim is not None:
            raise ProtocolError([claim])
        return load_file(path)

    def claim(self, path: Path) -> Problem | None:
        """What is wrong with the id of a file in one of the folders, whatever its ending: an earlier file has it."""
        same = [file for file in self.files() if file.stem == path.stem]
        first = bool(same) and _place(same[0]) == _place(path)
        inside = any(lies_in(path, folder) for folder in self._folders)
        return _taken(path, same[0]) if same and inside and not first else None

    def _entry(self, path: Path, first: Path) -> Entry:
        own = is_own(path)
        if path != first:
            return Entry(path, None, (_taken(path, first),), own)
        try:
            return Entry(path, load_file(path), own=own)
        except ProtocolError as error:
            return Entry(path, None, error.problems, own)


def _named(folder: Path) -> Iterator[Path]:
    """What has the name of a protocol file below a folder; no folders."""
    is_dir = os.path.isdir  # unlike Path's, False instead of an error where nobody may look
    return (file for file in sorted(folder.rglob("*")) if file.suffix in SUFFIXES and not is_dir(file))


def _taken(path: Path, first: Path) -> Problem:
    """An id that an earlier file has already: said at the later one, which is the user's."""
    reason = _("a shipped protocol has this id already ({file})")
    if is_own(first):
        reason = _("another file of yours has this id already ({file})")
    reason, accepted = reason.format(file=first), _("give this one another id, and its file the same name")
    return Problem("id", f'"{path.stem}"', reason, accepted, str(path))
