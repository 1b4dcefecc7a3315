"""The question that a press of CRAMP asks in the rest of a cramp threshold test: did its train make the muscle cramp?

Law: in a train nothing is asked, the output stops at once. In a rest nothing flows and there is no hurry, while a value
that was not meant could not be taken back. The question belongs to one train: when another begins, it is no more.
"""

from __future__ import annotations

from dataclasses import dataclass

from nmes.core.view import View, Word
from nmes.language import _
from nmes.ui.crossing import READ_MS
from nmes.ui.numbers import hz


@dataclass(frozen=True, slots=True)
class AskedCramp:
    """Of the train at this frequency; asked at `since_ms` on the clock of the hand."""

    mhz: int
    epoch: int
    since_ms: int

    def holds(self, view: View) -> bool:
        """Whether it is still the rest of this train."""
        return (view.word, view.cramp_mhz, view.epoch) == (Word.REST, self.mhz, self.epoch)

    def could_be_read(self, read_ms: int) -> bool:
        """An Enter that comes sooner was typed without having read it."""
        return read_ms - self.since_ms >= READ_MS

    def words(self) -> str:
        """Two lines: the question, and what answers it."""
        asked = _("Did the muscle cramp in the last train, at {hz} Hz?")
        answers = _("Enter   yes: that is the result, the test is over.   n   no: the test goes on.")
        return f"{asked.format(hz=hz(self.mhz))}\n{answers}"
