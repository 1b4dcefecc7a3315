"""The station's key: who signs the records of this computer. Made once, for its owner only, never replaced silently.

Law: a key is on the medium before anything is signed with it, and a key that cannot be read ends the attempt: a new
one made in its place would let every record look as if another station had written it. The private part is PKCS8, the
public ones SubjectPublicKeyInfo, both PEM: what every other tool reads. A key is called by the first 16 hexadecimal
digits of the SHA-256 of its 32 public bytes. `cryptography` is imported where it is needed: it takes its time.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from nmes.record.disk import DRAFT, Disk, create_for_append
from nmes.record.errors import KeyUnusable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

FOLDER: Final = "keys"
PRIVATE: Final = "station.pem"
_ID_DIGITS: Final = 16


@dataclass(frozen=True, slots=True)
class StationKey:
    """Signs for this station; the private part is in `sign` only, and is never shown."""

    id: str
    public: bytes
    """The 32 raw public bytes."""
    sign: Callable[[bytes], bytes] = field(repr=False, compare=False)


def key_id(public: bytes) -> str:
    """What a key is called, from its 32 public bytes."""
    return sha256(public).hexdigest()[:_ID_DIGITS]


def private_path(home: Path) -> Path:
    """Where the station's private key lies, or will."""
    return home / FOLDER / PRIVATE


def public_path(home: Path, key: str) -> Path:
    """Where the public part of a key of this station lies."""
    return home / FOLDER / f"station-{key}.pub"


def station_key(home: Path, disk: Disk | None = None) -> StationKey:
    """The key of this station, made now if there is none; both parts are on the medium on return. KeyUnusable."""
    disk, path = disk or Disk(), private_path(home)
    try:
        disk.make_folder(path.parent)
        if not path.exists():
            _make(path, disk)
        private = _load(path)
        public = private.public_key().public_bytes_raw()
        _publish(public_path(home, key_id(public)), private, disk)
        _sweep(path.parent)
    except OSError as error:
        raise KeyUnusable(f"no record can be kept in {path.parent}: {error}") from error
    return StationKey(key_id(public), public, private.sign)


def has_key(home: Path) -> bool:
    """Whether there is a key of this station, or one that it knows: what is written here is signed then."""
    return private_path(home).exists() or any((home / FOLDER).glob("*.pub"))


def known_keys(home: Path) -> dict[str, bytes]:
    """The public keys this station knows, by id: every readable `keys/*.pub`, its own and those put there."""
    known: dict[str, bytes] = {}
    for path in sorted((home / FOLDER).glob("*.pub")):
        try:
            public = read_public(path)
        except KeyUnusable:
            continue  # an unreadable key is one that is not known, and verifying says so where it matters
        known[key_id(public)] = public
    return known


def read_public(path: Path) -> bytes:
    """The 32 raw bytes of a public Ed25519 key in a PEM file; KeyUnusable says why not."""
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - slow to import
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415 - as above

    try:
        key = load_pem_public_key(path.read_bytes())
    except OSError as error:
        raise KeyUnusable(f"the key {path} cannot be read: {error.strerror}") from error
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise KeyUnusable(f"{path} is no public Ed25519 key in PEM form; `nmes audit key export` writes one")
    return key.public_bytes_raw()


def _load(path: Path) -> Ed25519PrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - slow to import
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415 - as above

    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusable(
            f"the station's key {path} is damaged or is another kind of key: no record can be signed and no session "
            "begins; put it back from a backup, or move it away and a new key is made"
        )
    return key


def _make(path: Path, disk: Disk) -> None:
    """Written whole beside its place and linked into it: no crash leaves half a key, and no key is ever overwritten."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - slow to import
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 - as above
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    data = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}{DRAFT}")
    try:
        _write_new(draft, data, disk)
        _link(draft, path, data, disk)
    except (FileExistsError, FileNotFoundError):
        if not path.exists():
            raise
        return  # another program was first, and may have swept our draft: its key is the station's
    finally:
        draft.unlink(missing_ok=True)
    disk.sync_folder(path.parent)


def _link(draft: Path, path: Path, data: bytes, disk: Disk) -> None:
    """Where the medium knows no links (exFAT), written in its place: nobody is overwritten either, and it is read back;
    only a crash in that moment leaves half a key, which is told and can be moved away.
    """
    try:
        os.link(draft, path)
    except OSError:
        _write_new(path, data, disk)


def _write_new(path: Path, data: bytes, disk: Disk) -> None:
    """A file that was not there; it is taken away again if it could not be written whole."""
    fd = create_for_append(path)
    try:
        disk.append(fd, data)
        disk.sync(fd)
        _read_back(path, data)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    finally:
        os.close(fd)


def _read_back(path: Path, data: bytes) -> None:
    if path.read_bytes() != data:
        raise OSError(errno.EIO, "what was written does not read back")


def _publish(path: Path, private: Ed25519PrivateKey, disk: Disk) -> None:
    """The public part lies there, whole, only once the private one is on the medium."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415 - slow to import

    data = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    if path.exists() and path.read_bytes() == data:
        return
    disk.sync_folder(path.parent)
    try:
        disk.exchange(path, data)
    except FileNotFoundError:
        if not path.exists():
            raise  # else another program has published it, and swept our draft


def _sweep(folder: Path) -> None:
    """Drafts that a crash left: of the key itself under another name, or of one that nothing was signed with."""
    for draft in folder.glob(f"*{DRAFT}"):
        draft.unlink(missing_ok=True)
