"""The RehaStim2 as data: what it can do, how its line is opened, and how its channel list is kept."""

from __future__ import annotations

from nmes.core.capabilities import Capabilities, ElectrodeFeedback
from nmes.devices.channel_list.pace import Manner
from nmes.devices.sciencemode2.requests import CHANNELS, GRID_US, MAX_PULSE_US, MIN_INTERVAL_US, MIN_PULSE_US
from nmes.devices.stimulator import LinkSettings

REHASTIM2 = Capabilities(
    model="RehaStim2",
    channels=CHANNELS,  # SM2 document p. 17 [source]
    max_amplitude_ua=126_000,  # the README's limit; the document's own is 130 mA [source, the lower of two]
    amplitude_step_ua=2_000,  # README and RehaStim2 manual [source]; coded in 1 mA, so only even codes are sent
    min_phase_us=MIN_PULSE_US,  # p. 18 [source]
    max_phase_us=MAX_PULSE_US,  # p. 18 [source]
    min_period_us=MIN_INTERVAL_US,  # p. 17, the documented firmware [source]
    max_period_us=1_025_000,  # p. 18, code 2048 [source]
    period_grid_us=GRID_US,  # p. 18 [source]
    max_points=3,  # two phases and the gap [computed]
    pulse_overhead_us=0,  # the slot of each channel stands for it [source: p. 4]
    watchdog_ms=1200,  # p. 10 Table 7 [source]
    electrode_floor_ua=0,  # a test pulse before each pulse, whatever its current [source: p. 4]
    emergency_stop=True,  # p. 20 [source]; it must be plugged in
    fixed_gap_us=100,  # p. 4 [source]
    symmetric_only=True,  # p. 4 [source]
    one_period=True,  # p. 18 [source]
    steady_only=True,  # a list is changed at 0 only [source: states of the device]
    group_slot_us=1_500,  # p. 5, also without current [source]
    group_sources=1,  # two modules, one after the other [source: p. 5]
    group_all_us=20_000,  # 1 to 50 Hz with 8 channels [source: SM2 document]; of fewer it says nothing but the slots
    electrode_feedback=ElectrodeFeedback.PUSHED,  # p. 20, without the channel [source]
    output_mv=154_000,  # RehaStim2 User Manual [source]
)

SETTINGS = LinkSettings(baud=460_800, data_bits=8, parity="E", stop_bits=1, rts_cts=False)
"""SM2 document p. 9 [source]."""

PROTOCOL_VERSION = 1
"""What Init must say: the version all known clients use [source: docs/reference/sciencemode123.md]."""

ALIVE_MS = 400
"""A third of the 1.2 s after which the device lets go [source for the 1.2 s; design]."""

MANNER = Manner(REHASTIM2, ALIVE_MS)


def group_us(channels: tuple[int, ...]) -> int:
    """The inter-pulse interval of a list: at least the device's 8 ms and the slots of its channels."""
    return max(MIN_INTERVAL_US, REHASTIM2.group_slot_us * len(channels))
