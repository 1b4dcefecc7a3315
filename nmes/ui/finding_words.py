"""What was found on a patient, in words: skin, pain, outcomes, adverse events, notes; or why it was not looked at."""

from __future__ import annotations

from typing import Final, assert_never

from nmes.core import events as e
from nmes.language import _

SKIN: Final = (_("normal"), _("redness"), _("irritation"), _("burn or blister"))
"""By value."""


def finding_words(observed: e.Observed) -> str:
    """A finding, or why it was not made."""
    if observed.finding is not e.Finding.NOTE and observed.value is None:
        return _("{what}: not done, {reason}").format(what=_what(observed), reason=observed.text)
    match observed:
        case e.Observed(finding=e.Finding.SKIN, value=int(value)):
            skin = SKIN[value] if 0 <= value < len(SKIN) else str(value)
            said = f"{skin}; {observed.text}" if observed.text else skin
            return _("{what}: {found}").format(what=_what(observed), found=said)
        case e.Observed(finding=e.Finding.NRS, value=value, text=text):
            said = f"{value}/10; {text}" if text else f"{value}/10"
            return _("{what}: {found}").format(what=_what(observed), found=said)
        case e.Observed(finding=e.Finding.ADVERSE, value=0):
            return _("adverse events: none")
        case e.Observed(text=text, value=value):
            return _("{what}: {found}").format(what=_what(observed), found=text or str(value))


def _what(observed: e.Observed) -> str:
    match observed.finding:
        case e.Finding.SKIN:
            return _("skin under channel {channel}").format(channel=observed.of)
        case e.Finding.NRS:
            return _("pain")
        case e.Finding.OUTCOME:
            return _("outcome, {outcome}").format(outcome=observed.of)
        case e.Finding.ADVERSE:
            return _("adverse event")
        case e.Finding.NOTE:
            return _("note")
        case _:
            assert_never(observed.finding)
