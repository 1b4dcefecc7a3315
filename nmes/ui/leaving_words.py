"""What is asked before a step back or a way out: what it voids, and what was given already.

Law: nobody is told that nothing flowed where something did, or where that is not known.
"""

from __future__ import annotations

from typing import Final

from nmes.core.view import View
from nmes.language import _

LEAVE: Final = _("Leave this session? Nothing is on. Its record will say that it ended early.")
LEAVE_GIVEN: Final = _("Leave this session? Nothing is on now, but current has flowed in it.")
LEAVE_CHECKLIST: Final = _(
    "Back to the protocols? This session ends here. Nothing was stimulated; its record will say that it ended early."
)
LEAVE_CHECKLIST_GIVEN: Final = _(
    "End this session here? Current has flowed in it: what is looked at after a treatment and its summary come first."
)
LEAVE_PADS: Final = _(
    "Back to the checklist? The side of the pads must be read back again, and every pad confirmed again."
)
LEAVE_LEVELS: Final = _("Back to the electrodes? Every level is void then, and is found again from 0.")


def was_given(view: View | None) -> bool:
    """Whether current has flowed in this session, or may have: its dose is known as a range."""
    return view is not None and any(dose.high_nc for dose in view.dose)


def leave_words(view: View | None) -> str:
    """Before anything can flow, or where it can no more."""
    return LEAVE_GIVEN if was_given(view) else LEAVE


def leave_checklist_words(view: View | None) -> str:
    """From the checklist back to the protocols."""
    return LEAVE_CHECKLIST_GIVEN if was_given(view) else LEAVE_CHECKLIST
