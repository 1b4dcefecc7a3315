"""One recorded session on its time axis: the cursor goes from event to event, and the screen of then is told.

Law: no key here acts on an output. Everything shown is out of the file; nothing is said as if it were now, and the
banner says so in every row it can be looked at.
"""

from __future__ import annotations

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from nmes.core.printable import printable
from nmes.language import _
from nmes.record.files import Kind
from nmes.record.output import pieces
from nmes.record.verdicts import SessionVerdict
from nmes.runtime.replaying import Replay
from nmes.ui.names import side_words
from nmes.ui.replay_words import (
    happened,
    place_words,
    then_lines,
    told_ending_words,
    unknown_words,
    verdict_words,
)
from nmes.ui.screens.record_screen import RecordScreen
from nmes.ui.seal_words import seal_lines
from nmes.ui.time_rows import LEGEND, Axis, Span, around
from nmes.ui.widgets.time_axis import TimeAxis

ZOOM_MS: Final = 60_000
"""The part of a session seen when it is looked at closely [design]."""


class ReplayScreen(RecordScreen):
    """`replay` is the whole session, read and folded before this screen is opened."""

    CSS_PATH = "replay.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "go(-1)", _("event"), priority=True, id="replay.before", key_display="← →"),
        Binding("right", "go(1)", _("event"), priority=True, show=False, id="replay.after"),
        Binding("up", "important(-1)", _("decision"), priority=True, id="replay.decision_before", key_display="↑ ↓"),
        Binding("down", "important(1)", _("decision"), priority=True, show=False, id="replay.decision_after"),
        Binding("home", "to(0)", _("begin"), priority=True, show=False, id="replay.begin"),
        Binding("end", "to(-1)", _("end"), priority=True, show=False, id="replay.end"),
        Binding("pageup", "scroll(-8)", _("scroll"), priority=True, show=False, id="replay.scroll_up"),
        Binding("pagedown", "scroll(8)", _("scroll"), priority=True, show=False, id="replay.scroll_down"),
        Binding("z", "zoom", _("zoom"), id="replay.zoom"),
        Binding("f7", "report", _("report"), id="replay.report"),
        Binding("f3", "leave", _("back"), id="replay.leave"),
    ]

    def __init__(self, replay: Replay) -> None:
        super().__init__("", _whose(replay))
        self.replay = replay
        self.index = 0
        self._close = False

    def body(self) -> ComposeResult:
        yield Static(self._verdict(), id="replay-verdict", markup=False)
        yield TimeAxis(_axis(self.replay))
        yield Static(LEGEND, id="replay-legend", markup=False)
        yield Static("", id="replay-place", markup=False)
        with VerticalScroll(id="replay-moment", can_focus=False):
            yield Static("", id="replay-happened", markup=False)
            yield Static("", id="replay-then", markup=False)

    def _verdict(self) -> str:
        story = self.replay.story
        found = SessionVerdict(story.session, story.path, story.verdict, story.sealed, story.unread_seals)
        return "\n".join((verdict_words(found), told_ending_words(story.ending), *seal_lines(found)))

    def begin(self) -> None:
        self.stand(0)

    def lay_out(self) -> None:
        self.stand(self.index)

    def stand(self, index: int) -> None:
        """Show one moment."""
        moments = self.replay.moments
        if not moments:
            self.query_one("#replay-place", Static).update(_("Nothing of this record can be read."))
            return
        self.index = max(0, min(index, len(moments) - 1))
        moment, end_ms = moments[self.index], max(1, self.replay.story.end_ms)
        span = around(moment.at.t_ms, ZOOM_MS, end_ms) if self._close and end_ms > ZOOM_MS else Span(0, end_ms)
        self.query_one(TimeAxis).show(span, moment.at.t_ms)
        self.query_one("#replay-place", Static).update(place_words(self.replay, self.index))
        self.query_one("#replay-happened", Static).update("\n".join(happened(moment)))
        view, room = moment.view(), max(40, self.size.width - 3)
        then = then_lines(view, room) if view is not None else (unknown_words(self.replay.result),)
        self.query_one("#replay-then", Static).update("\n".join(then))
        self.query_one(VerticalScroll).scroll_home(animate=False)

    # --- keys ---

    def action_go(self, by: int) -> None:
        self.stand(self.index + by)

    def action_important(self, by: int) -> None:
        """To the next moment in which something was decided; where there is none, to the end."""
        at, moments = self.index + by, self.replay.moments
        while 0 <= at < len(moments) and not moments[at].important:
            at += by
        self.stand(at)

    def action_to(self, index: int) -> None:
        self.stand(index if index >= 0 else len(self.replay.moments) - 1)

    def action_scroll(self, rows: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=rows, animate=False)

    def action_zoom(self) -> None:
        self._close = not self._close
        self.stand(self.index)

    def on_time_axis_picked(self, message: TimeAxis.Picked) -> None:
        """To the last moment at or before the time that was clicked."""
        before = [at for at, one in enumerate(self.replay.moments) if one.at.t_ms <= message.t_ms]
        self.stand(before[-1] if before else 0)

    @property
    def reported(self) -> str:
        return self.replay.story.session


def _axis(replay: Replay) -> Axis:
    story = replay.story
    channels = sorted({piece.channel for piece in pieces(story.output, story.end_ms)})
    return Axis(story.output, story.happenings, tuple(channels) or (1,), story.end_ms)


def _whose(replay: Replay) -> str:
    """The session, for whom, and which protocol: in the place of the step."""
    story, opened = replay.story, replay.story.opened
    if opened is None:
        return _("Session {session}: whose it is cannot be read").format(session=printable(story.session))
    whose = " ".join(filter(None, (opened.patient, side_words(opened.side)))) or _("no patient code")
    simulated = _("Simulated session {number}, {begun}, {whose}, {protocol}")
    said = _("Session {number}, {begun}, {whose}, {protocol}") if story.kind is Kind.PATIENT else simulated
    begun = opened.at.t_utc[:16].replace("T", " ")
    number = story.session.partition("-")[0]
    return printable(said.format(number=number, begun=begun, whose=whose, protocol=opened.protocol))
