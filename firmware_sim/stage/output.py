"""Law: `Stage` is the instrument. What its trace says crossed the skin is what the tests believe.

A pulse is computed once per shape and electrode state and then reused. The skin capacitor's charge is carried
from pulse to pulse (it decays with Rp x Cp); its start voltage is rounded to 1 mV of the 150 V, which bounds the
error of a reused pulse to a thousandth of a percent and lets steady trains share one computation. A pad that dries
or warms is looked at again on a coarse grid of device time: the trace does not depend on who asked when.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from firmware_sim.stage import electrode, sampling
from firmware_sim.stage.electrode import COMPLIANCE_MV, LOADS, Load
from firmware_sim.stage.output_faults import OutputFaults
from firmware_sim.stage.pad import Pad, Placed, Worn
from firmware_sim.stage.pulse import Delivery, Point, Points, Pulse
from firmware_sim.stage.trace import Event, told

CHANNELS = 8
TEST_PULSE: Points = (Point(100, 1_000),)
"""1 mA for 100 us: far below what is felt; it meets the series resistance and a part of the skin's. [design]"""
PROBE: tuple[object, ...] = ("probe", TEST_PULSE)
"""Where the test pulse's outcome is kept among a pad's."""
CACHE_LIMIT = 4096
"""Computed pulses kept per channel before the cache starts afresh. [design]"""

TOLD = frozenset(("trace", "events", "keep_trace", "told_us", "_trace_limit", "_sinks"))

Sink = Callable[[Pulse | Event], None]


class Stage:
    """Eight electrodes and the trace of every pulse and event.

    `loads` maps channels (1 to 8) to a load or the name of one; other channels have a good pad. `trace` and
    `events` grow while `keep_trace` is true; with `trace_limit` the oldest quarter is dropped at the limit.
    `sink` (and whoever comes by `watch`) sees every pulse and event as it happens. `output_faults` is what is wrong
    with the output, and behind it come `injected_faults`, each by the number of its injection. `told_us` turns the
    device's time into the one in which pulses and events are told, where they differ.
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
        self.given_us = self._start_mv = 0
        """Of the last pulse: when it started by the device's own clock, and what was left on the skin then."""
        self.output_faults = OutputFaults()
        self.injected_faults: dict[int, OutputFaults] = {}
        self._compliance_mv = self._selected_mv = COMPLIANCE_MV
        self._trace_limit = trace_limit
        self._sinks = [] if sink is None else [sink]
        self.told_us: Callable[[int], int] | None = None
        self._electrodes = [Pad() for _ in range(CHANNELS)]
        for channel, load in (loads or {}).items():
            self.set_load(channel, load)

    # The supply

    @property
    def compliance_mv(self) -> int:
        """What the supply allows the output; lower it for a supply that sags."""
        return self._compliance_mv

    @compliance_mv.setter
    def compliance_mv(self, value: int) -> None:
        self._compliance_mv = _checked(value)
        self._forget()

    @property
    def selected_mv(self) -> int:
        """What the device itself asked its high voltage for."""
        return self._selected_mv

    @selected_mv.setter
    def selected_mv(self, value: int) -> None:
        if value != self._selected_mv:
            self._selected_mv = _checked(value)
            self._forget()

    @property
    def limit_mv(self) -> int:
        """The largest voltage between the electrodes now."""
        return min(self._compliance_mv, self._selected_mv)

    def _forget(self) -> None:
        for state in self._electrodes:
            state.cache.clear()

    # The electrodes. Advance the device to the moment of a change first.

    def placed(self, channel: int) -> Placed:
        """What lies on `channel`: load, contact and wear."""
        return self._electrode(channel).placed

    def place(self, channel: int, placed: Placed) -> None:
        """Put this on `channel` from the next pulse on. Another load starts uncharged."""
        state = self._electrode(channel)
        if placed.load != state.placed.load:
            state.residual_v = 0.0
        state.placed = placed
        state.review(state.since_us)

    def load(self, channel: int) -> Load:
        """The load that was put on `channel`; its contact and wear are not counted in."""
        return self.placed(channel).load

    def load_at(self, channel: int, t_us: int) -> Load:
        """The load as a current at `t_us` would meet it, contact and wear counted in."""
        return self._electrode(channel).load_at(t_us)

    def set_load(self, channel: int, load: Load | str) -> None:
        """Put another load on `channel` (1 to 8) from the next pulse on, whole and fresh; it starts uncharged.

        Raises ValueError for an unknown name or channel.
        """
        self.place(channel, Placed(named(load)))
        self._electrode(channel).residual_v = 0.0

    def contact_permille(self, channel: int) -> int:
        """Share of the pad on `channel` that lies on the skin."""
        return self.placed(channel).contact_permille

    def set_contact(self, channel: int, permille: int) -> None:
        """Lift a part of the pad, or press it on again; 1 to 1000. The skin keeps its charge. ValueError outside."""
        self.place(channel, replace(self.placed(channel), contact_permille=permille))

    def wear(self, channel: int, since_us: int, before_s: int = 0) -> None:
        """From `since_us` on the pad dries and warms; it had `before_s` of use before. Until the next `set_load`."""
        self.place(channel, replace(self.placed(channel), worn=Worn(since_us, before_s)))

    # Pulses

    def deliver(self, t_us: int, channel: int, points: Points) -> Delivery:
        """Drive one pulse into the channel's load at `t_us` and record it."""
        state = self._electrodes[channel - 1]
        if state.review_us is not None and t_us >= state.review_us:
            state.review(t_us)
        self.given_us, self._start_mv = t_us, (residual_mv := state.residual_mv(t_us))
        key: tuple[object, ...] = (points, residual_mv)
        driven = points
        if self.injected_faults or self.output_faults.some:
            for faults in self._all_faults():
                driven = faults.alter(channel, driven)
            key = (points, residual_mv, driven)
        delivery = state.cache.get(key)
        if delivery is None:
            delivery = self._compute(state, points, driven, residual_mv)
            state.cache[key] = delivery
        state.residual_v = delivery.residual_v
        state.since_us = t_us + delivery.duration_us
        self._record(state, t_us, channel, delivery)
        return delivery

    def _record(self, state: Pad, t_us: int, channel: int, delivery: Delivery) -> None:
        state.pulses += 1
        self.last_pulse_us = t_us if self.told_us is None else self.told_us(t_us)
        state.last = pulse = Pulse(self.last_pulse_us, channel, delivery)
        if self.keep_trace:
            self._keep(pulse)
        for sink in self._sinks:
            sink(pulse)

    def _compute(self, state: Pad, points: Points, driven: Points, residual_mv: int) -> Delivery:
        if len(state.cache) >= CACHE_LIMIT:
            state.cache.clear()
        return electrode.deliver(
            points,
            state.load,
            residual_mv / 1000,
            compliance_mv=self.limit_mv,
            driven=driven,
            contact_permille=state.placed.contact_permille,
        )

    def probe(self, t_us: int, channel: int) -> Delivery:
        """What a small test pulse given at `t_us` would show of the electrode; it leaves nothing behind [design]."""
        state = self._electrode(channel)
        if state.review_us is not None and t_us >= state.review_us:
            state.review(t_us)
        found = state.cache.get(PROBE)
        if found is None:
            found = state.cache[PROBE] = electrode.deliver(TEST_PULSE, state.load, 0.0, compliance_mv=self.limit_mv)
        return found

    def withhold(self, t_us: int, channel: int, points: Points) -> Delivery:
        """Record a pulse that the device left out: nothing flows, whatever lies on the channel."""
        state = self._electrode(channel)
        self.given_us, self._start_mv = t_us, state.residual_mv(t_us)
        nothing = electrode.deliver(points, electrode.OpenLead(), 0.0, compliance_mv=self.limit_mv)
        delivery = replace(nothing, peak_voltage_mv=0, end_voltage_mv=0, left_out=True)
        self._record(state, t_us, channel, delivery)
        return delivery

    def suppose(self, pulse: Pulse, placed: Placed, limit_mv: int, without: int | None = None) -> Delivery:
        """What the pulse given just now would have been on another pad, at another limit, or without one fault."""
        driven = self.output_faults.peek(pulse.channel, pulse.points)
        for number, faults in self.injected_faults.items():
            driven = driven if number == without else faults.peek(pulse.channel, driven)
        return electrode.deliver(
            pulse.points,
            Pad(placed).load_at(self.given_us),
            self._start_mv / 1000,
            compliance_mv=limit_mv,
            driven=driven,
            contact_permille=placed.contact_permille,
        )

    def drives(self, channel: int, points: Points) -> bool:
        """Whether any current would be driven for these points, with all that is wrong with the output."""
        if self.injected_faults or self.output_faults.some:
            for faults in self._all_faults():
                points = faults.peek(channel, points)
        return any(current_ua for _, current_ua in points)

    def _all_faults(self) -> tuple[OutputFaults, ...]:
        return (self.output_faults, *self.injected_faults.values())

    def samples(
        self, t_us: int, channel: int, points: Points, sampling_us: int, count: int
    ) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Currents (µA) and voltages (mV) that a pulse given at `t_us` will show. It is not given by this."""
        state = self._electrode(channel)
        if state.review_us is not None and t_us >= state.review_us:
            state.review(t_us)
        driven = points
        for faults in self._all_faults():
            driven = faults.peek(channel, driven)
        start_v = state.residual_mv(max(t_us, state.since_us)) / 1000
        return sampling.samples(driven, state.load, start_v, sampling_us, count, compliance_mv=self.limit_mv)

    def pulses(self, channel: int) -> int:
        """How many pulses this channel has given."""
        return self._electrode(channel).pulses

    def last_pulse(self, channel: int) -> Pulse | None:
        """The channel's last pulse, also when no trace is kept."""
        return self._electrode(channel).last

    # The trace

    def note(self, event: Event) -> None:
        """Record something that happened at the device."""
        if self.told_us is not None:
            event = told(event, self.told_us)
        if self.keep_trace:
            self.events.append(event)
        for sink in self._sinks:
            sink(event)

    def watch(self, sink: Sink) -> None:
        """Let `sink` see every pulse and event from now on."""
        self._sinks.append(sink)

    def _keep(self, pulse: Pulse) -> None:
        self.trace.append(pulse)
        if self._trace_limit is not None and len(self.trace) > self._trace_limit:
            del self.trace[: self._trace_limit // 4 + 1]

    # Snapshots

    def kept(self) -> dict[str, Any]:
        """All that decides what happens next, to be copied by whoever keeps it. What was told, and to whom, stays."""
        return {name: value for name, value in vars(self).items() if name not in TOLD}

    def put_back(self, kept: Mapping[str, Any]) -> None:
        """Be again what `kept` gave."""
        vars(self).update(kept)

    def _electrode(self, channel: int) -> Pad:
        if not 1 <= channel <= CHANNELS:
            raise ValueError(f"channel {channel} is not one of 1 to {CHANNELS}")
        return self._electrodes[channel - 1]


def named(load: Load | str) -> Load:
    """The load of that name. ValueError for an unknown one."""
    if not isinstance(load, str):
        return load
    if load not in LOADS:
        raise ValueError(f"unknown load {load!r}; known: {', '.join(LOADS)}")
    return LOADS[load]


def _checked(value_mv: int) -> int:
    """A voltage of 0 counts as 1 mV: next to nothing flows, and the equations stay what they are."""
    if value_mv < 0:
        raise ValueError(f"an output voltage of {value_mv} mV is not 0 mV or more")
    return max(1, value_mv)
