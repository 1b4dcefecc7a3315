"""Step 8: what was given and what happened, read once more, and a name under it; or a reason why there is none.

Enter signs nothing: it goes from field to field. F2 signs, and the session says what is still missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Input, Static

from nmes.core.events import LeftUnsigned, Signed
from nmes.core.protocol import Protocol
from nmes.core.screening import tells
from nmes.core.view import View
from nmes.language import _
from nmes.ui.flow import Stage
from nmes.ui.given_words import whole
from nmes.ui.names import offered
from nmes.ui.screens.base import StepScreen
from nmes.ui.widgets.field import Field, NameInput
from nmes.ui.widgets.state_line import StateLine

_SIGN = _("You are writing WHO SIGNS (name). F2 signs; F4 leaves it unsigned.")
_SIGN_ONE_OF = _("You are writing WHO SIGNS: {names}, or a name. F2 signs.")
_REASON = _("You are writing WHY outcomes of the card stay open. F2 signs.")
_UNSIGNED = _("You are writing WHY it is left UNSIGNED. F2 closes the session so; F4 goes back to the signature.")


class SignScreen(StepScreen):
    """`therapists` can be chosen by number."""

    STAGE = Stage.SIGN
    CSS_PATH = "sign.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "sign", _("sign"), id="continue", priority=True),
        Binding("f4", "unsigned", _("unsigned"), id="sign.unsigned", priority=True),
        Binding("pagedown", "scroll(1)", _("more"), priority=True, id="sign.down", key_display="PgDn"),
        Binding("pageup", "scroll(-1)", _("up"), priority=True, id="sign.up", show=False),
    ]

    def __init__(self, protocol: Protocol, therapists: Sequence[str] = ()) -> None:
        super().__init__(protocol.title)
        self._therapists = therapists

    def body(self) -> ComposeResult:
        yield StateLine()
        with VerticalScroll(can_focus=False):
            yield Static("", id="given", markup=False)
        yield Static("", id="open", markup=False)
        yield Static("", id="keys", markup=False)
        yield Field("by", _("signed by"), of_name=True)
        yield Field("reason", _("why outcomes stay open"))
        yield Field("why", _("why unsigned"))

    def begin(self) -> None:
        self.query_one("#by", NameInput).therapists = self._therapists
        self.query_one("#by").focus()
        self._tell_keys()

    def paint(self, view: View) -> None:
        self.query_one(StateLine).show(view, "")
        self.query_one("#given", Static).update(whole(view))
        left = [code.removeprefix("outcome:") for code in view.missing if code.startswith("outcome:")]
        self.set_class(bool(left), "-open")
        self.query_one("#open", Static).update(_("! Not measured: {outcomes}").format(outcomes="; ".join(left)))

    def lay_out(self) -> None:
        self._tell_keys()

    def on_descendant_focus(self) -> None:
        self._tell_keys()

    def action_scroll(self, pages: int) -> None:
        scroll = self.query_one(VerticalScroll)
        scroll.scroll_relative(y=pages * max(1, scroll.size.height - 1), animate=False)

    # --- signing ---

    def on_input_changed(self) -> None:
        if self._there:
            self.unsay()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes to the field that is still empty, and signs nothing."""
        self.query_one("#by", NameInput).settle()
        empty = self.query_one("#reason", Input)
        if event.input.id == "by" and self.has_class("-open") and not empty.value.strip():
            empty.focus()
        else:
            self.say("sign_by_f2")

    def action_unsigned(self) -> None:
        """To leaving it unsigned, and back; nothing is sent by that."""
        self.toggle_class("-unsigned")
        self.query_one("#why" if self.has_class("-unsigned") else "#by", Input).focus()
        self.unsay()

    def action_sign(self) -> None:
        if self.has_class("-unsigned"):
            return self._leave(self.query_one("#why", Input).value.strip())
        by, reason = self.query_one("#by", NameInput), self.query_one("#reason", Input)
        by.settle()
        if not tells(by.meant):
            by.focus()
            return self.say("no_signer", text=by.meant) if by.meant else self.say("signer_missing")
        if self.has_class("-open") and not tells(reason.value):
            reason.focus()
            typed = reason.value.strip()
            return self.say("no_reason", text=typed) if typed else self.say("outcomes_open")
        return self.send(Signed(by.meant, reason.value.strip() if self.has_class("-open") else ""))

    def _leave(self, why: str) -> None:
        if not tells(why):
            self.query_one("#why").focus()
            return self.say("no_reason", text=why) if why else self.say("unsigned_why")
        return self.send(LeftUnsigned(why))

    # --- showing ---

    def _tell_keys(self) -> None:
        if self._there:
            self.query_one("#keys", Static).update(f"▸ {self._keys_words()}")

    def _keys_words(self) -> str:
        if self.has_class("-unsigned"):
            return _UNSIGNED
        if self.focused is not None and self.focused.id == "reason":
            return _REASON
        if self._therapists:
            width = self.size.width - len(_SIGN_ONE_OF.format(names="")) - 4
            return _SIGN_ONE_OF.format(names=offered(self._therapists, width))
        return _SIGN
