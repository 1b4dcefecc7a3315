"""Why a protocol is not begun for a side: what it treats, and the side to give instead.

A module of its own because the command line, the question of the line mode and the app each say it before anything is
opened, each with the place where the side is given.
"""

from __future__ import annotations

from nmes.core.measurement import Side
from nmes.core.protocol import Protocol
from nmes.core.sides import is_of_one_side, side_fits, side_of
from nmes.language import _


def refusal_of_option(protocol: Protocol, side: str) -> str:
    """Why the side on the command line does not fit; "" if it does."""
    wanted = _other(protocol, side)
    if _wants_one(protocol, side):
        return _("--side {side}: {protocol} treats one side; give --side left or --side right").format(
            side=side, protocol=protocol.id
        )
    if wanted is Side.BOTH:
        said = _("--side {side}: {protocol} treats both sides; give --side both")
    else:
        said = _("--side {side}: {protocol} treats the {wanted} side only; give --side {wanted}")
    return said.format(side=side, protocol=protocol.id, wanted=wanted) if wanted else ""


def refusal_of_answer(protocol: Protocol, side: str) -> str:
    """Why the side that was answered does not fit; "" if it does."""
    if _wants_one(protocol, side):
        return _("This protocol treats one side: type left or right as the side.")
    wanted = _other(protocol, side)
    if wanted is Side.BOTH:
        return _("This protocol treats both sides: type both as the side.")
    said = _("This protocol treats the {wanted} side only: type {wanted} as the side.")
    return said.format(wanted=wanted) if wanted else ""


def refusal_of_choice(protocol: Protocol, side: str) -> str:
    """Why the side that was chosen on step 1 does not fit; "" if it does."""
    if _wants_one(protocol, side):
        return _("This protocol treats one side: choose LEFT or RIGHT on step 1 (F3)")
    match _other(protocol, side):
        case Side.BOTH:
            return _("This protocol treats both sides: choose BOTH on step 1 (F3)")
        case Side.LEFT:
            return _("This protocol treats the left side only: choose LEFT on step 1 (F3)")
        case Side.RIGHT:
            return _("This protocol treats the right side only: choose RIGHT on step 1 (F3)")
        case None:
            return ""


def _wants_one(protocol: Protocol, side: str) -> bool:
    """Whether BOTH was said for a protocol of one side, whichever that is."""
    return side == Side.BOTH and is_of_one_side(protocol)


def _other(protocol: Protocol, side: str) -> Side | None:
    """The side that fits where this one does not."""
    return None if side_fits(protocol, side) else side_of(protocol)
