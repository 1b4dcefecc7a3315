"""What a report is before it has a form: headings, sentences, rows. The same for a page and for text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head; every row is as long as the head."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, then sentences, a table, and more sentences. `facts` are pairs of a name and a value."""

    heading: str
    lines: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    table: Table | None = None
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Curve:
    """What was acknowledged on one channel over the whole session: `heights` in thousandths of `most`, evenly spaced.

    `doubtful`: where it was not known, parallel to the heights.
    """

    name: str
    most: str
    heights: tuple[int, ...]
    doubtful: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """`banner` says what this is; `verdicts` how it ended and how far it can be believed, the loud ones marked True."""

    title: str
    banner: str
    verdicts: tuple[tuple[str, bool], ...]
    sections: tuple[Section, ...]
    curves: tuple[Curve, ...]
    curves_end: str
    program: str
