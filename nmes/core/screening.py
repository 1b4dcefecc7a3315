"""The judgement of the screening answers.

The law: what is not known counts as yes, what is not answered blocks, an absolute contraindication cannot be
overridden, and a warning is passed only with a reason and a name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nmes.core.contraindications import CATALOGUE, Code, Severity, always_asked
from nmes.core.events import Answer, Reply

__all__ = ["CATALOGUE", "Blocked", "Clear", "Code", "Outcome", "Severity", "Warned", "always_asked", "judge"]


@dataclass(frozen=True, slots=True)
class Clear:
    """Nothing speaks against it, or every warning has its reason."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """Do not stimulate: these apply, may apply, or were not answered."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Warned:
    """Only with a reason, and the name of who decides, for each of these."""

    codes: tuple[str, ...]


Outcome = Clear | Blocked | Warned


def judge(protocol_codes: Iterable[str], kind: str, answers: Iterable[Answer], by: str | None = None) -> Outcome:
    """Whether the patient may be stimulated. `by` names who decides on warnings; None = the caller has checked it.

    Codes that were answered but not asked are judged too; a code the catalogue does not know blocks.
    """
    given: dict[str, list[Answer]] = {code: [] for code in protocol_codes}
    for answer in answers:
        given.setdefault(answer.code, []).append(answer)
    blocked = tuple(code for code, said in given.items() if _blocks(code, kind, said))
    if blocked:
        return Blocked(blocked)
    nameless = by is not None and not by.strip()
    warned = tuple(code for code, said in given.items() if _applies(said) and (nameless or not _reasoned(said)))
    return Warned(warned) if warned else Clear()


def _blocks(code: str, kind: str, said: list[Answer]) -> bool:
    entry = CATALOGUE.get(code)
    if entry is None or not said:
        return True
    return entry.severity(kind) in {Severity.BLOCK, Severity.LOCAL} and _applies(said)


def _applies(said: list[Answer]) -> bool:
    return any(answer.reply is not Reply.NO for answer in said)


def _reasoned(said: list[Answer]) -> bool:
    return all(answer.reason.strip() for answer in said if answer.reply is not Reply.NO)
