"""What the first screen asks of the app: where a frequency comes from, and an editor on the copy of a protocol.

Law: while the editor stands no session is opened, and while a session is open or opening no editor is. What is not
saved is left only after a question, Ctrl+Q included.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from textual.screen import ModalScreen

from nmes.core.measurement import Origin, Who
from nmes.core.plan import Plan
from nmes.core.problems import ProblemsError
from nmes.record.errors import RecordError
from nmes.runtime.library import Loaded
from nmes.runtime.open import CannotStart
from nmes.ui.messages import Edit, LeaveEditor, LookUp, Save
from nmes.ui.screens.choose import ChooseScreen
from nmes.ui.screens.editor import EditorScreen
from nmes.ui.stopping_app import StoppingApp

Compile = Callable[[Loaded, int | None], Plan]
"""The plan of a protocol for a measured cramp threshold frequency in mHz, or for none."""
OriginOf = Callable[[Loaded, Who], Origin | None]
"""Where a protocol's frequency comes from for somebody; it reads the records, so it is asked in a thread."""
SaveOwn = Callable[[str, str], Loaded]
"""Writes a new own protocol (id, text) and reads it back; ProblemsError says why not, and then nothing was written."""


class ChoosingApp(StoppingApp):
    """`protocols` grow by what is saved; without `save` nothing can be edited."""

    def __init__(
        self, protocols: Sequence[Loaded], compile_plan: Compile, origin_of: OriginOf, save: SaveOwn | None
    ) -> None:
        super().__init__()
        self.protocols = list(protocols)
        self.compile_plan, self._origin_of, self._save = compile_plan, origin_of, save
        self._asked: LookUp | None = None
        self.opening: Loaded | None = None
        """The protocol of which a session is being opened."""

    @property
    def editor(self) -> EditorScreen | None:
        """The editor, if it stands."""
        return next((screen for screen in self.screen_stack if isinstance(screen, EditorScreen)), None)

    @property
    def may_edit(self) -> bool:
        """Whether a copy may be opened now: nothing is live, and nothing is about to be."""
        return self._save is not None and self.live is None and self.opening is None and self.editor is None

    @property
    def choosing(self) -> ChooseScreen | None:
        """The first screen, while the app is there."""
        return None

    # --- where a frequency comes from ---

    def on_look_up(self, message: LookUp) -> None:
        """One question at a time, always the newest: the records are read again for each."""
        if self._asked is None:
            self.run_worker(self._look_up())
        self._asked = message

    async def _look_up(self) -> None:
        asked = None
        while self._asked is not asked and self._asked is not None:
            asked = self._asked
            try:
                origin = await asyncio.to_thread(self._origin_of, asked.loaded, asked.who)
            except (CannotStart, RecordError) as error:
                self._tell(str(error))
            else:
                if self.choosing is not None:
                    self.choosing.found(asked.loaded, asked.who, origin)
        self._asked = None

    def _tell(self, trouble: str) -> None:
        if self.choosing is not None:
            self.choosing.note(f"! {trouble}")

    # --- the editor ---

    def on_edit(self, message: Edit) -> None:
        if self.may_edit and not isinstance(self.screen, ModalScreen):
            taken = frozenset(loaded.protocol.id for loaded in self.protocols)
            original = self.protocols[message.index]
            self.push_screen(EditorScreen(original, taken, lambda loaded: self.compile_plan(loaded, None)))

    def on_save(self, message: Save) -> None:
        self.run_worker(self._write(message.new_id, message.text))

    async def _write(self, new_id: str, text: str) -> None:
        editor, save = self.editor, self._save
        if editor is None or save is None:
            return
        try:
            loaded = await asyncio.to_thread(save, new_id, text)
        except ProblemsError as error:
            editor.complain(str(error))
        else:
            self.protocols.append(loaded)
            editor.dismiss()
            if self.choosing is not None:
                self.choosing.add(loaded)

    def on_leave_editor(self, _message: LeaveEditor) -> None:
        if self.editor is not None:
            self.editor.dismiss()

    def close_editor_window(self) -> bool:
        """Esc: what is open over the editor closes, or the editor asks to be left; False if there is no editor."""
        editor = self.editor
        if editor is None:
            return False
        if isinstance(self.screen, ModalScreen):
            self.screen.dismiss()
        else:
            editor.action_leave()
        return True

    async def action_quit(self) -> None:
        """With an unsaved copy the editor asks first: nothing is live there, so nothing waits for the answer."""
        editor = self.editor
        if editor is not None and editor.unsaved:
            editor.action_leave()
            return
        await super().action_quit()
