"""The guard and lines that behave oddly: told once, dead for good, and every channel disarmed."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from guard.rig import HALT, UPDATE, WAVE, Device, Rig, block, encode, pulse, update_data

from nmes.guard.ceilings import Ceilings
from nmes.guard.port import GuardedPort
from nmes.guard.sight.sciencemode4 import ScienceMode4Sight
from nmes.link.port import Identity, PortLost


@dataclass
class OneWay:
    """A line whose first write fails, whose later ones would not, and which can still be read.

    `deaf`: the other way round, nothing can be read any more.
    """

    device: Device = field(default_factory=Device)
    fails: bool = False
    deaf: bool = False
    written: list[bytes] = field(default_factory=list)
    woken: int = 0
    closed: int = 0
    identity: Identity = field(default_factory=lambda: Identity("test://one-way"))

    def write(self, data: bytes) -> None:
        if self.fails:
            self.fails = False
            raise PortLost("for a moment")
        self.written.append(data)
        self.device.from_host(data)

    def read(self, max_bytes: int, timeout_ms: int) -> bytes:
        if self.deaf:
            raise PortLost("it gives nothing")
        return self.device.to_host()

    def cancel(self) -> None:
        self.woken += 1

    def close(self) -> None:
        self.closed += 1

    def descriptor(self) -> int | None:
        return None


@pytest.fixture
def line() -> OneWay:
    return OneWay()


@pytest.fixture
def guard(line: OneWay) -> GuardedPort:
    return GuardedPort(line, ScienceMode4Sight(), Ceilings(), lambda: 0)


def test_a_line_that_failed_once_gets_no_more_bytes(guard: GuardedPort, line: OneWay) -> None:
    line.fails = True
    with pytest.raises(PortLost):
        guard.write(encode(1, HALT))
    guard.trip("stop")
    assert line.written == []
    assert not guard.alive


def test_a_line_that_failed_is_never_unlatched_whatever_still_comes_from_it(guard: GuardedPort, line: OneWay) -> None:
    line.fails = True
    with pytest.raises(PortLost):
        guard.write(encode(1, HALT))
    line.device.answers += encode(guard.trips, HALT + 1, b"\x00")
    guard.read(100, 0)
    assert not guard.unlatch(guard.trips)


@pytest.mark.covers("PR-01", "SR-06")
def test_a_line_that_can_no_longer_be_read_gets_one_halt_and_nothing_more(guard: GuardedPort, line: OneWay) -> None:
    """USB that is half dead: what gives nothing may still take a halt, before the device's timer ends the output."""
    line.deaf = True
    for _ in range(2):
        with pytest.raises(PortLost, match="gives nothing"):
            guard.read(100, 0)
    guard.trip("stop")
    assert line.device.commands() == [HALT]
    assert guard.latched is not None
    assert (guard.latched.rule, guard.alive) == ("port_failed", False)
    line.device.answers += encode(guard.trips, HALT + 1, b"\x00")
    line.deaf = False
    guard.read(100, 0)
    assert not guard.unlatch(guard.trips)


def test_a_line_that_neither_gives_nor_takes_is_told_once_by_what_it_said_first() -> None:
    """The halt that fails is nobody's news: the reader hears why the line could not be read."""
    told: list[tuple[str, str]] = []
    line = OneWay(fails=True, deaf=True)
    guard = GuardedPort(
        line, ScienceMode4Sight(), Ceilings(), lambda: 0, lambda trip: told.append((trip.rule, trip.detail))
    )
    with pytest.raises(PortLost, match="gives nothing"):
        guard.read(100, 0)
    assert told == [("port_failed", "it gives nothing")]
    assert (line.written, guard.alive) == ([], False)


def test_a_line_that_was_closed_is_not_written_to_by_its_reader(guard: GuardedPort, line: OneWay) -> None:
    guard.close()
    line.deaf = True
    with pytest.raises(PortLost):
        guard.read(100, 0)
    assert line.device.commands() == [HALT], "the one of the closing"


def test_waking_and_closing_reach_the_line(guard: GuardedPort, line: OneWay) -> None:
    guard.cancel()
    guard.close()
    assert (line.woken, line.closed) == (1, 1)


def test_a_trip_disarms_every_channel_by_itself() -> None:
    """Nobody tries to arm anything in between: that would disarm too."""
    rig = Rig()
    trips = rig.guard.trip("stop")
    rig.hear()
    assert rig.guard.unlatch(trips)
    rig.enable()
    assert not rig.update(500)
    assert rig.rule == "not_armed"


def test_who_listens_hears_of_a_silence_that_was_only_watched() -> None:
    rig = Rig()
    assert rig.update(500)
    rig.now_us += 1_100_000
    rig.guard.watch()
    rig.guard.watch()
    assert [trip.rule for trip in rig.told] == ["device_silent"]


@pytest.mark.parametrize("channel", [1, 8])
def test_each_channel_can_be_disarmed_by_itself(channel: int) -> None:
    rig = Rig()
    assert rig.guard.arm(channel, 40_000, 2_000, 2_500, *WAVE)
    rig.guard.disarm_channel(channel)
    assert not rig.send(UPDATE, update_data({channel: block(pulse(500))}))
    assert rig.rule == "not_armed"


def test_the_guards_own_halts_use_every_packet_number() -> None:
    rig = Rig()
    numbers = []
    for _ in range(65):
        rig.guard.trip("stop")
        numbers.append(rig.device.heard[-1][0])
    assert numbers == [*range(1, 64), 0, 1]
