"""A session as the screens and the line mode see it: a View to read, events to post, one STOP.

No screen knows a port, a file or a thread; this is all it is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, assert_never

from nmes.core.events import Event
from nmes.core.view import View
from nmes.language import _
from nmes.record.files import read_end
from nmes.record.store import last_entry
from nmes.record.verdicts import verify_session
from nmes.record.verify import Damaged, Intact, Torn
from nmes.reports.damage_words import DAMAGES


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of the record when the session was over. `verdict` is one plain sentence."""

    session_id: str
    record: Path
    entries: int
    intact: bool
    verdict: str


class Live(Protocol):
    """A session that runs somewhere else: in the loop's thread, or on a bench turned by hand."""

    @property
    def view(self) -> View:
        """The latest published View."""

    @property
    def simulation(self) -> bool:
        """Whether the far end is the simulator: no patient can be attached to it."""

    @property
    def done(self) -> bool:
        """Whether the session is over and its record closed."""

    def post(self, event: Event) -> None:
        """Something the person at the controls did."""

    def stop(self, source: str) -> None:
        """STOP, in the caller's own thread; returns when the halt has been written or the line is known to be dead."""

    def touch(self) -> None:
        """The person is there: any key or click, whatever it does."""

    def heartbeat(self) -> None:
        """The screen is alive; call at least once a second, from the thread that paints."""

    def finish(self) -> Summary:
        """End the session if it is not over, wait for the record, verify it. Idempotent."""


def summary_of(record: Path) -> Summary:
    """Verify a session's record against its chain and say what was found.

    Intact is only what was closed too: a record that ends before the session did proves nothing about its end. One that
    cannot be read is not intact, and is no error: whoever ends a session has more to do than to read it.
    """
    try:
        return _verified(record)
    except OSError as error:
        sentence = _("The record cannot be read: {why}.").format(why=error.strerror or type(error).__name__)
        return Summary(record.stem, record, 0, False, sentence)


def _verified(record: Path) -> Summary:
    """OSError if it cannot be read."""
    found = verify_session(record).verdict
    match found:
        case Intact(entries=entries):
            ended = _writing_ended(record, entries)
            if ended:
                said = _("The record is whole up to entry {entry}, then writing ended: {why}.")
                sentence = said.format(entry=entries, why=ended)
                return Summary(record.stem, record, entries, False, sentence)
            sentence = _("The record is intact: {entries} entries, none altered.").format(entries=entries)
            return Summary(record.stem, record, entries, True, sentence)
        case Torn(entries=0, torn=b""):
            return Summary(record.stem, record, 0, False, _("The record's file is empty: nothing is left of it."))
        case Torn(entries=entries):
            said = _("The record is whole up to entry {entry}; its last line was cut off while it was written.")
            sentence = said.format(entry=entries)
            return Summary(record.stem, record, entries, False, sentence)
        case Damaged(seq=seq, kind=kind):
            sentence = _("The record is damaged at entry {entry}: {why}").format(entry=seq, why=DAMAGES[kind])
            return Summary(record.stem, record, seq - 1, False, sentence)
        case _:
            assert_never(found)


def _writing_ended(record: Path, entries: int) -> str:
    """Why an unaltered record does not reach to the end of its session; "" if it does."""
    broken = record.with_suffix(".broken")
    if broken.exists():
        return broken.read_text(encoding="utf-8", errors="replace").strip() or _("the disk failed")
    if not entries or last_entry(read_end(record)).type != "closed":
        return _("the session was never closed")
    return ""
