"""Whoever is connected to the backdoor's port, and the word by which the port knows whom to answer."""

from __future__ import annotations

import json
import secrets
import socket
from dataclasses import dataclass


def new_token() -> str:
    """Another one at each start; whoever started the program reads it from its output."""
    return secrets.token_urlsafe(16)


def says(line: bytes, token: str) -> bool:
    """Whether a line is {"token":"..."} with the right one; how long it takes tells nothing of how near it was."""
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return False
    word = said.get("token") if isinstance(said, dict) else None
    return isinstance(word, str) and secrets.compare_digest(word.encode("utf-8", "replace"), token.encode("utf-8"))


@dataclass(slots=True, eq=False)
class Visitor:
    """A connection, with what was read of it and not handled, and what was answered and not taken."""

    socket: socket.socket
    unread: bytes = b""
    unsent: bytes = b""
    skipping: bool = False
    """The rest of a line that is too long is on its way."""
    known: bool = False
    """It has said the token."""
    leaving: bool = False
    """It said something else first: it gets its answer and is dropped."""

    @property
    def waiting(self) -> bool:
        """Whether a whole request has been read and not handled."""
        return b"\n" in self.unread

    @property
    def heard(self) -> bool:
        """Whether more of it is read."""
        return not self.waiting and not self.leaving

    @property
    def idle(self) -> bool:
        """Whether nothing is left to do for it."""
        return not self.waiting and not self.unsent

    def refuse(self, why: str) -> bytes:
        """The last answer to a stranger."""
        self.unread, self.leaving = b"", True
        return json.dumps({"id": None, "ok": False, "error": why}, separators=(",", ":")).encode("utf-8")
