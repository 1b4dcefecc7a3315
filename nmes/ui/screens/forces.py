"""The window in which forces read from a dynamometer are typed.

Law: nothing can be raised while it stands, because its text fields have the keys; the STOP keys and the bar work in it.
"""

from __future__ import annotations

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from nmes.language import _
from nmes.runtime.typed_number import typed_number
from nmes.ui.screens.base import is_whole
from nmes.ui.widgets.stop_bar import StopBar

Typed = tuple[int | None, int | None]
HOW: Final = _("Enter: next, then done. Left empty: not measured. Esc, F12 and Ctrl+C stop the output.")
WRONG: Final = _("! Write the force in N, such as 120 or 85.5")


class Forces(ModalScreen[Typed]):
    """Gives back the strongest contraction and the evoked force in mN, None for what was left empty."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,down,tab", "other", _("other"), priority=True, show=False, id="forces.other")
    ]

    def __init__(self, muscle: str) -> None:
        super().__init__()
        self._muscle = muscle

    def compose(self) -> ComposeResult:
        with Vertical(id="window"):
            asked = _("{muscle}: own strongest contraction (MVIC), in N").format(muscle=self._muscle)
            yield Static(asked, markup=False)
            yield Input(placeholder=_("N at the dynamometer"), id="mvic", compact=True)
            yield Static(_("Force that the current makes now, at the same place, in N"), markup=False)
            yield Input(placeholder=_("N at the dynamometer"), id="evoked", compact=True)
            yield Static(HOW, id="forces-say", markup=False)
        yield StopBar()

    def on_mount(self) -> None:
        if is_whole(self):
            self.query_one("#mvic", Input).focus()

    def action_other(self) -> None:
        other = "#evoked" if self.focused is self.query_one("#mvic") else "#mvic"
        self.query_one(other, Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        typed = [self.query_one(name, Input).value.strip() for name in ("#mvic", "#evoked")]
        mvic, evoked = (typed_number(text, 1000, digits=4) for text in typed)
        if any(text and force is None for text, force in zip(typed, (mvic, evoked), strict=True)):
            self.query_one("#forces-say", Static).update(WRONG)
        elif event.input.id == "mvic" and not typed[1]:
            self.action_other()
        else:
            self.dismiss((mvic, evoked))
