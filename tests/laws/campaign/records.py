"""The laws of the record, through a scenario: it holds after every step, and today's `step` decides the same again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from laws.attendance import Attendance
from laws.campaign.disk import Sink
from nmes.core.session import step
from nmes.core.session_value import Session
from nmes.record.chain import NewEntry, decode_link
from nmes.record.codec import EVENTS, encode
from nmes.record.files import session_files
from nmes.record.replay import Same, replay
from nmes.record.store import read_session
from nmes.record.verdicts import verify_chain
from nmes.record.verify import Damaged
from nmes.runtime.binding import session_of


@dataclass(slots=True)
class RecordWatch:
    """One session's record while it grows."""

    sink: Sink
    session: Session
    checked: Counter[str]
    attendance: Attendance = field(init=False)
    _done: int = 0
    _read: int = 0
    _seq: int = 0
    _prev: str | None = None

    def __post_init__(self) -> None:
        self.attendance = Attendance(self.session)

    def look(self) -> None:
        """What came since the last look."""
        self._chain()
        for entry in self.sink.entries[self._done :]:
            if entry.type == "event":
                self._replay(entry)
        self._done = len(self.sink.entries)

    def _chain(self) -> None:
        """Every entry follows from the one before, in the file itself."""
        with self.sink.journal.path.open("rb") as file:
            file.seek(self._read)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                link = decode_link(line)
                assert link.seq == self._seq + 1, f"entry {link.seq} stands after {self._seq}"
                assert self._prev in (None, link.prev), f"entry {link.seq} does not follow from the one before"
                self._seq, self._prev, self._read = link.seq, link.hash, self._read + len(line)
                self.checked["record follows"] += 1

    def _replay(self, entry: NewEntry) -> None:
        body = entry.body
        assert isinstance(body["event"], Mapping)
        before, event = self.session, EVENTS.decode(body["event"])
        self.session, commands = step(before, event)
        self.attendance.saw(before, event, commands, self.session)
        assert [encode(command) for command in commands] == body["commands"], body
        self.checked["replay"] += 1


def verified(folder: Path, keys: Mapping[str, bytes], *, again: bool) -> tuple[int, int]:
    """How many records of a chain are whole, and, if they are replayed `again` from the file, with how many events.

    AssertionError where one is damaged or replays otherwise.
    """
    found = list(verify_chain(folder, keys))
    for one in found:
        assert not isinstance(one.verdict, Damaged), f"{one.session}: {one.verdict}"
        assert one.sealed is None or one.sealed.known
    events = 0
    for path in session_files(folder) if again else ():
        if not path.stat().st_size:
            continue  # a disk that took nothing: there was no session
        result = replay(read_session(path), step, session_of)
        assert isinstance(result, Same), f"{path.name}: {result}"
        events += result.events
    return len(found), events
