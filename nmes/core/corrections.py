"""What is right instead of entries of the sessions that were corrected since. Pure.

Law: an entry that was corrected stays as it was written, and is told with what is right beside it wherever it is told.
Of two corrections of one entry the newer counts, and one that was withdrawn does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nmes.core.care_events import Corrected, Withdrawn
from nmes.core.course_of_care import Entered

Corrections = Mapping[str, Mapping[int, str]]
"""By session and the number of the entry, what is right."""


def corrections(entered: Iterable[Entered]) -> Corrections:
    """`entered`: the care entries of a chain in its order, anybody's."""
    entries = tuple(entered)
    events = [one.event for one in entries]
    gone = {(one.code, one.side, one.session, one.seq) for one in events if isinstance(one, Withdrawn)}
    found: dict[str, dict[int, str]] = {}
    for one in entries:
        event = one.event
        if isinstance(event, Corrected) and (event.code, event.side, one.session, one.seq) not in gone:
            found.setdefault(event.session, {})[event.seq] = event.text
    return {session: dict(sorted(theirs.items())) for session, theirs in found.items()}
