"""The four panes: waveform, patient, faults, events. Small windows show one at a time, large ones all four."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll

from firmware_sim.panel import person, words
from firmware_sim.panel.messages import PaneChosen
from firmware_sim.panel.state import PanelState, Waveform
from firmware_sim.panel.waveform import draw
from firmware_sim.panel.widgets.shown import Shown

PANES = (
    ("waveform", "f2", "Waveform"),
    ("patient", "f3", "Patient"),
    ("faults", "f4", "Faults"),
    ("events", "f5", "Events"),
)
"""Id, key and title of each, in the order of the tabs."""


class Pane(VerticalScroll, can_focus=False):
    """A scrolling text. Subclasses say what stands in it."""

    def __init__(self, pane: str, title: str) -> None:
        super().__init__(id=pane, classes="pane")
        self.border_title = title

    def compose(self) -> ComposeResult:
        yield Shown()

    def _put(self, lines: Sequence[str]) -> None:
        self.query_one(Shown).show("\n".join(lines))

    @property
    def _width(self) -> int:
        return max(20, self.scrollable_content_region.width)


class WaveformPane(Pane):
    """Fills the room it has, so it never scrolls."""

    def show(self, state: PanelState, chosen: int, wave: Waveform | None) -> None:
        size = self.scrollable_content_region
        self._put(draw(wave, state.channel(chosen), max(20, size.width), max(4, size.height)))


class PatientPane(Pane):
    def show(self, state: PanelState, forces: person.Forces) -> None:
        patient = state.patient
        self._put([person.NOBODY] if patient is None else person.lines(patient, forces, self._width))


class FaultsPane(Pane):
    """Running and waiting faults first, then what is over, newest first."""

    def show(self, state: PanelState) -> None:
        faults = sorted(state.faults, key=lambda fault: (fault.state == "over", -fault.number))
        lines = [line for fault in faults for line in words.fault_lines(fault, state.t_us, self._width)]
        self._put(lines or ["No fault. Every fault that is put in is listed here with the proof that it took effect."])


class EventsPane(Pane):
    """Newest first, so that the last one is seen without scrolling."""

    def show(self, state: PanelState) -> None:
        self._put([words.event_line(event) for event in reversed(state.events)] or ["Nothing has happened yet."])


class Tab(Shown):
    """One word that brings its pane to the front."""

    def __init__(self, pane: str, key: str, title: str) -> None:
        super().__init__(id=f"tab-{pane}", classes="tab")
        self._pane, self._key, self._title = pane, key.upper(), title
        self.tooltip = f"Click or press {self._key}: {title}"

    def paint(self, chosen: str, more: str) -> None:
        """`more` is what needs attention there."""
        self.show(f"{'▸' if chosen == self._pane else ' '}{self._key} {self._title}{more}")
        self.set_class(chosen == self._pane, "-chosen")

    def on_click(self) -> None:
        self.post_message(PaneChosen(self._pane))


class Tabs(Horizontal):
    """The row of tabs, with the help at its end."""

    def compose(self) -> ComposeResult:
        for pane, key, title in PANES:
            yield Tab(pane, key, title)
        yield Shown("F1 help", id="hint")

    def show(self, state: PanelState | None, chosen: str) -> None:
        running = 0 if state is None else sum(fault.state != "over" for fault in state.faults)
        more = {
            "patient": "" if state is None else person.alarm(state.patient),
            "faults": f" ({running})" if running else "",
        }
        for tab, (pane, _, _) in zip(self.query(Tab), PANES, strict=True):
            tab.paint(chosen, more.get(pane, ""))
