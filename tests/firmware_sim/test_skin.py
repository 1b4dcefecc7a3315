"""The closed form against an independent integration of the circuit's equation, and how a pad changes."""

import math
from itertools import accumulate
from random import Random

import pytest
from scipy.integrate import quad, solve_ivp

from firmware_sim.stage import LOADS, Contact, OpenLead, Point, Short, Skin, samples
from firmware_sim.stage.electrode import deliver, pieces_of
from helpers.rows import bundled

H = 3600


def integrate(points, skin, start_v, limit_v):
    """Charge of each point (pC) and the capacitor's voltage at the end, by solve_ivp."""
    voltage, charges = start_v, []
    cp = skin.cp_nf * 1e-9
    for us, ua in points:
        rp = skin.rp_ohm / (1 + abs(ua) / skin.i0_ua) if skin.i0_ua else skin.rp_ohm
        sign, amps = (1 if ua > 0 else -1), abs(ua) * 1e-6

        def slope(_t, state, rp=rp, sign=sign, amps=amps):
            current = sign * min(amps, max(0.0, (limit_v - sign * state[0]) / skin.rs_ohm))
            return [(current - state[0] / rp) / cp, current]

        end = solve_ivp(slope, (0, us * 1e-6), [voltage, 0.0], "DOP853", rtol=1e-11, atol=[1e-9, 1e-16], max_step=2e-5)
        voltage = end.y[0, -1]
        charges.append(end.y[1, -1] * 1e12)
    return charges, voltage


def random_case(seed):
    """A random pulse into a random skin: many points, clipped and not, with a charge left from before."""
    random = Random(seed)
    skin = Skin(
        random.randrange(100, 2_000),
        random.randrange(200, 30_000),
        random.randrange(10, 300),
        random.choice([0, 0, 3_000, 10_000, 40_000]),
    )
    limit_v = random.choice([150, 60])
    top_ma = random.choice([20, 60, 130])
    points = tuple(
        Point(random.randrange(10, 900), random.choice([0, 1, 1, 1]) * 500 * random.randrange(-2 * top_ma, 2 * top_ma))
        for _ in range(random.choice([1, 3, 5]))
    )
    return points, skin, random.uniform(-150, 150) * random.choice([0, 1, 1]), limit_v


@pytest.mark.thorough
@bundled("seed", range(40))
def test_the_closed_form_equals_solve_ivp_within_a_millionth(seed):
    points, skin, start_v, limit_v = random_case(seed)
    charges, voltage = integrate(points, skin, start_v, limit_v)
    result = deliver(points, skin, start_v, compliance_mv=limit_v * 1000)
    assert result.charge_pc == pytest.approx(charges, rel=1e-6, abs=0.51)
    assert result.residual_v == pytest.approx(voltage, rel=1e-6, abs=1e-7)


def test_the_random_pulses_reach_every_regime():
    """Clipped from the start, clipped later, set free again, blocked after a sag, and never clipped."""
    seen = set()
    for seed in range(40):
        points, skin, start_v, limit_v = random_case(seed)
        parts = pieces_of(points, skin, start_v, limit_v * 1000)
        limited = [part.limited for part in parts]
        seen |= {"never"} if not any(limited) else {"first"} if limited[0] else {"later"}
        seen |= {"blocked" for part in parts if part.limited and part.start_a == part.end_a == 0}
        seen |= {"nonlinear"} if skin.i0_ua else {"linear"}
    assert seen == {"never", "first", "later", "blocked", "nonlinear", "linear"}


def test_a_current_that_starts_limited_may_become_free_and_never_exceeds_what_was_set():
    skin, points, start_v = Skin(1_000, 9_000, 50), (Point(2_000, 12_000),), 140.0
    charges, voltage = integrate(points, skin, start_v, 150)
    result = deliver(points, skin, start_v)
    assert [piece.limited for piece in pieces_of(points, skin, start_v, 150_000)] == [True, False]
    assert result.charge_pc == pytest.approx(charges, rel=1e-6)
    assert result.residual_v == pytest.approx(voltage, rel=1e-6)
    currents, _ = samples(points, skin, start_v, 1, 2_000)
    assert (currents[0], max(currents)) == (10_000, 12_000)


def test_after_the_supply_sagged_no_current_flows_until_the_skin_has_discharged():
    points = (Point(500, 20_000),)
    result = deliver(points, LOADS["worn"], 100.0, compliance_mv=60_000)
    charges, _ = integrate(points, LOADS["worn"], 100.0, 60)
    currents, _ = samples(points, LOADS["worn"], 100.0, 10, 50, compliance_mv=60_000)
    assert currents[0] == 0 < currents[-1]
    assert result.charge_pc == pytest.approx(charges, rel=1e-6)


@pytest.mark.thorough
@bundled("seed", range(0, 40, 3))
def test_the_charge_is_the_integral_of_the_trace(seed):
    points, skin, start_v, limit_v = random_case(seed)
    result = deliver(points, skin, start_v, compliance_mv=limit_v * 1000)
    parts = pieces_of(points, skin, start_v, limit_v * 1000)
    whole_pc = sum(quad(part.current_a, 0, part.duration_us, epsabs=1e-12)[0] for part in parts) * 1e6
    assert sum(result.charge_pc) == pytest.approx(whole_pc, rel=1e-9, abs=len(points))
    currents, _ = samples(points, skin, start_v, 1, result.duration_us, compliance_mv=limit_v * 1000)
    ends = [0, *accumulate(point.duration_us for point in points)]
    for k, charge_pc in enumerate(result.charge_pc):
        assert sum(currents[ends[k] : ends[k + 1]]) == pytest.approx(charge_pc, rel=0.02, abs=130_000)


@pytest.mark.parametrize(
    ("load", "ma", "us", "linear_v", "nonlinear_v"),
    [
        ("good", 40, 300, 63.9, 24.0),
        ("good", 80, 400, 135.7, 37.3),
        ("worn", 40, 300, 150.4, 63.7),
        ("dry", 40, 300, 362.8, 194.9),
    ],
)
def test_the_reference_end_of_pulse_voltages_linear_and_with_a_falling_rp(load, ma, us, linear_v, nonlinear_v):
    linear = LOADS[load]
    points = (Point(us, ma * 1000),)
    for skin, volts in ((linear, linear_v), (Skin(linear.rs_ohm, linear.rp_ohm, linear.cp_nf, 10_000), nonlinear_v)):
        assert deliver(points, skin, 0.0, compliance_mv=10**6).end_voltage_mv == pytest.approx(volts * 1000, abs=60)
        assert deliver(points, skin, 0.0).end_voltage_mv == pytest.approx(min(volts, 150) * 1000, abs=60)


def test_what_is_measured_is_the_first_phase():
    points = (Point(100, 0), Point(200, 10_000), Point(100, 30_000), Point(300, -5_000))
    result = deliver(points, Skin(1_000), 0.0)
    assert (result.measured_current_ua, result.end_voltage_mv) == (16_667, 30_000)
    clipped = deliver((Point(300, 130_000),), LOADS["dry"], 0.0)
    assert clipped.measured_current_ua == round(clipped.charge_pc[0] / 300)
    assert clipped.end_voltage_mv == clipped.peak_voltage_mv == 150_000
    nothing = deliver((Point(300, 0),), LOADS["good"], 12.0)
    assert (nothing.measured_current_ua, nothing.end_voltage_mv) == (0, 0)


def test_a_short_takes_the_current_at_hardly_any_voltage():
    result = deliver((Point(300, 40_000), Point(300, -40_000)), Short(), 0.0)
    assert (result.charge_pc, result.end_voltage_mv, result.contact) == ((12_000_000, -12_000_000), 2_000, Contact.GOOD)


def test_an_open_lead_shows_the_source_at_its_limit():
    result = deliver((Point(300, 40_000),), OpenLead(), 0.0, compliance_mv=90_000)
    assert (result.measured_current_ua, result.end_voltage_mv, result.contact) == (0, 90_000, Contact.OPEN)


def test_a_part_of_the_pad_has_that_part_of_the_capacitor_and_the_rest_of_the_resistance():
    assert Skin(300, 1_500, 100).at_contact(500) == Skin(600, 3_000, 50)
    assert Skin(300, 1_500, 100, 10_000).at_contact(1) == Skin(300_000, 1_500_000, 1, 10_000)
    whole = Skin(300, 1_500, 100)
    assert whole.at_contact(1000) is whole
    for wrong in (0, 1001, -5):
        with pytest.raises(ValueError, match="not 1 to 1000"):
            whole.at_contact(wrong)


def test_a_pad_dries_e_fold_in_20_hours_and_warms_by_30_percent_in_10_minutes():
    pad = Skin(300, 10_000, 100, 7_000)
    assert pad.dried(20 * H) == Skin(300, round(10_000 * math.e), 100, 7_000)
    assert [pad.warmed(s).rp_ohm for s in (0, 300, 600, 3 * H)] == [10_000, 8_500, 7_000, 7_000]


def test_samples_show_what_begins_at_a_jump_and_what_is_left_after_the_pulse():
    currents, voltages = samples((Point(100, 20_000), Point(100, -20_000)), LOADS["worn"], 0.0, 50, 6)
    assert currents == (20_000, 20_000, -20_000, -20_000, 0, 0)
    assert voltages[0] == 12_000
    assert voltages[5] == pytest.approx(voltages[4] * math.exp(-50 / 300), abs=1)
    assert samples((Point(100, 5_000), Point(100, 0)), OpenLead(), 0.0, 100, 3) == ((0, 0, 0), (150_000, 0, 0))
    assert samples((Point(100, 5_000),), Short(), 0.0, 100, 2) == ((5_000, 0), (250, 0))
    with pytest.raises(ValueError, match="sampling time of 0 us"):
        samples((Point(100, 5_000),), Short(), 0.0, 0, 2)
