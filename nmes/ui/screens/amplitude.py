"""What the two screens share on which current can flow: the asymmetry of up and down.

Down is immediate and never locked. Up is one step per press, locked after 4 s, and carries the epoch of its key press,
so that a press from before a STOP does nothing after it. Neither screen holds a text field, a wheel, a drag or a number
entry. All keys are priority bindings: they act while the input is being handled, when its epoch is known.
"""

from __future__ import annotations

from typing import ClassVar, Final

from textual.binding import Binding, BindingType

from nmes.core.care import speaks_of
from nmes.core.events import Cramp, Decrease, End, Increase
from nmes.core.protocol import Protocol
from nmes.core.view import ChannelView, View, Word
from nmes.ui.plus_key import PlusKey, Press
from nmes.ui.screens.base import StepScreen
from nmes.ui.screens.windows import Ask
from nmes.ui.widgets.cramp import ASK, CrampBar, instruction

_TRAINS: Final = frozenset({Word.RAMP_UP, Word.ON, Word.RAMP_DOWN, Word.REST, Word.RESUMING})
"""Where the trains of a test run: only there a cramp is its result."""


class AmplitudeScreen(StepScreen):
    """Keys for up, down, unlock, end and Space = STOP. `channel` is the one that the keys move."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "app.stop_all('key')", "STOP", priority=True, id="stop.space", show=False),
        Binding("plus,equals_sign", "increase", "up", priority=True, id="increase", key_display="+"),
        Binding("minus,underscore", "decrease", "down", priority=True, id="decrease", key_display="-"),
        Binding("u", "unlock", "unlock", priority=True, id="unlock"),
        Binding("e", "end", "end", priority=True, id="end"),
        Binding("c", "cramp", "CRAMP", priority=True, id="cramp"),
        Binding("c", "halt_cramp", "cramp: to 0", priority=True, id="cramp.halt"),
        Binding("c", "note_cramp", "note cramp", priority=True, id="cramp.note"),
        Binding("enter", "enter", "close", priority=True, show=False, id="cramp.close"),
    ]

    def __init__(self, protocol: Protocol) -> None:
        super().__init__(protocol.title)
        self._protocol = protocol
        self.plus = PlusKey()
        self.channel = 1
        self.told_of_cramp = False
        """Whether the instruction for a cramp stands on the screen."""

    def channel_view(self, view: View) -> ChannelView:
        """The channel the keys move."""
        return next((found for found in view.channels if found.channel == self.channel), view.channels[0])

    def plus_words(self, view: View) -> str:
        """The lock, in words."""
        step = f"{view.plan.capabilities.amplitude_step_ua / 1000:.1f} mA"
        return f"+ is one step, {step}" if self.plus.is_open(self.host.hand_ms(view)) else "+ LOCKED (u unlocks)"

    def show_cramp(self, view: View) -> None:
        """The CRAMP bar as it should be now. The advice stays through a pause and a STOP: then it is followed."""
        bar = self.query_one(CrampBar)
        if self.told_of_cramp:
            bar.show(instruction(), told=True)
        else:
            bar.show(ASK if _cramp_key(view) == "cramp" else "")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's
        """Keys that would not be heard now are not offered; down is always there."""
        view = self.host.latest
        if view is None:
            return True
        if action in {"increase", "unlock"}:
            return "increase" in view.may
        if action in {"cramp", "halt_cramp", "note_cramp"}:
            return _cramp_key(view) == action
        return "end" in view.may if action == "end" else True

    def action_increase(self) -> None:
        view = self.host.latest
        if view is None:
            return None
        if self.small:
            return self.say("small")
        self.plus, press = self.plus.pressed(self.host.hand_ms(view))
        match press:
            case Press.STEP:
                self.send(Increase(self.channel, self.host.input_epoch))
            case Press.LOCKED:
                self.say("locked")
            case Press.HELD:
                self.say("held")
        return None

    def action_decrease(self) -> None:
        view = self.host.latest
        if view is not None:
            self.plus = self.plus.changed(self.host.hand_ms(view))
            self.send(Decrease(self.channel))

    def action_unlock(self) -> None:
        view = self.host.latest
        if view is not None:
            self.plus = self.plus.changed(self.host.hand_ms(view))
            self.show(view)

    def action_cramp(self) -> None:
        """In a test of the cramp threshold: it stops at once, and is the result."""
        self.send(Cramp("key"))

    def action_halt_cramp(self) -> None:
        """In such a test while none of its trains runs: it stops too, and measures nothing."""
        self.send(Cramp("key"))

    def action_note_cramp(self) -> None:
        """Anywhere else it is noted, and the screen says what to do where that is about the muscles treated here."""
        view = self.host.latest
        if view is not None:
            self.told_of_cramp = speaks_of(self._protocol.purpose, self._protocol.body_regions)
            self.send(Cramp("key"))
            self.show_cramp(view)

    def action_enter(self) -> None:
        self.close_cramp()

    def close_cramp(self) -> bool:
        """The advice goes; whether there was any."""
        view, there = self.host.latest, self.told_of_cramp
        if view is not None and there:
            self.told_of_cramp = False
            self.show_cramp(view)
        return there

    def action_end(self) -> None:
        """The question takes Enter for itself, so the advice that Enter closes does not stand under it."""
        self.close_cramp()
        ask = Ask("End this session? The output goes to 0 and the record is closed.", "end it", "go on")
        self.app.push_screen(ask, lambda yes: self.send(End()) if yes else None)


def _cramp_key(view: View) -> str:
    """The action of the c key now."""
    if "cramp" not in view.may:
        return "note_cramp"
    return "cramp" if view.word in _TRAINS else "halt_cramp"
