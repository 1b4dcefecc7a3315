"""Which channels move together. A link is made on request only, belongs to one screen, and is always shown.

Law: up goes as one step of all or none (the session checks each); down is never held back by a link: it goes to all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nmes.language import _

LINKED = "&"
"""The mark beside a channel that is linked."""


@dataclass(frozen=True, slots=True)
class Links:
    """The channels that were linked; one alone is linked to nothing yet."""

    channels: frozenset[int] = frozenset()

    def toggled(self, channel: int, there: Iterable[int]) -> Links:
        """The channel into the link or out of it; where there are just two, both."""
        pair = frozenset(there)
        if len(pair) == 2:
            return Links() if self.channels else Links(pair)
        return Links(self.channels ^ {channel})

    def others(self, channel: int) -> tuple[int, ...]:
        """The channels that move with this one."""
        return tuple(sorted(self.channels - {channel})) if channel in self.channels else ()


def link_words(links: Links) -> str:
    """Which channels are linked, in words."""
    numbers = " + ".join(str(channel) for channel in sorted(links.channels))
    match len(links.channels):
        case 0:
            return _("Linked: none")
        case 1:
            return _("Linked: {channels} + ? (choose another, press l)").format(channels=numbers)
        case _:
            return _("LINKED: {channels}").format(channels=numbers)
