"""What is on record of a patient's side and must be known before anything is chosen: the last findings, thresholds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nmes.core.corrections import corrections
from nmes.core.measurement import Who
from nmes.record.afterwards import LastTime, last_time
from nmes.record.files import Kind
from nmes.record.ledger import read
from nmes.record.measurements import Found, Untrusted, thresholds


@dataclass(frozen=True, slots=True)
class OnRecord:
    """`last`: what was found after the newest session that tells of it; `thresholds`: by muscle."""

    last: LastTime | None = None
    thresholds: tuple[tuple[str, Found | Untrusted], ...] = ()


NOTHING: Final = OnRecord()


def on_record(home: Path, kind: Kind, who: Who) -> OnRecord:
    """Of this code and side, each with what was corrected of it since; RecordError if nothing can be read."""
    if not who.code:
        return NOTHING
    right = corrections(read(home, kind).entered)
    return OnRecord(last_time(home, kind, who, right), thresholds(home, kind, who.code, who.side, right))
