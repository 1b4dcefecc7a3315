"""The fault matrix as a table for people: made of the rows the tests run on, so that it cannot say anything else.

`test_fault_matrix` runs every fault at every moment and asks for what its row says; here the rows become words, family
by family. A fault that a family cannot have is a row as well, which says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from together.fault_elsewhere import AGAIN, NEW, NOTHING, PHYSICAL, ROWS, Elsewhere
from together.fault_families import ROWS as FAMILY_ROWS
from together.fault_families import Rows
from together.fault_moments import Moment
from together.fault_rows import FOR_EVER_MS, UNTIL_IT_OBEYS, Cannot, Case, Ends, Outcome

from helpers.made_pages import table
from nmes.core.alarm import Level
from nmes.core.view import Word
from nmes.runtime.families import FAMILIES, Family

COLUMNS = ("fault", "output 0 at the latest", "session", "alarm", "record", "to go on")
BUTTON = "the emergency button; then a new session, from 0"
"""Instead of the physical measure, where the device has no timer."""


def head(model: str) -> tuple[str, ...]:
    """Of a table about one family."""
    return (*COLUMNS, f"what a {model} cannot tell, or why nothing is told")


USUAL = (Moment.RAMP_UP, Moment.HOLD, Moment.RESUMING)
"""Moments at which current flows and nothing is asked for that would make a difference: the first of them that a case
has is the one of the large table."""


def alarm_of(outcome: Outcome) -> Level | None:
    """Whatever a device or line does to the output is of the highest class; None where nothing was told, or a person
    stopped or ended before it was.
    """
    if not isinstance(outcome, Ends):
        return None
    wanted = outcome.why in {"ended_early", "stop:key"}
    return None if wanted and not outcome.alarmed else Level.FAULT


def lines() -> list[str]:
    """The whole page below its prose."""
    made: list[str] = []
    for family in FAMILIES:
        made += [*_of_family(family, FAMILY_ROWS[family.key]), ""]
    elsewhere = (*COLUMNS, "what nobody can tell")
    return [
        *made,
        "## Every family: faults of computer, terminal, disk, files and people",
        "",
        *table(("what", *elsewhere, "shown by"), (_elsewhere(row) for row in ROWS)),
    ]


def _of_family(family: Family, rows: Rows) -> list[str]:
    usual = [_cells(case.name, case.at(_usual(case)), case, family) for case in rows.cases]
    others = list(_others(family, rows))
    return [
        f"## {family.model}: faults of electrodes, output, line and device, while current flows",
        "",
        _counted(rows),
        "",
        *table(head(family.model), (*usual, *map(_impossible, rows.cannot))),
        *(_at_others(family, others) if others else ()),
    ]


def _at_others(family: Family, others: list[list[str]]) -> list[str]:
    title = f"## {family.model}: the same faults, where they end otherwise at other moments"
    return ["", title, "", *table(("fault", "moments", *head(family.model)[1:]), others)]


def _impossible(row: Cannot) -> list[str]:
    return [row.name, *["cannot happen"] * (len(COLUMNS) - 1), row.why]


def _counted(rows: Rows) -> str:
    """What the tests run: every pair that is not said to be without effect."""
    run, missing = len(rows.pairs), sum(len(case.never) for case in rows.cases)
    at = f"each at the {len(Moment)} moments"
    return f"{len(rows.cases)} faults, {at}: {run} sessions. {missing} more would show nothing, as said below."


def _usual(case: Case) -> Moment:
    return next(moment for moment in USUAL if moment in case.moments)


def _others(family: Family, rows: Rows) -> Iterator[list[str]]:
    """A case and those of its moments that have one outcome in common, which is not that of the large table."""
    for case in rows.cases:
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
            name, *cells = _cells(case.name, outcome, case, family)
            yield [name, ", ".join(moments), *cells]
        for why in dict.fromkeys(case.never.values()):
            moments = [moment for moment, reason in case.never.items() if reason == why]
            yield [case.name, ", ".join(moments), *["no effect"] * (len(COLUMNS) - 1), why]


def _cells(name: str, outcome: Outcome, case: Case, family: Family) -> list[str]:
    level = alarm_of(outcome)
    if isinstance(outcome, Ends):
        alarm = level.value if level else "none: a person wanted it"
        known = _record(outcome), _resume(outcome, family), _unknown(outcome)
        return [name, _deadline(outcome), _state(outcome), alarm, *known]
    stopped = outcome.after_stop
    silent = f"{case.line_ms} ms" if case.line_ms else "at once"
    return [
        name,
        f"none; after STOP {_deadline(stopped) if stopped else silent}",
        f"goes on; after STOP {_state(stopped) if stopped else 'stopped'}",
        "none",
        "nothing but the dose as it was asked for",
        f"nothing to resume; after STOP: {_resume(stopped, family) if stopped else AGAIN}",
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


def _resume(outcome: Ends, family: Family) -> str:
    if outcome.again:
        return AGAIN
    physical = PHYSICAL if family.capabilities.watchdog_ms else BUTTON
    return physical if outcome.word is Word.UNSURE else NEW


def _unknown(outcome: Ends) -> str:
    if outcome.silent_ms >= FOR_EVER_MS or outcome == UNTIL_IT_OBEYS:
        return "that its output goes on: it said that it is off"
    return "whether it halted" if outcome.word is Word.UNSURE else NOTHING


def _elsewhere(row: Elsewhere) -> list[str]:
    alarm = f"{row.alarm.value if row.alarm else 'none'}{f' ({row.also})' if row.also else ''}"
    tests = "<br>".join(f"`{test.removeprefix('tests/')}`" for test in row.tests)
    return [row.group, row.fault, row.deadline, row.state, alarm, row.record, row.resume, row.unknowable, tests]


def named_tests() -> Iterable[str]:
    return sorted({test for row in ROWS for test in row.tests})
