"""Somebody else's client, unmodified, drives the simulator: science_mode_4 over a pseudo-terminal and a socket."""

import asyncio
import json
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
import serial
from science_mode_4 import ChannelPoint, DeviceP24, MidLevelChannelConfiguration, SerialPortConnection

ROOT = Path(__file__).parents[2]


class SocketConnection(SerialPortConnection):
    """The same connection on a pyserial URL, which the package itself does not offer."""

    def __init__(self, url):
        super().__init__("unused")
        self._ser = serial.serial_for_url(url, do_not_open=True, timeout=0, write_timeout=1)


@pytest.fixture(params=["pty", "tcp"])
def simulator(request, tmp_path):
    """A running simulator: its connection, not yet open, and its trace file."""
    trace = tmp_path / "trace.jsonl"
    command = [sys.executable, "-m", "firmware_sim", "--serve", request.param, "--trace", str(trace), "--load", "worn"]
    process = subprocess.Popen([*command, "7=open"], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert select.select([process.stdout], [], [], 10)[0]
        url = process.stdout.readline().decode().split()[1]
        yield (SerialPortConnection(url) if request.param == "pty" else SocketConnection(url)), trace
    finally:
        process.terminate()
        process.communicate(timeout=5)


def pulses(trace):
    told = [json.loads(text) for text in trace.read_text("utf-8").splitlines()]
    return [(line["t_us"], line["pulse"]) for line in told if "pulse" in line]


def biphasic(ma, us):
    return [ChannelPoint(us, ma), ChannelPoint(100, 0), ChannelPoint(us, -ma)]


async def wait_for_pulses(trace, count):
    deadline = time.monotonic() + 10
    while len(pulses(trace)) < count:
        assert time.monotonic() < deadline, "no pulses in time"
        await asyncio.sleep(0.01)


async def test_it_initialises_updates_polls_and_stops_and_the_skin_gets_what_it_asked_for(simulator):
    connection, trace = simulator
    connection.open()
    try:
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
        await wait_for_pulses(trace, 20)
        data = await mid.get_current_data()
        assert [k for k, active in enumerate(data.is_stimulation_active_per_channel, 1) if active] == [1, 4]
        assert (await general.get_stim_status()).stim_status.name == "MID_LEVEL_RUNNING"
        await mid.stop()
        status = await general.get_stim_status()
        assert (status.stim_status.name, status.high_voltage_on) == ("NO_LEVEL_INITIALIZED", False)
    finally:
        connection.close()
    given = {channel: [(t, p) for t, p in pulses(trace) if p["channel"] == channel] for channel in (1, 4)}
    assert [p["current_ua"][0] for _, p in given[1]][:5] == [2_500, 5_000, 7_500, 10_000, 10_000]
    assert {tuple(p["phase_us"]) for _, p in given[1]} == {(250, 100, 250)}
    assert {tuple(p["current_ua"]) for _, p in given[4]} == {(12_500, 0, -12_500)}
    assert {tuple(p["charge_nc"]) for _, p in given[4]} == {(1500.0, 0.0, -1500.0)}
    start_us = given[1][0][0]
    for channel, period_us in ((1, 20_000), (4, 30_000)):
        late = [t - start_us - k * period_us for k, (t, _) in enumerate(given[channel])]
        assert all(0 <= delay <= 660 for delay in late), late


async def test_it_sees_an_electrode_error(simulator):
    connection, trace = simulator
    connection.open()
    try:
        mid = DeviceP24(connection).get_layer_mid_level()
        await mid.init(do_stop_on_all_errors=False)
        await mid.update([None] * 6 + [MidLevelChannelConfiguration(True, 0, 20, biphasic(20, 200))])
        await wait_for_pulses(trace, 1)
        with pytest.raises(Exception, match="ELECTRODE_ERROR"):
            await mid.get_current_data()
        await mid.stop()
    finally:
        connection.close()
    assert [p["peak_current_ua"] for _, p in pulses(trace)] == [0]


async def test_what_it_gets_wrong_is_refused_and_harmless(simulator):
    connection, trace = simulator
    connection.open()
    try:
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
    finally:
        connection.close()
    assert pulses(trace) == []
