"""What a stimulator can do, as data: plans round to it, screens show it, each family's driver states it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class ElectrodeFeedback(StrEnum):
    """How a device tells that an electrode is off."""

    POLLED = "polled"
    """It answers when it is asked, and names the channel."""
    PUSHED = "pushed"
    """It says so by itself and stops everything; which channel it was nobody knows."""
    NONE = "none"
    """It never tells: the answer is "cannot tell"."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Limits of one stimulator model; every number of a driver's instance carries its source beside it."""

    model: str
    channels: int
    max_amplitude_ua: int
    amplitude_step_ua: int
    min_phase_us: int
    max_phase_us: int
    min_period_us: int
    max_period_us: int
    period_grid_us: int
    max_points: int
    pulse_overhead_us: int
    """Lead and reserve the current source needs around each pulse when channels share it, in µs."""
    watchdog_ms: int
    """The device silences itself this long after the last renewing request; 0 = it never does."""
    electrode_floor_ua: int
    """Below this amplitude an electrode that is off is not noticed: the answer is "cannot tell", never "ok"."""
    emergency_stop: bool
    fixed_gap_us: int = 0
    """More than 0: every pulse has this interphase gap, whatever was asked."""
    symmetric_only: bool = False
    """The second phase is always the first one turned round."""
    one_period: bool = False
    """All channels share one interval from pulse to pulse, as they do in every stage of a protocol."""
    steady_only: bool = False
    """Within a contraction neither period nor phase changes and no bursts are switched; amplitudes may change."""
    group_slot_us: int = 0
    """What each channel of the list takes of every period, with or without current; 0 = the device has no list."""
    group_sources: int = 1
    """So many current sources play their channels at the same time, each an equal share of them in order."""
    group_spare_us: int = 0
    """By so much a period has to be longer than the slots of its channels."""
    group_all_us: int = 0
    """No shorter period where every channel is in the list, whatever their slots take; 0 = the slots alone count."""
    electrode_feedback: ElectrodeFeedback = ElectrodeFeedback.POLLED
    output_mv: int = 150_000
    """The most its output can reach; what a current would need above that does not flow."""

    @property
    def has_dead_man(self) -> bool:
        """Whether its output ends by itself when whoever drives it falls silent."""
        return self.watchdog_ms > 0

    @property
    def has_list(self) -> bool:
        """Whether it plays a list of channels, one after the other within a period they share."""
        return self.group_slot_us > 0

    def longer_period_us(self, wanted_us: int) -> int:
        """The next period on the device's grid that is not shorter than `wanted_us`: frequencies round down."""
        return max(self.min_period_us, -(-wanted_us // self.period_grid_us) * self.period_grid_us)

    def group_us(self, channels: Iterable[int]) -> int:
        """The shortest period in which the device can play these channels, counted from 1; 0 where it has no list."""
        each = self.channels // self.group_sources
        of_source = [0] * self.group_sources
        for channel in channels:
            of_source[(channel - 1) // each] += 1
        slots_us = max(of_source) * self.group_slot_us + self.group_spare_us
        return max(slots_us, self.group_all_us) if sum(of_source) == self.channels else slots_us
