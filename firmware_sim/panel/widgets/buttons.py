"""A button for every action, with its key in front, a mark when what it began is so, and a tooltip."""

from __future__ import annotations

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.geometry import Size
from textual.widgets import Button

from firmware_sim.panel.actions import ACTIONS, Action, is_on
from firmware_sim.panel.messages import Asked
from firmware_sim.panel.state import PanelState


class ActionButton(Button):
    """`■` stands before the key while what the button began goes on."""

    def __init__(self, action: Action) -> None:
        super().__init__(
            _label(action, on=False), id=f"do-{action.id}", compact=True, tooltip=f"{action.tip} ({action.key})"
        )
        self.styles.line_pad = 0  # a style sheet cannot say 0 here: Textual 8.2 refuses it
        self.action_id = action.id
        self._action_shown = action
        self._on = False

    def get_content_width(self, container: Size, viewport: Size) -> int:  # noqa: ARG002 - Textual's signature
        """As wide as the words: Textual's own adds two columns, and 15 buttons must fit into 80."""
        return cell_len(_label(self._action_shown, on=self._on).plain)

    def paint(self, *, on: bool) -> None:
        if on != self._on:
            self._on = on
            self.label = _label(self._action_shown, on=on)
            self.set_class(on, "-on")


def _label(action: Action, *, on: bool) -> Content:
    key_style = "bold underline" if on else "bold $footer-key-foreground"
    return Content.assemble("■" if on else " ", (action.key, key_style), f" {action.label}")


class Buttons(Vertical):
    """The two rows at the bottom of the panel."""

    def compose(self) -> ComposeResult:
        for row in (1, 2):
            with Horizontal():
                for action in ACTIONS:
                    if action.row == row:
                        yield ActionButton(action)

    def show(self, state: PanelState, chosen: int) -> None:
        for button in self.query(ActionButton):
            button.paint(on=is_on(button.action_id, state, chosen))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if isinstance(event.button, ActionButton):
            self.post_message(Asked(event.button.action_id))
