"""Every record that a test left in its folders, led through today's `step` again: the same commands, or where not.

Records count that the program wrote: bound to a protocol, signed, and not damaged. What a test forged or spoiled is
left alone, and so is what holds no session.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from nmes.core.session import step
from nmes.record.chain import BadLine
from nmes.record.files import Kind, session_files
from nmes.record.replay import ReplayResult, Same, replay
from nmes.record.store import read_session
from nmes.record.texts import texts_path
from nmes.record.verdicts import verify_session
from nmes.record.verify import Damaged
from nmes.runtime.binding import session_of


def chains(folder: Path) -> Iterator[Path]:
    """The folders of chains below a folder, wherever a test put its home."""
    names = {kind.value for kind in Kind}
    return (
        path
        for at, folders, _ in os.walk(folder)
        for name in names.intersection(folders)
        if not (path := Path(at, name)).is_symlink()
    )


def is_ours(path: Path) -> bool:
    """Whether the program wrote this session, and nobody has changed it since."""
    try:
        opened = next(read_session(path), None)
        if opened is None or "protocol_yaml" not in opened.body:
            return False
        found = verify_session(path)
    except (BadLine, OSError):
        return False
    return found.sealed is not None and found.sealed.known and not isinstance(found.verdict, Damaged)


_DONE: dict[bytes, ReplayResult] = {}
"""By the bytes of a record and what it says: many tests begin with a copy of one session."""


def different(folder: Path) -> tuple[int, list[str]]:
    """How many records below a folder are the program's, and what is to be said of those that replay otherwise."""
    every = (path for chain in chains(folder) for path in session_files(chain) if path.is_file())
    results = [(path, result) for path in every if (result := _replayed(path))]
    return len(results), [f"{path}: {result}" for path, result in results if not isinstance(result, Same)]


def _replayed(path: Path) -> ReplayResult | None:
    """None for what is no record of ours."""
    texts = texts_path(path)
    try:
        content = sha256(path.read_bytes() + (texts.read_bytes() if texts.exists() else b"")).digest()
    except OSError:  # a test made it unreadable
        return None
    if content not in _DONE and is_ours(path):
        _DONE[content] = replay(read_session(path), step, session_of)
    return _DONE.get(content)
