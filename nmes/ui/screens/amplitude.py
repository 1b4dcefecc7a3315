"""What the two screens share on which current can flow: the asymmetry of up and down.

Down is immediate and never locked. Up is one step per press, locked after 4 s, and carries the epoch of its key press,
so that a press from before a STOP does nothing after it; past the last session's level or the target it needs Enter.
Neither screen holds a text field, a wheel, a drag or a number entry. All keys are priority bindings: they act while the
input is being handled, when its epoch is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Event, Key
from textual.widget import Widget

from nmes.core.care import speaks_of
from nmes.core.events import Accept, Cramp, Decrease, End, Increase, Mark, Operator
from nmes.core.protocol import Protocol
from nmes.core.view import RUNNING, ChannelView, View, Word
from nmes.language import _
from nmes.ui.asked_cramp import AskedCramp
from nmes.ui.crossing import Crossing, question_words
from nmes.ui.links import Links
from nmes.ui.numbers import ma
from nmes.ui.plus_key import PlusKey, Press
from nmes.ui.screens.base import WIDE, StepScreen
from nmes.ui.screens.windows import Ask
from nmes.ui.widgets.cramp import ASK, ASK_IN_REST, CrampBar, Kind, bar_rows, instruction

_END: Final = _("End this session? The output goes to 0 and the record is closed.")
_END_ATTENDED: Final = _("End this session? The output goes to 0. What is found after it and the signature follow.")


ASKED_MS: Final = 1_000
"""So long after a question is gone, Enter may have been meant for it: a hand is slower than the screen [design]."""


class Stack(Vertical):
    """The body of such a screen; when it gets other rows or columns, they are shared out anew."""

    DEFAULT_CSS = "Stack { height: 1fr; width: 1fr; }"

    def on_resize(self) -> None:
        """Roomy by its own columns: the bench may stand beside it in a wide window."""
        self.set_class(self.size.width >= WIDE, "-roomy")
        screen = self.screen
        if isinstance(screen, AmplitudeScreen):
            screen.repaint()


class AmplitudeScreen(StepScreen):
    """Keys for up, down, unlock, end and Space = STOP. `channel` is the one that the keys move.

    + and - stand as buttons beside the number they change, so the row of keys has room for what is told nowhere else.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "app.stop_all('key')", _("STOP"), priority=True, id="stop.space", show=False),
        Binding("plus,equals_sign,add", "increase", _("up"), priority=True, id="increase", key_display="+", show=False),
        Binding(
            "minus,underscore,subtract",
            "decrease",
            _("down"),
            priority=True,
            id="decrease",
            key_display="-",
            show=False,
        ),
        Binding("u", "unlock", _("unlock +"), priority=True, id="unlock", show=False),
        Binding("e", "end", _("end"), priority=True, id="end"),
        Binding("c", "note_cramp", _("cramp"), priority=True, id="cramp.note"),
        Binding("c", "cramp", _("CRAMP: result"), priority=True, id="cramp"),
        Binding("c", "halt_cramp", _("cramp: to 0"), priority=True, id="cramp.halt"),
        Binding("enter", "enter", _("close"), priority=True, show=False, id="cramp.close"),
    ]

    def __init__(self, protocol: Protocol) -> None:
        super().__init__(protocol.title)
        self._protocol = protocol
        self.plus = PlusKey()
        self.crossing = Crossing()
        self.links = Links()
        self.channel = 1
        self._asked_ms = -ASKED_MS
        """When a question, or advice that Enter closes, stood there last, on the clock of the hand."""
        self.asked_cramp: AskedCramp | None = None
        """The question of a rest, whether its train made the muscle cramp."""
        self.told_of_cramp = False
        """Whether the instruction for a cramp stands on the screen."""

    def repaint(self) -> None:
        """The present View once more, in other rows and columns."""
        view = self.host.latest
        if view is not None and self._there:
            self.paint(view)

    def channel_view(self, view: View) -> ChannelView:
        """The channel the keys move."""
        return next((found for found in view.channels if found.channel == self.channel), view.channels[0])

    def plus_words(self, view: View) -> str:
        """The lock, in words."""
        if not self.plus.is_open(self.host.hand_ms(view)):
            return _("+ LOCKED (u unlocks)")
        return _("+ is one step, {step} mA").format(step=ma(view.plan.capabilities.amplitude_step_ua))

    # --- the bar ---

    @property
    def asked_just_now(self) -> bool:
        """Whether an Enter may still have been meant for what stood there."""
        return self.host.input_ms - self._asked_ms < ASKED_MS

    def asks(self, view: View) -> str:  # noqa: ARG002 - for screens that ask something of their own
        """A question of the screen's own; "" for none."""
        return ""

    def show_bar(self, view: View) -> int:
        """The bar as it should be now, and the rows it takes. Advice on a cramp stays through a pause and a STOP."""
        self.crossing = self.crossing.shown(view, self.host.hand_ms(view))
        if self.crossing.stuck:
            self.crossing = self.crossing.dropped()
            self.say("linked_marks")
        kind, text = self._said_by_bar(view)
        if kind in {Kind.QUESTION, Kind.TOLD}:
            self._asked_ms = self.host.hand_now()
        self.query_one(CrampBar).show(kind, text)
        if self.crossing.question is not None:
            self.call_after_refresh(self._painted)
        return bar_rows(kind, text)

    def _painted(self) -> None:
        self.crossing = self.crossing.painted(self.host.hand_now())

    def _said_by_bar(self, view: View) -> tuple[Kind, str]:
        if question := self.crossing.question:
            slot = next((channel.slot for channel in view.channels if channel.channel == question.channel), None)
            last_utc = next((found.last_utc for found in view.slots if found.slot == slot), "")
            return Kind.QUESTION, question_words(question, last_utc)
        self._look_at_cramp(view)
        if self.asked_cramp is not None:
            return Kind.QUESTION, self.asked_cramp.words()
        if self.told_of_cramp:
            return Kind.TOLD, instruction()
        if _cramp_key(view) == "cramp":
            return Kind.CRAMP, ASK_IN_REST if view.word is Word.REST else ASK
        asked = self.asks(view)
        return (Kind.QUESTION, asked) if asked else (Kind.NOTHING, "")

    # --- keys ---

    @contextmanager
    def hearing(self, event: Event) -> Iterator[None]:
        """Every key but Enter is a no to the question that stood there, or was on its way, when it was pressed.

        One that nothing is bound to as well. What the key does is done first, so that a new step may ask anew.
        """
        asked = self.crossing.asked
        yield
        other = isinstance(event, Key) and event.key != "enter"
        if other and asked is not None and self.crossing.asked is asked:
            self.crossing = self.crossing.dropped()
            self.repaint()

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

    def send(self, event: Operator) -> None:
        """Whatever is sent, a question that stood there is answered by it with no."""
        self.crossing, self.asked_cramp = self.crossing.dropped(), None
        super().send(event)

    def action_increase(self) -> None:
        view = self.host.latest
        if view is None:
            return None
        if self.small:
            return self.say("small")
        self.plus, press = self.plus.pressed(self.host.hand_ms(view), self.host.input_ms)
        match press:
            case Press.STEP:
                self.ask_over(Increase(self.channel, self.host.input_epoch, linked=self.links.others(self.channel)))
            case Press.LOCKED:
                self.say("locked")
            case Press.HELD:
                self.send(Mark("plus_held"))
                self.say("held")
            case Press.STILL_HELD:
                self.say("held")
        return None

    def ask_over(self, step: Increase | Accept) -> None:
        """Sent; where it would pass a mark, the session refuses it, and that asks."""
        self.crossing = self.crossing.sent(step)
        super().send(step)

    def action_decrease(self) -> None:
        """All that are linked go down, at once."""
        view = self.host.latest
        if view is not None:
            self.plus = self.plus.changed(self.host.hand_ms(view))
            for channel in (self.channel, *self.links.others(self.channel)):
                self.send(Decrease(channel))

    def action_unlock(self) -> None:
        view = self.host.latest
        if view is not None:
            self.crossing = self.crossing.dropped()
            self.plus = self.plus.changed(self.host.hand_ms(view))
            self.unsay()
            self.show(view)

    def action_cramp(self) -> None:
        """In a train of a test: it stops at once, and is the result. In a rest nothing flows, so it is asked first."""
        view = self.host.latest
        if view is None or view.word is not Word.REST or view.cramp_mhz is None:
            return self.send(Cramp("key"))
        if self.asked_cramp is None:
            self.asked_cramp = AskedCramp(view.cramp_mhz, view.epoch, self.host.hand_ms(view))
            self.repaint()
        return None

    def _look_at_cramp(self, view: View) -> None:
        """A question that was not answered in its rest is none any more: another train has begun, or none runs."""
        if self.asked_cramp is None or self.asked_cramp.holds(view):
            return
        self.asked_cramp = None
        if view.word in RUNNING:
            self.say("cramp_not_answered")

    def answer_cramp(self, *, yes: bool) -> bool:
        """The answer to that question; whether it stood there."""
        asked = self.asked_cramp
        if asked is None:
            return False
        if yes and not asked.could_be_read(self.host.input_ms):
            return True
        self.asked_cramp = None
        if yes:
            self.send(Cramp("key"))
        self.repaint()
        return True

    def action_halt_cramp(self) -> None:
        """In such a test while none of its trains runs: it stops too, and measures nothing."""
        self.send(Cramp("key"))

    def action_note_cramp(self) -> None:
        """Anywhere else it is noted, and the screen says what to do where that is about the muscles treated here."""
        self.told_of_cramp = speaks_of(self._protocol.purpose, self._protocol.body_regions)
        self.send(Cramp("key"))
        self.repaint()

    def action_enter(self) -> None:
        self.answer_enter()

    def answer_enter(self) -> bool:
        """Yes to the question that stands there, or closes the advice; whether Enter meant either."""
        view = self.host.latest
        if view is None or self.answer_cramp(yes=True):
            return view is not None
        if self.crossing.question is None:
            self.crossing = self.crossing.entered(self.host.input_ms, self.host.input_epoch)[0]
            return self.close_cramp()
        if self.small:
            self.say("small")
            return True
        self.crossing, step = self.crossing.entered(self.host.input_ms, self.host.input_epoch)
        if step is not None:
            self.plus = self.plus.changed(self.host.hand_ms(view))
            super().send(step)
        return True

    def close_cramp(self) -> bool:
        """The advice goes; whether there was any."""
        there, self.told_of_cramp = self.told_of_cramp, False
        if there:
            self.repaint()
        return there

    def action_end(self) -> None:
        """The question takes Enter for itself, so what Enter means here does not stand under it."""
        self.crossing = self.crossing.dropped()
        self.close_cramp()
        attended = self.host.latest is not None and self.host.latest.attended
        ask = Ask(_END_ATTENDED if attended else _END, _("end it"), _("go on"))
        self.app.push_screen(ask, lambda yes: self.send(End()) if yes else None)


def give_rows(widget: Widget, rows: int) -> None:
    """This many rows; with none it does not stand there."""
    widget.display = rows > 0
    if rows:
        widget.styles.height = rows


def _cramp_key(view: View) -> str:
    """The action of the c key now. In the rest after a resume no train is known to have made a cramp."""
    if "cramp" not in view.may:
        return "note_cramp"
    counts = view.word in RUNNING and (view.word is not Word.REST or view.cramp_mhz is not None)
    return "cramp" if counts else "halt_cramp"
