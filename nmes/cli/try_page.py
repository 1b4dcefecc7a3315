"""The page of a try: one file that needs nothing else, with real plots, and with what it is not in its first line.

The plots' program lies in the page itself; its policy forbids every request, so it is the same offline in ten years.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from nmes import __version__
from nmes.cli import try_body as b
from nmes.cli import try_words as w
from nmes.cli.try_buts import buts
from nmes.cli.try_crowd_words import SHARES, about, cells, label, share, tells
from nmes.cli.try_text import doses, figures
from nmes.trial.crowd import Crowd
from nmes.trial.judge import Margin
from nmes.trial.spread import PERCENTILES, Spread, counts, spreads
from nmes.trial.trying import Trial
from nmes.ui.numbers import cm2

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup
    from plotly.graph_objects import Figure

CONFIG: Final = {"displayModeBar": False, "responsive": True}
"""Dragging zooms and a double click goes back; the bar of buttons would cover what it belongs to."""


@dataclass(frozen=True, slots=True)
class Plot:
    """One plot under its heading."""

    heading: str
    said: str
    html: Markup


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table; `bar` is the used part of a limit in thousandths, None for no bar."""

    cells: tuple[str, ...]
    bar: int | None = None
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One try on the page."""

    title: str
    tried_on: str
    verdict: str
    good: bool
    buts: tuple[str, ...]
    facts: tuple[tuple[str, tuple[str, ...]], ...]
    limits: tuple[tuple[str, str, tuple[Row, ...]], ...]
    plots: tuple[Plot, ...]


def page_of(trials: Sequence[Trial]) -> str:
    """The page of one try, or of several with their figures side by side first."""
    parts = [_part(trial) for trial in trials]
    side_by_side = [Row(row) for row in figures(trials)] if len(trials) > 1 else []
    title, whom = trials[0].setup.loaded.protocol.title, w.whom(trials[0])
    return _page(title, parts=parts, side_by_side=side_by_side, whom=whom, crowd=None)


def page_of_crowd(crowd: Crowd) -> str:
    """The page of a population."""
    from nmes.cli.try_figures import figures_of_crowd

    protocol = crowd.setup.loaded.protocol
    everybody = len(crowd.outcomes)
    told = {
        "title": f"{protocol.title} ({protocol.id}, version {protocol.version})",
        "about": about(crowd),
        "shares": [
            Row((SHARES[name], f"{many} of {everybody}", share(name, many, everybody)), many * 1000 // everybody)
            for name, many in counts(crowd).items()
        ],
        "percentiles": PERCENTILES,
        "rows": [_spread_row(spread, crowd) for spread in spreads(crowd) if tells(spread, crowd)],
        "plots": _plots(figures_of_crowd(crowd)),
    }
    return _page(protocol.title, parts=[], side_by_side=[], whom="", crowd=told)


def _page(title: str, **more: object) -> str:
    return _template().render(
        title=title, banner=w.BANNER, tags=w.TAGS, marks=w.MARKS, program=f"nmes {__version__}", **more, **_script()
    )


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string((files("nmes.cli") / "try_page.html.j2").read_text(encoding="utf-8"))


def _script() -> dict[str, Any]:
    from markupsafe import Markup
    from plotly.offline import get_plotlyjs

    return {"plotlyjs": Markup(get_plotlyjs())}  # noqa: S704 - the plotting library's own text, no input of anybody


def _plots(made: Iterable[tuple[str, str, Figure]]) -> tuple[Plot, ...]:
    from markupsafe import Markup
    from plotly.io import to_html

    return tuple(
        Plot(
            heading,
            said,
            Markup(to_html(figure, CONFIG, full_html=False, include_plotlyjs=False)),  # noqa: S704 - escapes what it holds
        )
        for heading, said, figure in made
    )


def _part(trial: Trial) -> Part:
    from nmes.cli.try_figures import figures_of

    protocol = trial.setup.loaded.protocol
    return Part(
        title=f"{protocol.title} ({protocol.id}, version {protocol.version})",
        tried_on=f"Tried on {w.patient(trial)}",
        verdict=w.verdict(trial),
        good=trial.good,
        buts=tuple(but.said for but in buts(trial)),
        facts=tuple((name, told) for name, told in _facts(trial) if told),
        limits=tuple(_limits(trial)),
        plots=_plots(figures_of(trial)),
    )


def _facts(trial: Trial) -> Iterable[tuple[str, tuple[str, ...]]]:
    yield "Level", tuple(w.levels(trial))
    yield "Felt", tuple(filter(None, map(w.felt, trial.slots)))
    yield "Delivered", tuple(w.delivered(one) for one in trial.slots)
    for muscle in trial.course.muscles if trial.run.treatment_us is not None else ():
        yield f"Force of {b.muscle_name(trial, muscle)}", tuple(b.force(trial, muscle))
    yield "Discomfort", tuple(b.discomforts(trial))
    yield "Cramp", tuple(b.cramps_and_trains(trial))
    yield "Dose", tuple(doses(trial))


def _limits(trial: Trial) -> Iterable[tuple[str, str, tuple[Row, ...]]]:
    for channel in trial.plan.channels:
        rows = tuple(_margin_row(one) for one in trial.margins if one.channel == channel.channel)
        over = "r.m.s. figures are over the worst second, power and energy into 500 Ω"
        said = f"Judged {w.judged(trial, channel.channel)}; {over}."
        yield f"Limits of channel {channel.channel}, on pads of {cm2(channel.pad_mm2)}", said, rows


def _margin_row(margin: Margin) -> Row:
    limit = "" if margin.limit is None else w.value(margin.limit, margin.unit)
    cells = (w.WHAT[margin.what], w.value(margin.value, margin.unit), limit, w.used(margin))
    return Row(cells, margin.permille, not margin.within)


def _spread_row(spread: Spread, crowd: Crowd) -> Row:
    return Row((label(spread, crowd), *cells(spread)))
