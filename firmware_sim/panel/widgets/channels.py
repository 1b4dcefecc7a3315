"""The channels, one row each. A click on a row chooses it, as the keys 1 to 8 do."""

from __future__ import annotations

from itertools import zip_longest

from textual.app import ComposeResult
from textual.containers import Vertical

from firmware_sim.panel import words
from firmware_sim.panel.messages import ChannelChosen
from firmware_sim.panel.state import CHANNELS, Channel, PanelState
from firmware_sim.panel.widgets.shown import Shown

WIDE: int = 112
"""Columns from which on a row has more to tell."""


class ChannelRow(Shown):
    """One channel."""

    def __init__(self, channel: int) -> None:
        super().__init__(id=f"channel-{channel}", classes="channel")
        self._channel = channel
        self.tooltip = f"Click or press {channel}: keys and waveform then belong to channel {channel}"

    def paint(self, channel: Channel, now_us: int, *, chosen: bool, wide: bool) -> None:
        self.show(words.channel_line(channel, now_us, chosen=chosen, wide=wide))
        self.set_class(chosen, "-chosen")
        self.set_class(channel.active, "-active")
        self.set_class(bool(channel.error), "-error")

    def on_click(self) -> None:
        self.post_message(ChannelChosen(self._channel))


class Channels(Vertical):
    """The head and the rows."""

    def compose(self) -> ComposeResult:
        yield Shown(words.CHANNEL_HEAD, id="channel-head")
        for channel in range(1, CHANNELS + 1):
            yield ChannelRow(channel)

    def show(self, state: PanelState, chosen: int) -> None:
        wide = self.size.width >= WIDE
        self.query_one("#channel-head", Shown).show(words.WIDE_HEAD if wide else words.CHANNEL_HEAD)
        for row, channel in zip_longest(self.query(ChannelRow), state.device.channels):
            row.display = channel is not None
            if channel is not None:
                row.paint(channel, state.t_us, chosen=channel.channel == chosen, wide=wide)
