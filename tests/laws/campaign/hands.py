"""The person at the controls of a campaign: does what the script says, whether or not it is in its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from laws.campaign.passing import Passing
from laws.campaign.rig import WHO
from laws.campaign.script import Away, Find, Key, Minus, Plus, Prepare, Press, Say, Stop, Treat, Wait
from nmes.core import events as e
from nmes.core.attended import PatientStop
from nmes.core.plan import Slot
from nmes.core.view import View, Word

Deed = Press | Prepare | Find | Treat | Plus | Minus | Stop | Say | Wait | Away
READING_MS, KEY_MS = 5, 20
LATE_MS = 10
"""So long after the slew limit lets a step through a calm hand asks for it."""
FINE_UA = 500
"""The steps of a script are of this size; on a device with larger ones fewer lead to the same level."""


@dataclass(slots=True)
class Hands:
    """`do` one deed at the session that is open."""

    passing: Passing

    @property
    def view(self) -> View:
        return self.passing.bench.view

    def do(self, deed: Deed) -> None:
        match deed:
            case Press(key=key):
                self._press(_event(key, self.view), 200)
            case Prepare(slip=slip):
                self._prepare(slip)
            case Treat(steps=steps, slip=slip):
                self._treat(self._steps(steps), slip)
            case Find(slot=slot, steps=steps, confirms=confirms, accepts=accepts):
                wanted = self.view.slots[slot % len(self.view.slots)].slot
                self._find(wanted, self._steps(steps), confirms, accepts=accepts)
            case Plus():
                self._plus(deed)
            case Minus(channel=channel, presses=presses):
                for _ in range(presses):
                    self._press(e.Decrease(channel), 30)
            case Stop(source=source, queued=queued):
                self._stop(source, queued)
            case Say():
                self._press(_said(deed), KEY_MS)
            case Wait(time_ms=time_ms):
                self.passing.go(time_ms)
            case Away(time_ms=time_ms):
                self.passing.go(time_ms, touched=False)
            case _:
                assert_never(deed)

    def _steps(self, fine: int) -> int:
        return -(-fine * FINE_UA // self.passing.judge.step_ua)

    @property
    def _step_ms(self) -> int:
        return self.passing.judge.increase_ms + LATE_MS

    def _press(self, event: e.Event, then_ms: int) -> None:
        self.passing.bench.press(event)
        self.passing.go(then_ms)

    def _prepare(self, slip: str) -> None:
        codes = self.passing.bench.controller.session.codes
        self._press(e.Screened(tuple(e.Answer(code, e.Reply.NO) for code in codes), "Ada"), KEY_MS)
        if "button" in self.view.missing and slip != "stop":
            self._press(e.ButtonConfirmed("Ada"), READING_MS)
        pads = tuple((one.channel, one.pad_mm2) for one in self.view.plan.channels)
        if self.view.attended:
            if slip != "code":
                self._press(e.ReadBack(e.Read.CODE, WHO.code), READING_MS)
            self._press(e.ReadBack(e.Read.SIDE, "right" if slip == "side" else WHO.side), READING_MS)
            if self.view.patient_stop not in {PatientStop.NONE, PatientStop.TESTED} and slip != "stop":
                self._stop(e.PATIENT, 0)
        self._press(e.Placed(pads[slip == "pads" :]), KEY_MS)

    def _treat(self, steps: int, slip: str) -> None:
        self._prepare(slip)
        if slip == "lost":
            self._stop(e.PATIENT_LOST, 0)
        for slot in self.view.slots:
            if slot.level_ua is None:
                self._find(slot.slot, steps, "right", accepts=True)
        if self.view.attended and slip != "felt":
            for channel in self.view.channels:
                self._press(e.FeltAt(channel.channel, there=True), READING_MS)
        self._press(e.Start(self.view.epoch), 200)

    def _find(self, slot: Slot, steps: int, confirms: str, *, accepts: bool) -> None:
        self._press(e.Titrate(slot.channel, slot.waveform, self.view.epoch), 300)
        if self.view.word is not Word.TITRATING:
            return
        for _ in range(steps):
            self._press(e.Increase(slot.channel, self.view.epoch), self._step_ms)
            self._confirm_mark(confirms)
        if accepts:
            self.passing.go(self.view.plan.course(slot).cycle_ms)
            self._press(e.Accept(self.view.epoch), 200)

    def _confirm_mark(self, confirms: str) -> None:
        """A person confirms the mark that was just asked about, or one that is none."""
        note = self.view.note
        if confirms and note is not None and note.code == "refused:mark":
            said = dict(note.values)
            over_ua = int(said["mark_ua"]) if confirms == "right" else 500
            self._press(e.Increase(int(said["channel"]), self.view.epoch, over_ua), self._step_ms)

    def _plus(self, plus: Plus) -> None:
        others = tuple(one.channel for one in self.view.channels if one.channel != plus.channel)
        for _ in range(plus.presses):
            epoch = self.view.epoch - plus.stale
            event = e.Increase(plus.channel, epoch, plus.over_ua, others if plus.linked else ())
            self.passing.bench.press(event)
            if plus.apart_ms:
                self.passing.go(plus.apart_ms)
        self.passing.go(30)

    def _stop(self, source: str, queued: int) -> None:
        for _ in range(queued):
            self.passing.bench.press(e.Increase(1, self.view.epoch))
        self.passing.stop(source)
        self.passing.go(500)


def _event(key: Key, view: View) -> e.Event:
    epoch = view.epoch
    match key:
        case Key.START:
            return e.Start(epoch)
        case Key.RESUME:
            return e.Resume(epoch)
        case Key.PAUSE:
            return e.Pause()
        case Key.WISH:
            return e.Pause(e.WISH)
        case Key.ACCEPT:
            return e.Accept(epoch)
        case Key.BACK:
            return e.Back()
        case Key.MARK:
            return e.Mark("cramp", "left")
        case Key.CRAMP:
            return e.Cramp("key")
        case Key.ACKNOWLEDGE:
            return e.Acknowledged("fault:electrode")
        case Key.SIGN:
            return e.Signed("Ada", "the next session measures them")
        case Key.END:
            return e.End()
        case Key.QUIT:
            return e.End("quit")
        case _:
            assert_never(key)


def _said(say: Say) -> e.Event:
    match say.what:
        case "code":
            return e.ReadBack(e.Read.CODE, say.text, "" if say.text else "is asleep")
        case "side":
            return e.ReadBack(e.Read.SIDE, say.text, "" if say.text else "is asleep")
        case "felt":
            return e.FeltAt(say.channel, there=bool(say.value))
        case "nrs":
            return e.Observed(e.Finding.NRS, say.value, "asleep", say.text)
        case "pads":
            return e.Placed(tuple((channel, say.value or 0) for channel in range(1, say.channel + 1)))
        case _:
            return e.Measure(e.What.MAX_TOLERATED, say.channel, say.value)
