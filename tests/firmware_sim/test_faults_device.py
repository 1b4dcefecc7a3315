"""Each fault of the device itself: it begins and ends at its microsecond, and the skin or an answer shows it."""

from __future__ import annotations

from itertools import pairwise

import pytest

from firmware_sim.device import Switches
from firmware_sim.stage import Contact
from firmware_sim.stage.trace import DeadManFired, Restarted
from helpers.simulated import INIT, POLL, STATUS, STOP, UPDATE, VERSION, Rig, update, us


def inject(rig: Rig, kind: str, at: float = 1.0, lasts: float | None = 0.5, **params: object) -> int:
    return rig.sim.inject(kind, at_us=us(at), for_us=None if lasts is None else us(lasts), **params)


def times(rig: Rig, kind: type) -> list[int]:
    return [event.t_us for event in rig.sim.stage.events if isinstance(event, kind)]


def test_a_power_glitch_ends_the_output_before_the_pulse_of_its_microsecond():
    rig = Rig().running()
    number = inject(rig, "reset", lasts=None)
    rig.run(2)
    assert rig.pulses()[-1].t_us == 980_000
    assert times(rig, Restarted) == [1_000_000]
    assert rig.answers(POLL, 1.0, 2.0)[0][1][0] == 7
    told = rig.sim.injection(number)
    assert (told.state, told.began_us, told.ended_us, told.effects) == ("over", 1_000_000, 1_000_000, 1)


def test_a_device_that_is_held_down_hears_and_answers_nothing_until_it_may_start():
    rig = Rig(Switches(boot_ms=500)).running()
    number = inject(rig, "reset")
    for at in (1.2, 1.7, 2.1):
        rig.run(at - 0.01)
        rig.ask(STATUS, b"", at)
    rig.run(3)
    assert rig.pulses()[-1].t_us == 980_000
    assert [at for at, _ in rig.answers(STATUS)] == [2.101], "0.5 s to start up, from the end of the fault on"
    assert rig.sim.injection(number).effects == 2 + 4 * 13 + 12, "two restarts, four polls and a question"


@pytest.mark.parametrize(("output", "silent_after"), [("dead_man", 2.9), ("goes_on", 4.05)])
def test_a_hung_device_goes_on_until_its_timer_fires_or_while_the_timer_hangs_too(output, silent_after):
    rig = Rig().running().run(0.9)
    rig.ask(POLL, b"\4", 0.9)
    number = inject(rig, "hang", lasts=3.05, output=output)
    rig.run(4.5)
    assert times(rig, DeadManFired) == [us(silent_after)]
    assert us(silent_after) - 20_000 <= rig.pulses()[-1].t_us < us(silent_after)
    assert rig.answers(POLL, 1.0, 4.05) == []
    assert rig.answers(POLL, 4.05)[0][1][0] == 0, "alive again"
    told = rig.sim.injection(number)
    assert (told.began_us, told.ended_us) == (1_000_000, 4_050_000)
    assert told.effects == 13 * 31


def test_a_hung_timer_that_was_renewed_in_time_fires_at_its_own_time_afterwards():
    rig = Rig().running().run(0.9)
    inject(rig, "hang", lasts=0.5, output="goes_on")
    rig.run(4, poll=None)
    assert times(rig, DeadManFired) == [2_800_000]


def test_a_weak_supply_cuts_the_pulses_short_and_the_device_says_so():
    rig = Rig().running(c1=20)
    number = inject(rig, "supply_sag", compliance_mv=20_000, restart_below_mv=10_000)
    rig.run(2)
    (cut,) = [p for p in rig.pulses() if p.contact is Contact.LIMITED]
    assert (cut.t_us, cut.peak_voltage_mv) == (1_000_000, 20_000)
    assert rig.sim.errors[0] == 3
    assert rig.sim.stage.limit_mv == 150_000, "the supply is back"
    assert rig.sim.injection(number).effects == 1


def test_a_supply_below_the_threshold_restarts_the_device_and_keeps_it_down():
    rig = Rig().running()
    inject(rig, "supply_sag", compliance_mv=30_000, restart_below_mv=40_000)
    rig.run(1.4)
    assert times(rig, Restarted) == [1_000_000]
    assert rig.sim.device.lamp.name == "VIOLET"
    assert rig.answers(POLL, 1.0) == []
    rig.run(2)
    assert rig.pulses()[-1].t_us == 980_000
    assert rig.answers(POLL, 1.5)[0][1][0] == 7


@pytest.mark.parametrize("ppm", [100_000, -100_000, 500])
def test_a_clock_that_drifts_changes_the_periods_at_the_skin_and_nothing_outside_its_time(ppm):
    rig = Rig().running()
    number = inject(rig, "clock_drift", at=1.01, lasts=1.0, ppm=ppm)
    rig.run(3)
    wrong = 20_000 * 1_000_000 / (1_000_000 + ppm)
    gaps = {b.t_us - a.t_us for a, b in pairwise(rig.pulses(1.02, 2.01))}
    assert all(abs(gap - wrong) <= 1 for gap in gaps)
    assert len(rig.pulses(1.02, 2.01)) == pytest.approx(990_000 / wrong, abs=1)
    assert {b.t_us - a.t_us for a, b in pairwise(rig.pulses(0, 1.01))} == {20_000}
    assert {b.t_us - a.t_us for a, b in pairwise(rig.pulses(2.04))} == {20_000}
    assert rig.sim.injection(number).effects == len(rig.pulses(1.01, 2.01))


def test_a_clock_that_drifts_moves_the_dead_man_and_the_answers():
    rig = Rig().running().run(1)
    inject(rig, "clock_drift", lasts=None, ppm=-200_000)
    rig.ask(INIT, b"\1", 1.1)
    rig.send(update(c1=20), 1.3)
    rig.run(5, poll=None)
    assert rig.answers(INIT)[-1][0] == pytest.approx(1.2, abs=1e-5), "80 ms of its time are 100 of ours"
    assert times(rig, DeadManFired)[-1] == pytest.approx(1_300_000 + 2_500_000, abs=2)


def test_a_wrong_version_is_told_as_long_as_it_is_put_in():
    rig = Rig()
    number = inject(rig, "wrong_version", firmware="3.1.4", sciencemode="2.0.255")
    for at in (0.9, 1.0, 1.4, 1.5):
        rig.ask(VERSION, b"", at)
    rig.run(2, poll=None)
    told = [tuple(data[1:7]) for _, data in rig.answers(VERSION)]
    assert told == [(0, 1, 0, 4, 0, 0), (3, 1, 4, 2, 0, 255), (3, 1, 4, 2, 0, 255), (0, 1, 0, 4, 0, 0)]
    assert (rig.sim.injection(number).effects, rig.sim.injection(number).first_effect_us) == (2, 1_000_000)


def test_an_update_is_acknowledged_and_not_carried_out():
    rig = Rig().running(c1=20)
    number = inject(rig, "lying_ack")
    rig.run(1.2)
    rig.send(update(3, c1=5), 1.21)
    rig.run(1.6)
    assert rig.answers(UPDATE, 1.2)[0][1] == b"\0"
    assert {p.peak_current_ua for p in rig.pulses(1, 1.6)} == {20_000}
    rig.send(update(4, c1=5), 1.61)
    rig.run(2)
    assert {p.peak_current_ua for p in rig.pulses(1.62)} == {5_000}
    assert (rig.sim.injection(number).effects, rig.sim.injection(number).first_effect_us) == (1, 1_210_000)


def test_a_stop_is_acknowledged_and_not_carried_out_and_the_dead_man_is_what_is_left():
    rig = Rig().running(c1=20).run(0.9)
    number = inject(rig, "lying_ack", to="stop")
    rig.run(1.2)
    rig.ask(STOP, b"", 1.21)
    rig.run(4, poll=None)
    assert rig.answers(STOP)[0][1] == b"\0"
    assert rig.pulses()[-1].t_us == us(1.1 + 2) - 20_000, "2 s after the last poll"
    assert rig.sim.injection(number).effects == 1


def test_a_lie_about_updates_is_none_about_stops():
    rig = Rig().running(c1=20)
    number = inject(rig, "lying_ack")
    rig.run(1.2)
    rig.ask(STOP, b"", 1.21)
    rig.run(2, poll=None)
    assert rig.pulses(1.21) == []
    assert rig.sim.injection(number).effects == 0
    assert rig.sim.injection(number).proof.startswith("no effect at all")


def test_levers_that_a_test_pulled_by_hand_stay_pulled_when_other_faults_come_and_go():
    rig = Rig().running(c1=20)
    rig.sim.faults.silent_update = True
    inject(rig, "gain_error", lasts=0.1)
    inject(rig, "drop_bytes", lasts=0.1)
    rig.run(1.3)
    rig.send(update(c1=5), 1.31)
    rig.run(2)
    assert {p.peak_current_ua for p in rig.pulses(1.31)} == {20_000}
