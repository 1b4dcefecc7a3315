"""The most a plan can give: every channel at a level, its ramps counted as full, its fastest pulses throughout.

Apart from `dose.plan_totals`, which walks through every ramp: closed arithmetic, so that it costs the same for a minute
and for hours, and never less than what will flow, but for a pulse that is under way while the output goes off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nmes.core.dose import most_pulses, pulses_charge_nc
from nmes.core.plan import Plan, Slot


@dataclass(frozen=True, slots=True)
class Most:
    """One channel in one treatment: charge of the first phases, pulses, contractions, time with current."""

    channel: int
    charge_nc: int
    pulses: int
    contractions: int
    on_ms: int


def most(plan: Plan, levels_ua: Mapping[Slot, int]) -> tuple[Most, ...]:
    """Every channel at these levels, whatever is confirmed in the plan; rounded up."""
    found = {channel.channel: Most(channel.channel, 0, 0, 0, 0) for channel in plan.channels}
    for stage in plan.stages:
        for track in stage.tracks:
            slot = plan.slots[track.slot]
            so_far = found[slot.channel]
            waveform = plan.strongest(track)
            pulses = most_pulses(waveform, track.rhythm.on_ms) * track.rhythm.contractions
            found[slot.channel] = Most(
                slot.channel,
                so_far.charge_nc + pulses_charge_nc(pulses, levels_ua[slot], waveform),
                so_far.pulses + pulses,
                so_far.contractions + track.rhythm.contractions,
                so_far.on_ms + track.rhythm.contractions * track.rhythm.on_ms,
            )
    return tuple(found.values())


def at_ceiling(plan: Plan) -> dict[Slot, int]:
    """Every slot at the most it may be given."""
    return {slot: plan.ceiling_ua(slot) for slot in plan.slots}
