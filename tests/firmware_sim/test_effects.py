"""An effect is a difference at the skin or on the line against the same moment without this one fault."""

from __future__ import annotations

from itertools import pairwise

import pytest

from firmware_sim.sciencemode4 import framing
from helpers.rows import bundled
from helpers.simulated import INIT, STOP, UPDATE, VERSION, Rig, train, update, us


def effects_of(rig: Rig, kind: str, to: float = 2.0, **fault: object) -> int:
    """Of a fault from 1 s to 1.5 s: 25 pulses at 50 Hz."""
    number = rig.sim.inject(kind, at_us=us(1), for_us=us(0.5), **fault)
    rig.run(to)
    return rig.sim.injection(number).effects


# --- what makes no difference is none ---


@bundled(
    ("kind", "load", "ma", "fault"),
    [
        ("gain_error", "open", 5, {"gain_permille": 2000}),
        ("gain_error", "dry", 130, {"gain_permille": 1100}),
        ("dac_offset", "open", 5, {"channel": 1}),
        ("stuck_output", "good", 5, {"level_ua": 5_000}),
        ("gain_error", "good", 5, {"channel": 2}),
        ("electrode_off", "open", 5, {"channel": 1}),
        ("electrode_open", "open", 5, {"channel": 1}),
        ("electrode_short", "short", 5, {"channel": 1}),
        ("electrode_dry", "worn", 5, {"channel": 1, "load": "worn"}),
        ("electrode_off", "good", 5, {"channel": 2}),
        ("supply_sag", "good", 5, {"compliance_mv": 60_000}),
        ("supply_sag", "dry", 130, {"compliance_mv": 150_000}),
        ("clock_drift", "good", 5, {"ppm": 0}),
        ("delay_bytes", "good", 5, {"delay_us": 0}),
        ("wrong_version", "good", 5, {"firmware": "0.1.0", "sciencemode": "4.0.0"}),
    ],
)
def test_a_fault_that_changes_no_pulse_and_no_byte_has_no_effect(kind, load, ma, fault):
    rig = Rig(loads={1: load}).running(c1=ma)
    rig.ask(VERSION, b"", 0.2)
    number = rig.sim.inject(kind, at_us=us(0.3), for_us=us(0.5), **fault)
    rig.run(0.4)
    rig.ask(VERSION, b"", 0.41)
    rig.run(1)
    assert rig.sim.injection(number).effects == 0


def test_a_pad_with_less_contact_already_is_not_lifted_by_a_smaller_fault():
    rig = Rig().running(c1=12)
    rig.sim.set_contact(1, 300)
    assert effects_of(rig, "electrode_off", channel=1, contact_permille=900) == 0


def test_of_two_faults_on_a_pad_the_one_that_is_covered_has_no_effect():
    rig = Rig().running(c1=4)
    covered = rig.sim.inject("electrode_short", at_us=us(0.9), channel=1)
    assert effects_of(rig, "electrode_open", channel=1) == 25
    assert rig.sim.injection(covered).effects == 5 + 26, "the pulses before, and those after it"


def test_of_two_weak_supplies_the_weaker_is_the_one_that_acts():
    rig = Rig(loads={1: "dry"}).running(c1=10)
    less = rig.sim.inject("supply_sag", compliance_mv=100_000)
    assert effects_of(rig, "supply_sag", compliance_mv=60_000) > 0
    assert rig.sim.injection(less).effects == 0, "10 mA need less than 100 V"


def test_an_update_to_what_is_running_already_is_not_ignored_by_a_lie():
    rig = Rig().running(c1=20)
    number = rig.sim.inject("lying_ack", at_us=us(1))
    rig.run(1.2)
    rig.send(update(3, c1=20), 1.21)
    assert rig.sim.injection(number).effects == 0
    rig.send(update(4, c1=21), 1.31)
    assert rig.sim.injection(number).effects == 1


# --- what makes one is one ---


def test_faults_that_cancel_each_other_have_effects_because_without_one_the_other_would_show():
    rig = Rig().running()
    numbers = [
        rig.sim.inject("gain_error", at_us=us(1), for_us=us(0.5), gain_permille=gain) for gain in (2_000, 500)
    ] + [rig.sim.inject("clock_drift", at_us=us(1), for_us=us(0.5), ppm=ppm) for ppm in (10_000, -10_000)]
    rig.run(2)
    assert {p.peak_current_ua for p in rig.pulses()} == {20_000}
    assert {p.t_us % 20_000 for p in rig.pulses()} == {0}
    assert [rig.sim.injection(one).effects for one in numbers] == [25, 25, 24, 24]


def test_the_pulse_at_the_beginning_of_a_drift_comes_at_its_time_and_all_others_do_not():
    rig = Rig().running()
    number = rig.sim.inject("clock_drift", at_us=us(1), for_us=us(0.5), ppm=10_000)
    rig.run(2)
    told = rig.sim.injection(number)
    assert told.effects == len(rig.pulses(1.000001, 1.5))
    assert told.first_effect_us == 1_000_000 + 19_802


def test_a_train_that_begins_under_a_drift_begins_when_the_host_says_so():
    rig = Rig().running()
    number = rig.sim.inject("clock_drift", at_us=us(0.95), ppm=1_000)
    rig.run(1)
    before = rig.sim.injection(number).effects
    rig.send(update(3, c2=20), 1.0001)
    rig.run(1.5)
    new = rig.pulses(1, channel=2)
    assert rig.sim.injection(number).effects - before == len(new) - 1, "its first pulse is the host's"


def test_a_timer_that_hangs_is_proven_by_every_pulse_that_it_should_have_ended():
    rig = Rig().running()
    number = rig.sim.inject("hang", at_us=us(1), for_us=us(4), output="goes_on")
    rig.run(6, poll=None)
    assert rig.sim.injection(number).effects == len(rig.pulses(2.1)) == 145
    assert rig.sim.injection(number).first_effect_us == us(2.1)


def test_a_timer_that_the_host_would_have_renewed_is_not():
    rig = Rig().running()
    number = rig.sim.inject("hang", at_us=us(1), for_us=us(4), output="goes_on")
    rig.run(6)
    polls = 13 * 40
    assert rig.sim.injection(number).effects == polls


def test_a_device_held_down_restarts_twice():
    rig = Rig().running().run(1)
    number = rig.sim.inject("reset", for_us=us(0.5))
    rig.run(3, poll=None)
    assert rig.sim.injection(number).effects == 2


# --- an output that sticks ---


def test_an_output_stuck_at_its_level_keeps_each_channel_where_it_is():
    rig = Rig().running(c1=5, c2=30)
    number = rig.sim.inject("stuck_output", at_us=us(1), for_us=us(0.5))
    rig.run(1.1)
    rig.send(update(3, c1=30, c2=30, c3=10), 1.11)
    rig.run(1.3)
    rig.send(update(4, c1=30, c2=5, c3=20), 1.31)
    rig.run(2)
    for channel, level_ua in ((1, 5_000), (2, 30_000), (3, 10_000)):
        assert {p.peak_current_ua for p in rig.pulses(1, 1.5, channel=channel)} == {level_ua}
    assert [rig.pulses(1.5, channel=channel)[0].peak_current_ua for channel in (1, 2, 3)] == [30_000, 5_000, 20_000]
    altered = [p for p in rig.pulses(1, 1.5) if p.peak_current_ua != p.amplitude_ua]
    assert rig.sim.injection(number).effects == len(altered) > 20


def test_an_output_that_sticks_before_its_first_pulse_stays_at_the_first():
    rig = Rig()
    number = rig.sim.inject("stuck_output")
    rig.running(c1=20).run(0.5)
    assert rig.sim.injection(number).effects == 0
    rig.send(update(3, c1=5), 0.51)
    rig.run(1)
    assert {p.peak_current_ua for p in rig.pulses()} == {20_000}
    assert rig.sim.injection(number).effects == len(rig.pulses(0.51)) > 20


@pytest.mark.parametrize("ppm", [100_000, -100_000])
def test_an_output_that_sticks_keeps_its_period_by_the_clock_it_has(ppm):
    rig = Rig().running()
    rig.sim.inject("clock_drift", ppm=ppm)
    rig.sim.inject("stuck_output", mode="after_stop")
    rig.run(1)
    rig.ask(STOP, b"", 1.01)
    rig.run(3, poll=None)
    pulses = rig.pulses(0.2)
    assert rig.sim.active_channels == ()
    wanted = 20_000 * 1_000_000 / (1_000_000 + ppm)
    assert all(abs(b.t_us - a.t_us - wanted) <= 1 for a, b in pairwise(pulses))
    assert pulses[-1].t_us > 2_900_000


@pytest.mark.parametrize("step_us", [5_000_000, 100_000, 777])
def test_an_output_sticks_the_same_however_time_is_cut(step_us):
    """The first pulse and the dead-man may fall into one step."""
    rig = Rig()
    rig.sim.inject("stuck_output", mode="after_stop")
    rig.running()
    for at_us in range(us(0.1) + step_us, us(5) + 1, step_us):
        rig.sim.advance(at_us)
    rig.sim.advance(us(5.2))
    assert [p.t_us for p in rig.pulses()] == list(range(100_000, us(5.2) + 1, 20_000))
    assert rig.sim.injection(1).effects == 156
    assert rig.sim.injection(1).first_effect_us == us(2.1)


@pytest.mark.parametrize("together", [True, False])
def test_a_run_that_gave_no_pulse_leaves_nothing_to_go_on_with(together):
    rig = Rig().running().run(0.5)
    rig.ask(STOP, b"", 0.51)
    rig.run(1, poll=None)
    rig.sim.inject("stuck_output", mode="after_stop")
    rig.send(framing.encode(4, INIT, b"\1"), 1.1)
    start, stop = framing.encode(5, UPDATE, b"\1" + train(1)), framing.encode(6, STOP)
    for data in (start + stop,) if together else (start, stop):
        rig.sim.receive(data, us(1.2))
    rig.run(2, poll=None)
    assert rig.pulses(0.6) == []
    assert rig.sim.injection(1).effects == 0


def test_an_output_sticks_only_on_what_ran_when_it_began_to():
    rig = Rig().running(c1=20, c2=20).run(1)
    rig.sim.inject("stuck_output", mode="after_stop", channel=2)
    rig.ask(STOP, b"", 1.001)
    rig.run(1.002, poll=None)
    rig.sim.inject("stuck_output", mode="after_stop")
    rig.run(2, poll=None)
    assert rig.pulses(1.002, channel=1) == []
    assert len(rig.pulses(1.002, channel=2)) == 49


# --- one microsecond ---


@pytest.mark.parametrize("ppm", [0, 150_000, 200_000, -150_000])
def test_a_halt_comes_before_the_pulse_of_its_microsecond_whatever_the_clock_does(ppm):
    def rig() -> Rig:
        made = Rig().running()
        made.sim.inject("clock_drift", ppm=ppm)
        return made

    times = [p.t_us for p in rig().run(0.7, poll=None).pulses(0.12)]
    assert len(times) > 20
    for at_us in times:
        halted = rig()
        halted.ask(STOP, b"", at_us / 1e6)
        halted.run(1, poll=None)
        assert halted.pulses()[-1].t_us < at_us
