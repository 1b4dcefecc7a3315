"""The words a report takes from the screens, so that both say the same; given to it, because it stands below them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nmes.core import events as e
from nmes.core.protocol import Protocol
from nmes.core.view import View
from nmes.record.happening import Values
from nmes.record.story import Story


@dataclass(frozen=True, slots=True)
class Wording:
    """Numbers with their units, and the sentences of codes. None of these may raise, whatever a record holds."""

    ma: Callable[[int], str]
    """`12.0 mA`."""
    muscle: Callable[[str], str]
    """A channel's muscle, or the place where none is meant to work."""
    charge: Callable[[int, int], str]
    cm2: Callable[[int], str]
    clock: Callable[[int], str]
    who: Callable[[str], str]
    """Who acts, as a record names them: a name stays as it is."""
    why: Callable[[str], str]
    decision: Callable[[str, Values], str]
    finding: Callable[[e.Observed], str]
    answer: Callable[[e.Answer], str]
    where_from: Callable[[Mapping[str, Any]], Iterable[str]]
    """Where a frequency comes from that was derived for this patient, as the opening entry says."""
    grade: Callable[[Protocol], str]
    target: Callable[[Protocol], str]
    stages: Callable[[Protocol], Iterable[str]]
    """What the protocol does, stage by stage, each number with how far it can be trusted."""
    course: Callable[[Story], Iterable[tuple[str, str]]]
    """Reads other records: the course of care that a session belongs to, as names and sentences; nothing if none."""
    end_of: Callable[[Path], View | None]
    """What the screen showed at the end of a record, led again; None where it cannot be told."""
