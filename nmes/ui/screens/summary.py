"""Step 6: why it ended, what was given, and whether the record holds."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from nmes.core.view import View
from nmes.runtime.live import Summary
from nmes.ui.flow import Stage
from nmes.ui.messages import NewSession
from nmes.ui.numbers import charge, clock, ma
from nmes.ui.screens.base import StepScreen
from nmes.ui.summary_words import measured_lines
from nmes.ui.widgets.state_line import StateLine


class SummaryScreen(StepScreen):
    """Shows the last View; the record's part follows when it is closed and verified."""

    STAGE = Stage.SUMMARY
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,n", "again", "new session", id="new", key_display="Enter")]

    def body(self) -> ComposeResult:
        yield StateLine()
        with VerticalScroll():
            yield Static("", id="given", markup=False)
            yield Static("The record is being closed and verified ...", id="record", markup=False)

    def paint(self, view: View) -> None:
        self.query_one(StateLine).show(view, "")
        plan = view.plan
        whole = f"Treatment {clock(view.plan_ms)} of {clock(plan.duration_ms)}"
        lines = [f"{'Test' if plan.assessment else whole} ({plan.protocol_id})", ""]
        dose = {given.channel: charge(given.low_nc, given.high_nc) for given in view.dose}
        levels = {slot.channel: ma(level) for slot, level in plan.levels}
        for channel in view.channels:
            level = levels.get(channel.channel)
            said = f"last level {level} mA" if level else "no level kept"
            lines.append(f"Channel {channel.channel}  {channel.muscle:<24} {dose.get(channel.channel, '0 µC')}, {said}")
        lines += measured_lines(view)
        lines += ["", "A range means: what flowed while a change was not yet confirmed is not known exactly."]
        self.query_one("#given", Static).update("\n".join(lines))

    def show_record(self, summary: Summary) -> None:
        """What became of the record; the screen may still be on its way up."""
        if not self.is_mounted:
            self.call_after_refresh(self.show_record, summary)
            return
        mark = "✓" if summary.intact else "✖"
        for record in self.query("#record").results(Static):  # none while the app takes the screen down
            record.set_class(not summary.intact, "-blocked")
            record.update(f"\n{mark} {summary.verdict}\nSession {summary.session_id}\nRecord: {summary.record}")

    def action_again(self) -> None:
        self.post_message(NewSession())
