"""The simulator's bench as a window, for screens that have no room for it beside the session."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from nmes.language import _
from nmes.ui.screens.base import Window
from nmes.ui.widgets.bench_panel import Bench, BenchBody


class BenchWindow(Window):
    """STOP works here as everywhere; the session goes on behind it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f6,enter,q", "close", _("close"), priority=True, id="bench.close")
    ]

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench

    def body(self) -> ComposeResult:
        yield BenchBody(self._bench)

    def begin(self) -> None:
        self.query_one(BenchBody).focus()

    def action_close(self) -> None:
        self.dismiss(False)
