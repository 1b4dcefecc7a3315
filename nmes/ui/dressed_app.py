"""How the app looks and sounds, by what the clinic has set, and the screen on which that is changed.

Separate from the flow of the screens: nothing here decides what is shown, and nothing here may hold up a STOP.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.widgets import Input

from nmes.core.cues import cues
from nmes.core.problems import ProblemsError
from nmes.core.view import View
from nmes.runtime.settings import Look, Settings
from nmes.ui import bindings
from nmes.ui.messages import LeaveSettings, SaveSettings
from nmes.ui.sound import Sounds
from nmes.ui.stopping_app import StoppingApp
from nmes.ui.theme import look_of, wear

if TYPE_CHECKING:  # loaded when they are needed
    from textual.command import Provider

    from nmes.ui.palette import Command
    from nmes.ui.screens.settings import SettingsScreen

_F_KEY = re.compile(r"f[0-9]{1,2}")
SaveThem = Callable[[Settings], object]
"""Writes the settings; ProblemsError says why not. It touches the disk, so it is called in a thread."""


def _commands() -> type[Provider]:
    from nmes.ui.palette import Commands  # noqa: PLC0415 - not needed for the first paint

    return Commands


class DressedApp(StoppingApp):
    """`settings` are those of now; without `save_settings` they can be tried but not kept."""

    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_commands}

    def __init__(self, settings: Settings, save_settings: SaveThem | None = None) -> None:
        super().__init__()
        self.settings, self._save_settings = settings, save_settings
        self._settings_screen: SettingsScreen | None = None
        self.offered: tuple[Command, ...] = ()
        """What the list of commands holds."""
        self.sounds = Sounds(self.bell, self.set_timer, settings.sound)

    def get_key_display(self, binding: Binding) -> str:
        """As it stands on the key: `F2`."""
        shown = super().get_key_display(binding)
        return shown.upper() if _F_KEY.fullmatch(shown) else shown

    def offer(self) -> None:
        """Note what can be commanded now: once the list of commands lies over the screen, that is another question."""
        from nmes.ui.palette import commands  # noqa: PLC0415 - not needed for the first paint

        self.offered = tuple(commands(self, self.screen))

    def dress(self) -> None:
        """Theme, added keys, and a cursor that stands still where motion is not wanted; once, when the app is there."""
        self.animation_level = "none"  # also where Textual was imported before `budget.prepare`
        wear(self, look_of(self.settings, os.environ))
        bindings.install(self, self.settings.keymap)
        self.tap.more_stops = self.settings.keymap.stop_keys()

    def on_descendant_focus(self) -> None:
        """A text field got the keys."""
        if self.settings.reduced_motion and isinstance(self.focused, Input):
            self.focused.cursor_blink = False

    def hear(self, before: View | None, after: View) -> None:
        """A new View: what may be heard of it."""
        self.sounds.play(cues(before, after))

    # --- the settings ---

    @property
    def editing_settings(self) -> SettingsScreen | None:
        """The settings screen, if it stands."""
        return self._settings_screen if self._settings_screen in self.screen_stack else None

    def action_settings(self) -> None:
        if self.live is None and self.editing_settings is None:
            from nmes.ui.screens.settings import SettingsScreen  # noqa: PLC0415 - not needed for the first paint

            self._settings_screen = SettingsScreen(self.settings, may_save=self._save_settings is not None)
            self.push_screen(self._settings_screen)

    def on_save_settings(self, message: SaveSettings) -> None:
        self.run_worker(self._write_settings(message.settings), exclusive=True, group="settings")

    async def _write_settings(self, wanted: Settings) -> None:
        screen, save = self.editing_settings, self._save_settings
        if screen is None or save is None:
            return
        try:
            await asyncio.to_thread(save, wanted)
        except ProblemsError as error:
            screen.complain(str(error))
        else:
            self.settings, self.sounds.sound = wanted, wanted.sound
            self._worn()
            screen.finish()

    def on_leave_settings(self, _message: LeaveSettings) -> None:
        self._worn()
        if self.editing_settings is not None:
            self.editing_settings.finish()

    def _worn(self) -> None:
        look: Look = look_of(self.settings, os.environ)
        self.theme = look
