"""Somebody else's client, unmodified, drives the simulator: science_mode_4 over a pseudo-terminal and a socket."""

import asyncio

import pytest
from science_mode_4 import ChannelPoint, DeviceP24, MidLevelChannelConfiguration
from strangers.line import simulator


@pytest.fixture(params=["pty", "tcp"])
def running(request, tmp_path):
    """A running simulator on worn pads, channel 7 open."""
    with simulator(tmp_path, request.param, "--load", "worn", "7=open") as found:
        yield found


def biphasic(ma, us):
    return [ChannelPoint(us, ma), ChannelPoint(100, 0), ChannelPoint(us, -ma)]


async def some_pulses(running, count):
    async with asyncio.timeout(40):
        while len(running.pulses()) < count:
            await asyncio.sleep(0.01)


@pytest.mark.thorough
async def test_it_initialises_updates_polls_and_stops_and_the_skin_gets_what_it_asked_for(running):
    with running.connection() as connection:
        device = DeviceP24(connection)
        await device.initialize()
        general, mid = device.get_layer_general(), device.get_layer_mid_level()
        assert general.device_id == "P24-SIM001"
        assert general.science_mode_version == "4.0.0"
        await mid.init(do_stop_on_all_errors=True)
        asked = {
            1: MidLevelChannelConfiguration(True, 3, 20, biphasic(10, 250)),
            4: MidLevelChannelConfiguration(True, 0, 30, biphasic(12.5, 120)),
        }
        await mid.update([asked.get(channel) for channel in range(1, 9)])
        await some_pulses(running, 20)
        data = await mid.get_current_data()
        assert [k for k, active in enumerate(data.is_stimulation_active_per_channel, 1) if active] == [1, 4]
        assert (await general.get_stim_status()).stim_status.name == "MID_LEVEL_RUNNING"
        await mid.stop()
        status = await general.get_stim_status()
        assert (status.stim_status.name, status.high_voltage_on) == ("NO_LEVEL_INITIALIZED", False)
    given = {channel: [p for p in running.pulses() if p["channel"] == channel] for channel in (1, 4)}
    assert [p["current_ua"][0] for p in given[1]][:5] == [2_500, 5_000, 7_500, 10_000, 10_000]
    assert {tuple(p["phase_us"]) for p in given[1]} == {(250, 100, 250)}
    assert {tuple(p["current_ua"]) for p in given[4]} == {(12_500, 0, -12_500)}
    assert {tuple(p["charge_nc"]) for p in given[4]} == {(1500.0, 0.0, -1500.0)}
    start_us = given[1][0]["t_us"]
    for channel, period_us in ((1, 20_000), (4, 30_000)):
        late = [p["t_us"] - start_us - k * period_us for k, p in enumerate(given[channel])]
        assert all(0 <= delay <= 660 for delay in late), late


@pytest.mark.thorough
async def test_it_sees_an_electrode_error(running):
    with running.connection() as connection:
        mid = DeviceP24(connection).get_layer_mid_level()
        await mid.init(do_stop_on_all_errors=False)
        await mid.update([None] * 6 + [MidLevelChannelConfiguration(True, 0, 20, biphasic(20, 200))])
        await some_pulses(running, 1)
        with pytest.raises(Exception, match="ELECTRODE_ERROR"):
            await mid.get_current_data()
        await mid.stop()
    assert [p["peak_current_ua"] for p in running.pulses()] == [0]


@pytest.mark.thorough
async def test_what_it_gets_wrong_is_refused_and_harmless(running):
    with running.connection() as connection:
        mid = DeviceP24(connection).get_layer_mid_level()
        with pytest.raises(Exception, match="NOT_INITIALIZED"):
            await mid.update([MidLevelChannelConfiguration(True, 0, 20, biphasic(20, 200))])
        await mid.init(do_stop_on_all_errors=True)
        for bad in (
            MidLevelChannelConfiguration(True, 0, 20, biphasic(140, 200)),  # above 130 mA
            MidLevelChannelConfiguration(True, 0, 16_384, biphasic(20, 200)),  # goes out as period code 0
            MidLevelChannelConfiguration(True, 0, 20, []),  # 16 points announced, none sent
        ):
            with pytest.raises(Exception, match="PARAMETER_ERROR"):
                await mid.update([bad])
        await mid.stop()
    assert running.pulses() == []
