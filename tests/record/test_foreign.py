"""A session that does not follow what is before it: missing is what was there, or foreign is what is there now."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from helpers.chain import Station
from helpers.verifiers import both
from nmes.record.chain import Damage
from nmes.record.files import Kind, chain_folder
from nmes.record.telling import story_of
from nmes.record.verdicts import ELSEWHERE, SessionVerdict, verify_session
from nmes.record.verify import Damaged


def station(folder: Path, *, signed: bool = True) -> Station:
    folder.mkdir(exist_ok=True)
    return Station(folder, signed=signed)


def first_bad(path: Path) -> tuple[SessionVerdict, Damage]:
    both(path.parent)
    found = verify_session(path)
    assert isinstance(found.verdict, Damaged)
    assert found.verdict.seq == 1
    return found, found.verdict.kind


@pytest.mark.parametrize("signed", [True, False])
def test_a_session_whose_predecessor_is_gone_is_at_home(tmp_path: Path, signed: bool) -> None:
    at = station(tmp_path / "home", signed=signed)
    paths = [at.session() for _ in range(3)]
    paths[1].unlink()
    found, kind = first_bad(paths[2])
    assert kind is Damage.MISSING
    assert (found.sealed, found.unread) == (None, signed)
    assert story_of(paths[2], Kind.PATIENT).unread_seals is signed


def test_the_only_session_left_of_a_chain_is_not_called_foreign(tmp_path: Path) -> None:
    at = station(tmp_path / "home")
    paths = [at.session() for _ in range(3)]
    for path in paths[:2]:
        path.unlink()
    assert first_bad(paths[2])[1] is Damage.MISSING


def test_a_session_signed_with_a_key_that_nobody_here_knows_is_foreign(tmp_path: Path) -> None:
    at, other = station(tmp_path / "home"), station(tmp_path / "other")
    first, strange = at.session(), [other.session() for _ in range(4)][3]
    copy = Path(shutil.copy(strange, first.parent / strange.name))
    found, kind = first_bad(copy)
    assert kind is Damage.FOREIGN
    assert isinstance(found.verdict, Damaged)
    assert found.verdict.sentence == ELSEWHERE
    assert found.unread


def test_an_unsigned_session_of_another_station_is_foreign(tmp_path: Path) -> None:
    at, other = station(tmp_path / "home", signed=False), station(tmp_path / "other", signed=False)
    first, alike = at.session(), [other.session() for _ in range(4)][3]
    copy = Path(shutil.copy(alike, first.parent / alike.name))
    assert first_bad(copy)[1] is Damage.MISSING, "of the same station, as far as it tells"
    copy.unlink()
    other.name = "station-2"
    strange = other.session()
    assert first_bad(Path(shutil.copy(strange, first.parent / strange.name)))[1] is Damage.FOREIGN


def test_a_session_of_the_other_chain_is_foreign(tmp_path: Path) -> None:
    at = station(tmp_path / "home")
    first, strange = at.session(), [at.session(kind=Kind.SIMULATION) for _ in range(4)][3]
    assert first_bad(Path(shutil.copy(strange, first.parent / strange.name)))[1] is Damage.FOREIGN


def test_a_session_before_which_one_is_gone_and_whose_beginning_is_broken_is_unread(tmp_path: Path) -> None:
    at = station(tmp_path / "home")
    first, second = at.session(), at.session()
    second.write_bytes(second.read_bytes().replace(b"P-017", b"P-018", 1))
    found, kind = first_bad(second)
    assert (kind, found.sealed, found.unread) == (Damage.ALTERED, None, True)
    assert first.parent == chain_folder(tmp_path / "home", Kind.PATIENT)


def test_a_beginning_that_opens_nothing_says_nothing_of_where_it_is_from(tmp_path: Path) -> None:
    at = station(tmp_path / "home", signed=False)
    paths = [at.session() for _ in range(3)]
    paths[1].unlink()
    lines = paths[2].read_bytes().splitlines(keepends=True)
    paths[2].write_bytes(b"".join(lines[1:]))
    assert first_bad(paths[2])[1] is Damage.MISSING
