"""What the clinic sets once, by keyboard or mouse: station, therapists, pads, sound, theme, language, motion.

Law: no session is open while it stands, and nothing here touches a limit, a level or a STOP. What was changed is left
only after a question; a theme that is tried on is taken off again if it is not saved.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from nmes.language import LANGUAGES, _
from nmes.runtime.settings import Look, Settings, Sound
from nmes.ui import typed_settings as typed
from nmes.ui.flow import Stage
from nmes.ui.messages import LeaveSettings, SaveSettings
from nmes.ui.screens.base import StepScreen
from nmes.ui.screens.windows import Ask
from nmes.ui.typed_settings import Wrong
from nmes.ui.widgets.choice import Choice


class SettingsScreen(StepScreen):
    """`may_save`: whether there is a place to write them to."""

    STAGE = Stage.HOME
    CSS_PATH = "settings.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        # priority: what is typed after a Tab in one go belongs to the next field
        Binding("up,shift+tab", "app.focus_previous", _("field"), priority=True, show=False, id="settings.up"),
        Binding("down,tab", "app.focus_next", _("field"), priority=True, show=False, id="settings.down"),
        Binding("f2", "save", _("save"), priority=True, id="settings.save"),
        Binding("f3", "leave", _("leave"), priority=True, id="settings.leave"),
    ]

    def __init__(self, settings: Settings, *, may_save: bool = True) -> None:
        super().__init__("", _("Settings: no session is open"))
        self._begun, self._may_save, self._saving = settings, may_save, False

    def body(self) -> ComposeResult:
        now, motion = self._begun, {"": _("as it is"), "yes": _("reduced")}
        languages = {"": _("the system's"), **LANGUAGES}
        sounds = {Sound.ON: _("on"), Sound.MUTE: _("mute (a FAULT is still heard)")}
        with Vertical(id="settings"):
            yield from self._entry("station", _("Station"), now.station)
            yield from self._entry("therapists", _("Therapists"), "; ".join(now.therapists))
            yield from self._entry("pads", _("Pads owned, cm²"), typed.areas_text(now.pads_mm2))
            yield from self._choice("sound", _("Sound"), {str(key): word for key, word in sounds.items()}, now.sound)
            yield from self._choice("theme", _("Theme"), {str(look): str(look) for look in Look}, now.theme)
            yield from self._choice("language", _("Language"), languages, now.language)
            yield from self._choice("motion", _("Motion"), motion, "yes" if now.reduced_motion else "")
            yield Static(_HINT, id="hint", markup=False)

    @staticmethod
    def _entry(name: str, label: str, value: str) -> ComposeResult:
        with Horizontal():
            yield Static(label, classes="setting", markup=False)
            yield Input(value, id=name, compact=True, select_on_focus=False)

    @staticmethod
    def _choice(name: str, label: str, choices: dict[str, str], value: str) -> ComposeResult:
        with Horizontal():
            yield Static(label, classes="setting", markup=False)
            yield Choice(choices, str(value), id=name)

    def begin(self) -> None:
        self.query_one("#station", Input).focus()

    # --- what is typed ---

    def _text(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value

    def _chosen(self, name: str) -> str:
        return self.query_one(f"#{name}", Choice).value

    def typed(self) -> Settings | Wrong:
        """What stands on the screen, as settings; or the first thing that is wrong."""
        station = typed.station(self._text("station"))
        if isinstance(station, Wrong):
            return station
        names = typed.names(self._text("therapists"))
        if isinstance(names, Wrong):
            return names
        areas = typed.areas(self._text("pads"))
        if isinstance(areas, Wrong):
            return areas
        return replace(
            self._begun,
            station=station,
            therapists=tuple(names),
            pads_mm2=tuple(areas),
            sound=Sound(self._chosen("sound")),
            theme=Look(self._chosen("theme")),
            language=self._chosen("language"),
            reduced_motion=bool(self._chosen("motion")),
        )

    def on_input_changed(self) -> None:
        found = self.typed()
        self.note(f"! {found.sentence}" if isinstance(found, Wrong) else "")

    def on_input_submitted(self) -> None:
        self.app.action_focus_next()

    def on_choice_changed(self, event: Choice.Changed) -> None:
        """A theme is seen at once; a language is spoken from the next start on."""
        if event.choice.id == "theme":
            self.app.theme = event.value
        elif event.choice.id == "language":
            self.note(_("The language changes when nmes is started again."), loud=False)

    # --- the ways out ---

    def complain(self, sentence: str) -> None:
        """What kept them from being saved."""
        self._saving = False
        self.note(f"! {sentence}")

    def action_save(self) -> None:
        if self._saving:
            return
        found = self.typed()
        if isinstance(found, Wrong):
            self.note(f"! {found.sentence}")
        elif not self._may_save:
            self.note(_("! There is no place to save settings to."))
        else:
            self._saving = True
            self.post_message(SaveSettings(found))

    def action_leave(self) -> None:
        if self._saving:
            return  # it leaves by itself as soon as they are on the disk
        if self.typed() == self._begun:
            self._leave(yes=True)
        else:
            self.app.push_screen(Ask(_UNSAVED, _("leave without saving"), _("stay")), lambda yes: self._leave(yes=yes))

    def _leave(self, *, yes: bool | None) -> None:
        if yes:
            self.app.theme = self._begun.theme
            self.post_message(LeaveSettings())


_UNSAVED = _("These settings are not saved. What you changed would be lost.")
_HINT = _("Put a semicolon between names and between sizes. Tab or an arrow goes on; Enter or a click changes a word.")
