"""The fault matrix as a table for people: made of the rows the tests run on, so that it cannot say anything else.

`test_fault_matrix` runs every fault at every moment and asks for what its row says; here the rows become words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from together.fault_cases import CASES
from together.fault_elsewhere import AGAIN, NEW, NOTHING, PHYSICAL, ROWS, Elsewhere
from together.fault_moments import Moment
from together.fault_rows import FOR_EVER_MS, Case, Ends, Outcome

from helpers.made_pages import table
from nmes.core.alarm import Level
from nmes.core.view import Word

HEAD = (
    "fault",
    "output 0 at the latest",
    "session",
    "alarm",
    "record",
    "to go on",
    "what a P24 cannot tell, or why nothing is told",
)
USUAL = (Moment.RAMP_UP, Moment.HOLD, Moment.RESUMING)
"""Moments at which current flows and nothing is asked for that would make a difference: the first of them that a case
has is the one of the large table."""


def alarm_of(outcome: Outcome) -> Level | None:
    """Whatever a device or line does to the output is of the highest class; None where nothing was told, or a person
    stopped or ended.
    """
    if not isinstance(outcome, Ends) or outcome.why in {"ended_early", "stop:key"}:
        return None
    return Level.FAULT


def lines() -> list[str]:
    """The whole page below its prose."""
    return [
        "## Faults of electrodes, output, line and device, while current flows",
        "",
        *table(HEAD, (_cells(case.name, case.at(_usual(case)), case) for case in CASES)),
        "",
        "## The same faults, where they end otherwise at other moments",
        "",
        *table(("fault", "moments", *HEAD[1:]), _others()),
        "",
        "## Faults of computer, terminal, disk, files and people",
        "",
        *table(("what", *HEAD, "shown by"), (_elsewhere(row) for row in ROWS)),
    ]


def _usual(case: Case) -> Moment:
    return next(moment for moment in USUAL if moment in case.moments)


def _others() -> Iterator[list[str]]:
    """A case and those of its moments that have one outcome in common, which is not that of the large table."""
    for case in CASES:
        usual = case.at(_usual(case))
        groups: list[tuple[Outcome, list[Moment]]] = []
        for moment in case.moments:
            outcome = case.at(moment)
            if outcome == usual:
                continue
            same = next((moments for other, moments in groups if other == outcome), None)
            if same is None:
                groups.append((outcome, [moment]))
            else:
                same.append(moment)
        for outcome, moments in groups:
            name, *cells = _cells(case.name, outcome, case)
            yield [name, ", ".join(moments), *cells]


def _cells(name: str, outcome: Outcome, case: Case) -> list[str]:
    level = alarm_of(outcome)
    if isinstance(outcome, Ends):
        alarm = level.value if level else "none: a person wanted it"
        return [name, _deadline(outcome), _state(outcome), alarm, _record(outcome), _resume(outcome), _unknown(outcome)]
    stopped = outcome.after_stop
    silent = f"{case.line_ms} ms" if case.line_ms else "at once"
    return [
        name,
        f"none; after STOP {_deadline(stopped) if stopped else silent}",
        f"goes on; after STOP {_state(stopped) if stopped else 'stopped'}",
        "none",
        "nothing but the dose as it was asked for",
        f"nothing to resume; after STOP: {_resume(stopped) if stopped else AGAIN}",
        outcome.unknowable,
    ]


def _deadline(outcome: Ends) -> str:
    if outcome.silent_ms >= FOR_EVER_MS:
        return "never"
    if not outcome.silent_ms:
        return "it is already"
    return f"{outcome.silent_ms} ms after {outcome.since}"


def _state(outcome: Ends) -> str:
    return f"{outcome.word} ({outcome.why})"


def _record(outcome: Ends) -> str:
    match outcome.records:
        case tuple(kinds):
            return ", ".join(kinds)
        case Mapping() as values:
            told = (f"{key} {value}" for key, value in values.items() if key != "type")
            return f"{values['type']}: {', '.join(told)}"


def _resume(outcome: Ends) -> str:
    if outcome.again:
        return AGAIN
    return PHYSICAL if outcome.word is Word.UNSURE else NEW


def _unknown(outcome: Ends) -> str:
    if outcome.silent_ms >= FOR_EVER_MS:
        return "that its output goes on: it said that it is off"
    return "whether it halted" if outcome.word is Word.UNSURE else NOTHING


def _elsewhere(row: Elsewhere) -> list[str]:
    alarm = f"{row.alarm.value if row.alarm else 'none'}{f' ({row.also})' if row.also else ''}"
    tests = "<br>".join(f"`{test.removeprefix('tests/')}`" for test in row.tests)
    return [row.group, row.fault, row.deadline, row.state, alarm, row.record, row.resume, row.unknowable, tests]


def named_tests() -> Iterable[str]:
    return sorted({test for row in ROWS for test in row.tests})
