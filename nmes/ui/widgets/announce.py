"""The next change, said before it comes: 3, 2, 1, contract now. The words of one line; what changes is the core's.

In a stepped test nobody is asked to contract: the patient lets the leg rest and does not help, so its trains are told
as trains.
"""

from __future__ import annotations

from typing import Final, assert_never

from nmes.core.cues import Announce, Change, announcement
from nmes.core.view import View
from nmes.language import _
from nmes.ui.numbers import to_go

_TRAINS: Final = frozenset({Change.CONTRACT, Change.RELAX})
"""What a train of a stepped test does."""
_COUNTS: Final = {3: "3", 2: "3 - 2", 1: "3 - 2 - 1"}
"""What has been counted so far: it grows, so that it is seen without reading a digit."""


def announce_words(view: View) -> str:
    """One line; "" while nothing of the plan is live."""
    found = announcement(view)
    if found is None:
        return ""
    if view.step_mhz is not None and found.change in _TRAINS:
        return _of_a_test(found)
    if view.plan.kind == "tens" and found.change in _TRAINS:
        return _of_tens(found)
    if found.now:
        return _now(found)
    if found.count is not None and found.change is Change.CONTRACT:
        return _("GET READY   {count}").format(count=_COUNTS[found.count])
    return _coming(found).format(time=to_go(found.in_ms))


def _of_a_test(found: Announce) -> str:
    """The next train, or the end of this one."""
    begins = found.change is Change.CONTRACT
    if found.now:
        return _("TRAIN: watch the muscle") if begins else _("The train ends")
    if begins and found.count is not None:
        return _("NEXT TRAIN   {count}").format(count=_COUNTS[found.count])
    coming = _("Next train, in {time}") if begins else _("The train ends in {time}")
    return coming.format(time=to_go(found.in_ms))


def _of_tens(found: Announce) -> str:
    """Nobody is to contract: what begins and ends is the current."""
    begins = found.change is Change.CONTRACT
    if found.now:
        return _("CURRENT ON") if begins else _("CURRENT OFF")
    coming = _("Current on, in {time}") if begins else _("Current off, in {time}")
    return coming.format(time=to_go(found.in_ms))


def _now(found: Announce) -> str:
    match found.change:
        case Change.CONTRACT:
            return _("CONTRACT NOW")
        case Change.RELAX:
            return _("RELAX")
        case Change.STAGE:
            return _("Next part of the treatment")
        case Change.END:
            return _("The treatment is over")
        case _:
            assert_never(found.change)


def _coming(found: Announce) -> str:
    match found.change:
        case Change.CONTRACT:
            return _("Next: contract, in {time}")
        case Change.RELAX:
            return _("Next: relax, in {time}")
        case Change.STAGE:
            return _("Next part of the treatment, in {time}")
        case Change.END:
            return _("The treatment is over in {time}")
        case _:
            assert_never(found.change)
