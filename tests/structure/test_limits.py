"""Clinical limits lie within the guard's, and the guard's within the firmware's: three texts, written separately.

The only place that imports all three.
"""

from __future__ import annotations

import pytest

from firmware_sim.sciencemode4 import limits as firmware
from helpers.rows import bundled
from nmes.core import limits as clinical
from nmes.devices.sciencemode4.p24 import P24
from nmes.guard.ceilings import Ceilings

GUARD = Ceilings()


@pytest.mark.covers("SR-04")
@bundled(
    ("what", "inner", "outer"),
    [
        ("phase duration, us", clinical.MAX_PHASE_US, GUARD.max_phase_us),
        ("r.m.s. current, uA", clinical.MAX_RMS_UA, GUARD.max_rms_ua),
        ("r.m.s. current above 400 Hz, uA", clinical.MAX_RMS_ABOVE_400_HZ_UA, GUARD.max_fast_rms_ua),
        ("r.m.s. density, uA/mm2", clinical.MAX_DENSITY_UA_PER_MM2, GUARD.max_density_ua_per_mm2),
        ("power density, nW/mm2", clinical.MAX_POWER_NW_PER_MM2, GUARD.max_power_uw_per_mm2 * 1000),
        ("energy of a pulse, nJ", clinical.MAX_PULSE_ENERGY_NJ, GUARD.max_pulse_energy_uj * 1000),
        ("net charge, permille", clinical.MAX_NET_CHARGE_PERMILLE, GUARD.max_net_permille),
        ("charge of a treatment, pC", clinical.MAX_TREATMENT_CHARGE_NC * 1000, GUARD.max_session_charge_pc),
        ("pulse rate, mHz", clinical.MAX_FREQUENCY_MHZ, 1_000_000_000 // GUARD.min_period_us),
        ("longest period, us", 1_000_000_000 // 500, GUARD.max_period_us),
        ("pad, mm2", clinical.MAX_PAD_MM2, GUARD.max_pad_mm2),
        ("charge of a phase, pC", P24.max_amplitude_ua * clinical.MAX_PHASE_US, GUARD.max_phase_charge_pc),
        ("amplitude, uA", P24.max_amplitude_ua, GUARD.max_amplitude_ua),
    ],
)
def test_clinical_limits_lie_within_the_guards(what: str, inner: int, outer: int) -> None:
    assert 0 < inner <= outer, what


def test_the_guard_allows_no_ramp_that_is_faster_than_the_clinical_one() -> None:
    assert clinical.MIN_RAMP_MS >= GUARD.min_ramp_ms > 0
    assert GUARD.min_ramp_ms <= clinical.MIN_RESUME_MS


def test_a_treatment_charge_leaves_room_for_finding_the_levels() -> None:
    assert GUARD.max_session_charge_pc > clinical.MAX_TREATMENT_CHARGE_NC * 1000


@pytest.mark.covers("SR-04")
@pytest.mark.parametrize(
    ("what", "inner", "outer"),
    [
        ("amplitude, uA", GUARD.max_amplitude_ua, firmware.MAX_CURRENT_UA),
        ("period, us", GUARD.max_period_us, firmware.MAX_PERIOD_CODE * 500),
        ("silence before the skin counts as 0, us", 2 * GUARD.silence_us, firmware.DEAD_MAN_US),
        ("pulse time, ppm", GUARD.max_busy_ppm, firmware.MAX_PULSE_MS_PER_S * 1000),
        ("overhead of a pulse, us", firmware.PULSE_OVERHEAD_US, GUARD.pulse_overhead_us),
    ],
)
def test_the_guards_limits_lie_within_the_firmwares(what: str, inner: int, outer: int) -> None:
    assert 0 < inner <= outer, what


def test_what_the_driver_says_the_device_can_do_the_firmware_can() -> None:
    assert P24.max_amplitude_ua <= firmware.MAX_CURRENT_UA
    assert P24.max_points <= firmware.MAX_POINTS
    assert P24.min_phase_us >= firmware.MIN_POINT_US
    assert P24.watchdog_ms * 1000 == firmware.DEAD_MAN_US
    assert P24.electrode_floor_ua >= firmware.ELECTRODE_FLOOR_UA


@pytest.mark.covers("SR-05")
def test_an_increase_is_at_most_1_ma_and_2_ma_a_second_in_steps_the_device_has() -> None:
    assert P24.amplitude_step_ua <= clinical.MAX_STEP_UA == 1_000
    assert clinical.MAX_SLEW_UA_PER_S == 2_000
