"""When the next update or poll may leave while the device is enabled. Pure: the driver asks, this answers.

Law: the newest target wins. What switches everything off leaves at once. An update that leaves any channel on goes only

- right after a clean poll that followed the last update: an update may clear the error of a channel the device has
  stopped and start it again at full level [verify], so no fault may lie between the two unseen;
- not before 40 ms and the longest period of the channels in the last update have passed since it: an update may
  restart the period [verify] and so give every channel it names one pulse more. It may come 3 ms early, because just
  after a regular pulse the two would be a doublet. A channel that goes off while others stay on waits at most 100 ms.

A rise moreover waits for both, and is no larger than the channel's purse. A channel that was off, or gets another
waveform, starts from 0.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from nmes.core.commands import ChannelOutput
from nmes.core.units import floor_to_step
from nmes.core.waveform import Waveform
from nmes.devices.sciencemode4.p24 import grid_us
from nmes.devices.sciencemode4.ramp import Purse
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
    """What one channel plays: `amplitude_ua` on the device's grid, above 0."""

    amplitude_ua: int
    waveform: Waveform


Playing = dict[int, Sound]
"""By channel, ascending; never changed once made."""


@dataclass(frozen=True, slots=True)
class Update:
    """Send an update with exactly these channels."""

    playing: Playing


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
    have come too late to clear an update that is due.
    """

    renewed_ms: int
    free_ms: int
    target: dict[int, ChannelOutput]
    purses: dict[int, Purse]
    playing: Playing
    clean_ms: int | None
    off_from_ms: int | None
    slow_from_ms: int | None

    @classmethod
    def begin(cls, now_ms: int) -> Pace:
        """Enabled at `now_ms`, every channel off."""
        return cls(now_ms, now_ms, {}, {}, {}, None, None, None)

    def aimed(self, outputs: tuple[ChannelOutput, ...], now_ms: int) -> Pace:
        """A new target. The purse of a channel whose rate or waveform is new starts empty."""
        target = {o.channel: o for o in sorted(outputs, key=lambda o: o.channel) if o.amplitude_ua}
        purses = {
            channel: self.purses[channel]
            if channel in self.target and _same_climb(self.target[channel], output)
            else Purse.empty(output.rise_ua_per_s, output.waveform.period_us, now_ms)
            for channel, output in target.items()
        }
        return replace(self, target=target, purses=purses)._off_noted(now_ms)

    def updated(self, playing: Playing, now_ms: int) -> Pace:
        """An update with these channels left at `now_ms`: rises are paid for, and what was proven is proven no more."""
        before = {c: s for c, s in self.playing.items() if c in playing and playing[c].waveform == s.waveform}
        rises = {c: rise for c, s in playing.items() if (rise := s.amplitude_ua - _amplitude(before, c)) > 0}
        return replace(
            self,
            free_ms=now_ms + _interval_ms((*self.playing.values(), *playing.values())),
            purses={c: p.spent(rises[c], now_ms) if c in rises else p for c, p in self.purses.items()},
            playing=playing,
            clean_ms=None,
            off_from_ms=None,
        )._off_noted(now_ms)

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
        if self.playing and not kept:
            return Update({})
        due_ms = self._due_ms(kept)
        if due_ms is not None and now_ms >= due_ms and self._is_fresh(now_ms):
            return Update(kept if now_ms < self.free_ms else self._risen(kept, now_ms))
        poll_ms = self._poll_ms(due_ms)
        if now_ms >= poll_ms:
            return Poll()
        return Wait(poll_ms if due_ms is None else min(due_ms, poll_ms))

    def _off_noted(self, now_ms: int) -> Pace:
        if len(self._kept()) == len(self.playing):
            return replace(self, off_from_ms=None)
        return self if self.off_from_ms is not None else replace(self, off_from_ms=now_ms)

    def _kept(self) -> Playing:
        """What goes on without rising: channels still wanted with the same waveform, at the lower of the two values."""
        kept = {
            channel: Sound(min(sound.amplitude_ua, self._goal(channel)), sound.waveform)
            for channel, sound in self.playing.items()
            if channel in self.target and self.target[channel].waveform == sound.waveform
        }
        return {channel: sound for channel, sound in kept.items() if sound.amplitude_ua}

    def _risen(self, kept: Playing, now_ms: int) -> Playing:
        """`kept`, and each channel as far towards its goal as its purse allows."""
        risen = {}
        for channel, output in self.target.items():
            credit_ua = floor_to_step(max(0, self.purses[channel].credit_ua(now_ms)), CURRENT_STEP_UA)
            amplitude_ua = min(self._goal(channel), _amplitude(kept, channel) + credit_ua)
            if amplitude_ua:
                risen[channel] = Sound(amplitude_ua, output.waveform)
        return risen

    def _due_ms(self, kept: Playing) -> int | None:
        """When the next update that leaves a channel on is due, if a poll clears it; None = none is wanted."""
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
        return max(min(ready), self.free_ms) if ready else None

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


def _same_climb(old: ChannelOutput, new: ChannelOutput) -> bool:
    return (old.waveform, old.rise_ua_per_s) == (new.waveform, new.rise_ua_per_s)
