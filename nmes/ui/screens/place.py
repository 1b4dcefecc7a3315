"""Step 4: electrodes. Every pad's size is confirmed, and the side read back off the patient, before anything can flow.
Of a stimulator without a dead-man, somebody says by name to have its emergency button.

Beside the list stands the body map of the channel in hand; its first pad, `1a`, is the one that the polarity speaks of.
What is confirmed too small, or read back of the wrong side, is sent all the same: the session refuses and records it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Static

from nmes.core.attended import PatientStop
from nmes.core.events import ButtonConfirmed, Finding, Observed, Placed, Read, ReadBack
from nmes.core.protocol import Protocol
from nmes.core.screening import tells
from nmes.core.view import View
from nmes.language import _
from nmes.runtime.missing_words import missing_words
from nmes.ui import placing_words as w
from nmes.ui.findings import MOST_PAIN
from nmes.ui.flow import Stage
from nmes.ui.read_words import is_dealt_with
from nmes.ui.screens.base import WIDE, StepScreen
from nmes.ui.widgets.body_map import BodyMap
from nmes.ui.widgets.field import Field
from nmes.ui.widgets.pad_list import PadList

_LACKS = {
    "read:side": ("side_missing", w.SIDE),
    "button": ("refused:button_missing", w.BUTTON),
    "patient_stop": ("patient_stop_missing", w.PATIENT),
}


class PlaceScreen(StepScreen):
    """A row per channel, then the side, the patient's own stop and the pain before, as far as the session has them."""

    STAGE = Stage.PLACE
    CSS_PATH = "place.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "go_on", _("go on"), id="continue", priority=True),
        Binding("f4", "no_side", _("no side"), id="place.no_side", priority=True),
    ]

    def __init__(self, protocol: Protocol, owned_mm2: Sequence[int] = ()) -> None:
        """`owned_mm2`: the sizes of pads that the clinic has; none: usual ones are offered."""
        super().__init__(protocol.title)
        self._protocol, self._pads, self._owned_mm2 = protocol, w.Pads(), owned_mm2
        self._digit, self._read = "", False
        self._offered = False
        """Whether the key that leaves the side out is offered."""
        self._clicked = 0
        """The channel whose size a click gave last: there, and only there, another click gives the next one."""

    def body(self) -> ComposeResult:
        yield Static("", id="keys", markup=False)
        yield Static(w.position_words(self._protocol), id="position", markup=False)
        with Horizontal(id="pads"):
            yield PadList(self._protocol)
            yield BodyMap("", markup=False)
        yield Static("", id="floor", markup=False)
        yield Field("why", _("why the side cannot be read back"))
        yield Field("button", _("who has the emergency button, tested"))

    def begin(self) -> None:
        self._list.highlighted = 0
        self._list.focus()
        self._shows()

    def paint(self, view: View) -> None:
        self.query_one("#floor", Static).update(w.contact_words(view))
        if view.button_by and self.has_class("-button"):
            self._close_button()
            self._list.choose_after(w.BUTTON)
        done = is_dealt_with(view, Read.SIDE)
        if done and not self._read:
            self.remove_class("-why")
            self._list.choose_after(w.SIDE)
        self._read = done
        if self._may_leave_side != self._offered:
            self._offered = self._may_leave_side
            self.refresh_bindings()
        self._shows()

    def lacks(self, view: View) -> tuple[str, ...]:
        """The sizes are sent all at once: here it is known which are confirmed already."""
        small = any(self._small_pad(channel) for channel, _mm2 in self._pads.sizes)
        done = {"pads"} if self._unconfirmed is None and not small else set()
        return missing_words(code for code in view.missing if code not in done)

    def lay_out(self) -> None:
        self.call_after_refresh(self._shows)

    def on_option_list_option_highlighted(self) -> None:
        if self._there:
            self._clicked = self._clicked if self._list.row == str(self._clicked) else 0
            self._shows()
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "no_side":
                return self._may_leave_side
            case "side":
                return not self._there or self._list.row != w.PAIN
            case "next_size":
                return not self._there or self._list.row.isdecimal()
            case "next_pain":
                return self._there and self._list.row == w.PAIN
            case _:
                return super().check_action(action, parameters)

    @property
    def _may_leave_side(self) -> bool:
        """Whether a reason may stand instead of the read-back."""
        view = self.host.latest
        return view is not None and "read:side" in view.missing and Read.SIDE not in view.contradicted

    @property
    def _list(self) -> PadList:
        return self.query_one(PadList)

    # --- confirming ---

    def on_key(self, event: events.Key) -> None:
        """Which digit it was, before the binding of all digits acts on it."""
        if event.character and event.character.isdecimal():
            self._digit = event.character
        if self._list.row == w.PAIN and self._list.has_focus and event.character in w.SIDE_KEYS:
            self.say("side_row_first")  # the keys are not offered there

    def action_number(self) -> None:
        """A digit: the size of the pads in hand, or the pain before."""
        number = int(self._digit)
        if self._list.row == w.PAIN:
            return self.action_pain(number)
        if not self._list.row.isdecimal():
            return self.say("no_such_answer")
        if self._is_confirmed(self._list.channel):
            return self.say("size_there", channel=self._list.channel)
        if not 1 <= number <= len(self._sizes(self._list.channel)):
            return self.say("no_such_size", number=number)
        self._clicked = 0
        self._confirm(number)
        if not self._small_pad(self._list.channel):
            self._next()
        return None

    def action_next_size(self) -> None:
        """For the mouse: a click takes the size that is needed, each further one the next."""
        if not self._list.row.isdecimal():
            return self.say("no_such_answer")
        channel = self._list.channel
        if self._clicked != channel and self._is_confirmed(channel):
            return self.say("size_there", channel=channel)
        self._clicked = channel
        return self._confirm(w.next_size(self._sizes(channel), self._needed, self._pads.size_mm2(channel)))

    def _confirm(self, number: int) -> None:
        self.unsay()
        self._pads = self._pads.on(self._list.channel, self._sizes(self._list.channel)[number - 1])
        self._shows()

    def on_option_list_option_selected(self) -> None:
        """Enter takes a confirmation back, because pads are moved; it confirms nothing, least of all by habit.

        In the row of the emergency button it opens the field for a name, or closes it.
        """
        if self._list.row == w.BUTTON:
            return self._close_button() if self.has_class("-button") else self._open_button()
        self._pads = self._pads.off(self._list.channel) if self._list.row.isdecimal() else self._pads
        return self._shows()

    def _open_button(self) -> None:
        self.remove_class("-why")
        self.add_class("-button")
        self.query_one("#button", Input).focus()

    def _close_button(self) -> None:
        self.remove_class("-button")
        self._list.focus()

    def action_side(self, key: str) -> None:
        if self._list.row != w.SIDE:
            return self.say("side_row_first")
        self._pads = w.Pads(self._pads.sizes, w.SIDE_KEYS[key])
        self.send(ReadBack(Read.SIDE, said=w.SIDE_KEYS[key]))
        return self._shows()

    def action_pain(self, value: int) -> None:
        if self._list.row == w.PAIN:
            self.send(Observed(Finding.NRS, value))

    def action_next_pain(self) -> None:
        """For the mouse: a click is 0, each further one the next number."""
        view = self.host.latest
        observed = view.observed if view is not None else ()
        now = next((one.value for one in reversed(observed) if one.finding is Finding.NRS), None)
        self.action_pain(0 if now is None else (now + 1) % (MOST_PAIN + 1))

    def action_no_side(self) -> None:
        """To why the side cannot be read back, and away from it."""
        self.remove_class("-button")
        self.toggle_class("-why")
        (self.query_one("#why", Input) if self.has_class("-why") else self._list).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.input.id == "button":
            if not tells(event.value):
                return self.say("refused:button_unnamed")
            return self.send(ButtonConfirmed(event.value.strip()))
        if not tells(event.value):
            return self.say("no_reason", text=event.value.strip())
        self.send(ReadBack(Read.SIDE, reason=event.value.strip()))
        self._list.focus()
        return None

    # --- going on ---

    def action_go_on(self) -> None:
        """What is not confirmed is gone to; all else, a pad that is too small too, the session judges."""
        if (missing := self._unconfirmed) is not None:
            self._list.choose(str(missing))
            return self.say("confirm_each")
        view = self.host.latest
        for code in view.missing if view is not None else ():
            if code in _LACKS:
                said, row = _LACKS[code]
                said = "side_again" if said == "side_missing" and not self._may_leave_side else said
                self._list.choose(row)
                return self.say(said)
        if (
            small := next((channel for channel, _mm2 in self._pads.sizes if self._small_pad(channel)), None)
        ) is not None:
            self._list.choose(str(small))
        return self.send(Placed(self._pads.sizes))

    @property
    def _unconfirmed(self) -> int | None:
        channels = range(1, len(self._protocol.channels) + 1)
        return next((channel for channel in channels if self._pads.size_mm2(channel) is None), None)

    def _next(self) -> None:
        """To the next row that is not confirmed."""
        missing = self._unconfirmed
        self._list.choose(w.SIDE if missing is None else str(missing))

    def _is_confirmed(self, channel: int) -> bool:
        """A size that counts is there: it changes only after Enter has opened the row. One too small may change."""
        return self._pads.size_mm2(channel) is not None and not self._small_pad(channel)

    def _small_pad(self, channel: int) -> bool:
        return (self._pads.size_mm2(channel) or 0) < self._protocol.channels[channel - 1].pad_mm2

    def _sizes(self, channel: int) -> tuple[int, ...]:
        return w.sizes_for(self._protocol.channels[channel - 1].pad_mm2, self._owned_mm2)

    # --- showing ---

    def _shows(self) -> None:
        if not self._there:
            return
        view = self.host.latest
        if view is not None:
            self._list.show(view, self._pads, roomy=self.size.width >= WIDE)
        self.query_one(BodyMap).show(w.only(self._protocol, self._list.channel - 1))
        self.query_one("#keys", Static).update(f"▸ {self._hint()}")

    def _hint(self) -> str:
        row, channel, view = self._list.row, self._list.channel, self.host.latest
        if row == w.SIDE and not self._may_leave_side:
            return w.SIDE_SAID
        if row == w.PATIENT and view is not None and view.patient_stop is PatientStop.TESTED:
            return w.STOP_HEARD
        if row == w.BUTTON and view is not None and view.button_by:
            return w.BUTTON_HELD
        if row in w.HINTS:
            return w.HINTS[row]
        if self._is_confirmed(channel) and self._clicked != channel:
            return w.size_there(channel, self._pads.size_mm2(channel) or 0)
        return w.size_keys(self._needed, self._sizes(channel))

    @property
    def _needed(self) -> int:
        """What the pads in hand must have at least."""
        return self._protocol.channels[self._list.channel - 1].pad_mm2
