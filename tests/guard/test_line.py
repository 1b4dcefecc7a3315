"""Who stops goes before who only reads: at most the piece in hand is judged first, however much has come."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import pytest
from guard.list_rig import STOP, ListRig

from nmes.guard.ceilings import REHASTIM1
from nmes.guard.line import Line
from nmes.guard.port import PIECE_BYTES, GuardedPort
from nmes.guard.sight import Reply, Request
from nmes.guard.sight.sciencemode1 import ScienceMode1Sight
from nmes.link.memory_port import MemoryPort

PIECES = 50


@dataclass
class Flood:
    """A device that says a great deal at once."""

    written: list[bytes] = field(default_factory=list)

    def from_host(self, data: bytes) -> None:
        self.written.append(data)

    def to_host(self) -> bytes:
        return b"\x40" * PIECE_BYTES * PIECES


@dataclass
class Watched:
    """The sight of the device; while the first piece is read, another thread begins to stop, and takes its time."""

    device: Flood = field(default_factory=Flood)
    stopper: threading.Thread = field(default_factory=threading.Thread)
    stops: threading.Event = field(default_factory=threading.Event)
    before_halt: int = 0
    numbers: int = 1

    def see_request(self, frame: bytes) -> Request:
        return ScienceMode1Sight().see_request(frame)

    def halt_frame(self, number: int) -> bytes:
        self.stops.set()
        for _ in range(20 * PIECES):
            time.sleep(0)  # everybody else may run
        return ScienceMode1Sight().halt_frame(number)

    def replies(self) -> Watched:
        return self

    def feed(self, data: bytes) -> list[Reply]:
        assert len(data) <= 64
        if not self.device.written:
            self.before_halt += 1
        if self.stopper.ident is None:
            self.stopper.start()
            self.stops.wait()
        return []


@pytest.mark.covers("SR-06", "LW-02")
def test_a_stop_waits_for_one_piece_of_what_the_device_sent_and_no_more() -> None:
    sight = Watched()
    guard = GuardedPort(MemoryPort(sight.device), sight, REHASTIM1, lambda: 0)
    sight.stopper = threading.Thread(target=guard.trip, args=("stop",))
    assert len(guard.read(PIECE_BYTES * PIECES, 0)) == PIECE_BYTES * PIECES
    sight.stopper.join()
    assert sight.before_halt == 1
    assert sight.device.written == [STOP]


def test_what_trips_in_one_piece_is_told_however_much_comes_with_it() -> None:
    rig = ListRig()
    assert rig.play(2)
    rig.device.answers += b"\xc1" + b"\x41" * 2 * PIECE_BYTES
    rig.hear()
    assert [trip.rule for trip in rig.told] == [rig.rule] == ["reply_not_ok"]


def test_nobody_steps_aside_for_a_stop_that_is_over() -> None:
    line = Line()
    with line.stopping(), line.stopping(), line:
        pass
    line.step_aside()
    with pytest.raises(OSError, match="broke"), line.stopping():
        raise OSError("broke")
    line.step_aside()
