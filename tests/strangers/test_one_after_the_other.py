"""Two different clients take turns on one simulator that is never restarted: science_mode_4, ours, science_mode_4."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from science_mode_4 import (
    Channel,
    ChannelPoint,
    Commands,
    Connector,
    DeviceP24,
    LowLevelHighVoltageSource,
    LowLevelMode,
    MidLevelChannelConfiguration,
)
from strangers.line import Running, simulator, wait_for

from nmes.core import events as e
from nmes.core.view import Output, Word
from nmes.runtime.library import Library
from nmes.runtime.open import RunningSession, open_live

ASKED = [ChannelPoint(200, 15), ChannelPoint(100, 0), ChannelPoint(200, -15)]
PROTOCOL = "tens_conventional"


@pytest.fixture(params=["tcp", pytest.param("pty", marks=pytest.mark.campaign)])
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Running]:
    with simulator(tmp_path, request.param) as found:
        yield found


async def their_mid_level(running: Running) -> None:
    """Ends without a stop: the level stays initialised and running, as when a script is interrupted."""
    with running.connection() as connection:
        device = DeviceP24(connection)
        await device.initialize()
        mid = device.get_layer_mid_level()
        await mid.init(True)
        await mid.update([None, None, MidLevelChannelConfiguration(True, 0, 20, ASKED)])
        await mid.get_current_data()


def our_session(running: Running, home: Path) -> None:
    """A level is looked for in titration, then STOP."""
    loaded = Library().load(PROTOCOL)
    live = open_live(loaded, url=running.url, home=home)

    def until(condition: Callable[[], bool], what: str) -> None:
        def holds() -> bool:
            live.heartbeat()
            return condition()

        wait_for(holds, what)

    try:
        _titrate(live, loaded.protocol.screening_codes, until)
        live.stop("key")
        until(lambda: live.view.output is Output.OFF, "the confirmed stop")
    finally:
        summary = live.finish()
    assert summary.intact


def _titrate(live: RunningSession, codes: tuple[str, ...], until: Callable[[Callable[[], bool], str], None]) -> None:
    until(lambda: live.view.word is Word.SCREENING, "the device")
    live.post(e.Screened(tuple(e.Answer(code, e.Reply.NO) for code in codes), "Ada"))
    live.post(e.Placed())
    until(lambda: live.view.word is Word.READY, "readiness")
    live.post(e.Titrate(1, 0, live.view.epoch))
    until(lambda: live.view.word is Word.TITRATING, "titration")
    live.post(e.Increase(1, live.view.epoch))
    until(lambda: live.view.channels[0].confirmed_ua == 500, "the first step")


async def their_low_level(running: Running) -> None:
    with running.connection() as connection:
        device = DeviceP24(connection)
        await device.initialize()
        low = device.get_layer_low_level()
        await low.init(LowLevelMode.STIM_CURRENT, LowLevelHighVoltageSource.STANDARD)
        low.send_channel_config(True, Channel.WHITE, Connector.GREEN, ASKED)
        async with asyncio.timeout(40):
            while (ack := low.packet_buffer.get_packet_from_buffer()) is None:
                await asyncio.sleep(0.005)
        assert ack.command == Commands.LOW_LEVEL_CHANNEL_CONFIG_ACK
        assert max(ack.measurement_samples) == 15
        await low.stop()


@pytest.mark.thorough
async def test_two_clients_take_turns_on_one_device(running, tmp_path):
    await their_mid_level(running)
    wait_for(running.pulses, "their first pulse")
    await asyncio.to_thread(our_session, running, tmp_path / "home")
    told = running.pulses()
    theirs = [pulse for pulse in told if pulse["channel"] == 3]
    ours = [pulse for pulse in told if pulse["channel"] == 1]
    assert {pulse["amplitude_ua"] for pulse in theirs} == {15_000}
    assert {pulse["amplitude_ua"] for pulse in ours} == {500}
    assert theirs[-1]["t_us"] < ours[0]["t_us"]
    await their_low_level(running)
    told = running.pulses()[len(told) :]
    assert [(pulse["channel"], pulse["charge_nc"]) for pulse in told] == [(8, [3_000, 0, -3_000])]
    states = running.states()
    assert states[:2] == ["ML_INIT", "ML_RUN"]
    by_itself = states[2:3] == ["ML_INIT"]  # where a loaded computer let 2 s go by before ours was there
    assert states[2 + by_itself] == "NONE", "ours stopped what it found running"
    assert states[-2:] == ["LL", "NONE"]
