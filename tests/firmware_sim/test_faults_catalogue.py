"""Faults are put in by name and parameters: nonsense is one sentence, and a fault lives from waiting to over."""

from __future__ import annotations

import pytest

from firmware_sim.faults.catalogue import KINDS, Channel, checked
from firmware_sim.faults.params import Whole
from firmware_sim.simulator import Simulator
from helpers.rows import bundled
from helpers.simulated import Rig, us

SPECIFIED = [
    "electrode_off",
    "electrode_dry",
    "electrode_open",
    "electrode_short",
    "gain_error",
    "stuck_output",
    "dac_offset",
    "charge_imbalance",
    "drop_bytes",
    "corrupt_bytes",
    "duplicate_bytes",
    "delay_bytes",
    "split_bytes",
    "mute",
    "deaf",
    "disconnect",
    "reset",
    "hang",
    "supply_sag",
    "clock_drift",
    "wrong_version",
    "lying_ack",
]


def test_every_kind_is_there_and_can_be_put_in_with_its_defaults():
    assert list(KINDS) == SPECIFIED
    for kind, row in KINDS.items():
        sim = Simulator()
        number = sim.inject(kind, for_us=10, channel=1 if row.channel is Channel.NEEDED else None)
        sim.advance(20)
        told = sim.injection(number)
        assert (told.kind, told.state) == (kind, "over")
        assert row.does
        assert row.counts in told.proof


@bundled(
    ("kind", "more", "said"),
    [
        ("electrode_of", {}, "unknown fault 'electrode_of'; did you mean electrode_off?"),
        ("soup", {}, "unknown fault 'soup'; known: electrode_off, "),
        ("electrode_off", {}, "electrode_off needs a channel from 1 to 8"),
        ("electrode_off", {"channel": 9}, "a channel is a whole number from 1 to 8, not 9"),
        ("electrode_off", {"channel": True}, "a channel is a whole number from 1 to 8, not True"),
        ("mute", {"channel": 1}, "mute is not put on one channel"),
        ("mute", {"loud": 1}, "mute does not know 'loud'; it takes no parameters"),
        ("gain_error", {"gain": 1}, "gain_error does not know 'gain'; it takes gain_permille"),
        (
            "gain_error",
            {"gain_permille": 10_001},
            "gain_permille is a whole number from 0 to 10000 (per mille), not 10001",
        ),
        ("gain_error", {"gain_permille": 1.5}, "gain_permille is a whole number"),
        ("hang", {"output": "loud"}, "output is one of dead_man, goes_on, not 'loud'"),
        ("wrong_version", {"firmware": "1.2"}, "firmware is three numbers 0 to 255 like 1.2.3, not '1.2'"),
        ("wrong_version", {"firmware": "1.2.256"}, "firmware is three numbers"),
        ("stuck_output", {"mode": "after_stop", "level_ua": 1}, "level_ua belongs to mode level"),
        ("mute", {"at_us": 99}, "mute: 99 us has passed; it is 100 us"),
        ("mute", {"for_us": 0}, "mute: a duration is 1 us or more, not 0"),
    ],
)
def test_nonsense_is_one_sentence_and_puts_nothing_in(kind, more, said):
    sim = Simulator()
    sim.advance(100)
    with pytest.raises(ValueError, match=r"\w") as refused:
        sim.inject(kind, **more)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert sim.injections() == ()


def test_numbers_are_accepted_up_to_their_bounds_and_not_beyond():
    for kind, row in KINDS.items():
        channel = 1 if row.channel is Channel.NEEDED else None
        for name, takes in row.takes.items():
            if isinstance(takes, Whole):
                assert checked(kind, channel, {name: takes.least})[name] == takes.least
                assert checked(kind, channel, {name: takes.most})[name] == takes.most
                for beyond in (takes.least - 1, takes.most + 1):
                    with pytest.raises(ValueError, match=name):
                        checked(kind, channel, {name: beyond})


def test_a_fault_waits_acts_and_is_over():
    rig = Rig().running()
    number = rig.sim.inject("gain_error", at_us=us(1), for_us=us(1))
    rig.run(0.5)
    told = rig.sim.injection(number)
    assert (told.state, told.began_us, told.ended_us, told.proof) == ("waiting", None, None, "waits for 1.000000 s")
    rig.run(1.5)
    told = rig.sim.injection(number)
    assert (told.state, told.began_us, told.ended_us) == ("active", us(1), None)
    rig.run(3)
    told = rig.sim.injection(number)
    assert (told.state, told.began_us, told.ended_us, told.effects) == ("over", us(1), us(2), 50)


def test_a_fault_is_cleared_at_once_and_one_that_waits_never_begins():
    rig = Rig().running()
    first = rig.sim.inject("gain_error")
    second = rig.sim.inject("gain_error", at_us=us(1))
    rig.run(0.5)
    rig.sim.clear(second)
    rig.sim.clear(first)
    rig.run(1.5)
    assert rig.sim.injection(first).ended_us == us(0.5)
    told = rig.sim.injection(second)
    assert (told.state, told.began_us, told.effects) == ("over", None, 0)
    assert {p.peak_current_ua for p in rig.pulses(0.51)} == {20_000}
    with pytest.raises(ValueError, match="there is no injection 7"):
        rig.sim.clear(7)


def test_clearing_all_leaves_a_whole_device():
    rig = Rig().running(c1=10)
    for kind, row in KINDS.items():
        if kind not in ("reset", "supply_sag"):
            rig.sim.inject(kind, channel=1 if row.channel is Channel.NEEDED else None)
    rig.run(0.5)
    rig.sim.clear()
    rig.run(1)
    assert {p.charge_pc for p in rig.pulses(0.52)} == {(3_000_000, 0, -3_000_000)}
    assert {one.state for one in rig.sim.injections()} == {"over"}
    assert rig.answers(36, 0.6)


@pytest.mark.thorough
def test_injections_are_bounded_and_the_oldest_that_are_over_are_forgotten():
    sim = Simulator()
    for _ in range(1200):
        sim.clear(sim.inject("mute"))
    assert [one.id for one in sim.injections()] == list(range(201, 1201))
    for _ in range(1000):
        sim.inject("mute", at_us=10**9)
    with pytest.raises(ValueError, match="there are 1000 injections that wait or act already"):
        sim.inject("mute")


def test_a_fault_that_begins_and_ends_is_told_in_the_trace():
    rig = Rig().running()
    rig.sim.inject("gain_error", at_us=us(1), for_us=us(0.5))
    rig.run(2)
    told = [event for event in rig.sim.stage.events if type(event).__name__ in ("FaultBegan", "FaultEnded")]
    assert [(type(one).__name__, one.t_us, one.injection) for one in told] == [
        ("FaultBegan", us(1), 1),
        ("FaultEnded", us(1.5), 1),
    ]
    assert told[1].effects == 25


def test_how_often_time_is_told_changes_nothing():
    """The promise of exactness: a caller that wakes up rarely sees the same trace as one that wakes up always."""
    digests = set()
    for step_us in (1_000, 7_777, 2_000_000):
        rig = Rig(seed=4)
        sim = rig.sim
        for k, kind in enumerate(("gain_error", "corrupt_bytes", "clock_drift", "delay_bytes", "split_bytes", "hang")):
            sim.inject(kind, at_us=200_000 + 50_003 * k, for_us=300_000)
        sim.inject("stuck_output", at_us=50_000, mode="after_stop")
        rig.running()
        stops_us = 1_234_567
        for now_us in sorted({*range(step_us, 2_000_001, step_us), stops_us, 2_000_000}):
            if now_us > sim.now_us:
                sim.receive(b"", now_us)
            if now_us == stops_us:
                sim.receive(bytes.fromhex("F0 81 55 81 59 81 14 81 18 0C 22 0F"), now_us)
        sim.advance(2_000_000)
        digests.add(sim.digest)
    assert len(digests) == 1
