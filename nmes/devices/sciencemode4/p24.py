"""The P24 as data: what it can do, how its line is opened, and its dialect."""

from __future__ import annotations

from nmes.core.capabilities import Capabilities
from nmes.devices.sciencemode4.dialect import Dialect
from nmes.devices.sciencemode4.numbers import ALL_CHANNELS
from nmes.devices.sciencemode4.requests import (
    CHANNELS,
    CURRENT_STEP_UA,
    MAX_CURRENT_UA,
    MAX_POINT_US,
    MAX_POINTS,
    MIN_POINT_US,
    QUARTER_MS_US,
    GetExtendedVersion,
    GetVersionMain,
    MlGetCurrentData,
    MlInit,
)
from nmes.devices.stimulator import LinkSettings

P24 = Capabilities(
    model="P24",
    channels=CHANNELS,  # Instructions for Use v1.1 p. 29 [source]
    max_amplitude_ua=MAX_CURRENT_UA,  # p. 29, at 1 kOhm [source]
    amplitude_step_ua=CURRENT_STEP_UA,  # p. 29 [source]
    min_phase_us=MIN_POINT_US,  # shorter points act as 10 us [source: vendor's library]
    max_phase_us=MAX_POINT_US,  # 12 bits, Table 15 [source]
    min_period_us=500,  # p. 29 [source]
    max_period_us=16_383_000,  # p. 29, on the 0.5 ms grid [source]
    period_grid_us=QUARTER_MS_US,  # p. 24 [source]; up to 8191.5 ms, multiples of 0.5 ms beyond
    max_points=MAX_POINTS,  # p. 29 [source]
    pulse_overhead_us=60,  # 40 us lead and 20 us reserve [source: vendor's library]
    watchdog_ms=2000,  # p. 23 [source]
    electrode_floor_ua=15_000,  # [source: vendor's library, comment on result 10]
    emergency_stop=False,  # README of ScienceMode4_P24 [source]
    output_mv=150_000,  # p. 29 [source]
)

SETTINGS = LinkSettings(baud=3_000_000, data_bits=8, parity="N", stop_bits=2, rts_cts=True)
"""Instructions for Use v1.1 p. 16 Table 1 [source]."""


DIALECT = Dialect(
    capabilities=P24,
    generation=4,
    oldest=0,  # no document names one [design]
    init=MlInit(stop_on_all_errors=True),
    poll=MlGetCurrentData(ALL_CHANNELS),
    version=GetExtendedVersion(),
    has_battery=False,
    foreign_version=GetVersionMain(),  # what a RehaMove3 answers in place of it [source: vendor's library]
    foreign_model="RehaMove3",
    foreign_generation=3,
)
