"""Which person a code stands for: one encrypted file beside the records, kept only if the clinic wants it.

Law: no name is in a record, and this file is no record: it can be kept elsewhere, or not at all. It is written whole,
beside the old one, and takes its place when it is on the medium: a crash leaves the old names or the new ones. Without
the passphrase nobody reads it, and nobody can help who has lost it. scrypt makes the key [source: RFC 7914], Fernet of
`cryptography` encrypts and notices every change.
"""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from nmes.record.disk import Disk
from nmes.record.errors import RecordError

FILE: Final = "names.enc"
COST: Final = 1 << 17
"""scrypt N with r = 8, p = 1: 128 MiB for one guess [source: OWASP password storage cheat sheet, secondary]."""
_MOST_COST: Final = 1 << 20
"""A file that asks for more would only fill the memory. [design]"""
_BLOCK, _PARALLEL, _SALT, _KEY = 8, 1, 16, 32
_VERSION: Final = 1


class WrongPassphrase(RecordError):
    """The passphrase does not open the file, or the file was changed: nobody can tell which."""


def path_of(home: Path) -> Path:
    """Where the names lie; it need not exist."""
    return home / FILE


def read(home: Path, passphrase: str) -> dict[str, str]:
    """The names by code; none if there is no file. WrongPassphrase; RecordError if it cannot be read."""
    path = path_of(home)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise RecordError(f"{path}: the names cannot be read: {error.strerror}") from error
    return _opened(data, passphrase, path)


def write(home: Path, names: Mapping[str, str], passphrase: str, disk: Disk | None = None, cost: int = COST) -> None:
    """All names, in place of the old ones; on the medium on return. RecordError, and then the old ones stay."""
    disk, path = disk or Disk(), path_of(home)
    beside = path.with_suffix(f".{secrets.token_hex(3)}")
    try:
        disk.make_folder(home)
        disk.save(beside, _closed(names, passphrase, cost))
        beside.replace(path)
        disk.sync_folder(home)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise RecordError(f"{path}: the names cannot be written: {error.strerror}") from error


def _closed(names: Mapping[str, str], passphrase: str, cost: int) -> bytes:
    from cryptography.fernet import Fernet  # noqa: PLC0415 - slow to import and seldom needed

    salt = secrets.token_bytes(_SALT)
    token = Fernet(_key(passphrase, salt, cost)).encrypt(json.dumps(dict(names), ensure_ascii=False).encode())
    whole = {"v": _VERSION, "scrypt": cost, "salt": urlsafe_b64encode(salt).decode(), "names": token.decode()}
    return json.dumps(whole, indent=1).encode()


def _opened(data: bytes, passphrase: str, path: Path) -> dict[str, str]:
    from cryptography.fernet import Fernet, InvalidToken  # noqa: PLC0415 - as above

    try:
        whole: Any = json.loads(data)
        cost, salt, token = whole["scrypt"], urlsafe_b64decode(whole["salt"]), whole["names"].encode()
        known = whole["v"] == _VERSION and type(cost) is int and 1 < cost <= _MOST_COST and not cost & (cost - 1)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(path) from error
    if not known:
        raise _damaged(path)
    try:
        found = json.loads(Fernet(_key(passphrase, salt, cost)).decrypt(token))
    except InvalidToken as error:
        said = f"{path}: the passphrase does not open the names (or the file was changed); nothing was read or written"
        raise WrongPassphrase(said) from error
    return {str(code): str(name) for code, name in found.items()}


def _key(passphrase: str, salt: bytes, cost: int) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt  # noqa: PLC0415 - as above

    return urlsafe_b64encode(Scrypt(salt, _KEY, cost, _BLOCK, _PARALLEL).derive(passphrase.encode()))


def _damaged(path: Path) -> RecordError:
    return RecordError(f"{path}: this is no file of names, or it was damaged; restore it from a copy")
