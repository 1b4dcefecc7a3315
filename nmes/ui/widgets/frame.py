"""What surrounds every screen: what this is and where we are; in a window too small to work in, the essentials."""

from __future__ import annotations

from textual.widgets import Static

from nmes.core.measurement import NOBODY, Who
from nmes.core.view import View, Word
from nmes.language import _
from nmes.ui import words
from nmes.ui.budget import over_ssh
from nmes.ui.flow import STEPS, TITLES, Stage
from nmes.ui.numbers import clock, ma, ma_or_unknown, to_go
from nmes.ui.widgets.text import Text

MIN_WIDTH = 80
MIN_HEIGHT = 24
OVER_SSH = _("[SSH: keys may be late]")
NOT_DONE = _("! NOT DONE: small")
"""Instead of the state, in 20 columns: why, stands below where there is room."""
ALL_STEPS = 118
"""Columns from which on all eight steps stand in the second row, and the patient with them."""


class Banner(Static):
    """The top row: simulation or not, always there; and whether a line lies between the keys and the program."""

    DEFAULT_CSS = """
    Banner { height: 1; width: 100%; text-align: center; text-style: bold; background: $panel; color: $text; }
    Banner.-simulation { background: $simulation; color: $simulation-text; }
    """

    def __init__(self, *, simulation: bool) -> None:
        text = f"◇ ◇ ◇  {words.SIMULATION}  ◇ ◇ ◇" if simulation else words.NOT_SIMULATION
        badge = f"   {OVER_SSH}" if over_ssh() else ""
        super().__init__(f"{text}{badge}", markup=False, classes="-simulation" if simulation else "")


class Where(Static):
    """The second row, the stepper: which step of how many, for which patient and side, and of which treatment.

    Where there is room all steps stand there: done ones ticked, the present one between marks, told without colour.
    """

    DEFAULT_CSS = """
    Where {
        height: 1; width: 100%; padding: 0 1; background: $boost; color: $text;
        text-wrap: nowrap; text-overflow: ellipsis;
    }
    """

    def __init__(self, stage: Stage, title: str, step: str = "") -> None:
        """`step` stands instead of the number and name of the step."""
        self._stage, self._step, self._title, self._who = stage, step, title, NOBODY
        super().__init__(self.line(0), markup=False)

    def show(self, who: Who) -> None:
        """For whom: before the title, which may be too long for the row."""
        if who != self._who:
            self._who = who
            self.update(self.line(self.size.width))

    def entitle(self, title: str) -> None:
        """What the row ends with."""
        if title != self._title:
            self._title = title
            self.update(self.line(self.size.width))

    def on_resize(self) -> None:
        self.update(self.line(self.size.width))

    def line(self, width: int) -> str:
        """The row for so many columns."""
        steps = self._step or (all_steps(self._stage) if width >= ALL_STEPS else one_step(self._stage))
        return " · ".join(filter(None, (steps, words.who_words(self._who), self._title)))


def one_step(stage: Stage) -> str:
    """`3/8 Screening`; a screen that is no step has its title only."""
    return f"{stage.number}/{len(STEPS)} {TITLES[stage]}" if stage.number else TITLES[stage]


def all_steps(stage: Stage) -> str:
    """`✓Patient ✓Protocol ▸3 Screening◂ 4 Electrodes ...`"""
    if not stage.number:
        return TITLES[stage]
    return " ".join(_mark(step, stage) for step in STEPS)


def _mark(step: Stage, now: Stage) -> str:
    if step.number < now.number:
        return f"✓{TITLES[step]}"
    return f"▸{step.number} {TITLES[step]}◂" if step is now else f"{step.number} {TITLES[step]}"


class Essentials(Text):
    """Below 80x24: state, amplitude and time, with STOP under it, and no start."""

    DEFAULT_CSS = "Essentials { height: 1fr; display: none; text-style: bold; }"

    def show(self, view: View | None, *, refused: bool = False) -> None:
        """The same two lines at any size; the reason below, where there is room. `refused`: a key just was."""
        if view is None:
            self.update(words.TOO_SMALL)
            return
        state, rest = str(words.state_words(view)), (words.why_of(view), words.TOO_SMALL)
        told = f"{state}  {NOT_DONE}"[: max(len(state), self.size.width)] if refused else state  # state first
        first = (told, _figures(view))
        self.update("\n".join((*first, *rest)))


def _figures(view: View) -> str:
    commanded = max((channel.commanded_ua for channel in view.channels), default=0)
    known = [channel.confirmed_ua for channel in view.channels]
    confirmed = None if None in known else max((ua for ua in known if ua is not None), default=0)
    left = min((channel.ends_in_ms for channel in view.channels if channel.phase), default=0)
    time = to_go(left) if left else clock(view.plan_ms)
    if view.word is Word.UNSURE:
        return f"? mA {time}"
    return f"{ma(commanded)} mA ({ma_or_unknown(confirmed)}) {time}"
