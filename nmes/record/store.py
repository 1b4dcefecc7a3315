"""Reading records: which sessions there are, how each ended, and what is in one. Writes, verifies and locks nothing.

Free texts are put back as they are read (see `nmes.record.texts`). Whether any of it can be believed is told by
`nmes.record.verdicts`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from nmes.record.chain import BadLine, Entry, decode_line
from nmes.record.checkpoint import TYPE
from nmes.record.files import FileEnd, Kind, chain_folder, number_of, open_file, read_end, session_files
from nmes.record.texts import MARK, Texts
from nmes.record.verify import is_torn


@dataclass(frozen=True, slots=True)
class Closed:
    """The session was ended, for this reason. `first_given`: a first session, and it had been given what its card says
    of one: not every record tells that.
    """

    why: str
    first_given: bool = False

    @property
    def told_why(self) -> str:
        """`why` as the screen told it (see `nmes.core.view.View.told_why`)."""
        return FIRST_GIVEN if self.first_given and self.why == "ended_early" else self.why


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The session has no end: the program or the computer stopped while it ran."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """The newest session has no end: it is still running, or was interrupted."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The session's first or last entry is damaged."""

    reason: str


FIRST_GIVEN: Final = "first_given"
"""As in `nmes.core.view`, which is not imported here: a list of sessions needs nothing of a session's own."""
CARE: Final = "care"
"""What the opening entry of a file that is no session is `about`: the course of care."""
Ending = Closed | Interrupted | Unfinished | Unreadable


@dataclass(frozen=True, slots=True)
class Summary:
    """A session in a list. `started_utc`, `protocol`, the patient's code and side are empty if the file tells none;
    they are told of a session too whose end alone is damaged.
    """

    session: str
    number: int
    kind: Kind
    path: Path
    started_utc: str
    protocol: str
    ending: Ending
    patient: str = ""
    side: str = ""
    version: str = ""
    """The protocol's."""


def list_sessions(home: Path, kind: Kind) -> list[Summary]:
    """The sessions of a chain, oldest first; reads only the first and last lines of each. Care entries are left out."""
    files = session_files(chain_folder(home, kind))
    listed = (summary(path, kind, newest=path == files[-1]) for path in files)
    return [one for one in listed if one is not None]


def read_session(path: Path) -> Iterator[Entry]:
    """The entries of a session, in order, without verifying how they follow; an unfinished last line is left out.

    Free texts stand where they were, or a placeholder for each that is gone. Raises BadLine (a ValueError) at a line
    that is no entry.
    """
    texts = Texts(path)
    with open_file(path) as file:
        for line in file:
            if not line.endswith(b"\n") and is_torn(line):
                return
            entry = decode_line(line)
            yield texts.put_back(entry) if MARK in line else entry


def closed(last: Entry) -> Closed:
    """What the closing entry of a session says of its end."""
    return Closed(str(last.body.get("why", "")), last.body.get(FIRST_GIVEN) is True)


def last_entry(end: FileEnd) -> Entry:
    """The last entry of a session that is no signature; raises BadLine. What `closed` ends stands under its own."""
    last = decode_line(end.last)
    return decode_line(end.before) if last.type == TYPE and end.before else last


def summary(path: Path, kind: Kind, *, newest: bool) -> Summary | None:
    """One session, None if the file is about something else; one that cannot be read is told and hides no others."""
    listed = Summary(path.stem, number_of(path), kind, path, "", "", Unfinished() if newest else Interrupted())
    try:
        with open_file(path) as file:
            first_line = file.readline()
        if first_line.endswith(b"\n"):
            first = decode_line(first_line)
            if first.body.get("about") == CARE:
                return None
            listed = _opened(listed, first)
            last = last_entry(read_end(path))
            if last.type == "closed":
                listed = replace(listed, ending=closed(last))
    except BadLine as bad:
        listed = replace(listed, ending=Unreadable(bad.sentence))
    except OSError as error:
        listed = replace(listed, ending=Unreadable(f"cannot be opened ({error.strerror})"))
    return listed


def _opened(listed: Summary, first: Entry) -> Summary:
    named = ("protocol", "patient", "side", "protocol_version")
    protocol, patient, side, version = (str(first.body.get(name, "")) for name in named)
    return replace(listed, started_utc=first.t_utc, protocol=protocol, patient=patient, side=side, version=version)
