"""The RehaMove3's side of every byte vector worked from the document: read, built and answered, byte for byte."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from firmware_sim.sciencemode3 import replies as own
from firmware_sim.sciencemode3 import requests as read
from firmware_sim.sciencemode3.rehamove3 import RehaMove3
from firmware_sim.sciencemode3.switches import Switches
from firmware_sim.sciencemode4 import framing, replies, requests

VECTORS = Path(__file__).parents[2] / "vectors"
ROWS: list[dict[str, Any]] = tomllib.loads((VECTORS / "sciencemode3.toml").read_text("utf-8"))["vector"]
HOSTILE: list[dict[str, Any]] = tomllib.loads((VECTORS / "sciencemode4.toml").read_text("utf-8"))["hostile"]
REQUESTS = [row for row in ROWS if row["direction"] == "host_to_device"]
RESPONSES = [row for row in ROWS if row["direction"] == "device_to_host"]
STOP_PN3 = bytes.fromhex("F0 81 55 81 59 81 14 81 18 0C 22 0F")


def frames(reads: Iterable[bytes]) -> list[framing.Frame]:
    receiver = framing.Receiver()
    return [item for one in reads for item in receiver.feed(one) if isinstance(item, framing.Frame)]


def single(data: bytes) -> list[bytes]:
    return [bytes((byte,)) for byte in data]


def points_of(entries: list[dict[str, Any]]) -> tuple[tuple[int, int], ...]:
    return tuple((one["duration_us"], round(one["current_ma"] * 1000)) for one in entries)


def meant(meaning: dict[str, Any]) -> requests.Request:
    """A request in the units of the device."""
    match meaning["command"]:
        case "ll_init":
            return requests.LlInit(meaning["measurement"], meaning["high_voltage_code"])
        case "ll_channel_config":
            points = points_of(meaning["points"])
            return requests.LlChannelConfig(meaning["execute"], meaning["channel"], meaning["number_of_points"], points)
        case "ml_init":
            return requests.MlInit(stop_on_all_errors=False)
        case "ml_update":
            return requests.MlUpdate(
                tuple(
                    requests.ChannelSetting(
                        one["channel"], one["ramp"], round(one["period_ms"] * 1000), points_of(one["points"])
                    )
                    for one in meaning["channels"]
                )
            )
        case "ml_get_current_data":
            return requests.MlGetCurrentData(meaning["selector"])
        case "get_version_main":
            return requests.RehaMove3(50)
        case name:
            return {
                "ll_stop": requests.LlStop(),
                "ml_stop": requests.MlStop(),
                "get_battery_status": requests.GetBatteryStatus(),
                "get_device_id": requests.GetDeviceId(),
                "get_stim_status": requests.GetStimStatus(),
                "reset": requests.Reset(),
            }[name]


def built(meaning: dict[str, Any]) -> bytes:
    """The data of a response."""
    result = meaning["result"]
    match meaning["command"]:
        case "get_version_main_ack":
            firmware, protocol = tuple(meaning["firmware_version"]), tuple(meaning["sciencemode_version"])
            return replies.short_version(result, replies.Version(firmware, protocol, b"", 0, hash_valid=False))
        case "get_device_id_ack":
            return replies.device_id(result, meaning["device_id"].encode())
        case "get_battery_status_ack":
            return replies.battery_status(result, meaning["battery_level_percent"], meaning["battery_voltage_mv"])
        case "get_stim_status_ack":
            return replies.stim_status(result, meaning["stim_status"], meaning["high_voltage_code"])
        case "ll_channel_config_ack":
            return own.ll_channel_config(result, meaning["electrode_error_channel"] + 1)
        case "ml_get_current_data_ack":
            off = meaning["electrode_error_channels"]
            return replies.electrode_bits(result, meaning["selector"], meaning["running"], off)
        case _:
            return bytes((result,))


def test_every_vector_is_here() -> None:
    assert (len(REQUESTS), len(RESPONSES)) == (24, 42)


def test_every_frame_is_read_whole_and_byte_by_byte_and_written_back() -> None:
    wrong = []
    for row in ROWS:
        data, meaning = bytes.fromhex(row["hex"]), row["meaning"]
        whole, cut = frames([data]), frames(single(data))
        numbers = [(one.packet_number, one.command) for one in whole]
        written = [framing.encode(one.packet_number, one.command, one.data) for one in whole]
        if whole != cut or numbers != [(meaning["packet_number"], meaning["command_number"])] or written != [data]:
            wrong.append(row["name"])
    assert wrong == []


def test_every_request_means_what_the_document_says_under_every_strictness() -> None:
    strict = Switches(extra_bytes="refuse_2", reserved_bits="refuse_2", short_points="refuse_2")
    wrong = [
        row["name"]
        for row in REQUESTS
        for (frame,) in [frames([bytes.fromhex(row["hex"])])]
        for switches in (Switches(), strict)
        if read.decode(frame.command, frame.data, switches) != meant(row["meaning"])
    ]
    assert wrong == []


def test_every_response_is_built_byte_for_byte() -> None:
    wrong = [
        row["name"]
        for row in RESPONSES
        for meaning in [row["meaning"]]
        if framing.encode(meaning["packet_number"], meaning["command_number"], built(meaning))
        != bytes.fromhex(row["hex"])
    ]
    assert wrong == []


def test_a_refusal_has_the_length_of_the_reply_it_stands_for() -> None:
    refused = [
        row for row in RESPONSES if row["meaning"]["result"] in (1, 2, 7) and row["meaning"]["command_number"] < 66
    ]
    assert len(refused) == 15
    wrong = []
    for row in refused:
        number, command = row["meaning"]["packet_number"], row["meaning"]["command_number"]
        data = own.refusal(command - 1, row["meaning"]["result"], b"\2")
        if framing.encode(number, command, data) != bytes.fromhex(row["hex"]):
            wrong.append(row["name"])
    assert wrong == []


PRINTED = {
    "get_version_main_pn4": "get_version_main_ack_pn4",
    "get_device_id_pn6": "get_device_id_ack_pn6",
    "get_battery_status_pn5": "get_battery_status_ack_87_percent_3912mv",
    "get_stim_status_pn7": "get_stim_status_ack_0_hv1",
    "ll_init_pn0": "ll_init_ack_ok",
}


def test_the_device_answers_every_request_the_same_however_it_is_cut() -> None:
    """In the order of the file, each in the state the ones before left it in."""
    by_name = {row["name"]: bytes.fromhex(row["hex"]) for row in ROWS}
    told = {}
    for cut in ("whole", "single"):
        device, now_us, answers = RehaMove3(serial="RM3-000001"), 0, []
        for row in [*REQUESTS[7:], *REQUESTS[:7]]:
            data = by_name[row["name"]]
            for one in [data] if cut == "whole" else single(data):
                device.receive(one, now_us)
            now_us += 100_000
            device.advance(now_us)
            answers.append((row["name"], device.transmit(now_us)))
        told[cut] = answers
    assert told["whole"] == told["single"]
    answered = dict(told["whole"])
    assert {name: answered[name] for name in PRINTED} == {name: by_name[ack] for name, ack in PRINTED.items()}
    assert [name for name, answer in told["whole"] if not answer] == ["reset_pn8"], "its answer is currently not sent"


def test_every_hostile_stream_gives_its_frames_however_it_is_cut_and_the_device_lives_on() -> None:
    assert len(HOSTILE) == 55
    wrong = []
    for row in HOSTILE:
        chunks = [bytes.fromhex(chunk) for chunk in row["chunks"]]
        expected = [(one["packet_number"], one["command_number"]) for one in row["expected"]]
        for reads in (chunks, [b"".join(chunks)], single(b"".join(chunks))):
            if [(one.packet_number, one.command) for one in frames(reads)] != expected:
                wrong.append(row["name"])
            device = RehaMove3()
            for one in reads:
                device.receive(one, 0)
            device.restart(10**9)
            device.receive(STOP_PN3, 10**9)
            if device.transmit(2 * 10**9) != framing.encode(3, 35, b"\7"):
                wrong.append(row["name"])
    assert wrong == []
