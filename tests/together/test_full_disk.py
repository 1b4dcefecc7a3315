"""A disk that fills while nothing is recorded stops the output, and the end of the session is on record all the same.

The real loop, the real thread of the record and real files on the real clock; only the disk says what it is told to.
"""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from together.real_line import WAIT_S, Desk

from helpers.verifiers import both
from nmes.core.view import Output, Word
from nmes.record import reserve
from nmes.record.clocks import system_clocks
from nmes.record.disk import Disk
from nmes.record.journal import Journal
from nmes.record.keys import station_key
from nmes.record.sink import LOOK_AFTER_S, JournalThread, Post
from nmes.record.store import read_session


@dataclass
class Filling:
    """A disk of endless room until it is full; then it takes nothing before the reserve has been let go."""

    folder: Path
    full: bool = False

    def disk(self) -> Disk:
        return Disk(self._write, room=lambda _folder: 0 if self.full else None)

    def _write(self, fd: int, data: bytes) -> int:
        if self.full and (self.folder / reserve.NAME).exists():
            raise OSError(errno.ENOSPC, "No space left on device")
        return os.write(fd, data)


@pytest.mark.covers("SR-16")
def test_a_disk_that_fills_stops_the_output_and_the_stop_is_on_record(tmp_path: Path) -> None:
    filling = Filling(tmp_path / "records")

    def make_sink(post: Post) -> JournalThread:
        bound, key = {"protocol": "simple"}, station_key(tmp_path)
        journal = Journal.open(
            filling.folder, "s", bound, system_clocks(), disk=filling.disk(), signer=key, reserved=True
        )
        return JournalThread(journal, post, look_after_s=0.05)

    assert LOOK_AFTER_S <= 2
    desk = Desk(make_sink)
    desk.live()
    filling.full = True
    desk.until(lambda view: view.word is Word.STOPPED and view.output is Output.OFF)
    assert desk.controller.view.why == "record"
    assert desk.controller.view.may == {"end"}
    desk.controller.stop("key")
    desk.controller.leave()
    desk.loop.join(WAIT_S)
    assert both(filling.folder).code == 0
    [path] = filling.folder.glob("*.jsonl")
    entries = list(read_session(path))
    told = [entry.body["event"] for entry in entries if entry.type == "event"]
    [failed] = [event["reason"] for event in told if event["type"] == "JournalFailed"]
    assert failed in {"the disk is full", "the disk is almost full: 0.0 MB are free"}
    assert "Stop" in {event["type"] for event in told}
    assert entries[-2].type == "closed"
    assert not path.with_suffix(".broken").exists()
