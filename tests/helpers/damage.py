"""What is wrong with a chain, in one answer: for tests that want none, or the first."""

from __future__ import annotations

from collections.abc import Iterator

from nmes.record.verdicts import SessionVerdict
from nmes.record.verify import Damaged


def first_damage(verdicts: Iterator[SessionVerdict]) -> tuple[SessionVerdict, Damaged] | None:
    """The first damaged session of a chain and what is wrong with it; None if there is none."""
    for found in verdicts:
        if isinstance(found.verdict, Damaged):
            return found, found.verdict
    return None
