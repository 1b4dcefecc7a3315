"""What widgets say to the panel."""

from __future__ import annotations

from textual.message import Message


class ChannelChosen(Message):
    """A row of the channel table was clicked."""

    def __init__(self, channel: int) -> None:
        super().__init__()
        self.channel = channel


class PaneChosen(Message):
    """A tab was clicked."""

    def __init__(self, pane: str) -> None:
        super().__init__()
        self.pane = pane


class Asked(Message):
    """A button was pressed; `action` is the id of its Action."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action = action
