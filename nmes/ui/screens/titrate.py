"""Step 5: find the level the patient accepts, one channel at a time, from 0; then ask where it was felt."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Static

from nmes.core.commands import Note
from nmes.core.events import Accept, FeltAt, Measure, Pause, Start, Titrate, What
from nmes.core.protocol import Protocol
from nmes.core.view import Output, SlotView, View, Word
from nmes.language import _
from nmes.runtime.measured_words import origin_sentence, pause_sentence
from nmes.ui.again_key import AgainKey
from nmes.ui.aim_words import aim_words
from nmes.ui.first_session import first_session_words, first_target_words, rule_with_level
from nmes.ui.fitting import level_rows, paragraphs
from nmes.ui.flow import Stage
from nmes.ui.names import muscle_words
from nmes.ui.numbers import age, ma, ma_or_unknown
from nmes.ui.screens.amplitude import AmplitudeScreen, Stack, give_rows
from nmes.ui.screens.forces import Forces
from nmes.ui.slot_rows import slot_rows, slot_rows_wanted
from nmes.ui.widgets.cramp import CrampBar
from nmes.ui.widgets.readout import Readout
from nmes.ui.widgets.scale import LevelScale
from nmes.ui.widgets.state_line import StateLine, state_rows
from nmes.ui.widgets.text import Text
from nmes.ui.words import contact_words, target_sentences

ROW: Final = 76
"""Columns of the question's bar in a window of 80: a longer muscle name is cut, so that the answers keep their row."""


class TitrateScreen(AmplitudeScreen):
    """The live amplitude above, on its scale with the marks; the levels of the plan and what to look for below."""

    STAGE = Stage.TITRATE
    CSS_PATH = "titrate.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "choose(-1)", _("choose"), priority=True, show=False, id="level.before"),
        Binding("down", "choose(1)", _("choose"), priority=True, show=False, id="level.next"),
        # a key bound here loses what the class above bound to it, so `end` stands beside what hides it
        Binding("e", "end", _("end"), priority=True, id="end"),
        Binding("e", "end_live", _("end"), priority=True, show=False, id="end.live"),
        Binding("t", "titrate", _("find level"), priority=True, id="titrate"),
        Binding("a", "accept", _("accept"), priority=True, id="accept"),
        Binding("p", "leave", _("to 0"), priority=True, id="leave"),
        Binding("s", "start", _("start"), priority=True, id="start"),
        Binding("y", "felt(True)", _("felt there"), priority=True, id="felt.yes"),
        Binding("n", "felt(False)", _("elsewhere"), priority=True, id="felt.no"),
        Binding("v", "measure('sensory_threshold')", _("tingle"), priority=True, id="measure.sensory"),
        Binding("w", "measure('motor_threshold')", _("twitch"), priority=True, id="measure.motor"),
        Binding("x", "measure('max_tolerated')", _("most"), priority=True, id="measure.most"),
        Binding("f", "forces", _("forces"), priority=True, id="measure.forces", show=False),
    ]

    def __init__(self, protocol: Protocol) -> None:
        super().__init__(protocol)
        self._chosen = 0
        self._again = AgainKey()
        self._told_rule: Note | None = None
        """The accepted level with which the rule of the first session was told again."""
        self._asked: int | None = None
        """The channel of the question that stands there: its keys are offered with it."""

    def body(self) -> ComposeResult:
        with Stack(id="stack"):
            yield StateLine(markup=False)
            with Horizontal(id="figures"):
                yield Readout("mA", id="amplitude", buttons=True)
                yield Text("", id="facts", markup=False)
            yield LevelScale(markup=False)
            yield CrampBar(markup=False)
            yield Static("", id="slot-list", markup=False)
            yield Static("", id="target", markup=False)

    def paint(self, view: View) -> None:
        if view.live_slot is not None:
            self._chosen = next(i for i, s in enumerate(view.slots) if s.slot == view.live_slot)
        slot = self._slot(view)
        self.channel = slot.slot.channel
        live, channel = view.word is Word.TITRATING, self.channel_view(view)
        detail = self._detail(view)
        self.query_one(StateLine).show(view, detail)
        known = view.output is not Output.UNKNOWN
        now_ua = (channel.level_ua if live else 0) if known else None
        label = _("Channel {channel}  {muscle}").format(channel=self.channel, muscle=muscle_words(channel.muscle))
        self.query_one("#amplitude", Readout).show(label, "--" if now_ua is None else ma(now_ua))
        self.query_one("#facts", Static).update(self._facts(view, slot))
        self.query_one(LevelScale).show(view, slot, now_ua)
        self._share_out(view, detail)
        self._remind(view)
        if self._to_ask(view) != self._asked:
            self._asked = self._to_ask(view)
            self.refresh_bindings()

    def _remind(self, view: View) -> None:
        """The treatment's screen has no room for the rule of a first session, so it is told with the level."""
        note = view.note
        if note is None or note is self._told_rule or not (rule := rule_with_level(self._protocol, view)):
            return
        self._told_rule = note
        self.say("first_session", rule=rule)
        self._show_note(view)

    def _share_out(self, view: View, detail: str) -> None:
        """The list and the text, in the rows that are left for them."""
        stack = self.query_one(Stack).size
        width = stack.width - 2
        bar, state = self.show_bar(view), max(2, len(state_rows(view, detail, width)))
        sentences = self._sentences(view)
        told = len(paragraphs(sentences, width, stack.height))
        wanted = slot_rows_wanted(view, self._protocol, self._chosen, width)
        rows = level_rows(stack.height, wanted, told, state=state, bar=bar)
        listed, text = self.query_one("#slot-list", Static), self.query_one("#target", Static)
        give_rows(listed, rows.slots)
        give_rows(text, rows.text)
        listed.update("\n".join(slot_rows(view, self._protocol, self._chosen, width, rows.slots)), layout=False)
        text.update("\n".join(paragraphs(sentences, width, rows.text)), layout=False)

    def _sentences(self, view: View) -> tuple[str, ...]:
        """What to look for, the most important first: where rows are few, the last ones are left out whole."""
        target, how, note = target_sentences(self._protocol, view.first_percent)
        figure = first_target_words(view, self._slot(view))
        pauses = pause_sentence(view.plan, self._protocol.operator_absent_limit_ms)
        origin = origin_sentence(view.origin) if view.origin else pauses
        aim = figure or f"{target} {how}".rstrip()
        return (aim, first_session_words(self._protocol, view), origin, note)

    def _detail(self, view: View) -> str:
        if view.word is Word.TITRATING:
            return _("channel {channel}").format(channel=self.channel)
        missing = sum(slot.level_ua is None for slot in view.slots)
        if missing:
            return _("{missing} to find").format(missing=missing)
        return _("all levels set: s starts") if "start" in view.may else ""

    def _facts(self, view: View, slot: SlotView) -> str:
        channel, most_ua = self.channel_view(view), view.plan.ceiling_ua(slot.slot)
        start = _("t begins from 0 mA") if "titrate" in view.may else ""
        return "\n".join(
            (
                _("commanded  {level} mA").format(level=ma(channel.commanded_ua)),
                _("confirmed  {level}, {age}").format(level=ma_or_unknown(channel.confirmed_ua), age=age(view.age_ms)),
                _("contact    {contact}").format(contact=contact_words(view, channel.electrode)),
                aim_words(view, slot, channel) or _("at most    {most} mA").format(most=ma(most_ua)),
                self.plus_words(view) if "increase" in view.may else start,
            )
        )

    def _slot(self, view: View) -> SlotView:
        return view.slots[min(self._chosen, len(view.slots) - 1)]

    # --- where it was felt ---

    def _to_ask(self, view: View) -> int | None:
        """The channel of which it is not known yet whether it was felt where it should be, the chosen one first."""
        if "felt" not in view.may:
            return None
        set_up = [slot.slot.channel for slot in view.slots if slot.level_ua is not None]
        wanted = [channel for channel in set_up if f"felt:{channel}" in view.missing]
        return next((channel for channel in wanted if channel == self.channel), next(iter(wanted), None))

    def asks(self, view: View) -> str:
        channel = self._to_ask(view)
        if channel is None:
            return ""
        muscle = next(muscle_words(found.muscle) for found in view.channels if found.channel == channel)
        asked = _("Channel {channel}: was it felt where it should be? {muscle}")
        answers = _("y   yes, there.   n   elsewhere: back to the electrodes, levels void.")
        return f"{asked.format(channel=channel, muscle=muscle)[:ROW]}\n{answers}"

    def action_felt(self, there: bool) -> None:
        """There: the next level that is not found is chosen."""
        view = self.host.latest
        channel = None if view is None else self._to_ask(view)
        if view is not None and channel is not None:
            open_ones = [i for i, slot in enumerate(view.slots) if slot.level_ua is None]
            self._chosen = open_ones[0] if there and open_ones else self._chosen
            self.send(FeltAt(channel, there))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        view = self.host.latest
        if action == "forces":
            return view is None or view.plan.aim.target == "pct_mvic"
        if view is None:
            return True
        if action == "felt":
            return self._to_ask(view) is not None
        if action in {"end", "end_live"}:
            return "end" in view.may and (action == "end_live") is (view.word is Word.TITRATING)
        if action == "note_cramp" and "decrease" not in view.may:
            return False
        needs = _NEEDS.get(action)
        return needs in view.may if needs is not None else super().check_action(action, parameters)

    # --- keys ---

    def action_choose(self, step: int) -> None:
        view = self.host.latest
        if view is not None and view.live_slot is None:
            self._chosen = (self._chosen + step) % len(view.slots)
            self.show(view)

    def action_titrate(self) -> None:
        """A level that the patient has accepted is thrown away by the second press only."""
        view = self.host.latest
        if view is None:
            return None
        if self.small:
            return self.say("small")
        found = self._slot(view)
        slot = found.slot
        self._again, sure = self._again.pressed(slot, self.host.input_ms)
        if found.level_ua is not None and not sure:
            return self.say("t_again", channel=slot.channel)
        self.plus = self.plus.changed(self.host.hand_ms(view))
        return self.send(Titrate(slot.channel, slot.waveform, self.host.input_epoch))

    def action_enter(self) -> None:
        """Yes to a question, or closes the advice on a cramp; without either it is the same as t, but throws away no
        level that is there."""
        view = self.host.latest
        if self.answer_enter() or view is None or "titrate" not in view.may:
            return
        if self._slot(view).level_ua is None:
            self.say("asked_just_now") if self.asked_just_now else self.action_titrate()
        else:
            self.say("level_there")

    def action_accept(self) -> None:
        """Over what a first session shall be it asks; one comes down to a target, so no step has asked before."""
        self.ask_over(Accept(self.host.input_epoch))

    def action_measure(self, what: str) -> None:
        """What is felt now, at the amplitude that the stimulator has confirmed. Where a question stands the key is a no
        to it and marks nothing: a mark cannot be withdrawn."""
        if self.crossing.question is not None:
            self.crossing = self.crossing.dropped()
            return self.repaint()
        return self.send(Measure(What(what), self.channel))

    def action_forces(self) -> None:
        """Forces are typed in a window, where nothing can be raised; this screen holds no text field."""
        view = self.host.latest
        if view is not None:
            self.app.push_screen(Forces(muscle_words(self.channel_view(view).muscle)), self._send_forces)

    def _send_forces(self, forces: tuple[int | None, int | None] | None) -> None:
        for what, force_mn in zip((What.MVIC, What.EVOKED), forces or (), strict=False):
            if force_mn is not None:
                self.send(Measure(what, self.channel, force_mn))

    def action_end_live(self) -> None:
        """The same as `end`. While a level is found the row of keys has no room for it: p comes first then."""
        self.action_end()

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
