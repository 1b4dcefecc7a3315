"""Each electrode fault is found by the right rule within three pulses; the P24's own policy is blind below 15 mA."""

import pytest

from firmware_sim.sciencemode4.contact import P24Finding
from firmware_sim.sciencemode4.contact import finding as p24
from firmware_sim.stage import LOADS, OpenLead, Point, Skin, Stage
from firmware_sim.stage.detection import Detector, Finding, impedance_ohm
from firmware_sim.stage.electrode import deliver

PERIOD_US = 20_000


def biphasic(ma, us=300):
    return (Point(us, round(ma * 1000)), Point(100, 0), Point(us, -round(ma * 1000)))


def seen(fault, ma=40, before=10, after=3):
    """What the detector says of the pulses after `fault(stage)`, with good ones before."""
    stage, detector, findings = Stage(), Detector(), []
    for k in range(before + after):
        if k == before:
            fault(stage)
        stage.deliver(k * PERIOD_US, 1, biphasic(ma))
        findings.append(detector.see(stage.trace[-1]))
    assert set(findings[:before]) <= {Finding.GOOD}
    return findings[before:]


@pytest.mark.parametrize("ma", [5, 40, 100])
def test_an_open_lead(ma):
    assert Finding.OPEN in seen(lambda stage: stage.set_load(1, "open"), ma, before=0 if ma == 100 else 10)


@pytest.mark.parametrize("ma", [5, 40])
def test_a_short(ma):
    assert seen(lambda stage: stage.set_load(1, "short"), ma)[0] is Finding.SHORT


def test_a_pad_that_lifts():
    assert seen(lambda stage: stage.set_contact(1, 400))[0] is Finding.LIFT_OFF


def test_a_pad_that_lifts_slowly_is_none_until_it_is_high():
    stage, detector, findings = Stage(), Detector(), []
    for k, permille in enumerate([1000, 900, 700, 600, 500, 400, 330]):
        stage.set_contact(1, permille)
        stage.deliver(k * 400_000, 1, biphasic(10))
        findings.append(detector.see(stage.trace[-1]))
    assert set(findings) == {Finding.GOOD}


def test_a_dry_pad_is_a_warning_and_at_high_current_open():
    assert set(seen(lambda stage: stage.set_load(1, "dry"), 10, before=0)) == {Finding.WARN}
    assert seen(lambda stage: stage.set_load(1, "dry"), 80, before=0) == [Finding.WARN, Finding.WARN, Finding.OPEN]


def test_a_worn_pad_near_the_voltage_limit_is_a_warning():
    assert set(seen(lambda stage: stage.set_load(1, "worn"), 37, before=0)) == {Finding.WARN}
    assert set(seen(lambda stage: stage.set_load(1, "worn"), 30, before=0)) == {Finding.GOOD}


def test_weak_pulses_count_only_in_a_row_and_from_5_ma():
    stage, detector = Stage(), Detector()
    findings = []
    for k, load in enumerate(["dry", "dry", "good", "dry", "dry"]):
        stage.set_load(1, load)
        stage.deliver(k * 1_000_000, 1, biphasic(80))
        findings.append(detector.see(stage.trace[-1]))
    assert Finding.OPEN not in findings


def test_a_pulse_that_drives_nothing_shows_nothing():
    assert seen(lambda stage: stage.set_load(1, "open"), 0) == [Finding.GOOD] * 3


def test_the_impedance_is_voltage_over_current():
    assert impedance_ohm(deliver(biphasic(10), Skin(1_000), 0.0)) == pytest.approx(1_000)
    assert impedance_ohm(deliver(biphasic(10), OpenLead(), 0.0)) == float("inf")


ALMOST_OFF = LOADS["good"].at_contact(10)


@pytest.mark.parametrize("load", [OpenLead(), ALMOST_OFF], ids=["open", "almost off"])
def test_the_p24_sees_a_lifted_electrode_from_15_ma_only(load):
    found = {ma: p24(deliver(biphasic(ma), load, 0.0)) for ma in (5, 14.5, 15, 60)}
    assert found == {
        5: P24Finding.UNSEEN,
        14.5: P24Finding.UNSEEN,
        15: P24Finding.ELECTRODE,
        60: P24Finding.ELECTRODE,
    }


def test_the_p24_tells_a_limited_current_at_any_amplitude():
    assert p24(deliver(biphasic(40), LOADS["worn"], 0.0)) is P24Finding.LOW_CURRENT
    assert p24(deliver(biphasic(10), Skin(18_000), 0.0)) is P24Finding.LOW_CURRENT
    assert p24(deliver(biphasic(10), Skin(14_000), 0.0)) is P24Finding.NONE


@pytest.mark.parametrize("load", ["open", "almost off"])
def test_the_device_is_silent_below_15_ma_and_finds_it_at_once_above(new_bench, load):
    bench = new_bench(loads={2: OpenLead() if load == "open" else ALMOST_OFF})
    bench.init()
    bench.update({2: bench.Ch(ma=14.5)})
    bench.run(1_000_000)
    assert bench.nibbles() == (0,) * 8
    assert len(bench.times()) == 51
    bench.update({2: bench.Ch(ma=15)})
    bench.run(1_100_000)
    assert bench.nibbles()[1] == 1
    assert len([p for p in bench.device.stage.trace if p.amplitude_ua == 15_000]) == 1
