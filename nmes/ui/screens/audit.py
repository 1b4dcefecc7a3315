"""The audit browser: the sessions of a chain, newest first, to be filtered, verified and walked through.

Law: it reads, in threads, and changes nothing. What was not verified is not called verified; a verdict is shown with
the session it belongs to.
"""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from nmes.language import _
from nmes.record.files import Kind
from nmes.record.store import Summary
from nmes.record.verdicts import SessionVerdict
from nmes.runtime.records import Chain
from nmes.ui.replay_words import ending_words, found, row, verdict_words
from nmes.ui.screens.record_screen import RecordScreen
from nmes.ui.screens.replay import ReplayScreen
from nmes.ui.seal_words import chain_words, mark, seal_lines
from nmes.ui.services import Services
from nmes.ui.threads import Asking
from nmes.ui.widgets.rows import Rows

TITLES = {Kind.PATIENT: _("Records of patients"), Kind.SIMULATION: _("Records of the simulator")}

NOT_VERIFIED = _("Not verified yet: F4 verifies this session, F5 the whole chain.")


class _Over:
    """After the last session of a chain."""


class AuditScreen(RecordScreen):
    """`services.chain` gives the records; without a `kind` those of the kind of device that is in use.

    `asking` goes from one of these screens to the next, so that what one has left behind is not asked beside it.
    """

    CSS_PATH = "audit.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "replay", _("replay"), id="audit.replay"),
        Binding("slash", "filter", _("filter"), id="audit.filter", key_display="/"),
        Binding("f4", "verify", _("verify"), id="audit.verify"),
        Binding("f5", "verify_all", _("all"), id="audit.verify_all"),
        Binding("f6", "other", _("other chain"), id="audit.other"),
        Binding("f7", "report", _("report"), id="audit.report"),
        Binding("f3", "leave", _("leave"), id="audit.leave"),
    ]

    def __init__(self, services: Services, kind: Kind | None = None, asking: Asking | None = None) -> None:
        of_device = Kind.SIMULATION if services.simulation else Kind.PATIENT
        super().__init__("", TITLES[kind or of_device])
        self._services, self._asking = services, asking or Asking()
        self._chain: Chain = services.chain(kind or of_device)
        self._all: tuple[Summary, ...] = ()
        self._shown: tuple[Summary, ...] = ()
        self._verdicts: dict[str, SessionVerdict] = {}

    def body(self) -> ComposeResult:
        yield Input(placeholder=_("/ filter: code, side, protocol, date"), id="audit-filter", compact=True)
        yield Rows(id="audit-list", markup=False)
        yield Static("", id="audit-verdict", markup=False)

    def begin(self) -> None:
        self.query_one(OptionList).focus()
        self.run_worker(self._look(), group="audit-list")

    def lay_out(self) -> None:
        self._fill()

    # --- the list ---

    async def _look(self) -> None:
        listed = await self.asked(self._chain.sessions, self._asking.listed)
        self._all = listed or ()
        self._fill()
        if not self._all and self._there:
            self.query_one("#audit-verdict", Static).update(_("No session is on record here."))

    def _fill(self) -> None:
        """The rows that fit the filter; the cursor stays on its session."""
        if not self._there:
            return
        rows, text = self.query_one(OptionList), self.query_one(Input).value
        stood = self.session
        self._shown = tuple(one for one in self._all if found(one, text))
        rows.clear_options()
        rows.add_options([Option(self._row(one)) for one in self._shown])
        if self._shown:
            rows.highlighted = self._shown.index(stood) if stood in self._shown else 0
        self._show_verdict()

    def _row(self, one: Summary) -> str:
        verdict = self._verdicts.get(one.session)
        return row(one, " " if verdict is None else mark(verdict), max(40, self.size.width - 4))

    @property
    def session(self) -> Summary | None:
        """The session under the cursor."""
        at = self.query_one(OptionList).highlighted
        return self._shown[at] if at is not None and at < len(self._shown) else None

    def _show_verdict(self) -> None:
        one = self.session
        if one is None:
            text = _("No session fits the filter.") if self._all else ""
        elif one.session in self._verdicts:
            verdict = self._verdicts[one.session]
            text = "\n".join((ending_words(one.ending), verdict_words(verdict), *seal_lines(verdict)))
        else:
            text = f"{ending_words(one.ending)}\n{NOT_VERIFIED}"
        self.query_one("#audit-verdict", Static).update(text)

    def on_option_list_option_highlighted(self) -> None:
        self._show_verdict()

    def on_option_list_option_selected(self) -> None:
        self.action_replay()

    def on_input_changed(self) -> None:
        self._fill()

    def on_input_submitted(self) -> None:
        self.query_one(OptionList).focus()

    # --- what is asked ---

    def action_filter(self) -> None:
        self.query_one(Input).focus()

    def action_other(self) -> None:
        other = Kind.PATIENT if self._chain.kind is Kind.SIMULATION else Kind.SIMULATION
        self.app.switch_screen(AuditScreen(self._services, other, self._asking))

    def action_replay(self) -> None:
        if self.session is not None:
            self.note(_("The record is being read ..."), loud=False)
            self.run_worker(self._replay(self.session), exclusive=True, group="audit")

    async def _replay(self, one: Summary) -> None:
        replay = await self.asked(lambda: self._chain.replay(one), self._asking.of_one)
        if replay is not None and self.is_current:
            self.note("")
            self.app.push_screen(ReplayScreen(replay))

    def action_verify(self) -> None:
        if self.session is not None:
            self.note(_("Verifying ..."), loud=False)
            self.run_worker(self._verify(self.session), exclusive=True, group="audit")

    async def _verify(self, one: Summary) -> None:
        verdict = await self.asked(lambda: self._chain.verify(one), self._asking.of_one)
        if verdict is not None:
            self._verdicts[one.session] = verdict
            self.note("")
            self._fill()

    def action_verify_all(self) -> None:
        self.run_worker(self._verify_all(), exclusive=True, group="audit")

    async def _verify_all(self) -> None:
        """Session by session, so that it can be left at any time; a chain that could not be read to its end has no
        verdict.
        """
        going = await self.asked(self._chain.verify_all, self._asking.of_one)
        done: list[SessionVerdict] = []
        while going is not None:
            one = await self.asked(lambda: next(going, _Over()), self._asking.of_one)
            if not isinstance(one, SessionVerdict):
                self._fill()
                if one is not None:
                    self._tell_chain(done)
                return
            done.append(one)
            self._verdicts[one.session] = one
            self.note(_("Verifying: {done} records so far").format(done=len(done)), loud=False)

    def _tell_chain(self, done: list[SessionVerdict]) -> None:
        told, loud = chain_words(done, {one.session for one in self._all})
        self.note(told, loud=loud)

    @property
    def reported(self) -> str:
        return self.session.session if self.session is not None else ""
