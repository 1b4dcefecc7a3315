"""The RehaMove3 as data: what it can do, how its line is opened, and its dialect."""

from __future__ import annotations

from nmes.core.capabilities import Capabilities
from nmes.devices.sciencemode4.dialect import Dialect
from nmes.devices.sciencemode4.numbers import FOUR_CHANNELS
from nmes.devices.sciencemode4.requests import (
    CURRENT_STEP_UA,
    HALF_MS_US,
    MAX_CURRENT_UA,
    MAX_POINT_US,
    MAX_POINTS,
    GetExtendedVersion,
    GetVersionMain,
    MlGetCurrentData,
    MlInit,
)
from nmes.devices.stimulator import LinkSettings

REHAMOVE3 = Capabilities(
    model="RehaMove3",
    channels=4,  # SM3 document v3.2.4 p. 3 [source]
    max_amplitude_ua=MAX_CURRENT_UA,  # +-130 mA, p. 3 [source]
    amplitude_step_ua=CURRENT_STEP_UA,  # p. 3 [source]
    min_phase_us=20,  # pulse width 20-16000 us [source]
    max_phase_us=MAX_POINT_US,  # one point has 12 bits; the 16000 us take several [source]
    min_period_us=2_000,  # 500 Hz, p. 3 [source]
    max_period_us=1_000_000,  # 1 Hz, p. 3 [source]
    period_grid_us=HALF_MS_US,  # the lowest bit of the field is reserved [source]
    max_points=MAX_POINTS,  # [source]
    pulse_overhead_us=60,  # as on the P24: the vendor's library makes no difference [inferred]
    watchdog_ms=2000,  # [source]
    electrode_floor_ua=15_000,  # the vendor's library says it of result 10 in general [inferred]
    emergency_stop=False,  # [source]
    output_mv=150_000,  # the highest level it can be set to, which is its standard [source]
)

SETTINGS = LinkSettings(baud=3_000_000, data_bits=8, parity="N", stop_bits=2, rts_cts=True)
"""SM3 document p. 4 [source]; behind an FTDI chip, so that the baud rate matters."""

DIALECT = Dialect(
    capabilities=REHAMOVE3,
    generation=3,
    oldest=2,  # version 3.2.4 is what is released and described [source: SM3 document]; refusing older ones: [design]
    init=MlInit(stop_on_all_errors=False),  # the byte is reserved and 0: there is no stop of all channels [source]
    poll=MlGetCurrentData(FOUR_CHANNELS),
    version=GetVersionMain(),
    has_battery=True,
    foreign_version=GetExtendedVersion(),  # what a P24 answers in place of it [source]
    foreign_model="P24",
    foreign_generation=4,
)
