"""`nmes try --population`: many virtual patients around one profile, and how their figures are spread."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap
from typing import Final

from nmes.cli.exits import BAD, GOOD
from nmes.cli.try_plots import histogram
from nmes.cli.try_progress import people
from nmes.cli.try_text import said
from nmes.cli.try_words import BANNER, SENSORY_MN
from nmes.trial.crowd import Crowd, try_many
from nmes.trial.level import ASK_EVERY_UA
from nmes.trial.setup import Setup
from nmes.trial.spread import PERCENTILES, Spread, shares, spreads
from nmes.ui.numbers import clock
from nmes.ui.words import why

NAMES: Final = {
    "level": "level, mA",
    "first_peak": "first contraction, N",
    "first_peak_of_muscle": "first contraction, % of muscle",
    "last_peak": "last contraction, N",
    "last_peak_of_first": "last contraction, % of first",
    "discomfort_typical": "discomfort, typical",
    "discomfort_peak": "discomfort, peak",
    "amplitude_used": "amplitude, % of ceiling",
    "rms_density_used": "r.m.s. density, % of limit",
    "power_density_used": "power density, % of limit",
    "session_charge_used": "session charge, % of limit",
    "output_voltage_used": "output voltage, % of 150 V",
}
SCALES: Final = {"ua": 1000, "mn": 1000, "permille": 10, "hundredths": 100}
SHARES: Final = {
    "complete": "came to the end of the treatment",
    "within_limits": "stayed within every limit",
    "cramped": "had a cramp",
    "over_tolerance": "felt more than is tolerated (7) at some time",
    "target_not_reached_below_tolerance": "wanted no more before the target was reached",
    "stopped_at_the_ceiling": "would have taken more than the channel may get",
}


def show_crowd(base: Setup, count: int, seed: int, *, as_json: bool, html: Path | None) -> int:
    """Try, tell; 0 if everybody came to the end within every limit."""
    from nmes.cli.try_command import print_json, width_of_terminal, write_page

    with people(base.loaded.protocol.id, count) as told:
        crowd = try_many(base, count, seed, told)
    if html is not None:
        from nmes.cli.try_page import page_of_crowd

        write_page(html, page_of_crowd(crowd))
    if as_json:
        from nmes.cli.try_json import crowd_json

        print_json(crowd_json(crowd))
    else:
        print("\n".join(lines(crowd, width_of_terminal())))
        if html is not None:
            print(f"\nPage: {html}")
    found = shares(crowd)
    return GOOD if found["complete"] == found["within_limits"] == 1000 else BAD


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
    yield f"{'':<34}" + "".join(f"{f'{share} %':>8}" for share in PERCENTILES)
    for spread in spreads(crowd):
        yield row(spread, crowd)
    yield ""
    yield from stopped(crowd, width)
    for spread in spreads(crowd):
        if spread.name in {"level", "first_peak_of_muscle", "discomfort_typical"} and tells(spread, crowd):
            yield f"{label(spread, crowd)}: how many people"
            yield from histogram(spread, SCALES[spread.unit], width)
            yield ""
    yield from wrap(again(setup, crowd), width)


def about(crowd: Crowd) -> str:
    """Who was tried, how, and how much of it went through the wire."""
    assumed = crowd.setup.assumed
    return (
        f"tried on {len(crowd.outcomes)} people around {crowd.setup.profile.name}, seed {crowd.seed}; muscle "
        f"{assumed.length} ({assumed.why}). The level is asked for in steps of {ASK_EVERY_UA // 1000} mA; "
        f"people who come to the same level the same way share one session through the wire: {crowd.sessions} sessions."
    )


def shares_told(crowd: Crowd) -> Iterator[str]:
    """The shares in whole people and percent."""
    everybody = len(crowd.outcomes)
    for name, share in shares(crowd).items():
        yield f"{round(share * everybody / 1000):>4} of {everybody} ({share / 10:.0f} %) {SHARES[name]}"


def label(spread: Spread, crowd: Crowd) -> str:
    many = len(crowd.setup.plan.channels) > 1 and spread.channel is not None
    return f"{NAMES[spread.name]}{f' (ch {spread.channel})' if many else ''}"


def tells(spread: Spread, crowd: Crowd) -> bool:
    """Whether a figure says something: forces of a muscle that does not contract do not."""
    if "peak" not in spread.name or spread.unit == "hundredths":
        return True
    forces = [one for one in spreads(crowd) if one.name == "first_peak" and one.channel == spread.channel]
    return any(max(one.values) >= SENSORY_MN for one in forces)


def row(spread: Spread, crowd: Crowd) -> str:
    """One figure with its percentiles."""
    if not tells(spread, crowd):
        return f"{label(spread, crowd):<34}  no contraction to speak of (sensory)"
    digits = 1 if spread.unit in {"hundredths", "ua"} else 0
    found = [value for value in spread.percentiles().values() if value is not None]
    return f"{label(spread, crowd):<34}" + "".join(f"{value / SCALES[spread.unit]:>8.{digits}f}" for value in found)


def stopped(crowd: Crowd, width: int) -> Iterator[str]:
    """Whose session ended by a fault, the first few by name."""
    broken = [one for one in crowd.outcomes if not one.complete]
    if broken:
        told = [f"{one.name}: after {clock(one.at_ms)} min. {why(one.why)}" for one in broken[:5]]
        more = [f"and {len(broken) - 5} more"] if len(broken) > 5 else []
        yield from said("Stopped", [*told, *more], width)
        yield ""


def again(setup: Setup, crowd: Crowd) -> str:
    """How to look at one of them."""
    name = f"{setup.profile.name}#0"
    return (
        f"One person alone, exactly the same: nmes try {setup.loaded.protocol.id} --patient {name} --seed {crowd.seed}"
    )
