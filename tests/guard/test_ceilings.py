"""The ceilings, written out a second time: whoever changes one has to change it here and say why."""

from __future__ import annotations

from dataclasses import asdict

from nmes.guard.ceilings import P24, REHAMOVE3, REHASTIM1, REHASTIM2, Ceilings


def test_the_ceilings_are_these() -> None:
    assert asdict(Ceilings()) == {
        "channels": 8,
        "max_amplitude_ua": 130_000,
        "max_phase_us": 1_000,
        "max_return_phase_us": 4_095,
        "max_gap_us": 1_000,
        "max_ratio": 8,
        "max_phase_charge_pc": 130 * 10**6,
        "max_net_permille": 10,
        "max_rms_ua": 50_000,
        "max_fast_rms_ua": 80_000,
        "fast_period_us": 10**6 // 400,
        "min_period_us": -(-(10**6) // 1500),
        "max_period_us": 2 * 10**6,
        "max_density_ua_per_mm2": 2_000 // 100,
        "load_ohm": 500,
        "max_power_uw_per_mm2": 100_000 // 100,
        "max_pulse_energy_uj": 300 * 1000,
        "pulse_overhead_us": 60,
        "max_busy_ppm": 999_000,
        "min_ramp_ms": 500,
        "max_pad_mm2": 300 * 100,
        "max_burst_pulses": 20,
        "min_burst_period_ms": 1000 // 5,
        "max_burst_period_ms": 1000,
        "burst_gap_us": 10**6,
        "burst_late_us": 10**5,
        "step_ua": 500,
        "update_us": 10**6 // 25,
        "turn_us": 20_000,
        "frame_us": 10**6 // 100,
        "frame_burst_us": 200_000,
        "write_us": 200_000,
        "max_session_charge_pc": 20 * 10**12,
        "silence_us": 10**6,
    }


def test_the_older_families_differ_in_these() -> None:
    def differences(family: Ceilings) -> dict[str, int]:
        usual = asdict(Ceilings())
        return {name: value for name, value in asdict(family).items() if value != usual[name]}

    of_a_list = {
        "max_amplitude_ua": 126_000,
        "max_phase_us": 500,
        "max_return_phase_us": 500,
        "max_gap_us": 100,
        "max_ratio": 1,
        "max_phase_charge_pc": 126_000 * 500,
        "max_burst_pulses": 0,
        "step_ua": 2_000,
    }
    assert differences(P24) == {}
    assert differences(REHAMOVE3) == {"channels": 4, "min_period_us": 10**6 // 500, "max_period_us": 10**6}
    assert differences(REHASTIM2) == of_a_list | {
        "min_period_us": 8_000,
        "max_period_us": 1_025_000,
        "silence_us": 1_200_000 // 2,
    }
    assert differences(REHASTIM1) == of_a_list | {
        "min_period_us": 3_000 + 1_500,
        "max_period_us": 1_023_500,
        "max_busy_ppm": 2 * 999_000,
    }
