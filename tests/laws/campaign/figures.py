"""What a campaign has done, in numbers: only what was counted while it ran."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Figures:
    """Of one scenario, or of many together. `faults`: put in; `took`: of them those that changed something."""

    scenarios: int = 0
    sessions: int = 0
    simulated_us: int = 0
    live_us: int = 0
    """Of it the time in which output was wanted."""
    pulses: int = 0
    refused: int = 0
    switches: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    took: Counter[str] = field(default_factory=Counter)
    effects: Counter[str] = field(default_factory=Counter)
    checked: Counter[str] = field(default_factory=Counter)
    stops: Counter[str] = field(default_factory=Counter)
    endings: Counter[str] = field(default_factory=Counter)
    records: int = 0
    replayed: int = 0

    def add(self, other: Figures) -> None:
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def put_in(self, kind: str, effects: int) -> None:
        """A fault of this kind, with so many effects."""
        self.faults[kind] += 1
        self.took[kind] += effects > 0
        self.effects[kind] += effects

    def text(self) -> str:
        hours, live = self.simulated_us / 3.6e9, self.live_us / 3.6e9
        lines = [
            f"sessions {self.sessions} in {self.scenarios} scenarios; protocols refused {self.refused}",
            f"simulated hours {hours:.1f}, with output wanted {live:.1f}; pulses judged {self.pulses}",
            f"records verified {self.records}, recorded events replayed {self.replayed}",
            f"settings of the device: {len(self.switches)} other than the usual ones, each at least "
            f"{min(self.switches.values(), default=0)} times",
            "faults put in, of them with effect (effects):",
            *(f"  {kind} {count}, {self.took[kind]} ({self.effects[kind]})" for kind, count in _many(self.faults)),
            "laws checked: " + _counts(self.checked),
            f"STOPs {self.stops['pressed']}, of them {self.stops['live']} while output was on, of these "
            f"{self.stops['tight']} with the halt itself as the deadline",
            "steps: " + _counts(self.steps),
            "how sessions stood at last: " + _counts(self.endings),
        ]
        return "\n".join(lines)


def _many(counter: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counter.items())


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counter.most_common())
