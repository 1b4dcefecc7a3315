"""What surrounds every screen: what this is and where we are; in a window too small to work in, the essentials."""

from __future__ import annotations

from textual.widgets import Static

from nmes.core.measurement import NOBODY, Who
from nmes.core.view import View, Word
from nmes.ui import words
from nmes.ui.flow import TITLES, Stage
from nmes.ui.numbers import clock, ma, ma_or_unknown, to_go

MIN_WIDTH = 80
MIN_HEIGHT = 24


class Banner(Static):
    """The top row: simulation or not, always there."""

    DEFAULT_CSS = """
    Banner { height: 1; width: 100%; text-align: center; text-style: bold; background: $panel; color: $text; }
    Banner.-simulation { background: $simulation; color: $simulation-text; }
    """

    def __init__(self, *, simulation: bool) -> None:
        text = f"◇ ◇ ◇  {words.SIMULATION}  ◇ ◇ ◇" if simulation else words.NOT_SIMULATION
        super().__init__(text, markup=False, classes="-simulation" if simulation else "")


class Where(Static):
    """The second row: which step of how many, for which patient and side, and of which treatment."""

    DEFAULT_CSS = """
    Where {
        height: 1; width: 100%; padding: 0 1; background: $boost; color: $text;
        text-wrap: nowrap; text-overflow: ellipsis;
    }
    """

    def __init__(self, stage: Stage, title: str, step: str = "") -> None:
        self._step = step or f"Step {stage.number} of {len(Stage)}  {TITLES[stage]}"
        self._title, self._who = title, NOBODY
        super().__init__(self._line(), markup=False)

    def show(self, who: Who) -> None:
        """For whom: before the title, which may be too long for the row."""
        if who != self._who:
            self._who = who
            self.update(self._line())

    def _line(self) -> str:
        return "  ·  ".join(filter(None, (self._step, words.who_words(self._who), self._title)))


class Essentials(Static):
    """Below 80x24: state, amplitude and time, with STOP under it, and no start."""

    DEFAULT_CSS = "Essentials { height: 1fr; display: none; text-style: bold; }"

    def show(self, view: View | None) -> None:
        """The same two lines at any size; the reason below, where there is room."""
        if view is None:
            self.update(words.TOO_SMALL)
            return
        self.update("\n".join((str(words.state_words(view)), _figures(view), words.why(view.why), words.TOO_SMALL)))


def _figures(view: View) -> str:
    commanded = max((channel.commanded_ua for channel in view.channels), default=0)
    known = [channel.confirmed_ua for channel in view.channels]
    confirmed = None if None in known else max((ua for ua in known if ua is not None), default=0)
    left = min((channel.ends_in_ms for channel in view.channels if channel.phase), default=0)
    time = to_go(left) if left else clock(view.plan_ms)
    if view.word is Word.UNSURE:
        return f"? mA {time}"
    return f"{ma(commanded)} mA ({ma_or_unknown(confirmed)}) {time}"
