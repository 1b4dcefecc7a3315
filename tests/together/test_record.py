"""The record while a session runs: it verifies after every step, and when it breaks the output ends."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from together.staging import LIVE, Room, journalled, room

from nmes.core import events as e
from nmes.core.view import Output, Word
from nmes.record.chain import GENESIS
from nmes.record.disk import Disk
from nmes.record.files import Kind
from nmes.record.store import Unfinished, list_sessions, read_session
from nmes.record.verify import Intact, verify_lines
from nmes.trial.bench import MemorySink


@dataclass
class FailingDisk:
    """A disk that works until it is told which of its two ways fails, and how."""

    write_error: int = 0
    sync_error: int = 0
    failed: list[str] = field(default_factory=list)

    def disk(self) -> Disk:
        return Disk(self._write, self._sync)

    def _write(self, fd: int, data: bytes) -> int:
        if self.write_error:
            self.failed.append("write")
            raise OSError(self.write_error, os.strerror(self.write_error))
        return os.write(fd, data)

    def _sync(self, fd: int) -> None:
        if self.sync_error:
            self.failed.append("sync")
            raise OSError(self.sync_error, os.strerror(self.sync_error))
        os.fsync(fd)


def on_disk(folder: Path, disk: FailingDisk) -> Room:
    return room(make_sink=journalled(folder, disk.disk()))


@pytest.mark.covers("SR-16")
def test_a_full_disk_in_mid_ramp_ends_the_output_and_is_said(tmp_path: Path) -> None:
    disk = FailingDisk()
    watched = on_disk(tmp_path, disk).running()
    watched.word(Word.RAMP_UP)
    watched.run(400)
    disk.write_error = errno.ENOSPC
    failed_us = watched.now_us
    watched.run(5_000)
    assert disk.failed == ["write"] * 2, "once in the record, once for the note beside it, and never again"
    assert (watched.view.word, watched.view.why, watched.view.output) == (Word.STOPPED, "record", Output.OFF)
    assert failed_us - 100_000 < watched.last_pulse_us() <= failed_us + 100_000
    assert watched.view.may == {"end"}


@pytest.mark.thorough
def test_a_sync_that_fails_at_an_increase_raises_nothing_and_ends_the_output(tmp_path: Path) -> None:
    disk = FailingDisk()
    watched = on_disk(tmp_path, disk).holding(10_000)
    disk.sync_error = errno.EIO
    watched.press(e.Increase(1, watched.view.epoch), 2_000)
    assert disk.failed[0] == "sync"
    assert (watched.view.word, watched.view.why) == (Word.STOPPED, "record")
    assert max(pulse.peak_current_ua for pulse in watched.pulses()) == 10_000


@pytest.mark.covers("SR-16")
def test_after_the_record_broke_nothing_can_be_started(tmp_path: Path) -> None:
    disk = FailingDisk()
    watched = on_disk(tmp_path, disk).ready()
    disk.sync_error = errno.EIO
    watched.press(e.Titrate(1, 0, watched.view.epoch), 1_000)
    assert watched.view.why == "record"
    disk.sync_error = 0
    watched.press(e.Titrate(1, 0, watched.view.epoch), 1_000)
    assert watched.view.word is Word.STOPPED
    assert watched.device.stage.trace == []


@pytest.mark.thorough
@pytest.mark.covers("SR-16")
def test_stop_works_on_a_broken_record(tmp_path: Path) -> None:
    disk = FailingDisk()
    watched = on_disk(tmp_path, disk).holding()
    disk.write_error = errno.EROFS
    watched.stop()
    watched.run(1_000)
    assert watched.view.output is Output.OFF
    watched.bench.controller.leave()
    watched.run(1_000)
    assert watched.bench.controller.done


@pytest.mark.covers("LW-07")
def test_the_record_verifies_after_every_step_of_a_session(tmp_path: Path) -> None:
    watched = on_disk(tmp_path, FailingDisk())
    [path] = tmp_path.glob("*.jsonl")
    seen = 0
    watched.ready().raise_to(watched.view.slots[0].slot, 2_000)
    for _ in range(60):
        watched.run(50)
        with path.open("rb") as file:
            verdict = verify_lines(file, GENESIS, path.stem)
        assert isinstance(verdict, Intact)
        assert verdict.entries >= seen
        seen = verdict.entries


def test_everything_said_is_in_the_file_in_order_with_who_said_it(tmp_path: Path) -> None:
    watched = on_disk(tmp_path, FailingDisk()).holding(5_000)
    watched.press(e.Mark("pain", "2 of 10"))
    watched.stop()
    watched.run(1_000)
    watched.bench.controller.leave()
    watched.run(1_000)
    [path] = tmp_path.glob("*.jsonl")
    entries = list(read_session(path))
    told = [(entry.body["event"]["type"], entry.actor) for entry in entries if entry.type == "event"]
    kinds = [kind for kind, _ in told]
    order = ["Identified", "Screened", "Placed", "Titrate", "Increase", "Accept", "Start", "Mark", "Stop"]
    places = [kinds.index(kind) for kind in order]
    assert places == sorted(places)
    assert ("Mark", "Ada") in told
    assert ("Stop", "Ada") in told
    assert ("Identified", "device") in told
    assert ("Durable", "program") in told
    assert (entries[-1].type, entries[-1].body) == ("closed", {"why": "stop:key"})


def test_a_session_cut_off_by_a_crash_is_found_as_unfinished(tmp_path: Path) -> None:
    folder = tmp_path / Kind.SIMULATION.value
    on_disk(folder, FailingDisk()).holding(5_000)
    [summary] = list_sessions(tmp_path, Kind.SIMULATION)
    assert summary.ending == Unfinished()


# --- a slow disk ---


@pytest.mark.covers("SR-16")
def test_nothing_rises_before_the_disk_has_the_intent() -> None:
    watched = room().ready()
    sink = watched.bench.sink
    assert isinstance(sink, MemorySink)
    sink.hold = True
    watched.press(e.Titrate(1, 0, watched.view.epoch), 1_900)
    assert watched.view.word is Word.STARTING
    assert not watched.device.high_voltage
    sink.release()
    watched.word(Word.TITRATING)
    sink.hold = True
    watched.press(e.Increase(1, watched.view.epoch), 1_900)
    assert watched.device.stage.trace == []
    sink.release()
    watched.run(2_000)
    assert watched.pulses()


def test_stop_does_not_wait_for_a_slow_disk() -> None:
    watched = room().holding()
    sink = watched.bench.sink
    assert isinstance(sink, MemorySink)
    sink.hold = True
    watched.press(e.Increase(1, watched.view.epoch))
    watched.stop()
    assert watched.device.active_channels == ()
    watched.run(500)
    sink.release()
    watched.run(2_000)
    assert watched.view.word is Word.STOPPED
    assert watched.view.word not in LIVE
    assert watched.device.active_channels == ()


@pytest.mark.parametrize("queued", [1, 10, 30])
def test_increases_queued_before_a_stop_do_nothing(queued: int) -> None:
    watched = room().holding()
    for _ in range(queued):
        watched.bench.press(e.Increase(1, watched.view.epoch))
    stopped_us = watched.now_us
    watched.stop()
    watched.run(3_000)
    assert watched.pulses(stopped_us + 1) == []
    assert watched.recorded("Increase")[-1]["epoch"] < watched.view.epoch
