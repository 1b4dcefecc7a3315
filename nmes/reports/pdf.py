"""A report as a PDF that a screen reader can read (PDF/UA-1): headings, tables and pictures are tagged as such.

Laid out by typst, a library of one file that needs no other program. A report goes into it as data, so nothing that a
person typed can become markup. The letters come with the library, which makes the same report the same bytes on every
computer; only where they do not have a letter (Chinese, say) are the computer's own asked, and what no font has is
shown as taken out: PDF/UA-1 forbids a letter that cannot be read out.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any, Final

from nmes.core.printable import TAKEN_OUT, printable
from nmes.language import _
from nmes.record.errors import RecordError
from nmes.reports.document import Plot, Report, Section, Table
from nmes.reports.drawing import svg_of
from nmes.reports.form import LibraryMissing

FONTS: Final = ("Libertinus Serif", "DejaVu Sans Mono")
"""Both come with typst."""
LONGEST_WORD: Final = 66
"""Longer than a SHA-256; what is longer is parted, or it would run over the edge of the page."""
_LINE: Final = 112
"""Letters of a table that go into the width of the page, about."""
_WIDEST: Final = 40
_NO_LETTER: Final = re.compile(r'the text `"(.+?)"` could not be displayed', re.DOTALL)
_ESCAPED: Final = re.compile(r"\\u\{([0-9a-f]+)\}")
_MOST_LETTERS: Final = 40
"""So many different letters without a font are taken out one by one, each a new layout of some ms [design]."""
_FOREIGN: Final = re.compile("[^\u0000-\u02ff\u0370-\u052f\u2010-\u2044\u2200-\u2265]")
"""What the fonts that come with typst may not have: all but Latin, Greek and Cyrillic letters and some signs."""


def pdf_of(report: Report) -> bytes:
    """The PDF. The same report gives the same bytes; LibraryMissing without the extra `pdf`."""
    return compiled("report.typ", _data(report))


def compiled(template: str, data: dict[str, Any]) -> bytes:
    """A template of this folder with its data, as PDF/UA-1."""
    try:
        import typst  # noqa: PLC0415 - an extra, and only a PDF needs it
    except ImportError as error:
        said = _(
            "A PDF needs the library typst, which is not installed. In the folder of nmes: pip install '.[pdf]'. "
            "A page needs nothing."
        )
        raise LibraryMissing(said) from error
    text = json.dumps(data | {"fonts": FONTS}, ensure_ascii=False)
    try:
        return _made(typst, template, text, own_fonts=True)
    except typst.TypstError as error:
        if _NO_LETTER.search(error.message) is None:
            raise _failed(error) from error
    return _with_fonts_of_the_computer(typst, template, text)


def _made(typst: Any, template: str, text: str, *, own_fonts: bool) -> bytes:
    compiler = typst.Compiler(_template(template), ignore_system_fonts=own_fonts, sys_inputs={"report": text})
    return bytes(compiler.compile(format="pdf", pdf_standards=["ua-1"]))


def _with_fonts_of_the_computer(typst: Any, template: str, text: str) -> bytes:
    """What no font has is taken out letter by letter; where that does not help (marks that change the letter before
    them), everything but the letters that typst brings.
    """
    for _attempt in range(_MOST_LETTERS):
        try:
            return _made(typst, template, text, own_fonts=False)
        except typst.TypstError as error:
            missing = _NO_LETTER.search(error.message)
            if missing is None:
                raise _failed(error) from error
            fewer = _without(text, missing[1])
            if fewer == text:
                break
            text = fewer
    try:
        return _made(typst, template, _FOREIGN.sub(TAKEN_OUT, text), own_fonts=True)
    except typst.TypstError as error:
        raise _failed(error) from error


def _failed(error: Any) -> RecordError:
    return RecordError(_("The PDF could not be made: {error}. A page (HTML) can.").format(error=error.message))


def _without(text: str, letters: str) -> str:
    plain = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), letters)
    return "".join(TAKEN_OUT if letter in plain else letter for letter in text)


@cache
def _template(name: str) -> bytes:
    return (files("nmes.reports") / name).read_bytes()


def _data(report: Report) -> dict[str, Any]:
    return {
        "title": printable(report.title),
        "banner": printable(report.banner),
        "verdicts": [{"said": f"{'! ' if loud else ''}{_text(said)}", "loud": loud} for said, loud in report.verdicts],
        "sections": [_section(section) for section in report.sections],
        "foot": printable(report.foot),
        "program": printable(report.program),
        "language": report.language,
        "large": report.large,
    }


def _section(section: Section) -> dict[str, Any]:
    return {
        "heading": _text(section.heading) or "-",
        "lines": [_text(said) for said in section.lines],
        "facts": [[_text(name), _text(value)] for name, value in section.facts],
        "items": [_text(said) for said in section.items],
        "plot": _plot(section.plot) if section.plot else None,
        "table": _table(section.table) if section.table else None,
        "after": [_text(said) for said in section.after],
        "whole": section.whole,
    }


def _plot(plot: Plot) -> dict[str, Any]:
    curves = [{"name": _text(one.name), "told": _text(one.told), "picture": svg_of(one, plot)} for one in plot.curves]
    return {"curves": curves, "marks": [_text(mark.said) for mark in plot.marks], "note": _text(plot.note)}


def _table(table: Table) -> dict[str, Any]:
    """Columns of short cells are as wide as they are; the others share the rest by the length of their texts."""
    rows = [[_text(cell) for cell in row] for row in table.rows]
    return {"head": [_text(cell) for cell in table.head], "rows": rows, "widths": _widths(table)}


def _widths(table: Table) -> list[int]:
    """0: as wide as its longest cell. The shorter columns are, as long as a third of the line is left to the rest."""
    longest = [max(len(row[column]) for row in (table.head, *table.rows)) for column in range(len(table.head))]
    found, taken = [min(size, 90) for size in longest], 0
    for column in sorted(range(len(longest)), key=lambda column: longest[column]):
        taken += longest[column] + 3
        if longest[column] > _WIDEST or taken > _LINE * 2 // 3:
            break
        found[column] = 0
    return found if any(found) else [*found[:-1], 1]


def _text(text: str) -> str:
    """Harmless, and with a place to break in every word that is longer than a line."""
    words = printable(text).split(" ")
    return " ".join(word if len(word) <= LONGEST_WORD else _parted(word) for word in words)


def _parted(word: str) -> str:
    return "\u200b".join(word[at : at + LONGEST_WORD] for at in range(0, len(word), LONGEST_WORD))
