"""The guarded port: STOP from anywhere, latching, arming anew, a line that breaks."""

from __future__ import annotations

import pytest
from guard.rig import HALT, INIT, POLL, STATUS, UPDATE, WAVE, Device, Rig, decode, encode

from nmes.guard.ceilings import Ceilings
from nmes.guard.port import GuardedPort
from nmes.guard.sight.sciencemode4 import ScienceMode4Sight
from nmes.link.memory_port import MemoryPort
from nmes.link.port import PortLost, PortTimeout


def test_a_trip_halts_at_once_and_counts() -> None:
    rig = Rig()
    rig.climb(5_000)
    assert rig.guard.trip("stop", "F12") == 1
    assert rig.device.heard[-1][1:] == (HALT, b"")
    assert rig.guard.latched is not None
    assert (rig.guard.latched.rule, rig.guard.latched.detail, rig.guard.latched.count) == ("stop", "F12", 1)
    assert rig.guard.latched.at_us == rig.now_us


def test_a_trip_that_says_no_more_than_its_rule_has_no_detail() -> None:
    rig = Rig()
    rig.guard.trip("stop")
    assert rig.guard.latched is not None
    assert (rig.guard.latched.rule, rig.guard.latched.detail) == ("stop", "")


class Standing(Device):
    """The whole program stands still while this frame is being written."""

    def __init__(self, command: int, for_us: int) -> None:
        super().__init__()
        self.command, self.for_us = command, for_us
        self.rig: Rig | None = None

    def from_host(self, data: bytes) -> None:
        super().from_host(data)
        if self.rig is not None and self.heard[-1][1] == self.command:
            self.rig.now_us += self.for_us


@pytest.mark.parametrize("command", [UPDATE, POLL])
def test_a_change_that_was_held_back_while_it_was_written_is_followed_by_a_halt(command: int) -> None:
    device = Standing(command, 200_001)
    rig = Rig(device=device)
    rig.climb(5_000)
    rig.now_us += 40_000
    device.rig = rig
    assert not (rig.update(5_000) if command == UPDATE else rig.send(POLL, b"\x04"))
    assert device.commands()[-2:] == [command, HALT]
    assert rig.rule == "written_late"
    assert [trip.rule for trip in rig.told] == ["written_late"]


@pytest.mark.parametrize(("command", "for_us"), [(UPDATE, 200_000), (HALT, 500_000)])
def test_what_is_written_in_time_or_puts_nothing_out_is_not_halted(command: int, for_us: int) -> None:
    device = Standing(command, for_us)
    rig = Rig(device=device)
    rig.climb(5_000)
    rig.now_us += 40_000
    device.rig = rig
    assert rig.update(5_000) if command == UPDATE else rig.send(HALT)
    assert (rig.guard.latched, rig.guard.trips) == (None, 0)


@pytest.mark.covers("SR-06")
def test_every_trip_sends_the_halt_again_and_keeps_the_first_reason() -> None:
    rig = Rig()
    assert [rig.guard.trip(reason) for reason in ("first", "second", "third")] == [1, 2, 3]
    assert rig.device.commands()[-3:] == [HALT] * 3
    assert rig.rule == "first"
    assert rig.guard.trips == 3
    assert len({number for number, command, _ in rig.device.heard[-3:]}) == 3


def test_who_trips_knows_and_who_does_not_is_told_once() -> None:
    rig = Rig()
    rig.guard.trip("stop")
    assert rig.told == []
    other = Rig()
    assert not other.update(40_500)
    assert [(trip.rule, trip.count) for trip in other.told] == [("confirmed_level", 1)]


def test_a_guard_nobody_listens_to_halts_all_the_same() -> None:
    device = Device()
    guard = GuardedPort(MemoryPort(device), ScienceMode4Sight(), Ceilings())
    assert not guard.write(b"nonsense")
    assert device.commands() == [HALT]


@pytest.mark.parametrize("command", [INIT, UPDATE, POLL])
def test_a_latched_guard_passes_nothing_that_starts_changes_or_prolongs(command: int) -> None:
    rig = Rig()
    rig.guard.trip("stop")
    before = len(rig.device.raw)
    assert not rig.send(command, {INIT: b"\x01", UPDATE: b"\x00", POLL: b"\x04"}[command])
    assert len(rig.device.raw) == before
    assert rig.guard.trips == 1


def test_a_latched_guard_still_passes_halts_and_questions() -> None:
    rig = Rig()
    rig.guard.trip("stop")
    assert rig.send(HALT)
    assert rig.send(STATUS)


def test_a_trip_disarms() -> None:
    rig = Rig()
    assert not rig.guard.arm(9, 500, 500, 100, *WAVE)
    rig.guard.trip("stop")
    assert not rig.guard.arm(1, 500, 500, 100, *WAVE)
    rig.hear()
    assert rig.guard.unlatch(1)
    rig.enable()
    assert not rig.update(500)
    assert rig.rule == "not_armed"


def test_after_an_acknowledged_halt_it_can_be_unlatched_and_climbs_from_0() -> None:
    rig = Rig()
    rig.climb()
    trips = rig.guard.trip("stop")
    rig.hear()
    assert rig.guard.unlatch(trips)
    assert rig.guard.latched is None
    rig.enable()
    assert rig.guard.arm(1, 40_000, 2_000, 2_500, *WAVE)
    rig.now_us += 1_000_000
    assert not rig.update(40_000)
    assert rig.rule == "rise"


@pytest.mark.parametrize(("result", "confirmed"), [(0, True), (7, True), (1, False), (2, False), (10, False)])
def test_only_a_halt_that_was_acknowledged_unlatches(result: int, confirmed: bool) -> None:
    rig = Rig()
    rig.device.results = {HALT: result}
    trips = rig.guard.trip("stop")
    assert not rig.guard.unlatch(trips)
    rig.hear()
    assert rig.guard.unlatch(trips) is confirmed


def test_a_halt_acknowledged_before_the_last_trip_does_not_count() -> None:
    rig = Rig()
    rig.guard.trip("stop")
    rig.hear()
    rig.device.deaf_to = {HALT}
    trips = rig.guard.trip("stop again")
    rig.hear()
    assert not rig.guard.unlatch(trips)


def test_the_answer_to_an_older_halt_does_not_confirm_a_newer_trip() -> None:
    rig = Rig()
    assert rig.send(HALT, read=False)
    trips = rig.guard.trip("stop")
    rig.device.answers = bytearray(encode(rig.number, HALT + 1, b"\x00"))
    rig.hear()
    assert rig.guard.unlatch(trips) is (rig.number == trips)


def test_a_driver_that_repeats_the_halt_confirms_it_too() -> None:
    rig = Rig()
    rig.device.deaf_to = {HALT}
    trips = rig.guard.trip("stop")
    rig.device.deaf_to = set()
    rig.send(HALT)
    assert rig.guard.unlatch(trips)


def test_a_trip_in_between_makes_the_unlatching_void() -> None:
    rig = Rig()
    trips = rig.guard.trip("stop")
    rig.guard.trip("stop")
    rig.hear()
    assert not rig.guard.unlatch(trips)
    assert rig.guard.unlatch(trips + 1)


def test_an_unlatched_guard_may_be_unlatched_again() -> None:
    assert Rig().guard.unlatch(0)
    assert not Rig().guard.unlatch(1)


@pytest.mark.parametrize("failure", ["lose", "time_out"])
def test_a_line_that_breaks_on_write_latches_and_is_told(failure: str) -> None:
    rig = Rig()
    getattr(rig.port, failure)()
    with pytest.raises((PortLost, PortTimeout)):
        rig.update(500)
    assert rig.rule == "port_failed"
    assert [trip.rule for trip in rig.told] == ["port_failed"]
    assert not rig.guard.alive
    assert not rig.guard.unlatch(rig.guard.trips)


def test_a_line_that_breaks_on_read_latches_and_is_told() -> None:
    rig = Rig()
    rig.port.lose()
    with pytest.raises(PortLost):
        rig.guard.read(100, 0)
    assert rig.rule == "port_failed"
    assert not rig.guard.alive


def test_a_trip_on_a_dead_line_never_raises_and_is_remembered() -> None:
    rig = Rig()
    rig.port.lose()
    assert rig.guard.trip("stop") == 1
    assert not rig.guard.alive
    assert rig.guard.trip("stop") == 2
    assert rig.rule == "stop"


def test_a_trip_survives_a_port_that_is_broken_in_any_way() -> None:
    class Broken(Device):
        def from_host(self, data: bytes) -> None:
            raise ZeroDivisionError

    guard = GuardedPort(MemoryPort(Broken()), ScienceMode4Sight(), Ceilings())
    assert guard.trip("stop") == 1
    assert not guard.alive


def test_a_trip_inside_a_write_has_the_last_word() -> None:
    """As when a signal handler interrupts a write in the same thread: the update must not be the last frame."""

    class Interrupted(Device):
        guard: GuardedPort | None = None

        def from_host(self, data: bytes) -> None:
            if self.guard and decode(data)[1] == UPDATE:
                self.guard.trip("signal")
            super().from_host(data)

    device = Interrupted()
    rig = Rig(device=device)
    device.guard = rig.guard
    rig.off()
    assert device.commands()[-3:] == [HALT, UPDATE, HALT]
    assert rig.rule == "signal"


def test_closing_halts_first_and_only_once() -> None:
    rig = Rig()
    rig.guard.close()
    assert rig.device.commands()[-1] == HALT
    assert (rig.rule, rig.guard.alive) == ("closed", False)
    rig.guard.close()
    assert rig.guard.trips == 1
    with pytest.raises(PortLost):
        rig.send(HALT)


def test_a_clock_that_runs_backwards_earns_nothing_and_forgets_nothing() -> None:
    rig = Rig(start_us=10_000_000)
    assert rig.update(1_500)
    rig.now_us = 0
    assert not rig.update(2_000)
    assert rig.rule == "rise"


def test_the_line_is_known_and_a_read_can_be_woken() -> None:
    rig = Rig()
    assert rig.guard.identity.url == "memory://peer"
    rig.guard.cancel()
    assert rig.guard.read(10, 0) == b""
