"""What a channel list device is never asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nmes.core.capabilities import Capabilities, ElectrodeFeedback
from nmes.core.commands import ChannelOutput
from nmes.core.waveform import Band, Waveform
from nmes.devices.channel_list.checks import check

DEVICE = Capabilities(
    model="a list of eight",
    channels=8,
    max_amplitude_ua=126_000,
    amplitude_step_ua=2_000,
    min_phase_us=20,
    max_phase_us=500,
    min_period_us=8_000,
    max_period_us=1_025_000,
    period_grid_us=500,
    max_points=3,
    pulse_overhead_us=0,
    watchdog_ms=1200,
    electrode_floor_ua=0,
    emergency_stop=True,
    fixed_gap_us=100,
    symmetric_only=True,
    one_period=True,
    steady_only=True,
    group_slot_us=1_500,
    electrode_feedback=ElectrodeFeedback.PUSHED,
)
W = Waveform(300, 100, 1, 20_000)
GOOD = ChannelOutput(1, 20_000, W, 10_000)


def test_what_it_can_play_passes() -> None:
    check((), DEVICE)
    for good in (
        GOOD,
        replace(GOOD, channel=8, amplitude_ua=126_000, rise_ua_per_s=0),
        replace(GOOD, amplitude_ua=0, waveform=replace(W, phase_us=20, period_us=8_000)),
        replace(GOOD, waveform=replace(W, phase_us=500, period_us=1_025_000)),
    ):
        check((good,), DEVICE)
    check(tuple(replace(GOOD, channel=c, waveform=replace(W, period_us=12_000)) for c in range(1, 9)), DEVICE)


@pytest.mark.parametrize(
    ("words", "outputs"),
    [
        ("set twice", (GOOD, GOOD)),
        ("has 1 to 8", (replace(GOOD, channel=0),)),
        ("has 1 to 8", (replace(GOOD, channel=9),)),
        ("126001 uA", (replace(GOOD, amplitude_ua=126_001),)),
        ("-1 uA", (replace(GOOD, amplitude_ua=-1),)),
        ("rising -1", (replace(GOOD, rise_ua_per_s=-1),)),
        ("period of 7500", (replace(GOOD, waveform=replace(W, period_us=7_500)),)),
        ("period of 1025500", (replace(GOOD, waveform=replace(W, period_us=1_025_500)),)),
        ("period of 20250", (replace(GOOD, waveform=replace(W, period_us=20_250)),)),
        ("phase of 19", (replace(GOOD, waveform=replace(W, phase_us=19)),)),
        ("phase of 501", (replace(GOOD, waveform=replace(W, phase_us=501)),)),
        ("gap of 0", (replace(GOOD, waveform=replace(W, gap_us=0)),)),
        ("ratio 2", (replace(GOOD, waveform=replace(W, ratio=2)),)),
        ("steady", (replace(GOOD, waveform=replace(W, burst_pulses=3)),)),
        ("steady", (replace(GOOD, waveform=replace(W, burst_period_ms=500)),)),
        ("steady", (replace(GOOD, band=Band(20_000, 30_000, 300, 300)),)),
        ("one period", (GOOD, replace(GOOD, channel=2, waveform=replace(W, period_us=25_000)))),
        (
            "6 channels do not fit into a period of 8500 us",
            tuple(replace(GOOD, channel=c, waveform=replace(W, period_us=8_500)) for c in range(1, 7)),
        ),
    ],
)
def test_what_it_would_play_otherwise_is_refused(words: str, outputs: tuple[ChannelOutput, ...]) -> None:
    with pytest.raises(ValueError, match=words):
        check(outputs, DEVICE)
