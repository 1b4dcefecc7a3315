"""A report as plain text: for a terminal, a screen reader, a log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from nmes.core.printable import printable
from nmes.reports.document import Plot, Report, Section, Table

LOUD = "! "


def lines_of(report: Report, width: int) -> list[str]:
    """The report in lines; sentences are folded to `width` columns, a table's cells too where it would be wider."""
    lines = [*_folded(report.title, width), *_folded(report.banner, width), ""]
    for said, loud in report.verdicts:
        lines += _folded(f"{LOUD if loud else '  '}{printable(said)}", width, "  ")
    for section in report.sections:
        lines += ["", *section_lines(section, width)]
    return [*lines, "", report.program]


def section_lines(section: Section, width: int) -> list[str]:
    """One part of it, under its heading."""
    return [*_folded(section.heading.upper(), width), *_section(section, width)]


def _section(section: Section, width: int) -> Iterator[str]:
    for said in section.lines:
        yield from _folded(said, width)
    for name, value in section.facts:
        yield from _folded(f"{name}: {value}", width, "    ")
    for said in section.items:
        yield from _folded(f"- {said}", width, "  ")
    if section.plot is not None:
        yield from _plot(section.plot, width)
    if section.table is not None:
        yield from _table(section.table, width)
    for said in section.after:
        yield from _folded(f"  {printable(said)}", width, "    ")


def _plot(plot: Plot, width: int) -> Iterator[str]:
    """Each curve as its sentence, then the events with their numbers: what a picture's reader takes from it."""
    for curve in plot.curves:
        yield from _folded(f"  {curve.told}", width, "    ")
    for said in filter(None, (plot.note,)):
        yield from _folded(said, width)
    for mark in plot.marks:
        yield from _folded(f"  {mark.number}. {mark.said}", width, "     ")


def _table(table: Table, width: int) -> Iterator[str]:
    """Columns as wide as their widest cell, the last one folded; where even that has no room, a row is a list."""
    rows = [[printable(cell) for cell in row] for row in (table.head, *table.rows)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(table.head))]
    fixed = sum(widths[:-1]) + 2 * len(widths)
    if width - fixed < min(widths[-1], 20):
        yield from _as_list(rows[0], rows[1:], width)
        return
    for row in rows:
        first = "  ".join(cell.ljust(size) for cell, size in zip(row[:-1], widths[:-1], strict=True))
        folded = wrap(row[-1], width - fixed) or [""]
        yield f"  {first}  {folded[0]}".rstrip()
        yield from (" " * fixed + more for more in folded[1:])


def _as_list(head: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    """Each row as its first cell, then a line for each further one with its name."""
    for row in rows:
        yield from _folded(f"  {row[0]}", width, "    ")
        for name, cell in zip(head[1:], row[1:], strict=True):
            yield from _folded(f"    {name}: {cell}", width, "      ")


def _folded(text: str, width: int, indent: str = "") -> list[str]:
    return wrap(printable(text), width, subsequent_indent=indent, break_on_hyphens=False) or [""]
