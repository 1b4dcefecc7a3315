"""What the screens of a course of care ask of the app: to be laid over a step, to read the records, to enter something.

Law: a course is looked at and entered only while no session is open. Records are read and written in threads of their
own, one question at a time; what was entered is told, and everything that shows it is told anew. An answer that comes
when its screen has been left is nobody's. What is being entered stands in the record, whoever leaves.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

from nmes.core.measurement import NOBODY, Who
from nmes.language import _
from nmes.record.errors import RecordError
from nmes.ui.building import InHand
from nmes.ui.flow import Stage
from nmes.ui.messages import EnterCare, LookCourse
from nmes.ui.services import Services
from nmes.ui.threads import Newest, Overtaken, answered, in_thread
from nmes.ui.walking_app import WalkingApp

if TYPE_CHECKING:  # each is loaded when it is needed: the first paint needs none of it
    from nmes.core.course_of_care import CourseOfCare
    from nmes.ui.screens.entry import EntryScreen
    from nmes.ui.screens.home import HomeScreen
    from nmes.ui.screens.patient import PatientScreen


@runtime_checkable
class ShowsCourse(Protocol):
    """A screen that shows something of a course; anybody's is given to it."""

    def show_course(self, course: CourseOfCare) -> None: ...

    def show_trouble(self, reason: str) -> None: ...


class CourseApp(WalkingApp):
    """Without `services.course` no course is offered. The key for it is that of the screens that offer it: it stays
    free for an added key elsewhere.
    """

    def __init__(self, services: Services, hand: InHand, stage: Stage) -> None:
        super().__init__(services, hand, stage)
        self._courses = Newest()
        self._quits_after = False
        """A quit that was asked for while something is entered: it waits to be told whether it was."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action != "course":
            return super().check_action(action, parameters)
        if self.is_over or self.services.course is None or self.live is not None:
            return False
        return self.stage is Stage.PATIENT or (self.stage is Stage.HOME and bool(self._whose().code))

    def _whose(self) -> Who:
        """Of whom the step is that is shown."""
        if self.stage not in {Stage.HOME, Stage.PATIENT} or self.step is None:
            return NOBODY
        return cast("HomeScreen | PatientScreen", self.step).who

    def action_course(self) -> None:
        who, step = self._whose(), self.step
        if step is None:
            return
        if not who.code or not who.side:
            step.note(_("! Write the patient's code and choose the side: a course belongs to one side."))
            return
        from nmes.ui.screens.course import CourseScreen  # noqa: PLC0415 - not needed for the first paint

        self.lay_over(CourseScreen(Who(who.code, who.side), self.protocols, self.settings.therapists))

    # --- reading ---

    def on_look_course(self, message: LookCourse) -> None:
        """The records are read again for each question."""
        self.run_worker(self._look_course(message.who), group="course")

    async def _look_course(self, who: Who) -> None:
        read = self.services.course
        if read is None:
            return
        try:
            course = await self._courses.ask(partial(read, who))
        except Overtaken:
            return
        except (RecordError, OSError) as error:
            for one in self._showing():
                one.show_trouble(str(error))
        else:
            for one in self._showing():
                one.show_course(course)

    def _showing(self) -> list[ShowsCourse]:
        return [one for one in self.screen_stack if isinstance(one, ShowsCourse)]

    # --- entering ---

    def on_enter_care(self, message: EnterCare) -> None:
        self.run_worker(self._enter_care(message), group="care")

    async def _enter_care(self, message: EnterCare) -> None:
        from nmes.core.care_checks import NotEnterable  # noqa: PLC0415 - not needed for the first paint
        from nmes.runtime.course_words import not_enterable  # noqa: PLC0415 - not needed for the first paint

        enter, form = self.services.enter_care, self._form()
        if enter is None or form is None:
            return
        try:
            await answered(in_thread(partial(enter, message.event, message.by), "nmes-enter"))
        except NotEnterable as error:
            form.complain(not_enterable(error))
        except (RecordError, OSError) as error:
            form.complain(_("It was not entered: {reason}").format(reason=error))
        else:
            form.finish()
            self._told_anew(message)
            if self._quits_after:
                await self.action_quit()
        finally:
            self._quits_after = False

    def _form(self) -> EntryScreen | None:
        from nmes.ui.screens.entry import EntryScreen  # noqa: PLC0415 - not needed for the first paint

        return next((one for one in self.screen_stack if isinstance(one, EntryScreen)), None)

    def _told_anew(self, message: EnterCare) -> None:
        """Everything that shows the course looks again: it is a fold over the record, and that has grown."""
        from nmes.runtime.course_entry_words import entry_sentence  # noqa: PLC0415 - not needed for the first paint
        from nmes.ui.screens.course import CourseScreen  # noqa: PLC0415 - not needed for the first paint

        said = _("Entered: {entry}, by {by}.").format(entry=entry_sentence(message.event), by=message.by)
        for one in self.screen_stack:
            if isinstance(one, CourseScreen):
                one.entered(message, said)
        self.on_look_course(LookCourse(Who(message.event.code, message.event.side)))
        self._look_up_today()

    def _look_up_today(self) -> None:
        """What the first screens show of the records is read again."""

    async def action_quit(self) -> None:
        """What is typed and not entered is asked about first, and what is being entered is waited for, because it may
        fail: nothing is live there, so nothing else waits.
        """
        form = self._form() if self.live is None else None
        if form is not None and form.saving:
            self._quits_after = True
            form.note(_("It is being written to the record; the program ends when it is there."), loud=False)
            return
        if form is not None and form.unsaved:
            form.action_leave()
            return
        await super().action_quit()
