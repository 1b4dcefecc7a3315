"""Short sessions in the chains of a home, on clocks that are set: what lists and verifications are tested with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path

from nmes.record.chain import NewEntry
from nmes.record.clocks import Clocks
from nmes.record.disk import Disk
from nmes.record.files import Kind, chain_folder
from nmes.record.journal import Journal
from nmes.record.keys import StationKey, station_key

QUICK = Disk(sync=lambda _fd: None)
"""A medium that takes no time."""


@dataclass
class Station:
    """Writes sessions into `home`, signed unless `signed` is False."""

    home: Path
    signed: bool = True
    name: str = "station-1"
    _key: list[StationKey] = field(default_factory=list)

    @property
    def key(self) -> StationKey:
        self._key = self._key or [station_key(self.home, QUICK)]
        return self._key[0]

    def session(
        self,
        begun: str = "2026-11-21T09:15:00Z",
        why: str = "complete",
        kind: Kind = Kind.PATIENT,
        ending: Mapping[str, object] | None = None,
        **binding: object,
    ) -> Path:
        """One session with three entries; `why` "" = it has no end; `ending`: what its end says besides."""
        bound = {"protocol": "calf", "protocol_version": "3", "patient": "P-017", "side": "left", **binding}
        journal = Journal.open(
            chain_folder(self.home, kind),
            self.name,
            bound,
            _clocks(begun),
            disk=QUICK,
            signer=self.key if self.signed else None,
        )
        for number in range(3):
            journal.append(NewEntry("event", {"number": number}, "Dr Ada"))
        if why:
            journal.close({"why": why, **(ending or {})})
        else:
            journal.seal()
        journal.abandon()
        return journal.path


def _clocks(begun: str) -> Clocks:
    start_ms = int(datetime.fromisoformat(begun).timestamp()) * 1000
    utc, mono = count(start_ms), count(5_000_000_000, 1_000_000)
    return Clocks(lambda: next(utc), lambda: next(mono), "boot-1")
