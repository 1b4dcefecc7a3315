"""Step 4: find the level the patient accepts, one channel at a time, from 0."""

from __future__ import annotations

from textwrap import wrap
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from nmes.core.events import Accept, Measure, Pause, Start, Titrate, What
from nmes.core.protocol import Protocol
from nmes.core.view import Output, SlotView, View, Word
from nmes.runtime.measured_words import origin_sentence, pause_sentence
from nmes.ui.aim_words import aim_words
from nmes.ui.flow import Stage
from nmes.ui.numbers import age, ma, ma_or_unknown
from nmes.ui.pulse_doubts import level_words
from nmes.ui.screens.amplitude import AmplitudeScreen
from nmes.ui.screens.forces import Forces
from nmes.ui.widgets.channels import cut
from nmes.ui.widgets.cramp import CrampBar
from nmes.ui.widgets.questions import HERE
from nmes.ui.widgets.readout import Readout
from nmes.ui.widgets.state_line import StateLine
from nmes.ui.words import contact_words, target_words

_NARROW: Final = 42
"""Columns of the list of levels in the smallest window."""
_AROUND: Final = 16
"""Columns of a level's row that are not the muscle's name."""


class TitrateScreen(AmplitudeScreen):
    """The slots on the left, the live amplitude on the right."""

    STAGE = Stage.TITRATE
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "choose(-1)", "choose", priority=True, show=False),
        Binding("down", "choose(1)", "choose", priority=True, show=False),
        Binding("t", "titrate", "find level", priority=True, id="titrate"),
        Binding("a", "accept", "accept", priority=True, id="accept"),
        Binding("p", "leave", "to 0", priority=True, id="leave"),
        Binding("s", "start", "start", priority=True, id="start"),
        Binding("w", "measure('motor_threshold')", "twitch", priority=True, id="measure.motor"),
        Binding("x", "measure('max_tolerated')", "most", priority=True, id="measure.most"),
        Binding("f", "forces", "forces", priority=True, id="measure.forces"),
    ]

    def __init__(self, protocol: Protocol) -> None:
        super().__init__(protocol)
        self._chosen = 0

    def body(self) -> ComposeResult:
        yield StateLine()
        with Horizontal(id="titrate"):
            with Vertical(id="slots"):
                yield Static("Levels to find (up, down to choose)", classes="head", markup=False)
                yield Static("", id="slot-list", markup=False)
                yield Static("", id="origin", markup=False)
            with Vertical(id="live"):
                yield Readout("mA", id="amplitude")
                yield Static("", id="facts", markup=False)
        yield CrampBar(markup=False)
        yield Static(target_words(self._protocol), id="target", markup=False)

    def paint(self, view: View) -> None:
        if view.live_slot is not None:
            self._chosen = next(i for i, s in enumerate(view.slots) if s.slot == view.live_slot)
        self.channel = self._slot(view).slot.channel
        live = view.word is Word.TITRATING
        channel = self.channel_view(view)
        missing = sum(slot.level_ua is None for slot in view.slots)
        ready = "start" in view.may
        detail = f"channel {self.channel}" if live else "all levels set: s starts" if ready else f"{missing} to find"
        self.query_one(StateLine).show(view, detail)
        self.query_one("#slot-list", Static).update(
            "\n".join(self._slot_line(view, slot, i == self._chosen) for i, slot in enumerate(view.slots))
        )
        pauses = pause_sentence(view.plan, self._protocol.operator_absent_limit_ms)
        self.query_one("#origin", Static).update(origin_sentence(view.origin) if view.origin else pauses)
        self.show_cramp(view)
        known = view.output is not Output.UNKNOWN
        shown = ma(channel.level_ua if live else 0) if known else "--"
        self.query_one("#amplitude", Readout).show(f"Channel {self.channel}  {channel.muscle}", shown)
        self.query_one("#facts", Static).update(self._facts(view))

    def _facts(self, view: View) -> str:
        channel = self.channel_view(view)
        index = view.plan.slots.index(self._slot(view).slot)
        ceiling = view.plan.delivered[index].ceiling_ua
        start = "t begins from 0 mA" if "titrate" in view.may else ""
        lock = self.plus_words(view) if "increase" in view.may else start
        return "\n".join(
            (
                f"commanded  {ma(channel.commanded_ua)} mA",
                f"confirmed  {ma_or_unknown(channel.confirmed_ua)}, {age(view.age_ms)}",
                f"at most    {ma(ceiling)} mA",
                f"contact    {contact_words(view, channel.electrode)}",
                aim_words(view, self._slot(view), channel),
                lock,
            )
        )

    def _slot_line(self, view: View, slot: SlotView, chosen: bool) -> str:
        """The level, and below it its pulses; as wide as the list is."""
        width = max(_NARROW, self.query_one("#slot-list").size.width)
        level = "not set" if slot.level_ua is None else f"{ma(slot.level_ua)} mA"
        mark = HERE if chosen else " "
        done = "✓" if slot.level_ua is not None else " "
        room = width - _AROUND
        first = f"{mark} {slot.slot.channel} {cut(slot.muscle, room):<{room}} {done} {level:>8}"
        pulses = wrap(level_words(view.plan, self._protocol, slot.slot), width - 6)
        return "\n".join((first, *(f"     {row}" for row in pulses)))

    def _slot(self, view: View) -> SlotView:
        return view.slots[min(self._chosen, len(view.slots) - 1)]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        view = self.host.latest
        if action == "forces":
            return view is None or view.plan.aim.target == "pct_mvic"
        if action == "note_cramp" and view is not None and "decrease" not in view.may:
            return False
        needs = _NEEDS.get(action)
        if view is not None and needs is not None:
            return needs in view.may
        return super().check_action(action, parameters)

    # --- keys ---

    def action_choose(self, step: int) -> None:
        view = self.host.latest
        if view is not None and view.live_slot is None:
            self._chosen = (self._chosen + step) % len(view.slots)
            self.show(view)

    def action_titrate(self) -> None:
        view = self.host.latest
        if view is None:
            return None
        if self.small:
            return self.say("small")
        slot = self._slot(view).slot
        self.plus = self.plus.changed(self.host.hand_ms(view))
        return self.send(Titrate(slot.channel, slot.waveform, self.host.input_epoch))

    def action_enter(self) -> None:
        """Closes the advice on a cramp; without one it is the same as t, but throws away no level that is there."""
        view = self.host.latest
        if self.close_cramp() or view is None or "titrate" not in view.may:
            return
        if self._slot(view).level_ua is None:
            self.action_titrate()
        else:
            self.say("level_there")

    def action_accept(self) -> None:
        self.send(Accept(self.host.input_epoch))

    def action_measure(self, what: str) -> None:
        """What is felt now, at the amplitude that the stimulator has confirmed."""
        self.send(Measure(What(what), self.channel))

    def action_forces(self) -> None:
        """Forces are typed in a window, where nothing can be raised; this screen holds no text field."""
        view = self.host.latest
        if view is not None:
            self.app.push_screen(Forces(self.channel_view(view).muscle), self._send_forces)

    def _send_forces(self, forces: tuple[int | None, int | None] | None) -> None:
        for what, force_mn in zip((What.MVIC, What.EVOKED), forces or (), strict=False):
            if force_mn is not None:
                self.send(Measure(what, self.channel, force_mn))

    def action_leave(self) -> None:
        self.send(Pause())

    def action_start(self) -> None:
        if self.small:
            return self.say("small")
        return self.send(Start(self.host.input_epoch))


_NEEDS: Final = {
    "titrate": "titrate",
    "accept": "accept",
    "leave": "accept",
    "start": "start",
    "measure": "measure",
}
"""By action, what the session has to say that it would hear."""
