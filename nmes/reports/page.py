"""A report as one page that needs nothing else: no request, no program in it, and everything a person typed is text."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from nmes.core.printable import printable
from nmes.reports.document import Curve, Plot, Report
from nmes.reports.drawing import svg_of

if TYPE_CHECKING:
    from jinja2 import Environment, Template


SHORT: Final = 20
LONG: Final = 28
"""Characters, of a cell and of a word [design]."""
_WHOLE: Final = re.compile(
    r"\b[0-9A-Za-z]+(?:-[0-9A-Za-z]+){2,}\b|\b[0-9]+(?:[.,][0-9]+)? (?:%|mA\b|Hz\b|N\b|s\b|µC\b|mC\b|cm²)"
)
_LONGEST_WHOLE: Final = 40
"""Days, ids and codes, and a number with its unit: a line is not broken within; a longer one has to be [design]."""


def page_of(report: Report) -> str:
    """The page as HTML. The same report gives the same page."""
    return _template().render(report=report)


def environment(folder: str) -> Environment:
    """For the templates of this program: every text is escaped and harmless, a name without a value is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - slow, and only a page needs it

    made = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_harmless,
        loader=PackageLoader(folder, "."),
    )
    made.filters["css"] = _css
    return made


@cache
def _template() -> Template:
    made = environment("nmes.reports")
    made.globals["drawn"] = _drawn
    made.filters["width_class"] = _width_class
    made.filters["whole"] = _whole
    return made.get_template("report.html.j2")


def _drawn(curve: Curve, plot: Plot) -> Any:
    from markupsafe import Markup  # noqa: PLC0415 - comes with jinja2, and as late

    return Markup(svg_of(curve, plot))  # noqa: S704 - the picture escapes its own few texts


def _width_class(cell: str) -> Any:
    """Short cells stay on one line; words that no column has room for may be broken anywhere."""
    from markupsafe import Markup  # noqa: PLC0415 - as above

    if len(cell) <= SHORT:
        return Markup(' class="short"')
    return Markup(' class="long"') if any(len(word) > LONG for word in cell.split()) else ""


def _whole(text: str) -> Any:
    """A text in which a day, an id and a number with its unit stay on one line."""
    from markupsafe import Markup, escape  # noqa: PLC0415 - as above

    made, at, said = Markup(""), 0, printable(text)
    for found in _WHOLE.finditer(said):
        if len(found[0]) <= _LONGEST_WHOLE:
            made += escape(said[at : found.start()]) + Markup('<span class="short">{}</span>').format(found[0])
            at = found.end()
    return made + escape(said[at:])


def _css(text: str) -> str:
    """What may stand in a text of a style sheet: nothing that could end it."""
    return re.sub(r"[^\w ,.:/-]", "", printable(text))


def _harmless(value: Any) -> Any:
    return printable(value) if type(value) is str else value
