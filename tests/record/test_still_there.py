"""A record that was deleted, moved or cut while it is written is no record any more, nor is one without what was typed;
and one writer is one writer.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

import pytest

from helpers.verifiers import PROGRAM, theirs
from nmes.cli.app import run
from nmes.core.events import Durable, JournalFailed
from nmes.record.chain import NewEntry
from nmes.record.clocks import LAST_UTC_MS, system_clocks
from nmes.record.errors import JournalBroken, RecordBusy
from nmes.record.journal import Journal
from nmes.record.sink import JournalThread
from nmes.record.texts import texts_path

Begin = Callable[..., Journal]


def deleted(path: Path) -> None:
    path.unlink()


def folder_deleted(path: Path) -> None:
    shutil.rmtree(path.parent)


def moved(path: Path) -> None:
    path.parent.rename(path.parent.with_name("elsewhere"))


def replaced(path: Path) -> None:
    data = path.read_bytes()
    path.unlink()
    path.write_bytes(data)


def cut(path: Path) -> None:
    os.truncate(path, 100)


def added(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"x")


HOW = [deleted, folder_deleted, moved, replaced, cut, added]


@pytest.mark.parametrize("how", HOW)
def test_nothing_is_durable_in_a_file_that_is_not_there_any_more(begin: Begin, how: Callable[[Path], None]) -> None:
    journal = begin()
    journal.append(NewEntry("event", {}, "Ada"))
    journal.sync()
    how(journal.path)
    with pytest.raises(JournalBroken, match="could not be found as it was written"):
        journal.sync()
    with pytest.raises(JournalBroken):
        journal.append(NewEntry("event", {}, "Ada"))
    journal.abandon()


def typed(text: str) -> NewEntry:
    return NewEntry("event", {"event": {"text": text}}, "Ada", texts=(text,))


@pytest.mark.parametrize("how", [deleted, replaced, cut, added])
def test_nothing_is_durable_once_what_was_typed_is_not_there_any_more(
    begin: Begin, how: Callable[[Path], None]
) -> None:
    journal = begin()
    for text in ("after running", "at night"):
        journal.append(typed(text))
        journal.sync()
    how(texts_path(journal.path))
    journal.append(NewEntry("event", {}, "Ada"))
    with pytest.raises(JournalBroken, match="could not be found as it was written"):
        journal.sync()
    with pytest.raises(JournalBroken):
        journal.append(typed("again"))
    journal.abandon()


def test_what_was_typed_is_looked_for_when_nothing_is_written_for_long(begin: Begin) -> None:
    journal, posted = begin(), SimpleQueue[Durable | JournalFailed]()
    sink = JournalThread(journal, posted.put, look_after_s=0.02)
    sink.submit([typed("after running")], durable=1)
    assert posted.get(timeout=5) == Durable(1)
    time.sleep(0.06)
    assert posted.empty()
    deleted(texts_path(journal.path))
    assert isinstance(posted.get(timeout=5), JournalFailed)
    assert not sink.close({"why": "x"}, 5)


def test_it_is_looked_for_when_nothing_is_written_for_long(begin: Begin) -> None:
    journal, posted = begin(), SimpleQueue[Durable | JournalFailed]()
    sink = JournalThread(journal, posted.put, look_after_s=0.02)
    time.sleep(0.06)
    assert posted.empty()
    deleted(journal.path)
    assert isinstance(posted.get(timeout=5), JournalFailed)
    assert not sink.close({"why": "x"}, 5)


def test_whoever_deletes_the_lock_lets_no_second_writer_in(begin: Begin, folder: Path) -> None:
    journal = begin()
    (folder / "lock").unlink()
    with pytest.raises(RecordBusy, match=journal.session):
        begin()
    journal.close({"why": "done"})
    begin().close({"why": "done"})


def test_a_wall_clock_beyond_its_end_is_told_as_its_last_moment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def beyond() -> int:
        raise OverflowError("timestamp too large to convert to C _PyTime_t")

    monkeypatch.setattr(time, "time_ns", beyond)
    clocks = system_clocks()
    assert clocks.stamp().utc_ms == LAST_UTC_MS
    journal = Journal.open(folder, "station-1", {}, clocks)
    assert "-22620411T" in journal.session
    journal.close({"why": "done"})


def test_why_writing_ended_early_is_told_by_both_verifiers(
    begin: Begin, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = begin().path
    monkeypatch.setenv("NMES_HOME", str(folder.parent))
    for note, told in ((b"the disk \x1b[2J failed\n", "the disk "), (b"", "")):
        path.with_suffix(".broken").write_bytes(note)
        theirs().main([str(folder)])
        run(["audit", "verify", "--patients"])
        run(["audit", "verify", path.stem, "--patients"])
        out = capsys.readouterr().out
        assert out.count(f"{path.stem}: writing it ended early: {told}") == 3
        assert "\x1b" not in out


def test_a_verifier_that_nobody_reads_ends_quietly(begin: Begin, folder: Path) -> None:
    begin().close({"why": "done"})
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run([sys.executable, PROGRAM, folder], stdout=writing, stderr=subprocess.PIPE, check=False)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (141, b""), "which says nothing of the records"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_verifier_that_cannot_print_says_so_and_tells_no_damage(begin: Begin, folder: Path) -> None:
    begin().close({"why": "done"})
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([sys.executable, PROGRAM, folder], stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (2, b"Nothing can be printed: No space left on device.\n")
