"""The asynchronous door: the same acts, awaited; between two looks other tasks run.

Opening and leaving are not awaited: no other task runs until the line is open, and none before it is silent and the
record closed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nmes.api import acts
from nmes.api.front import Front
from nmes.core import events as e
from nmes.core.view import View


class AsyncStimulator(Front):
    """An open session, in the block of an `async with`. All acts are those of a person at the controls.

    Every act may raise `Refused` (not done, and why), and `Halted` if the output has ended by itself. While an act or a
    `wait` runs the script counts as looking; 1.5 s without either, while current may flow, pause the output.
    """

    async def identified(self) -> View:
        """Wait until the device has said who it is; the block begins with it."""
        return await self._desk.drive_async(acts.opened(self._desk.live))

    async def screen(self, answers: Mapping[str, e.Answer]) -> View:
        """Hand in the whole checklist; `questions` tells its codes."""
        return await self._desk.drive_async(acts.screen(self._desk.live, answers, self._attended_by))

    async def read_back(self, what: e.Read, said: str, reason: str = "") -> View:
        """What was read off the patient: the code, or the side the pads are on. Nothing said needs a `reason`."""
        return await self._desk.drive_async(acts.read_back(self._desk.live, what, said, reason))

    async def place(self, pads_mm2: Mapping[int, int]) -> View:
        """The pads are on: for each channel the area of its smaller pad, in mm²; none may be below the plan's."""
        return await self._desk.drive_async(acts.place(self._desk.live, pads_mm2, self._button_by))

    async def titrate(self, channel: int, waveform: int | None = None) -> View:
        """Begin to find a level, from 0. `waveform`: an index into `plan.waveforms`; None: the next one not found."""
        return await self._desk.drive_async(acts.titrate(self._desk.live, channel, waveform))

    async def increase(self, channel: int, over_ua: int | None = None) -> int:
        """One step of the device up, and no more; the level then, in µA.

        While a level is found it returns when the device has confirmed it; in a treatment it is heard in Hold only.
        `over_ua`: the mark (last level, target) that is confirmed to be passed, in µA.
        """
        return await self._desk.drive_async(acts.increase(self._desk.live, channel, over_ua))

    async def decrease(self, channel: int) -> int:
        """One step down, at once; the level then, in µA."""
        return await self._desk.drive_async(acts.decrease(self._desk.live, channel))

    async def accept(self, over_ua: int | None = None) -> int:
        """The person accepts what is felt now: the confirmed level in µA. The output goes back to 0."""
        return await self._desk.drive_async(acts.accept(self._desk.live, over_ua))

    async def felt(self, channel: int, *, there: bool = True) -> View:
        """Where it was felt. Not `there`: the pads come first again, and every level is void."""
        return await self._desk.drive_async(acts.felt(self._desk.live, channel, there=there))

    async def start(self) -> View:
        """Begin the treatment, from 0. Refused while anything is `missing`."""
        return await self._desk.drive_async(acts.start(self._desk.live))

    async def wait(self, time_ms: int) -> View:
        """Let time pass, in ms of the session; back early when the plan is over. Halted if the output ends before."""
        return await self._desk.drive_async(acts.wait(self._desk.live, time_ms))

    async def wait_for(self, condition: Callable[[View], bool], within_ms: int) -> bool:
        """Let time pass until the condition holds; False if it does not within `within_ms`. Halted as in `wait`."""
        return await self._desk.drive_async(acts.wait_for(self._desk.live, condition, within_ms))

    async def pause(self, *, wish: bool = False) -> View:
        """Output to 0; the contraction is repeated after `resume`. `wish`: the patient wanted it."""
        return await self._desk.drive_async(acts.pause(self._desk.live, wish=wish))

    async def resume(self) -> View:
        """Go on after a pause, climbing from 0 over at least 5 s."""
        return await self._desk.drive_async(acts.resume(self._desk.live))

    async def end(self) -> View:
        """End the treatment before its time."""
        return await self._desk.drive_async(acts.end(self._desk.live))

    async def mark(self, kind: str, text: str = "") -> View:
        """Something for the record: `pain`, `note`."""
        return await self._desk.drive_async(acts.mark(self._desk.live, kind, text))

    async def cramp(self) -> View:
        """The muscle cramps: in a running test it is the result and ends it, elsewhere a mark."""
        return await self._desk.drive_async(acts.cramp(self._desk.live))

    async def measure(self, what: e.What, channel: int, value: int | None = None) -> View:
        """Something was measured, in the unit of `what`; None: the amplitude of now."""
        return await self._desk.drive_async(acts.measure(self._desk.live, what, channel, value))

    async def observe(self, finding: e.Finding, value: int | None, text: str = "", of: str = "") -> View:
        """A finding on the patient. Without a value: not done, and `text` says why."""
        return await self._desk.drive_async(acts.observe(self._desk.live, e.Observed(finding, value, text, of)))

    async def sign(self, reason: str = "") -> View:
        """Who attended signs; `reason`: why outcomes of the card are left open. The session is over."""
        return await self._desk.drive_async(acts.sign(self._desk.live, self._attended_by, reason))

    async def leave_unsigned(self, reason: str) -> View:
        """The session is over without a signature."""
        return await self._desk.drive_async(acts.leave_unsigned(self._desk.live, reason))
