"""Law: an expectation is judged by the device, the skin and the person, and says what was seen.

Each check gives sentences of what is not as expected; none when it holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from firmware_sim.scenario.expect import (
    Expect,
    OfChannel,
    OfCurrent,
    OfDevice,
    OfFault,
    OfMuscle,
    OfPerson,
    OfPulses,
    OfReply,
    OfSilence,
)
from firmware_sim.scenario.host import Host
from firmware_sim.scenario.model import micros
from firmware_sim.simulator import Simulator


class Given(NamedTuple):
    """One pulse of the trace."""

    t_us: int
    channel: int
    set_ua: int
    flowed_ua: int


@dataclass(frozen=True, slots=True)
class Scene:
    """What an expectation is judged by."""

    simulator: Simulator
    host: Host
    given: Sequence[Given]

    def failures(self, expect: Expect) -> list[str]:
        """What is not as expected now."""
        match getattr(expect, expect.what):
            case OfChannel() as one:
                return list(self._channel(one))
            case OfDevice() as one:
                return list(self._device(one))
            case OfReply() as one:
                return list(self._reply(one))
            case OfPulses() as one:
                return list(self._pulses(one))
            case OfSilence() as one:
                return list(self._silent(one))
            case OfCurrent() as one:
                return list(self._current(one))
            case OfMuscle() as one:
                return list(self._muscle(one))
            case OfPerson() as one:
                return list(self._person(one))
            case OfFault() as one:
                return list(self._fault(one))
            case _:
                return ["nothing is expected"]

    def _channel(self, one: OfChannel) -> Iterator[str]:
        active = one.number in self.simulator.active_channels
        model = self.simulator.device.model
        error = model.words_of(self.simulator.errors[one.number - 1]).replace(" ", "_")
        if one.active not in (None, active):
            yield f"channel {one.number} is {'active' if active else 'not active'}"
        if one.error not in (None, error):
            yield f"channel {one.number} shows error {error}, not {one.error}"

    def _device(self, one: OfDevice) -> Iterator[str]:
        device = self.simulator.device
        state = device.state.name.lower()
        lamp = "none" if device.lamp is None else device.lamp.name.lower()
        if one.state not in (None, state):
            yield f"the device is in state {state}, not {one.state}"
        if one.high_voltage not in (None, device.high_voltage):
            yield f"the high voltage is {'on' if device.high_voltage else 'off'}"
        if one.lamp not in (None, lamp):
            yield f"the lamp is {lamp}, not {one.lamp}"

    def _reply(self, one: OfReply) -> Iterator[str]:
        if one.to not in self.host.results:
            yield f"no {one.to} has been sent"
            return
        seen = self.host.results[one.to]
        wanted = None if one.result == "none" else one.result
        if seen != wanted:
            yield f"the last {one.to} " + ("is not answered" if seen is None else f"has the result {seen}")

    def _pulses(self, one: OfPulses) -> Iterator[str]:
        begin_us, end_us = micros(one.begin), self.simulator.now_us + 1 if one.end is None else micros(one.end)
        count = sum(begin_us <= p.t_us < end_us and one.channel in (None, p.channel) for p in self.given)
        if (one.at_least is not None and count < one.at_least) or (one.at_most is not None and count > one.at_most):
            bounds = [f"at least {one.at_least}"] if one.at_least is not None else []
            bounds += [f"at most {one.at_most}"] if one.at_most is not None else []
            yield f"{count} pulses from {begin_us / 1e6:g} s to {end_us / 1e6:g} s, not {' and '.join(bounds)}"

    def _silent(self, one: OfSilence) -> Iterator[str]:
        since_us = micros(one.since)
        loud = [p for p in self.given if p.t_us > since_us and p.flowed_ua and one.channel in (None, p.channel)]
        if loud:
            yield (
                f"{len(loud)} pulses since {one.since:g} s, the last of {loud[-1].flowed_ua / 1000:g} mA on channel "
                f"{loud[-1].channel} at {loud[-1].t_us / 1e6:.6f} s"
            )

    def _current(self, one: OfCurrent) -> Iterator[str]:
        mine = [p for p in self.given if p.channel == one.channel]
        if not mine:
            yield f"channel {one.channel} has given no pulse"
            return
        yield from _between(
            f"the current on channel {one.channel}", mine[-1].flowed_ua / 1000, one.above_ma, one.below_ma, "mA"
        )

    def _muscle(self, one: OfMuscle) -> Iterator[str]:
        patient = self.simulator.patient
        if patient is None:
            yield "there is no patient"
            return
        patient.advance(self.simulator.engine.t_us)
        placed = {channel for channel, site in patient.sites.items() if site.muscle == one.name}
        muscles = patient.reading().muscles
        found = [muscle for muscle in muscles if muscle.name == one.name or placed & set(muscle.channels)]
        if not found:
            yield f"no pads are on a muscle {one.name!r}"
            return
        yield from _between(
            f"the force of {one.name}", found[0].force_mn / 1000, one.force_above_n, one.force_below_n, "N"
        )
        if one.cramping not in (None, found[0].cramping):
            yield f"{one.name} is {'cramping' if found[0].cramping else 'not cramping'}"

    def _person(self, one: OfPerson) -> Iterator[str]:
        patient = self.simulator.patient
        if patient is None:
            yield "there is no patient"
            return
        patient.advance(self.simulator.engine.t_us)
        yield from _between("the pain", patient.reading().pain, one.pain_above, one.pain_below, "of 10")

    def _fault(self, one: OfFault) -> Iterator[str]:
        mine = [injection for injection in self.simulator.injections() if injection.kind == one.kind]
        if not mine:
            yield f"no {one.kind} has been put in"
            return
        if one.state not in (None, mine[-1].state.value):
            yield f"the fault {one.kind} is {mine[-1].state.value}, not {one.state}"
        least, most = one.effects_at_least or 0, one.effects_at_most
        if mine[-1].effects < least or (most is not None and mine[-1].effects > most):
            yield f"the fault {one.kind} had {mine[-1].effects} effects ({mine[-1].proof})"


def _between(what: str, seen: float, above: float | None, below: float | None, unit: str) -> Iterator[str]:
    if above is not None and not seen > above:
        yield f"{what} is {seen:g} {unit}, not above {above:g}"
    if below is not None and not seen < below:
        yield f"{what} is {seen:g} {unit}, not below {below:g}"
