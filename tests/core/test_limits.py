"""Clinical limits stand as their sources give them, and two of them cannot be reached once the others hold."""

from nmes.core import dose, limits
from nmes.core.protocol import Channel, Stage
from nmes.core.waveform import Waveform


def test_the_limits_are_those_of_their_sources() -> None:
    assert limits.MAX_DENSITY_UA_PER_MM2 * 100 == 2_000  # 2 mA/cm², maker of the P24
    assert limits.MAX_POWER_NW_PER_MM2 * 100 == 100_000_000  # 0.1 W/cm², maker of the P24
    assert limits.MAX_PHASE_US == 1_000
    assert limits.MAX_PULSE_ENERGY_NJ == 300 * 1_000_000
    assert limits.MIN_RAMP_MS == 500
    assert limits.MIN_RESUME_MS == 5_000
    assert limits.MAX_STEP_UA == 1_000
    assert limits.MAX_SLEW_UA_PER_S == 2_000


def test_the_rms_limit_depends_on_the_frequency() -> None:
    assert limits.max_rms_ua(400_000) == 50_000
    assert limits.max_rms_ua(400_001) == 80_000


def test_the_bounds_of_the_file_are_those_of_the_limits() -> None:
    shortest, most = limits.MIN_RAMP_MS / 1000, limits.MAX_FREQUENCY_MHZ / 1000
    bounds = Stage.model_fields["ramp_up_s"].metadata, Channel.model_fields["pad_cm2"].metadata
    assert all(bounds), "the bounds are validators of the fields"
    assert (shortest, most) == (0.5, 200)
    assert (limits.MIN_PAD_MM2, limits.MAX_PAD_MM2) == (300, 40_000)
    assert limits.MAX_TREATMENT_MS == 120 * 60_000


def test_power_and_energy_stay_far_below_their_limits_when_density_and_rms_hold() -> None:
    """At 50 mA r.m.s. on the smallest pad that allows it, and for the largest pulse a protocol can ask for."""
    largest = Waveform(limits.MAX_PHASE_US, 0, 1, 5_000).points(130_000, 500)
    assert dose.pulse_energy_nj(largest) * 10 < limits.MAX_PULSE_ENERGY_NJ
    smallest_pad_mm2 = limits.MAX_RMS_UA // limits.MAX_DENSITY_UA_PER_MM2
    steady = ((1_000, limits.MAX_RMS_UA),)
    assert dose.power_nw_per_mm2(steady, 1_000, smallest_pad_mm2) * 2 <= limits.MAX_POWER_NW_PER_MM2
