"""The power may go at any moment of an erasure, a removal or a restoring, and the disk may fail at each: both verifiers
find what is left good, and doing it again does the rest, with no text left that was to go.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from helpers.chain import QUICK
from helpers.days import Station, kept
from helpers.power import ERRORS, Power, PowerCut
from helpers.verifiers import both
from nmes.record import archive
from nmes.record.archive import older
from nmes.record.disk import Disk
from nmes.record.erase import erase, held, held_of
from nmes.record.errors import RecordError
from nmes.record.files import Kind, session_files
from nmes.record.leavings import leavings, sweep
from nmes.record.restore import restore

HOWS = ("nothing", "some", "all")
MOST = 200
"""More moments than any of them has."""
REMOVED = "2026-11-23"
"""The first two sessions began before this day."""


class Keeping:
    """Three sessions of a patient, and what is done with them."""

    home: Path
    source: Path

    def __init__(self, tmp_path: Path) -> None:
        station = Station(tmp_path / "made")
        for number in range(3):
            station.session(f"Erika {number}")
        self.home, self.source = station.home, station.archive("made.zip").target

    def erase(self, home: Path, disk: Disk = QUICK) -> None:
        found = held_of(home, Kind.PATIENT, "P-017")
        texts = [*found.texts, *(held(home, path) for path in found.unclear)]  # an erasure whose entry was not written
        if texts:
            erase(home, Kind.PATIENT, texts, "she asked", Station(home).author(disk))
        else:
            sweep(home, Kind.PATIENT, disk)

    def remove(self, home: Path, disk: Disk = QUICK) -> None:
        target = home.with_suffix(f".{len(list(home.parent.iterdir()))}.zip")
        written = archive.write(home, Kind.PATIENT, target, 0)
        leading = older(written, REMOVED)
        if leading is not None:
            archive.remove(home, written, leading, "ten years", Station(home).author(disk))

    def restore(self, home: Path, disk: Disk = QUICK) -> None:
        restore(self.source, home, disk)


@pytest.fixture(scope="module")
def keeping(tmp_path_factory: pytest.TempPathFactory) -> Keeping:
    return Keeping(tmp_path_factory.mktemp("keeping"))


def _power_cut(home: Path, at: int) -> tuple[Power, type[BaseException]]:
    return Power(home, at, part=(at % 4) / 4), PowerCut


def _disk_fails(home: Path, at: int) -> tuple[Power, type[BaseException]]:
    return Power(home, at, ERRORS[at % len(ERRORS)], part=(at % 4) / 4), RecordError


Cut = Callable[[Path, int], tuple[Power, type[BaseException]]]
Do = Callable[[Path, Disk], None]


def _found(do: Do, begun: Path, tmp_path: Path, cut: Cut, *, every: bool) -> Iterator[Path]:
    """What is found after each moment at which it may end."""
    rng, step = random.Random(7), 1 if every else 9
    whole = tmp_path / "whole"
    shutil.copytree(begun, whole)
    power = Power(whole)
    do(whole, power.disk())
    assert 5 < power.moments < MOST
    for at in range(1, power.moments + 1, step):
        for how in HOWS if every else [HOWS[at // step % 3]]:
            home = tmp_path / f"{at}-{how}"
            shutil.copytree(begun, home)
            power, ends = cut(home, at)
            with suppress(ends):  # that a draft cannot be wiped at the very end is no error
                do(home, power.disk())
            assert power.moments >= at
            yield power.after(tmp_path / f"{at}-{how}-after", how, rng)


def _good(home: Path) -> None:
    assert both(home / "records").code in {0, 3}, home


def _only_the_beginning_is_missing(home: Path) -> None:
    first = [path.stem for path in session_files(home / "records")][:1]
    assert {(one.session, one.seq) for one in both(home / "records").bad} <= {(name, 1) for name in first}


def _texts_in(home: Path) -> list[Path]:
    return [path for path in home.rglob("*") if path.is_file() and b"Erika" in path.read_bytes()]


CUTS = pytest.mark.parametrize("cut", [_power_cut, _disk_fails])
EVERY = pytest.mark.parametrize(
    "every", [pytest.param(False, id="sampled"), pytest.param(True, id="every", marks=pytest.mark.campaign)]
)


@pytest.mark.thorough
@CUTS
@EVERY
@pytest.mark.timeout(1200)
def test_wherever_an_erasure_ends_it_is_done_the_next_time(
    keeping: Keeping, tmp_path: Path, cut: Cut, every: bool
) -> None:
    for home in _found(keeping.erase, keeping.home, tmp_path, cut, every=every):
        _good(home)
        keeping.erase(home)
        assert not leavings(home, Kind.PATIENT)
        assert _texts_in(home) == []
        _good(home)


@pytest.mark.thorough
@CUTS
@EVERY
@pytest.mark.timeout(1200)
def test_wherever_a_removal_ends_it_is_done_the_next_time(
    keeping: Keeping, tmp_path: Path, cut: Cut, every: bool
) -> None:
    for home in _found(keeping.remove, keeping.home, tmp_path, cut, every=every):
        _good(home)
        keeping.remove(home)
        beside = {path.name[:6] for path in (home / "records").iterdir() if path.name != "lock"}
        assert min(beside) == "000003"
        assert not leavings(home, Kind.PATIENT)
        _good(home)


@pytest.mark.thorough
@CUTS
@EVERY
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("there", ["nothing", "the rest"])
def test_wherever_a_restoring_ends_what_is_there_is_one_chain_and_the_next_time_does_the_rest(
    keeping: Keeping, tmp_path: Path, cut: Cut, every: bool, there: str
) -> None:
    begun = tmp_path / "begun"
    if there == "nothing":
        begun.mkdir()
    else:
        shutil.copytree(keeping.home, begun)
        keeping.remove(begun)
    before = kept(begun)
    for home in _found(keeping.restore, begun, tmp_path, cut, every=every):
        if there == "the rest":
            _good(home)
        else:
            _only_the_beginning_is_missing(home)
        keeping.restore(home)
        assert not leavings(home, Kind.PATIENT)
        assert kept(home) == kept(keeping.home) | before
        _good(home)
