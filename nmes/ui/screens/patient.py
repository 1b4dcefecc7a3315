"""Step 1: for whom. A code and a side, never a name; what is on record of them; a frequency found elsewhere.

A code without a record is not refused, it is told, with the codes that are like it: a mistyped code looks like somebody
new. Going on without a code needs a reason, which goes into the record; on the simulator there is no patient to name.
"""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Input, Static

from nmes.core.attended import Ghost
from nmes.core.course_of_care import CourseOfCare
from nmes.core.measurement import NOBODY, SIDES, Who, is_code
from nmes.core.printable import printable
from nmes.core.screening import tells
from nmes.language import _
from nmes.runtime.on_record import NOTHING, OnRecord
from nmes.runtime.today import NOTHING_KNOWN, Patient, Today
from nmes.ui.course_lines import against_line, next_lines
from nmes.ui.flow import Stage
from nmes.ui.home_words import READING, ending_words, known_lines, level_lines, when
from nmes.ui.messages import ForPatient, LookBack, LookCourse, LookLevels
from nmes.ui.numbers import hz
from nmes.ui.on_record_words import threshold_lines, warning_line
from nmes.ui.screens.base import StepScreen
from nmes.ui.typed_who import code_trouble, ctf_mhz, ctf_trouble, mistyped
from nmes.ui.widgets.choice import Choice
from nmes.ui.widgets.frame import Where

SESSIONS = 8
"""So many of the last sessions are listed [design]."""
NO_PATIENT = _("simulator: there is no patient")


class PatientScreen(StepScreen):
    """`who` and `without` stand there as if typed; `today` tells who is on record. Enter goes to the next field, on the
    side too: going on never changes a side. From no side the left arrow is LEFT and the right one RIGHT.
    """

    STAGE = Stage.PATIENT
    CSS_PATH = "patient.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "go_on", _("protocol"), priority=True, id="continue"),
        Binding("f5", "app.course", _("course"), id="course"),
        Binding("pagedown", "scroll(1)", _("more"), show=False, priority=True, id="patient.more"),
        Binding("pageup", "scroll(-1)", _("back up"), show=False, priority=True, id="patient.less"),
        Binding("enter", "app.focus_next", _("next field"), show=False, priority=True, id="patient.next"),
        Binding("l", "side('left')", _("left"), show=False, id="patient.left"),
        Binding("r", "side('right')", _("right"), show=False, id="patient.right"),
        Binding("b", "side('both')", _("both"), show=False, id="patient.both"),
        Binding("up", "app.focus_previous", _("field"), show=False, id="patient.up"),
        Binding("down", "app.focus_next", _("field"), show=False, id="patient.down"),
    ]

    def __init__(self, today: Today = NOTHING_KNOWN, who: Who = NOBODY, without: str = "") -> None:
        super().__init__("")
        self._today, self._begun, self._without = today, who, without
        self._ghosts: tuple[LookLevels, tuple[Ghost, ...]] | None = None
        """What was asked last of levels, and what was found."""
        self._asked: LookLevels | None = None
        self._course: tuple[Who, CourseOfCare | None] | None = None
        """Of whom it was asked last for the course, and what was found; None: not yet."""
        self._on_record: tuple[Who, OnRecord | None] | None = None
        """Of whom it was asked last what has to be known, and what was found; None: not yet."""

    def body(self) -> ComposeResult:
        sides = {"left": _("LEFT"), "": _("not chosen"), "right": _("RIGHT"), "both": _("BOTH")}
        begun = self._begun
        with Horizontal(classes="field"):
            yield Static(_("Patient code"), classes="field-name", markup=False)
            yield Input(begun.code, placeholder=_("such as P-017, never a name"), id="code", compact=True)
        with Horizontal(classes="field"):
            yield Static(_("Side"), classes="field-name", markup=False)
            yield Choice(sides, begun.side if begun.side in SIDES else "", id="side", unset="")
            yield Static(_("l left, r right, b both"), classes="hint", markup=False)
        with Horizontal(classes="field"):
            yield Static(_("CTF, found elsewhere"), classes="field-name", markup=False)
            typed = hz(begun.ctf_mhz) if begun.ctf_mhz else ""  # it can be typed so again
            yield Input(typed, placeholder=_("Hz; empty: the one on record"), id="ctf", compact=True)
        with Horizontal(classes="field"):
            yield Static(_("Why without a code"), classes="field-name", markup=False)
            yield Input(self._without, placeholder=_("only without a code"), id="without", compact=True)
        yield Static("", id="warned", markup=False)
        with VerticalScroll(id="known-scroll", can_focus=False):
            yield Static("", id="against", markup=False)
            yield Static("", id="known", markup=False)

    def begin(self) -> None:
        self.query_one("#code", Input).focus()

    def lay_out(self) -> None:
        self._tell()

    # --- what is typed ---

    def _text(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value.strip()

    @property
    def who(self) -> Who:
        """For whom, as it is typed; a code that cannot be one is none."""
        code = self._text("code")
        return Who(code if is_code(code) else "", self.query_one(Choice).value, ctf_mhz(self._text("ctf")))

    @property
    def without(self) -> str:
        """Why there is no code; "" where there is one, or no reason yet."""
        if self._text("code"):
            return ""
        typed = self._text("without")
        return typed if tells(typed) else NO_PATIENT if self.host.simulation and not typed else ""

    def trouble(self) -> str:
        """What keeps it from going on; "" for nothing."""
        if said := code_trouble(self._text("code")) or ctf_trouble(self._text("ctf")):
            return said
        if self._today.is_mistyped(self._text("code")):
            return mistyped(self._text("code"))
        if self._text("code") and not self.who.side:
            return _("! Choose the side: what is measured and every level belong to one side.")
        if not self._text("code") and not self.without:
            return _("! Write the patient's code; without one, write why. The reason goes into the record.")
        return ""

    @property
    def _wrong(self) -> str | None:
        """The field whose text cannot stand, if there is one."""
        code = self._text("code")
        if code_trouble(code):
            return "code"
        if ctf_trouble(self._text("ctf")):
            return "ctf"
        return "code" if self._today.is_mistyped(code) else None

    def _missing(self) -> str:
        """What F2 still waits for; on the simulator it may go on without anybody."""
        code = self._text("code")
        lacks = [*([] if code else [_("the patient's code")]), *([] if self.who.side else [_("the side")])]
        if not lacks or (not code and tells(self._text("without"))):
            return ""
        listed = "; ".join(lacks)
        if not code and self.without:
            return _("Missing: {listed}. Without a patient: F2 (simulator).").format(listed=listed)
        return _("Missing: {listed}").format(listed=listed)

    def on_input_changed(self) -> None:
        if self._there:
            self._tell()

    def on_choice_changed(self) -> None:
        self._tell()

    def action_go_on(self) -> None:
        if self.small:
            return self.say("small")
        if trouble := self.trouble():
            if (wrong := self._wrong) is not None:
                self.anew(self.query_one(f"#{wrong}", Input))
            return self.note(trouble)
        self.post_message(ForPatient(self.who, self.without))
        return None

    def action_side(self, side: str) -> None:
        """In the row of the side only; in a field they are letters."""
        choice = self.query_one(Choice)
        if choice.has_focus:
            choice.choose(side)

    def action_scroll(self, pages: int) -> None:
        scroll = self.query_one("#known-scroll")
        scroll.scroll_relative(y=pages * max(1, scroll.size.height - 1), animate=False)

    # --- what is known ---

    def show_today(self, today: Today) -> None:
        """What was looked up."""
        self._today = today
        if self._there:
            self._tell()

    def show_levels(self, asked: LookLevels, ghosts: tuple[Ghost, ...]) -> None:
        """The levels that were asked for; they may be of somebody whose code was typed over."""
        self._ghosts = (asked, ghosts)
        if self._there:
            self._tell()

    def show_course(self, course: CourseOfCare) -> None:
        """The course that was asked for, or one that has grown; it may be of somebody whose code was typed over."""
        self._course = Who(course.code, course.side), course
        if self._there:
            self._tell()

    def show_trouble(self, reason: str) -> None:
        """Why a course could not be read."""
        if self._there:
            self.note(_("✖ The course cannot be read: {reason}").format(reason=printable(reason)))

    def _of_course(self, who: Who) -> list[str]:
        """What is agreed and proposed for who has a plan; asked for once. What speaks against it stands apart."""
        whose = Who(who.code, who.side)
        due = self._today.plans.get((whose.code, whose.side))
        against = against_line(self._today.against.get((whose.code, whose.side)))
        self.query_one("#against", Static).set_class(bool(against), "-there").update(printable(against))
        if due is None:
            return []
        if self._course is None or self._course[0] != whose:
            self._course = whose, None
            self.post_message(LookCourse(whose))
        course = self._course[1]
        return [] if course is None else next_lines(course)

    def show_on_record(self, who: Who, found: OnRecord) -> None:
        """What has to be known of somebody; the code may have been typed over."""
        if self._on_record is not None and self._on_record[0] == who:
            self._on_record = (who, found)
        if self._there:
            self._tell()

    def _look_back(self, patient: Patient | None) -> OnRecord | None:
        """What is known of the patient that is typed; asked for once."""
        if patient is None:
            return NOTHING
        who = Who(patient.code, patient.side)
        if self._on_record is None or self._on_record[0] != who:
            self._on_record = (who, None)
            self.post_message(LookBack(who))
        return self._on_record[1]

    def _warn(self, patient: Patient | None) -> list[str]:
        """The warning stands alone and loud; gives the lines that stand with what else is known."""
        record = self._look_back(patient)
        warning = "" if record is None else warning_line(record.last)
        self.query_one("#warned", Static).set_class(bool(warning), "-there").update(warning)
        return [] if record is None else list(threshold_lines(record))

    def _patient(self) -> Patient | None:
        who = self.who
        return next((one for one in self._today.of(who.code) if one.side == who.side), None)

    def _tell(self) -> None:
        who = self.who
        typed_wrong = code_trouble(self._text("code")) or ctf_trouble(self._text("ctf"))
        self.note(typed_wrong)
        self.tell_missing(self._missing())
        self.query_one(Where).show(who)
        lines = [READING] if self._today is NOTHING_KNOWN and who.code else known_lines(self._today, who)
        lines += self._of_course(who)
        patient = self._patient()
        lines += self._warn(patient)
        if patient is not None:
            lines += ["", *self._history(patient), "", *self._levels(patient)]
        self.query_one("#known", Static).update("\n".join(lines))

    @staticmethod
    def _history(patient: Patient) -> list[str]:
        head = _("On record, the newest first:")
        rows = [
            _("  {number}  {time}  {protocol} v{version}  {end}").format(
                number=one.number,
                time=when(one.started_utc),
                protocol=one.protocol,
                version=one.version,
                end=ending_words(one),
            )
            for one in patient.sessions[:SESSIONS]
        ]
        return [head, *rows]

    def _levels(self, patient: Patient) -> list[str]:
        """The levels of the newest session of the patient's protocol; asked for once it is known who it is."""
        newest = next(one for one in patient.sessions if one.protocol == patient.protocol)
        asked = LookLevels(Who(patient.code, patient.side), patient.protocol, newest.version)
        if self._asked is None or (self._asked.who, self._asked.protocol) != (asked.who, asked.protocol):
            self._asked = asked
            self.post_message(asked)
        if self._ghosts is None or self._ghosts[0].who != asked.who:
            return [READING]
        return level_lines(self._ghosts[1])
