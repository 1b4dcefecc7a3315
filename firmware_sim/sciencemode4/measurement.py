"""Law: a measured pulse shows what flowed, not what was set: 128 samples that cover it from start to end.

The sampling time is the shortest whole number of µs with which they do [inferred]. Samples are magnitudes: a negative
phase is measured as positive (science_mode_4). Their unit is stated nowhere: science_mode_4 divides by 100, the C
library says to multiply by 100. With "hundredths" a sample is 0.01 mA or 0.01 V, with "hundreds" 100 µA or 100 mV.
"""

from typing import Literal

from firmware_sim.stage import Stage
from firmware_sim.stage.pulse import Points

SAMPLES = 128  # [source: P24 Instructions for Use Table 16]
CURRENT, VOLTAGE, HIGH_VOLTAGE = 1, 2, 3
LARGEST = 0xFFFF
SampleUnit = Literal["hundredths", "hundreds"]
UNIT_UA_OR_MV: dict[SampleUnit, int] = {"hundredths": 10, "hundreds": 100}


def take(
    stage: Stage, t_us: int, channel: int, points: Points, kind: int, unit: SampleUnit
) -> tuple[int, tuple[int, ...]]:
    """Sampling time and samples of the pulse about to be given; nothing (0 and none) for measurement 0."""
    if not kind:
        return 0, ()
    sampling_us = -(-sum(point.duration_us for point in points) // SAMPLES)
    currents_ua, voltages_mv = stage.samples(t_us, channel, points, sampling_us, SAMPLES)
    values = {CURRENT: currents_ua, VOLTAGE: voltages_mv, HIGH_VOLTAGE: (stage.limit_mv,) * SAMPLES}[kind]
    step = UNIT_UA_OR_MV[unit]
    return sampling_us, tuple(min(LARGEST, (abs(value) + step // 2) // step) for value in values)
