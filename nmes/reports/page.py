"""A report as one page that needs nothing else: no request, no program in it, and everything a person typed is text."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from nmes.core.printable import printable
from nmes.language import _
from nmes.reports.document import Curve, Report

if TYPE_CHECKING:
    from jinja2 import Template

HEIGHT = 60
"""Rows of a drawn curve, in the units of its own picture."""


def page_of(report: Report) -> str:
    """The page as HTML. The same report gives the same page."""
    drawn = [(curve, _line(curve), _doubtful(curve)) for curve in report.curves]
    return _template().render(report=report, drawn=drawn, height=HEIGHT, words=_WORDS)


def _line(curve: Curve) -> str:
    """A stepped line over the whole width, as the numbers of an SVG polyline."""
    points = []
    for at, height in enumerate(curve.heights):
        y = HEIGHT - height * HEIGHT // 1000
        points += [f"{at},{y}", f"{at + 1},{y}"]
    return " ".join(points)


def _doubtful(curve: Curve) -> list[tuple[int, int]]:
    """Where the output was not known: begin and length of each stretch."""
    found: list[tuple[int, int]] = []
    for at, doubtful in enumerate(curve.doubtful):
        if doubtful and found and sum(found[-1]) == at:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        elif doubtful:
            found.append((at, 1))
    return found


_WORDS = {
    "course": _("Output over the session, as the stimulator acknowledged it"),
    "grey": _("Grey: the output was not known."),
    "empty": _("No output was acknowledged."),
}


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - slow to import, and only a page needs it

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_harmless
    )
    return environment.from_string((files("nmes.reports") / "report.html.j2").read_text(encoding="utf-8"))


def _harmless(value: Any) -> Any:
    return printable(value) if type(value) is str else value
