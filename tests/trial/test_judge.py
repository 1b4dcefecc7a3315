"""The margins: from the pulses at the skin alone, against the clinical limits, never rounded to look better."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import replace

import pytest

from firmware_sim.stage import Skin
from helpers.plans import ONE, plan_of, rhythm
from nmes.core.dose import density_na_per_mm2, power_nw_per_mm2, rms_ua
from nmes.core.plan import Plan, Slot
from nmes.core.waveform import Waveform
from nmes.devices.sciencemode2.rehastim2 import REHASTIM2
from nmes.trial.bench.train import Shape, Train, through
from nmes.trial.judge import Margin, doses_of, margins, measured_period_us, worst_second

pytestmark = pytest.mark.thorough

PLAN = plan_of(((ONE, rhythm()),))
PAD_MM2 = 4500
GOOD = Skin(300, 1_500, 100)


def shape(amplitude_ua: int, phase_us: int = 300, second_us: int | None = None, load: Skin = GOOD) -> Shape:
    return through(((phase_us, amplitude_ua), (second_us or phase_us, -amplitude_ua)), load, 20_000)


def train(pulses: Sequence[tuple[int, int, Shape]]) -> Train:
    """From time, channel and shape."""
    table = tuple(dict.fromkeys(shape for _, _, shape in pulses))
    numbers = array("I", (table.index(shape) for _, _, shape in pulses))
    times = array("q", (t_us for t_us, _, _ in pulses))
    return Train(times, bytes(channel for _, channel, _ in pulses), numbers, table)


def steady(one: Shape, count: int = 100, period_us: int = 20_000, channel: int = 1, begin_us: int = 0) -> Train:
    return train([(begin_us + at * period_us, channel, one) for at in range(count)])


def judged(pulses: Train, plan: Plan = PLAN, treatment_us: int | None = 0) -> dict[str, Margin]:
    return {margin.what: margin for margin in margins(plan, pulses, treatment_us)}


def test_a_steady_train_is_judged_as_the_plan_was() -> None:
    points = Waveform(300, 0, 1, 20_000).points(40_000, 500)
    found = judged(steady(shape(40_000)))
    assert found["rms_density"].value == density_na_per_mm2(points, 20_000, PAD_MM2)
    assert found["rms_current"].value == rms_ua(points, 20_000)
    assert found["power_density"].value == power_nw_per_mm2(points, 20_000, PAD_MM2)
    assert found["charge_per_phase"].value == 12_000, "40 mA for 300 µs"
    assert found["treatment_charge"].value == 100 * 12_000


def test_the_amplitude_is_judged_by_the_most_the_channel_may_get() -> None:
    assert judged(steady(shape(40_000)))["amplitude"].permille == 1000
    over = judged(steady(shape(40_500)))["amplitude"]
    assert (over.permille, over.within) == (1013, False), "rounded up"


def test_the_worst_second_counts_and_not_the_mean() -> None:
    strong, weak = shape(40_000), shape(4_000)
    mixed = train([(at * 20_000, 1, strong if 100 <= at < 150 else weak) for at in range(300)])
    assert worst_second(mixed, 1) == worst_second(steady(strong, 50), 1)


def test_a_second_does_not_hold_the_pulse_that_begins_the_next() -> None:
    one = shape(40_000)
    assert worst_second(steady(one, 3, 500_000), 1) == 2 * (2 * 300 * 40_000**2)


def test_the_treatments_level_stands_beside_the_highest_amplitude() -> None:
    pulses = train([(at * 20_000, 1, shape(30_000 if at < 50 else 20_000)) for at in range(100)])
    found = judged(pulses, treatment_us=50 * 20_000)
    assert (found["amplitude"].value, found["treatment_amplitude"].value) == (30_000, 20_000)
    assert found["treatment_charge"].value == 50 * 6_000, "of the treatment alone"
    assert judged(pulses, treatment_us=None)["treatment_amplitude"].value == 0


def test_channels_are_judged_apart() -> None:
    two = plan_of(((ONE, rhythm()), (Slot(2, 0), rhythm())))
    both = train([(0, 1, shape(10_000)), (700, 2, shape(30_000))])
    found = {(margin.channel, margin.what): margin.value for margin in margins(two, both, 0)}
    assert found[1, "amplitude"] == 10_000
    assert found[2, "amplitude"] == 30_000


def test_a_pulse_that_leaves_charge_behind_is_told() -> None:
    assert judged(steady(shape(10_000)))["net_charge"].value == 0
    uneven = judged(steady(shape(10_000, 300, 297)))["net_charge"]
    assert (uneven.value, uneven.within) == (11, False), "3 of 297 are 10.1 thousandths: over 1 %"


def test_where_the_voltage_does_not_suffice_the_set_current_counts() -> None:
    limited = shape(40_000, load=Skin(1_200, 20_000, 30))
    assert limited.limited
    assert limited.first.current_ua < 40_000
    found = judged(steady(limited))
    assert found["rms_current"].value == judged(steady(shape(40_000)))["rms_current"].value
    assert found["output_voltage"].permille == 1000
    assert found["treatment_charge"].value < 100 * 12_000, "what flowed"


def test_an_output_at_its_most_is_within_what_its_own_device_can_reach() -> None:
    limited = replace(shape(40_000), peak_voltage_mv=154_000)
    assert not judged(steady(limited))["output_voltage"].within, "a P24 could not have"
    found = judged(steady(limited), replace(PLAN, capabilities=REHASTIM2))["output_voltage"]
    assert (found.permille, found.within) == (1000, True)


def test_what_was_given_while_the_level_was_found_is_not_the_treatments() -> None:
    one = shape(10_000)
    (dose,) = doses_of(PLAN, steady(one), treatment_us=40 * 20_000)
    assert (dose.finding_pulses, dose.pulses) == (40, 60)
    assert (dose.finding_charge_nc, dose.charge_nc) == (40 * 3_000, 60 * 3_000)
    (never,) = doses_of(PLAN, steady(one), treatment_us=None)
    assert (never.finding_pulses, never.pulses) == (100, 0)


def test_the_measured_period_is_that_of_the_full_level() -> None:
    ramp, full = shape(10_000), shape(40_000)
    pulses = train([(at * 22_250, 1, ramp if at < 5 else full) for at in range(30)])
    assert measured_period_us(pulses, 1, 40_000, 0) == 22_250
    assert measured_period_us(pulses, 1, 30_000, 0) is None


def test_nothing_given_is_within_everything() -> None:
    found = judged(Train(array("q"), b"", array("I"), ()), treatment_us=None)
    assert all(margin.within for margin in found.values())
    assert found["amplitude"].value == 0


@pytest.mark.parametrize(("value", "permille"), [(0, 0), (1, 1), (999, 999), (1000, 1000), (1001, 1001)])
def test_a_share_is_rounded_up(value: int, permille: int) -> None:
    assert Margin(1, "x", value, 1000, "ua").permille == permille
    assert Margin(1, "x", value * 1000 + 1, 1_000_000, "ua").permille == permille + 1
