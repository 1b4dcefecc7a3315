"""What the app keeps beside the steps: the alarms, the virtual patient's bench, reports, and screens laid over a step.

It is separate from the flow, which must stay readable: nothing here decides which step is shown. Law: acknowledging an
alarm changes the alarm only. A screen is laid over a step only where no session is open, or it is over.
"""

from __future__ import annotations

import asyncio
from typing import ClassVar, Protocol, runtime_checkable

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, Screen

from nmes.core.alarm import Alarms, absent_soon
from nmes.core.events import Acknowledged
from nmes.core.printable import printable
from nmes.core.view import View
from nmes.language import _
from nmes.record.errors import RecordError
from nmes.runtime.sim_bench import SimBench
from nmes.ui.choosing_app import ChoosingApp
from nmes.ui.messages import Report
from nmes.ui.screens.base import StepScreen
from nmes.ui.services import Services
from nmes.ui.threads import Asking


@runtime_checkable
class Left(Protocol):
    """A screen laid over a step that is left in a way of its own, such as after a question."""

    def action_leave(self) -> None: ...


class WatchingApp(ChoosingApp):
    """`step` is the screen of the flow that is shown or lies under what was laid over it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f6", "bench", _("bench"), id="bench"),
        Binding("f8", "acknowledge", _("seen"), id="acknowledge", priority=True),
        Binding("f9", "settings", _("settings"), id="settings"),
        Binding("f10", "audit", _("records"), id="audit"),
    ]

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self.alarms = Alarms()
        self._watched: View | None = None
        self._one_report = asyncio.Lock()
        self._records = Asking()
        self.absent_limit_ms = 0
        """How long nobody may be at the keys of the open session; 0 = no session."""
        self.bench_beside = False
        """Whether the bench stands beside the steps."""

    # --- alarms ---

    def watch_view(self, view: View) -> None:
        """Every View that is shown, whatever lies over the step."""
        before, self.alarms = self.alarms, self.alarms.next(view, absent_soon=self._absent_soon(view))
        self.hear(self._watched, view)
        self._watched = view
        if before.all != self.alarms.all:
            self.screen.refresh_bindings()

    def _absent_soon(self, view: View) -> bool:
        if "pause" not in view.may or not self.absent_limit_ms:
            return False
        return absent_soon(self.absent_limit_ms, view.now_ms - self.touched_ms)

    def action_acknowledge(self) -> None:
        """The alarm has been seen; the session notes it, and nothing else follows."""
        shown = self.alarms.shown
        if shown is not None:  # what has been seen is not offered again, see `check_action`
            self.alarms = self.alarms.acknowledge(shown.code)
            if self.live is not None and not self.live.done:
                self.live.post(Acknowledged(shown.code))
            self.screen.refresh_bindings()

    def forget_session(self) -> None:
        super().forget_session()
        self.alarms, self.absent_limit_ms, self._watched = Alarms(), 0, None

    # --- the bench of the simulator ---

    def bench(self) -> SimBench | None:
        """The virtual patient of the open session, if there is one."""
        return None if self.live is None or self.live.done else self.services.sim_bench(self.live)

    def action_bench(self) -> None:
        """Beside the step where there is room, else in a window."""
        step = self.step
        if step is None or self.is_over:
            return
        if step.has_room_beside:
            self.bench_beside = not self.bench_beside
            step.show_bench()
        else:
            from nmes.ui.screens.bench import BenchWindow  # noqa: PLC0415 - not needed for the first paint

            self.push_screen(BenchWindow(self.bench))

    # --- what is laid over a step ---

    @property
    def step(self) -> StepScreen | None:
        """The screen of the flow."""
        return None

    @property
    def is_over(self) -> bool:
        """Whether something is laid over the step: a window, or a whole screen."""
        return self.screen is not self.step

    def action_help(self) -> None:
        if not isinstance(self.screen, ModalScreen):
            from nmes.ui.help_texts import help_text  # noqa: PLC0415 - not needed for the first paint
            from nmes.ui.screens.windows import Help  # noqa: PLC0415 - not needed for the first paint

            self.push_screen(Help(help_text(self, self.screen, self.settings.keymap.keys())))

    def action_command_palette(self) -> None:
        if not isinstance(self.screen, ModalScreen):
            from nmes.ui.screens.windows import Palette  # noqa: PLC0415 - not needed for the first paint

            self.offer()
            self.push_screen(Palette(id="--command-palette"))

    def action_audit(self) -> None:
        from nmes.ui.screens.audit import AuditScreen  # noqa: PLC0415 - not needed for the first paint

        self.lay_over(AuditScreen(self.services, asking=self._records))

    def lay_over(self, screen: Screen[None]) -> None:
        """A whole screen over the step, only where nothing is open."""
        if not self.is_over and (self.live is None or self.live.done):
            self.push_screen(screen)

    def close_what_is_open(self) -> bool:
        """Esc: the window, or the screen laid over the step, closes or asks to be left; False if there is none."""
        screen = self.screen
        if not self.is_over:
            return False
        if not isinstance(screen, ModalScreen) and isinstance(screen, Left):
            screen.action_leave()
        else:
            screen.dismiss()
        return True

    # --- reports ---

    def on_report(self, message: Report) -> None:
        self.run_worker(self._write_report(message.session), group="report")

    async def _write_report(self, session: str) -> None:
        """In a thread, and one after another: STOP, heartbeat and screen wait for no report."""
        write = self.services.write_report
        asked_on = next((one for one in reversed(self.screen_stack) if isinstance(one, StepScreen)), None)
        if write is None or asked_on is None:
            return
        try:
            async with self._one_report:
                said, failed = str(await asyncio.to_thread(write, session)), False
        except (RecordError, OSError) as error:
            said, failed = str(error), True
        asked_on.show_report(printable(said), failed=failed)
