"""The same for the three older families: what a plan may ask lies within the guard, and that within the device.

Beside `test_limits`, which holds the P24. Here too each number is written three times, by three hands.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from firmware_sim.devices import model, new_device
from firmware_sim.sciencemode1 import limits as one
from firmware_sim.sciencemode2 import limits as two
from firmware_sim.sciencemode4 import limits as four
from nmes.core import limits as clinical
from nmes.runtime.families import FAMILIES, family


@dataclass(frozen=True, slots=True)
class Firmware:
    """What the simulated device takes: times in us, current in uA."""

    most_ua: int
    least_phase_us: int
    most_phase_us: int
    least_period_us: int
    most_period_us: int


FIRMWARE = {
    "rehamove3": Firmware(four.MAX_CURRENT_UA, four.MIN_POINT_US, 4_095, 500, four.MAX_PERIOD_CODE * 500),
    "rehastim2": Firmware(
        two.MOST_MA * 1_000,
        two.LEAST_WIDTH_US,
        two.MOST_WIDTH_US,
        two.LEAST_INTERVAL_US,
        1_000 + 500 * two.MOST_MAIN_CODE,
    ),
    "rehastim1": Firmware(
        one.MOST_MA * 1_000, one.LEAST_WIDTH_US, one.MOST_WIDTH_US, one.LEAST_MAIN_US, one.MOST_MAIN_US
    ),
}


@pytest.mark.covers("SR-04")
def test_what_each_family_may_be_asked_lies_within_the_guard_and_that_within_its_device() -> None:
    wrong = []
    for key, device in FIRMWARE.items():
        able, guard = family(key).capabilities, family(key).ceilings
        phase_us = min(able.max_phase_us, clinical.MAX_PHASE_US)
        dead_man_us = model(key).dead_man_us
        rows = {
            "channels": (able.channels, guard.channels, model(key).channels),
            "amplitude, uA": (able.max_amplitude_ua, guard.max_amplitude_ua, device.most_ua),
            "phase, us": (phase_us, guard.max_phase_us, device.most_phase_us),
            "longest period, us": (able.max_period_us, guard.max_period_us, device.most_period_us),
            "least period, turned round": (-able.min_period_us, -guard.min_period_us, -device.least_period_us),
            "least phase, turned round": (-able.min_phase_us, -device.least_phase_us, 0),
            "charge of a phase, pC": (able.max_amplitude_ua * phase_us, guard.max_phase_charge_pc, 1 << 40),
            "fixed gap, us": (able.fixed_gap_us, guard.max_gap_us, 1 << 40),
            "twice the silence, us": (1, 2 * guard.silence_us, dead_man_us or 2_000_000),
        }
        wrong += [f"{key}: {what} {row}" for what, row in rows.items() if list(row) != sorted(row)]
        told_us = able.watchdog_ms * 1_000
        if told_us != (dead_man_us or 0):
            wrong.append(f"{key}: a dead-man of {told_us} us is told, {dead_man_us} us is there")
        there_mv = new_device(key).stage.compliance_mv
        if able.output_mv != there_mv:
            wrong.append(f"{key}: an output of {able.output_mv} mV is told, {there_mv} mV is there")
    assert wrong == []


@pytest.mark.covers("SR-05")
def test_only_the_two_that_cannot_step_less_step_more_than_1_ma() -> None:
    """That they do is on the screen, in the guide and in the table of limits; the rate by hand is the same for all."""
    steps_ua = {one.key: one.capabilities.amplitude_step_ua for one in FAMILIES}
    larger = {key: step_ua for key, step_ua in steps_ua.items() if step_ua > clinical.MAX_STEP_UA}
    assert larger == {"rehastim2": 2_000, "rehastim1": 2_000}
    assert all(step_ua <= clinical.MAX_SLEW_UA_PER_S for step_ua in steps_ua.values()), "a second apart at the most"
