"""Clinical limits stand as their sources give them, and two of them cannot be reached once the others hold."""

import pytest

from nmes.core import dose, limits
from nmes.core.problems import ProtocolError
from nmes.core.protocol_file import parse
from nmes.core.waveform import Waveform
from tests.core.protocol_making import CHANNEL, HEAD, STAGE, changed, sourced

BARE = HEAD + CHANNEL + STAGE + "provenance:\n  operator_absent_limit_s: {tag: design}\n"


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


@pytest.mark.parametrize(
    ("good", "at_the_limit", "beyond"),
    [
        ("ramp_up_s: 2", f"ramp_up_s: {limits.MIN_RAMP_MS / 1000}", "ramp_up_s: 0.499"),
        ("phase_us: 300", f"phase_us: {limits.MAX_PHASE_US}", f"phase_us: {limits.MAX_PHASE_US + 1}"),
        ("pad_cm2: 25", f"pad_cm2: {limits.MIN_PAD_MM2 // 100}", "pad_cm2: 2.99"),
        ("pad_cm2: 25", f"pad_cm2: {limits.MAX_PAD_MM2 // 100}", "pad_cm2: 300.01"),
        ("frequency_hz: 50", f"frequency_hz: {limits.MAX_FREQUENCY_MHZ // 1000}", "frequency_hz: 200.001"),
        ("contractions: 3", f"minutes: {limits.MAX_TREATMENT_MS // 60_000}", "minutes: 120.001"),
        (
            "operator_absent_limit_s: 60",
            f"operator_absent_limit_s: {limits.MAX_OPERATOR_ABSENT_MS // 1000}",
            "operator_absent_limit_s: 1801",
        ),
    ],
)
def test_a_protocol_file_may_go_to_the_limit_and_not_beyond(good: str, at_the_limit: str, beyond: str) -> None:
    assert parse(sourced(changed((good, at_the_limit), text=BARE)).encode(), "good.yaml")
    with pytest.raises(ProtocolError):
        parse(sourced(changed((good, beyond), text=BARE)).encode(), "good.yaml")


def test_power_and_energy_stay_far_below_their_limits_when_density_and_rms_hold() -> None:
    """At 50 mA r.m.s. on the smallest pad that allows it, and for the largest pulse a protocol can ask for."""
    largest = Waveform(limits.MAX_PHASE_US, 0, 1, 5_000).points(130_000, 500)
    assert dose.pulse_energy_nj(largest) * 10 < limits.MAX_PULSE_ENERGY_NJ
    smallest_pad_mm2 = limits.MAX_RMS_UA // limits.MAX_DENSITY_UA_PER_MM2
    steady = ((1_000, limits.MAX_RMS_UA),)
    assert dose.power_nw_per_mm2(steady, 1_000, smallest_pad_mm2) * 2 <= limits.MAX_POWER_NW_PER_MM2
