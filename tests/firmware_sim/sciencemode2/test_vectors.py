"""The device's side of every ScienceMode2 vector, and of every hostile stream, whole and one byte at a time."""

import pytest

from firmware_sim.sciencemode2 import framing, replies, requests
from firmware_sim.sciencemode2.framing import Frame, Receiver
from firmware_sim.sciencemode2.requests import Command, signed

MODES = {"single": 1, "doublet": 2, "triplet": 3}


def hexa(text: str) -> bytes:
    return bytes.fromhex(text)


def frames(*reads: bytes) -> list[Frame]:
    receiver = Receiver(framing.WIRE)
    return [item for read in reads for item in receiver.feed(read) if isinstance(item, Frame)]


def one_by_one(stream: bytes) -> list[bytes]:
    return [bytes((byte,)) for byte in stream]


def test_there_are_85_vectors_and_12_hostile_streams(vectors):
    assert [len(vectors[table]) for table in ("vector", "hostile")] == [85, 12]


def test_the_checksum_is_the_documented_one(vectors):
    assert framing.checksum(b"123456789") == vectors["framing"]["crc_check_123456789"] == 0xF4
    assert framing.checksum(bytes((1, 1, 1))) == 0x79


def test_every_frame_is_read_and_written_back_byte_for_byte_however_it_is_cut(vectors):
    wrong = []
    for row in vectors["vector"]:
        line, meaning = hexa(row["hex"]), row["meaning"]
        whole, bytewise = frames(line), frames(*one_by_one(line))
        written = [framing.encode(one.packet_number, one.command, one.data) for one in whole]
        numbers = [(one.packet_number, one.command) for one in whole]
        expected = [(meaning["packet_number"], meaning["command_number"])]
        if whole != bytewise or written != [line] or numbers != expected or len(line) != row["length"]:
            wrong.append(row["name"])
    assert wrong == []


def test_every_request_means_what_the_document_says(vectors):
    rows = [row for row in vectors["vector"] if row["direction"] == "host_to_device"]
    wrong = []
    for row in rows:
        (frame,) = frames(hexa(row["hex"]))
        if requests.decode(frame.command, frame.data) != request_of(row["meaning"]):
            wrong.append(row["name"])
    assert wrong == []
    assert len(rows) > 30


def request_of(meaning: dict) -> requests.Request:
    number = meaning["command_number"]
    match number:
        case Command.INIT_ACK:
            return requests.InitAck(meaning["result"])
        case Command.WATCHDOG:
            return requests.Watchdog()
        case Command.GET_STIMULATION_MODE:
            return requests.GetStimulationMode()
        case Command.GET_MOTOMED_MODE:
            return requests.GetMotomedMode()
        case Command.STOP_CHANNEL_LIST:
            return requests.StopChannelList()
        case Command.INIT_CHANNEL_LIST:
            return requests.InitChannelList(
                skips=meaning["low_frequency_factor"],
                channels=tuple(meaning["active_channels"]),
                low_frequency=tuple(meaning["low_frequency_channels"]),
                group_us=round(meaning["inter_pulse_interval_ms"] * 1000),
                main_us=round(meaning["main_interval_ms"] * 1000),
                execution=meaning["channel_execution"],
            )
        case Command.START_CHANNEL_LIST:
            return requests.StartChannelList(
                tuple(
                    requests.Entry(MODES[one["mode"]], one["pulse_width_us"], one["current_ma"])
                    for one in meaning["channels"]
                )
            )
        case Command.SINGLE_PULSE:
            return requests.SinglePulse(meaning["channel"], meaning["pulse_width_us"], meaning["current_ma"])
    assert number in requests.MOTOMED, meaning
    return requests.Motomed()


def test_what_the_device_says_is_built_byte_for_byte(vectors):
    never_said = {"phase_result", "actual_values", "motomed_command_done", "motomed_error"}
    wrong = []
    for row in vectors["vector"]:
        meaning = row["meaning"]
        if row["direction"] == "device_to_host" and meaning["command"] not in never_said:
            built = framing.encode(meaning["packet_number"], meaning["command_number"], data_of(meaning))
            if built != hexa(row["hex"]):
                wrong.append(row["name"])
    assert wrong == []


def data_of(meaning: dict) -> bytes:
    match meaning["command"]:
        case "init":
            return bytes((meaning["version"],))
        case "unknown_command":
            return bytes((meaning["echoed_command"],))
        case "stimulation_error":
            return replies.plain(meaning["error"])
    if "mode" in meaning:
        return replies.mode(meaning["mode"])
    return replies.plain(meaning["result"])


def test_every_hostile_stream_gives_its_frames_however_it_is_cut(vectors):
    wrong = []
    for row in vectors["hostile"]:
        expected = [Frame(one["packet_number"], one["command_number"], hexa(one["data"])) for one in row["expected"]]
        chunks = [hexa(chunk) for chunk in row["chunks"]]
        stream = b"".join(chunks)
        cuts = range(0, len(stream) + 1, 1 if len(stream) < 100 else 97)
        ways = [chunks, [stream], one_by_one(stream), *([stream[:cut], stream[cut:]] for cut in cuts)]
        if any(frames(*reads) != expected for reads in ways):
            wrong.append(row["name"])
        receiver = Receiver(framing.WIRE)
        receiver.feed(stream)
        if receiver.pending != row["pending"]:
            wrong.append(f"{row['name']}: pending")
    assert wrong == []


def test_after_any_hostile_stream_the_device_answers_the_next_packet(vectors, new_host):
    for row in vectors["hostile"]:
        host = new_host()
        for chunk in row["chunks"]:
            for byte in hexa(chunk):
                host.device.receive(bytes((byte,)), host.now_us)
        host.to(host.now_us + 100_000)
        if row["pending"]:
            host.send(10)
            host.to(host.now_us + 100_000)
        assert host.ask(10)[0] == 0, row["name"]


def test_every_refusal_of_the_vectors_is_one_the_device_can_give(host):
    """The results a connected device has: 0, -1, -2, -3, -4 and -8, and no other."""
    assert {int(result) for result in replies.Result} == {0, -1, -2, -3, -4, -8}
    assert signed(replies.byte(replies.Result.BUSY)) == -8


def test_a_packet_whose_length_does_not_fit_its_field_is_never_sent():
    assert len(framing.encode(0, 32, bytes(253))) == framing.MAXIMUM_BYTES
    with pytest.raises(ValueError, match="exceeds 261"):
        framing.encode(0, 32, bytes(254))
