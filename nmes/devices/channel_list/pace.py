"""When a channel list is made, filled, given up, and when the device must prove that it still follows. Pure.

Law: the newest target wins, one request is outstanding, and `decide` is asked only when none is.

- A list names the channels and their one period; its updates name all of its channels, those that rest at 0. It is
  made with every channel that was ever in one on this line, as far as they fit into the period, so that two channels
  that take turns need no new list; the first channel that is not in it, or another period, needs one.
- A list is changed at 0 only: an update with every channel at 0, the stop, then the new list. What was on climbs anew.
- What goes off leaves at once. Every other update waits until 40 ms and the period are over since the last one: the
  device takes the newest values at the next pass, and what it would skip need not be sent [source: SM2 document p. 19].
- A rise is no larger than the channel's purse. A channel that was off, or gets another waveform, starts from 0.

A channel that is named at 0 is off and earns its first step, so that its contraction begins on time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from nmes.core.capabilities import Capabilities
from nmes.core.commands import ChannelOutput
from nmes.core.units import floor_to_step
from nmes.core.waveform import Waveform
from nmes.devices.ramp import Purse

MIN_UPDATE_MS = 40  # at most 25 updates a second [design]


@dataclass(frozen=True, slots=True)
class Manner:
    """What differs between the families. A proof of life is due `proof_ms` after the last acknowledged request left."""

    device: Capabilities
    proof_ms: int


@dataclass(frozen=True, slots=True)
class Sound:
    """What one channel plays: `amplitude_ua` on the device's grid, above 0."""

    amplitude_ua: int
    waveform: Waveform


Playing = dict[int, Sound]
"""By channel, ascending; never changed once made."""


@dataclass(frozen=True, slots=True)
class List:
    """Make a list of these channels, ascending, with this period for all."""

    channels: tuple[int, ...]
    period_us: int


@dataclass(frozen=True, slots=True)
class Unlist:
    """Give the list in force up: everything is at 0, and acknowledged to be."""


@dataclass(frozen=True, slots=True)
class Update:
    """Send the list with exactly these channels on, the others of it at 0."""

    playing: Playing


@dataclass(frozen=True, slots=True)
class Prove:
    """Ask for a sign of life; without one the device's state is no longer known."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing may or must leave before `until_ms`."""

    until_ms: int


Decision = List | Unlist | Update | Prove | Wait


@dataclass(frozen=True, slots=True)
class Listed:
    """The list the device acknowledged. `started`: an update has left for it since."""

    made: List
    started: bool


@dataclass(frozen=True, slots=True)
class Pace:
    """The target and what has been done about it since the device was enabled.

    `renewed_ms` when the last acknowledged request left; `free_ms` when an update may follow the last one; `known` the
    channels that were in a list on this line, ascending.
    """

    manner: Manner
    renewed_ms: int
    free_ms: int
    target: dict[int, ChannelOutput]
    purses: dict[int, Purse]
    playing: Playing
    known: tuple[int, ...]
    in_force: Listed | None

    @classmethod
    def begin(cls, manner: Manner, now_ms: int, known: tuple[int, ...] = ()) -> Pace:
        """Enabled at `now_ms`: no list, every channel off."""
        return cls(manner, now_ms, now_ms, {}, {}, {}, known, None)

    @property
    def again(self) -> Update:
        """What was sent last, once more: rises nothing and heals what the line may have changed."""
        return Update(self.playing)

    def in_list(self, playing: Playing) -> tuple[Sound | None, ...]:
        """One entry per channel of the list in force; None = it rests."""
        channels = self.in_force.made.channels if self.in_force else ()
        return tuple(playing.get(channel) for channel in channels)

    def aimed(self, outputs: tuple[ChannelOutput, ...], now_ms: int) -> Pace:
        """A new target. What is new, falls to 0, or has another rate or waveform starts with an empty purse."""
        target = {o.channel: o for o in sorted(outputs, key=lambda o: o.channel)}
        purses = {
            channel: self.purses[channel]
            if channel in self.target and _same_climb(self.target[channel], output)
            else Purse.empty(self._step_ua, output.rise_ua_per_s, output.waveform.period_us, now_ms)
            for channel, output in target.items()
        }
        return replace(self, target=target, purses=purses)

    def listed(self, made: List, sent_ms: int) -> Pace:
        """The list that left at `sent_ms` was acknowledged."""
        known = tuple(sorted({*self.known, *made.channels}))
        return replace(self, renewed_ms=sent_ms, known=known, in_force=Listed(made, started=False))

    def unlisted(self, sent_ms: int) -> Pace:
        """The stop that left at `sent_ms` was acknowledged."""
        return replace(self, renewed_ms=sent_ms, in_force=None)

    def updated(self, update: Update, now_ms: int) -> Pace:
        """An update left at `now_ms`: rises are paid for, but where the channel is no longer wanted by now."""
        playing, purses = update.playing, dict(self.purses)
        for channel, sound in playing.items():
            first = channel not in self.playing
            rise_ua = sound.amplitude_ua - (0 if first else self.playing[channel].amplitude_ua)
            if rise_ua > 0 and channel in purses:
                purses[channel] = purses[channel].spent(rise_ua, now_ms, first=first)
        period_us = self.in_force.made.period_us if self.in_force else 0
        free_ms = now_ms + max(MIN_UPDATE_MS, -(-period_us // 1000))
        in_force = replace(self.in_force, started=True) if self.in_force else None
        return replace(self, free_ms=free_ms, purses=purses, playing=playing, in_force=in_force)

    def renewed(self, sent_ms: int) -> Pace:
        """A request that left at `sent_ms` was acknowledged."""
        return replace(self, renewed_ms=sent_ms)

    def decide(self, now_ms: int) -> Decision:
        """What to send now that the line is free, or when to ask again."""
        kept, wanted = self._kept(), self._wanted()
        in_force = self.in_force.made if self.in_force else None
        if self.playing and (not kept or wanted != in_force):
            return Update({})
        if wanted is not None and wanted != in_force:
            return wanted if in_force is None else Unlist()
        if len(kept) < len(self.playing):
            return Update(kept)
        due_ms, proof_ms = self._due_ms(kept), self.renewed_ms + self.manner.proof_ms
        if due_ms is not None and now_ms >= due_ms:
            return Update(self._risen(kept, now_ms))
        if now_ms >= proof_ms:
            return Prove()
        return Wait(proof_ms if due_ms is None else min(due_ms, proof_ms))

    @property
    def _step_ua(self) -> int:
        return self.manner.device.amplitude_step_ua

    def _wanted(self) -> List | None:
        """The list the target needs: the one in force as long as it will do."""
        in_force = self.in_force.made if self.in_force else None
        needed = tuple(self.target)
        if not needed:
            return in_force
        period_us = self.target[needed[0]].waveform.period_us
        if in_force is not None and in_force.period_us == period_us and set(needed) <= set(in_force.channels):
            return in_force
        every = tuple(sorted({*self.known, *needed}))
        return List(every if self.manner.device.group_us(every) <= period_us else needed, period_us)

    def _kept(self) -> Playing:
        """What goes on without rising, at the lower of the two values."""
        kept = {}
        for channel, sound in self.playing.items():
            wanted = self.target.get(channel)
            if wanted is not None and wanted.waveform == sound.waveform:
                kept[channel] = replace(sound, amplitude_ua=min(sound.amplitude_ua, self._goal(channel)))
        return {channel: sound for channel, sound in kept.items() if sound.amplitude_ua}

    def _risen(self, kept: Playing, now_ms: int) -> Playing:
        """`kept`, and each channel as far towards its goal as its purse allows."""
        risen = {}
        for channel, output in self.target.items():
            purse, from_ua = self.purses[channel], _amplitude(kept, channel)
            credit_ua = purse.credit_ua(now_ms) if from_ua else purse.first_ua(now_ms)
            amplitude_ua = min(self._goal(channel), from_ua + floor_to_step(max(0, credit_ua), self._step_ua))
            if amplitude_ua:
                risen[channel] = Sound(amplitude_ua, output.waveform)
        return risen

    def _due_ms(self, kept: Playing) -> int | None:
        """When the next update is due that is no off; None = none is wanted."""
        if kept != self.playing:
            return self.free_ms
        ready = [
            ready_ms
            for channel in self.target
            if self._goal(channel) > _amplitude(kept, channel)
            and (ready_ms := self.purses[channel].ready_ms()) is not None
        ]
        return max(min(ready), self.free_ms) if ready else None

    def _goal(self, channel: int) -> int:
        return floor_to_step(self.target[channel].amplitude_ua, self._step_ua)


def amplitudes(playing: Playing) -> tuple[tuple[int, int], ...]:
    """`(channel, amplitude_ua)` of the channels that are on."""
    return tuple((channel, sound.amplitude_ua) for channel, sound in playing.items())


def _amplitude(playing: Playing, channel: int) -> int:
    return playing[channel].amplitude_ua if channel in playing else 0


def _same_climb(old: ChannelOutput, new: ChannelOutput) -> bool:
    """Whether what was earned still counts: a channel that falls to 0 begins anew."""
    falls_to_0 = old.amplitude_ua > 0 == new.amplitude_ua
    return old.waveform == new.waveform and old.rise_ua_per_s == new.rise_ua_per_s and not falls_to_0
