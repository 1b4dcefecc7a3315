"""The small figure of where the pads of one channel lie; the drawing itself is made in the core."""

from __future__ import annotations

from textual.widgets import Static

from nmes.core.body_map import SitesByChannel, figure

PLATE = 20
"""Columns of one drawing."""
WIDEST = 2
"""Drawings side by side; a channel whose pads lie on more is drawn in rows."""


class BodyMap(Static):
    """As wide as its drawings; nothing at all where no place is drawn."""

    DEFAULT_CSS = "BodyMap { width: auto; height: auto; }"

    def show(self, sites_by_channel: SitesByChannel) -> None:
        lines = figure(sites_by_channel, WIDEST * (PLATE + 1))
        self.display = bool(lines)
        self.update("\n".join(lines))


def columns(sites_by_channel: SitesByChannel) -> int:
    """How wide the figure of these channels is, with its padding."""
    lines = figure(sites_by_channel, WIDEST * (PLATE + 1))
    return max(map(len, lines)) + 2 if lines else 0
