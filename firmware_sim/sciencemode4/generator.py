"""Law: every channel's pulses lie on its own period grid, and one current source serves them in turn.

A pulse is due at its place on the grid; while the source is busy it waits. A pulse that could no longer end
within its period is a pulse timeout. The pulses of the on-device ramp are counted from the enabling update.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from firmware_sim.sciencemode4.dialect import Output
from firmware_sim.sciencemode4.replies import ChannelError
from firmware_sim.sciencemode4.requests import ChannelSetting, MlUpdate
from firmware_sim.sciencemode4.sources import Sources
from firmware_sim.sciencemode4.switches import Switches
from firmware_sim.stage import Point, Stage
from firmware_sim.stage.pulse import Points
from firmware_sim.stage.trace import ChannelFailed

CHANNELS = 8


@lru_cache(maxsize=4096)
def ramped(points: Points, pulse: int, ramp: int, fractions: Literal["k_of_n_plus_1", "k_minus_1_of_n"]) -> Points:
    """The `pulse`-th (from 1) of `ramp` rising pulses; magnitudes round towards 0."""
    share, whole = (pulse, ramp + 1) if fractions == "k_of_n_plus_1" else (pulse - 1, ramp)
    return tuple(Point(us, abs(ua) * share // whole * (1 if ua > 0 else -1)) for us, ua in points)


@dataclass(slots=True)
class _Running:
    """A channel that gives pulses. `due_us` is the next place on its grid."""

    points: Points
    length_us: int
    period_us: int
    ramp: int
    due_us: int
    last_due_us: int | None = None
    given: int = 0
    bad_in_a_row: int = 0


@dataclass(slots=True)
class Generator:
    """The pulses of the mid level. `errors` has one half-byte per channel, channel 1 first."""

    stage: Stage
    sources: Sources
    switches: Switches
    output: Output
    stop_on_all_errors: bool = False
    errors: list[ChannelError] = field(default_factory=lambda: [ChannelError.NONE] * CHANNELS)
    _running: dict[int, _Running] = field(default_factory=dict)
    _locked: set[int] = field(default_factory=set)
    _ramped: set[int] = field(default_factory=set)

    @property
    def active(self) -> tuple[int, ...]:
        """Channels that give pulses, ascending."""
        return tuple(sorted(self._running))

    @property
    def settings(self) -> dict[int, tuple[Points, int]]:
        """Points (without the ramp) and period of every channel that gives pulses."""
        return {channel: (running.points, running.period_us) for channel, running in self._running.items()}

    def train(self, channel: int) -> tuple[int, int] | None:
        """Period (us) and number of pulses so far of a channel that gives pulses; the one being given counts."""
        running = self._running.get(channel)
        return None if running is None else (running.period_us, running.given)

    def next_us(self) -> int | None:
        """When the next pulse starts, as things are."""
        return self._next()[2] if self._running else None

    def changes(self, request: MlUpdate) -> bool:
        """Whether the skin would notice `request`."""
        wanted = {setting.channel: (setting.played, setting.period_us) for setting in request.channels}
        return wanted != self.settings or (bool(wanted) and self.switches.update_restarts_period)

    def begin(self, stop_on_all_errors: bool) -> None:
        """Ml_init: nothing runs and nothing is remembered; the source stays busy with a pulse under way."""
        self.halt()
        self.stop_on_all_errors = stop_on_all_errors
        self.errors = [ChannelError.NONE] * CHANNELS
        self._locked.clear()
        self._ramped.clear()

    def halt(self) -> None:
        """No further pulse on any channel."""
        self._running.clear()

    def update(self, request: MlUpdate, now_us: int) -> None:
        """Run exactly the channels of `request`; a channel left out stops."""
        settings = {setting.channel: setting for setting in request.channels}
        for channel in self._running.keys() - settings.keys():
            del self._running[channel]
        for channel, setting in settings.items():
            running = self._running.get(channel)
            if running is not None:
                self._change(running, setting, now_us)
            elif channel not in self._locked:
                self._enable(setting, now_us)
            if self.switches.update_clears_error and channel in self._running:
                self.errors[channel - 1] = ChannelError.NONE

    def _enable(self, setting: ChannelSetting, now_us: int) -> None:
        first = self.switches.ramp_on_reenable or setting.channel not in self._ramped
        at_once = self.switches.first_pulse == "at_once"
        points = setting.played
        self._ramped.add(setting.channel)
        self._running[setting.channel] = _Running(
            points=points,
            length_us=sum(us for us, _ in points),
            period_us=setting.period_us,
            ramp=setting.ramp if first else 0,
            due_us=now_us if at_once else now_us + setting.period_us,
        )

    def _change(self, running: _Running, setting: ChannelSetting, now_us: int) -> None:
        """New values from the next pulse on; the ramp of the enabling update goes on where it was."""
        running.points = setting.played
        running.length_us = sum(us for us, _ in running.points)
        if self.switches.update_restarts_period:
            running.due_us = now_us
        elif setting.period_us != running.period_us and running.last_due_us is not None:
            running.due_us = max(now_us, running.last_due_us + setting.period_us)
        running.period_us = setting.period_us

    def run(self, until_us: int) -> int | None:
        """Give every pulse that starts before `until_us`; the time of the fault that ended all output, if one did."""
        while self._running:
            channel, running, start_us = self._next()
            if start_us >= until_us:
                return None
            if start_us + running.length_us > running.due_us + running.period_us:
                self._late(channel, running, start_us)
            else:
                self._give(channel, running, start_us)
            if not self._running:
                return start_us
        return None

    def _next(self) -> tuple[int, _Running, int]:
        """The channel whose pulse starts next: earliest start, then longest wait, then lowest number."""
        if len(self._running) == 1:
            ((channel, running),) = self._running.items()
            return channel, running, max(running.due_us, self.sources.free_us(channel))
        start_us, _, channel = min(
            (max(running.due_us, self.sources.free_us(channel)), running.due_us, channel)
            for channel, running in self._running.items()
        )
        return channel, self._running[channel], start_us

    def _give(self, channel: int, running: _Running, start_us: int) -> None:
        running.given += 1
        points = running.points
        if running.given <= running.ramp:
            points = ramped(points, running.given, running.ramp, self.switches.ramp_fractions)
        _, error = self.output.give(self.stage, start_us, channel, points)
        self.sources.occupy(channel, start_us, running.length_us)
        running.last_due_us = running.due_us
        running.due_us += running.period_us
        if not error:
            running.bad_in_a_row = 0
            if self.output.forgets:
                self.errors[channel - 1] = error
            return
        running.bad_in_a_row += 1
        if running.bad_in_a_row >= self.switches.fault_after_pulses:
            self._bad(channel, error, start_us)

    def _late(self, channel: int, running: _Running, start_us: int) -> None:
        """A pulse that could no longer end within its period is not given."""
        if self.output.late_stops:
            self._fail(channel, ChannelError.PULSE_TIMEOUT, start_us)
        else:
            running.due_us += running.period_us

    def _bad(self, channel: int, error: ChannelError, t_us: int) -> None:
        """A channel has a fault; told once for as long as it lasts."""
        if not self.output.goes_on:
            self._fail(channel, error, t_us)
        elif self.errors[channel - 1] is not error:
            self.errors[channel - 1] = error
            self.stage.note(ChannelFailed(t_us, channel, int(error)))

    def _fail(self, channel: int, error: ChannelError, t_us: int) -> None:
        self.errors[channel - 1] = error
        self.stage.note(ChannelFailed(t_us, channel, int(error)))
        if not self.switches.update_restarts_faulty:
            self._locked.add(channel)
        if self.stop_on_all_errors:
            self.halt()
        else:
            del self._running[channel]
