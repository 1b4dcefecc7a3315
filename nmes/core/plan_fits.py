"""Whether a device can keep the time a stage asks for: its rate, its channels within one period, and nothing that
changes in the middle of a contraction where the device can only go on as it began.

Separate from `delivery`, which asks the same of a single pulse. A rate a device cannot reach is refused: it would be
another dose. Only the rounding to its grid is done and told.
"""

from __future__ import annotations

from collections.abc import Iterator

from nmes.core.capabilities import Capabilities
from nmes.core.delivery import period_asked_us
from nmes.core.problems import Problem
from nmes.core.protocol import Stage
from nmes.core.protocol_stage import AlternatingFrequency, SweepFrequency


def timing_problems(
    path: str, stage: Stage, ctf_mhz: int | None, channels: int, device: Capabilities
) -> Iterator[Problem]:
    """Why this device cannot play this stage at its times; `path` names the stage, `channels` are 1 to so many."""
    yield from _steady_problems(path, stage, device)
    _, fastest_mhz = stage.band_mhz(ctf_mhz)
    asked_us = period_asked_us(fastest_mhz)
    group_us = device.group_us(range(1, min(channels, device.channels) + 1))
    if asked_us < device.min_period_us:
        reason = f"{fastest_mhz / 1000:g} Hz is faster than {device.model} can pulse"
        yield Problem(f"{path}.frequency_hz", "", reason, f"give {_hertz(device.min_period_us)} Hz or less")
    elif device.longer_period_us(asked_us) < group_us:
        reason = f"{device.model} needs {group_us / 1000:g} ms for the pulses of {channels} channels"
        if group_us == device.group_all_us:
            reason = f"with all its channels {device.model} is documented for {_hertz(group_us)} Hz and less"
        accepted = f"use fewer channels, or give {_hertz(group_us)} Hz or less"
        yield Problem(f"{path}.frequency_hz", f"{fastest_mhz / 1000:g} Hz", reason, accepted)


def _steady_problems(path: str, stage: Stage, device: Capabilities) -> Iterator[Problem]:
    if not device.steady_only:
        return
    if isinstance(stage.frequency_hz, SweepFrequency | AlternatingFrequency):
        reason = f"{device.model} would have to stop to change its frequency"
        yield Problem(f"{path}.frequency_hz", "", reason, "give one frequency for the whole stage")
    if stage.phase_sweep is not None:
        reason = f"on {device.model} a phase keeps its length while current flows"
        yield Problem(f"{path}.phase_sweep", "", reason, "give one phase, without a sweep")
    if stage.burst is not None:
        reason = f"{device.model} gives single pulses at one rate, no bursts"
        yield Problem(f"{path}.burst", "", reason, "give a frequency without bursts")


def _hertz(period_us: int) -> str:
    """The highest frequency this period allows, rounded down to 0.1 Hz."""
    return f"{10_000_000 // period_us / 10:g}"
