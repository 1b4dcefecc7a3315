"""Law: a pass through the list gives each channel its slot, in order; new values are used from the next pass on.

A group is one, two or three pulses on a channel, one inter-pulse interval apart. Low-frequency channels sit out some
passes. A slot at 0 mA takes its time and gives nothing. Before a pulse a small test pulse looks at the electrode: out
of range, the pulse is left out; whether that ends everything is the family's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from firmware_sim.channel_list.electrode_check import in_range
from firmware_sim.channel_list.shape import SLOT_US
from firmware_sim.stage import Stage
from firmware_sim.stage.pulse import Points


@dataclass(frozen=True, slots=True)
class ChannelList:
    """What an initialisation sets. `offsets_us` has each channel's slot within the pass, in order of time.

    `skips` is how many passes a low-frequency channel sits out after one that it plays. `main_us` 0 gives one pass
    per start: the one-shot mode.
    """

    offsets_us: Mapping[int, int]
    main_us: int
    group_us: int
    low_frequency: frozenset[int] = frozenset()
    skips: int = 0

    @property
    def pass_us(self) -> int:
        """How long the slots of one pulse per channel take together."""
        return max(self.offsets_us.values(), default=0) + SLOT_US

    def plays(self, channel: int, nth: int) -> bool:
        """Whether a channel plays in the `nth` pass, counted from 0."""
        return channel not in self.low_frequency or nth % (self.skips + 1) == 0

    def period_us(self, channel: int) -> int:
        """From one group on a channel to the next."""
        return self.main_us * (self.skips + 1 if channel in self.low_frequency else 1)


@dataclass(frozen=True, slots=True)
class Group:
    """What a channel does in a pass: so many pulses of these points."""

    pulses: int
    points: Points

    @property
    def silent(self) -> bool:
        """Whether it is set to no current."""
        return not any(current_ua for _, current_ua in self.points)


Groups = Mapping[int, Group]


@dataclass(frozen=True, slots=True)
class Habits:
    """How this device plays where the documents are silent, and what its family makes of a bad electrode."""

    new_values: Literal["next_pass", "next_slot"] = "next_pass"
    begins: Literal["at_once", "after_interval"] = "at_once"
    zero_is_tested: bool = False
    """Whether the test pulse comes before a slot at 0 mA too."""
    fault_after: int | None = None
    """So many bad test pulses in a row on a channel are a fault; None: never, its pulses are left out silently."""


@dataclass(frozen=True, slots=True)
class BadElectrode:
    """A test pulse found an electrode out of range often enough to be a fault."""

    t_us: int
    channel: int


@dataclass(frozen=True, slots=True)
class _Slot:
    t_us: int
    channel: int
    single: Points | None = None
    """The points of a single pulse; a slot of the list looks up what is in force when its time comes."""


@dataclass(slots=True)
class Player:
    """The pulses of one device. `left_out` counts, per channel, the pulses that a bad electrode cost.

    While `cut`, an emergency button stands between the source and the skin: slots pass and nothing flows.
    """

    stage: Stage
    habits: Habits
    cut: bool = False
    left_out: dict[int, int] = field(default_factory=dict)
    _list: ChannelList | None = None
    _groups: Groups = field(default_factory=dict)
    _waiting: Groups | None = None
    _slots: list[_Slot] = field(default_factory=list)
    _next_pass_us: int | None = None
    _passes: int = 0
    _free_us: int = 0
    _given: dict[int, int] = field(default_factory=dict)
    _bad_in_a_row: dict[int, int] = field(default_factory=dict)

    # What is asked of it

    @property
    def groups(self) -> Groups:
        """What each channel was told last; empty before the start."""
        return self._groups if self._waiting is None else self._waiting

    @property
    def active(self) -> tuple[int, ...]:
        """Channels that give pulses, ascending: those above 0 mA while passes go on."""
        going = self._next_pass_us is not None or bool(self._slots)
        return tuple(sorted(ch for ch, group in self.groups.items() if not group.silent)) if going else ()

    @property
    def settings(self) -> dict[int, tuple[Points, int]]:
        """Points and period of every channel that gives pulses."""
        return {channel: (self.groups[channel].points, self._period_us(channel)) for channel in self.active}

    def train(self, channel: int) -> tuple[int, int] | None:
        """Period and number of pulses so far of a channel that gives pulses; one-shot passes are no train."""
        period_us = self._period_us(channel)
        return (period_us, self._given.get(channel, 0)) if period_us and channel in self.active else None

    def _period_us(self, channel: int) -> int:
        return 0 if self._list is None else self._list.period_us(channel)

    def next_us(self) -> int | None:
        """When the next slot or pass begins, as things are."""
        return self._slots[0].t_us if self._slots else self._next_pass_us

    # What a host asks of it

    def begin(self, channel_list: ChannelList) -> None:
        """Another list; nothing is played before `start`."""
        self.halt()
        self._list = channel_list

    def start(self, groups: Groups, now_us: int) -> None:
        """Begin to play, or play this from the next pass on; what still waited is overwritten."""
        if self._list is None:
            raise ValueError("a channel list is initialised before it is started")
        first = not self._groups and self._waiting is None
        self._waiting = groups
        if first:
            late_us = self._list.main_us if self.habits.begins == "after_interval" else 0
            self._next_pass_us = max(now_us + late_us, self._free_us)
        elif not self._list.main_us and self._next_pass_us is None:
            self._next_pass_us = max([now_us, self._free_us, *(slot.t_us + SLOT_US for slot in self._slots)])
        if self.habits.new_values == "next_slot" and self._slots:
            self._groups = groups

    def single(self, channel: int, points: Points, now_us: int) -> None:
        """One pulse outside the list, as soon as the source is free."""
        ahead = [slot.t_us + SLOT_US for slot in self._slots if slot.single is not None]
        self._slots.append(_Slot(max([now_us, self._free_us, *ahead]), channel, points))
        self._slots.sort(key=lambda slot: slot.t_us)

    def halt(self) -> None:
        """No further pulse; the list is forgotten."""
        self._list = self._waiting = self._next_pass_us = None
        self._groups, self._slots = {}, []
        self._passes = 0
        self._given.clear()
        self._bad_in_a_row.clear()

    # Time

    def run(self, until_us: int) -> BadElectrode | None:
        """Give every pulse that starts before `until_us`, or up to the first fault, which ends nothing by itself."""
        while True:
            if not self._slots:
                played, t_us = self._list, self._next_pass_us
                if played is None or t_us is None or t_us >= until_us:
                    return None
                self._pass(played, t_us)
                continue
            if self._slots[0].t_us >= until_us:
                return None
            bad = self._play(self._slots.pop(0))
            if bad is not None:
                return bad

    def _pass(self, played: ChannelList, t_us: int) -> None:
        """Lay out the slots of the pass that begins at `t_us`."""
        if self._waiting is not None:
            self._groups, self._waiting = self._waiting, None
        mine = [channel for channel in played.offsets_us if played.plays(channel, self._passes)]
        rounds = max((self._groups[channel].pulses for channel in mine), default=0)
        spacing_us = max(played.group_us, played.pass_us)
        self._slots = [
            _Slot(t_us + nth * spacing_us + played.offsets_us[channel], channel)
            for nth in range(rounds)
            for channel in mine
            if self._groups[channel].pulses > nth
        ]
        self._passes += 1
        length_us = max(0, rounds - 1) * spacing_us + played.pass_us
        self._next_pass_us = t_us + max(played.main_us, length_us) if played.main_us else None

    def _play(self, slot: _Slot) -> BadElectrode | None:
        """One slot: nothing, a pulse, or a pulse left out."""
        group = self._groups.get(slot.channel)
        points = slot.single or (group.points if group is not None else ())
        self._free_us = slot.t_us + SLOT_US
        if self.cut:
            return None
        flows = self.stage.drives(slot.channel, points)
        if not flows and not self.habits.zero_is_tested:
            return None
        if not in_range(self.stage, slot.t_us, slot.channel):
            return self._leave_out(slot, points, flows=flows)
        self._bad_in_a_row.pop(slot.channel, None)
        if flows:
            self._given[slot.channel] = self._given.get(slot.channel, 0) + 1
            self.stage.deliver(slot.t_us, slot.channel, points)
        return None

    def _leave_out(self, slot: _Slot, points: Points, *, flows: bool) -> BadElectrode | None:
        if flows:
            self.left_out[slot.channel] = self.left_out.get(slot.channel, 0) + 1
            self.stage.withhold(slot.t_us, slot.channel, points)
        in_a_row = self._bad_in_a_row[slot.channel] = self._bad_in_a_row.get(slot.channel, 0) + 1
        after = self.habits.fault_after
        return BadElectrode(slot.t_us, slot.channel) if after is not None and in_a_row >= after else None
