"""The simulator's bench beside the session: what the virtual patient feels and does, and pads to pull and put back.

It is told nothing of the session and tells it nothing: what a pulled pad does has to come back over the device's line.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from nmes.language import _
from nmes.runtime.sim_bench import Body, PadState, SimBench
from nmes.ui import bench_words as words

LOOK_S = 0.5
"""Twice a second [design: as often as plots]."""
PANEL_COLUMNS = 34
BESIDE_FROM = 120
"""Columns from which on it stands beside the body of a step; below it opens as a window."""

Bench = Callable[[], SimBench | None]


class PadLine(Static):
    """The pads of one channel: a press anywhere on it pulls one, or puts it back."""

    DEFAULT_CSS = """
    PadLine { width: 100%; height: auto; padding: 0 1; margin-top: 1; background: $boost; }
    PadLine:hover { text-style: bold; }
    PadLine.-off { text-style: bold reverse; }
    """

    def __init__(self, channel: int, press: Callable[[int], None]) -> None:
        super().__init__("", markup=False)
        self.channel, self._press = channel, press

    def show(self, pad: PadState) -> None:
        """Where it is now."""
        doubt = words.pad_doubt(pad)
        self.set_class(not pad.on, "-off")
        self.update(f"{words.pad_line(pad)}\n  {doubt}" if doubt else words.pad_line(pad))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self._press(self.channel)


class BenchBody(Vertical):
    """Asks `bench` twice a second; nothing it does waits. A number is the pads of that channel."""

    DEFAULT_CSS = """
    BenchBody { height: auto; width: 100%; }
    BenchBody > .bench-title { text-style: bold; height: 1; padding: 0 1; color: $text; }
    BenchBody > .bench-body { height: auto; padding: 0 1; }
    BenchBody > .bench-pads { height: auto; }
    BenchBody > .bench-how { height: auto; padding: 1 1 0 1; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(str(channel), f"pad({channel})", _("pads"), show=False, id=f"bench.pad.{channel}")
        for channel in range(1, 9)
    ]
    can_focus = True

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._shown: Body | None = None

    def compose(self) -> ComposeResult:
        yield Static(words.TITLE, classes="bench-title", markup=False)
        yield Static(words.NOTHING_YET, classes="bench-body", markup=False)
        yield Vertical(classes="bench-pads")
        yield Static(words.HOW_TO, classes="bench-how", markup=False)

    def on_mount(self) -> None:
        self.set_interval(LOOK_S, self.look)
        self.look()

    def look(self) -> None:
        """What is known now; painted only where it has changed."""
        bench = self._bench()
        body = bench.look() if bench is not None else None
        if body != self._shown:
            self._shown = body
            self._paint(body)

    def _paint(self, body: Body | None) -> None:
        text = "\n".join(words.body_lines(body)) if body is not None else words.NOTHING_YET
        self.query_one(".bench-body", Static).update(text)
        place, pads = self.query_one(".bench-pads", Vertical), body.pads if body is not None else ()
        lines = {line.channel: line for line in place.query(PadLine)}
        for pad in pads:
            line = lines.pop(pad.channel, None)
            if line is None:
                line = PadLine(pad.channel, self.toggle)
                place.mount(line)
            line.show(pad)
        for gone in lines.values():
            gone.remove()

    def action_pad(self, channel: int) -> None:
        self.toggle(channel)

    def toggle(self, channel: int) -> None:
        """Pull a pad of this channel, or put it back; what comes of it is shown when the simulator says so."""
        bench, body = self._bench(), self._shown
        pad = next((pad for pad in body.pads if pad.channel == channel), None) if body is not None else None
        if bench is None or pad is None:
            return
        if pad.on:
            bench.pull(channel)
        else:
            bench.put_back(channel)


class BenchPanel(BenchBody):
    """At the right of a screen that is wide enough, while a session on the simulator is open."""

    DEFAULT_CSS = f"""
    BenchPanel {{
        dock: right; width: {PANEL_COLUMNS}; height: 100%; overflow-y: auto; border-left: tall $panel; display: none;
    }}
    BenchPanel:focus {{ border-left: tall $accent; }}
    """

    def look(self) -> None:
        self.display = self.screen.size.width >= BESIDE_FROM and self._bench() is not None
        if self.display:
            super().look()
