"""What a device of this framing can play: the ranges of its capabilities, and those of the point format itself."""

from __future__ import annotations

from fractions import Fraction

from nmes.core.capabilities import Capabilities
from nmes.core.commands import ChannelOutput
from nmes.core.waveform import Waveform
from nmes.devices.sciencemode4 import burst
from nmes.devices.sciencemode4.requests import HALF_MS_US, QUARTER_MS_US

MAX_QUARTER_PERIOD_US = 8_191_500  # longest period on the 0.25 ms grid, P24 p. 24 [source]
MAX_PULSE_PERMILLE = 999  # pulse time of all channels per second, in ms [source: vendor's library]


def grid_us(period_us: int) -> int:
    """The grid a period is encoded on: 0.5 ms where it fits, 0.25 ms otherwise."""
    return HALF_MS_US if period_us % HALF_MS_US == 0 else QUARTER_MS_US


def check(outputs: tuple[ChannelOutput, ...], device: Capabilities) -> None:
    """ValueError if the device could not play these outputs, at any amplitude on the way to them."""
    if len({output.channel for output in outputs}) != len(outputs):
        raise ValueError("a channel is set twice")
    for output in outputs:
        if not 1 <= output.channel <= device.channels:
            raise ValueError(f"channel {output.channel}: the device has 1 to {device.channels}")
        if not (0 <= output.amplitude_ua <= device.max_amplitude_ua and output.rise_ua_per_s >= 0):
            raise ValueError(f"channel {output.channel}: {output.amplitude_ua} uA rising {output.rise_ua_per_s} uA/s")
        _check_waveform(output.channel, output.waveform, device)
        _check_course(output)
    if not burst.gates_alike(output.waveform for output in outputs):
        raise ValueError("bursts go on and off on all channels together")
    _check_pulse_time(outputs, device)


def _check_waveform(channel: int, waveform: Waveform, device: Capabilities) -> None:
    longest_us = _second_phase_us(waveform)
    if waveform.ratio < 1 or waveform.phase_us < device.min_phase_us or longest_us > device.max_phase_us:
        raise ValueError(f"channel {channel}: a phase of {waveform.phase_us} us, ratio {waveform.ratio}")
    if waveform.gap_us and not device.min_phase_us <= waveform.gap_us <= device.max_phase_us:
        raise ValueError(f"channel {channel}: an interphase gap of {waveform.gap_us} us")
    period_us = waveform.period_us
    longest_period_us = device.max_period_us if period_us % HALF_MS_US == 0 else MAX_QUARTER_PERIOD_US
    if period_us % device.period_grid_us or not device.min_period_us <= period_us <= longest_period_us:
        raise ValueError(f"channel {channel}: a period of {period_us} us")


def _check_course(output: ChannelOutput) -> None:
    waveform = output.waveform
    if (waveform.burst_pulses or waveform.burst_period_ms) and not burst.fits(waveform):
        raise ValueError(
            f"channel {output.channel}: {waveform.burst_pulses} pulses in bursts each {waveform.burst_period_ms} ms"
        )
    if output.band is not None and not output.band.holds(waveform):
        raise ValueError(f"channel {output.channel}: {waveform} is not part of {output.band}")


def _check_pulse_time(outputs: tuple[ChannelOutput, ...], device: Capabilities) -> None:
    # sum of (pulse in us + 60) / period in ms, rounded up, below 1000 [source: vendor's library]
    used = Fraction(0)
    for output in outputs:
        waveform = output.waveform
        pulse_us = waveform.phase_us + waveform.gap_us + _second_phase_us(waveform) + device.pulse_overhead_us
        used += Fraction(pulse_us * 1000, waveform.period_us)
    if used > MAX_PULSE_PERMILLE:
        raise ValueError(f"the pulses of all channels need {float(used):.1f} ms of each second")


def _second_phase_us(waveform: Waveform) -> int:
    # The second current rounds down to the grid; at worst to one step where 2 * ratio - 1 steps belong to the first.
    return (2 * waveform.ratio - 1) * waveform.phase_us
