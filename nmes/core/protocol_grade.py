"""What the grade of a card stands on, counted from its own origins, so that the sentence is true for each card.

It speaks of the numbers, never of the effect.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from nmes.core.protocol import Protocol, Provenance
from nmes.core.protocol_sources import GRADED
from nmes.core.protocol_trust import TO_VERIFY, Outdated

_KINDS: Final = (
    ("frequency", re.compile(r"stages\.\d+\.(frequency_hz|burst)")),
    ("duration of the pulse", re.compile(r"channels\.|stages\.\d+\.phase_sweep")),
    ("on and off times", re.compile(r"stages\.\d+\.(on_s|off_s|train_pulses)")),
    ("length", re.compile(r"stages\.\d+\.minutes")),
    ("schedule", re.compile(r"schedule\.")),
)
"""The kinds of numbers the grade speaks of, in the order of the sentence."""


def grade_words(protocol: Protocol) -> str:
    """`Grade A: frequency, ... were all read in a source, partly at second hand. ...`"""
    found = {path: entry for path, entry in protocol.provenance.items() if GRADED.fullmatch(path)}
    read = [entry for entry in found.values() if _read(entry)]
    if not found:
        return f"Grade {protocol.grade}: no origin of its numbers is stated.{_missing(protocol)}"
    kinds = _and(name for name, pattern in _KINDS if any(map(pattern.match, found)))
    if len(read) == len(found):
        told = f"{kinds} were all read in a source{_within(read)}"
    else:
        told = f"of {kinds}, {len(read) or 'none'} of {len(found)} numbers {'was' if len(read) < 2 else 'were'} read"
        told += f" in a source{_within(read)}"
    return f"Grade {protocol.grade}: {told}{_second_hand(protocol, read)}.{_missing(protocol)}"


def _read(entry: Provenance) -> bool:
    """Read, or chosen by us within a range that was read."""
    return not isinstance(entry, Outdated) and (entry.tag == "source" or (entry.tag == "design" and bool(entry.cite)))


def _within(read: list[Provenance]) -> str:
    """Ours is not called read."""
    ours = sum(entry.tag == "design" for entry in read)
    return f" ({ours} of them chosen by us within a range that was read)" if ours else ""


def _second_hand(protocol: Protocol, read: list[Provenance]) -> str:
    secondary = {citation.key for citation in protocol.citations if citation.secondary}
    copied = sum(set(entry.cite) <= secondary for entry in read)
    if not copied:
        return ""
    return f", {'all' if copied == len(read) else f'{copied} of these {len(read)} numbers'} only at second hand"


def _missing(protocol: Protocol) -> str:
    """What the card does not give, and what a number that was read does not say."""
    schedule = "" if protocol.schedule or protocol.kind == "assessment" else " The card gives no schedule."
    if all(channel.waveform.definition == "phase" for channel in protocol.channels):
        return schedule
    return f"{schedule} {TO_VERIFY}: what the duration means, one phase or the whole pulse."


def _and(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
