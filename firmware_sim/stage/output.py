"""Law: `Stage` is the instrument. What its trace says crossed the skin is what the tests believe.

A pulse is computed once per shape and electrode state and then reused. The skin capacitor's charge is carried
from pulse to pulse (it decays with Rp x Cp); its start voltage is rounded to 1 mV of the 150 V, which bounds the
error of a reused pulse to a thousandth of a percent and lets steady trains share one computation.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import exp

from firmware_sim.stage import electrode
from firmware_sim.stage.electrode import GOOD, LOADS, Load
from firmware_sim.stage.pulse import Delivery, Points, Pulse
from firmware_sim.stage.trace import Event

CHANNELS = 8
CACHE_LIMIT = 4096
"""Computed pulses kept per channel before the cache starts afresh. [design]"""
GONE_AFTER = 20
"""Time constants after which the capacitor counts as empty: 150 V x e^-20 is 0.3 µV. [design]"""

Sink = Callable[[Pulse | Event], None]


@dataclass(slots=True)
class _Electrode:
    """One channel's load with the charge left on its skin capacitor at `since_us`."""

    load: Load
    tau_us: float = 0.0
    residual_v: float = 0.0
    since_us: int = 0
    cache: dict[tuple[Points, int], Delivery] = field(default_factory=dict)

    def residual_mv(self, t_us: int) -> int:
        """Capacitor voltage at `t_us`, mV."""
        gap_us = t_us - self.since_us
        if not self.residual_v or gap_us > GONE_AFTER * self.tau_us:
            return 0
        return round(self.residual_v * exp(-gap_us / self.tau_us) * 1000)


class Stage:
    """Eight electrodes and the trace of every pulse and event.

    `loads` maps channels (1 to 8) to a load or the name of one; other channels have a good pad. `trace` and
    `events` grow while `keep_trace` is true; with `trace_limit` the oldest quarter is dropped at the limit.
    `sink` sees every pulse and event as it happens.
    """

    def __init__(
        self,
        loads: Mapping[int, Load | str] | None = None,
        *,
        keep_trace: bool = True,
        trace_limit: int | None = None,
        sink: Sink | None = None,
    ) -> None:
        self.trace: list[Pulse] = []
        self.events: list[Event] = []
        self.keep_trace = keep_trace
        self.last_pulse_us: int | None = None
        self._trace_limit = trace_limit
        self._sink = sink
        self._electrodes = [_Electrode(GOOD, electrode.time_constant_us(GOOD)) for _ in range(CHANNELS)]
        for channel, load in (loads or {}).items():
            self.set_load(channel, load)

    def load(self, channel: int) -> Load:
        """The load on `channel` now."""
        return self._electrode(channel).load

    def set_load(self, channel: int, load: Load | str) -> None:
        """Put another load on `channel` (1 to 8) from the next pulse on; a new contact starts uncharged.

        Advance the device to the moment of the change first. Raises ValueError for an unknown name or channel.
        """
        if isinstance(load, str):
            if load not in LOADS:
                raise ValueError(f"unknown load {load!r}; known: {', '.join(LOADS)}")
            load = LOADS[load]
        self._electrode(channel)
        self._electrodes[channel - 1] = _Electrode(load, electrode.time_constant_us(load))

    def deliver(self, t_us: int, channel: int, points: Points) -> Delivery:
        """Drive one pulse into the channel's load at `t_us` and record it."""
        state = self._electrodes[channel - 1]
        residual_mv = state.residual_mv(t_us)
        key = (points, residual_mv)
        delivery = state.cache.get(key)
        if delivery is None:
            delivery = electrode.deliver(points, state.load, residual_mv / 1000)
            if len(state.cache) >= CACHE_LIMIT:
                state.cache.clear()
            state.cache[key] = delivery
        state.residual_v = delivery.residual_v
        state.since_us = t_us + delivery.duration_us
        self.last_pulse_us = t_us
        if self.keep_trace or self._sink:
            self._record(Pulse(t_us, channel, delivery))
        return delivery

    def note(self, event: Event) -> None:
        """Record something that happened at the device."""
        if self.keep_trace:
            self.events.append(event)
        if self._sink:
            self._sink(event)

    def _record(self, pulse: Pulse) -> None:
        if self.keep_trace:
            self.trace.append(pulse)
            if self._trace_limit is not None and len(self.trace) > self._trace_limit:
                del self.trace[: self._trace_limit // 4 + 1]
        if self._sink:
            self._sink(pulse)

    def _electrode(self, channel: int) -> _Electrode:
        if not 1 <= channel <= CHANNELS:
            raise ValueError(f"channel {channel} is not one of 1 to {CHANNELS}")
        return self._electrodes[channel - 1]
