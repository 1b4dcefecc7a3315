"""The device's side of every ScienceMode1 vector, and of every hostile stream, whole and one byte at a time."""

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.sciencemode1 import packets
from firmware_sim.sciencemode1.packets import Kind, Receiver
from firmware_sim.sciencemode1.rehastim1 import RehaStim1
from firmware_sim.stage.trace import Replied

KINDS = {
    "channel_list_init": Kind.INIT,
    "channel_list_update": Kind.UPDATE,
    "channel_list_stop": Kind.STOP,
    "single_pulse": Kind.SINGLE,
}
MODES = {"single": 1, "doublet": 2, "triplet": 3}


def hexa(text: str) -> bytes:
    return bytes.fromhex(text)


def taken(stream: bytes, listed: int | None) -> list[bytes]:
    receiver = Receiver()
    return [packet for byte in stream if (packet := receiver.take(byte, listed)) is not None]


def test_there_are_25_vectors_and_7_hostile_streams(vectors):
    assert [len(vectors[table]) for table in ("vector", "hostile")] == [25, 7]


def test_every_packet_is_taken_whole_and_means_what_the_document_says(vectors):
    wrong = []
    for row in vectors["vector"]:
        meaning, line = row["meaning"], hexa(row["hex"])
        if row["direction"] == "host_to_device":
            (packet,) = taken(b"\x00\x7f" + line, len(meaning.get("channels", ())))
            if packet != line or packets.decode(packet) != meant(meaning):
                wrong.append(row["name"])
        elif packets.acknowledgement(KINDS[meaning["acknowledges"]], ok=meaning["ok"]) != line:
            wrong.append(row["name"])
    assert wrong == []


def meant(meaning: dict) -> packets.Packet:
    match KINDS[meaning["command"]]:
        case Kind.INIT:
            return packets.Init(
                skips=meaning["n_factor"],
                channels=tuple(meaning["active_channels"]),
                low_frequency=tuple(meaning["low_frequency_channels"]),
                group_us=round(meaning["group_time_ms"] * 1000),
                main_us=round(meaning["main_time_ms"] * 1000),
            )
        case Kind.UPDATE:
            return packets.Update(
                tuple(
                    packets.Entry(MODES[one["mode"]], one["pulse_width_us"], one["current_ma"])
                    for one in meaning["channels"]
                )
            )
        case Kind.STOP:
            return packets.Stop()
        case Kind.SINGLE:
            return packets.Single(meaning["channel"], meaning["pulse_width_us"], meaning["current_ma"])


def test_every_hostile_stream_takes_effect_and_is_acknowledged_as_expected_however_it_is_cut(vectors):
    wrong = []
    for row in vectors["hostile"]:
        stream = hexa(row["hex"])
        reads = [[stream], [bytes((byte,)) for byte in stream]]
        reads += [[stream[:cut], stream[cut:]] for cut in range(len(stream))]
        for way in reads:
            device = RehaStim1()
            for read in way:
                device.receive(read, 0)
            device.advance(50_000)
            replied = [event for event in device.stage.events if isinstance(event, Replied)]
            accepted = [KINDS[name] for name in row["accepted"]]
            told = device.transmit(50_000)
            if told != hexa(row["acknowledgements"]) or [one.number for one in replied if one.result] != accepted:
                wrong.append((row["name"], way))
    assert wrong == []


def test_every_host_packet_of_the_vectors_is_acknowledged_by_a_device_that_is_ready_for_it(vectors, new_host):
    """The document's own update example has a triplet that its own initialisation leaves no room for."""
    for row in vectors["vector"]:
        meaning = row["meaning"]
        if row["direction"] == "host_to_device":
            host = new_host(long_group="accepted")
            if meaning["command"] == "channel_list_update":
                host.init([one["channel"] for one in meaning["channels"]], main_ms=16.5, group_ms=6)
            kind = KINDS[meaning["command"]]
            assert host.raw(hexa(row["hex"])) == packets.acknowledgement(kind, ok=True), row["name"]


@settings(max_examples=25)
@given(st.binary(max_size=40), st.integers(0, 8))
def test_after_any_bytes_the_next_packet_is_taken(noise, listed):
    receiver = Receiver()
    for byte in noise:
        receiver.take(byte, listed)
    whole = bytes.fromhex("88 00 20 00 30 26")
    assert [receiver.take(byte, listed) for byte in whole] == [None] * 5 + [whole]


@settings(max_examples=25)
@given(st.sampled_from(["88 00 20 00 30 26", "A0 02 2C 14", "C0", "E2 21 48 78"]), st.integers(1, 31))
def test_a_packet_with_any_other_sum_is_refused(line, error):
    packet = bytearray.fromhex(line)
    kind = packets.kind_of(packet[0])
    assert not isinstance(packets.decode(bytes(packet)), packets.Bad)
    packet[0] ^= (error % 7 + 1) << 2 if kind is Kind.INIT else error
    assert packets.decode(bytes(packet)) == packets.Bad(kind, "checksum")
