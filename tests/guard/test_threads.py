"""STOP from other threads, in earnest: after `trip` has returned, no output frame follows the halt."""

from __future__ import annotations

import threading

import pytest
from guard.rig import HALT, POLL, STATUS, UPDATE, Device, Rig, block, encode, pulse, update_data

from nmes.guard.ceilings import Ceilings
from nmes.guard.port import GuardedPort
from nmes.guard.sight.sciencemode4 import ScienceMode4Sight
from nmes.link.memory_port import MemoryPort
from nmes.link.port import PortLost

PATIENT = Ceilings(silence_us=10**12, frame_us=1)
"""Nothing but the trip may stop these writers."""
FRAMES = [
    encode(9, UPDATE, update_data({1: block(pulse(0))})),
    encode(10, POLL, b"\x04"),
    encode(11, STATUS),
]


def keep_writing(rig: Rig, stop: threading.Event) -> None:
    while not stop.is_set():
        for frame in FRAMES:
            rig.guard.write(frame)


@pytest.mark.parametrize("rounds", [6, pytest.param(60, marks=pytest.mark.campaign)])
def test_after_a_trip_has_returned_no_output_follows_its_halt(rounds: int) -> None:
    for _ in range(rounds):
        rig, stop = Rig(ceilings=PATIENT), threading.Event()
        writers = [threading.Thread(target=keep_writing, args=(rig, stop)) for _ in range(3)]
        for writer in writers:
            writer.start()
        while len(rig.device.heard) < 20:
            pass
        rig.guard.trip("stop")
        at_return = len(rig.device.heard)
        while len(rig.device.heard) < at_return + 5:
            pass  # the writers go on: their questions still pass
        stop.set()
        for writer in writers:
            writer.join()
        commands = rig.device.commands()
        first_halt = commands.index(HALT, 2)  # the first two frames are the rig's own start
        assert rig.rule == "stop"
        assert 20 <= first_halt < at_return
        assert STATUS in commands[first_halt:]
        assert not {UPDATE, POLL} & set(commands[first_halt:])


def test_trips_of_many_threads_are_all_counted_and_all_halt() -> None:
    rig = Rig()
    started = threading.Barrier(8)

    def trip() -> None:
        started.wait()
        for _ in range(25):
            rig.guard.trip("stop")

    threads = [threading.Thread(target=trip) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rig.guard.trips == 200
    assert rig.device.commands()[2:] == [HALT] * 200


def test_a_trip_and_an_unlatching_at_once_never_leave_it_open() -> None:
    for _ in range(100):
        rig = Rig()
        trips = rig.guard.trip("stop")
        rig.hear()
        started = threading.Barrier(2)

        def unlatch(rig: Rig = rig, started: threading.Barrier = started, trips: int = trips) -> None:
            started.wait()
            rig.guard.unlatch(trips)

        thread = threading.Thread(target=unlatch)
        thread.start()
        started.wait()
        rig.guard.trip("stop again")
        thread.join()
        assert rig.guard.latched is not None


@pytest.mark.covers("LW-02")
def test_a_trip_waits_for_one_write_at_most() -> None:
    """The writer is inside a blocked write; the trip latches at once and halts as soon as that write ends."""
    inside, release = threading.Event(), threading.Event()

    class Blocked(Device):
        def from_host(self, data: bytes) -> None:
            if threading.current_thread().name == "writer":
                inside.set()
                release.wait(5)
            super().from_host(data)

    rig = Rig(device=Blocked())
    writer = threading.Thread(target=rig.off, name="writer")
    stopper = threading.Thread(target=rig.guard.trip, args=("stop",))
    writer.start()
    assert inside.wait(5)
    stopper.start()
    while rig.guard.latched is None:
        pass  # it latches without the lock the writer holds
    release.set()
    writer.join()
    stopper.join()
    assert rig.device.commands()[-1] == HALT
    assert not rig.off()


@pytest.mark.covers("LW-02")
def test_who_can_no_longer_read_halts_behind_the_write_that_is_under_way_and_nothing_follows_it() -> None:
    """It latches at once, waits for one write at most, and nobody else writes between its halt and the line's end."""
    inside, release, broken = threading.Event(), threading.Event(), threading.Event()

    class Blocked(Device):
        def from_host(self, data: bytes) -> None:
            if threading.current_thread().name == "writer":
                inside.set()
                release.wait(5)
            super().from_host(data)

        def to_host(self) -> bytes:
            if broken.is_set():
                raise PortLost("it gives nothing")
            return super().to_host()

    rig = Rig(device=Blocked())

    def write() -> None:
        rig.guard.write(FRAMES[0])

    def read() -> None:
        with pytest.raises(PortLost):
            rig.guard.read(100, 0)

    writer, reader = threading.Thread(target=write, name="writer"), threading.Thread(target=read)
    writer.start()
    assert inside.wait(5)
    broken.set()
    reader.start()
    while rig.guard.latched is None:
        pass  # it latches without the lock the writer holds
    assert rig.guard.alive, "the halt is still to come"
    release.set()
    writer.join()
    reader.join()
    assert rig.device.commands()[-3:] == [UPDATE, HALT, HALT], "the overtaken write's own, and the reader's"
    assert (rig.rule, rig.guard.alive) == ("port_failed", False)


class Slow(MemoryPort):
    """Takes a halt only when the test says so; knows whether it was closed under one."""

    def __init__(self, device: Device) -> None:
        super().__init__(device)
        self.writing, self.go_on = threading.Event(), threading.Event()
        self.order: list[str] = []

    def write(self, data: bytes) -> None:
        self.writing.set()
        self.go_on.wait(10)
        self.order.append("written")
        super().write(data)

    def close(self) -> None:
        self.order.append("closed")
        super().close()


@pytest.mark.covers("PR-01")
def test_a_halt_that_is_being_written_leaves_before_the_line_is_closed() -> None:
    """A STOP while an opening is broken off: a closed line's number may be a record's when it is written to."""
    port = Slow(Device())
    guard = GuardedPort(port, ScienceMode4Sight(), Ceilings(), lambda: 1_000_000)
    stopping = threading.Thread(target=guard.trip, args=("operator",))
    leaving = threading.Thread(target=guard.leave)
    stopping.start()
    assert port.writing.wait(10)
    leaving.start()
    leaving.join(0.2)
    port.go_on.set()
    stopping.join()
    leaving.join()
    assert port.order == ["written", "closed"]
    assert not guard.alive
