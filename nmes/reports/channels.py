"""Each channel of a session as a row of numbers, the unit in each name: for the table and for other programs alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nmes.core.units import frequency_mhz
from nmes.record.output import pieces
from nmes.record.pulses import Pulses
from nmes.record.story import Story

Row = Mapping[str, Any]


def channels(story: Story) -> tuple[Row, ...]:
    """Those that had a pad, a level or output."""
    with_output = {channel for one in story.output for channel, _ua in one.confirmed}
    numbers = sorted({*dict(story.pads), *with_output, *(number for number, _ua in _levels(story))})
    return tuple(_channel(story, number) for number in numbers)


def _channel(story: Story, number: int) -> Row:
    found = [piece for piece in pieces(story.output, story.end_ms) if piece.channel == number]
    levels = [ua for channel, ua in _levels(story) if channel == number]
    charge = {channel: (low, high) for channel, low, high in story.dose or ()}.get(number)
    muscles = story.opened.muscles if story.opened else ()
    return {
        "channel": number,
        "muscle": muscles[number - 1] if 0 < number <= len(muscles) else None,
        "pad_mm2": dict(story.pads).get(number),
        **_waveforms(story.pulses.get(number)),
        "level_first_ua": levels[0] if levels else None,
        "level_last_ua": levels[-1] if levels else None,
        "most_ua": max((piece.most_ua for piece in found), default=0),
        "output_ms": sum(piece.until_ms - piece.from_ms for piece in found),
        "stretches": len(found),
        "charge_low_nc": charge[0] if charge else None,
        "charge_high_nc": charge[1] if charge else None,
        "output_known": all(one.known for one in story.output),
    }


def _levels(story: Story) -> Iterator[tuple[int, int]]:
    """Channel and level, each time the patient accepted one."""
    for one in story.all("level", "lowered"):
        channel, level = one.value("channel"), one.value("level_ua")
        if isinstance(channel, int) and isinstance(level, int):
            yield channel, level


def _waveforms(given: Pulses | None) -> Row:
    """The bounds of what the device was given on this channel, looking for the level included; none if nothing was."""
    if given is None:
        return {}
    return {
        "phase_low_us": given.phase_low_us,
        "phase_high_us": given.phase_high_us,
        "frequency_low_mhz": frequency_mhz(given.period_high_us),
        "frequency_high_mhz": frequency_mhz(given.period_low_us),
    }
