"""The index's own file may be anything: what comes out is rows that were put in, or none."""

from __future__ import annotations

import os
import random
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from nmes.record.errors import RecordError
from nmes.record.index_file import Row, change, path, remove, rows

ROWS = [
    Row("records", f"{number:06d}-20261121T091500Z-3f9a1c", f"9 9 9 {number}", "closed", "", "calf", "3", f"P-{number}")
    for number in range(40)
]


def put(home: Path) -> dict[str, Row]:
    change(home, ROWS, [])
    return {row.name: row for row in ROWS}


def test_what_is_put_in_comes_out(tmp_path: Path) -> None:
    assert rows(tmp_path, "records") == {}
    assert put(tmp_path) == rows(tmp_path, "records")
    assert rows(tmp_path, "simulation") == {}


def test_a_row_is_replaced_and_dropped(tmp_path: Path) -> None:
    put(tmp_path)
    newer = ROWS[1]._replace(why="complete")
    change(tmp_path, [newer], [("records", ROWS[0].name), ("simulation", ROWS[2].name)])
    found = rows(tmp_path, "records")
    assert found[newer.name] == newer
    assert ROWS[0].name not in found
    assert len(found) == 39


@pytest.mark.parametrize("content", [b"", b"no index", b"SQLite format 3\x00" + bytes(200)])
def test_what_is_no_index_is_taken_away_and_made_anew(tmp_path: Path, content: bytes) -> None:
    path(tmp_path).write_bytes(content)
    assert rows(tmp_path, "records") == {}
    assert put(tmp_path) == rows(tmp_path, "records")


@pytest.mark.parametrize("version", [1, 9])
def test_one_of_another_version_is_taken_away(tmp_path: Path, version: int) -> None:
    """1 did not tell a first session that ended as planned."""
    put(tmp_path)
    with sqlite3.connect(path(tmp_path)) as index:
        index.execute(f"PRAGMA user_version = {version}")
    assert rows(tmp_path, "records") == {}
    assert not path(tmp_path).exists()


def test_one_that_turns_out_broken_when_it_is_written_is_taken_away(tmp_path: Path) -> None:
    path(tmp_path).write_bytes(b"no index")
    with pytest.raises(RecordError, match=r"index\.sqlite cannot be written: file is not a database"):
        put(tmp_path)
    assert put(tmp_path) == rows(tmp_path, "records")


def test_no_flipped_byte_gives_a_row_that_was_not_put_in(tmp_path: Path) -> None:
    known = put(tmp_path)
    whole = path(tmp_path).read_bytes()
    chance = random.Random(5)
    places = [*range(0, 100, 3), *chance.sample(range(100, len(whole)), 60), whole.index(b"P-17")]
    for at in places:
        path(tmp_path).write_bytes(whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)]) + whole[at + 1 :])
        found = rows(tmp_path, "records")
        assert found.items() <= known.items(), at


def test_one_in_use_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = put(tmp_path)
    monkeypatch.setattr("nmes.record.index_file._PATIENCE_S", 0.0)
    holder = sqlite3.connect(path(tmp_path), isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    assert rows(tmp_path, "records") == {}
    with pytest.raises(RecordError, match="database is locked"):
        put(tmp_path)
    holder.close()
    assert rows(tmp_path, "records") == known


def test_one_in_use_is_not_waited_for_longer_than_a_list_has(tmp_path: Path) -> None:
    put(tmp_path)
    holder = sqlite3.connect(path(tmp_path), isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    began = time.monotonic()
    assert rows(tmp_path, "records") == {}
    with pytest.raises(RecordError, match="database is locked"):
        put(tmp_path)
    assert time.monotonic() - began < 1.5, "half a second, on a computer that has more to do"
    holder.close()


@pytest.mark.timeout(20)
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_what_is_no_file_is_passed_over_and_waits_for_nobody(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(path(tmp_path))
    assert rows(tmp_path, "records") == {}
    with pytest.raises(RecordError, match="cannot be written: it is no file"):
        put(tmp_path)


def test_one_that_cannot_be_taken_away_is_left_where_it_is(tmp_path: Path) -> None:
    path(tmp_path).write_bytes(b"no index")
    path(tmp_path).with_name("index.sqlite-journal").mkdir()
    assert rows(tmp_path, "records") == {}
    assert path(tmp_path).exists()


def test_a_journal_goes_with_its_index(tmp_path: Path) -> None:
    put(tmp_path)
    journal = path(tmp_path).with_name("index.sqlite-journal")
    journal.write_bytes(b"half a change")
    remove(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_code_that_is_dropped_cannot_be_read_in_the_file_any_more(tmp_path: Path) -> None:
    secret = [row._replace(patient="P-SECRET") for row in ROWS]
    change(tmp_path, secret, [])
    assert b"P-SECRET" in path(tmp_path).read_bytes()
    change(tmp_path, ROWS[:1], [(row.kind, row.name) for row in ROWS])
    assert b"P-SECRET" not in path(tmp_path).read_bytes()
