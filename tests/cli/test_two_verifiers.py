"""`nmes audit verify` and docs/verify_record.py end with the same exit code, whatever is asked of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from cli.conftest import Nmes

from helpers.chain import QUICK, Station
from helpers.forging import hash_in
from helpers.verifiers import theirs
from nmes.record.head_code import code_of
from nmes.record.keys import public_path, station_key

Harm = Callable[[list[Path]], object]


def _head(path: Path) -> str:
    return code_of(hash_in(path.read_bytes().splitlines()[-1]))


CASES: dict[str, tuple[Harm, int]] = {
    "whole": (lambda kept: None, 0),
    "altered": (lambda kept: kept[0].write_bytes(kept[0].read_bytes().replace(b"Dr Ada", b"Dr Ida", 1)), 1),
    "torn": (lambda kept: kept[2].write_bytes(kept[2].read_bytes()[:-9]), 3),
    "the last one is empty": (lambda kept: kept[2].write_bytes(b""), 3),
    "the one in the middle is empty": (lambda kept: kept[1].write_bytes(b""), 1),
    "the last one is gone": (lambda kept: kept[2].unlink(), 0),
    "the one in the middle is gone": (lambda kept: kept[1].unlink(), 1),
}


@pytest.fixture
def kept(home: Path) -> list[Path]:
    home.mkdir()
    return [Station(home).session() for _ in range(3)]


@pytest.mark.thorough
@pytest.mark.parametrize("case", CASES)
def test_both_end_with_the_same_code(case: str, nmes: Nmes, kept: list[Path], home: Path, tmp_path: Path) -> None:
    other, own = station_key(tmp_path / "elsewhere", QUICK), station_key(home)
    keys = {"own": public_path(home, own.id), "other": public_path(tmp_path / "elsewhere", other.id)}
    end = _head(kept[-1])
    harm, code = CASES[case]
    harm(kept)

    def both(*options: str, own: bool = False) -> int:
        key = ("--key", str(keys["own"])) if own else ()  # nmes knows its own keys by itself
        one, two = nmes("audit", "verify", *options).code, theirs().main([str(home), *key, *options])
        assert one == two, options
        return one

    gone = code == 3 or not kept[-1].exists()
    assert both(own=True) == code
    assert both("--key", str(keys["other"])) == (code if code == 1 else 4)
    assert both("--head", end, own=True) == (1 if gone else code)
    assert both("--head", "5KMQQ-SVJ80-X022P-7REPW-Y", own=True) == 2
