"""What the grade of a card stands on, counted from its own origins, so that the sentence is true for each card.

It speaks of the numbers, never of the effect.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from nmes.core.protocol import Protocol, Provenance
from nmes.core.protocol_sources import GRADED
from nmes.core.protocol_trust import TO_VERIFY, Outdated, Speak

KINDS: Final = (
    ("frequency", re.compile(r"stages\.\d+\.(frequency_hz|burst)")),
    ("duration of the pulse", re.compile(r"channels\.|stages\.\d+\.phase_sweep")),
    ("on and off times", re.compile(r"stages\.\d+\.(on_s|off_s|train_pulses)")),
    ("length", re.compile(r"stages\.\d+\.minutes")),
    ("schedule", re.compile(r"schedule\.")),
)
"""The kinds of numbers the grade speaks of, in the order of the sentence."""


def grade_words(protocol: Protocol, speak: Speak = str) -> str:
    """`Grade A: frequency, ... were all read in a source, partly at second hand. ...`"""
    found = {path: entry for path, entry in protocol.provenance.items() if GRADED.fullmatch(path)}
    read = [entry for entry in found.values() if _read(entry)]
    if not found:
        said = speak("Grade {grade}: no origin of its numbers is stated.").format(grade=protocol.grade)
        return f"{said}{_missing(protocol, speak)}"
    kinds = [speak(name) for name, pattern in KINDS if any(map(pattern.match, found))]
    if len(read) == len(found):
        said = speak("Grade {grade}: {kinds} were all read in a source{more}.")
    elif not read:
        said = speak("Grade {grade}: of {kinds}, none of {all} numbers was read in a source{more}.")
    elif len(read) == 1:
        said = speak("Grade {grade}: of {kinds}, {read} of {all} numbers was read in a source{more}.")
    else:
        said = speak("Grade {grade}: of {kinds}, {read} of {all} numbers were read in a source{more}.")
    told = said.format(
        grade=protocol.grade,
        kinds=_and(kinds, speak),
        read=len(read),
        all=len(found),
        more=f"{_within(read, speak)}{_second_hand(protocol, read, speak)}",
    )
    return f"{told}{_missing(protocol, speak)}"


def _read(entry: Provenance) -> bool:
    """Read, or chosen by us within a range that was read."""
    return not isinstance(entry, Outdated) and (entry.tag == "source" or (entry.tag == "design" and bool(entry.cite)))


def _within(read: list[Provenance], speak: Speak) -> str:
    """Ours is not called read."""
    ours = sum(entry.tag == "design" for entry in read)
    said = speak(" ({number} of them chosen by us within a range that was read)")
    return said.format(number=ours) if ours else ""


def _second_hand(protocol: Protocol, read: list[Provenance], speak: Speak) -> str:
    secondary = {citation.key for citation in protocol.citations if citation.secondary}
    copied = sum(set(entry.cite) <= secondary for entry in read)
    if not copied:
        return ""
    if copied == len(read):
        return speak(", all only at second hand")
    return speak(", {number} of these {read} numbers only at second hand").format(number=copied, read=len(read))


def _missing(protocol: Protocol, speak: Speak) -> str:
    """What the card does not give, and what a number that was read does not say."""
    given = protocol.schedule or protocol.kind == "assessment"
    schedule = "" if given else speak(" The card gives no schedule.")
    if all(channel.waveform.definition == "phase" for channel in protocol.channels):
        return schedule
    said = speak(" {verify}: what the duration means, one phase or the whole pulse.")
    return f"{schedule}{said.format(verify=speak(TO_VERIFY))}"


def _and(names: Iterable[str], speak: Speak) -> str:
    *most, last = names
    return speak("{names} and {last}").format(names=", ".join(most), last=last) if most else last
