"""What a judgement is: one line that is good, doubtful or bad, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """Doubtful: it works, or may work; bad: something a session needs does not."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """`topic` is a word for programs; `paste`: lines for a shell or a file, as they stand."""

    topic: str
    grade: Grade
    said: str
    todo: str = ""
    paste: tuple[str, ...] = ()
