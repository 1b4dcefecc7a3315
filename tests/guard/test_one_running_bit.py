"""A RehaMove3 has one running bit for all of its channels: it tells that something runs, or that nothing does."""

from __future__ import annotations

import pytest
from guard.rig import HALT, INIT, POLL, WAVE, Device, Rig

from nmes.guard import ceilings
from nmes.guard.sight.sciencemode3 import ScienceMode3Sight


class RehaMove3(Device):
    """`runs` and `faulty` as it tells them; None = as it is."""

    runs: bool | None = None
    faulty = 0

    def _body(self, command: int) -> bytes:
        if command != POLL:
            return super()._body(command)
        runs = bool(self.running) if self.runs is None else self.runs
        return bytes([self.results.get(POLL, 0), 2, runs << 4 | self.faulty])


def enabled() -> tuple[Rig, RehaMove3]:
    device = RehaMove3()
    rig = Rig(bare=True, ceilings=ceilings.REHAMOVE3, device=device, sight=ScienceMode3Sight())
    assert rig.send(HALT)
    assert rig.send(INIT, b"\x00")
    assert rig.guard.arm(1, 40_000, 2_000, 2_500, *WAVE)
    return rig, device


def running() -> tuple[Rig, RehaMove3]:
    rig, device = enabled()
    assert rig.update(1_000)
    rig.now_us += 40_000
    return rig, device


def polled(rig: Rig) -> bool:
    return rig.send(POLL, b"\x02")


def test_that_something_runs_is_good_where_something_was_asked_for() -> None:
    rig, _ = running()
    assert polled(rig)
    assert rig.rule is None


@pytest.mark.covers("SR-09")
def test_that_nothing_runs_is_a_silent_channel() -> None:
    rig, device = running()
    device.runs = False
    polled(rig)
    assert rig.rule == "channel_silent"
    assert device.commands()[-1] == HALT


@pytest.mark.covers("SR-09")
def test_that_something_runs_unasked_halts() -> None:
    rig, device = enabled()
    device.runs = True
    polled(rig)
    assert rig.rule == "channel_active"


@pytest.mark.covers("SR-08")
@pytest.mark.parametrize("channel", [1, 4])
def test_an_electrode_error_halts_although_the_device_plays_on(channel: int) -> None:
    rig, device = running()
    device.faulty = 1 << channel - 1
    polled(rig)
    assert rig.rule == "channel_fault"
    assert rig.told[0].detail == f"the device reports a fault on channel {channel}"
    assert device.commands()[-1] == HALT


def test_it_knows_no_flag_that_stops_all_channels_so_none_is_asked_for() -> None:
    rig, device = enabled()
    assert INIT in device.commands()
    rig.send(INIT, b"\x01")
    assert rig.rule == "unknown_frame"


def test_a_fifth_channel_is_not_let_through() -> None:
    rig, _ = enabled()
    assert not rig.update(500, channel=5)
