"""A disk that stalls delays no STOP: judged by what the simulator saw on the line and at the skin.

The real loop, the real thread of the record and real files on the real clock; only the disk waits when it is told to:
for two seconds in the campaign.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from together.real_line import WAIT_S, Desk

from firmware_sim.stage.trace import FrameArrived
from helpers.verifiers import both
from nmes.core import events as e
from nmes.core.view import Output, Word
from nmes.guard.clock import boottime_us
from nmes.record.clocks import system_clocks
from nmes.record.disk import Disk
from nmes.record.journal import Journal
from nmes.record.keys import station_key
from nmes.record.sink import JournalThread, Post
from nmes.record.store import read_session

PROMPT_US = 50_000
"""From the key to the halt at the device: it does not wait for a turn [design]; the test computer may be busy."""
HALT = 34
WAYS = ("sync", "write")


class Stalling:
    """A disk that takes nothing while it is stalled; which of the two ways is said."""

    def __init__(self, way: str) -> None:
        self.way, self.go, self.waiting = way, threading.Event(), threading.Event()
        self.go.set()

    def disk(self) -> Disk:
        return Disk(self._write, self._sync)

    @contextmanager
    def well_again(self) -> Iterator[None]:
        """In the end, also where the test has failed: nothing waits for it any more."""
        try:
            yield
        finally:
            self.go.set()

    def _write(self, fd: int, data: bytes) -> int:
        self._wait("write")
        return os.write(fd, data)

    def _sync(self, fd: int) -> None:
        self._wait("sync")
        os.fsync(fd)

    def _wait(self, way: str) -> None:
        if way == self.way and not self.go.is_set():
            self.waiting.set()
            assert self.go.wait(WAIT_S)


@pytest.mark.covers("LW-02")
@pytest.mark.parametrize(
    ("way", "stall_s"), [("sync", 0.3), *(pytest.param(way, 2.0, marks=pytest.mark.campaign) for way in WAYS)]
)
def test_stop_does_not_wait_for_a_disk_that_stalls(way: str, stall_s: float, tmp_path: Path) -> None:
    stalling = Stalling(way)

    def make_sink(post: Post) -> JournalThread:
        key = station_key(tmp_path)
        disk, clocks = stalling.disk(), system_clocks()
        journal = Journal.open(tmp_path / "records", "s", {"protocol": "simple"}, clocks, disk=disk, signer=key)
        return JournalThread(journal, post)

    with Desk(make_sink) as desk, stalling.well_again():
        stage = desk.line.device.stage
        desk.live()
        stalling.go.clear()
        began = time.monotonic()
        desk.controller.post(e.Increase(1, desk.controller.view.epoch))
        assert stalling.waiting.wait(WAIT_S)
        stalled = time.monotonic()
        desk.until(lambda _: time.monotonic() >= stalled + 0.05)  # the record knows by now that it is behind

        pressed_us = boottime_us() - desk.line.began_us
        desk.controller.stop("key")
        assert not desk.line.device.high_voltage, "when stop returns the halt has arrived"
        desk.until(lambda view: view.word is Word.STOPPED and view.output is Output.OFF)
        assert not stalling.go.is_set(), "all of it while the disk has answered nothing"
        desk.until(lambda _: time.monotonic() >= began + stall_s)
        stalling.go.set()

        halts_us = [told.t_us for told in stage.events if isinstance(told, FrameArrived) and told.command == HALT]
        halted_us = min(at for at in halts_us if at >= pressed_us)
        print(f"{way}: the halt arrived {halted_us - pressed_us} us after the key; the disk stalled {stall_s} s")
        assert halted_us - pressed_us < PROMPT_US
        assert stage.trace
        assert stage.trace[-1].t_us <= halted_us
        assert max(pulse.peak_current_ua for pulse in stage.trace) == 500, "what waited for the disk was never raised"

    assert both(tmp_path / "records").code == 0
    [path] = (tmp_path / "records").glob("*.jsonl")
    told = [entry.body["event"]["type"] for entry in read_session(path) if entry.type == "event"]
    assert (told.count("Increase"), told.count("Stop")) == (2, 1), "the record has all of it; a STOP may overtake"
