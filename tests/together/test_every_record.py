"""What watches over every record that these tests make is itself watched: it finds a record that replays otherwise."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from helpers.forging import Fields, relinked
from helpers.replayed import different
from nmes.core import events as e
from nmes.record.chain import GENESIS
from nmes.record.keys import StationKey, station_key
from nmes.runtime.library import Library
from nmes.trial.bench import bench_with_record


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With one short session on record."""
    home = tmp_path_factory.mktemp("home")
    bench, _ = bench_with_record(Library().load("tens_conventional"), home)
    bench.run(500)
    bench.press(e.Mark("note", "before it began"))
    bench.run(200)
    bench.controller.leave()
    bench.run(500)
    return home


def _otherwise(entry: Fields) -> Fields:
    """With what was decided on the mark taken away."""
    if entry["type"] == "event" and entry["body"]["event"]["type"] == "Mark":
        return entry | {"body": {**entry["body"], "commands": []}}
    return entry


def _forged(home: Path, into: Path, key: StationKey | None) -> Path:
    """A copy of the home, its record rewritten; with the station's key nothing but a replay shows it."""
    shutil.copytree(home, into)
    [path] = (into / "simulation").glob("*.jsonl")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(relinked(lines, GENESIS, _otherwise, key)))
    return into


def test_a_record_that_the_program_made_replays(home: Path) -> None:
    assert different(home) == (1, [])


def test_one_that_says_something_else_is_named_with_its_entry(home: Path, tmp_path: Path) -> None:
    forged = _forged(home, tmp_path / "forged", station_key(home))
    number, [said] = different(forged)
    assert number == 1
    assert "FirstDifference(seq=" in said
    assert ".jsonl: " in said
    shutil.rmtree(forged)  # or it would be named after the last of these tests too


def test_what_a_test_spoiled_or_forged_is_no_record_of_the_program(home: Path, tmp_path: Path) -> None:
    assert different(_forged(home, tmp_path / "spoiled", None)) == (0, [])
    assert different(tmp_path) == (0, [])
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "000001-20261121T091500Z-000001.jsonl").write_text("rubbish\n")
    assert different(tmp_path) == (0, [])
