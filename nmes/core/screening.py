"""The judgement of the screening answers.

The law: what is not known counts as yes, what is not answered blocks, an absolute contraindication cannot be
overridden, what needs a medical review is passed only with who reviewed it and the reason, and a warning only with a
reason and a name. An answer word or a command is neither (`tells`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nmes.core.contraindications import CATALOGUE, Code, Group, Severity, always_asked
from nmes.core.events import Answer, Reply
from nmes.core.screening_code import HEADINGS, MEANS

__all__ = [
    "CATALOGUE",
    "HEADINGS",
    "MEANS",
    "Blocked",
    "Clear",
    "Code",
    "Group",
    "Outcome",
    "ReviewFirst",
    "Severity",
    "Warned",
    "always_asked",
    "in_groups",
    "judge",
    "tells",
]

NO_ANSWER_IN_WORDS = frozenset(
    (
        *("yes", "no", "unknown", "y", "n", "u", "ok", "none", "nothing", "na", "nil"),
        *("stop", "placed", "titrate", "accept", "start", "pause", "resume", "mark", "status", "wait", "end", "help"),
        *("back", "again", "here", "cramp", "measure", "mvic", "force", "ctf"),
    )
)
"""Answers and commands: typed where a name or a reason is asked for, they were meant for something else."""


@dataclass(frozen=True, slots=True)
class Clear:
    """Nothing speaks against it, or every review and every warning has what it needs."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """Do not stimulate: these apply, may apply, or were not answered."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReviewFirst:
    """Do not stimulate before a medical review: who reviewed it, or the reason, is missing for each of these."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Warned:
    """Only with a reason, and the name of who decides, for each of these."""

    codes: tuple[str, ...]


Outcome = Clear | Blocked | ReviewFirst | Warned

_FORBIDS = frozenset({Severity.BLOCK, Severity.LOCAL})


def judge(protocol_codes: Iterable[str], kind: str, answers: Iterable[Answer], by: str | None = None) -> Outcome:
    """Whether the patient may be stimulated. `by` names who decides on warnings; None = the caller has checked it.

    Codes that were answered but not asked are judged too; a code the catalogue does not know blocks. The worst is told
    first, all of its kind at once.
    """
    given: dict[str, list[Answer]] = {code: [] for code in protocol_codes}
    for answer in answers:
        given.setdefault(answer.code, []).append(answer)
    blocked = tuple(code for code, said in given.items() if _blocks(code, kind, said))
    if blocked:
        return Blocked(blocked)
    applying = {code: said for code, said in given.items() if _applies(said)}
    nameless = by is not None and not tells(by)
    review = tuple(
        code
        for code, said in applying.items()
        if CATALOGUE[code].severity(kind) is Severity.REVIEW and (nameless or not _reasoned(said) or not _seen(said))
    )
    if review:
        return ReviewFirst(review)
    warned = tuple(
        code
        for code, said in applying.items()
        if CATALOGUE[code].severity(kind) is not Severity.NOTE and (nameless or not _reasoned(said))
    )
    return Warned(warned) if warned else Clear()


def tells(text: str) -> bool:
    """Whether a text may be a name or a reason: words other than answers and commands, of at least two letters.

    A key held down or pressed in a row (`nnnnn`) and the next line of a script (`no`) are neither. Nobody can tell a
    good reason from a bad one; what is certainly none is refused.
    """
    words = ["".join(filter(str.isalpha, word)) for word in text.casefold().split()]
    told = [word for word in words if word and word not in NO_ANSWER_IN_WORDS]
    return len(set("".join(told))) > 1


def in_groups(codes: Iterable[str], kind: str) -> tuple[str, ...]:
    """The codes in the order of the checklist: group by group, within a group as they come; unknown ones first."""
    order = list(Group)
    return tuple(sorted(codes, key=lambda code: order.index(CATALOGUE[code].group(kind)) if code in CATALOGUE else -1))


def _blocks(code: str, kind: str, said: list[Answer]) -> bool:
    entry = CATALOGUE.get(code)
    if entry is None or not said:
        return True
    return entry.severity(kind) in _FORBIDS and _applies(said)


def _applies(said: list[Answer]) -> bool:
    return any(answer.reply is not Reply.NO for answer in said)


def _reasoned(said: list[Answer]) -> bool:
    return all(tells(answer.reason) for answer in said if answer.reply is not Reply.NO)


def _seen(said: list[Answer]) -> bool:
    return all(tells(answer.reviewed_by) for answer in said if answer.reply is not Reply.NO)
