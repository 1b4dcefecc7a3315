"""When the next update or poll may leave while the device is enabled. Pure: the driver asks, this answers.

Law: the newest target wins. What switches everything off leaves at once. An update that leaves any channel on goes only

- right after a clean poll that followed the last update: an update may clear the error of a channel the device has
  stopped and start it again at full level [verify], so no fault may lie between the two unseen;
- not before 40 ms and the longest period of the channels in the last update have passed since it: an update may
  restart the period [verify] and so give every channel it names one pulse more. It may come 3 ms early, because just
  after a regular pulse the two would be a doublet. A channel that goes off while others stay on waits at most 100 ms.

A rise moreover waits for both, and is no larger than the channel's purse. A channel that was off, or gets another
waveform, starts from 0; only within the band of a sweep it goes on at its amplitude.

Bursts (`burst.Gate`): in the gap the channels are `held` at the amplitude they had and come back with it, for which
they do not pay again. They rise only where a burst begins, and fall there too unless its end is too far off to wait.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from nmes.core.commands import ChannelOutput
from nmes.core.units import floor_to_step
from nmes.core.waveform import Band, Waveform
from nmes.devices.ramp import Purse
from nmes.devices.sciencemode4.burst import LATEST_FALL_MS, Gate, LastBurst
from nmes.devices.sciencemode4.playable import grid_us
from nmes.devices.sciencemode4.requests import CURRENT_STEP_UA, MlChannel, MlUpdate

MIN_UPDATE_MS = 40  # at most 25 updates a second [design]
EARLY_MS = 3  # an update one period after the last comes before the regular pulse, not just after it [design]
OFF_MS = 100  # the longest one channel may go on because others must not be re-sent too soon [design]
FRESH_MS = 25  # a poll older than this, from its request, no longer proves that nothing has happened [design]
POLL_LEAD_MS = 5  # a poll leaves this long before the update it must clear; its round trip takes 1 to 3 ms [design]
TOO_SLOW_MS = 200  # a wanted update that slow answers hold back for longer is as good as unanswered [design]
KEEP_ALIVE_MS = 400  # at most 500 ms between renewing requests, a quarter of the device's 2 s [design]


@dataclass(frozen=True, slots=True)
class Sound:
    """What one channel plays: `amplitude_ua` on the device's grid, above 0; `band` if it is part of a sweep."""

    amplitude_ua: int
    waveform: Waveform
    band: Band | None = None


Playing = dict[int, Sound]
"""By channel, ascending; never changed once made."""


@dataclass(frozen=True, slots=True)
class Update:
    """Send an update with exactly these channels; `held` are silent from then on, but only until the next burst."""

    playing: Playing
    held: Playing = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Poll:
    """Ask for the state of all channels."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing may or must leave before `until_ms`."""

    until_ms: int


@dataclass(frozen=True, slots=True)
class Pace:
    """The target and what has been done about it since the device was enabled.

    `renewed_ms` when the last acknowledged request that renews the keep-alive left; `free_ms` when an update that
    leaves a channel on may follow the last one. None = there is none: `clean_ms` when the clean poll left that no
    update has followed; `off_from_ms` since when a channel that is on is to be off; `slow_from_ms` since when answers
    have come too late to clear an update that is due. `held` and `gate` belong to bursts.
    """

    renewed_ms: int
    free_ms: int
    target: dict[int, ChannelOutput]
    purses: dict[int, Purse]
    playing: Playing
    clean_ms: int | None
    off_from_ms: int | None
    slow_from_ms: int | None
    held: Playing = field(default_factory=dict)
    gate: Gate | None = None
    last: LastBurst | None = None
    """Outlives the gate, and a halt: however it ended, the next burst keeps its distance."""

    @classmethod
    def begin(cls, now_ms: int, last: LastBurst | None = None) -> Pace:
        """Enabled at `now_ms`, every channel off."""
        return cls(now_ms, now_ms, {}, {}, {}, None, None, None, last=last)

    def aimed(self, outputs: tuple[ChannelOutput, ...], now_ms: int) -> Pace:
        """A new target. The purse of a channel that is new, falls to 0, or has another rate or waveform starts empty.

        A channel may be named at 0: then its purse earns what its first step will cost.
        """
        target = {o.channel: o for o in sorted(outputs, key=lambda o: o.channel)}
        purses = {
            channel: self.purses[channel]
            if channel in self.target and _same_climb(self.target[channel], output)
            else Purse.empty(
                CURRENT_STEP_UA, output.rise_ua_per_s, _shortest_us(output), now_ms, output.waveform.burst_period_ms
            )
            for channel, output in target.items()
        }
        return replace(self, target=target, purses=purses)._off_noted(now_ms)

    @property
    def envelope(self) -> Playing:
        """What plays, or in the gap between two bursts is about to play again."""
        return self.playing or self.held

    def updated(self, update: Update, now_ms: int) -> Pace:
        """An update left at `now_ms`: rises are paid for, and what was proven is proven no more."""
        playing = update.playing
        gate = self._gate_after(update, now_ms)
        before = {c: s for c, s in self.envelope.items() if c in playing and _goes_on(s, playing[c])}
        rises = {c: rise for c, s in playing.items() if (rise := s.amplitude_ua - _amplitude(before, c)) > 0}
        return replace(
            self,
            free_ms=now_ms + _interval_ms((*self.playing.values(), *playing.values())),
            purses={
                c: p.spent(rises[c], now_ms, first=c not in before) if c in rises else p for c, p in self.purses.items()
            },
            playing=playing,
            held=update.held,
            gate=gate,
            last=self._last_after(gate, now_ms),
            clean_ms=None,
            off_from_ms=None,
        )._off_noted(now_ms)

    def _gate_after(self, update: Update, now_ms: int) -> Gate | None:
        waveform = next((sound.waveform for sound in update.playing.values()), None)
        if waveform is None:
            return replace(self.gate, ended_ms=now_ms) if self.gate is not None and update.held else None
        if not waveform.burst_pulses:
            return None
        if self.gate is None:
            return Gate.begin(waveform, now_ms)
        return self.gate if self.playing else self.gate.begun(now_ms)

    def _last_after(self, gate: Gate | None, now_ms: int) -> LastBurst | None:
        """Until its end has left, a burst counts as ended now."""
        last = self.last if gate is None else LastBurst(gate.from_ms, now_ms)
        return replace(last, ended_ms=now_ms) if last is not None and self.playing else last

    def renewed(self, sent_ms: int) -> Pace:
        """A renewing request that left at `sent_ms` was acknowledged."""
        return replace(self, renewed_ms=sent_ms)

    def proven(self, sent_ms: int, now_ms: int) -> Pace:
        """A poll that left at `sent_ms` was found clean at `now_ms`."""
        due_ms = self._due_ms(self._kept())
        slow = now_ms - sent_ms > FRESH_MS and due_ms is not None and due_ms <= now_ms
        slow_from_ms = now_ms if self.slow_from_ms is None else self.slow_from_ms
        return replace(self, renewed_ms=sent_ms, clean_ms=sent_ms, slow_from_ms=slow_from_ms if slow else None)

    def too_slow(self, now_ms: int) -> bool:
        """An update has been due for so long, and every answer came too late to clear it, that it must be given up."""
        return self.slow_from_ms is not None and now_ms - self.slow_from_ms >= TOO_SLOW_MS

    def decide(self, now_ms: int) -> Update | Poll | Wait:
        """What to send now that the line is free, or when to ask again."""
        kept = self._kept()
        if self.gate is not None and self.held and not self.gate.may_return(now_ms):
            return Update({})  # it has been silent for too long to come back at once
        if self.envelope and not kept:
            return Update({})
        if self.gate is not None and self.playing:
            return self._in_burst(self.gate, kept, now_ms)
        due_ms = self._due_ms(kept)
        if due_ms is not None and now_ms >= due_ms and self._is_fresh(now_ms):
            return Update(kept if now_ms < self.free_ms else self._risen(kept, now_ms))
        poll_ms = self._poll_ms(due_ms)
        if now_ms >= poll_ms:
            return Poll()
        return Wait(poll_ms if due_ms is None else min(due_ms, poll_ms))

    def _in_burst(self, gate: Gate, kept: Playing, now_ms: int) -> Update | Poll | Wait:
        """One poll, falls that cannot wait, and the end, which waits for nothing."""
        if now_ms >= gate.end_ms:
            return Update({}, kept)
        urgent = kept != self.playing and gate.end_ms - now_ms > LATEST_FALL_MS
        if urgent and self._is_fresh(now_ms):
            if now_ms >= self.free_ms:
                return Update(kept)
            poll_ms = max(self.free_ms, now_ms + 1)
        elif urgent:
            poll_ms = self.free_ms - POLL_LEAD_MS
        else:
            poll_ms = gate.poll_ms if self.clean_ms is None else gate.end_ms
        if max(poll_ms, now_ms) >= gate.end_ms - POLL_LEAD_MS:
            return Wait(gate.end_ms)  # nothing may be outstanding when the end comes
        return Poll() if now_ms >= poll_ms else Wait(poll_ms)

    def _off_noted(self, now_ms: int) -> Pace:
        if len(self._kept()) == len(self.envelope):
            return replace(self, off_from_ms=None)
        return self if self.off_from_ms is not None else replace(self, off_from_ms=now_ms)

    def _kept(self) -> Playing:
        """What goes on without rising, at the lower of the two values: channels still wanted, and nothing else new."""
        kept = {}
        for channel, sound in self.envelope.items():
            wanted = self.target.get(channel)
            if wanted is not None and _goes_on(sound, wanted):
                kept[channel] = Sound(min(sound.amplitude_ua, self._goal(channel)), wanted.waveform, wanted.band)
        return {channel: sound for channel, sound in kept.items() if sound.amplitude_ua}

    def _risen(self, kept: Playing, now_ms: int) -> Playing:
        """`kept`, and each channel as far towards its goal as its purse allows."""
        risen = {}
        for channel, output in self.target.items():
            purse, from_ua = self.purses[channel], _amplitude(kept, channel)
            credit_ua = purse.credit_ua(now_ms) if from_ua else purse.first_ua(now_ms)
            amplitude_ua = min(self._goal(channel), from_ua + floor_to_step(max(0, credit_ua), CURRENT_STEP_UA))
            if amplitude_ua:
                risen[channel] = Sound(amplitude_ua, output.waveform, output.band)
        return risen

    def _due_ms(self, kept: Playing) -> int | None:
        """When the next update that leaves a channel on is due, if a poll clears it; None = none is wanted."""
        if self.held and self.gate is not None:
            return max(self.gate.next_ms, self._apart_ms(), self.free_ms)
        if self.off_from_ms is not None:
            return min(self.free_ms, self.off_from_ms + OFF_MS)
        if kept != self.playing:
            return self.free_ms
        ready = [
            ready_ms
            for channel in self.target
            if self._goal(channel) > _amplitude(kept, channel)
            and (ready_ms := self.purses[channel].ready_ms()) is not None
        ]
        return max(min(ready), self._apart_ms(), self.free_ms) if ready else None

    def _apart_ms(self) -> int:
        """Before that no burst may begin; 0 where none is to."""
        waveform = next((output.waveform for output in self.target.values()), None)
        if self.last is None or waveform is None or not waveform.burst_pulses or self.playing:
            return 0
        return self.last.next_ms(waveform)

    def _is_fresh(self, now_ms: int) -> bool:
        return self.clean_ms is not None and now_ms - self.clean_ms <= FRESH_MS

    def _poll_ms(self, due_ms: int | None) -> int:
        """When the next poll is due: for the keep-alive, to see what the last update did, to clear the next."""
        polls = [self.renewed_ms + KEEP_ALIVE_MS]
        if self.clean_ms is None:
            polls.append(self.free_ms - POLL_LEAD_MS)
        if due_ms is not None:
            lead_ms = due_ms - POLL_LEAD_MS
            polls.append(lead_ms if self.clean_ms is None else max(lead_ms, self.clean_ms + FRESH_MS + 1))
        return min(polls)

    def _goal(self, channel: int) -> int:
        return floor_to_step(self.target[channel].amplitude_ua, CURRENT_STEP_UA)


def request(playing: Playing) -> MlUpdate:
    """The update that plays these channels; the device's own ramp is never used."""
    return MlUpdate(
        tuple(
            MlChannel(
                channel,
                sound.waveform.period_us,
                sound.waveform.points(sound.amplitude_ua, CURRENT_STEP_UA),
                grid_us(sound.waveform.period_us),
            )
            for channel, sound in playing.items()
        )
    )


def amplitudes(playing: Playing) -> tuple[tuple[int, int], ...]:
    """`(channel, amplitude_ua)` of the channels that are on."""
    return tuple((channel, sound.amplitude_ua) for channel, sound in playing.items())


def _amplitude(playing: Playing, channel: int) -> int:
    return playing[channel].amplitude_ua if channel in playing else 0


def _interval_ms(sounds: tuple[Sound, ...]) -> int:
    """From an update that concerned these to the next that leaves a channel on."""
    period_ms = -(-max((sound.waveform.period_us for sound in sounds), default=0) // 1000)
    return max(MIN_UPDATE_MS, period_ms - EARLY_MS)


def _goes_on(old: Sound | ChannelOutput, new: Sound | ChannelOutput) -> bool:
    """Whether the amplitude may go on from one to the other: the same waveform, or two of one sweep."""
    if old.waveform == new.waveform:
        return True
    one, other = old.waveform, new.waveform
    return old.band is not None and old.band == new.band and (one.gap_us, one.ratio) == (other.gap_us, other.ratio)


def _same_climb(old: ChannelOutput, new: ChannelOutput) -> bool:
    """Whether what was earned still counts: a channel that falls to 0 begins anew."""
    falls_to_0 = old.amplitude_ua > 0 == new.amplitude_ua
    return _goes_on(old, new) and old.rise_ua_per_s == new.rise_ua_per_s and not falls_to_0


def _shortest_us(output: ChannelOutput) -> int:
    """The shortest period a sweep ever has: a slow moment must not earn a larger rise."""
    return output.band.shortest_period_us if output.band else output.waveform.period_us
