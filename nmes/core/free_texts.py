"""What a person typed freely in an event of a session: the record keeps it apart, so that it can be erased.

Law: whatever may hold something personal stands here. A name of who acted does not (`by`, also `Answer.reviewed_by`),
because the record has to answer who did it; nor do words that are chosen from a few: the kind of a mark, of which line
mode takes only its own, the side, the sources. What was read back as the patient's code may be anything, a name too,
unless it was that code. A text that is blank is none.
"""

from __future__ import annotations

from collections.abc import Sequence

from nmes.core import commands as c
from nmes.core import events as e


def free_texts(event: e.Event, led_to: Sequence[c.Command] = ()) -> tuple[str, ...]:
    """The free texts of an event, in order. `led_to`: the commands it led to, by which a code that was read back and
    was the right one is known.
    """
    match event:
        case e.Mark(text=text) | e.Observed(text=text):
            return _told(text)
        case e.ReadBack(what=e.Read.CODE, said=said, reason=reason) if not _was_right(led_to):
            return _told(said, said.strip(), reason)  # a decision repeats it without the blanks around it
        case e.ReadBack(reason=reason) | e.Signed(reason=reason) | e.LeftUnsigned(reason=reason):
            return _told(reason)
        case e.Screened(answers=answers):
            return _told(*(answer.reason for answer in answers))
        case _:
            return ()


def _was_right(led_to: Sequence[c.Command]) -> bool:
    return any(isinstance(one, c.Note) and one.code == "read_back" for one in led_to)


def _told(*texts: str) -> tuple[str, ...]:
    """Each once."""
    return tuple(dict.fromkeys(text for text in texts if text.strip()))
