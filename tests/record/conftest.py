"""A chain of short sessions in a temporary folder, on clocks that advance by a millisecond at each look."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from nmes.record.chain import GENESIS, NewEntry, Origin, Stamp, encode_line
from nmes.record.clocks import Clocks
from nmes.record.disk import Disk
from nmes.record.journal import Journal
from nmes.record.keys import StationKey, station_key

START_MS = 1_795_252_500_000  # 2026-11-21T09:15:00Z


@pytest.fixture
def clocks() -> Clocks:
    utc, mono = count(START_MS), count(5_000_000_000, 1_000_000)
    return Clocks(lambda: next(utc), lambda: next(mono), "boot-1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "records"


@pytest.fixture
def begin(folder: Path, clocks: Clocks) -> Callable[..., Journal]:
    """Open a new session: `begin()`, or with another disk or binding, or signed."""

    def begin(
        disk: Disk | None = None, binding: dict[str, object] | None = None, signer: StationKey | None = None
    ) -> Journal:
        bound = binding or {"protocol": "calf-cramp"}
        return Journal.open(folder, "station-1", bound, clocks, disk=disk, signer=signer)

    return begin


@pytest.fixture
def key(tmp_path: Path) -> StationKey:
    """The key of the station whose chain is `folder`."""
    return station_key(tmp_path)


@pytest.fixture
def session(begin: Callable[..., Journal]) -> Callable[..., Path]:
    """Record one whole session with `events` entries between its first and its last."""

    def session(events: int = 3, signer: StationKey | None = None) -> Path:
        journal = begin(signer=signer)
        for number in range(events):
            journal.append(mark(number))
        journal.close({"why": "completed"})
        return journal.path

    return session


def mark(number: int) -> NewEntry:
    return NewEntry("event", {"number": number, "text": "Wadenkrampf, naïve µA"}, "therapist")


def chain_of(count: int, session: str = "s1", prev: str = GENESIS, station: str = "station-1") -> list[bytes]:
    """The lines of one session, without any file."""
    lines = []
    for seq in range(1, count + 1):
        new = NewEntry("event", {"number": seq, "text": f"level é {seq}", "list": [1, -2, True, None]}, "therapist")
        line, prev = encode_line(new, Stamp(START_MS + seq, seq * 1000), Origin(station, session, "boot"), seq, prev)
        lines.append(line)
    return lines


@pytest.fixture
def lines() -> Callable[..., list[bytes]]:
    return chain_of


@pytest.fixture
def entry() -> Callable[[int], NewEntry]:
    return mark
