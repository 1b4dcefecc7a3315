"""The keeper of a device without a dead-man, on the campaign's own clock.

What it decides is the program's own `nmes.link.vigil`, and what the controller's side does with it is done here as
`nmes.link.keeper` does it; only pipe and process are function calls. It is asked each time the clock goes on. How the
real ones behave is shown with processes, in `tests/together/test_killed.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from nmes.link.keeper import RENEW_US
from nmes.link.vigil import (
    Phase,
    Vigil,
    Word,
    answered,
    ended,
    halt_due_ms,
    halt_written,
    passed,
    told,
    wanted_by_another,
)
from nmes.runtime.clock import VirtualClock
from nmes.runtime.families import Family
from nmes.trial.bench import Device

TAKEN = "the keeper took over: this program stood still for more than 1 s"


@dataclass
class RigKeeper:
    """Both ends of a keeper. `halts`: how many it has written. `wanted`: another session has the device's lock.

    `line_up`: whether there is a line at all.
    """

    family: Family
    device: Device
    clock: VirtualClock
    line_up: Callable[[], bool] = lambda: True
    vigil: Vigil = field(default_factory=Vigil)
    halts: int = 0
    wanted: bool = False
    _engaged: bool = False
    _taken: bool = False
    _told: bool = False
    _renewed_us: int = 0

    # --- the controller's side ---

    def engage(self, now_us: int) -> str:
        if not self._engaged:
            self._engaged, self._renewed_us = True, now_us
            self._say(Word.ENGAGE)
        return TAKEN if self._taken else ""

    def renew(self, now_us: int) -> str:
        if self._told:
            self._taken = self._told = False
            self._renewed_us = now_us
            self._say(Word.BACK)
            if not self._engaged:
                self._say(Word.REST)  # it may have taken over before it was told of the rest
        if self._engaged and now_us - self._renewed_us >= RENEW_US:
            self._renewed_us = now_us
            self._say(Word.RENEW)
        self._told = self._taken
        return TAKEN if self._taken else ""

    def rest(self) -> None:
        if self._engaged and not self._taken:
            self._engaged = False
            self._say(Word.REST)

    def give_up(self) -> None:
        if self._engaged:
            self._say(Word.GIVEN_UP)

    def end(self, *, confirmed: bool) -> None:
        self._say(Word.DONE if confirmed or not self._engaged else Word.GIVEN_UP)
        self.dies()

    def _say(self, word: Word) -> None:
        self.vigil = told(self.vigil, bytes([word]), self.clock.now_ms())

    def dies(self) -> None:
        """The controller is gone, and the pipe with it."""
        self.vigil = ended(self.vigil, self.clock.now_ms())

    # --- the process ---

    @property
    def holds(self) -> bool:
        """Whether it has the line for itself."""
        return self.vigil.acts

    def next_us(self, until_us: int) -> int:
        """Up to when time may pass at once, at most to `until_us`."""
        due_us = halt_due_ms(self.vigil)
        return until_us if due_us is None else min(until_us, max(due_us * 1000, self.clock.now_us + 1))

    def look(self) -> None:
        """The clock has gone on."""
        acted, now_ms = self.vigil.acts, self.clock.now_ms()
        self.vigil = passed(self.vigil, now_ms)
        if not self.vigil.acts:
            return
        self._taken = True
        if not self.line_up():
            self.vigil = Vigil(Phase.OVER)
            return
        heard = self.device.transmit(self.clock.now_us)
        if acted:
            assert self.family.halt_answer is not None
            self.vigil = answered(self.vigil, heard, *self.family.halt_answer)
        if self.wanted:
            self.vigil = wanted_by_another(self.vigil, now_ms, heir=True)
        due_ms = halt_due_ms(self.vigil)
        if due_ms is not None and due_ms <= now_ms:
            self.device.receive(self.family.new_sight().halt_frame(0), self.clock.now_us)
            self.vigil = halt_written(self.vigil, now_ms)
            self.halts += 1
