"""`nmes settings`: what is set, where the files lie, and whether they can be read. Nothing here writes."""

from __future__ import annotations

from nmes.cli.exits import GOOD, wrong
from nmes.core.problems import ProblemsError
from nmes.language import LANGUAGES, _
from nmes.record.files import home
from nmes.runtime import keymap, settings
from nmes.runtime.numbers import area
from nmes.runtime.settings import Settings, Sound


def show() -> int:
    """Each setting with what it is now, then the added keys."""
    found = checked()
    unset = _("not set")
    rows = {
        _("station"): found.station or unset,
        _("therapists"): "; ".join(found.therapists) or unset,
        _("pads owned"): _("{areas} cm²").format(areas="; ".join(area(mm2) for mm2 in found.pads_mm2))
        if found.pads_mm2
        else unset,
        _("sound"): _("on") if found.sound is Sound.ON else _("mute (a FAULT is still heard)"),
        _("theme"): str(found.theme),
        _("language"): LANGUAGES.get(found.language, _("the system's")),
        _("reduced motion"): _("yes") if found.reduced_motion else _("no"),
    }
    width = max(len(label) for label in rows)
    for label, value in rows.items():
        print(f"{label:<{width}}  {value}")
    for binding, keys in found.keymap.keys().items():
        print(_("added keys for {binding}: {keys}").format(binding=binding, keys=", ".join(keys)))
    return GOOD


def paths() -> int:
    """Where the files lie, and whether they are there."""
    for path in (settings.path_of(home()), keymap.path_of(home())):
        print(path if path.exists() else _("{path} (not there: what is built in holds)").format(path=path))
    return GOOD


def check() -> int:
    """Read both files as the app does; every error with line and column."""
    checked()
    print(_("The settings can be read, and no added key takes another one's place."))
    return GOOD


def checked() -> Settings:
    """The settings, with the keymap held against the screens; what is wrong ends the command with exit code 2."""
    try:
        found = settings.load(home())
        if found.keymap.added:  # the screens are loaded only if there is something to hold against them
            from nmes.ui.app import NmesApp
            from nmes.ui.bindings import check as check_keys

            check_keys(found.keymap, NmesApp)
    except ProblemsError as error:
        wrong(*(str(problem) for problem in error.problems))
    return found
