"""The call sequences of science_mode_4's own examples, on a pseudo-terminal and a socket, with the package unmodified.

Shorter than there, where an example only waits; the calls, their order and their values are theirs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import pairwise
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
    ResultAndError,
)
from strangers.line import Running, simulator


@pytest.fixture(scope="module", params=["pty", pytest.param("tcp", marks=pytest.mark.campaign)])
def on_both_lines(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with simulator(tmp_path_factory.mktemp("trace"), request.param) as found:
        yield found


@pytest.fixture
def running(on_both_lines: Running) -> Running:
    """One simulator for all examples, one after the other: each begins as it finds it."""
    return on_both_lines.from_now()


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Running]:
    """A pseudo-terminal is enough where the line plays no part."""
    with simulator(tmp_path, "pty") as found:
        yield found


async def acknowledgements(low, count):
    """What their packet buffer holds, polled as the examples do, until `count` pulses are acknowledged."""
    found = []
    async with asyncio.timeout(40):
        while len(found) < count:
            ack = low.packet_buffer.get_packet_from_buffer()
            if ack is None:
                await asyncio.sleep(0.005)
            elif ack.command == Commands.LOW_LEVEL_CHANNEL_CONFIG_ACK:
                found.append(ack)
    return found


@pytest.mark.thorough
async def test_general(running):
    with running.connection() as connection:
        device = DeviceP24(connection)
        await device.initialize()
        general = device.get_layer_general()
        assert (general.device_id, general.firmware_version, general.science_mode_version) == (
            "P24-SIM001",
            "0.1.0",
            "4.0.0",
        )


@pytest.mark.thorough
async def test_low_level(running):
    """Four channels of one connector at once, twice; acknowledgements come by themselves."""
    with running.connection() as connection:
        device = DeviceP24(connection)
        await device.initialize()
        low = device.get_layer_low_level()
        await low.init(LowLevelMode.NO_MEASUREMENT, LowLevelHighVoltageSource.STANDARD)
        acks = []
        for connector, ma in ((Connector.GREEN, 10), (Connector.YELLOW, 10.5)):
            for channel in Channel:
                points = [ChannelPoint(1000, ma), ChannelPoint(4000, 0), ChannelPoint(1000, -ma)]
                low.send_channel_config(True, channel, connector, points)
            acks += await acknowledgements(low, 4)
        await low.stop()
    assert [(ack.connector, ack.channel, ack.result.name) for ack in acks] == [
        (connector, channel, "NO_ERROR") for connector in (Connector.GREEN, Connector.YELLOW) for channel in Channel
    ]
    pulses = running.pulses()
    assert [pulse["channel"] for pulse in pulses] == [5, 6, 7, 8, 1, 2, 3, 4]
    assert [pulse["charge_nc"] for pulse in pulses] == [[10_000, 0, -10_000]] * 4 + [[10_500, 0, -10_500]] * 4
    starts = [pulse["t_us"] for pulse in pulses[:4]]
    assert all(later - earlier >= 6_060 for earlier, later in pairwise(starts))
    assert running.states() == ["LL", "NONE"]


async def measured(running, mode):
    """The sequence of the example that plots: eight pulses of growing length and current, sent at once, twice."""
    with running.connection() as connection:
        device = DeviceP24(connection)
        await device.initialize()
        low = device.get_layer_low_level()
        await low.init(mode, LowLevelHighVoltageSource.STANDARD)
        acks = []
        for _ in range(2):
            for connector in Connector:
                for channel in Channel:
                    us, ma = 500 * (channel + 1), 10 * (channel + 1)
                    points = [ChannelPoint(us, ma), ChannelPoint(us, 0), ChannelPoint(us, -ma), ChannelPoint(us, 0)]
                    low.send_channel_config(True, channel, connector, points)
            acks += await acknowledgements(low, 8)
        await low.stop()
    pulses = running.pulses()
    assert len(acks) == len(pulses) == 16
    for ack, pulse in zip(acks, pulses, strict=True):
        assert (ack.result, ack.mode, len(ack.measurement_samples)) == (ResultAndError.NO_ERROR, mode, 128)
        assert ack.connector * 4 + ack.channel + 1 == pulse["channel"]
    return list(zip(acks, pulses, strict=True))


@pytest.mark.thorough
async def test_low_level_plot(running):
    """What the samples decode to is what flowed, in mA [inferred]."""
    for ack, pulse in await measured(running, LowLevelMode.STIM_CURRENT):
        told_nc = sum(ack.measurement_samples) * ack.sampling_time_in_microseconds
        assert told_nc == pytest.approx(sum(abs(charge) for charge in pulse["charge_nc"]), rel=0.02)
        assert max(ack.measurement_samples) == pulse["peak_current_ua"] / 1000


@pytest.mark.thorough
async def test_low_level_plot_of_the_voltage(terminal):
    """The same in V [inferred]: into a good pad, charged by the end of each phase, 1.8 V for each mA."""
    for ack, pulse in await measured(terminal, LowLevelMode.STIM_VOLTAGE):
        assert max(ack.measurement_samples) == pytest.approx(pulse["peak_current_ua"] * 1.8 / 1000, rel=0.05)


@pytest.mark.thorough
async def test_low_level_measures_the_high_voltage_source(terminal):
    with terminal.connection() as connection:
        device = DeviceP24(connection)
        await device.initialize()
        low = device.get_layer_low_level()
        await low.init(LowLevelMode.HIGH_VOLTAGE_SOURCE, LowLevelHighVoltageSource.STANDARD)
        low.send_channel_config(True, Channel.RED, Connector.YELLOW, [ChannelPoint(200, 10)])
        (ack,) = await acknowledgements(low, 1)
        await low.stop()
    assert ack.measurement_samples == [150.0] * 128


@pytest.mark.thorough
async def test_low_level_not_executed_and_without_voltage(terminal):
    """Their package sends the points in any case."""
    with terminal.connection() as connection:
        low = DeviceP24(connection).get_layer_low_level()
        await low.init(LowLevelMode.NO_MEASUREMENT, LowLevelHighVoltageSource.STANDARD)
        low.send_channel_config(False, Channel.BLUE, Connector.YELLOW, [ChannelPoint(200, 10), ChannelPoint(200, -10)])
        (ack,) = await acknowledgements(low, 1)
        await low.stop()
        low.send_init(LowLevelMode.NO_MEASUREMENT, LowLevelHighVoltageSource.OFF)
        low.send_channel_config(True, Channel.RED, Connector.YELLOW, [ChannelPoint(200, 10)])
        (dark,) = await acknowledgements(low, 1)
        await low.stop()
    assert (ack.channel, ack.result, dark.result) == (1, ResultAndError.NO_ERROR, ResultAndError.NO_ERROR)
    assert terminal.pulses() == []


@pytest.mark.thorough
async def test_mid_level_simple(running):
    with running.connection() as connection:
        device = DeviceP24(connection)
        await device.initialize()
        first = MidLevelChannelConfiguration(
            True, 3, 20, [ChannelPoint(200, 20), ChannelPoint(100, 0), ChannelPoint(200, -20)]
        )
        second = MidLevelChannelConfiguration(
            True, 3, 10, [ChannelPoint(100, 10), ChannelPoint(100, 0), ChannelPoint(100, -10)]
        )
        mid = device.get_layer_mid_level()
        await mid.init(True)
        await mid.update([first, second])
        for _ in range(3):
            data = await mid.get_current_data()
            assert data.is_stimulation_active_per_channel[:3] == [True, True, False]
            await asyncio.sleep(0.1)
        await mid.stop()
    by_channel = {ch: [p for p in running.pulses() if p["channel"] == ch] for ch in (1, 2)}
    assert [p["amplitude_ua"] for p in by_channel[1]][:5] == [5_000, 10_000, 15_000, 20_000, 20_000]
    assert [p["amplitude_ua"] for p in by_channel[2]][:5] == [2_500, 5_000, 7_500, 10_000, 10_000]
    assert abs(len(by_channel[2]) - 2 * len(by_channel[1])) <= 1
    assert {p["net_charge_nc"] for p in running.pulses()} == {0.0}


@pytest.mark.thorough
async def test_mid_level_update(running):
    """Eight channels at 50 mA, channels toggled, the current changed while it runs, faults looked at."""
    current = 50
    configuration = [
        MidLevelChannelConfiguration(
            True, 0, 20, [ChannelPoint(250, current), ChannelPoint(250, -current), ChannelPoint(250, 0)]
        )
        for _ in range(8)
    ]
    with running.connection() as connection:
        device = DeviceP24(connection)
        await device.initialize()
        mid = device.get_layer_mid_level()
        await mid.init(False)
        await mid.update(configuration)
        _, active, errors = await mid.get_current_data()
        assert (active, set(errors)) == ([True] * 8, {ResultAndError.NO_ERROR})
        configuration[2].is_active = configuration[7].is_active = False
        await mid.update(configuration)
        _, active, _ = await mid.get_current_data()
        assert [k for k, on in enumerate(active, 1) if not on] == [3, 8]
        for change in (1, -10):
            current = max(0, min(130, current + change))
            for one in configuration:
                one.points[0].current_in_milli_ampere = current
                one.points[1].current_in_milli_ampere = -current
            await mid.update(configuration)
            await asyncio.sleep(0.05)
        configuration[2].is_active = True
        await mid.update(configuration)
        await asyncio.sleep(0.05)
        await mid.stop()
    told = running.pulses()
    assert {p["amplitude_ua"] for p in told} == {50_000, 51_000, 41_000}
    assert told[-1]["amplitude_ua"] == 41_000
    assert {p["amplitude_ua"] for p in told if p["channel"] == 3} == {50_000, 41_000}
    assert {p["contact"] for p in told} == {"good"}


@pytest.mark.thorough
async def test_reset_is_acknowledged_and_the_device_is_there_again(terminal):
    with terminal.connection() as connection:
        device = DeviceP24(connection)
        await device.get_layer_mid_level().init(True)
        await device.get_layer_general().reset()
        await device.initialize()
        assert (await device.get_layer_general().get_stim_status()).stim_status.name == "NO_LEVEL_INITIALIZED"


@pytest.mark.thorough
async def test_mixing_levels_is_refused_as_their_hints_say(terminal):
    with terminal.connection() as connection:
        device = DeviceP24(connection)
        await device.initialize()
        await device.get_layer_low_level().init(LowLevelMode.NO_MEASUREMENT, LowLevelHighVoltageSource.STANDARD)
        with pytest.raises(Exception, match="NOT_INITIALIZED"):
            await device.get_layer_mid_level().init(True)
        await device.initialize()
        await device.get_layer_mid_level().init(True)
        with pytest.raises(Exception, match="NOT_INITIALIZED"):
            await device.get_layer_low_level().init(LowLevelMode.NO_MEASUREMENT, LowLevelHighVoltageSource.STANDARD)
    assert terminal.states() == ["LL", "NONE", "ML_INIT"]
