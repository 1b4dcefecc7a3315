"""Writing and reading frames, measured against another client of the same device in the same run.

P24 and RehaMove3 write the same frames, so both are measured against science_mode_4; RehaStim2 against pysciencemode;
for ScienceMode1 no package is registered, so it is measured alone and its figures are only told. Where both write, they
write the same bytes first. Reading is not the same work everywhere: pysciencemode looks for the last byte and takes
what lies before it, with neither length, checksum nor stuffing looked at. That is less than we do, and it shows.
"""

from __future__ import annotations

import logging
import timeit
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from pysciencemode import Channel, Device
from pysciencemode.acks import get_mode_ack
from pysciencemode.rehastim2_interface import Rehastim2
from science_mode_4.general.general_stim_status import PacketGeneralGetStimStatusAck
from science_mode_4.mid_level.mid_level_current_data import PacketMidLevelGetCurrentDataAck
from science_mode_4.mid_level.mid_level_types import MidLevelChannelConfiguration
from science_mode_4.mid_level.mid_level_update import PacketMidLevelUpdate
from science_mode_4.protocol.channel_point import ChannelPoint
from science_mode_4.protocol.protocol import Protocol

from nmes.devices.sciencemode1 import codec as codec1
from nmes.devices.sciencemode2 import codec as codec2
from nmes.devices.sciencemode2.frame import Decoder as Decoder2
from nmes.devices.sciencemode2.frame import Frame as Frame2
from nmes.devices.sciencemode2.frame import encode as encode2
from nmes.devices.sciencemode2.requests import InitChannelList, StartChannelList
from nmes.devices.sciencemode2.responses import ModeAck
from nmes.devices.sciencemode4 import codec, responses
from nmes.devices.sciencemode4.frame import Decoder, Frame, encode
from nmes.devices.sciencemode4.requests import MlChannel, MlUpdate

pytestmark = pytest.mark.benchmark

PULSE = ((300, 40_000), (100, 0), (300, -40_000))
STATE_OF_ALL_CHANNELS = encode(Frame(41, 37, bytes.fromhex("00 04 1B 00 01 30 00")))
STATUS_OF_A_REHAMOVE3 = encode(Frame(41, 63, b"\0\3\6"))
STATE_OF_FOUR_CHANNELS = encode(Frame(41, 37, b"\0\2\x10"))
MODE_OF_A_REHASTIM2 = encode2(Frame2(41, 11, b"\0\2"))


def fastest_us(*work: tuple[Callable[[], object], int]) -> list[float]:
    """In µs per call: each is done so many times a round, in 9 rounds by turns; the fastest was disturbed least."""
    rounds = [[timeit.timeit(call, number=number) / number * 1e6 for call, number in work] for _ in range(9)]
    return [min(found) for found in zip(*rounds, strict=True)]


def our_update(channels: int) -> bytes:
    return codec.encode(MlUpdate(tuple(MlChannel(channel, 20_000, PULSE) for channel in range(1, channels + 1))), 3)


def their_update(channels: int) -> bytes:
    points = [ChannelPoint(300, 40), ChannelPoint(100, 0), ChannelPoint(300, -40)]
    packet = PacketMidLevelUpdate()
    packet.number = 3
    packet.channel_configuration = [MidLevelChannelConfiguration(True, 0, 20, points) for _ in range(channels)]
    return Protocol.packet_to_bytes(packet)


def our_reading(received: bytes) -> responses.Response:
    [frame] = Decoder().feed(received)
    return codec.decode(frame)


def their_data(received: bytes) -> bytes:
    found = Protocol.find_packet_in_buffer(received)
    assert found is not None
    _, _, data = Protocol.extract_packet_data(received[found[0] : found[1] + 1])
    return bytes(data)


def their_state(received: bytes) -> PacketMidLevelGetCurrentDataAck:
    return PacketMidLevelGetCurrentDataAck(their_data(received))


def their_status(received: bytes) -> PacketGeneralGetStimStatusAck:
    return PacketGeneralGetStimStatusAck(their_data(received))


@pytest.fixture(autouse=True)
def quiet_logger() -> Iterator[None]:
    """Their debug messages are not part of the comparison."""
    logging.disable(logging.INFO)
    yield
    logging.disable(logging.NOTSET)


Record = Callable[[str, object], None]


def measured(
    record: Record, what: str, ours: Callable[[], object], theirs: Callable[[], object], numbers: tuple[int, int]
) -> float:
    """How many times faster ours is; told with the figures of both."""
    ours_us, theirs_us = fastest_us((ours, numbers[0]), (theirs, numbers[1]))
    record("ours_us", ours_us)
    record("theirs_us", theirs_us)
    print(f"{what}: ours {ours_us:.1f} us, theirs {theirs_us:.1f} us, {theirs_us / ours_us:.2f} times")
    return theirs_us / ours_us


# --- P24 and RehaMove3, and science_mode_4 ---


@pytest.mark.parametrize("channels", [1, 4, 8])
def test_an_update_is_written_30_times_faster(channels: int, record_property: Record) -> None:
    """One and four channels are the RehaMove3's as well: its driver writes by the same code."""
    assert our_update(channels) == their_update(channels), "both write the same bytes"
    what = f"P24 and RehaMove3, writing {channels} channels"
    ours, theirs = partial(our_update, channels), partial(their_update, channels)
    assert measured(record_property, what, ours, theirs, (500, 20)) >= 30


def test_the_state_of_all_channels_of_a_p24_is_read_3_times_faster(record_property: Record) -> None:
    ours, theirs = partial(our_reading, STATE_OF_ALL_CHANNELS), partial(their_state, STATE_OF_ALL_CHANNELS)
    assert measured(record_property, "P24, reading", ours, theirs, (500, 100)) >= 3


def test_the_status_of_a_rehamove3_is_read_3_times_faster(record_property: Record) -> None:
    """Of its answers theirs knows this one; the state of four channels it takes for that of eight, and so misreads."""
    seen, told = our_reading(STATUS_OF_A_REHAMOVE3), their_status(STATUS_OF_A_REHAMOVE3)
    assert seen == responses.StimStatusAck(0, 3, 6)
    assert (told.successful, told.stim_status.value, told.high_voltage_on) == (True, 3, True)
    ours, theirs = partial(our_reading, STATUS_OF_A_REHAMOVE3), partial(their_status, STATUS_OF_A_REHAMOVE3)
    assert measured(record_property, "RehaMove3, reading the status", ours, theirs, (500, 100)) >= 3
    [alone_us] = fastest_us((partial(our_reading, STATE_OF_FOUR_CHANNELS), 500))
    print(f"RehaMove3, reading the state of four channels, alone: {alone_us:.1f} us")


# --- RehaStim2, and pysciencemode ---


class Received:
    """What their reader asks a port for, by pyserial's names: the bytes that wait, and then none."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def inWaiting(self) -> int:
        return len(self._data)

    def read(self, _size: int) -> bytes:
        data, self._data = self._data, b""
        return data


def their_client(channels: int) -> Rehastim2:
    """Their client without a port and its threads: what its writing and reading take from it."""
    client = object.__new__(Rehastim2)
    client.packet_count = 3
    client.set_stimulation_signal(
        [Channel("single", one, 40, 250, device_type=Device.Rehastim2) for one in range(1, channels + 1)]
    )
    client.stimulation_interval, client.inter_pulse_interval, client.low_frequency_factor = 25, 8, 0
    client.electrode_number, client.electrode_number_low_frequency = (1 << channels) - 1, 0
    return client


def our_list(channels: int) -> bytes:
    return codec2.encode(InitChannelList(tuple(range(1, channels + 1)), 25_000, 8_000), 3)


def our_list_update(channels: int) -> bytes:
    return codec2.encode(StartChannelList(((250, 40_000),) * channels), 3)


def our_mode() -> object:
    [frame] = Decoder2().feed(MODE_OF_A_REHASTIM2)
    return codec2.decode(frame)


def their_mode(client: Rehastim2) -> str:
    client.port = Received(MODE_OF_A_REHASTIM2)
    return get_mode_ack(client._read_packet()[-1])


@pytest.mark.parametrize("channels", [1, 8])
def test_a_channel_list_is_written_no_slower(channels: int, record_property: Record) -> None:
    """Three times faster where nothing else runs."""
    client = their_client(channels)
    assert our_list(channels) == client._packet_init_stimulation(), "both write the same bytes"
    assert our_list_update(channels) == client._packet_start_stimulation(), "both write the same bytes"
    what, numbers = f"RehaStim2, writing a list of {channels} channels", (500, 100)
    ours = partial(our_list, channels)
    assert measured(record_property, what, ours, client._packet_init_stimulation, numbers) >= 1
    what, ours = f"RehaStim2, writing {channels} channels", partial(our_list_update, channels)
    assert measured(record_property, what, ours, client._packet_start_stimulation, numbers) >= 1


def test_a_mode_is_read_with_every_check_in_at_most_20_times_their_time(record_property: Record) -> None:
    """Theirs is faster, 4 times on a quiet computer: no length, no checksum, no stuffing is looked at.

    So a byte that changed on the line is an answer for it, and another one than was given.
    """
    client = their_client(1)
    assert our_mode() == ModeAck(0, 2)
    assert their_mode(client) == "Stimulation started"
    times = measured(record_property, "RehaStim2, reading", our_mode, partial(their_mode, client), (500, 500))
    assert times >= 0.05
    garbled = bytearray(MODE_OF_A_REHASTIM2)
    garbled[-2] ^= 3
    client.port = Received(bytes(garbled))
    assert get_mode_ack(client._read_packet()[-1]) == "Stimulation initialized", "what was not checked"
    assert Decoder2().feed(bytes(garbled)) == []


# --- RehaStim 1: no package for it is registered ---


def test_a_rehastim_1_is_written_and_read_alone(record_property: Record) -> None:
    """Only told: there is nobody to compare with in the same run."""
    slots = tuple(codec1.Slot(250, 40_000) for _ in range(8))
    work = {
        "a list of 8 channels": partial(codec1.encode, codec1.ListInit(tuple(range(1, 9)), 25_000, 6_000)),
        "8 channels": partial(codec1.encode, codec1.ListUpdate(slots)),
        "reading": partial(codec1.decode, 0x41),
    }
    for what, ours in work.items():
        [alone_us] = fastest_us((ours, 500))
        record_property(what, alone_us)
        print(f"RehaStim 1, {what}, alone: {alone_us:.1f} us")
