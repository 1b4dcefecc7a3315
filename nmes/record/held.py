"""What each level was in the treatment itself, from what the guard was armed with: at its end, and at most.

Separate from the gist, because it is the one thing in it that no note tells: a `-` in the treatment is an event without
a note. Law: only what was armed for the plan counts, not what was tried while a level was found, and a slot is known by
the waveform its level was accepted with; an arming of another form is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from nmes.record.chain import Entry

Slot = tuple[int, int]
"""Channel and waveform."""
_SHAPE: Final = (
    *("phase_us", "gap_us", "ratio", "period_us", "burst_pulses", "burst_period_ms"),
    *("longest_period_us", "longest_phase_us"),
)
"""What tells one waveform from another in an arming, as `nmes.core.commands.Arm` names it."""
_Shape = tuple[Any, ...]


@dataclass(slots=True)
class Held:
    """Takes the entries of a session in order. `goal`: what the output was last wanted for."""

    goal: str = ""
    armed: dict[int, _Shape] = field(default_factory=dict)
    """Of each channel the waveform it was armed with last."""
    slots: dict[tuple[int, _Shape], Slot] = field(default_factory=dict)
    live: dict[int, Slot] = field(default_factory=dict)
    """Of each channel the slot that was given last."""
    levels: dict[Slot, tuple[int, int]] = field(default_factory=dict)
    """The last and the most."""

    def take(self, entry: Entry, notes: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """`notes`: the decisions of the entry, as they stand in it."""
        for code, values in notes:
            match code, values.get("channel"), values.get("waveform"), values.get("level_ua"):
                case "intent", _, _, _:
                    self.goal = str(values.get("goal"))
                case "level", int(channel), int(waveform), int(level_ua):
                    self._accepted((channel, waveform), level_ua)
                case "lowered", int(channel), _, int(level_ua) if channel in self.live:
                    self._given(self.live[channel], level_ua)
                case _:
                    pass
        for channel, level_ua, shape in _armed(entry):
            self.armed[channel] = shape
            slot = self.slots.get((channel, shape))
            if self.goal in {"run", "resume"} and slot is not None:
                self.live[channel] = slot
                self._given(slot, level_ua)

    def of(self, slot: Slot) -> tuple[int | None, int | None]:
        """At the end and at most; None where the treatment did not give it."""
        return self.levels.get(slot, (None, None))

    def _accepted(self, slot: Slot, level_ua: int) -> None:
        """Found anew, where it was given before: who goes on with less has lowered it."""
        if slot in self.levels:
            self._given(slot, level_ua)
        if slot[0] in self.armed:
            self.slots[slot[0], self.armed[slot[0]]] = slot

    def _given(self, slot: Slot, level_ua: int) -> None:
        self.levels[slot] = level_ua, max(level_ua, self.levels.get(slot, (0, 0))[1])


def _armed(entry: Entry) -> Iterator[tuple[int, int, _Shape]]:
    """Channel, level and waveform; arming to nothing ends a stage and tells of no level."""
    commands = entry.body.get("commands")
    for command in commands if isinstance(commands, list) else []:
        if isinstance(command, dict) and command.get("type") == "Arm":
            channel, level_ua = command.get("channel"), command.get("level_ua")
            if type(channel) is int and type(level_ua) is int and level_ua:
                yield channel, level_ua, tuple(command.get(name) for name in _SHAPE)
