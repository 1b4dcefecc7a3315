"""Every request and response of the vector file, field by field, and every value the device must never be sent."""

from __future__ import annotations

from typing import Any

import pytest
from devices.sciencemode4.vectors import REQUESTS, RESPONSES, framed, name, raw
from hypothesis import given
from hypothesis import strategies as st

from helpers.rows import bundled
from nmes.devices.sciencemode4 import codec, diagnosis, requests, responses
from nmes.devices.sciencemode4.frame import Decoder, Frame
from nmes.devices.sciencemode4.numbers import Command
from nmes.devices.sciencemode4.requests import MlChannel, MlUpdate
from nmes.devices.sciencemode4.responses import Malformed

BARE: dict[str, Any] = {
    "get_device_id": requests.GetDeviceId(),
    "get_stim_status": requests.GetStimStatus(),
    "get_extended_version": requests.GetExtendedVersion(),
    "ml_stop": requests.MlStop(),
    "ll_stop": requests.LlStop(),
    "reset": diagnosis.Reset(),
    "get_version_main": requests.GetVersionMain(),
    "get_battery_status": requests.GetBatteryStatus(),
}
PULSE = ((300, 40_000), (100, 0), (300, -40_000))


def points_of(described: list[dict[str, Any]]) -> tuple[tuple[int, int], ...]:
    return tuple((point["duration_us"], int(point["current_ma"] * 1000)) for point in described)


def request_of(meaning: dict[str, Any]) -> Any:
    match meaning["command"]:
        case "ml_init":
            return requests.MlInit(meaning["stop_on_all_errors"])
        case "ml_get_current_data":
            return requests.MlGetCurrentData(meaning["selector"])
        case "ml_update":
            return MlUpdate(
                tuple(
                    MlChannel(
                        c["channel"],
                        int(c["period_ms"] * 1000),
                        points_of(c["points"]),
                        250 if c["double_accuracy"] else 500,
                        c["ramp"],
                    )
                    for c in meaning["channels"]
                )
            )
        case "ll_init":
            return diagnosis.LlInit(meaning["measurement"], meaning["high_voltage_code"])
        case "ll_channel_config":
            return diagnosis.LlChannelConfig(meaning["channel"], points_of(meaning.get("points", [])))
        case bare:
            return BARE[bare]


def response_of(m: dict[str, Any]) -> Any:
    result = m["result"]
    match m["command"]:
        case "general_error":
            return responses.GeneralError(result)
        case "unknown_cmd":
            return responses.UnknownCmd(result)
        case "get_device_id_ack":
            return responses.DeviceId(result, m["device_id"].rstrip("\0"))
        case "get_stim_status_ack":
            return responses.StimStatusAck(result, m["stim_status"], m["high_voltage_code"])
        case "get_battery_status_ack":
            return responses.BatteryStatus(result, m["battery_level_percent"], m["battery_voltage_mv"])
        case "get_extended_version_ack":
            return responses.ExtendedVersion(
                result,
                tuple(m["firmware_version"]),
                tuple(m["sciencemode_version"]),
                raw(m["firmware_hash"]),
                m["firmware_hash_type"],
                m["firmware_hash_valid"],
            )
        case "ml_get_current_data_ack":
            return responses.CurrentData(result, body_of(m))
        case "ll_channel_config_ack":
            return responses.LlChannelConfigAck(
                result, m["channel"], m["measurement"], m.get("sampling_time_us", 0), tuple(m.get("samples", []))
            )
        case _:
            return responses.Ack(Command(m["command_number"]), result)


def body_of(m: dict[str, Any]) -> Any:
    if m["selector"] == 4:
        codes = {state["channel"]: state["state"] for state in m["channel_states"]}
        active = sum(1 << channel - 1 for channel in m["active_channels"])
        return responses.ChannelStates(active, tuple(codes.get(channel, 0) for channel in range(1, 9)))
    faulty = m["electrode_error_channels"]
    spans = ((1, 2, 3, 4),) if m["selector"] == 2 else ((1, 2, 3, 4), (5, 6, 7, 8))
    return responses.ElectrodeBits(tuple((m["running"], tuple(c for c in span if c in faulty)) for span in spans))


@bundled("vector", REQUESTS, ids=name)
def test_every_request_is_written_as_the_vector_says(vector: dict[str, Any]) -> None:
    request = request_of(vector["meaning"])
    assert codec.encode(request, vector["meaning"]["packet_number"]) == raw(vector["hex"])


@bundled("vector", RESPONSES, ids=name)
def test_every_response_is_read_as_the_vector_says(vector: dict[str, Any]) -> None:
    [frame] = Decoder().feed(raw(vector["hex"]))
    assert codec.decode(frame) == response_of(vector["meaning"])


def test_the_vector_file_has_its_181_frames() -> None:
    assert len(REQUESTS) + len(RESPONSES) == 181


points = st.tuples(st.integers(10, 4095), st.integers(-260, 260).map(lambda code: code * 500))
channels = st.builds(
    lambda channel, code, grid, pts, ramp: MlChannel(channel, code * grid, pts, grid, ramp),
    st.integers(1, 8),
    st.integers(1, 32766),
    st.sampled_from([500, 250]),
    st.lists(points, min_size=1, max_size=16).map(tuple),
    st.integers(0, 15),
)
updates = st.lists(channels, max_size=8, unique_by=lambda c: c.channel).map(
    lambda cs: MlUpdate(tuple(sorted(cs, key=lambda c: c.channel)))
)


def read_update(data: bytes) -> MlUpdate:
    """The update taken apart with plain arithmetic from the manual's tables."""
    found, at = [], 1
    for channel in (k + 1 for k in range(8) if data[0] >> k & 1):
        count, ramp = (data[at] >> 4) + 1, data[at] & 15
        word = data[at + 1] * 256 + data[at + 2]
        grid = 250 if word % 2 else 500
        at += 3
        pts = []
        for _ in range(count):
            bits = int.from_bytes(data[at : at + 4], "big")
            assert bits % 1024 == 0, "the reserved bits are 0"
            pts.append((bits >> 20, ((bits >> 10) % 1024 - 300) * 500))
            at += 4
        found.append(MlChannel(channel, word // 2 * grid, tuple(pts), grid, ramp))
    assert at == len(data)
    return MlUpdate(tuple(found))


@pytest.mark.thorough
@given(updates, st.integers(0, 63))
def test_any_update_says_on_the_line_what_was_meant(update: MlUpdate, packet_number: int) -> None:
    size = len(codec.encode(update, packet_number)) if sum(len(c.points) for c in update.channels) < 100 else 0
    assert size <= 1200
    assert read_update(update.data()) == update


@bundled(
    "channel",
    [
        MlChannel(1, 20_000, ((300, 130_500), (300, -130_500))),
        MlChannel(1, 20_000, ((300, 10_300), (300, -10_300))),
        MlChannel(1, 20_000, ((9, 10_000), (9, -10_000))),
        MlChannel(1, 20_000, ((4096, 10_000), (4096, -10_000))),
        MlChannel(1, 20_000, ()),
        MlChannel(1, 20_000, ((300, 10_000), (300, -10_000)) * 9),
        MlChannel(1, 20_000, PULSE, ramp=16),
        MlChannel(1, 20_000, PULSE, ramp=-1),
        MlChannel(1, 0, PULSE),
        MlChannel(1, 20_250, PULSE),
        MlChannel(1, 20_100, PULSE, grid_us=250),
        MlChannel(1, 20_000, PULSE, grid_us=1000),
        MlChannel(1, 16_383_500, PULSE),
        MlChannel(1, 8_191_750, PULSE, grid_us=250),
        MlChannel(0, 20_000, PULSE),
        MlChannel(9, 20_000, PULSE),
    ],
)
def test_what_the_device_cannot_play_is_refused_before_it_is_written(channel: MlChannel) -> None:
    with pytest.raises(ValueError, match=r"channel|point"):
        codec.encode(MlUpdate((channel,)), 0)


@pytest.mark.parametrize("order", [(2, 1), (3, 3)])
def test_a_channel_twice_or_out_of_order_is_refused(order: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="ascending"):
        codec.encode(MlUpdate(tuple(MlChannel(c, 20_000, PULSE) for c in order)), 0)


@pytest.mark.parametrize(
    "request_",
    [
        diagnosis.LlInit(4, 0),
        diagnosis.LlInit(0, 7),
        diagnosis.LlChannelConfig(9, PULSE),
        diagnosis.LlChannelConfig(0, PULSE),
        diagnosis.LlChannelConfig(1, PULSE * 6),
    ],
)
def test_low_level_values_out_of_range_are_refused(request_: Any) -> None:
    with pytest.raises(ValueError, match=r"measurement|channel"):
        codec.encode(request_, 0)


@bundled("vector", RESPONSES, ids=name)
def test_a_response_cut_short_is_malformed_or_says_less_but_never_fails_otherwise(vector: dict[str, Any]) -> None:
    [frame] = Decoder().feed(raw(vector["hex"]))
    whole = codec.decode(frame)
    with pytest.raises(Malformed):
        codec.decode(Frame(frame.packet_number, frame.command, b""))
    for size in range(1, len(frame.data)):
        try:
            shorter = codec.decode(Frame(frame.packet_number, frame.command, frame.data[:size]))
        except Malformed:
            continue
        assert isinstance(shorter, responses.CurrentData | responses.LlChannelConfigAck)
        assert shorter.result == whole.result  # type: ignore[union-attr]  # the isinstance above says so


def test_a_refusal_without_a_body_is_read_as_a_result() -> None:
    assert codec.decode(Frame(0, 37, b"\x07")) == responses.CurrentData(7, None)
    assert codec.decode(Frame(0, 37, b"\x0a\x05\x01")) == responses.CurrentData(10, None)


def test_a_request_number_is_no_response() -> None:
    [frame] = Decoder().feed(framed(0, 34))
    with pytest.raises(Malformed, match="no response"):
        codec.decode(frame)
