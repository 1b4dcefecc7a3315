"""The power may go between any two writes, and the disk may fail at each: what was promised is there, and verifies.

A life of the station: make the key, begin a session, write, promise, close. It is cut at every moment; what was found
after that goes on. Both verifiers judge. The campaign cuts the life after it too.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest

from helpers.chain import QUICK
from helpers.power import ERRORS, Power, PowerCut
from helpers.verifiers import both
from nmes.record.chain import NewEntry
from nmes.record.clocks import Clocks
from nmes.record.disk import Disk
from nmes.record.errors import RecordError
from nmes.record.files import session_files
from nmes.record.journal import Journal
from nmes.record.keys import known_keys, station_key
from nmes.record.store import read_session

HOWS = ("nothing", "some", "all")
MOST = 200
"""More moments than a life has."""


@dataclass
class Station:
    """Lives of one station, and what they promised."""

    promised: list[str] = field(default_factory=list)
    clocks: Clocks = field(init=False)
    words: count[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        utc, mono = count(1_795_252_500_000), count(5_000_000_000, 1_000_000)
        self.clocks = Clocks(lambda: next(utc), lambda: next(mono), "boot-1")

    def live(self, home: Path, disk: Disk) -> None:
        """One session; every word in `promised` was said to be on the medium."""
        key = station_key(home, disk)
        journal = Journal.open(home / "records", "s", {"p": "calf"}, self.clocks, disk=disk, signer=key, reserved=True)
        try:
            for seal in (False, True):
                words = [self._said(journal, seal=seal and at == 1) for at in range(2)]
                journal.sync()
                self.promised += words
            last = self._said(journal, seal=False)
            journal.close({"why": "complete"})
            self.promised.append(last)
        finally:
            journal.abandon()

    def _said(self, journal: Journal, *, seal: bool) -> str:
        number = next(self.words)
        word = f"word {number}"
        body = {"event": {"type": "Mark", "text": word}, "said": f"<{word}>"}
        texts = (word,) if number % 5 > 1 else ()  # the first promise of a session is of its own file alone
        journal.append(NewEntry("event", body, "Ada", seal=seal, texts=texts))
        return word


def _judged(home: Path, station: Station, *, found: bool) -> None:
    """As it lies there both verifiers find no damage, and everything promised is there, its text too."""
    if not (home / "records").exists():
        assert not station.promised
        return
    verdict = both(home / "records")
    good = {0, 3} if known_keys(home) else {0, 3, 4}  # 4: before the key's public part was on the medium
    assert verdict.code in (good if found else {0}), verdict
    entries = [entry for path in session_files(home / "records") for entry in read_session(path)]
    told = [(entry.body["event"]["text"], entry.body["said"]) for entry in entries if entry.type == "event"]
    assert [text for text, _ in told if text in station.promised] == station.promised
    assert all(said == f"<{text}>" for text, said in told), "no entry is there without its text"


def _moments(home: Path) -> int:
    """How many moments a life on this home has."""
    home.mkdir()
    power = Power(home)
    Station().live(home, power.disk())
    assert 20 < power.moments < MOST
    return power.moments


Cut = Callable[[Path, int, Station], Power]


def _power_cut(home: Path, at: int, station: Station) -> Power:
    power = Power(home, at, part=(at % 4) / 4)
    with pytest.raises(PowerCut):
        station.live(home, power.disk())
    return power


def _disk_fails(home: Path, at: int, station: Station) -> Power:
    power = Power(home, at, ERRORS[at % len(ERRORS)], part=(at % 4) / 4)
    with pytest.raises(RecordError):
        station.live(home, power.disk())
    return power


@pytest.mark.thorough
@pytest.mark.covers("FR-16")
@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.campaign)])
@pytest.mark.parametrize("cut", [_power_cut, _disk_fails])
@pytest.mark.timeout(1200)
def test_wherever_it_ends_what_was_promised_is_there_and_the_next_session_goes_on(
    cut: Cut, every: int, tmp_path: Path
) -> None:
    rng = random.Random(5)
    for at in range(1, _moments(tmp_path / "whole") + 1, every):
        for how in HOWS if every == 1 else [HOWS[at % 3]]:
            home, station = tmp_path / f"{at}-{how}", Station()
            home.mkdir()
            found = cut(home, at, station).after(tmp_path / f"{at}-{how}-after", how, rng)
            _judged(found, station, found=True)
            station.live(found, QUICK)
            _judged(found, station, found=False)


@pytest.mark.campaign
@pytest.mark.parametrize("cut", [_power_cut, _disk_fails])
@pytest.mark.timeout(3600)
def test_wherever_the_recovery_ends_the_one_after_it_goes_on(cut: Cut, tmp_path: Path) -> None:
    """The second life is cut too, at each moment of its beginning."""
    rng, began = random.Random(6), 0
    for at in range(1, _moments(tmp_path / "whole") + 1):
        for again in range(1, 18):
            home, station = tmp_path / f"{at}-{again}", Station()
            home.mkdir()
            second = _power_cut(home, at, station).after(tmp_path / f"{at}-{again}-b", rng.choice(HOWS), rng)
            third = cut(second, again, station).after(tmp_path / f"{at}-{again}-c", rng.choice(HOWS), rng)
            _judged(third, station, found=True)
            station.live(third, QUICK)
            _judged(third, station, found=False)
            began += 1
    assert began > 500
