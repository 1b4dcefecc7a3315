"""`nmes care`: the home sheet as text, and as one page to print. The words are the core's; here they get their form."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from textwrap import wrap

from nmes import __version__
from nmes.cli.exits import GOOD, wrong
from nmes.cli.try_output import page_file, width_of_terminal, write_page
from nmes.core.care import DESIGN, SHEETS, TAGS, Line, Sheet, acute_cramp
from nmes.core.suggest import nearest
from nmes.language import _


def show(code: str, html: str | None, *, force: bool = False) -> int:
    """Print a sheet; with `html`, write the page too, over a file that is there only with `force`."""
    sheet = SHEETS.get(code)
    if sheet is None:
        hint = nearest(code, SHEETS)
        there = hint or _("there is: {known}").format(known=", ".join(SHEETS))
        wrong(_('care "{code}": there is no such sheet; {there}').format(code=code, there=there))
    path: Path | None = None if html is None else page_file(html)
    if path is not None and path.is_file() and not force:
        said = _("--html {file}: this file is there already; give another name, or add --force to write over it")
        wrong(said.format(file=path))
    print("\n".join(text(sheet, width_of_terminal())))
    if path is not None:
        write_page(path, page(sheet), quietly=False)
    return GOOD


def marks(sheet: Sheet) -> dict[str, str]:
    """The sources of a sheet, each with its mark; what is this program's own suggestion has none."""
    tags = dict.fromkeys(line.tag for part in sheet.parts for line in part.lines if line.tag != DESIGN)
    return {tag: f"[{number}]" for number, tag in enumerate(tags, start=1)}


def sources(sheet: Sheet) -> list[str]:
    """What the marks stand for, and what a line without one is."""
    said = [f"{mark} {TAGS[tag]} ({tag} of the program's references)." for tag, mark in marks(sheet).items()]
    return [*said, f"Lines without a mark: {TAGS[DESIGN]}."]


def text(sheet: Sheet, width: int) -> list[str]:
    """The sheet in lines of at most `width` columns."""
    lines = [sheet.title.upper(), *wrap(sheet.intro, width)]
    for part in sheet.parts:
        lines += ["", part.heading, *wrap(part.why, width)]
        for line in part.lines:
            lines += wrap(_marked(line, sheet), width, initial_indent="  - ", subsequent_indent="    ")
    lines += ["", *wrap(sheet.closing, width), "", "For the therapist, in a session:"]
    for said in acute_cramp():
        lines += wrap(said, width, initial_indent="  ", subsequent_indent="    ")
    return [*lines, "", *(piece for said in sources(sheet) for piece in wrap(said, width))]


def _marked(line: Line, sheet: Sheet) -> str:
    return f"{line.text} {marks(sheet).get(line.tag, '')}".rstrip()


def page(sheet: Sheet) -> str:
    """One page for a printer; it asks for nothing from anywhere and holds no program."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string((files("nmes.cli") / "care.html.j2").read_text(encoding="utf-8"))
    return template.render(sheet=sheet, marks=marks(sheet), sources=sources(sheet), program=f"nmes {__version__}")
