"""Time on a campaign's stand: it passes only here, and after every step of the bench the judge looks."""

from __future__ import annotations

from dataclasses import dataclass

from laws.campaign.judge import Judge
from laws.campaign.keeper import RigKeeper
from laws.instrument import LIVE
from nmes.core.view import Word
from nmes.trial.bench import Bench

LATE_US = 60_000
"""So long after a STOP the loop does not turn, and STOP must not wait for it; a stall is longer than this [design]."""
LOOK_US = 100_000
"""How often a keeper looks whether somebody wants the line."""


@dataclass(slots=True)
class Passing:
    """`live_us`: how long output was wanted. `keeper`: of a device without a dead-man."""

    bench: Bench
    judge: Judge
    keeper: RigKeeper | None = None
    live_us: int = 0

    def go(self, time_ms: int, *, touched: bool = True) -> None:
        """Let so long pass; `touched`: somebody is at the controls."""
        bench, end_us = self.bench, self.bench.clock.now_us + time_ms * 1000
        if self._turns():
            bench.turn()
            self.judge.look()
        while bench.clock.now_us < end_us and self._turns():
            if touched:
                bench.controller.touch()
            passed_us = bench.step(self._next_us(end_us))
            if self.keeper is not None:
                self.keeper.look()
            if bench.view.word in LIVE or bench.view.word is Word.TITRATING:
                self.live_us += passed_us
            self.judge.look()
        self._alone(end_us)

    def stall(self, time_ms: int) -> None:
        """The controller does not turn meanwhile."""
        from_us = self.bench.clock.now_us
        self._alone(from_us + time_ms * 1000)
        self.judge.troubles.stalled(from_us, self.bench.clock.now_us)
        self.go(50)

    def stop(self, source: str) -> None:
        """STOP, in the thread of whoever calls for it, and what the law asks for from here on."""
        if self._turns():
            live = self.judge.troubles.simulator.active_channels
            self.bench.controller.stop(source)
            self.judge.expect_silence()
            self._alone(self.bench.clock.now_us + LATE_US)
            self.judge.count_stop(live)

    def _turns(self) -> bool:
        return self.judge.alive and not self.bench.controller.done

    def _alone(self, until_us: int) -> None:
        """The device goes on without anybody but its keeper."""
        while self.bench.clock.now_us < until_us:
            self.bench.clock.advance_to(self._next_us(until_us))
            self.bench.device.advance(self.bench.clock.now_us)
            if self.keeper is not None:
                self.keeper.look()
            self.judge.waiting = True
            self.judge.look()
            self.judge.waiting = False

    def _next_us(self, until_us: int) -> int:
        """Up to when time may pass at once."""
        return until_us if self.keeper is None else self.keeper.next_us(until_us)

    def taken_back(self) -> None:
        """Another session wants the line: it waits for the keeper of the last one."""
        while self.keeper is not None and self.keeper.holds:
            self.keeper.wanted = True
            self._alone(self.bench.clock.now_us + LOOK_US)
