"""Finds and loads protocol files. The only place that reads them; what a text means is told by `core.protocol_file`.

Shipped protocols lie beside the package in a checkout and inside it in a wheel. A file is read once: the digest is that
of the very bytes that were parsed.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from nmes.core.problems import Problem, ProtocolError
from nmes.core.protocol import Protocol
from nmes.core.protocol_file import parse_located
from nmes.core.suggest import nearest
from nmes.core.yaml_tree import MAX_BYTES, Tree

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
    """One file of the library: either loaded, or with everything that is wrong with it."""

    path: Path
    loaded: Loaded | None
    problems: tuple[Problem, ...] = ()


def shipped_folder(package: Path = _PACKAGE) -> Path:
    """Where the shipped protocols lie: in the wheel `nmes/shipped_protocols`, else the checkout's `protocols`."""
    installed = package / "shipped_protocols"
    return installed if installed.is_dir() else package.parent / "protocols"


def load_file(path: Path) -> Loaded:
    """The protocol in one file; ProtocolError if it cannot be read or is not one."""
    try:
        with path.open("rb") as file:
            text = file.read(MAX_BYTES + 1)  # one byte more than is allowed: enough to be refused by its size
    except OSError as error:
        reason = "the file cannot be read"
        raise ProtocolError([Problem("", "", reason, error.strerror or "", str(path))]) from error
    protocol, tree = parse_located(text, str(path))
    return Loaded(protocol, path, text, sha256(text).hexdigest(), tree)


class Library:
    """The protocols of some folders; where an id occurs twice, the earlier folder wins."""

    def __init__(self, folders: tuple[Path, ...] = ()) -> None:
        self._folders = folders or (shipped_folder(),)

    def files(self) -> tuple[Path, ...]:
        """All protocol files, folder by folder, in the order of their names."""
        return tuple(file for folder in self._folders for file in sorted(folder.rglob("*.yaml")) if file.is_file())

    def list(self) -> tuple[Entry, ...]:
        """Every file of the library, the bad ones with their problems."""
        return tuple(self._entry(path) for path in self.files())

    def load(self, id_or_path: str) -> Loaded:
        """A protocol by its id, or by the path of its file; ProtocolError if there is none or it is bad."""
        by_id = [file for file in self.files() if file.stem == id_or_path]
        if by_id:
            return load_file(by_id[0])
        path = Path(id_or_path)
        if path.suffix in {".yaml", ".yml"} or path.exists():
            return load_file(path)
        accepted = nearest(id_or_path, (file.stem for file in self.files())) or "see: nmes protocols list"
        raise ProtocolError([Problem("", f'"{id_or_path}"', "no protocol has this id", accepted)])

    def _entry(self, path: Path) -> Entry:
        try:
            return Entry(path, load_file(path))
        except ProtocolError as error:
            return Entry(path, None, error.problems)
