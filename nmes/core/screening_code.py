"""What one question of the checklist is: its wording, its severity per kind of stimulation, and where that is from.

Apart from the catalogue itself, so that each of its parts can be a file of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """What "yes" or "unknown" leads to.

    BLOCK: never. LOCAL: not in this region, so not this placement. REVIEW: medical review first; passed only with who
    reviewed it and the reason. WARN: with care; passed with a reason. NOTE: recorded, needs nothing. NONE: not asked.
    """

    BLOCK = "block"
    LOCAL = "local"
    REVIEW = "review"
    WARN = "warn"
    NOTE = "note"
    NONE = "none"


class Group(StrEnum):
    """Under which heading a question stands, in the order of the checklist."""

    CONTRAINDICATION = "contraindication"
    LOCAL = "local"
    PRECAUTION = "precaution"
    CAUSE = "cause"


HEADINGS = {
    Group.CONTRAINDICATION: "Contraindications",
    Group.LOCAL: "Here, where the pads go",
    Group.PRECAUTION: "Precautions",
    Group.CAUSE: "Causes of cramps and red flags",
}

MEANS = {
    Severity.BLOCK: "DO NOT STIMULATE",
    Severity.LOCAL: "DO NOT STIMULATE HERE",
    Severity.REVIEW: "MEDICAL REVIEW FIRST: go on only with who reviewed it, and the reason",
    Severity.WARN: "WITH CARE: go on only with a reason",
    Severity.NOTE: "NOTED: goes into the record, needs nothing",
    Severity.NONE: "not asked for this kind: go on only with a reason",
}
"""What "yes" or "unknown" means, in the words of every screen, list and report."""

TO_VERIFY = "TO VERIFY"
NOT_ASKED = "not asked"


@dataclass(frozen=True, slots=True)
class Code:
    """One item: a plain question to which "no" is the safe answer, and its severity per kind, each with its source.

    `then` is what to do when it applies, beyond what the severity says; "" where nothing more is known.
    """

    code: str
    question: str
    nmes: Severity
    tens: Severity
    nmes_source: str
    tens_source: str
    then: str = ""
    is_cause: bool = False

    def severity(self, kind: str) -> Severity:
        """For a kind of protocol; an assessment stimulates muscle and is judged like nmes."""
        return self.tens if kind == "tens" else self.nmes

    def source(self, kind: str) -> str:
        return self.tens_source if kind == "tens" else self.nmes_source

    def to_verify(self, kind: str) -> bool:
        """Whether the severity is only believed: nobody has read it in a document yet."""
        return "verify" in self.source(kind)

    def means(self, kind: str, speak: Callable[[str], str] = str) -> str:
        """What "yes" or "unknown" leads to, and visibly so if that is only believed; `speak` gives the language."""
        said = speak(MEANS[self.severity(kind)])
        return f"{said} ({speak(TO_VERIFY)})" if self.to_verify(kind) else said

    def asked(self, kind: str, speak: Callable[[str], str] = str) -> str:
        """The question as it is shown and read out."""
        said = speak(self.question)
        return f"{said} {speak(TO_VERIFY)}." if self.to_verify(kind) else said

    def group(self, kind: str) -> Group:
        if self.is_cause:
            return Group.CAUSE
        return _GROUPS.get(self.severity(kind), Group.PRECAUTION)


_GROUPS = {Severity.BLOCK: Group.CONTRAINDICATION, Severity.LOCAL: Group.LOCAL}


def item(
    code: str, nmes: Severity, tens: Severity, source: str, question: str, tens_source: str = "", *, then: str = ""
) -> Code:
    """One line of the catalogue; without `tens_source` both severities have the same source."""
    return Code(code, question, nmes, tens, source, tens_source or source, then)


def cause(code: str, severity: Severity, source: str, question: str, then: str) -> Code:
    """A possible cause of cramps; the same for both kinds, because it speaks of the patient and not of the current."""
    return Code(code, question, severity, severity, source, source, then, is_cause=True)
