"""`nmes try` of an assessment: what it measured on a virtual patient, beside what is true of that virtual person.

Separate from the other tries, whose figures are those of a treatment. Everything here is from the simulator.
"""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import Any

from nmes.cli import try_words as w
from nmes.cli.try_json import assessed_json
from nmes.cli.try_output import print_json, width_of_terminal
from nmes.cli.try_progress import treatment
from nmes.cli.try_text import limits, said
from nmes.core.events import What
from nmes.runtime.measured_words import NAMES, amount
from nmes.runtime.numbers import in_hz
from nmes.trial.assess import REACTION_MS, Assessed, assess
from nmes.trial.setup import Setup
from nmes.ui.numbers import clock, ma


def show_assessment(setup: Setup, *, as_json: bool) -> bool:
    """Try it and tell it; whether it came to its end within every limit."""
    with treatment(setup.loaded.protocol.id) as progress:
        tried = assess(setup, progress)
    if as_json:
        document: dict[str, Any] = assessed_json(tried)
        print_json(document)
    else:
        print("\n".join(lines(tried, width_of_terminal())))
    return tried.good


def lines(tried: Assessed, width: int) -> Iterator[str]:
    """Everything as lines of a terminal."""
    protocol, assumed = tried.setup.loaded.protocol, tried.setup.assumed
    yield from wrap(w.BANNER, width)
    yield ""
    yield from wrap(f"{protocol.title} ({protocol.id}, version {protocol.version})", width)
    yield from wrap(f"tried on {w.whom(tried)}; muscle {assumed.length} ({assumed.why})", width)
    yield ""
    yield from said("RESULT", results(tried), width)
    yield from said("Level", levels(tried), width)
    yield from said("Test", test(tried), width)
    yield ""
    yield from limits(tried, width)
    yield ""
    yield from said("Dose", [f"channel {one.channel}: {w.dose(one)}" for one in tried.doses], width)
    yield ""
    yield from wrap(w.MARKS, width)


def results(tried: Assessed) -> Iterator[str]:
    """What was measured, and how the session ended."""
    for one in tried.measured:
        yield f"channel {one.channel}: {NAMES[one.what]} {amount(one.what, one.value)}"
    if tried.error_mhz is not None and tried.rested_mhz is not None:
        more = "over" if tried.error_mhz >= 0 else "under"
        yield f"the virtual person's own, rested, is {in_hz(tried.rested_mhz)}: {in_hz(abs(tried.error_mhz))} {more}"
    if tried.plan.assessment == What.CTF and not tried.measured and tried.run.ending.complete:
        yield "no cramp up to the cap: no threshold was found"
    yield w.verdict(tried)


def levels(tried: Assessed) -> Iterator[str]:
    for slot, found in tried.run.found.items():
        yield f"channel {slot.channel}: {ma(found.level_ua)} mA; {found.felt.words}"


def test(tried: Assessed) -> Iterator[str]:
    """The trains, and how quickly it was off."""
    if tried.plan.assessment != What.CTF:
        return
    yield f"{tried.trains} of {len(tried.plan.stages)} trains, {clock(tried.run.ending.at_ms)} min in all"
    if tried.cramp is not None and tried.pressed_ms is not None:
        tired = f"the tired muscle's threshold was then {in_hz(tried.cramp.ctf_mhz)}"
        yield f"the muscle cramped at {in_hz(tried.cramp.frequency_mhz)}; {tired}"
        off = f"off was confirmed {tried.off_ms - tried.pressed_ms} ms after the key"
        yield f"CRAMP was pressed {REACTION_MS / 1000:g} s after it was seen [design]; {off}"
