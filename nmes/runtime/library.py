"""Finds and loads protocol files. The only place that reads them; what a text means is told by `core.protocol_file`.

Shipped protocols lie beside the package in a checkout and inside it in a wheel; a user's own in `<home>/protocols`. One
id names one file: an own file never takes the place of a shipped one, and an id that two files claim names neither. A
file is read once: the digest is that of the very bytes that were parsed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from nmes.core.problems import Problem, ProtocolError
from nmes.core.protocol import Protocol
from nmes.core.protocol_file import parse_located
from nmes.core.suggest import nearest
from nmes.core.yaml_tree import MAX_BYTES, Tree
from nmes.record.files import home

_PACKAGE = Path(__file__).resolve().parent.parent


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
    """Whether a file lies in the user's own folder."""
    return path.resolve().is_relative_to(own_folder().resolve())


def read_bytes(path: Path) -> bytes:
    """The bytes of a protocol file, good or bad; ProtocolError if it cannot be read."""
    try:
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
        """All protocol files, folder by folder, in the order of their names."""
        return tuple(file for folder in self._folders for file in sorted(folder.rglob("*.yaml")) if file.is_file())

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
        if path.suffix in {".yaml", ".yml"} or path.exists():
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
        """What is wrong with the id of a file in one of the folders: another, earlier file has it."""
        wanted = path.resolve()
        same = [file for file in self.files() if file.stem == path.stem]
        later = any(file.resolve() == wanted for file in same[1:])
        return _taken(path, same[0]) if later else None

    def _entry(self, path: Path, first: Path) -> Entry:
        own = is_own(path)
        if path != first:
            return Entry(path, None, (_taken(path, first),), own)
        try:
            return Entry(path, load_file(path), own=own)
        except ProtocolError as error:
            return Entry(path, None, error.problems, own)


def _taken(path: Path, first: Path) -> Problem:
    """An id that an earlier file has already: said at the later one, which is the user's."""
    whose = "another file of yours" if is_own(first) else "a shipped protocol"
    reason = f"{whose} has this id already ({first})"
    accepted = "give this one another id, and its file the same name"
    return Problem("id", f'"{path.stem}"', reason, accepted, str(path))
