"""What a device makes of what a protocol asks: the waveform on its grid, the ceiling of its amplitude, and why.

Frequencies round to the longer period, amplitudes down; a device whose interphase gap is fixed plays its own. A ceiling
is the highest level at which it and every level below it stay within the limits, on this pad, for the pulse as the
device makes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nmes.core import limits
from nmes.core.capabilities import Capabilities
from nmes.core.course import Course
from nmes.core.dose import square_sum
from nmes.core.problems import Problem
from nmes.core.protocol import Channel, PulseShape
from nmes.core.units import floor_to_step, frequency_mhz
from nmes.core.waveform import Waveform, net_charge_permille

MIN_USEFUL_UA = 10_000
"""A protocol that may not even reach this (or its own lower maximum) on its pads is refused, not capped. [design]"""


@dataclass(frozen=True, slots=True)
class Slot:
    """What is titrated: `channel` 1 to 8 at one waveform, an index into `Plan.waveforms`."""

    channel: int
    waveform: int


@dataclass(frozen=True, slots=True)
class Delivered:
    """What was asked of one slot and what the device will deliver; `ceiling_reason` says what set the ceiling."""

    slot: Slot
    asked_frequency_mhz: int
    frequency_mhz: int
    period_us: int
    asked_phase_us: int
    phase_us: int
    asked_amplitude_ua: int
    ceiling_ua: int
    ceiling_reason: str
    asked_gap_us: int = 0
    gap_us: int = 0


PROTOCOL_MAXIMUM = "the protocol's maximum"
DENSITY = "2 mA/cm² r.m.s. on this pad"
CHARGE = "a pulse that returns its charge within 1 %"
CEILING_REASONS = (PROTOCOL_MAXIMUM, DENSITY, CHARGE)
"""All that is said in words."""


def realised(shape: PulseShape, asked_mhz: int, device: Capabilities) -> Waveform:
    """The waveform at the device's next longer period, with its own gap where it has no other."""
    gap_us = device.fixed_gap_us or shape.gap_us
    return Waveform(shape.phase_us, gap_us, shape.ratio or 1, device.longer_period_us(period_asked_us(asked_mhz)))


def period_asked_us(asked_mhz: int) -> int:
    """From pulse to pulse at this frequency, rounded up."""
    return -(-1_000_000_000 // asked_mhz)


def delivered(
    slot: Slot, channel: Channel, waveform: Waveform, strongest: Waveform, asked_mhz: int, device: Capabilities
) -> Delivered:
    """Asked against delivered, with the ceiling on this channel's pad for the strongest pulses at this level."""
    asked_ua = channel.max_amplitude_ua
    ceiling_ua, reason = _ceiling(strongest, min(asked_ua, device.max_amplitude_ua), channel.pad_mm2, device)
    return Delivered(
        slot,
        asked_mhz,
        frequency_mhz(waveform.period_us),
        waveform.period_us,
        channel.waveform.phase_us,
        waveform.phase_us,
        asked_ua,
        ceiling_ua,
        reason,
        channel.waveform.gap_us,
        waveform.gap_us,
    )


def _ceiling(waveform: Waveform, asked_ua: int, pad_mm2: int, device: Capabilities) -> tuple[int, str]:
    step_ua = device.amplitude_step_ua
    most_ua = floor_to_step(asked_ua, step_ua)
    for amplitude_ua in range(step_ua, most_ua + 1, step_ua):
        reason = _over(waveform, amplitude_ua, pad_mm2, step_ua)
        if reason:
            return amplitude_ua - step_ua, reason
    return most_ua, PROTOCOL_MAXIMUM


def _over(waveform: Waveform, amplitude_ua: int, pad_mm2: int, step_ua: int) -> str:
    """The first limit this amplitude would break, in words, or nothing.

    Power density and energy need no check of their own: density and r.m.s. current keep them under half their limits.
    """
    points, period_us = waveform.points(amplitude_ua, step_ua), waveform.period_us
    squares, rms_ua = square_sum(points), limits.max_rms_ua(frequency_mhz(period_us))
    if squares > (limits.MAX_DENSITY_UA_PER_MM2 * pad_mm2) ** 2 * period_us:
        return DENSITY
    if squares > rms_ua**2 * period_us:
        return f"{rms_ua // 1000} mA r.m.s."
    if net_charge_permille(points) > limits.MAX_NET_CHARGE_PERMILLE:
        return CHARGE
    return ""


def slot_problems(
    path: str, channel: Channel, made: Delivered, course: Course, waveform: Waveform, device: Capabilities
) -> Iterator[Problem]:
    """Why this device cannot deliver this channel: its slowest pulses, or `waveform`, the strongest it is used for."""
    phase_path, phase = f"{path}.waveform.phase_us", f"{waveform.phase_us}"
    least_us, most_us = device.min_phase_us, device.max_phase_us
    if not least_us <= waveform.phase_us <= most_us or waveform.longest_second_us() > most_us:
        longest_us = waveform.longest_second_us()
        reason = f"a phase may last {longest_us} µs; {device.model} makes {least_us} to {most_us} µs"
        yield Problem(phase_path, phase, reason, "give another phase or a smaller ratio")
    if waveform.gap_us and not least_us <= waveform.gap_us <= most_us:
        reason = f"{device.model} makes gaps of {least_us} to {most_us} µs"
        yield Problem(f"{path}.waveform.gap_us", str(waveform.gap_us), reason, "give such a gap, or 0")
    if device.symmetric_only and waveform.ratio != 1:
        reason = f"the second phase would be {waveform.ratio} times weaker; {device.model} makes both alike"
        yield Problem(f"{path}.waveform.shape", "", reason, "give a symmetric pulse")
    points = 3 if waveform.gap_us else 2
    if points > device.max_points:
        yield Problem(
            f"{path}.waveform", "", f"the pulse needs {points} parts, {device.model} makes {device.max_points}"
        )
    if max(course.periods.values) > device.max_period_us:
        reason = f"{made.asked_frequency_mhz / 1000:g} Hz is slower than {device.model} can pulse"
        yield Problem(path, "", reason, f"give {1_000_000 / device.max_period_us:g} Hz or more")
    if waveform.longest_us() >= waveform.period_us:
        reason = f"the pulse may last {waveform.longest_us()} µs, longer than its period of {waveform.period_us} µs"
        yield Problem(phase_path, phase, reason, "give a shorter phase or a lower frequency")
    if made.asked_amplitude_ua > device.max_amplitude_ua:
        reason = f"{device.model} gives at most {device.max_amplitude_ua / 1000:g} mA"
        yield Problem(f"{path}.max_amplitude_ma", str(channel.max_amplitude_ma), reason, "give that or less")
    if made.ceiling_ua < min(MIN_USEFUL_UA, floor_to_step(made.asked_amplitude_ua, device.amplitude_step_ua)):
        reason = f"only {made.ceiling_ua / 1000:g} mA would keep within {made.ceiling_reason}"
        yield Problem(
            f"{path}.pad_cm2", str(channel.pad_cm2), reason, "use larger pads, a shorter phase or fewer hertz"
        )
