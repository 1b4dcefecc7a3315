"""Law: a fault that a scenario puts in must be seen to act, or the scenario must say that it does not.

A fault without effect has tested nothing: the scenario would hold without it too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from firmware_sim.simulator import Simulator


@dataclass(slots=True)
class Proofs:
    """The faults of a scenario by number, each with its kind and line, and those of which no effect is asked."""

    _put_in: dict[int, tuple[str, int]] = field(default_factory=dict)
    _settled: set[int] = field(default_factory=set)

    def put_in(self, number: int, kind: str, line: int) -> None:
        """The file asks for a fault."""
        self._put_in[number] = kind, line

    def excuse(self, simulator: Simulator, kind: str) -> None:
        """The file says that the latest of a kind has no effect."""
        self._settled.update([one.id for one in simulator.injections() if one.kind == kind][-1:])

    def look(self, simulator: Simulator) -> None:
        """Note which have acted by now."""
        self._settled.update(one.id for one in simulator.injections() if one.effects)

    def without_effect(self, simulator: Simulator) -> Iterator[tuple[int, str]]:
        """Line and sentence of each that never acted."""
        self.look(simulator)
        for number, (kind, line) in self._put_in.items():
            if number not in self._settled:
                wanted = f"expect: {{fault: {{kind: {kind}, effects_at_most: 0}}}}"
                yield line, f"the fault {kind} had no effect, so nothing was tested; if that is right, say so: {wanted}"
