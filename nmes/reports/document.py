"""What a report is before it has a file's form: headings, sentences, rows, plots. The same for page, PDF and text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head; every row is as long as the head."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """What was acknowledged on one channel over the whole session: `heights` in thousandths of `most`, evenly spaced.

    `doubtful`: where it was not known, parallel to the heights. `told`: the curve in a sentence, for who cannot see it.
    """

    name: str
    most: str
    heights: tuple[int, ...]
    doubtful: tuple[bool, ...]
    told: str


@dataclass(frozen=True, slots=True)
class Mark:
    """An event in the plot: `at` in thousandths of the time, its number there, and the sentence of that number."""

    at: int
    number: int
    said: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Curves over one time, with what happened in it. `ticks`: where in thousandths, and the time that stands there."""

    curves: tuple[Curve, ...]
    marks: tuple[Mark, ...]
    ticks: tuple[tuple[int, str], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, then sentences, a plot, a table, and more sentences. `facts` are pairs of a name and a value."""

    heading: str
    lines: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    table: Table | None = None
    after: tuple[str, ...] = ()
    plot: Plot | None = None
    items: tuple[str, ...] = ()
    """A list; it stands after the facts."""
    whole: bool = False
    """Not parted by the end of a page."""


@dataclass(frozen=True, slots=True)
class Report:
    """`banner` says what this is; `verdicts` how it ended and how far it can be believed, the loud ones marked True.

    `foot` stands on every printed page, so that a page that was parted from the others is still known. `language`: of
    the words, as in `lang="de"`.
    """

    title: str
    banner: str
    verdicts: tuple[tuple[str, bool], ...]
    sections: tuple[Section, ...]
    foot: str
    program: str
    language: str = "en"
    large: bool = False
    """Printed in large letters: for patients."""
