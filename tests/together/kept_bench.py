"""A bench whose device has no dead-man, and its keeper on the same clock.

What the keeper decides is the program's own (`nmes.link.vigil`); only its hands are these: bytes over the bench's line
in place of a descriptor of its own, and a number in place of a clock. The process itself is shown in `test_killed`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nmes.core.plan import Plan
from nmes.link import vigil as v
from nmes.link.port import PortLost
from nmes.runtime.families import Family
from nmes.runtime.open import Peer
from nmes.trial.bench import Bench


class BenchKeeper:
    """See `nmes.guard.keeping.Keeper`."""

    def __init__(self, family: Family) -> None:
        assert family.halt_answer is not None
        self.vigil = v.Vigil()
        self._halt = family.new_sight().halt_frame(0)
        self._mask, self._answer = family.halt_answer
        self._line: Peer | None = None
        self._engaged = False

    def holding(self, line: Peer) -> Peer:
        """The line it has a duplicate of."""
        self._line = line
        return line

    # --- what the guard says ---

    def engage(self, now_us: int) -> str:
        self._engaged = True
        return self._told(v.Word.ENGAGE, now_us)

    def renew(self, now_us: int) -> str:
        return self._told(v.Word.RENEW, now_us)

    def rest(self) -> None:
        if self._engaged:
            self._engaged = False
            self._told(v.Word.REST, 0)

    def give_up(self) -> None:
        if self._engaged:
            self._told(v.Word.GIVEN_UP, self.vigil.renewed_ms * 1000)

    def end(self, *, confirmed: bool) -> None:
        self._told(v.Word.DONE if confirmed or not self._engaged else v.Word.GIVEN_UP, self.vigil.renewed_ms * 1000)

    def _told(self, word: v.Word, now_us: int) -> str:
        self.vigil = v.told(self.vigil, bytes((word,)), now_us // 1000)
        return "the keeper took over" if self.vigil.acts else ""

    # --- its hands ---

    def act(self, now_us: int) -> None:
        """What is due now."""
        self.vigil = v.passed(self.vigil, now_us // 1000)
        if self._line is None or not self.vigil.acts:
            return
        try:
            self.vigil = v.answered(self.vigil, self._line.to_host(), self._mask, self._answer)
            due_ms = v.halt_due_ms(self.vigil)
            if due_ms is not None and now_us // 1000 >= due_ms:
                self._line.from_host(self._halt)
                self.vigil = v.halt_written(self.vigil, now_us // 1000)
        except PortLost:
            pass  # of a line that is gone a real one ends; this one tries again, as if it had been started anew


class KeptBench(Bench):
    """Each step of it is also the keeper's; what the keeper has taken over is watched ten times as closely."""

    EACH_US = 10_000

    def __init__(self, plan: Plan, *, family: Family, wire: Callable[[Peer], Peer], **more: Any) -> None:
        self.kept_by = keeper = BenchKeeper(family)
        super().__init__(plan, family=family, keeper=keeper, wire=lambda peer: keeper.holding(wire(peer)), **more)

    def next_us(self) -> int:
        due_us = super().next_us()
        return min(due_us, self.clock.now_us + self.EACH_US) if self.kept_by.vigil.acts else due_us

    def step(self, until_us: int | None = None) -> int:
        took_us = super().step(until_us)
        self.kept_by.act(self.clock.now_us)
        return took_us
