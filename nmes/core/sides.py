"""On which sides of the body a protocol's channels lie, and for which side a session of it may be.

Law: a session says one side, and its read-back is compared with that. A protocol that lies on another side, or on both,
would make the false answer pass and the honest one fail, so it is not begun. A protocol speaks its own words (`right
leg`, `weak side`); what names no side of the body fits every session.
"""

from __future__ import annotations

import re

from nmes.core.measurement import Side
from nmes.core.protocol import Protocol

_BOTH = frozenset({"both", "both sides", "both legs", "bilateral"})
"""Said of one channel as a whole: `both sides of the pain` is not both sides of the body."""


def _named(text: str) -> frozenset[Side]:
    plain = text.strip().casefold()
    if plain in _BOTH:
        return frozenset({Side.LEFT, Side.RIGHT})
    named = frozenset(side for side in (Side.LEFT, Side.RIGHT) if re.search(rf"\b{side}\b", plain))
    return frozenset() if len(named) > 1 and re.search(r"\bor\b", plain) else named


def one_side(text: str) -> str:
    """`left` or `right` where a channel's own words say exactly one of the two, else ""."""
    named = _named(text)
    return next(iter(named)).value if len(named) == 1 else ""


def sides_of(protocol: Protocol) -> frozenset[Side]:
    """LEFT, RIGHT, or both of them; empty where the protocol leaves it to the session."""
    return frozenset(side for channel in protocol.channels for side in _named(channel.side))


def side_of(protocol: Protocol) -> Side | None:
    """The one answer that fits; None where every side does."""
    sides = sides_of(protocol)
    return Side.BOTH if len(sides) > 1 else next(iter(sides), None)


def side_fits(protocol: Protocol, side: str) -> bool:
    """Whether a session of it may be for this side; "" is a session that says none, and reads none back."""
    fits = side_of(protocol)
    return not side or fits is None or side == fits
