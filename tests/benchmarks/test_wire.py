"""Writing and reading frames, measured against another client of the same device in the same run."""

from __future__ import annotations

import logging
import statistics
import timeit
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from science_mode_4.mid_level.mid_level_current_data import PacketMidLevelGetCurrentDataAck
from science_mode_4.mid_level.mid_level_types import MidLevelChannelConfiguration
from science_mode_4.mid_level.mid_level_update import PacketMidLevelUpdate
from science_mode_4.protocol.channel_point import ChannelPoint
from science_mode_4.protocol.protocol import Protocol

from nmes.devices.sciencemode4 import codec, responses
from nmes.devices.sciencemode4.frame import Decoder, Frame, encode
from nmes.devices.sciencemode4.requests import MlChannel, MlUpdate

pytestmark = pytest.mark.benchmark

PULSE = ((300, 40_000), (100, 0), (300, -40_000))
STATE_OF_ALL_CHANNELS = encode(Frame(41, 37, bytes.fromhex("00 04 1B 00 01 30 00")))


def median_us(work: Callable[[], object], number: int) -> float:
    """Median over 9 rounds, in µs per call."""
    return statistics.median(timeit.repeat(work, number=number, repeat=9)) / number * 1e6


def our_update(channels: int) -> bytes:
    return codec.encode(MlUpdate(tuple(MlChannel(channel, 20_000, PULSE) for channel in range(1, channels + 1))), 3)


def their_update(channels: int) -> bytes:
    points = [ChannelPoint(300, 40), ChannelPoint(100, 0), ChannelPoint(300, -40)]
    packet = PacketMidLevelUpdate()
    packet.number = 3
    packet.channel_configuration = [MidLevelChannelConfiguration(True, 0, 20, points) for _ in range(channels)]
    return Protocol.packet_to_bytes(packet)


def our_reading() -> responses.Response:
    [frame] = Decoder().feed(STATE_OF_ALL_CHANNELS)
    return codec.decode(frame)


def their_reading() -> PacketMidLevelGetCurrentDataAck:
    found = Protocol.find_packet_in_buffer(STATE_OF_ALL_CHANNELS)
    assert found is not None
    _, _, data = Protocol.extract_packet_data(STATE_OF_ALL_CHANNELS[found[0] : found[1] + 1])
    return PacketMidLevelGetCurrentDataAck(data)


@pytest.fixture(autouse=True)
def quiet_logger() -> Iterator[None]:
    """Their debug messages are not part of the comparison."""
    logging.disable(logging.INFO)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("channels", [1, 8])
def test_an_update_is_written_30_times_faster(channels: int, record_property: Callable[[str, object], None]) -> None:
    assert our_update(channels) == their_update(channels), "both write the same bytes"
    ours, theirs = median_us(partial(our_update, channels), 500), median_us(partial(their_update, channels), 20)
    record_property("ours_us", ours)
    record_property("theirs_us", theirs)
    print(f"writing {channels} channels: ours {ours:.1f} us, theirs {theirs:.1f} us, {theirs / ours:.1f} times")
    assert theirs / ours >= 30


def test_the_state_of_all_channels_is_read_3_times_faster(record_property: Callable[[str, object], None]) -> None:
    ours, theirs = median_us(our_reading, 500), median_us(their_reading, 100)
    record_property("ours_us", ours)
    record_property("theirs_us", theirs)
    print(f"reading: ours {ours:.1f} us, theirs {theirs:.1f} us, {theirs / ours:.1f} times")
    assert theirs / ours >= 3
