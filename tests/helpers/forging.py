"""What somebody can do who has the files and knows the format: rewrite entries, link them anew, sign with a key."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any

from nmes.record.canonical import canonical
from nmes.record.keys import StationKey

Fields = dict[str, Any]


def line_of(entry: bytes) -> bytes:
    """A line with a hash that fits."""
    return b'{"entry":%b,"hash":"%b"}\n' % (entry, sha256(b"stim-log/1\0" + entry).hexdigest().encode())


def entry_in(line: bytes) -> Fields:
    found: Fields = json.loads(line)["entry"]
    return found


def hash_in(line: bytes) -> str:
    return str(json.loads(line)["hash"])


def relinked(
    lines: Iterable[bytes],
    prev: str,
    change: Callable[[Fields], Fields | None] = lambda entry: entry,
    key: StationKey | None = None,
) -> list[bytes]:
    """A session with entries changed (None: left out), numbered and linked anew; with a key every checkpoint too."""
    found: list[bytes] = []
    chain = ""
    for line in lines:
        entry = change(entry_in(line))
        if entry is None:
            continue
        entry |= {"prev": prev, "seq": len(found) + 1}
        if key is not None and entry["type"] == "opened":
            chain = entry["body"]["chain"]
            entry["body"] |= {"key": key.id, "public_key": b64encode(key.public).decode()}
        if key is not None and entry["type"] == "checkpoint":
            entry["body"] = _signed(entry, chain, prev, key)
        found.append(line_of(canonical(entry)))
        prev = hash_in(found[-1])
    return found


def _signed(entry: Fields, chain: str, prev: str, key: StationKey) -> Fields:
    parts = ("stim-checkpoint/1", entry["station"], chain, entry["session"], entry["seq"] - 1, prev)
    signature = key.sign("".join(f"{part}\n" for part in parts).encode())
    return {"alg": "ed25519", "key": key.id, "signature": b64encode(signature).decode()}
