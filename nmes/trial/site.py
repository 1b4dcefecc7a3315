"""Where the pads are, from what a protocol says in words, as the virtual patient wants it."""

from __future__ import annotations

from nmes.core.protocol import Protocol
from nmes.runtime.person import LENGTHS, Assumed, Length, assumed_length
from nmes.trial.bench.patients import Site

__all__ = ["LENGTHS", "Assumed", "Length", "assumed_length", "sites_of"]


def sites_of(protocol: Protocol, length: Length) -> dict[int, Site]:
    """One site a channel, its number as the key; the pads lie where they should (no distance from the motor point)."""
    return {
        number: Site(channel.muscle, channel.side, channel.pad_mm2, 0, length)
        for number, channel in enumerate(protocol.channels, 1)
    }
