"""The frame of the screens that show records: the same places, and a banner that no live session has.

Law: nothing on them can act on an output, and nothing they show is of now. A session that is over may lie under them;
its View is not shown here, so that no record is mistaken for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from textual.app import ComposeResult
from textual.widgets import Static

from nmes.core.printable import printable
from nmes.core.view import View
from nmes.language import _
from nmes.record.errors import RecordError
from nmes.ui.flow import Stage
from nmes.ui.messages import Report
from nmes.ui.screens.base import StepScreen
from nmes.ui.threads import Newest, Overtaken
from nmes.ui.widgets.frame import Essentials

_Answer = TypeVar("_Answer")
RECORD = _("▤ ▤ ▤  RECORD: this is past, nothing here is live  ▤ ▤ ▤")


class RecordBanner(Static):
    """The top row, in the place of the one that says what kind of device is there."""

    DEFAULT_CSS = """
    RecordBanner {
        height: 1; width: 100%; text-align: center; text-style: bold reverse; background: $panel; color: $text;
    }
    """


class RecordScreen(StepScreen):
    """Laid over a step, and left by Esc or F3."""

    STAGE = Stage.HOME

    def compose(self) -> ComposeResult:
        parts = iter(super().compose())
        next(parts)  # the banner of the device
        yield RecordBanner(RECORD, markup=False)
        yield from parts

    def show(self, view: View) -> None:
        """A session that is over, and lies under this: only the essentials of a small window are its."""
        if self._there:
            self.query_one(Essentials).show(view)

    def action_leave(self) -> None:
        self.dismiss()

    async def asked(self, question: Callable[[], _Answer], newest: Newest) -> _Answer | None:
        """In a thread, so that neither STOP nor a heartbeat waits; a record that cannot be read is told in a line.

        None also where the screen is no more, or is being taken down: there is nothing to paint an answer on.
        """
        try:
            answer = await newest.ask(question)
        except Overtaken:
            return None
        except (RecordError, OSError) as error:
            self.note(f"! {printable(str(error))}")
            return None
        return answer if self._there else None

    # --- the report ---

    @property
    def reported(self) -> str:
        """The session whose report would be written; "" = none."""
        return ""

    def action_report(self) -> None:
        if self.reported and self.host.services.write_report is not None:
            self.note(_("The report is being written ..."), loud=False)
            self.post_message(Report(self.reported))
