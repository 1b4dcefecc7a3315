"""`nmes protocols diff`: what changes for the patient, under headings, the current first."""

from __future__ import annotations

from itertools import groupby
from textwrap import wrap
from typing import Final

from nmes.cli.exits import GOOD, wrong
from nmes.cli.finding import plan_of, protocol_named
from nmes.cli.protocols.listing import width_now
from nmes.core.plan import Plan
from nmes.core.problems import ProblemsError
from nmes.core.protocol_diff import Difference, Way, differences
from nmes.runtime.library import Loaded

_MARKS: Final = {Way.MORE: "▲", Way.LESS: "▼", Way.OTHER: "·"}


def compare(old: str, new: str) -> int:
    """0 whether they differ or not: neither is bad for it."""
    before, after = protocol_named(old), protocol_named(new)
    found = differences(before.protocol, after.protocol, _plan(before), _plan(after))
    print(f"A: {_name(before)}\nB: {_name(after)}")
    if before.sha256 == after.sha256:
        print("The two files are the same, byte for byte.")
    elif not found:
        print("Nothing changes for the patient: only version, notes, sources or comments differ.")
    for topic, group in groupby(found, key=lambda one: one.topic):
        print(f"\n{topic}")
        for difference in group:
            print(_line(difference))
    if any(one.way is not Way.OTHER for one in found):
        print("\n▲ more or less safe, ▼ less or safer, at the most that may be set on the pads")
    return GOOD


def _plan(loaded: Loaded) -> Plan:
    try:
        return plan_of(loaded)
    except ProblemsError as error:
        wrong(*(str(problem) for problem in error.problems))


def _name(loaded: Loaded) -> str:
    return f"{loaded.protocol.id} version {loaded.protocol.version}, {loaded.path}"


def _line(difference: Difference) -> str:
    text = f"{_MARKS[difference.way]} {difference.sentence}"
    return "\n".join(wrap(text, width_now(), subsequent_indent="  ", break_on_hyphens=False))
