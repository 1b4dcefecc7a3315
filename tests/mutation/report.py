"""What a run of the mutants is worth: figures per target, new survivors, explanations that no longer hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mutation.mutants import Mutant
from mutation.targets import Target
from mutation.work import Verdict


@dataclass(frozen=True, slots=True)
class Report:
    """One target's mutants, and what was found of them."""

    target: Target
    mutants: tuple[Mutant, ...]
    verdicts: Mapping[str, Verdict]
    explained: Mapping[str, str]

    @property
    def noticed(self) -> int:
        return sum(verdict.noticed for verdict in self.verdicts.values())

    @property
    def left(self) -> int:
        """How many were not judged, because time was over."""
        return len(self.mutants) - len(self.verdicts)

    @property
    def score(self) -> float:
        """Per cent of the judged mutants that a test noticed, explained survivors counted as not noticed."""
        return 100 * self.noticed / len(self.verdicts) if self.verdicts else 100.0

    @property
    def new(self) -> list[Mutant]:
        """Survivors nobody has explained, and mutants that the bench could not judge."""
        bad = {name for name, verdict in self.verdicts.items() if not verdict.noticed and name not in self.explained}
        return [mutant for mutant in self.mutants if mutant.name in bad]

    @property
    def unneeded(self) -> list[str]:
        """Explained as survivors, and noticed all the same."""
        return [name for name in self.explained if name in self.verdicts and self.verdicts[name].noticed]

    @property
    def good(self) -> bool:
        return not self.new and not self.unneeded

    def lines(self) -> list[str]:
        counts = dict.fromkeys(("killed", "hung", "survived", "broken"), 0)
        for verdict in self.verdicts.values():
            counts[verdict.outcome] += 1
        judged = len(self.verdicts)
        told = f"{self.target.name}: {judged} of {len(self.mutants)} mutants judged"
        if judged:
            told += f", {self.score:.1f} % noticed"
            told += f" ({counts['killed']} by a failing test, {counts['hung']} hung; {counts['survived']} survived)"
        said = [told + (f"; {self.left} NOT JUDGED, time was over" if self.left else "")]
        for mutant in self.new:
            verdict = self.verdicts[mutant.name]
            said.append(f"  {verdict.outcome.upper()} line {mutant.line}: {mutant.name} {verdict.detail}".rstrip())
        said += [f"  EXPLAINED, but a test notices it: {name}" for name in self.unneeded]
        return said
