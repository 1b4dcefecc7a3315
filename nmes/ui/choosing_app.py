"""What the list of protocols asks of the app: where a frequency comes from, and an editor on the copy of a protocol.

Law: while the editor stands no session is opened, and while a session is open or opening no editor is. What is not
saved is left only after a question, Ctrl+Q included.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from textual.screen import ModalScreen

from nmes.core.problems import ProblemsError
from nmes.record.errors import RecordError
from nmes.runtime.library import Loaded
from nmes.runtime.open import CannotStart
from nmes.runtime.shelf import Shelf
from nmes.ui.dressed_app import DressedApp
from nmes.ui.messages import Edit, LeaveEditor, LookUp, Save
from nmes.ui.services import Services
from nmes.ui.threads import Newest, Overtaken

if TYPE_CHECKING:  # each is loaded when it is built
    from nmes.ui.screens.choose import ChooseScreen
    from nmes.ui.screens.editor import EditorScreen


class ChoosingApp(DressedApp):
    """`protocols` grow by what is saved; without `save_own` nothing can be edited."""

    def __init__(self, services: Services) -> None:
        super().__init__(services.settings, services.save_settings)
        self.services = services
        self.protocols = Shelf(lambda: services.protocols)
        """Read when somebody first asks for one, which the first screen does not."""
        self.compile_plan = services.compile_plan
        self._origins = Newest()
        self._editor: EditorScreen | None = None
        self.opening: Loaded | None = None
        """The protocol of which a session is being opened."""

    @property
    def editor(self) -> EditorScreen | None:
        """The editor, if it stands."""
        return self._editor if self._editor in self.screen_stack else None

    @property
    def may_edit(self) -> bool:
        """Whether a copy may be opened now: nothing is live, and nothing is about to be."""
        return self.services.save_own is not None and self.live is None and self.opening is None and self.editor is None

    @property
    def choosing(self) -> ChooseScreen | None:
        """The list of protocols, while it is shown."""
        return None

    # --- where a frequency comes from ---

    def on_look_up(self, message: LookUp) -> None:
        self.run_worker(self._look_up(message), group="origin")

    async def _look_up(self, asked: LookUp) -> None:
        """The records are read again for each question."""
        try:
            origin = await self._origins.ask(partial(self.services.origin_of, asked.loaded, asked.who))
        except Overtaken:
            return
        except (CannotStart, RecordError) as error:
            self._tell(str(error))
        else:
            if self.choosing is not None:
                self.choosing.found(asked.loaded, asked.who, origin)

    def _tell(self, trouble: str) -> None:
        if self.choosing is not None:
            self.choosing.note(f"! {trouble}")

    # --- the editor ---

    def on_edit(self, message: Edit) -> None:
        if self.may_edit and not isinstance(self.screen, ModalScreen):
            taken = frozenset(loaded.protocol.id for loaded in self.protocols)
            original = self.protocols[message.index]
            from nmes.ui.screens.editor import EditorScreen  # noqa: PLC0415 - not needed for the first paint

            self._editor = EditorScreen(original, taken, lambda loaded: self.compile_plan(loaded, None))
            self.push_screen(self._editor)

    def on_save(self, message: Save) -> None:
        self.run_worker(self._write(message.new_id, message.text), exclusive=True, group="save")

    async def _write(self, new_id: str, text: str) -> None:
        editor, save = self.editor, self.services.save_own
        if editor is None or save is None:
            return
        try:
            loaded = await asyncio.to_thread(save, new_id, text)
        except ProblemsError as error:
            editor.complain(str(error))
        else:
            self.protocols.append(loaded)
            editor.finish()
            if self.choosing is not None:
                self.choosing.add(loaded)

    def on_leave_editor(self, _message: LeaveEditor) -> None:
        if self.editor is not None:
            self.editor.finish()

    async def action_quit(self) -> None:
        """With an unsaved copy the editor asks first: nothing is live there, so nothing waits for the answer."""
        editor = self.editor
        if editor is not None and editor.unsaved:
            editor.action_leave()
            return
        await super().action_quit()
