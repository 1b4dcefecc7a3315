"""The first screen: whose turn it is today, what was done last, what was interrupted, what is known of the device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from nmes.core.measurement import NOBODY, Who
from nmes.language import _
from nmes.record.store import Closed
from nmes.runtime.library import Loaded
from nmes.runtime.today import NOTHING_KNOWN, Patient, Today
from nmes.ui.awaited_row import awaited_row
from nmes.ui.flow import Stage
from nmes.ui.home_words import LOOKING, READING, device_line, patient_row, session_row, trouble_lines
from nmes.ui.messages import ForPatient, OpenPatient, Report
from nmes.ui.screens.base import StepScreen
from nmes.ui.widgets.frame import Where
from nmes.ui.widgets.rows import Rows

NEW = "new"
"""The id of the row for somebody new."""
AWAITED = "awaited-"
"""How the ids begin of rows for who has a plan and no session yet."""
LAST = 20
"""So many sessions are listed below: a screenful on a tall window; the records (F10) have all [design]."""
TROUBLES = 3
"""So many interrupted sessions are told one by one; the rest by their number [design]."""


class HomeScreen(StepScreen):
    """`today` is shown as it is known; the app looks it up anew and calls `show_today`."""

    STAGE = Stage.HOME
    CSS_PATH = "home.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", _("new patient"), id="home.new"),
        Binding("t", "try", _("try"), id="home.try"),
        Binding("f5", "app.course", _("course"), id="course"),
        Binding("f7", "report", _("report"), id="home.report"),
    ]

    def __init__(self, today: Today = NOTHING_KNOWN, protocols: Sequence[Loaded] = (), told: str = "") -> None:
        super().__init__("")
        self._today, self._told = today, told
        self._protocols = protocols
        """Read by the app when it looks up who is on record; until then nothing here asks for them."""
        self._read = today is not NOTHING_KNOWN

    def body(self) -> ComposeResult:
        yield Static("", id="device", markup=False)
        yield Static("", id="troubles", markup=False)
        yield Static(
            _("PATIENTS: whose turn, last complete session, protocol. Enter opens."), classes="head", markup=False
        )
        yield Rows(id="patients", markup=False)
        yield Static(_("LAST SESSIONS"), classes="head", markup=False)
        with VerticalScroll(id="last-scroll", can_focus=False):
            yield Static("", id="last", markup=False)

    def begin(self) -> None:
        self.query_one(OptionList).focus()
        self.query_one(Where).entitle(self.host.settings.station)
        self.note(self._told, loud=False)

    def on_screen_resume(self) -> None:
        """The settings may have lain over it."""
        super().on_screen_resume()
        if self._there:
            self.query_one(Where).entitle(self.host.settings.station)

    def lay_out(self) -> None:
        self._paint()

    def show_today(self, today: Today) -> None:
        """What was looked up."""
        self._today, self._read = today, True
        if self._there:
            self._paint()
            self.refresh_bindings()

    def _paint(self) -> None:
        today, width = self._today, self.query_one(OptionList).size.width - 2 or self.size.width - 4
        device = (
            device_line(today, self.host.services.patient_stop, self.host.services.model) if self._read else LOOKING
        )
        self.query_one("#device", Static).update(device)
        troubles = trouble_lines(today)
        shown = troubles[:TROUBLES]
        if len(troubles) > TROUBLES:
            more = _("! {number} more: see F10.").format(number=len(troubles) - TROUBLES)
            shown = [*shown, more]
        line = self.query_one("#troubles", Static)
        line.update("\n".join(shown))
        line.display = bool(shown)
        self._list(width)
        titles = self._titles()
        listed = [session_row(one, titles, width) for one in today.last[:LAST]]
        none = _("No session on record yet.") if self._read else READING
        self.query_one("#last", Static).update("\n".join(listed) or none)

    def _titles(self) -> dict[str, str]:
        return {one.protocol.id: one.protocol.title for one in self._protocols} if self._read else {}

    def _list(self, width: int) -> None:
        rows, titles = self.query_one(OptionList), self._titles()
        at = rows.highlighted or 0
        rows.clear_options()
        plans = self._today.plans
        for index, one in enumerate(self._today.patients):
            due = plans.get((one.code, one.side))
            shown = one if due is None else replace(one, protocol=due.plan.protocol)
            rows.add_option(Option(patient_row(shown, titles, width), id=str(index)))
        for index, whose in enumerate(self._today.awaited):
            rows.add_option(Option(awaited_row(*whose, plans[whose], titles, width), id=f"{AWAITED}{index}"))
        rows.add_option(Option(_("+ New patient"), id=NEW))
        rows.highlighted = min(at, rows.option_count - 1)

    @property
    def _patient(self) -> Patient | None:
        """The patient that is highlighted."""
        return self._today.patients[int(self._chosen)] if self._chosen.isdecimal() else None

    @property
    def _chosen(self) -> str:
        """The id of the row that is highlighted; "" = none."""
        option = self.query_one(OptionList).highlighted_option if self._there else None
        return "" if option is None else str(option.id)

    @property
    def who(self) -> Who:
        """Of whom the row is that is highlighted."""
        if self._chosen.startswith(AWAITED):
            return Who(*self._today.awaited[int(self._chosen.removeprefix(AWAITED))])
        patient = self._patient
        return NOBODY if patient is None else Who(patient.code, patient.side)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "try":
            return self.host.simulation
        if action == "report":
            patient = self._patient
            closed = patient is not None and isinstance(patient.last.ending, Closed)
            return closed and self.host.services.write_report is not None
        return super().check_action(action, parameters)

    # --- keys ---

    def on_option_list_option_highlighted(self) -> None:
        self.refresh_bindings()

    def on_option_list_option_selected(self) -> None:
        who, patient = self.who, self._patient
        if not who.code:
            return self.action_new()
        due = self._today.plans.get((who.code, who.side))
        protocol = due.plan.protocol if due is not None else patient.protocol if patient is not None else ""
        self.post_message(OpenPatient(who.code, who.side, protocol))
        return None

    def action_new(self) -> None:
        self.post_message(OpenPatient())

    def action_try(self) -> None:
        """On the simulator only: no patient can be attached to it, so none is asked for."""
        self.post_message(ForPatient(NOBODY, _("a try on the simulator")))

    def action_report(self) -> None:
        patient = self._patient
        if patient is not None:
            self.post_message(Report(patient.last.session))
            self.note(_("The report is being written ..."), loud=False)
