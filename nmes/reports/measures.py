"""What was found and measured in a session as numbers with their units: for tables and other programs, not for reading.

Only numbers. Of an outcome the card names what is asked and a person types the answer: it is a number here only if the
answer is one and nothing else, so that no typed text leaves by this door. What may be one of two numbers is none:
`1,200` is 1200 in English and 1.2 in German, and the record does not tell in which language it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from nmes.core import events as e
from nmes.core.measurement import is_typed
from nmes.record.happening import At, Happening
from nmes.record.story import Observation, Story

_A_NUMBER: Final = re.compile(r"[0-9]{1,9}([.,][0-9]{1,6})?", re.ASCII)
_THOUSANDS: Final = re.compile(r"[0-9]+,[0-9]{3}", re.ASCII)


class When(StrEnum):
    """Before the treatment was first started, until its end, or after it."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Measure:
    """`what`: `skin`, `nrs`, `adverse`, `outcome` or a value of `core.events.What`; `of`: the channel or the outcome.

    `value`: None where it was not done; a text only for an outcome with decimals, as `12.5`. `unit`: `grade`, `score`,
    `yes`, `mhz`, `ua`, `mn`, or `number` for an outcome, whose unit is in its name.
    """

    at: At
    when: When
    what: str
    of: str
    value: int | str | None
    unit: str


def measures(story: Story) -> tuple[Measure, ...]:
    """In the order of the record."""
    found = [*_found(story), *_measured(story)]
    return tuple(sorted(found, key=lambda one: one.at.seq))


def _found(story: Story) -> Iterator[Measure]:
    units = {e.Finding.SKIN: "grade", e.Finding.NRS: "score", e.Finding.ADVERSE: "yes"}
    for one in story.findings:
        seen, when = one.observed, _when(story, one)
        if seen.finding is e.Finding.OUTCOME:
            yield Measure(one.at, when, seen.finding.value, seen.of, _number(seen), "number")
        elif seen.finding in units:
            yield Measure(one.at, when, seen.finding.value, seen.of, seen.value, units[seen.finding])


def _number(seen: e.Observed) -> str | None:
    text = seen.text.strip()
    is_number = seen.value is not None and _A_NUMBER.fullmatch(text) and not _THOUSANDS.fullmatch(text)
    return text.replace(",", ".") if is_number else None


def _when(story: Story, one: Observation) -> When:
    if not one.before:
        return When.AFTER
    starts = (each.at.seq for each in story.happenings if each.event == "Start" and each.code == "intent")
    began = next(starts, None)
    return When.BEFORE if began is None or one.at.seq < began else When.DURING


def _measured(story: Story) -> Iterator[Measure]:
    for one in story.all("measured"):
        value = next(((name, value) for name, value in one.values if name.startswith("value_")), None)
        if value is not None and type(value[1]) is int:
            yield Measure(one.at, When.DURING, _what(one), str(one.value("channel")), value[1], value[0][6:])


def _what(one: Happening) -> str:
    """A threshold that was typed is never called measured."""
    what = str(one.value("what"))
    return f"{what}_typed" if is_typed(dict(one.values)) and what == e.What.CTF else what
