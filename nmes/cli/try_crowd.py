"""`nmes try --population`: many virtual patients around one profile, and how their figures are spread."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap
from typing import Final

from nmes.cli.exits import BAD, GOOD
from nmes.cli.try_crowd_words import SCALES, SHARES, about, cells, label, people_told, share, tells
from nmes.cli.try_output import print_json, width_of_terminal, write_page
from nmes.cli.try_plots import histogram
from nmes.cli.try_progress import people
from nmes.cli.try_text import said
from nmes.cli.try_words import BANNER, MARKS
from nmes.trial.crowd import Crowd, Outcome, try_many
from nmes.trial.setup import Setup
from nmes.trial.spread import PERCENTILES, counts, spreads
from nmes.ui.numbers import clock, ma
from nmes.ui.words import why

FEW: Final = 20
"""Fewer people than this have no 5 % of their own."""
WIDE: Final = 74
"""From here on every name of a figure fits beside its numbers."""


def show_crowd(base: Setup, count: int, seed: int, *, as_json: bool, page: Path | None) -> int:
    """Try, tell; 0 if everybody came to the end within every limit."""
    with people(base.loaded.protocol.id, count) as told:
        crowd = try_many(base, count, seed, told)
    if as_json:
        from nmes.cli.try_json import crowd_json

        print_json(crowd_json(crowd))
    else:
        print("\n".join(lines(crowd, width_of_terminal())))
    if page is not None:
        from nmes.cli.try_page import page_of_crowd

        write_page(page, page_of_crowd(crowd), quietly=as_json)
    found = counts(crowd)
    return GOOD if found["complete"] == found["within_limits"] == count else BAD


def lines(crowd: Crowd, width: int) -> Iterator[str]:
    """The whole report."""
    setup, protocol = crowd.setup, crowd.setup.loaded.protocol
    yield from wrap(BANNER, width)
    yield ""
    yield from wrap(f"{protocol.title} ({protocol.id}, version {protocol.version})", width)
    yield from wrap(about(crowd), width)
    yield ""
    yield from said("RESULT", shares_told(crowd), width)
    yield ""
    if len(crowd.outcomes) < FEW:
        yield from wrap(f"Percentiles of {people_told(len(crowd.outcomes))} say little: try {FEW} or more.", width)
    yield from table(crowd, width)
    yield ""
    yield from stopped(crowd, width)
    for spread in spreads(crowd):
        if spread.name in {"level", "first_peak_of_muscle", "discomfort_typical"} and tells(spread, crowd):
            yield f"{label(spread, crowd)}: how many people"
            yield from histogram(spread, SCALES[spread.unit], width)
            yield ""
    yield from wrap(again(setup, crowd), width)
    yield from wrap(MARKS, width)


def shares_told(crowd: Crowd) -> Iterator[str]:
    """The shares in whole people and percent, never rounded to look better than they are."""
    everybody = len(crowd.outcomes)
    for name, many in counts(crowd).items():
        yield f"{many:>{len(str(everybody))}} of {everybody} ({share(name, many, everybody)}) {SHARES[name]}"


def table(crowd: Crowd, width: int) -> Iterator[str]:
    """Every figure with its percentiles; a long name goes on below itself where there is little room."""
    column = 8 if width >= WIDE else 6
    left = min(34, width - column * len(PERCENTILES))
    yield " " * left + "".join(f"{f'{share} %':>{column}}" for share in PERCENTILES)
    for spread in spreads(crowd):
        first, *more = wrap(label(spread, crowd), left - 1)
        told = "".join(f"{cell:>{column}}" for cell in cells(spread))
        yield f"{first:<{left}}{told if tells(spread, crowd) else ' no contraction to speak of'}"
        yield from (f"  {text}" for text in more)


def stopped(crowd: Crowd, width: int) -> Iterator[str]:
    """Whose session ended by a fault, the first few by name."""
    broken = [one for one in crowd.outcomes if not one.complete]
    if broken:
        told = [f"{one.name}: after {clock(one.at_ms)} min, {_at_most(one)}. {why(one.why)}" for one in broken[:5]]
        more = [f"and {len(broken) - 5} more"] if len(broken) > 5 else []
        yield from said("Stopped", [*told, *more], width)
        yield ""


def _at_most(one: Outcome) -> str:
    """How far the current had come."""
    reached = {margin.channel: margin.value for margin in one.margins if margin.what == "amplitude"}
    told = ", ".join(
        f"{ma(ua)} mA{f' on channel {channel}' if len(reached) > 1 else ''}" for channel, ua in reached.items()
    )
    return f"at {told} at most"


def again(setup: Setup, crowd: Crowd) -> str:
    """How to look at one of them."""
    name = f"{setup.profile.name}#0"
    return (
        f"One person alone, exactly the same: nmes try {setup.loaded.protocol.id} --patient {name} --seed {crowd.seed}"
    )
