"""What the line mode may offer by number: who works at this station, and which pads it owns."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Station:
    """Names and pad sizes from the settings; they are offered, never taken for an answer."""

    therapists: tuple[str, ...] = ()
    pads_mm2: tuple[int, ...] = ()


NO_STATION = Station()
