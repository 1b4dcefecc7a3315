"""On which sides of the body a protocol's channels lie, and for which side a session of it may be.

Law: a session says one side, and its read-back is compared with that. A protocol that lies on another side, or on both,
would make the false answer pass and the honest one fail, so it is not begun. A protocol speaks its own words (`right
leg`, `weak side`, `rechtes Bein`); what names no side of the body fits every session. English and German are read here;
what is in other words, `doubts` asks about. What a side is not (`not left`) names none, and no file may say so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from nmes.core.measurement import Side
from nmes.core.protocol import Channel, Protocol

_EACH: Final = {
    Side.LEFT: re.compile(r"\b(left|links|linksseitig|linke[nmrs]?|li|l)\b"),
    Side.RIGHT: re.compile(r"\b(right|rechts|rechtsseitig|rechte[nmrs]?|re|r)\b"),
}
_BOTH: Final = re.compile(
    r"(sides?: )?(b|both|bilateral|beide[nmrs]?|beidseits|beidseitig|bds\.?)"
    r"( (?!of\b|the\b|de[rsm]\b|von\b)[\w-]+){0,2}"
)
"""Said of one channel as a whole: `both sides of the pain` is not both sides of the body."""
_OR: Final = re.compile(r"\b(or|oder)\b")
_NOT: Final = re.compile(r"\b(not|non|never|except|nicht|nie|ohne|ausser)\b.*\b(left|right|both|link|recht|beid)")
_AROUND: Final = re.compile(r"\b(both sides of|beidseits de[rsm]|beide seiten de[rsm])\b")
"""Around a place that is no limb: each session compares its own side."""


def _named(text: str) -> frozenset[Side]:
    plain = text.strip().casefold()
    if _NOT.search(plain):
        return frozenset()
    if _BOTH.fullmatch(plain):
        return frozenset({Side.LEFT, Side.RIGHT})
    named = frozenset(side for side, words in _EACH.items() if words.search(plain))
    return frozenset() if len(named) > 1 and _OR.search(plain) else named


def says_what_it_is_not(text: str) -> bool:
    """`not left`: nobody can tell from it which side it is."""
    return bool(_NOT.search(text.casefold()))


def leaves_it_open(text: str) -> bool:
    """Whether the words name neither a side nor one place that each session has on its own side."""
    plain = text.casefold()
    return not _named(text) and not _ONE.search(plain) and not _AROUND.search(plain)


@lru_cache(maxsize=1024)
def one_side(text: str) -> str:
    """`left` or `right` where a channel's own words say exactly one of the two, else "".

    Every View asks for every channel, and each time it is the same few words.
    """
    named = _named(text)
    return next(iter(named)).value if len(named) == 1 else ""


_ONE: Final = re.compile(
    r"\b(side|leg|foot|knee|thigh|calf|arm|hand|shoulder|limb"
    r"|seite|bein|fuss|knie|oberschenkel|unterschenkel|wade|schulter)\b"
)


def is_of_one_side(protocol: Protocol) -> bool:
    """Whether it is for one side, whichever that is: `painful side`, `leg to be trained`. No session of it is BOTH."""
    return not sides_of(protocol) and any(_ONE.search(channel.side.casefold()) for channel in protocol.channels)


_SITES: Final = "_"


def places_of(channels: Sequence[Channel]) -> tuple[str, ...]:
    """What tells channels apart that are called alike, out of the codes of their sites; "" where nothing has to.

    What both pads of a channel have in common, such as `lumbar`; where that is alike too, the place of the first pad.
    """
    called = [(channel.muscle, one_side(channel.side)) for channel in channels]
    common = [_common(channel) for channel in channels]
    return tuple(
        ""
        if called.count(name) == 1
        else _apart(index, [i for i, other in enumerate(called) if other == name], common)
        or " ".join(channels[index].body_sites[:1]).replace(_SITES, " ")
        for index, name in enumerate(called)
    )


def _common(channel: Channel) -> str:
    if not channel.body_sites:
        return ""  # of a version from before there were any
    first, *others = (site.split(_SITES) for site in channel.body_sites)
    return " ".join(word for word in first if all(word in other for other in others))


def _apart(index: int, alike: Sequence[int], common: Sequence[str]) -> str:
    """What the pads have in common, if no other channel that is called alike has the same."""
    return common[index] if [common[other] for other in alike].count(common[index]) == 1 else ""


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
    if side == Side.BOTH and is_of_one_side(protocol):
        return False
    return not side or fits is None or side == fits
