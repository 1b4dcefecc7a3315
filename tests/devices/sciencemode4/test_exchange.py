"""Every deadline has its number; the line and the device are those of the manual."""

from __future__ import annotations

from nmes.devices.sciencemode4.driver import P24Driver
from nmes.devices.sciencemode4.exchange import DEADLINES, Ask
from nmes.devices.sciencemode4.p24 import P24, SETTINGS
from nmes.devices.stimulator import LinkSettings


def test_every_reason_to_ask_has_a_deadline_and_all_but_identification_end_within_the_keep_alive() -> None:
    assert set(DEADLINES) == set(Ask)
    assert {ask: deadline.deadline_ms for ask, deadline in DEADLINES.items()} == {
        Ask.WHO: 500,
        Ask.ENABLE: 400,
        Ask.UPDATE: 200,
        Ask.POLL: 200,
        Ask.STOP: 100,
        Ask.STOPPED: 100,
    }
    assert 400 + 2 * DEADLINES[Ask.POLL].deadline_ms < P24.watchdog_ms


def test_the_line_is_opened_as_the_manual_says() -> None:
    assert LinkSettings(3_000_000, 8, "N", 2, True) == SETTINGS


def test_the_capabilities_are_those_of_the_manual() -> None:
    assert P24Driver().capabilities is P24
    assert (P24.channels, P24.max_amplitude_ua, P24.amplitude_step_ua) == (8, 130_000, 500)
    assert (P24.min_phase_us, P24.max_phase_us, P24.max_points) == (10, 4095, 16)
    assert (P24.min_period_us, P24.max_period_us, P24.period_grid_us) == (500, 16_383_000, 250)
    assert (P24.pulse_overhead_us, P24.watchdog_ms, P24.electrode_floor_ua, P24.emergency_stop) == (
        60,
        2000,
        15_000,
        False,
    )
