"""Where the frequency of a derived protocol comes from: typed, measured earlier, or the card's fallback."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, assert_never

from nmes.core.measurement import From, Missing, Origin, Who
from nmes.core.protocol import DerivedFrequency
from nmes.record.files import Kind
from nmes.record.measurements import Found, Of, Untrusted, latest, nearby
from nmes.runtime.library import Loaded


class _Made(Protocol):
    """Makes an origin for one patient and protocol."""

    def __call__(self, kind: From, ctf_mhz: int | None, missing: Missing | None = None) -> Origin: ...


def origin_of(home: Path, kind: Kind, loaded: Loaded, who: Who, now: datetime | None = None) -> Origin | None:
    """Where the cramp threshold frequency for this session comes from; None if the protocol derives nothing from one.

    What was typed for this session goes first, then what was measured (or typed, and then it is called so) in an
    earlier one at this patient, side and muscle, then the protocol's fallback. RecordError if the records cannot be
    read.
    """
    derived = next((s for s in loaded.protocol.stages if isinstance(s.frequency_hz, DerivedFrequency)), None)
    if derived is None:
        return None
    muscle = loaded.protocol.channels[0].muscle  # a rule of the file: one threshold, one muscle

    def made(kind: From, ctf_mhz: int | None, missing: Missing | None = None) -> Origin:
        asked_mhz = derived.frequency_mhz(ctf_mhz)
        return Origin(kind, ctf_mhz, asked_mhz, who.code, who.side, muscle, missing=missing)

    if who.ctf_mhz is not None:
        return made(From.TYPED, who.ctf_mhz)
    if not who.code or not who.side:
        return made(From.FALLBACK, None, Missing.NO_SIDE if who.code else Missing.NO_CODE)
    of = Of(who.code, who.side, muscle, "ctf")
    found = latest(home, kind, of)
    # Beside a value of this very code and side only the same side under another spelling may be meant.
    others = tuple(o for o in nearby(home, kind, of) if found is None or o.side == who.side)
    return replace(_told(found, made, now), nearby=tuple(f"{other.patient} {other.side}" for other in others))


def _told(found: Found | Untrusted | None, made: _Made, now: datetime | None) -> Origin:
    """What the records tell, as an origin."""
    match found:
        case Found(value=int(ctf_mhz), session=session, t_utc=t_utc, typed=typed):
            age_days = ((now or datetime.now(UTC)).date() - datetime.fromisoformat(t_utc).date()).days
            kind_of_it = From.TYPED_EARLIER if typed else From.MEASURED
            return replace(made(kind_of_it, ctf_mhz), session=session, t_utc=t_utc, age_days=age_days)
        case Found(session=session, t_utc=t_utc):
            return replace(made(From.FALLBACK, None, Missing.NOT_REACHED), session=session, t_utc=t_utc)
        case Untrusted(session=session, t_utc=t_utc):
            return replace(made(From.FALLBACK, None, Missing.UNTRUSTED), session=session, t_utc=t_utc)
        case None:
            return made(From.FALLBACK, None, Missing.NONE_FOUND)
        case _:
            assert_never(found)
