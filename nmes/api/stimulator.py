"""The synchronous door: each act returns when its effect has been seen, and raises `Refused` or `Halted` otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nmes.api import acts
from nmes.api.front import Front
from nmes.core import events as e
from nmes.core.view import View


class Stimulator(Front):
    """An open session, in the block of a `with`. All acts are those of a person at the controls.

    Every act may raise `Refused` (not done, and why), and `Halted` if the output has ended by itself. While an act or a
    `wait` runs the script counts as looking; 1.5 s without either, while current may flow, pause the output.
    """

    def identified(self) -> View:
        """Wait until the device has said who it is; the block begins with it."""
        return self._desk.drive(acts.opened(self._desk.live))

    def screen(self, answers: Mapping[str, e.Answer]) -> View:
        """Hand in the whole checklist; `questions` tells its codes."""
        return self._desk.drive(acts.screen(self._desk.live, answers, self._attended_by))

    def read_back(self, what: e.Read, said: str, reason: str = "") -> View:
        """What was read off the patient: the code, or the side the pads are on. Nothing said needs a `reason`."""
        return self._desk.drive(acts.read_back(self._desk.live, what, said, reason))

    def place(self, pads_mm2: Mapping[int, int]) -> View:
        """The pads are on: for each channel the area of its smaller pad, in mm²; none may be below the plan's."""
        return self._desk.drive(acts.place(self._desk.live, pads_mm2, self._button_by))

    def titrate(self, channel: int, waveform: int | None = None) -> View:
        """Begin to find a level, from 0. `waveform`: an index into `plan.waveforms`; None: the next one not found."""
        return self._desk.drive(acts.titrate(self._desk.live, channel, waveform))

    def increase(self, channel: int, over_ua: int | None = None) -> int:
        """One step of the device up, and no more; the level then, in µA.

        While a level is found it returns when the device has confirmed it; in a treatment it is heard in Hold only.
        `over_ua`: the mark (last level, target) that is confirmed to be passed, in µA.
        """
        return self._desk.drive(acts.increase(self._desk.live, channel, over_ua))

    def decrease(self, channel: int) -> int:
        """One step down, at once; the level then, in µA."""
        return self._desk.drive(acts.decrease(self._desk.live, channel))

    def accept(self, over_ua: int | None = None) -> int:
        """The person accepts what is felt now: the confirmed level in µA. The output goes back to 0."""
        return self._desk.drive(acts.accept(self._desk.live, over_ua))

    def felt(self, channel: int, *, there: bool = True) -> View:
        """Where it was felt. Not `there`: the pads come first again, and every level is void."""
        return self._desk.drive(acts.felt(self._desk.live, channel, there=there))

    def start(self) -> View:
        """Begin the treatment, from 0. Refused while anything is `missing`."""
        return self._desk.drive(acts.start(self._desk.live))

    def wait(self, time_ms: int) -> View:
        """Let time pass, in ms of the session; back early when the plan is over. Halted if the output ends before."""
        return self._desk.drive(acts.wait(self._desk.live, time_ms))

    def wait_for(self, condition: Callable[[View], bool], within_ms: int) -> bool:
        """Let time pass until the condition holds; False if it does not within `within_ms`. Halted as in `wait`."""
        return self._desk.drive(acts.wait_for(self._desk.live, condition, within_ms))

    def pause(self, *, wish: bool = False) -> View:
        """Output to 0; the contraction is repeated after `resume`. `wish`: the patient wanted it."""
        return self._desk.drive(acts.pause(self._desk.live, wish=wish))

    def resume(self) -> View:
        """Go on after a pause, climbing from 0 over at least 5 s."""
        return self._desk.drive(acts.resume(self._desk.live))

    def end(self) -> View:
        """End the treatment before its time."""
        return self._desk.drive(acts.end(self._desk.live))

    def mark(self, kind: str, text: str = "") -> View:
        """Something for the record: `pain`, `note`."""
        return self._desk.drive(acts.mark(self._desk.live, kind, text))

    def cramp(self) -> View:
        """The muscle cramps: in a running test it is the result and ends it, elsewhere a mark."""
        return self._desk.drive(acts.cramp(self._desk.live))

    def measure(self, what: e.What, channel: int, value: int | None = None) -> View:
        """Something was measured, in the unit of `what`; None: the amplitude of now."""
        return self._desk.drive(acts.measure(self._desk.live, what, channel, value))

    def observe(self, finding: e.Finding, value: int | None, text: str = "", of: str = "") -> View:
        """A finding on the patient. Without a value: not done, and `text` says why."""
        return self._desk.drive(acts.observe(self._desk.live, e.Observed(finding, value, text, of)))

    def sign(self, reason: str = "") -> View:
        """Who attended signs; `reason`: why outcomes of the card are left open. The session is over."""
        return self._desk.drive(acts.sign(self._desk.live, self._attended_by, reason))

    def leave_unsigned(self, reason: str) -> View:
        """The session is over without a signature."""
        return self._desk.drive(acts.leave_unsigned(self._desk.live, reason))
