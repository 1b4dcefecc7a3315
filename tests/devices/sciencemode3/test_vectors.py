"""Every frame of a RehaMove3 in the vector file: written to the byte, read whole and in pieces."""

from __future__ import annotations

from typing import Any

from devices.sciencemode4.vectors import OF_REHAMOVE3, raw

from nmes.devices.sciencemode4 import codec, diagnosis, requests, responses
from nmes.devices.sciencemode4.frame import Decoder
from nmes.devices.sciencemode4.numbers import Command

BARE: dict[str, Any] = {
    "get_device_id": requests.GetDeviceId(),
    "get_stim_status": requests.GetStimStatus(),
    "get_version_main": requests.GetVersionMain(),
    "get_battery_status": requests.GetBatteryStatus(),
    "ml_init": requests.MlInit(stop_on_all_errors=False),
    "ml_stop": requests.MlStop(),
    "ll_stop": requests.LlStop(),
    "reset": diagnosis.Reset(),
}


def points_of(described: list[dict[str, Any]]) -> tuple[tuple[int, int], ...]:
    return tuple((point["duration_us"], int(point["current_ma"] * 1000)) for point in described)


def request_of(m: dict[str, Any]) -> Any:
    match m["command"]:
        case "ml_get_current_data":
            return requests.MlGetCurrentData(m["selector"])
        case "ml_update":
            return requests.MlUpdate(
                tuple(
                    requests.MlChannel(c["channel"], int(c["period_ms"] * 1000), points_of(c["points"]), 500, c["ramp"])
                    for c in m["channels"]
                )
            )
        case "ll_init":
            return diagnosis.LlInit(m["measurement"], m["high_voltage_code"])
        case "ll_channel_config":
            return diagnosis.LlChannelConfig(m["channel"], points_of(m["points"]))
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
            return responses.DeviceId(result, m["device_id"])
        case "get_version_main_ack":
            return responses.VersionMain(result, tuple(m["firmware_version"]), tuple(m["sciencemode_version"]))
        case "get_battery_status_ack":
            return responses.BatteryStatus(result, m["battery_level_percent"], m["battery_voltage_mv"])
        case "get_stim_status_ack":
            return responses.StimStatusAck(result, m["stim_status"], m["high_voltage_code"])
        case "ml_get_current_data_ack":
            group = (m["running"], tuple(m["electrode_error_channels"]))
            return responses.CurrentData(result, responses.ElectrodeBits((group,)))
        case "ll_channel_config_ack":
            # the field counts from 0 and is valid with an electrode error only [source: SM3 document, 4.3]
            return responses.LlChannelConfigAck(result, m["electrode_error_channel"] + 1, 0, 0, ())
        case _:
            return responses.Ack(Command(m["command_number"]), result)


def test_every_request_is_written_as_the_vector_says() -> None:
    vectors = [one for one in OF_REHAMOVE3 if one["direction"] == "host_to_device"]
    wrong = [
        one["name"]
        for one in vectors
        if codec.encode(request_of(one["meaning"]), one["meaning"]["packet_number"]) != raw(one["hex"])
    ]
    assert not wrong
    assert len(vectors) == 24


def test_every_response_is_read_as_the_vector_says_whole_and_byte_by_byte() -> None:
    vectors = [one for one in OF_REHAMOVE3 if one["direction"] == "device_to_host"]
    wrong = []
    for one in vectors:
        whole, single, data = Decoder().feed(raw(one["hex"])), Decoder(), raw(one["hex"])
        pieces = [frame for byte in data for frame in single.feed(bytes((byte,)))]
        told = [(frame.packet_number, codec.decode(frame)) for frame in whole]
        if pieces != whole or told != [(one["meaning"]["packet_number"], response_of(one["meaning"]))]:
            wrong.append(one["name"])
    assert not wrong
    assert len(vectors) == 42
