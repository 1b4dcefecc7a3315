"""Each fault of the output and of the pads: it begins and ends at its microsecond, and the skin shows it."""

from __future__ import annotations

from itertools import pairwise

import pytest

from firmware_sim.sciencemode4 import framing
from firmware_sim.stage import Contact
from helpers.simulated import INIT, STOP, UPDATE, Rig, train, update

AT, UNTIL = 1_000_000, 1_500_000
"""Both are places of the pulse grid, so that a fault that is late or long by a microsecond is seen."""


def injected(rig: Rig, kind: str, channel: int | None = None, **params: object) -> int:
    return rig.sim.inject(kind, at_us=AT, for_us=UNTIL - AT, channel=channel, **params)


def proven(rig: Rig, number: int, effects: int) -> None:
    """The fault knows when it was, how often it took effect and when first."""
    told = rig.sim.injection(number)
    assert (told.state, told.began_us, told.ended_us) == ("over", AT, UNTIL)
    assert (told.effects, told.first_effect_us) == (effects, AT)
    assert f"{effects} effect" in told.proof
    assert "1.000000 s" in told.proof


def set_charge(pulse) -> tuple[int, ...]:
    return tuple(duration_us * current_ua for duration_us, current_ua in pulse.points)


@pytest.mark.parametrize(
    ("kind", "params", "flowing"),
    [
        ("gain_error", {"gain_permille": 1200}, (7_200_000, 0, -7_200_000)),
        ("gain_error", {"gain_permille": 500}, (3_000_000, 0, -3_000_000)),
        ("dac_offset", {"offset_ua": 2000}, (6_600_000, 200_000, -5_400_000)),
        ("charge_imbalance", {"imbalance_permille": -100}, (6_000_000, 0, -5_400_000)),
        ("stuck_output", {"level_ua": 5_000}, (1_500_000, 0, -1_500_000)),
    ],
)
def test_a_fault_of_the_output_alters_every_pulse_from_its_beginning_up_to_its_end(kind, params, flowing):
    rig = Rig().running()
    number = injected(rig, kind, **params)
    rig.run(2)
    assert {p.charge_pc for p in rig.pulses(1, 1.5)} == {flowing}
    assert len(rig.pulses(1, 1.5)) == 25
    assert all(p.charge_pc == set_charge(p) for p in rig.pulses(0, 1) + rig.pulses(1.5))
    assert {p.amplitude_ua for p in rig.pulses()} == {20_000}, "the device goes on believing what it set"
    proven(rig, number, 25)


def test_a_fault_of_the_output_can_be_put_on_one_channel_alone():
    rig = Rig().running(c1=20, c2=20)
    injected(rig, "gain_error", channel=2, gain_permille=2000)
    rig.run(2)
    assert {p.peak_current_ua for p in rig.pulses(1, 1.5, channel=1)} == {20_000}
    assert {p.peak_current_ua for p in rig.pulses(1, 1.5, channel=2)} == {40_000}


def test_an_output_stuck_at_its_level_follows_no_update_until_it_is_free():
    rig = Rig().running()
    number = injected(rig, "stuck_output")
    rig.run(1.2)
    rig.send(update(c1=10), 1.21)
    rig.run(2)
    assert {p.peak_current_ua for p in rig.pulses(1, 1.5)} == {20_000}
    assert {p.peak_current_ua for p in rig.pulses(1.5)} == {10_000}
    told = rig.sim.injection(number)
    assert (told.effects, told.first_effect_us) == (14, 1_220_000), "equal to what was set is no effect"


def test_an_output_that_sticks_goes_on_after_the_stop_with_its_last_pulse_and_period():
    rig = Rig().running()
    number = injected(rig, "stuck_output", mode="after_stop")
    rig.run(1.2)
    rig.ask(STOP, b"", 1.21)
    rig.run(2, poll=None)
    assert rig.sim.state.name == "NONE"
    assert rig.answers(STOP)[0][1] == b"\0"
    assert [p.t_us for p in rig.pulses(1.21)] == list(range(1_220_000, 1_500_000, 20_000))
    assert {p.peak_current_ua for p in rig.pulses(1.21)} == {20_000}
    told = rig.sim.injection(number)
    assert (told.effects, told.first_effect_us) == (14, 1_220_000)


def test_an_output_that_sticks_outlives_the_dead_man_too():
    rig = Rig().running()
    rig.sim.inject("stuck_output", mode="after_stop")
    rig.run(4, poll=None)
    assert len(rig.pulses(2.1, 4)) == 95
    assert rig.sim.active_channels == ()


def test_a_stop_on_a_channel_that_does_not_stick_stops_it():
    rig = Rig().running(c1=20, c2=20)
    injected(rig, "stuck_output", channel=2, mode="after_stop")
    rig.run(1.2)
    rig.ask(STOP, b"", 1.21)
    rig.run(2, poll=None)
    assert rig.pulses(1.21, channel=1) == []
    assert len(rig.pulses(1.21, channel=2)) == 14


def test_an_output_that_sticks_adds_nothing_while_its_channel_runs():
    """Two channels meet in every third period of the slower one, whose pulse then waits for the source."""
    alone, stuck = Rig(), Rig()
    for rig in (alone, stuck):
        rig.send(framing.encode(1, INIT, b"\1"), 0.0)
        rig.send(framing.encode(2, UPDATE, b"\3" + train(20, 20) + train(10, 30)), 0.1)
    number = stuck.sim.inject("stuck_output", mode="after_stop")
    assert [(p.t_us, p.channel) for p in stuck.run(2).pulses()] == [(p.t_us, p.channel) for p in alone.run(2).pulses()]
    assert any(b.t_us - a.t_us != 30_000 for a, b in pairwise(stuck.pulses(channel=2))), "some have waited"
    assert stuck.sim.injection(number).effects == 0


def test_two_faults_of_the_output_add_up_and_each_ends_by_itself():
    rig = Rig().running()
    rig.sim.inject("gain_error", at_us=AT, for_us=200_000, gain_permille=2000)
    rig.sim.inject("gain_error", at_us=AT + 100_000, for_us=200_000, gain_permille=500)
    rig.run(2)
    peaks = [rig.pulses(at, at + 0.02)[0].peak_current_ua for at in (1.04, 1.14, 1.24, 1.34)]
    assert peaks == [40_000, 20_000, 10_000, 20_000]


# --- the pads ---


def test_a_pad_that_comes_off_above_15_ma_is_noticed_with_the_next_pulse():
    rig = Rig().running(c1=20)
    number = injected(rig, "electrode_off", channel=1)
    rig.run(2)
    assert rig.pulses(1, 2)[0].contact is Contact.OPEN
    assert len(rig.pulses(1, 2)) == 1
    assert rig.sim.errors[0] == 1
    proven(rig, number, 1)


@pytest.mark.parametrize("kind", ["electrode_off", "electrode_open"])
def test_a_pad_that_comes_off_below_15_ma_carries_nothing_until_it_is_on_again_and_nobody_notices(kind):
    rig = Rig().running(c1=12)
    number = injected(rig, kind, channel=1)
    rig.run(2)
    assert {p.peak_current_ua for p in rig.pulses(1, 1.5)} == {0}
    assert {p.peak_current_ua for p in rig.pulses(0, 1) + rig.pulses(1.5)} == {12_000}
    assert rig.sim.errors[0] == 0
    proven(rig, number, 25)


def test_a_pad_that_is_half_off_has_half_its_contact():
    rig = Rig().running(c1=12)
    number = injected(rig, "electrode_off", channel=1, contact_permille=500)
    rig.run(2)
    assert {p.contact_permille for p in rig.pulses(1, 1.5)} == {500}
    assert {p.contact_permille for p in rig.pulses(0, 1) + rig.pulses(1.5)} == {1000}
    proven(rig, number, 25)


@pytest.mark.parametrize(
    ("kind", "params", "sign"),
    [("electrode_dry", {}, 1), ("electrode_dry", {"load": "worn"}, 1), ("electrode_short", {}, -1)],
)
def test_a_dry_pad_needs_more_voltage_and_a_short_circuit_less(kind, params, sign):
    rig = Rig().running(c1=4)
    number = injected(rig, kind, channel=1, **params)
    rig.run(2)
    outside = {p.end_voltage_mv for p in rig.pulses(0.2, 1)} | {p.end_voltage_mv for p in rig.pulses(1.6)}
    within = {p.end_voltage_mv for p in rig.pulses(1, 1.5)}
    assert min(sign * one for one in within) > max(sign * one for one in outside)
    proven(rig, number, 25)


def test_pads_under_several_faults_come_back_as_they_were_placed():
    rig = Rig(loads={1: "worn"}).running(c1=4)
    worn = rig.sim.stage.load(1)
    rig.sim.inject("electrode_dry", at_us=AT, for_us=400_000, channel=1)
    rig.sim.inject("electrode_off", at_us=AT + 100_000, for_us=100_000, channel=1)
    rig.run(1.15)
    assert rig.pulses(1.1)[-1].contact is Contact.OPEN
    rig.run(1.25)
    assert rig.pulses(1.2)[-1].end_voltage_mv > 0
    assert rig.sim.stage.load(1) != worn
    rig.run(2)
    assert rig.sim.stage.load(1) == worn


def test_a_pad_that_is_replaced_under_a_fault_shows_when_the_fault_is_over():
    rig = Rig().running(c1=4)
    injected(rig, "electrode_open", channel=1)
    rig.run(1.2)
    rig.sim.set_load(1, "worn")
    rig.sim.set_contact(1, 700)
    rig.run(1.4)
    assert {p.peak_current_ua for p in rig.pulses(1, 1.4)} == {0}
    rig.run(2)
    assert rig.pulses()[-1].contact_permille == 700
    assert rig.sim.stage.load(1) == Rig(loads={1: "worn"}).sim.stage.load(1)
