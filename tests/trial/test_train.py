"""A train: what is kept of a pulse is its whole first phase, however it is shaped, and everybody reads the same."""

from __future__ import annotations

from array import array
from pathlib import Path

import pytest

from firmware_sim.stage import Skin, Stage
from firmware_sim.stage.pulse import Phase, Point, first_phase_of
from helpers.plans import ONE, plan_of, rhythm, simple_plan
from helpers.short import short
from nmes.core.plan import Slot
from nmes.trial.bench import Bench
from nmes.trial.bench.patients import Patient, Site, load_profile
from nmes.trial.bench.train import Train, through
from nmes.trial.judge import doses_of, fell_short, margins
from nmes.trial.level import Felt
from nmes.trial.member import currents_of
from nmes.trial.replay import replay
from nmes.trial.wire import AtTheSkin

pytestmark = pytest.mark.thorough

SHAPED = ((100, 20_000), (100, 60_000), (100, 41_000), (100, 0), (300, -40_333))
"""A first phase of 300 us in three steps: 121 per 3 mA on average, 12.1 uC."""
FIRST = Phase(40_333, 300, 12_100_000)
GOOD = Skin(300, 1_500, 100)


def stage_with(*pulses: tuple[int, tuple[tuple[int, int], ...]]) -> Stage:
    stage = Stage({1: GOOD})
    for t_us, points in pulses:
        stage.deliver(t_us, 1, tuple(Point(*point) for point in points))
    return stage


def test_a_shaped_first_phase_is_one_phase() -> None:
    (pulse,) = stage_with((0, SHAPED)).trace
    assert pulse.first_phase == FIRST
    assert pulse.measured_current_ua == 40_333
    points = tuple(Point(*point) for point in SHAPED)
    assert first_phase_of((Point(50, 0), *points), (0, *pulse.charge_pc)) == FIRST, "a wait before it does not count"
    assert first_phase_of((Point(50, 0),), (0,)) == Phase()


def test_an_open_lead_lets_nothing_flow_in_a_phase_that_lasts() -> None:
    stage = Stage({1: "open"})
    stage.deliver(0, 1, (Point(300, 40_000), Point(300, -40_000)))
    assert stage.trace[0].first_phase == Phase(0, 300, 0)


def test_what_the_train_keeps_is_what_the_patient_felt_and_the_dose_counts() -> None:
    shape = through(SHAPED, GOOD, 20_000)
    assert shape.first == FIRST
    assert shape.set_ua == 40_333
    plan = plan_of(((ONE, rhythm()),))
    train = Train(array("q", [0]), b"\1", array("I", [0]), (shape,))
    (dose,) = doses_of(plan, train, 0)
    assert dose.charge_nc == 12_100
    found = {margin.what: margin.value for margin in margins(plan, train, 0)}
    assert found["charge_per_phase"] == 12_100


def test_a_limited_pulse_is_kept_as_it_flowed_and_as_it_was_set() -> None:
    shape = through(((300, 40_000), (300, -40_000)), Skin(1_200, 20_000, 30), 20_000)
    assert shape.limited
    assert shape.first.charge_pc == abs(shape.charge_pc[0])
    assert shape.first.current_ua == round(shape.first.charge_pc / 300) < shape.set_ua == 40_000


def test_a_shaped_train_given_again_is_felt_as_it_was_on_the_skin(tmp_path: Path) -> None:
    setup = short(tmp_path)
    shape = through(SHAPED, GOOD, 20_000)
    train = Train(array("q", range(0, 2_000_000, 20_000)), b"\1" * 100, array("I", [0] * 100), (shape,))
    again = replay(train, currents_of(train, setup), setup.plan, 0, setup.patient())
    direct = Patient(setup.profile, setup.sites, setup.seed, setup.pools)
    for t_us in train.times_us:
        direct.deliver(t_us, 1, 40_333, 300)
    direct.advance(2_000_000)
    assert again.muscles[0].contractions[0].peak_mn == direct.reading().muscles[0].peak_mn > 0


def test_who_asks_at_the_skin_asks_of_the_whole_first_phase() -> None:
    bench, asked = Bench(simple_plan()), []
    slot = Slot(1, 0)

    def answer(slot: Slot, current_ua: int, phase_us: int) -> Felt:
        asked.append((slot, current_ua, phase_us))
        return Felt(1, 1, 1)

    ask = AtTheSkin(bench, answer)
    assert ask(slot, 60_000) is None, "nothing has crossed the skin"
    bench.device.stage.deliver(0, 1, tuple(Point(*point) for point in SHAPED))
    assert ask(slot, 50_000) is None, "not this level yet"
    assert ask(slot, 60_000) == Felt(1, 1, 1)
    assert asked == [(slot, 40_333, 300)]
    assert bench.skin_charge_pc(1) == bench.largest_charge_pc(1) == 12_100_000
    assert bench.skin_charge_pc(2) == bench.largest_charge_pc(2) == 0


def test_a_stage_s_patient_feels_the_same() -> None:
    one, other = (Patient(load_profile("healthy_adult"), {1: Site("quadriceps")}) for _ in range(2))
    (pulse,) = stage_with((0, SHAPED)).trace
    one.feel(pulse)
    other.deliver(0, 1, FIRST.current_ua, FIRST.duration_us)
    assert one.reading() == other.reading()


def test_where_the_voltage_fails_what_was_set_is_judged_and_the_difference_is_known() -> None:
    weak = through(((300, 40_000), (300, -40_000)), Skin(1_200, 20_000, 30), 40_000)
    plan = plan_of(((ONE, rhythm()),))
    train = Train(array("q", [0]), b"\1", array("I", [0]), (weak,))
    found = {margin.what: margin.value for margin in margins(plan, train, 0)}
    assert weak.first.current_ua < 30_000
    assert (found["amplitude"], found["treatment_amplitude"], found["charge_per_phase"]) == (40_000, 40_000, 12_000)
    assert fell_short(train, 1, 0) == (40_000, weak.first.current_ua)
    assert fell_short(train, 2, 0) is None
    good = through(((300, 40_000), (300, -40_000)), GOOD, 40_000)
    assert fell_short(Train(array("q", [0]), b"\1", array("I", [0]), (good,)), 1, 0) is None
