"""A scripted therapist: looks at the View, does the next thing a careful person would do, and nothing else.

It asks the patient after each step and stays below pain; what "enough" means is the protocol's intensity target.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from nmes.core import events as e
from nmes.core.plan import Slot
from nmes.core.view import View, Word
from nmes.record.catches import SCRIPT

Enough = Callable[[Slot, View], bool]
"""Whether the patient wants no more on this slot."""


@dataclass(slots=True)
class Therapist:
    """`act` gives the next event, or None to wait. Pauses once at each plan time of `pauses_ms`, for `pause_ms`."""

    answers: tuple[e.Answer, ...]
    enough: Enough
    name: str = SCRIPT
    pauses_ms: tuple[int, ...] = ()
    pause_ms: int = 10_000
    _paused_at_ms: int | None = field(default=None)

    def act(self, view: View) -> e.Event | None:
        match view.word:
            case Word.SCREENING:
                return e.Screened(self.answers, self.name)
            case Word.PLACING | Word.READY if "button" in view.missing:
                return e.ButtonConfirmed(self.name)
            case Word.PLACING:
                return e.Placed()
            case Word.READY:
                return self._ready(view)
            case Word.TITRATING:
                return self._titrating(view)
            case Word.PAUSED:
                return self._paused(view)
            case Word.RAMP_UP | Word.ON | Word.RAMP_DOWN | Word.REST:
                return self._running(view)
            case _:
                return None

    def _ready(self, view: View) -> e.Event | None:
        for slot in view.slots:
            if slot.level_ua is None:
                return e.Titrate(slot.slot.channel, slot.slot.waveform, view.epoch)
        return e.Start(view.epoch)

    def _titrating(self, view: View) -> e.Event | None:
        slot = view.live_slot
        if slot is None:
            return None
        channel = next(channel for channel in view.channels if channel.channel == slot.channel)
        if channel.confirmed_ua != channel.level_ua:
            return None
        step_ua = view.plan.capabilities.amplitude_step_ua
        if channel.level_ua + step_ua > channel.ceiling_ua or (channel.level_ua and self.enough(slot, view)):
            return e.Accept(view.epoch)
        return e.Increase(slot.channel, view.epoch)

    def _running(self, view: View) -> e.Event | None:
        if self.pauses_ms and view.plan_ms >= self.pauses_ms[0]:
            self.pauses_ms = self.pauses_ms[1:]
            return e.Pause()
        return None

    def _paused(self, view: View) -> e.Event | None:
        if self._paused_at_ms is None:
            self._paused_at_ms = view.now_ms
        if view.now_ms - self._paused_at_ms < self.pause_ms:
            return None
        self._paused_at_ms = None
        return e.Resume(view.epoch)
