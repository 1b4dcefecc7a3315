"""A patient's course of care, page by page: what is next, the outcomes over time, the cramp diary, all entries.

Law: it is a fold over the record, read anew after each entry, and it sets nothing: no key here leads to an output. No
session is open while it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from nmes.core.care_events import Outcome
from nmes.core.course_of_care import CourseOfCare, Curve
from nmes.core.measurement import Who
from nmes.core.printable import printable
from nmes.language import _, many
from nmes.runtime.library import Loaded
from nmes.ui import plan_forms
from nmes.ui.course_form import Form
from nmes.ui.course_opening import card_of, form_for, last_week
from nmes.ui.course_pages import answerable, rows
from nmes.ui.course_rows import TITLES, About, OfAnswers, OfOutcome, OfPlan, OfWeek, Page, Row
from nmes.ui.flow import Stage
from nmes.ui.home_words import READING
from nmes.ui.messages import EnterCare, LookCourse
from nmes.ui.screens.base import StepScreen
from nmes.ui.screens.entry import EntryScreen
from nmes.ui.widgets.curve import CurvePlot
from nmes.ui.widgets.page_bar import PageBar
from nmes.ui.widgets.rows import Rows
from nmes.ui.words import who_words

_TALLEST = 14
"""Rows of the drawing at most: more shows no more [design]."""


class CourseScreen(StepScreen):
    """Of `who`, a code and a side. `protocols`: for the plan; `therapists`: who may enter something."""

    STAGE = Stage.HOME
    CSS_PATH = "course.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "page(-1)", _("page"), priority=True, show=False, id="course.page_before"),
        Binding("right", "page(1)", _("page"), priority=True, id="course.page_after", key_display="← →"),
        Binding("a", "answers", _("answers"), id="course.answers"),
        Binding("d", "diary", _("diary"), id="course.diary"),
        Binding("o", "outcome", _("outcome"), id="course.outcome"),
        Binding("p", "plan", _("plan"), id="course.plan"),
        Binding("e", "end_plan", _("end plan"), id="course.end_plan"),
        Binding("f3", "leave", _("leave"), id="course.leave"),
    ]

    def __init__(self, who: Who, protocols: Sequence[Loaded] = (), therapists: Sequence[str] = ()) -> None:
        super().__init__("", _("Course of care: {whose}").format(whose=who_words(who)))
        self.who = who
        self._protocols, self._therapists = protocols, therapists
        self.course: CourseOfCare | None = None
        self._page = Page.NEXT
        self._rows: tuple[Row, ...] = ()
        self._by = therapists[0] if len(therapists) == 1 else ""
        """Who entered something last, so that it is typed once."""

    def body(self) -> ComposeResult:
        yield PageBar({str(page): title for page, title in TITLES.items()}, self._page)
        yield Rows(id="course-rows", markup=False)
        yield CurvePlot()

    def begin(self) -> None:
        self.query_one(OptionList).focus()
        self.tell_missing(READING)
        self.post_message(LookCourse(self.who))

    def lay_out(self) -> None:
        self._fill()

    # --- what is shown ---

    def show_course(self, course: CourseOfCare) -> None:
        """What was read; anybody else's is not shown."""
        if (course.code, course.side) == (self.who.code, self.who.side) and self._there:
            self.course = course
            self.tell_missing("")
            self._fill()
            self.refresh_bindings()
            if course.trouble:
                count = len(course.trouble)
                said = many(
                    "✖ {number} record cannot be believed: what stands here may be old.",
                    "✖ {number} records cannot be believed: what stands here may be old.",
                    count,
                )
                self.note(said)

    def show_trouble(self, reason: str) -> None:
        """Why it could not be read."""
        if self._there:
            self.tell_missing("")
            self.note(_("✖ The course cannot be read: {reason}").format(reason=printable(reason)))

    def _fill(self) -> None:
        """The rows of the page; the cursor stays at its place."""
        if self.course is None or not self._there:
            return
        listed, width = self.query_one(OptionList), max(40, self.size.width - 6)
        card, at = card_of(self.course, self._protocols), listed.highlighted
        self._rows = rows(self.course, self._page, card_is_here=card is not None)
        listed.clear_options()
        listed.add_options([Option(_prompt(row, width), disabled=row.heading) for row in self._rows])
        first = next((index for index, row in enumerate(self._rows) if not row.heading), None)
        good = at is not None and at < len(self._rows) and not self._rows[at].heading
        listed.highlighted = at if good else first
        self._draw()

    def _draw(self) -> None:
        """The curve, in half of the rows."""
        high = min(_TALLEST, max(0, self.query_one("#body").size.height // 2))
        self.query_one(CurvePlot).show(self._curve, max(40, self.size.width - 4), high)

    @property
    def _curve(self) -> Curve | None:
        """The outcome that is stood on; with the diary, and where there is room, that of the cramps."""
        about, curves = self._about, self.course.curves if self.course else ()
        wanted = (about.outcome, about.muscle) if isinstance(about, OfOutcome) else None
        if self._page is Page.DIARY or (self._page is Page.NEXT and self.has_class("-tall")):
            wanted = Outcome.CRAMPS, ""
        return next((curve for curve in curves if (curve.outcome, curve.muscle) == wanted), None)

    @property
    def _about(self) -> About | None:
        at = self.query_one(OptionList).highlighted
        return self._rows[at].about if at is not None and at < len(self._rows) else None

    def on_option_list_option_highlighted(self) -> None:
        if self._there:
            self._draw()

    def on_page_bar_picked(self, message: PageBar.Picked) -> None:
        self._turn(message.page)

    def _turn(self, page: str) -> None:
        self._page = Page(page)
        self.query_one(PageBar).show(page)
        self.query_one(OptionList).highlighted = None
        self._fill()

    # --- keys ---

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        course = self.course
        match action:
            case "diary" | "outcome" | "plan":
                return course is not None
            case "end_plan":
                return course is not None and course.plan is not None
            case "answers":
                return course is not None and bool(answerable(course))
            case _:
                return super().check_action(action, parameters)

    def action_page(self, by: int) -> None:
        self._turn(self.query_one(PageBar).turn(by))

    def action_leave(self) -> None:
        self.dismiss()

    def on_option_list_option_selected(self) -> None:
        if self._about is None:
            self.note(_("This row only tells; nothing opens from it."), loud=False)
        else:
            self._open(self._about)

    def action_answers(self) -> None:
        if self.course is not None:
            self._open(OfAnswers(answerable(self.course)))

    def action_diary(self) -> None:
        """Of the last whole week."""
        if self.course is not None:
            self._open(OfWeek(last_week(self.course)))

    def action_outcome(self) -> None:
        self._open(self._about if isinstance(self._about, OfOutcome) else OfOutcome(Outcome.NRS))

    def action_plan(self) -> None:
        self._open(OfPlan())

    def action_end_plan(self) -> None:
        if self.course is not None and self.course.plan is not None:
            self._ask(plan_forms.end_plan(self.course))

    # --- entering ---

    def _open(self, about: About) -> None:
        if self.course is None:
            return
        form = form_for(about, self.course, self._protocols)
        if form is None:
            self.note(_("This entry cannot be withdrawn."), loud=False)
        else:
            self._ask(form)

    def _ask(self, form: Form) -> None:
        if self.course is not None:
            self.note("")
            self.app.push_screen(EntryScreen(self.who, form, self.course.today, self._therapists, self._by))

    def entered(self, message: EnterCare, said: str) -> None:
        """An entry of this course stands in the record."""
        if self._there:
            self._by = message.by
            self.note(printable(said), loud=False)


def _prompt(row: Row, width: int) -> str:
    """Whole, in as many lines as it needs."""
    text = printable(row.text)
    return f"── {text}" if row.heading else "\n".join(wrap(text, width, subsequent_indent="   ")) or " "
