"""An outcome over the weeks as text: one dot a value, no colour, as wide as the terminal but not wider."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, Protocol

from nmes.cli.try_plots import round_step
from nmes.core.care_events import Outcome
from nmes.core.course_of_care import Curve
from nmes.language import _
from nmes.runtime.course_words import curve_name, point_words

HEIGHT: Final = 9
SCALE: Final = {Outcome.CRAMPS: 1, Outcome.CRAMP_NRS: 1, Outcome.NRS: 1}
"""How many units of the inside one of the axis is; a thousand for all others."""
UNITS: Final = {Outcome.CTF: "Hz", Outcome.MVIC: "N", Outcome.TUG: "s", Outcome.STS5: "s", Outcome.WALK6: "m"}
_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")


def plot(curve: Curve, width: int) -> Iterator[str]:
    """Values over the days since the first one, from 0 up."""
    import plotext

    first, scale = curve.points[0].day, SCALE.get(curve.outcome, 1000)
    days = [point.day.since(first) for point in curve.points]
    values = [point.value / scale for point in curve.points]
    figure = plotext.figure
    figure.clear()
    figure.theme("colorless")
    figure.plot_size(width, HEIGHT)
    figure.draw(figure.signal(days, values, marker="braille").lines())
    figure.draw(figure.signal(days, values, marker="o"))
    doubtful = [at for at, point in enumerate(curve.points) if point.unfinished or point.corrected]
    if doubtful:
        figure.draw(figure.signal([days[at] for at in doubtful], [values[at] for at in doubtful], marker="?"))
    most, last = max(1.0, max(values) * 1.1), max(7, *days)
    figure.ruler("y").lim(0, most)
    _ticks(figure.ruler("y"), most, 4)
    figure.ruler("x").lim(0, last)
    _ticks(figure.ruler("x"), last, 8)
    unit = UNITS.get(curve.outcome, "")
    yield f"{curve_name(curve)}{f', {unit}' if unit else ''}"
    for line in _COLOUR.sub("", str(figure.build())).splitlines():
        if line.strip():
            yield line.rstrip()
    yield _("days since {day}").format(day=first).rjust(width)
    for at in doubtful:
        yield f"? {curve.points[at].day}: {point_words(curve.outcome, curve.points[at])}"


class _Ruler(Protocol):
    """An axis of plotext, which has no types."""

    def ticks(self, places: Sequence[float], words: Sequence[str], /) -> object:
        """Where it is marked, and with what."""


def _ticks(ruler: _Ruler, most: float, about: int) -> None:
    step = round_step(most / about)
    places = [step * at for at in range(int(most / step) + 1)]
    ruler.ticks(places, [f"{place:g}" for place in places])
