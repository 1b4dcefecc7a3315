"""The plots of the page, as plotly figures: one palette, told apart by more than colour, values under the pointer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from nmes.cli.try_body import contracts
from nmes.cli.try_crowd_words import NAMES, SCALES, tells
from nmes.cli.try_plots import counted, round_step
from nmes.trial import series
from nmes.trial.bench.patients import TOLERANCE
from nmes.trial.crowd import Crowd
from nmes.trial.series import Line
from nmes.trial.spread import PERCENTILES, Spread, percentile, spreads
from nmes.trial.trying import Trial

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

COLOURS: Final = ("#1f5f8b", "#c8553d", "#4b7f52", "#7a5195", "#b8860b", "#444444", "#008b8b", "#8b4513")
DASHES: Final = ("solid", "dash", "dot", "dashdot")
COMMANDED: Final = "#f2c14e"
MARK: Final = {"dash": "dot", "color": "#444", "width": 1.2}
"""A line across a plot; the template's own would have no width."""
BINS: Final = 16
SHOWN: Final = ("level", "first_peak", "first_peak_of_muscle", "last_peak_of_first")
SHOWN_TOO: Final = (
    "discomfort_typical",
    "discomfort_peak",
    "amplitude_used",
    "output_voltage_used",
)


def figures_of(trial: Trial) -> Iterator[tuple[str, str, Figure]]:
    """Heading, one sentence, plot."""
    yield from _pulses(trial)
    if trial.run.treatment_us is None:
        yield "Amplitude", "Finding the level, until it was stopped.", _amplitude(trial)
        return
    said = "What left for the stimulator (wide), and the largest pulse at the skin every 0.1 s (thin)."
    yield "Amplitude", f"{said} A double click shows finding the level too, before 0.", _amplitude(trial)
    if any(contracts(muscle) for muscle in trial.course.muscles):
        yield "Force", "Against a fixed frame; a ring is the peak of a contraction.", _force(trial)
        if any(len(line.points) > 1 for line in series.fatigue(trial)):
            yield "Fatigue", "The peak of every contraction in % of the first.", _fatigue(trial)
    yield "Discomfort", f"0 to 10; above {TOLERANCE:g} a patient takes no more.", _discomfort(trial)


def _figure(x: str, y: str, height: int = 300) -> Figure:
    from plotly.graph_objects import Figure

    figure = Figure()
    figure.update_layout(
        template="simple_white",
        height=height,
        margin={"l": 60, "r": 20, "t": 10, "b": 45},
        font={"family": "system-ui, sans-serif", "size": 13},
        legend={"orientation": "h", "y": 1.12},
        hovermode="x unified",
        xaxis={"title": x},
        yaxis={"title": y, "rangemode": "tozero", "gridcolor": "#e4e8ea", "showgrid": True},
    )
    return figure


def _draw(figure: Figure, curve: Line, number: int, unit: str, *, per: float = 60.0, **more: Any) -> None:
    """One curve, its time in minutes unless told otherwise."""
    from plotly.graph_objects import Scatter

    style = {"mode": "lines", "line": {"color": COLOURS[number % 8], "dash": DASHES[number // 8 % 4], "width": 1.6}}
    x, y = [t / per for t, _ in curve.points], [round(value, 3) for _, value in curve.points]
    figure.add_trace(Scatter(x=x, y=y, name=curve.name, hovertemplate=f"%{{y:.4g}} {unit}", **{**style, **more}))


def _treated(trial: Trial, figure: Figure) -> Figure:
    """Finding the level is there too; the plot opens on the treatment."""
    if trial.run.treatment_us is not None:
        minutes = trial.plan.duration_ms / 60_000
        figure.update_xaxes(range=[-0.015 * minutes, 1.01 * minutes])
    return figure


def _amplitude(trial: Trial) -> Figure:
    begun = trial.run.treatment_us is not None
    figure = _figure("minutes of the treatment" if begun else "minutes, backwards from the end of the session", "mA")
    for number, line in enumerate(series.commanded(trial)):
        wide = {"color": COMMANDED, "width": 5, "dash": DASHES[number % 4]}
        _draw(figure, line, number, "mA", line=wide)
    for number, line in enumerate(series.delivered(trial)):
        _draw(figure, line, number, "mA")
    for ceiling_ua in sorted({made.ceiling_ua for made in trial.plan.delivered}):
        figure.add_hline(y=ceiling_ua / 1000, line=MARK, opacity=1, annotation_text="ceiling")
    return _treated(trial, figure)


def _force(trial: Trial) -> Figure:
    figure = _figure("minutes of the treatment", "N")
    for number, line in enumerate(series.force(trial)):
        _draw(figure, line, number, "N")
    for number, line in enumerate(series.peaks(trial)):
        _draw(figure, line, number, "N", mode="markers", marker=_ring(number))
    return _treated(trial, figure)


def _ring(number: int) -> dict[str, object]:
    return {"size": 8, "symbol": "circle-open", "color": COLOURS[(number + 1) % 8]}


def _fatigue(trial: Trial) -> Figure:
    figure = _figure("contraction", "% of the first")
    for number, line in enumerate(series.fatigue(trial)):
        _draw(figure, line, number, "%", per=1.0, mode="lines+markers")
    figure.update_yaxes(range=[0, 110])
    return figure


def _discomfort(trial: Trial) -> Figure:
    figure = _figure("minutes of the treatment", "discomfort, 0 to 10")
    for number, line in enumerate(series.discomfort(trial)):
        _draw(figure, line, number, "of 10")
    figure.add_hline(y=TOLERANCE, line=MARK, opacity=1, annotation_text="the most that is tolerated")
    figure.update_yaxes(range=[0, 10.4])
    return _treated(trial, figure)


def _pulses(trial: Trial) -> Iterator[tuple[str, str, Figure]]:
    """The largest pulse of each channel, current and voltage beneath each other in one plot with two scales."""
    for channel, current, voltage in series.pulse(trial):
        figure = _figure("µs", "mA")
        _draw(figure, Line("current, mA", current), 0, "mA", per=1.0)
        dashed = {"color": COLOURS[1], "dash": "dash"}
        _draw(figure, Line("voltage, V", voltage), 1, "V", per=1.0, yaxis="y2", line=dashed)
        most_ma, most_v = (max(abs(y) for _, y in points) * 1.15 or 1 for points in (current, voltage))
        second = {"title": "V", "overlaying": "y", "side": "right", "range": [-most_v, most_v], "tickmode": "auto"}
        figure.update_layout(yaxis={"range": [-most_ma, most_ma]}, yaxis2=second, margin={"r": 60})
        said = "The largest pulse of the whole session at the skin, and the voltage the stimulator needs for it."
        yield f"Pulse of channel {channel}", said, figure


# --- a population ---


def figures_of_crowd(crowd: Crowd) -> Iterator[tuple[str, str, Figure]]:
    """The distributions that tell something, two to a row on the page."""
    for spread in spreads(crowd):
        if spread.name in {*SHOWN, *SHOWN_TOO} and tells(spread, crowd):
            where = f" of channel {spread.channel}" if spread.channel and len(crowd.setup.plan.channels) > 1 else ""
            yield f"{NAMES[spread.name]}{where}", _middle(spread), _histogram(spread)


def _middle(spread: Spread) -> str:
    scale = SCALES[spread.unit]
    low, middle, high = (percentile(spread.values, share) or 0 for share in (5, 50, 95))
    return f"half of the people below {middle / scale:.3g}; nine of ten from {low / scale:.3g} to {high / scale:.3g}"


def _histogram(spread: Spread) -> Figure:
    from plotly.graph_objects import Bar

    scale = SCALES[spread.unit]
    figure = _figure(NAMES[spread.name], "people", 260)
    bins = counted([value / scale for value in spread.values], BINS)
    widths = [end - begin or 1.0 for begin, end, _ in bins]
    middles, people = [(begin + end) / 2 for begin, end, _ in bins], [count for _, _, count in bins]
    outline = {"color": COLOURS[0], "line": {"color": "white", "width": 1}}
    figure.add_trace(Bar(x=middles, y=people, width=widths, marker=outline, hovertemplate="%{y} people"))
    for number, share in enumerate(PERCENTILES[::2]):
        at = (percentile(spread.values, share) or 0) / scale
        told = {"text": f"{share} %", "yref": "paper", "yanchor": "bottom", "y": 1 + 0.08 * number, "showarrow": False}
        figure.add_vline(x=at, line=MARK, opacity=1)
        figure.add_annotation(x=at, **told)
    figure.update_yaxes(tickformat="d", dtick=max(1, round(round_step(max(people) / 5))))
    figure.update_layout(showlegend=False, hovermode="closest", margin={"t": 52})
    return figure
