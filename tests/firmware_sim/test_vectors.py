"""The device's side of every byte vector worked from the vendor's manual."""

import tomllib
from pathlib import Path

import pytest

from firmware_sim.device import P24, Switches
from firmware_sim.sciencemode4 import framing, replies, requests
from helpers.rows import bundled

VECTORS = tomllib.loads((Path(__file__).parents[1] / "vectors" / "sciencemode4.toml").read_text("utf-8"))


def every(table: str):
    return bundled(table, VECTORS[table], ids=lambda row: row["name"])


def hexa(text: str) -> bytes:
    return bytes.fromhex(text)


def test_there_are_181_vectors_14_refusals_and_55_hostile_streams():
    assert [len(VECTORS[table]) for table in ("vector", "refused", "hostile")] == [181, 14, 55]


def test_the_checksum_is_crc_16_xmodem():
    assert framing.checksum(b"123456789") == 0x31C3


@every("vector")
def test_every_frame_is_read_and_written_back_byte_for_byte(vector):
    (frame,) = framing.Receiver().feed(hexa(vector["hex"]))
    meaning = vector["meaning"]
    assert isinstance(frame, framing.Frame)
    assert (frame.packet_number, frame.command) == (meaning["packet_number"], meaning["command_number"])
    written = framing.encode(frame.packet_number, frame.command, frame.data)
    assert written == hexa(vector["hex"])
    assert len(written) == vector["length"]


@every("vector")
def test_every_request_means_what_the_manual_says_and_every_reply_is_built_byte_for_byte(vector):
    meaning = vector["meaning"]
    if vector["direction"] == "host_to_device":
        (frame,) = framing.Receiver().feed(hexa(vector["hex"]))
        assert told(requests.decode(frame.command, frame.data)) == expected_request(meaning)
    else:
        number, command = meaning["packet_number"], meaning["command_number"]
        assert framing.encode(number, command, reply_data(meaning)) == hexa(vector["hex"])


def expected_request(meaning: dict) -> dict:
    """The vector's meaning in the units of the device."""
    drop = ("command_number", "packet_number", "high_voltage_v", "connector")
    told = {key: value for key, value in meaning.items() if key not in drop}
    if meaning["command"] == "get_version_main":
        return {"command": "rehamove3", "number": 50}
    if meaning["command"] == "ll_channel_config":
        told["points"] = points_of(meaning.get("points", []))
    if meaning["command"] == "ml_update":
        told["channels"] = [
            {
                "channel": entry["channel"],
                "ramp": entry["ramp"],
                "period_us": round(entry["period_ms"] * 1000),
                "points": points_of(entry["points"]),
            }
            for entry in meaning["channels"]
        ]
    return told


def points_of(entries: list[dict]) -> list[tuple[int, int]]:
    return [(entry["duration_us"], round(entry["current_ma"] * 1000)) for entry in entries]


def told(request: requests.Request) -> dict:
    match request:
        case requests.LlInit(measurement, code):
            return {"command": "ll_init", "measurement": measurement, "high_voltage_code": code}
        case requests.LlChannelConfig(execute, channel, count, points):
            return {
                "command": "ll_channel_config",
                "execute": execute,
                "channel": channel,
                "number_of_points": count,
                "points": [tuple(point) for point in points],
            }
        case requests.LlStop():
            return {"command": "ll_stop"}
        case requests.MlInit(stop_all):
            return {"command": "ml_init", "stop_on_all_errors": stop_all}
        case requests.MlUpdate(channels):
            return {
                "command": "ml_update",
                "channels": [
                    {
                        "channel": setting.channel,
                        "ramp": setting.ramp,
                        "period_us": setting.period_us,
                        "points": [tuple(point) for point in setting.points],
                    }
                    for setting in channels
                ],
            }
        case requests.MlStop():
            return {"command": "ml_stop"}
        case requests.MlGetCurrentData(selector):
            return {"command": "ml_get_current_data", "selector": selector}
        case requests.RehaMove3(number):
            return {"command": "rehamove3", "number": number}
        case requests.GetDeviceId():
            return {"command": "get_device_id"}
        case requests.GetBatteryStatus():
            return {"command": "get_battery_status"}
        case requests.Reset():
            return {"command": "reset"}
        case requests.GetStimStatus():
            return {"command": "get_stim_status"}
        case requests.GetExtendedVersion():
            return {"command": "get_extended_version"}
        case requests.Unknown(number):
            return {"command": "unknown", "number": number}
        case requests.Malformed(_, why):
            return {"command": "malformed", "why": why}


def reply_data(meaning: dict) -> bytes:
    result = meaning["result"]
    match meaning["command"]:
        case "ml_get_current_data_ack" if meaning["selector"] == 4:
            errors = [0] * 8
            for state in meaning["channel_states"]:
                errors[state["channel"] - 1] = state["state"]
            return replies.all_channels(result, meaning["active_channels"], errors)
        case "ml_get_current_data_ack":
            off = meaning["electrode_error_channels"]
            return replies.electrode_bits(result, meaning["selector"], meaning["running"], off)
        case "get_stim_status_ack":
            return replies.stim_status(result, meaning["stim_status"], meaning["high_voltage_code"])
        case "get_device_id_ack":
            text = meaning["device_id"]
            return replies.device_id(result, b"" if text == "ten 00 bytes" else text.encode())
        case "get_battery_status_ack":
            return replies.battery_status(result, meaning["battery_level_percent"], meaning["battery_voltage_mv"])
        case "get_extended_version_ack":
            version = replies.Version(
                tuple(meaning["firmware_version"]),
                tuple(meaning["sciencemode_version"]),
                bytes.fromhex(meaning["firmware_hash"]),
                meaning["firmware_hash_type"],
                meaning["firmware_hash_valid"],
            )
            return replies.extended_version(result, version)
        case "ll_channel_config_ack":
            return replies.ll_channel_config(
                result,
                meaning["channel"],
                meaning["measurement"],
                meaning.get("sampling_time_us", 0),
                meaning.get("samples", ()),
            )
        case _:
            return bytes((result,))


@every("vector")
def test_a_refusal_with_result_7_has_the_length_of_the_reply_it_stands_for(vector):
    meaning = vector["meaning"]
    plain = meaning.get("channel_states", []) == [] and meaning.get("channel", 1) == 2
    zeroed = meaning["command"] in ("get_stim_status_ack", "get_device_id_ack", "get_extended_version_ack")
    if meaning.get("result") in (1, 2, 7) and (plain or zeroed):
        request = b"\xa2" if meaning["command"] == "ll_channel_config_ack" else b""
        data = replies.refusal(meaning["command_number"] - 1, meaning["result"], request)
        assert framing.encode(meaning["packet_number"], meaning["command_number"], data) == hexa(vector["hex"])


@every("refused")
def test_every_refused_request_gets_exactly_the_expected_reply(refused):
    device = P24(Switches())
    if refused["state"] == "mid_level_initialized":
        device.receive(framing.encode(0, 30, b"\1"), 0)
        device.transmit(80_000)
    else:
        assert refused["state"] == "none"
    device.receive(hexa(refused["hex"]), 100_000)
    assert device.transmit(200_000) == hexa(refused["reply"])
    device.advance(3_000_000)
    assert device.stage.trace == []


@pytest.mark.parametrize("extra", [b"\0", b"\x12\x34\x56"])
def test_bytes_behind_the_last_parameter_are_ignored_unless_switched_to_a_refusal(extra):
    assert isinstance(requests.decode(34, extra), requests.MlStop)
    assert isinstance(requests.decode(34, extra, True), requests.Malformed)
