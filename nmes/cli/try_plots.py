"""The curves of a try as text: braille dots, no colour, as wide as the terminal but not wider."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from nmes.cli.try_body import contracts
from nmes.trial import series
from nmes.trial.series import Line
from nmes.trial.spread import Spread
from nmes.trial.trying import Trial

HEIGHT: Final = 11
_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")


def plots(trial: Trial, width: int) -> Iterator[str]:
    """Amplitude and force over the treatment; discomfort where it does more than follow the amplitude."""
    if trial.run.treatment_us is None:
        return
    whole_s = trial.plan.duration_ms / 1000
    yield from plot(series.delivered(trial), "amplitude at the skin, mA", whole_s, width)
    if any(contracts(muscle) for muscle in trial.course.muscles):
        yield ""
        yield from plot(series.force(trial), "force, N", whole_s, width)
    if trial.course.cramps:
        yield ""
        title = "discomfort with the cramps, 0 to 10 (7 = the most that is tolerated)"
        yield from plot(series.discomfort(trial)[:1], title, whole_s, width)


def plot(lines: Sequence[Line], title: str, whole_s: float, width: int) -> Iterator[str]:
    """Curves over the minutes of the treatment."""
    import plotext

    figure = plotext.figure
    figure.clear()
    figure.theme("colorless")
    figure.plot_size(width, HEIGHT)
    for line in lines:
        inside = [(t_s, value) for t_s, value in line.points if 0 <= t_s <= whole_s]
        if inside:
            drawn = figure.signal([t / 60 for t, _ in inside], [value for _, value in inside], marker="braille")
            drawn.lines()
            figure.draw(drawn)
    highest = max((value for line in lines for t, value in line.points if 0 <= t <= whole_s), default=0.0)
    figure.ruler("y").lim(0, max(1.0, highest * 1.05))
    _ticks(figure.ruler("y"), max(1.0, highest * 1.05), 4)
    figure.ruler("x").lim(0, whole_s / 60)
    _ticks(figure.ruler("x"), whole_s / 60, 8)
    yield title
    yield from _drawn(figure)
    yield f"{'minutes':>{width}}"


def _ticks(ruler: object, most: float, about: int) -> None:
    """Round numbers."""
    step = round_step(most / about)
    places = [step * at for at in range(int(most / step) + 1)]
    ruler.ticks(places, [f"{place:g}" for place in places])  # type: ignore[attr-defined]  # plotext has no types


def round_step(rough: float) -> float:
    """The next 1, 2 or 5 times a power of ten."""
    size = 1.0
    while size * 10 <= rough:
        size *= 10
    while size > rough:
        size /= 10
    return next(size * times for times in (1, 2, 5, 10) if size * times >= rough)


def _drawn(figure: object) -> Iterator[str]:
    text = _COLOUR.sub("", str(figure.build()))  # type: ignore[attr-defined]  # plotext has no types
    for line in text.splitlines():
        if line.strip():
            yield line.rstrip()


# --- distributions ---


def histogram(spread: Spread, scale: float, width: int, bins: int = 8) -> Iterator[str]:
    """How many people have which value: one line a bin, bars of text."""
    found = counted([value / scale for value in spread.values], bins)
    most, room = max(count for _, _, count in found), max(10, width - 30)
    for begin, end, count in found:
        bar = "█" * -(-count * room // most)
        name = f"{begin:g}" if begin == end else f"{begin:g} to {end:g}"
        yield f"  {name:>16} {count:>5} {bar}".rstrip()


def counted(values: Sequence[float], bins: int) -> list[tuple[float, float, int]]:
    """Bins with begin, end and number; of a few values each by itself, its begin being its end."""
    kinds = sorted(set(values))
    if len(kinds) <= 2:
        return [(kind, kind, values.count(kind)) for kind in kinds]
    step = round_step((kinds[-1] - kinds[0]) / bins)
    first = int(kinds[0] // step)
    last = max(first, -int(-kinds[-1] // step) - 1)  # the highest value, if it is an edge, belongs to the bin below
    counts = [0] * (last - first + 1)
    for value in values:
        counts[min(last, int(value // step)) - first] += 1
    return [((first + at) * step, (first + at + 1) * step, count) for at, count in enumerate(counts)]
