"""How far a protocol's values can be trusted, in the chosen language: what the core says, for screens and lines."""

from __future__ import annotations

from typing import Final

from nmes.core import protocol_grade, protocol_trust
from nmes.core.protocol import Protocol, Provenance
from nmes.language import _

TO_VERIFY: Final = _(protocol_trust.TO_VERIFY)
TAGS: Final = {kind: _(said) for kind, said in protocol_trust.TAGS.items()}
OUTDATED: Final = _(protocol_trust.OUTDATED)
UNCLEAR: Final = _(protocol_trust.UNCLEAR)


def word(found: Provenance) -> str:
    """What kind of origin it is."""
    return protocol_trust.word(found, _)


def tag(protocol: Protocol, path: str) -> str:
    """` (TO VERIFY)` and the like; nothing where the file states nothing."""
    return protocol_trust.tag(protocol, path, _)


def doubt(protocol: Protocol, path: str) -> str:
    """The tag only where it is a doubt."""
    return protocol_trust.doubt(protocol, path, _)


def pulse_doubts(protocol: Protocol, channel: int) -> str:
    """What is in doubt of a level's frequency and phase."""
    return protocol_trust.pulse_doubts(protocol, channel, _)


def grade_words(protocol: Protocol) -> str:
    """What the grade stands on."""
    return protocol_grade.grade_words(protocol, _)
