"""Each fault of the line: exact, proven by the bytes, reproducible, and blind to how bytes are cut into reads."""

from __future__ import annotations

from random import Random

import pytest

from firmware_sim.sciencemode4 import framing
from firmware_sim.simulator import Simulator
from helpers.simulated import POLL, STATUS, STOP, Rig, us

BYTE_FAULTS = ("drop_bytes", "corrupt_bytes", "duplicate_bytes")
SPOILING = [
    *((kind, {"permille": 300, "unit": unit}) for kind in BYTE_FAULTS for unit in ("byte", "frame")),
    ("delay_bytes", {"delay_us": 1000, "jitter_us": 5000}),
    ("split_bytes", {"piece": 3, "gap_us": 700}),
]


def inject(rig: Rig, kind: str, lasts: float | None = 0.5, **params: object) -> int:
    return rig.sim.inject(kind, at_us=us(1), for_us=None if lasts is None else us(lasts), **params)


def ask_all(rig: Rig, start: float = 0.9, step: float = 0.01, count: int = 70) -> None:
    for k in range(count):
        rig.ask(STATUS, b"", start + k * step)
    rig.run(start + count * step + 0.5, poll=None)


# --- nothing arrives ---


def test_a_mute_device_does_what_it_is_told_and_its_bytes_are_lost():
    rig = Rig().running()
    number = inject(rig, "mute")
    rig.run(1.2)
    rig.ask(STOP, b"", 1.21)
    rig.run(1.6)
    assert rig.pulses(1.21) == []
    assert rig.answers(STOP) == []
    assert rig.answers(POLL, 1.0, 1.5) == []
    assert rig.answers(POLL, 1.5)
    told = rig.sim.injection(number)
    assert (told.began_us, told.ended_us, told.first_effect_us) == (1_000_000, 1_500_000, 1_001_000)
    assert told.effects == 4 * 19 + 13, "four polls and the stop"


def test_a_deaf_device_hears_no_stop():
    rig = Rig().running()
    number = inject(rig, "deaf")
    rig.run(1.2)
    rig.ask(STOP, b"", 1.21)
    rig.run(1.45)
    rig.ask(STOP, b"", 1.5)
    rig.run(2, poll=None)
    assert [at for at, _ in rig.answers(STOP)] == [1.54]
    assert rig.pulses()[-1].t_us == 1_480_000
    assert rig.sim.injection(number).first_effect_us is not None


def test_a_line_that_is_gone_loses_bytes_both_ways_and_those_under_way():
    rig = Rig().running()
    number = inject(rig, "disconnect")
    rig.run(0.999)
    rig.ask(STATUS, b"", 0.9995)  # its answer would come at 1.0005
    rig.run(1.3)
    assert not rig.sim.line_up
    rig.ask(STOP, b"", 1.31)
    rig.run(2)
    assert rig.sim.line_up
    assert rig.answers(STATUS) == []
    assert rig.answers(STOP) == []
    assert rig.answers(POLL, 1.0, 1.5) == []
    assert rig.answers(POLL, 1.5)
    assert rig.pulses()[-1].t_us > 1_900_000, "the device knows nothing of it"
    assert rig.sim.injection(number).began_us == 1_000_000


@pytest.mark.parametrize("reads", [True, False])
def test_a_line_that_goes_takes_nothing_back_from_the_host_whenever_it_reads(reads):
    sim = Simulator()
    sim.receive(framing.encode(7, STATUS), us(0.1))
    number = sim.inject("disconnect", at_us=us(0.102), for_us=us(0.1))
    sim.advance(us(0.1015))
    told = sim.transmit(us(0.1015)) if reads else b""
    sim.advance(us(1))
    told += sim.transmit(us(1))
    assert told == framing.encode(7, STATUS + 1, b"\0\0\1")
    assert sim.injection(number).effects == 1, "the cut itself"


# --- bytes are spoiled ---


@pytest.mark.parametrize(("kind", "params"), SPOILING)
def test_bytes_are_spoiled_within_the_time_of_the_fault_only(kind, params):
    rig, clean = Rig(seed=3), Rig(seed=3)
    number = inject(rig, kind, **params)
    ask_all(rig)
    ask_all(clean)
    assert rig.sim.injection(number).effects > 5
    assert us(1) <= rig.sim.injection(number).first_effect_us < us(1.5)
    assert [one for one in rig.line if one[0] < 1] == [one for one in clean.line if one[0] < 1]
    assert rig.line != clean.line
    # what follows a frame that was begun under the fault may be late; the last frames are as they would have been
    assert rig.line[-3:] == clean.line[-3:]


@pytest.mark.parametrize(("kind", "params"), SPOILING)
def test_the_same_seed_spoils_the_same_bytes_and_another_seed_others(kind, params):
    rigs = [Rig(seed=seed) for seed in (5, 5, 6)]
    for rig in rigs:
        inject(rig, kind, **params)
        ask_all(rig)
    assert rigs[0].line == rigs[1].line
    assert rigs[0].sim.digest == rigs[1].sim.digest
    if kind != "split_bytes":  # which draws nothing
        assert rigs[0].line != rigs[2].line


@pytest.mark.parametrize(("kind", "params"), SPOILING)
def test_what_is_spoiled_does_not_depend_on_how_the_bytes_were_cut(kind, params):
    stream = b"noise" + b"".join(framing.encode(number, STATUS) for number in range(40)) + b"\xf0\x81tail"
    results = set()
    for cuts in range(8):
        random, sim = Random(cuts), Simulator(seed=9, digest=True)
        sim.inject(kind, direction="to_device", **params)
        left = stream
        while left:
            size = len(left) if cuts == 0 else random.randint(1, 30)
            sim.receive(left[:size], 1000)
            left = left[size:]
        sim.advance(10_000_000)
        results.add((sim.digest, sim.injection(1).effects, sim.transmit(10_000_000)))
    assert len(results) == 1


def test_a_dropped_frame_is_dropped_whole_and_a_doubled_one_comes_twice():
    for kind, expected in (("drop_bytes", []), ("duplicate_bytes", [7, 7, 8, 8])):
        rig = Rig()
        rig.sim.inject(kind, permille=1000, unit="frame", direction="to_host")
        rig.send(framing.encode(7, STATUS), 0.1)
        rig.send(framing.encode(8, STATUS), 0.2)
        rig.run(1, poll=None)
        assert [frame.packet_number for _, frame in rig.replies] == expected


def test_a_corrupted_frame_has_one_bit_turned_over():
    rig = Rig()
    number = rig.sim.inject("corrupt_bytes", permille=1000, unit="frame", direction="to_host")
    rig.send(framing.encode(7, STATUS), 0.1)
    rig.run(1, poll=None)
    ((_, spoiled),) = rig.line
    whole = framing.encode(7, STATUS + 1, b"\0\0\1")
    assert sum((a ^ b).bit_count() for a, b in zip(spoiled, whole, strict=True)) == 1
    assert rig.sim.injection(number).effects == 1


@pytest.mark.parametrize("direction", ["to_device", "to_host"])
def test_a_direction_that_is_not_meant_is_left_alone(direction):
    rig = Rig()
    rig.sim.inject("drop_bytes", permille=1000, direction=direction)
    rig.send(framing.encode(1, 30, b"\1"), 0.1)
    rig.run(1, poll=None)
    assert rig.sim.state.name == ("NONE" if direction == "to_device" else "ML_INIT")
    assert rig.line == []


def test_delayed_requests_take_effect_late_and_never_overtake():
    rig = Rig().running()
    number = inject(rig, "delay_bytes", delay_us=300_000, direction="to_device")
    rig.run(1.45)
    rig.ask(STOP, b"", 1.49)
    rig.ask(STATUS, b"", 1.51)  # the fault is over, but the stop is still on the cable
    rig.run(2, poll=None)
    assert rig.pulses()[-1].t_us == 1_780_000
    assert [round(at, 6) for at, _ in rig.answers(STATUS)] == [1.83], "after the stop's 40 ms"
    assert rig.answers(STATUS)[0][1] == b"\0\0\1"
    assert rig.sim.injection(number).first_effect_us is not None


def test_a_split_answer_comes_byte_by_byte():
    rig = Rig()
    number = rig.sim.inject("split_bytes", gap_us=500, direction="to_host")
    rig.send(framing.encode(7, STATUS), 0.1)
    rig.run(1, poll=None)
    whole = framing.encode(7, STATUS + 1, b"\0\0\1")
    assert [data for _, data in rig.line] == [whole[k : k + 1] for k in range(len(whole))]
    assert [us(at) for at, _ in rig.line] == [101_000 + 500 * k for k in range(len(whole))]
    assert rig.sim.injection(number).effects == len(whole) - 1
