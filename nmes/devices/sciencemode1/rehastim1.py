"""The RehaStim 1 as data: what it can do, how its line is opened. The MotionStim 8 speaks the same."""

from __future__ import annotations

from nmes.core.capabilities import Capabilities, ElectrodeFeedback
from nmes.devices.sciencemode1 import codec
from nmes.devices.stimulator import LinkSettings

SLOT_US = 1_500
"""Each channel's, with or without current [source: SM1 document pp. 3-4]."""

REHASTIM1 = Capabilities(
    model="RehaStim 1",
    channels=codec.CHANNELS,  # SM1 document pp. 3-4 [source]
    max_amplitude_ua=126_000,  # SM1 document [source]
    amplitude_step_ua=2_000,  # SM1 document [source]
    min_phase_us=codec.MIN_PHASE_US,  # Table 1 [source]
    max_phase_us=codec.MAX_PHASE_US,  # Table 1 [source]
    min_period_us=codec.MIN_GROUP_US + SLOT_US,  # the shortest group and what must follow it, section 4 [source]
    max_period_us=codec.MAX_PERIOD_US,  # section 4 [source]
    period_grid_us=codec.GRID_US,  # section 4 [source]
    max_points=3,  # two phases around a gap, pp. 3-4 [source]
    pulse_overhead_us=0,  # within the slot of 1.5 ms, pp. 3-4 [source]
    watchdog_ms=0,  # none in the document: it goes on for ever [source]
    electrode_floor_ua=0,  # it tells of no electrode at any amplitude [source]
    emergency_stop=True,  # RehaStim manual [source]; the program hears nothing of it
    fixed_gap_us=100,  # pp. 3-4 [source]
    symmetric_only=True,  # pp. 3-4 [source]
    one_period=True,  # section 4 [source]
    steady_only=True,  # another period is another list [design]
    group_slot_us=SLOT_US,  # pp. 3-4 [source]
    group_sources=2,  # channels 1-4 and 5-8 side by side, pp. 3-4 [source]
    group_spare_us=SLOT_US,  # section 4 [source]
    electrode_feedback=ElectrodeFeedback.NONE,  # [source]
    output_mv=150_000,  # about 150 V [source: RehaStim operation manual]
)

SETTINGS = LinkSettings(baud=115_200, data_bits=8, parity="N", stop_bits=2, rts_cts=True)
"""SM1 document p. 6 Table 2 [source]."""


def list_of(channels: tuple[int, ...], period_us: int) -> codec.ListInit:
    """The list of these channels with the shortest group that holds them: a group is over before the next begins."""
    group_us = REHASTIM1.group_us(channels) - REHASTIM1.group_spare_us
    return codec.ListInit(channels, period_us, max(codec.MIN_GROUP_US, group_us))
