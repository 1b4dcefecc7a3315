"""One problem of a protocol file or of a plan, worded for a therapist, with the place where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from nmes.core.printable import printable

_HALF_LETTER = re.compile(r"[\ud800-\udfff]")


def whole_letters(text: str) -> str:
    """The text with U+FFFD, which is seen, for each half of a character (what is left of a byte that is no UTF-8).

    No screen and no file takes half a character; the record does the same with it.
    """
    return _HALF_LETTER.sub("\ufffd", text)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, where, why, and what would be accepted. `line` and `column` count from 1; 0 = not from a file."""

    path: str
    value: str
    reason: str
    accepted: str = ""
    file: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """On one line, and harmless: what is wrong in a file is its own text, which a terminal would obey."""
        place = f"{self.file}:{self.line}:{self.column} " if self.line else f"{self.file}: " if self.file else ""
        what = f"{self.path}: {self.value}" if self.value and self.path else self.path or self.value
        said = f"{what} — {self.reason}" if what else self.reason
        return printable(f"{place}{said}; {self.accepted}" if self.accepted else f"{place}{said}")


class ProblemsError(ValueError):
    """Everything that is wrong, at once and in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda found: (found.line, found.column)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ProtocolError(ProblemsError):
    """The file is not a protocol that may be used."""


class PlanError(ProblemsError):
    """The protocol is sound, but cannot be delivered by this device on these pads."""
