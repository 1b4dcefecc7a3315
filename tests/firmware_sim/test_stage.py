"""The instrument: delivered charge against a numerical integration, and what a pulse leaves behind."""

import math

import pytest

from firmware_sim.stage import LOADS, Contact, OpenLead, Point, Skin, Stage, half_lifted
from firmware_sim.stage.electrode import deliver
from helpers.rows import bundled

STEP_US = 0.02


def biphasic(ma, us, gap_us=100):
    return (Point(us, round(ma * 1000)), Point(gap_us, 0), Point(us, -round(ma * 1000)))


def integrate(points, skin, start_v):
    """Charge per point (pC) and capacitor voltage at the end, by small steps of the circuit's equations."""
    voltage, charges = start_v, []
    rs, rp, cp = skin.rs_ohm, skin.rp_ohm, skin.cp_nf * 1e-9
    for us, ua in points:
        charge, steps = 0.0, round(us / STEP_US)
        step_s = us * 1e-6 / steps
        for _ in range(steps):
            current = max((-150 - voltage) / rs, min((150 - voltage) / rs, ua * 1e-6)) if ua else 0.0
            charge += current * step_s
            voltage += (current - voltage / rp) / cp * step_s
        charges.append(charge * 1e12)
    return charges, voltage


@pytest.mark.thorough
@bundled("load", ["good", "worn", "dry", "half-lifted"])
@bundled(("ma", "us"), [(10, 200), (40, 300), (80, 400), (130, 250), (-60, 300)])
@bundled("start_v", [0.0, 30.0, -12.5])
def test_delivered_charge_equals_a_numerical_integration(load, ma, us, start_v):
    points = biphasic(ma, us)
    charges, voltage = integrate(points, LOADS[load], start_v)
    result = deliver(points, LOADS[load], start_v)
    assert result.charge_pc == pytest.approx(charges, rel=2e-3, abs=200)
    assert result.residual_v == pytest.approx(voltage, rel=2e-3, abs=0.05)


@pytest.mark.parametrize("shape", [[(500, 60)], [(200, 60), (200, 130), (400, -80)], [(50, 30), (300, 90)] * 8])
def test_free_shapes_too(shape):
    points = tuple(Point(us, ma * 1000) for us, ma in shape)
    charges, voltage = integrate(points, LOADS["worn"], 0.0)
    result = deliver(points, LOADS["worn"], 0.0)
    assert result.charge_pc == pytest.approx(charges, rel=2e-3, abs=200)
    assert result.residual_v == pytest.approx(voltage, rel=2e-3, abs=0.05)
    assert result.contact is Contact.LIMITED


@pytest.mark.parametrize(
    ("load", "ma", "us", "volts", "contact"),
    [
        ("good", 40, 300, 63.9, Contact.GOOD),
        ("good", 80, 400, 135.7, Contact.GOOD),
        ("worn", 39.5, 300, 148.5, Contact.GOOD),
        ("worn", 40, 300, 150.0, Contact.LIMITED),
        ("dry", 40, 300, 150.0, Contact.LIMITED),
    ],
)
def test_the_reference_end_of_pulse_voltages(load, ma, us, volts, contact):
    result = deliver((Point(us, round(ma * 1000)),), LOADS[load], 0.0)
    assert result.peak_voltage_mv == pytest.approx(volts * 1000, abs=100)
    assert result.contact is contact


def test_within_compliance_the_charge_is_exact_and_balanced():
    result = deliver(biphasic(12.5, 333), LOADS["good"], 0.0)
    assert result.charge_pc == (12_500 * 333, 0, -12_500 * 333)
    assert (result.amplitude_ua, result.peak_current_ua, result.contact) == (12_500, 12_500, Contact.GOOD)


@pytest.mark.parametrize("kohm", [1, 2, 5])
def test_a_plain_resistor_takes_at_most_150_v(kohm):
    limit_ma = 150 / kohm
    points = biphasic(min(130, limit_ma + 20), 300)
    result = deliver(points, Skin(kohm * 1000), 0.0)
    expected = min(130, limit_ma) * 1000
    assert result.peak_current_ua == round(expected)
    assert result.charge_pc == pytest.approx((expected * 300, 0, -expected * 300))
    assert (result.contact is Contact.LIMITED) == (limit_ma < 130)


def test_clipping_unbalances_the_phases_and_the_trace_says_so():
    stage = Stage({1: "dry"})
    stage.deliver(0, 1, biphasic(60, 300))
    (pulse,) = stage.trace
    assert pulse.net_charge_pc == sum(pulse.charge_pc) != 0
    assert 0 < pulse.charge_nc[0] < 18_000
    assert pulse.peak_voltage_mv == 150_000


def test_no_current_crosses_an_open_lead():
    stage = Stage({2: OpenLead()})
    stage.deliver(0, 2, biphasic(100, 300))
    (pulse,) = stage.trace
    assert (pulse.peak_current_ua, pulse.charge_pc, pulse.contact) == (0, (0, 0, 0), Contact.OPEN)
    assert pulse.amplitude_ua == 100_000


def test_a_pulse_of_no_current_finds_no_fault_on_an_open_lead():
    assert deliver(biphasic(0, 300), OpenLead(), 0.0).contact is Contact.GOOD


@pytest.mark.parametrize("gap_us", [50, 400, 2_000, 40_000])
def test_the_capacitors_charge_is_carried_to_the_next_pulse(gap_us):
    monophasic = (Point(300, 20_000),)
    stage = Stage({1: "worn"})
    stage.deliver(0, 1, monophasic)
    stage.deliver(300 + gap_us, 1, monophasic)
    left_v = stage.trace[0].delivery.residual_v * math.exp(-gap_us / 300)
    alone = deliver(monophasic, LOADS["worn"], left_v)
    assert stage.trace[1].delivery.residual_v == pytest.approx(alone.residual_v, abs=1e-3)


def test_a_carried_charge_makes_the_second_pulse_clip():
    monophasic = (Point(300, 35_000),)
    stage = Stage({1: "worn"})
    stage.deliver(0, 1, monophasic)
    stage.deliver(310, 1, monophasic)
    assert [pulse.contact for pulse in stage.trace] == [Contact.GOOD, Contact.LIMITED]


def test_a_load_changes_at_run_time_on_one_channel_only():
    stage = Stage()
    for t_us in (0, 20_000):
        for channel in (1, 2):
            stage.deliver(t_us + channel * 1000, channel, biphasic(20, 300))
        stage.set_load(2, "open")
    assert [pulse.peak_current_ua for pulse in stage.trace] == [20_000, 20_000, 20_000, 0]
    assert stage.load(2) == OpenLead()


def test_half_lifted_doubles_the_skin_and_halves_the_capacitor():
    assert half_lifted(Skin(300, 1_500, 100)) == Skin(510, 3_000, 50)


def test_unknown_loads_and_channels_are_refused():
    with pytest.raises(ValueError, match="unknown load 'soup'; known: good, worn"):
        Stage({1: "soup"})
    for channel in (0, 9):
        with pytest.raises(ValueError, match="not one of 1 to 8"):
            Stage({channel: "good"})
    with pytest.raises(ValueError, match="rs_ohm"):
        Skin(0)


def test_the_trace_can_be_bounded_or_left_out():
    bounded, without = Stage(trace_limit=100), Stage(keep_trace=False)
    for k in range(1000):
        bounded.deliver(k * 20_000, 1, biphasic(20, 300))
        without.deliver(k * 20_000, 1, biphasic(20, 300))
    assert 70 <= len(bounded.trace) <= 100
    assert bounded.trace[-1].t_us == 999 * 20_000 == without.last_pulse_us
    assert without.trace == []


@pytest.mark.parametrize(
    ("shape", "peak_ua"),
    [
        ([(100, 0), (100, 5), (100, 8), (100, -20)], 8_000),
        ([(100, -30), (100, 0), (100, 10)], 30_000),
        ([(100, 0)], 0),
        ([(100, 4), (100, 0), (100, 9)], 4_000),
    ],
)
def test_the_set_amplitude_is_the_peak_of_the_first_phase(shape, peak_ua):
    points = tuple(Point(us, ma * 1000) for us, ma in shape)
    assert deliver(points, LOADS["good"], 0.0).amplitude_ua == peak_ua
