"""The rows above everything: what this is, the device's lamp and state, and how to reach it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from firmware_sim.panel import words
from firmware_sim.panel.state import PanelState
from firmware_sim.panel.widgets.shown import Shown


class Banner(Shown):
    """The permanent words: no patient, no stimulator."""

    def __init__(self) -> None:
        super().__init__(words.SIMULATOR)


class Head(Vertical):
    """Lamp and state on one row, line and clock on the next."""

    def compose(self) -> ComposeResult:
        state, where = Shown(id="state"), Shown(id="where")
        state.tooltip = "The device's lamp, its state and its high voltage"
        where.tooltip = "Give this address to the program that shall drive the simulator"
        yield state
        yield where

    def show(self, state: PanelState, url: str) -> None:
        self.query_one("#state", Shown).show(state_row(state, hues=not self.app.no_color))
        self.query_one("#where", Shown).show(words.where_line(state, url))


def state_row(state: PanelState, *, hues: bool) -> Content:
    """The lamp on its own colour, each of two colours under its own word, then the state.

    Without `hues` it is reversed: as a shade of grey some lamps would hardly be read.
    """
    lamp = words.lamp(state.device.lamp)
    styles = [f"bold $lamp-text on $lamp-{hue}" for hue in lamp.hues] if hues else []
    styles = styles or ["bold reverse"]
    parts = f" {lamp} ".split("+", len(styles) - 1)
    painted = [(f"+{part}" if i else part, style) for i, (part, style) in enumerate(zip(parts, styles, strict=True))]
    return Content.assemble(*painted, f"  {words.state_line(state.device)}")
