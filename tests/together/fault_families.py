"""The rows of all families by their keys: what a fault leads to, when it comes, and what a family cannot have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from together import fault_cases, fault_rehamove3, fault_rehastim1, fault_rehastim2
from together.fault_moments import HALTING, Moment
from together.fault_rows import Cannot, Case, Ends

Pair = tuple[Case, Moment]


@dataclass(frozen=True)
class Rows:
    """One family's. `other`: what differs from a P24, so that it is in every run."""

    cases: tuple[Case, ...]
    cannot: tuple[Cannot, ...]
    other: frozenset[str] = frozenset()

    @property
    def pairs(self) -> list[Pair]:
        """Each fault at each of its moments."""
        return [(case, moment) for case in self.cases for moment in case.moments]


ROWS: Mapping[str, Rows] = {
    "p24": Rows(fault_cases.CASES, fault_cases.CANNOT),
    "rehamove3": Rows(fault_rehamove3.CASES, fault_rehamove3.CANNOT, fault_rehamove3.OTHER),
    "rehastim2": Rows(fault_rehastim2.CASES, fault_rehastim2.CANNOT, fault_rehastim2.OTHER),
    "rehastim1": Rows(fault_rehastim1.CASES, fault_rehastim1.CANNOT, fault_rehastim1.OTHER),
}


def daily(rows: Rows) -> list[Pair]:
    """What is in every run. Without `other`: each fault at one moment, in turn; those that must end the output in the
    first hold too; every lost halt. With it: those faults, in the first hold; the campaign has all of them.
    """
    cases = rows.cases
    if rows.other:
        return [(case, Moment.HOLD) for case in cases if case.name in rows.other]
    return [
        (case, moment)
        for at, case in enumerate(cases)
        for moment in case.moments
        if moment is case.moments[at % len(case.moments)]
        or (moment is Moment.HOLD and isinstance(case.outcome, Ends))
        or (moment in HALTING and case.once)
    ]
