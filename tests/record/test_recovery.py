"""What a crash left is kept and told, never deleted, never taken for whole."""

from __future__ import annotations

import errno
import os
import random
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from helpers.damage import first_damage
from nmes.record.disk import Disk
from nmes.record.errors import RecordUnavailable
from nmes.record.files import session_files
from nmes.record.journal import Journal
from nmes.record.store import read_session
from nmes.record.verdicts import verify_chain
from nmes.record.verify import Intact

Begin = Callable[..., Journal]
Session = Callable[..., Path]


def told(path: Path) -> list[tuple[str, Any]]:
    return [(e.type, e.body["session"]) for e in read_session(path) if "session" in e.body]


def crashed(begin: Begin, entry: Callable[..., Any]) -> Path:
    """A session whose program died: entries, and no end."""
    journal = begin()
    journal.append(entry(1))
    journal.abandon()
    return journal.path


def test_a_closed_session_leaves_nothing_to_tell(begin: Begin, session: Session) -> None:
    session()
    assert told(begin().path) == []


@pytest.mark.covers("FR-16")
def test_a_session_without_an_end_is_told_as_interrupted_once(begin: Begin, entry: Any, session: Session) -> None:
    dead = crashed(begin, entry)
    before = dead.read_bytes()
    assert told(session()) == [("interrupted", dead.stem)]
    assert told(session()) == []
    assert dead.read_bytes() == before


def test_several_crashes_in_a_row_are_each_told_once(begin: Begin, entry: Any, session: Session) -> None:
    dead = [crashed(begin, entry) for _ in range(3)]
    assert [told(path) for path in dead] == [[], [("interrupted", dead[0].stem)], [("interrupted", dead[1].stem)]]
    assert told(session()) == [("interrupted", dead[2].stem)]


def test_every_cut_of_a_last_line_is_set_aside_and_told_with_its_hash(begin: Begin, entry: Any) -> None:
    dead = crashed(begin, entry)
    whole, last = dead.read_bytes(), dead.read_bytes().splitlines(keepends=True)[-1]
    for length in (1, 9, 100, len(last) - 65, len(last) - 1):
        for later in session_files(dead.parent)[1:]:
            later.unlink()
        dead.write_bytes(whole[: len(whole) - len(last) + length])
        dead.with_suffix(".torn").unlink(missing_ok=True)
        following = begin()
        recovered = list(read_session(following.path))[1]
        torn = last[:length]
        assert recovered.type == "recovered"
        assert recovered.body == {"session": dead.stem, "bytes": length, "sha256": sha256(torn).hexdigest()}
        assert dead.with_suffix(".torn").read_bytes() == torn
        assert dead.read_bytes() == whole[: len(whole) - len(last)]
        following.close({"why": "completed"})
        assert first_damage(verify_chain(dead.parent)) is None


def test_a_file_without_any_entry_is_passed_over_by_the_chain(begin: Begin, session: Session, folder: Path) -> None:
    first = session()
    (folder / "000002-20261121T091500Z-00000a.jsonl").write_bytes(b"")
    (folder / "000003-20261121T091500Z-00000b.jsonl").write_bytes(b'{"entry":{"act')
    third = begin()
    entries = list(read_session(third.path))
    assert entries[0].prev == list(read_session(first))[-1].hash
    assert [e.type for e in entries] == ["opened", "recovered", "interrupted", "interrupted"]
    third.close({"why": "completed"})
    assert [type(found.verdict) for found in verify_chain(folder)] == [Intact] * 4


def test_a_crash_while_recovering_is_recovered_by_the_next_start(begin: Begin, entry: Any, session: Session) -> None:
    dead = crashed(begin, entry)
    with dead.open("ab") as file:
        file.write(b'{"entry":{"actor"')
    for nth in (1, 2, 3, 1, 2, 3):
        calls = 0

        def sync(fd: int, nth: int = nth) -> None:
            nonlocal calls
            calls += 1
            if calls == nth:
                raise OSError(errno.EIO, "Input/output error")

        with pytest.raises(RecordUnavailable):
            begin(disk=Disk(sync=sync))
    everything = {pair for path in [*session_files(dead.parent), session()] for pair in told(path)}
    assert {("recovered", dead.stem), ("interrupted", dead.stem)} <= everything
    assert dead.with_suffix(".torn").read_bytes() == b'{"entry":{"actor"'
    assert first_damage(verify_chain(dead.parent)) is None


@pytest.mark.parametrize("ruin", [b"rubbish\n", b'{"entry":{},"hash":""} \n', b"{} x", b"{}{}"])
def test_a_damaged_end_is_left_untouched_and_told(
    begin: Begin, entry: Any, session: Session, folder: Path, ruin: bytes
) -> None:
    dead = crashed(begin, entry)
    with dead.open("ab") as file:
        file.write(ruin)
    before = dead.read_bytes()
    after = session()
    assert told(after) == [("damaged_before", dead.stem)]
    assert dead.read_bytes() == before
    assert told(session()) == []
    found = first_damage(verify_chain(folder))
    assert found is not None
    assert (found[0].session, found[1].seq) == (dead.stem, 3)


def test_a_damaged_line_in_the_beginning_of_a_crashed_session_is_no_obstacle(begin: Begin, entry: Any) -> None:
    first, second = crashed(begin, entry), crashed(begin, entry)
    lines = second.read_bytes().splitlines(keepends=True)
    second.write_bytes(b"".join([lines[0], b"rubbish\n", *lines[2:]]))
    assert told(begin().path) == [("interrupted", second.stem), ("interrupted", first.stem)]


def test_the_end_of_the_session_before_is_durable_before_the_new_one_refers_to_it(begin: Begin, entry: Any) -> None:
    dead = crashed(begin, entry)
    synced: list[int] = []
    following = begin(disk=Disk(sync=lambda fd: synced.append(os.fstat(fd).st_ino)))
    assert synced == [path.stat().st_ino for path in (dead, following.path, dead.parent)]


WRITER = """
import os, sys
from pathlib import Path
from nmes.record.chain import NewEntry
from nmes.record.clocks import system_clocks
from nmes.record.disk import Disk
from nmes.record.journal import Journal
piece = int(sys.argv[2])
disk = Disk(write=lambda fd, data: os.write(fd, data[:piece]))
journal = Journal.open(Path(sys.argv[1]), "station-1", {"protocol": "p"}, system_clocks(), disk=disk)
while True:
    for _ in range(3):
        journal.append(NewEntry("event", {"text": "x" * 200}, "therapist"))
    journal.sync()
    os.write(1, b"%d\\n" % journal.head.seq)
"""


@pytest.mark.thorough
def test_a_killed_writer_loses_nothing_it_was_told_is_durable(folder: Path, begin: Begin) -> None:
    chance = random.Random(20261121)
    durable: dict[Path, int] = {}
    for _ in range(8):
        command = [sys.executable, "-c", WRITER, folder, str(chance.choice([1, 7, 10_000]))]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            for _ in range(chance.randint(1, 40)):
                acknowledged = int(child.stdout.readline())
            child.kill()
            rest = child.stdout.read().splitlines()
        durable[session_files(folder)[-1]] = max(acknowledged, *map(int, rest), 0)
    last = begin()
    last.close({"why": "completed"})
    found = {verdict.path: verdict.verdict for verdict in verify_chain(folder)}
    assert len(found) == 9
    for path, seq in durable.items():
        verdict = found[path]
        assert isinstance(verdict, Intact), verdict
        assert verdict.entries >= seq > 0
    names = {name for path in found for kind, name in told(path) if kind == "interrupted"}
    assert names == {path.stem for path in durable}
