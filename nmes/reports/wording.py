"""The words a report takes from the screens, so that both say the same; given to it, because it stands below them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nmes.core import events as e
from nmes.core.view import View
from nmes.record.happening import Values


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
    why: Callable[[str], str]
    decision: Callable[[str, Values], str]
    finding: Callable[[e.Observed], str]
    answer: Callable[[e.Answer], str]
    origin: Callable[[Mapping[str, Any]], Iterable[str]]
    """What the opening entry says of the patient, the frequencies, and where a derived one comes from."""
    end_of: Callable[[Path], View | None]
    """What the screen showed at the end of a record, led again; None where it cannot be told."""
