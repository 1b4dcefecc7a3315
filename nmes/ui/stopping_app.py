"""An app that stops first: whatever ends it, a key, a fault, a lost terminal, ends the output before anything else.

It is separate from the flow of the screens, which may change often; nothing here should need to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from operator import attrgetter
from typing import Any, ClassVar

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.driver import Driver

from nmes.core.view import View
from nmes.language import _
from nmes.runtime.live import Live, Summary
from nmes.ui.input_tap import Stamp, Tap, tapped
from nmes.ui.outcome import ABORTED, is_halted, went_well
from nmes.ui.threads import answered, in_thread

FAULT = _("nmes ended: {error}. The output was stopped first. Look at the stimulator before you start again.")


class StoppingApp(App[None]):
    """`live` is the open session, if any; `failure` what ended the app; `touched_ms` when a key was last pressed."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f12,ctrl+c", "stop_all('key')", _("STOP"), priority=True, show=False, id="stop"),
        Binding("ctrl+q", "quit", _("quit"), priority=True, show=False, id="quit"),
    ]

    def __init__(self) -> None:
        self.live: Live | None = None
        self.latest: View | None = None
        self.failure: BaseException | None = None
        self._session_opening: asyncio.Future[Live] | None = None
        self._record_closing: asyncio.Future[Summary] | None = None
        self._aborted = False
        self.hand_ms: Callable[[View], int] = attrgetter("now_ms")
        self.tap = Tap(self.stop, self._epoch, lambda: self.size.height, now_ms=self.hand_now)
        self._input, self._key = Stamp(0), ""
        self.touched_ms = 0
        super().__init__()

    # --- STOP ---

    def stop(self, source: str) -> None:
        """STOP, from any thread; there is nothing to stop before a session is open."""
        live = self.live
        if live is not None:
            live.stop(source)

    def stop_and_exit(self, source: str, return_code: int) -> None:
        """For other threads (signals): stop in the caller's own thread, then ask the app to end."""
        self.stop(source)
        self.call_later(self.exit, None, return_code)

    def action_stop_all(self, source: str) -> None:
        """The second hearing of a STOP; the first was in the reading thread, where there is one."""
        if not self._input.stopped:
            self.stop(self.tap.f12 if source == "key" and self._key == "f12" else source)

    # --- the session ---

    async def open_session(self, opened: Callable[[], Live]) -> None:
        """It is `live` as soon as it is open. Who leaves meanwhile waits for it, so that it is never nobody's."""
        self._session_opening = opening = in_thread(opened, "nmes-open")
        self.live = await answered(opening)
        self._session_opening = None

    async def _leave_what_opens(self) -> None:
        """A session that is still being opened by whoever leaves: it is ended as soon as it is there."""
        opening = self._session_opening
        if opening is None:
            return
        await asyncio.wait({opening})
        self._session_opening = None
        if opening.exception() is None:
            self.live = opening.result()
            self._leave_session()

    # --- the ways out ---

    async def action_quit(self) -> None:
        """Stop, close the record, then leave."""
        self._leave_session()
        await self.close_record()
        self.exit()

    async def close_record(self) -> Summary | None:
        """End the session and close its record, in a thread, once however many ask; None before there is a session."""
        await self._leave_what_opens()
        live = self.live
        if live is None:
            return None
        if self._record_closing is None:
            self._record_closing = in_thread(live.finish, "nmes-finish")
        summary = await answered(self._record_closing)
        if self.failure is None:  # a fault has its own exit code, and may be that the View cannot be read
            self._aborted = self._aborted or not went_well(live.view, summary)
        return summary

    def _leave_session(self, source: str = "quit") -> None:
        """A quit that cuts off what is live aborts the session; one from a halted state only ends it."""
        if self.live is not None:
            halted = self.failure is not None or is_halted(self.live.view)
            self.stop(source)
            self._aborted = self._aborted or not halted

    @property
    def return_code(self) -> int | None:
        """Textual's, and 1 where it would be 0 although a session was aborted."""
        code = super().return_code
        return ABORTED if self._aborted and not code else code

    def forget_session(self) -> None:
        """The closed session is no longer shown."""
        self.live = self.latest = self._record_closing = None

    async def run_async(self, **options: Any) -> None:
        """However the app ends, the session is stopped and its record closed."""
        try:
            await super().run_async(**options)
        finally:
            if self.live is not None and not self.live.done:
                self._leave_session("terminal")  # nobody quit: the way out was taken from under the app
            await self.close_record()

    def watch_tasks(self) -> None:
        """Tasks that are nobody's fail like everything else; call once the loop runs."""
        asyncio.get_running_loop().set_exception_handler(self._task_failed)

    def _task_failed(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, Exception):
            self._handle_exception(error)

    def _handle_exception(self, error: Exception) -> None:
        """Textual's one door for what escapes a handler, a timer or a worker."""
        self.stop("program_error")
        self.failure = self.failure or error
        super()._handle_exception(error)

    def panic(self, *_renderables: object) -> None:
        """Textual's other door: the terminal can no longer be read."""
        self.stop("terminal")
        self._fatal_error()

    def _fatal_error(self) -> None:
        """One sentence instead of a traceback."""
        self._return_code = 1
        found = _("the terminal was lost")
        if self.failure:
            found = _("a fault in the program ({name})").format(name=type(self.failure).__name__)
        self._exit_renderables[:] = [FAULT.format(error=found)]
        self._close_messages_no_wait()

    # --- input ---

    @property
    def input_epoch(self) -> int:
        """The session's epoch when the key or click that is being handled was read."""
        return self._input.epoch

    @property
    def input_ms(self) -> int:
        """When that key or click was read, on the clock of the hand."""
        return self._input.read_ms

    def hand_now(self) -> int:
        """The clock of the hand, now, in any thread; 0 without a session."""
        return self.hand_ms(self.live.view) if self.live is not None else 0

    def get_driver_class(self) -> type[Driver]:
        return tapped(super().get_driver_class())

    def _epoch(self) -> int:
        return self.live.view.epoch if self.live is not None else 0

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.InputEvent) and not self.screen_stack:
            return  # it is ending: what was still typed has no screen, and a STOP was heard where it was read
        if isinstance(event, events.InputEvent) and not event.is_forwarded:
            self._input = self.tap.stamp_of(event)
            self._key = event.key if isinstance(event, events.Key) else ""
            if self.live is not None:
                self.latest = self.live.view
                self._touched(self.live, event)
        await super().on_event(event)

    def _touched(self, live: Live, event: events.InputEvent) -> None:
        """Somebody is at the controls; a press of the patient's own foot switch is not that somebody."""
        by_patient = self._key == "f12" and self.tap.f12 != "key"
        if isinstance(event, events.Key | events.MouseDown) and not by_patient:
            live.touch()
            self.touched_ms = live.view.now_ms
