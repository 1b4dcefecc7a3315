"""Step 5: the treatment. The state in words, amplitude and countdown large, what was told beside what is confirmed."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Static

from nmes.core.events import Mark, Pause, Resume
from nmes.core.protocol import Protocol
from nmes.core.view import ChannelView, View, Word
from nmes.ui.flow import Stage
from nmes.ui.messages import FindAgain
from nmes.ui.numbers import age, countdown, countdown_unit, ma, ma_or_unknown, to_go
from nmes.ui.pulse_doubts import rate_doubt
from nmes.ui.pulse_words import course_of, pulse_words, step_words
from nmes.ui.screens.amplitude import AmplitudeScreen
from nmes.ui.screens.base import TALL
from nmes.ui.widgets.channels import ChannelTable
from nmes.ui.widgets.cramp import CrampBar
from nmes.ui.widgets.envelope import Envelope
from nmes.ui.widgets.progress import Progress
from nmes.ui.widgets.readout import Readout
from nmes.ui.widgets.state_line import StateLine
from nmes.ui.words import contact_words

_NEXT = {
    Word.RAMP_UP: "to ON",
    Word.RESUMING: "to ON",
    Word.ON: "to RAMP DOWN",
    Word.RAMP_DOWN: "to REST",
    Word.REST: "to next contraction",
}
ABSENT_WARNING_MS = 15_000
"""So long before the pause of an absent operator the screen asks [design]."""


class RunScreen(AmplitudeScreen):
    """Everything that is known of the running treatment."""

    STAGE = Stage.RUN
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "choose(-1)", "channel", priority=True, show=False),
        Binding("down", "choose(1)", "channel", priority=True, show=False),
        Binding("p", "pause", "pause", priority=True, id="pause"),
        Binding("r", "resume", "resume from 0", priority=True, id="resume"),
        Binding("t", "again", "find levels again", priority=True, id="again"),
        Binding("m", "mark('pain')", "pain", priority=True, id="mark.pain"),
        Binding("h", "here", "I am here", priority=True, id="here"),
    ]

    def __init__(self, protocol: Protocol) -> None:
        super().__init__(protocol)
        self._absent_limit_ms = protocol.operator_absent_limit_ms

    def body(self) -> ComposeResult:
        yield StateLine()
        with Horizontal(id="figures"):
            yield Readout("mA", id="amplitude")
            yield Static("", id="facts", markup=False)
            yield Readout("s", id="countdown")
        yield CrampBar(markup=False)
        yield Envelope(markup=False)
        yield Static("", id="pulses", markup=False)
        yield Progress(markup=False)
        with VerticalScroll(id="channels", can_focus=False):
            yield ChannelTable(markup=False)

    def paint(self, view: View) -> None:
        channel = self.channel_view(view)
        self.query_one(StateLine).show(view, self._absent_words(view) or _detail(view, channel))
        shown = "--" if view.word is Word.UNSURE else ma(channel.commanded_ua)
        self.query_one("#amplitude", Readout).show(f"Channel {channel.channel}  {channel.muscle}", shown)
        self.query_one("#facts", Static).update(self._facts(view, channel))
        self._count_down(view, channel)
        self.show_cramp(view)
        self._show_pulses(view, channel)
        self.query_one(Envelope).show(view.plan, channel.channel, view.plan_ms)
        self.query_one(Progress).show(view.plan_ms, view.plan.duration_ms, view.stage.replace("_", " "))
        self.query_one(ChannelTable).show(view, channel.channel)

    def show_cramp(self, view: View) -> None:
        super().show_cramp(view)
        small = self.size.height < TALL and self.query_one(CrampBar).has_class("-there")
        self.query_one(Envelope).display = not small

    def _show_pulses(self, view: View, channel: ChannelView) -> None:
        """Bursts and sweeps by name: amplitudes are their envelope, and stand still between bursts."""
        course = course_of(view.plan, channel.channel, view.plan_ms)
        said = pulse_words(course, rate_doubt(self._protocol, {view.stage})) if course is not None else ""
        line = self.query_one("#pulses", Static)
        line.display = bool(said)
        line.update(f"Channel {channel.channel}: {said}")

    def _absent_words(self, view: View) -> str:
        """A warning before the session pauses because nobody seems to be there."""
        left_ms = self.host.touched_ms + self._absent_limit_ms - view.now_ms
        if "pause" not in view.may or left_ms > ABSENT_WARNING_MS:
            return ""
        return f"ARE YOU THERE? Press h (or any key). Pausing in {to_go(max(0, left_ms))}"

    def _count_down(self, view: View, channel: ChannelView) -> None:
        readout = self.query_one("#countdown", Readout)
        if view.word not in _NEXT:
            readout.show("", "", "")
            return
        then = "to next train" if view.word is Word.REST and step_words(view.plan, view.plan_ms) else _NEXT[view.word]
        unit = f"{countdown_unit(channel.ends_in_ms)} {then}".lstrip()
        readout.show("Countdown", countdown(channel.ends_in_ms), unit)

    def _facts(self, view: View, channel: ChannelView) -> str:
        return "\n".join(
            (
                f"commanded {ma(channel.commanded_ua)} mA",
                f"confirmed {ma_or_unknown(channel.confirmed_ua)}",
                f"answered  {age(view.age_ms)}",
                f"level     {ma(channel.level_ua)} (most {ma(channel.ceiling_ua)})",
                self.plus_words(view) if "increase" in view.may else contact_words(view, channel.electrode),
            )
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        view = self.host.latest
        if view is not None and action in {"pause", "resume"}:
            return action in view.may
        if view is not None and action == "again":
            return view.word is Word.STOPPED and "titrate" in view.may
        return super().check_action(action, parameters)

    # --- keys ---

    def action_choose(self, step: int) -> None:
        view = self.host.latest
        if view is not None:
            numbers = [channel.channel for channel in view.channels]
            self.channel = numbers[(numbers.index(self.channel_view(view).channel) + step) % len(numbers)]
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

    def action_mark(self, kind: str) -> None:
        self.send(Mark(kind))


def _detail(view: View, channel: ChannelView) -> str:
    if view.word is Word.PAUSED:
        return "r goes on from 0, e ends"
    if view.word is Word.STOPPED:
        return "t finds the levels again, e ends"
    if step := step_words(view.plan, view.plan_ms):
        return step
    return f"contraction {channel.contraction} of {channel.contractions}" if channel.contractions > 1 else ""
