"""Why a protocol is not begun for a side: what it treats, and the side to give instead.

A module of its own because the command line, the question of the line mode and the app each say it before anything is
opened, each with the place where the side is given.
"""

from __future__ import annotations

from nmes.core.measurement import Side
from nmes.core.protocol import Protocol
from nmes.core.sides import side_fits, side_of
from nmes.language import _


def refusal_of_option(protocol: Protocol, side: str) -> str:
    """Why the side on the command line does not fit; "" if it does."""
    wanted = _other(protocol, side)
    if wanted is Side.BOTH:
        said = _("--side {side}: {protocol} treats both sides; give --side both")
    else:
        said = _("--side {side}: {protocol} treats the {wanted} side only; give --side {wanted}")
    return said.format(side=side, protocol=protocol.id, wanted=wanted) if wanted else ""


def refusal_of_answer(protocol: Protocol, side: str) -> str:
    """Why the side that was answered does not fit; "" if it does."""
    wanted = _other(protocol, side)
    if wanted is Side.BOTH:
        return _("This protocol treats both sides: type both as the side.")
    said = _("This protocol treats the {wanted} side only: type {wanted} as the side.")
    return said.format(wanted=wanted) if wanted else ""


def refusal_of_choice(protocol: Protocol, side: str) -> str:
    """Why the side that was chosen on step 1 does not fit; "" if it does."""
    match _other(protocol, side):
        case Side.BOTH:
            return _("This protocol treats both sides: choose BOTH on step 1 (F3)")
        case Side.LEFT:
            return _("This protocol treats the left side only: choose LEFT on step 1 (F3)")
        case Side.RIGHT:
            return _("This protocol treats the right side only: choose RIGHT on step 1 (F3)")
        case None:
            return ""


def _other(protocol: Protocol, side: str) -> Side | None:
    """The side that fits where this one does not."""
    return None if side_fits(protocol, side) else side_of(protocol)
