"""Where the pads are and how long the muscle is, from what a protocol says in words; what was assumed is said.

A muscle that is shortened cramps more easily, so the length matters for the cramp protocols [source: Behringer 2014,
through the virtual patient's model]. Only plain words are understood; everything else counts as neutral [design].
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from nmes.core.protocol import Protocol
from nmes.trial.bench.patients import Site

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


def sites_of(protocol: Protocol, length: Length) -> dict[int, Site]:
    """One site a channel, its number as the key; the pads lie where they should (no distance from the motor point)."""
    return {
        number: Site(channel.muscle, channel.side, channel.pad_mm2, 0, length)
        for number, channel in enumerate(protocol.channels, 1)
    }
