"""When the next update or poll may leave while the device is enabled. Pure: the driver asks, this answers.

Law: the newest target wins. A channel going off leaves at once, and so does a fall, unless falls have followed each
other faster than the line is meant for. A rise leaves only

- after a clean poll that followed the last update, because an update may clear a faulted channel's error and pulse a
  lifted pad [verify];
- not before 40 ms and the longest pulse period have passed since the last update, because an update may restart the
  period [verify]; in an update that leaves anyway, since the last rise;
- by as much as the channel's purse holds.

A channel that was off, or gets another waveform, starts from 0. An update that would keep a channel on after a second
without an answer waits for a poll: the device may have silenced itself, and the update would start it again.
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
FALL_MS = 20  # falls in a row: 50 a second, with their polls below the 100 frames a second the guard allows [design]
FALL_BURST_MS = 60  # and the first four of them at once [design]
POLL_LEAD_MS = 10  # a poll leaves this long before the rise it must clear, late enough to see pulses [design]
KEEP_ALIVE_MS = 400  # at most 500 ms between renewing requests, a quarter of the device's 2 s [design]
STALE_MS = 1000  # half the device's 2 s: from here its silence must be reckoned with [design]


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

    `renewed_ms` when the last acknowledged request that renews the keep-alive left; `fall_from_ms` when a fall may
    leave; `updated_ms`, `raised_ms` last update, last rise; `unproven_ms` the first update no clean poll has followed.
    None = there is none.
    """

    renewed_ms: int
    fall_from_ms: int
    target: dict[int, ChannelOutput]
    purses: dict[int, Purse]
    playing: Playing
    updated_ms: int | None
    raised_ms: int | None
    unproven_ms: int | None

    @classmethod
    def begin(cls, now_ms: int) -> Pace:
        """Enabled at `now_ms`, every channel off."""
        return cls(now_ms, now_ms - FALL_BURST_MS, {}, {}, {}, None, None, None)

    def aimed(self, outputs: tuple[ChannelOutput, ...], now_ms: int) -> Pace:
        """A new target. The purse of a channel whose rate or waveform is new starts empty."""
        target = {o.channel: o for o in sorted(outputs, key=lambda o: o.channel) if o.amplitude_ua}
        purses = {
            channel: self.purses[channel]
            if channel in self.target and _same_climb(self.target[channel], output)
            else Purse.empty(output.rise_ua_per_s, output.waveform.period_us, now_ms)
            for channel, output in target.items()
        }
        return replace(self, target=target, purses=purses)

    def updated(self, playing: Playing, now_ms: int) -> Pace:
        """An update with these channels left at `now_ms`: rises are paid for, and the next poll must prove it."""
        before = {c: s for c, s in self.playing.items() if c in playing and playing[c].waveform == s.waveform}
        rises = {c: rise for c, s in playing.items() if (rise := s.amplitude_ua - _amplitude(before, c)) > 0}
        return replace(
            self,
            playing=playing,
            fall_from_ms=max(self.fall_from_ms, now_ms - FALL_BURST_MS) + FALL_MS,
            purses={c: p.spent(rises[c], now_ms) if c in rises else p for c, p in self.purses.items()},
            updated_ms=now_ms,
            raised_ms=now_ms if rises else self.raised_ms,
            unproven_ms=now_ms if self.unproven_ms is None else self.unproven_ms,
        )

    def renewed(self, sent_ms: int) -> Pace:
        """A renewing request that left at `sent_ms` was acknowledged."""
        return replace(self, renewed_ms=sent_ms)

    def proven(self, sent_ms: int) -> Pace:
        """A poll that left at `sent_ms` was clean."""
        return replace(self, renewed_ms=sent_ms, unproven_ms=None)

    def decide(self, now_ms: int) -> Update | Poll | Wait:
        """What to send now that the line is free, or when to ask again."""
        kept = self._kept()
        stale = bool(self.playing) and now_ms - self.renewed_ms >= STALE_MS
        fall_ms = None if stale and kept else self._fall_ms(kept, now_ms)
        if fall_ms is not None and now_ms >= fall_ms:
            return Update(kept if stale or now_ms < self._ride_ms() else self._risen(kept, now_ms))
        poll_ms = self._poll_ms()
        if now_ms >= poll_ms:
            return Poll()
        rise_ms = self._rise_ms(kept)
        if rise_ms is not None and now_ms >= rise_ms:
            return Update(self._risen(kept, now_ms))
        return Wait(min(due for due in (fall_ms, poll_ms, rise_ms) if due is not None))

    def _fall_ms(self, kept: Playing, now_ms: int) -> int | None:
        """When a fall may leave: now if it switches a channel off; None = nothing falls."""
        if kept == self.playing:
            return None
        return now_ms if len(kept) < len(self.playing) else self.fall_from_ms

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

    def _rise_ms(self, kept: Playing) -> int | None:
        """When a rise may leave by itself; None = nothing to raise, or the last update is not proven yet."""
        ready = [
            ready_ms
            for channel in self.target
            if self._goal(channel) > _amplitude(kept, channel)
            and (ready_ms := self.purses[channel].ready_ms()) is not None
        ]
        if not ready or self.unproven_ms is not None:
            return None
        return min(ready) if self.updated_ms is None else max(min(ready), self.updated_ms + self._interval_ms())

    def _ride_ms(self) -> float:
        """When a rise may leave in an update that leaves anyway."""
        if self.unproven_ms is not None:
            return float("inf")
        return 0 if self.raised_ms is None else self.raised_ms + self._interval_ms()

    def _poll_ms(self) -> int:
        keep_alive_ms = self.renewed_ms + KEEP_ALIVE_MS
        if self.unproven_ms is None:
            return keep_alive_ms
        return min(keep_alive_ms, self.unproven_ms + self._interval_ms() - POLL_LEAD_MS)

    def _interval_ms(self) -> int:
        """40 ms or the longest period of the channels that are or become active."""
        becoming = [output.waveform for channel, output in self.target.items() if self._goal(channel)]
        periods = [waveform.period_us for waveform in [sound.waveform for sound in self.playing.values()] + becoming]
        return max(MIN_UPDATE_MS, -(-max(periods, default=0) // 1000))

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


def _same_climb(old: ChannelOutput, new: ChannelOutput) -> bool:
    return (old.waveform, old.rise_ua_per_s) == (new.waveform, new.rise_ua_per_s)
