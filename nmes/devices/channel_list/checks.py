"""What a channel list device must never be asked for: what it would play otherwise than asked, or not at all."""

from __future__ import annotations

from nmes.core.capabilities import Capabilities
from nmes.core.commands import ChannelOutput
from nmes.core.waveform import Waveform


def check(outputs: tuple[ChannelOutput, ...], device: Capabilities) -> None:
    """ValueError if the device could not play these outputs, at any amplitude on the way to them."""
    channels = {output.channel for output in outputs}
    if len(channels) != len(outputs):
        raise ValueError("a channel is set twice")
    for output in outputs:
        if not 1 <= output.channel <= device.channels:
            raise ValueError(f"channel {output.channel}: the device has 1 to {device.channels}")
        if not (0 <= output.amplitude_ua <= device.max_amplitude_ua and output.rise_ua_per_s >= 0):
            raise ValueError(f"channel {output.channel}: {output.amplitude_ua} uA rising {output.rise_ua_per_s} uA/s")
        _check_waveform(output, output.waveform, device)
    periods = {output.waveform.period_us for output in outputs}
    if len(periods) > 1:
        raise ValueError(f"one period for all channels, not {sorted(periods)}")
    if periods and device.group_us(channels) > min(periods):
        raise ValueError(f"{len(channels)} channels do not fit into a period of {min(periods)} us")


def _check_waveform(output: ChannelOutput, waveform: Waveform, device: Capabilities) -> None:
    period_us = waveform.period_us
    if not device.min_period_us <= period_us <= device.max_period_us or period_us % device.period_grid_us:
        raise ValueError(f"channel {output.channel}: a period of {period_us} us")
    if not device.min_phase_us <= waveform.phase_us <= device.max_phase_us:
        raise ValueError(f"channel {output.channel}: a phase of {waveform.phase_us} us")
    if (waveform.gap_us, waveform.ratio) != (device.fixed_gap_us, 1):
        raise ValueError(f"channel {output.channel}: a gap of {waveform.gap_us} us, ratio {waveform.ratio}")
    if waveform.burst_pulses or waveform.burst_period_ms or output.band is not None:
        raise ValueError(f"channel {output.channel}: bursts or a sweep, the device plays steady trains")
