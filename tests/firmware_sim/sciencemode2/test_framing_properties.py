"""Whatever comes over the line: any packet survives, any cut gives the same packets, noise costs only itself."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.sciencemode2 import framing
from firmware_sim.sciencemode2.framing import Frame, Receiver

packets = st.tuples(st.integers(0, 255), st.integers(0, 255), st.binary(max_size=60))
noise = st.binary(max_size=20).map(lambda data: data.replace(b"\xf0", b"\x0f"))


@settings(max_examples=25)
@given(st.lists(st.tuples(noise, packets), max_size=4), st.lists(st.integers(0, 300), max_size=4))
def test_packets_come_through_noise_and_cuts(stream, cuts):
    line = b"".join(quiet + framing.encode(*packet) for quiet, packet in stream)
    expected = [Frame(*packet) for _, packet in stream]
    places = sorted({0, len(line), *(cut for cut in cuts if cut < len(line))})
    receiver = Receiver(framing.WIRE)
    items = [item for a, b in pairwise(places) for item in receiver.feed(line[a:b])]
    assert [item for item in items if isinstance(item, Frame)] == expected
    assert not receiver.pending


@settings(max_examples=25)
@given(packets, st.integers(0, 400), st.integers(0, 7))
def test_one_bit_turned_over_never_gives_another_packet(packet, place, bit):
    line = bytearray(framing.encode(*packet))
    line[place % len(line)] ^= 1 << bit
    good = [item for item in Receiver(framing.WIRE).feed(bytes(line)) if isinstance(item, Frame)]
    assert good in ([], [Frame(*packet)])
