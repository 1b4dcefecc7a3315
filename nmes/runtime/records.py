"""What the audit browser asks of a chain of records, as callables; each reads files, so it is asked in a thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nmes.language import _
from nmes.record import index
from nmes.record.errors import RecordError
from nmes.record.files import Kind, chain_folder
from nmes.record.store import Summary
from nmes.record.verdicts import SessionVerdict, verify_chain, verify_session
from nmes.runtime.replaying import Replay, replay_of


def _nothing(_session: Summary) -> SessionVerdict:
    raise RecordError(_("there are no records here"))


def _no_replay(_session: Summary) -> Replay:
    raise RecordError(_("there are no records here"))


@dataclass(frozen=True, slots=True)
class Chain:
    """One chain. `verify_all` goes through it session by session, oldest first, so that it can be given up between."""

    kind: Kind
    sessions: Callable[[], tuple[Summary, ...]] = lambda: ()
    """Newest first; RecordError if the folder cannot be read."""
    verify: Callable[[Summary], SessionVerdict] = _nothing
    verify_all: Callable[[], Iterator[SessionVerdict]] = lambda: iter(())
    replay: Callable[[Summary], Replay] = _no_replay


def chain_of(home: Path, kind: Kind) -> Chain:
    """The chain in a folder."""

    def sessions() -> tuple[Summary, ...]:
        try:
            return tuple(reversed(index.sessions(home, kind)))
        except OSError as error:
            raise RecordError(_("the records cannot be read: {error}").format(error=error)) from error

    def verify(session: Summary) -> SessionVerdict:
        try:
            return verify_session(session.path)
        except OSError as error:
            said = _("{path}: the record cannot be read: {error}")
            raise RecordError(said.format(path=session.path, error=error.strerror)) from error

    def verify_all() -> Iterator[SessionVerdict]:
        try:
            yield from verify_chain(chain_folder(home, kind))
        except OSError as error:
            said = _("{path}: the record cannot be read: {error}")
            raise RecordError(said.format(path=error.filename, error=error.strerror)) from error

    return Chain(
        kind,
        sessions,
        verify,
        verify_all,
        lambda session: replay_of(session.path, kind),
    )
