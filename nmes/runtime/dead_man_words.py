"""What has to be said loudly of a device without a dead-man before anything may start on it. Pure.

The same sentences for the screens and for line by line; what can and cannot be covered is said plainly.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nmes.core.capabilities import ElectrodeFeedback
from nmes.core.view import View
from nmes.language import _

CONFIRM: Final = _(
    "Take the emergency button in your hand and test it. Then type button and your name: you have it in reach, and it "
    "works."
)
PRESS: Final = _("PRESS THE EMERGENCY BUTTON NOW: this stimulator does not stop by itself.")
CONFIRMED: Final = _("Emergency button in reach and tested: {name}")


def without_dead_man(view: View) -> bool:
    """Whether the device goes on by itself when everything else fails."""
    return not view.plan.capabilities.has_dead_man


def warnings(view: View, *, contact: bool = True) -> Iterator[str]:
    """Each a sentence or two; nothing of a device that stops by itself. `contact`: also what it cannot tell of pads,
    which a screen may say elsewhere.
    """
    if not without_dead_man(view):
        return
    yield _(
        "THE {device} DOES NOT STOP BY ITSELF: if this program, this computer or the cable fails, it goes on "
        "stimulating."
    ).format(device=view.plan.capabilities.model)
    if contact and view.plan.capabilities.electrode_feedback is ElectrodeFeedback.NONE:
        yield _("It never tells that an electrode is off: look, and ask.")
    yield _("The emergency button is the only independent stop.")
    yield _(
        "A second program, the keeper, stops it if nmes dies or stands still for 1 s. If both are ended, the cable is "
        "pulled, or the computer sleeps or loses its power, NOTHING stops it: press the button."
    )
