"""Who lies on the simulator's electrodes beside a session, and how: in words only, the simulator is not known here.

How long a muscle is comes from the protocol's position, in words; what was assumed is said. A muscle that is shortened
cramps more easily, so the length matters for the cramp protocols [source: Behringer 2014, through the virtual patient's
model]. Only plain words are understood; everything else counts as neutral [design].
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from nmes.core.protocol import Protocol

CRAMP_PRONE: Final = "cramp_prone_calf"
"""The virtual patient who comes when nobody else is asked for: somebody whose calf cramps [design]."""
Length = Literal["shortened", "neutral", "stretched"]
LENGTHS: Final[tuple[Length, ...]] = ("shortened", "neutral", "stretched")

_PLAIN: Final[dict[str, Length]] = {
    "shortened": "shortened",
    "lengthened": "stretched",
    "stretched": "stretched",
}
_CALF: Final[dict[str, Length]] = {
    "plantarflexed": "shortened",
    "plantar flexion": "shortened",
    "plantarflexion": "shortened",
    "foot pointed": "shortened",
    "ankle pointed": "shortened",
    "dorsiflexed": "stretched",
    "dorsiflexion": "stretched",
}
_CALF_MUSCLES: Final = re.compile(r"gastrocnemius|soleus|calf|triceps surae", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Assumed:
    """The length taken for every muscle of a protocol, and why, as a sentence part."""

    length: Length
    why: str


def assumed_length(protocol: Protocol, asked: Length | None = None) -> Assumed:
    """What was asked for; else the first word of the protocol's position that tells; else neutral."""
    if asked is not None:
        return Assumed(asked, "as asked with --length")
    text = protocol.position.lower()
    calf = any(_CALF_MUSCLES.search(channel.muscle) for channel in protocol.channels)
    words = {**_PLAIN, **(_CALF if calf else {})}
    found = sorted((text.index(word), word) for word in words if word in text)
    if found:
        word = found[0][1]
        return Assumed(words[word], f'assumed from "{word}" in the protocol\'s position')
    return Assumed("neutral", "assumed: no word for the muscle's length was recognised in the protocol's position")


@dataclass(frozen=True, slots=True)
class PersonSite:
    """A channel's pads: the muscle in the protocol's words, its side, and the smaller pad's area."""

    channel: int
    muscle: str
    side: str
    pad_mm2: int
    length: Length


@dataclass(frozen=True, slots=True)
class Person:
    """A virtual patient by the name of its profile, with pads where a protocol wants them."""

    profile: str
    sites: tuple[PersonSite, ...]


def person_for(protocol: Protocol, profile: str = CRAMP_PRONE) -> Person:
    """The pads lie where they should; the muscle is as long as the protocol's position makes it."""
    length = assumed_length(protocol).length
    return Person(
        profile,
        tuple(
            PersonSite(number, channel.muscle, channel.side, channel.pad_mm2, length)
            for number, channel in enumerate(protocol.channels, 1)
        ),
    )
