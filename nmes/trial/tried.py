"""What a treatment and an assessment have in common once they were tried: the wire run and its judgement.

Separate so that both are held against the same limits in the same words.
"""

from __future__ import annotations

from dataclasses import dataclass

from nmes.core.plan import Plan
from nmes.trial.judge import Dose, Margin
from nmes.trial.setup import Setup
from nmes.trial.wire import WireRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One wire run. `plan` has the levels that were found."""

    setup: Setup
    run: WireRun
    margins: tuple[Margin, ...]
    doses: tuple[Dose, ...]

    @property
    def plan(self) -> Plan:
        return self.run.plan

    @property
    def within(self) -> bool:
        return all(margin.within for margin in self.margins)
