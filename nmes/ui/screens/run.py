"""Step 6: the treatment. The state in words, amplitude and countdown large, what was told beside what is confirmed."""

from __future__ import annotations

from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Static

from nmes.core.commands import Note
from nmes.core.events import WISH, Mark, Pause, Resume
from nmes.core.protocol import Protocol
from nmes.core.timeline import Phase
from nmes.core.view import RUNNING, ChannelView, View, Word
from nmes.language import _
from nmes.ui.findings import MOST_PAIN
from nmes.ui.first_session import first_given_words
from nmes.ui.fitting import run_rows
from nmes.ui.flow import Stage
from nmes.ui.messages import FindAgain
from nmes.ui.names import muscle_words, stage_words
from nmes.ui.numbers import age, countdown, countdown_unit, ma, ma_or_unknown
from nmes.ui.plus_key import PlusKey
from nmes.ui.pulse_doubts import rate_doubt
from nmes.ui.pulse_words import course_of, pulse_words, step_words
from nmes.ui.screens.amplitude import AmplitudeScreen, Stack, give_rows
from nmes.ui.screens.note import NoteScreen
from nmes.ui.widgets.announce import announce_words
from nmes.ui.widgets.cramp import CrampBar
from nmes.ui.widgets.dose_line import dose_line
from nmes.ui.widgets.envelope import Envelope
from nmes.ui.widgets.progress import Progress
from nmes.ui.widgets.readout import Readout
from nmes.ui.widgets.state_line import StateLine, state_rows
from nmes.ui.widgets.strips import Strips
from nmes.ui.widgets.text import Text
from nmes.ui.words import pads_words

_NEXT: Final = {
    Word.RAMP_UP: _("To ON"),
    Word.RESUMING: _("To ON"),
    Word.ON: _("To RAMP DOWN"),
    Word.RAMP_DOWN: _("To REST"),
    Word.REST: _("To next contraction"),
}


PAIN_MS: Final = 15_000
"""So long after a pain was noted a digit says how strong it is: the patient has to be asked first [design]."""
PAIN_OF: Final = "{value}/10"
"""As it is kept in the record, in any language."""


class RunScreen(AmplitudeScreen):
    """Everything that is known of the running treatment."""

    STAGE = Stage.RUN
    CSS_PATH = "run.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "choose(-1)", _("channel"), priority=True, show=False, id="channel.before"),
        Binding("down", "choose(1)", _("channel"), priority=True, show=False, id="channel.next"),
        Binding("p", "pause", _("pause"), priority=True, id="pause"),
        Binding("r", "resume", _("resume from 0"), priority=True, id="resume"),
        Binding("t", "again", _("levels"), priority=True, id="again"),
        Binding("m", "pain", _("pain"), priority=True, id="mark.pain"),
        Binding("0,1,2,3,4,5,6,7,8,9", "pain_of", _("pain"), show=False, id="mark.pain_of"),
        Binding("t", f"pain_of({MOST_PAIN})", _("pain 10"), priority=True, show=False, id="mark.pain_ten"),
        Binding("o", "wish", _("wish"), priority=True, id="mark.wish", tooltip=_("The patient asks to stop: pause")),
        Binding("n", "note", _("note"), priority=True, id="mark.note"),
        Binding("l", "link", _("link"), priority=True, id="link"),
        Binding("h", "here", _("I am here"), priority=True, id="here", show=False),
    ]

    def __init__(self, protocol: Protocol) -> None:
        super().__init__(protocol)
        self._digit = ""
        self._pain_until_ms = 0
        """Until when a digit says how strong the pain is that was noted, on the clock of the hand."""
        self._pain_told: Note | None = None
        """The mark with which that was told."""
        self._told_first = False
        """Whether it was told that a first session has had its contractions."""

    def body(self) -> ComposeResult:
        with Stack(id="stack"):
            yield StateLine(markup=False)
            with Horizontal(id="figures"):
                yield Readout("mA", id="amplitude", buttons=True)
                yield Text("", id="facts", markup=False)
                yield Readout("s", id="countdown")
            yield Text("", id="announce", markup=False)
            yield CrampBar(markup=False)
            yield Envelope()
            yield Text("", id="pulses", markup=False)
            yield Progress(markup=False)
            yield Text("", id="dose", markup=False)
            yield Strips(markup=False)

    def paint(self, view: View) -> None:
        channel = self.channel_view(view)
        detail = _detail(view, channel)
        self.query_one(StateLine).show(view, detail)
        shown = "--" if view.word is Word.UNSURE else ma(channel.commanded_ua)
        label = _("Channel {channel}  {muscle}").format(channel=channel.channel, muscle=muscle_words(channel.muscle))
        self.query_one("#amplitude", Readout).show(label, shown)
        self.query_one("#facts", Static).update(self._facts(view, channel))
        self._count_down(view, channel)
        said = announce_words(view)
        self.query_one("#announce", Static).set_class(bool(said), "-there").update(said)
        self._share_out(view, channel, detail)
        self._tell_first(view)
        self._ask_pain(view)

    def _tell_first(self, view: View) -> None:
        """Once and loudly; after that it stands in the line of the state."""
        if self._told_first or not view.first_is_given or view.word not in RUNNING:
            return
        self._told_first = True
        self.say("first_given", said=first_given_words(view))

    def _share_out(self, view: View, channel: ChannelView, detail: str) -> None:
        """The parts that give way, in the rows that are left for them."""
        stack = self.query_one(Stack).size
        width = stack.width - 2
        pulses = self._show_pulses(view, channel)
        state = max(2, len(state_rows(view, detail, width)))
        rows = run_rows(stack.height, len(view.channels), state=state, bar=self.show_bar(view), pulses=pulses)
        envelope, strips = self.query_one(Envelope), self.query_one(Strips)
        give_rows(envelope, rows.plot)
        give_rows(strips, rows.strips)
        envelope.show(view.plan, channel.channel, view.plan_ms, width, rows.plot)
        strips.show(view, channel.channel, self.links, width, rows.strips)
        self.query_one(Progress).show(view.plan_ms, view.plan.duration_ms, stage_words(view.stage))
        self.query_one("#dose", Static).update(dose_line(view, channel.channel, self.links))

    def _show_pulses(self, view: View, channel: ChannelView) -> int:
        """Bursts and sweeps by name: amplitudes are their envelope, and stand still between bursts. The rows of it."""
        course = course_of(view.plan, channel.channel, view.plan_ms)
        said = pulse_words(course, rate_doubt(self._protocol, {view.stage})) if course is not None else ""
        line = self.query_one("#pulses", Static)
        give_rows(line, 1 if said else 0)
        line.update(_("Channel {channel}: {pulses}").format(channel=channel.channel, pulses=said))
        return 1 if said else 0

    def _count_down(self, view: View, channel: ChannelView) -> None:
        readout = self.query_one("#countdown", Readout)
        if view.word not in _NEXT:
            readout.show("", "", "")
            return
        test = view.word is Word.REST and step_words(view.plan, view.plan_ms)
        then = _("To next train") if test else _NEXT[view.word]
        if view.word is Word.RESUMING and channel.phase is Phase.HOLD:  # it still climbs when the plan says ON
            then = _NEXT[Word.ON]
        if channel.set_over:
            then = _("To next set")
        readout.show(then, countdown(channel.ends_in_ms), countdown_unit(channel.ends_in_ms))

    def _facts(self, view: View, channel: ChannelView) -> str:
        """What was told over what is confirmed, so that the two numbers stand in one column."""
        caps = [slot.cap_ua for slot in view.slots if slot.slot == channel.slot and slot.cap_ua is not None]
        most_ua = min((channel.ceiling_ua, *caps))
        return "\n".join(
            (
                _("commanded {level} mA").format(level=ma(channel.commanded_ua)),
                _("confirmed {level}").format(level=ma_or_unknown(channel.confirmed_ua)),
                _("answered  {age}").format(age=age(view.age_ms)),
                _("level     {level} (most {most})").format(level=ma(channel.level_ua), most=ma(most_ua)),
                self.plus_words(view) if "increase" in view.may else pads_words(view, channel.electrode),
            )
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        view = self.host.latest
        if view is not None and action in {"pause", "resume"}:
            return action in view.may
        if action == "pain_of":
            return self._asks_pain
        if view is not None and action == "again":
            return view.word is Word.STOPPED and "titrate" in view.may
        if view is not None and action == "link":
            return len(view.channels) > 1 and "increase" in view.may
        return super().check_action(action, parameters)

    # --- keys ---

    def action_choose(self, step: int) -> None:
        view = self.host.latest
        if view is not None:
            self.crossing = self.crossing.dropped()
            numbers = [channel.channel for channel in view.channels]
            self.channel = numbers[(numbers.index(self.channel_view(view).channel) + step) % len(numbers)]
            self.show(view)

    def action_link(self) -> None:
        """The chosen channel into the link or out of it. A link moves nothing by itself."""
        view = self.host.latest
        if view is not None:
            self.crossing = self.crossing.dropped()
            self.links = self.links.toggled(self.channel, (channel.channel for channel in view.channels))
            self.show(view)

    def action_pause(self) -> None:
        self.send(Pause())

    def action_resume(self) -> None:
        if self.small:
            return self.say("small")
        self.close_cramp()
        return self.send(Resume(self.host.input_epoch))

    def action_again(self) -> None:
        self.post_message(FindAgain())

    def action_here(self) -> None:
        """Any key says that somebody is there; this one says nothing else."""

    def action_pain(self) -> None:
        """Noted at once; a digit says how strong. No window asks: down, pause and STOP are what is wanted next."""
        self.send(Mark("pain"))
        self._pain_until_ms = self.host.hand_now() + PAIN_MS

    def on_key(self, event: events.Key) -> None:
        """Which digit it was, before the binding of all digits acts on it."""
        if event.character and event.character.isascii() and event.character.isdecimal():
            self._digit = event.character

    def action_pain_of(self, value: int | None = None) -> None:
        self._pain_until_ms = 0
        self.send(Mark("pain", PAIN_OF.format(value=self._digit if value is None else value)))

    @property
    def _asks_pain(self) -> bool:
        return self.host.hand_now() < self._pain_until_ms

    def _ask_pain(self, view: View) -> None:
        """With the mark, so that the answer of the session does not take the question away."""
        note = view.note
        if note is self._pain_told or note is None or note.code != "mark" or not self._asks_pain:
            return
        self._pain_told = note
        self.say("pain_of")

    def action_wish(self) -> None:
        """The patient asks to stop: what flows goes to 0 first, then it is noted whose wish it was."""
        view = self.host.latest
        if view is not None and "pause" in view.may:
            self.send(Pause(WISH))
        self.send(Mark(WISH))

    def action_note(self) -> None:
        """No, where a question stands. The side screen takes the keys, so nothing can be raised; + stays locked."""
        if self.answer_cramp(yes=False):
            return
        self.plus, self.crossing = PlusKey(), self.crossing.dropped()
        view = self.host.latest
        self.app.push_screen(NoteScreen(runs=view is not None and view.word in RUNNING), self._send_note)

    def _send_note(self, text: str | None) -> None:
        if text:
            self.send(Mark("note", text))


def _detail(view: View, channel: ChannelView) -> str:
    if (first := first_given_words(view)) and view.word is not Word.STOPPED:
        return first
    if view.word is Word.PAUSED:
        return _cut(view, channel, _("r goes on from 0, e ends"))
    if view.word is Word.STOPPED:
        return _cut(view, channel, _("t finds the levels again, e ends"))
    if step := step_words(view.plan, view.plan_ms):
        return _("{step}, slowly first, then once more").format(step=step) if view.once_more else step
    if channel.contractions <= 1:
        return ""
    if channel.set_over:
        said = _("set {set} of {sets} done, contraction {number} of {all}")
        values = {"set": channel.set_over, "sets": channel.sets}
        return said.format(number=channel.contraction, all=channel.contractions, **values)
    return _("contraction {number} of {all}").format(number=channel.contraction, all=channel.contractions)


def _cut(view: View, channel: ChannelView, keys: str) -> str:
    """The contraction in which it was halted, and the keys; a halted channel tells none, the plan does."""
    at = next((one for one in view.plan.at(view.plan_ms) if one.channel == channel.channel), None)
    if at is None or at.contractions <= 1:
        return keys
    said = _("contraction {number} of {all}").format(number=at.contraction, all=at.contractions)
    return f"{said}; {keys}"
