"""After the steps: why it ended, what was given, whether the record holds, and where its report is."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from nmes.core.view import View
from nmes.language import _
from nmes.runtime.live import Summary
from nmes.ui.flow import Stage
from nmes.ui.given_words import whole
from nmes.ui.messages import NewSession, Report
from nmes.ui.screens.base import StepScreen
from nmes.ui.widgets.state_line import StateLine


class SummaryScreen(StepScreen):
    """Shows the last View; the record's part follows when it is closed and verified, the report's when it is asked for.

    The record's verdict stands first, then what was given and measured; where the record lies comes last.
    """

    STAGE = Stage.SUMMARY
    CSS_PATH = "summary.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,n", "again", _("next patient"), id="new", key_display="Enter"),
        Binding("f7", "report", _("report"), id="report", priority=True),
    ]

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self._session = ""

    def body(self) -> ComposeResult:
        yield StateLine()
        with VerticalScroll():
            yield Static(_("The record is being closed and verified ..."), id="record", markup=False)
            yield Static("", id="report", markup=False)
            yield Static("", id="given", markup=False)
            yield Static("", id="where", markup=False)

    def paint(self, view: View) -> None:
        self.query_one(StateLine).show(view, "")
        self.query_one("#given", Static).update(f"\n{whole(view)}")

    def show_record(self, summary: Summary) -> None:
        """What became of the record; the screen may still be on its way up."""
        if not self.is_mounted:
            self.call_after_refresh(self.show_record, summary)
            return
        if not self._there:
            return
        self._session = summary.session_id
        mark = "✓" if summary.intact else "✖"
        told = _("Session {session}").format(session=summary.session_id)
        hint = _("F7 writes the report of this session.") if self._may_report else ""
        record = self.query_one("#record", Static)
        record.set_class(not summary.intact, "-blocked")
        record.update(f"{mark} {summary.verdict}\n{told}")
        self.query_one("#report", Static).update(hint)
        self.query_one("#where", Static).update(_("Record: {path}").format(path=summary.record))

    @property
    def _may_report(self) -> bool:
        return self.host.services.write_report is not None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "report":
            return self._may_report
        return super().check_action(action, parameters)

    def action_report(self) -> None:
        if not self._session:
            return self.say("record_first")
        self.query_one("#report", Static).update(_("The report is being written ..."))
        self.post_message(Report(self._session))
        return None

    def show_report(self, told: str, *, failed: bool = False) -> None:
        """Where it was written, or why it was not."""
        if not self._there:
            return
        report = self.query_one("#report", Static)
        report.set_class(failed, "-blocked")
        if failed:
            report.update(_("✖ No report was written: {reason}").format(reason=told))
        else:
            report.update(_("✓ Report: {path}").format(path=told))
        report.scroll_visible(animate=False, immediate=True)  # who has read on below must see it too

    def action_again(self) -> None:
        self.post_message(NewSession())
