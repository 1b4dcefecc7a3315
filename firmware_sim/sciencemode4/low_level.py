"""Law: in the low level the host sends every pulse; pulses wait their turn and are acknowledged after they were given.

The device keeps up to ten commands [source: P24 Instructions for Use]. They are given in the order of their arrival,
each as soon as the current source is free. There is no dead-man here: what was queued ends by itself.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import assert_never

from firmware_sim.faults import Faults
from firmware_sim.sciencemode4 import limits, measurement, requests
from firmware_sim.sciencemode4.dialect import Output, PulseAck
from firmware_sim.sciencemode4.latencies import Latencies
from firmware_sim.sciencemode4.outbox import Answer, Place
from firmware_sim.sciencemode4.replies import RESULT_OF_ERROR, VOLTAGE_150, VOLTAGE_OFF, Result
from firmware_sim.sciencemode4.sources import Sources
from firmware_sim.sciencemode4.states import Level, State
from firmware_sim.sciencemode4.switches import Switches
from firmware_sim.stage.pulse import Point

BUFFER = 10
"""Pulses that wait. [source: Instructions for Use, Ll_channel_config]"""


@dataclass(frozen=True, slots=True)
class Queued:
    """A pulse that waits, and the place of its acknowledgement."""

    request: requests.LlChannelConfig
    packet_number: int
    arrived_us: int
    place: Place


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a queued pulse at `t_us`; without an answer it is never acknowledged."""

    queued: Queued
    t_us: int
    answer: Answer | None


@dataclass(slots=True)
class LowLevel:
    """The low level of one device. `result` is that of the last pulse, for the lamp."""

    level: Level
    sources: Sources
    switches: Switches
    latencies: Latencies
    faults: Faults
    output: Output
    pulse_ack: PulseAck
    result: Result = Result.OK
    _measurement: int = 0
    _queue: deque[Queued] = field(default_factory=deque)
    _dropped: list[Done] = field(default_factory=list)
    _busy_until_us: int = 0
    _leaving: bool = False

    def execute(self, request: requests.LlInit | requests.LlStop, now_us: int) -> Answer | int:
        """Carry out one request; a number is the result it is refused with."""
        match request:
            case requests.LlInit():
                return self._init(request, now_us)
            case requests.LlStop():
                return self._stop(now_us)
            case _:
                assert_never(request)

    def _init(self, request: requests.LlInit, now_us: int) -> Answer | int:
        again = self.level.state is State.LL and self.switches.ll_reinit == "refuse_7"
        if self.level.in_mid_level() or again:
            return Result.NOT_INITIALISED
        if request.high_voltage_code > VOLTAGE_OFF and self.switches.ll_voltage_codes == "refuse_2":
            return Result.PARAMETER
        self._drop(now_us)
        self.result, self._leaving, self._measurement = Result.OK, False, request.measurement
        self.level.enter(State.LL, now_us, request.high_voltage_code or VOLTAGE_150)
        return Answer(bytes((Result.OK,)), self.latencies.ll_init_us)

    def _stop(self, now_us: int) -> Answer | int:
        if self.level.state is State.NONE:
            return self.switches.stop_when_none_result
        if self.level.state is not State.LL:
            return Result.NOT_INITIALISED
        if self.faults.silent_stop:
            self.faults.took("silent_stop")
        elif self._queue and self.switches.ll_stop_with_queue == "finishes":
            self._leaving = True
        else:
            self._leave(now_us)
        return Answer(bytes((Result.OK,)), self.latencies.ll_stop_us)

    def _leave(self, t_us: int) -> None:
        self._drop(t_us)
        self.result, self._leaving = Result.OK, False
        self.level.enter(State.NONE, t_us, VOLTAGE_OFF)

    def _drop(self, t_us: int) -> None:
        """What waits is not given any more."""
        told = self.switches.ll_stop_with_queue == "drops_with_7"
        for one in self._queue:
            answer = self._refused(Result.NOT_INITIALISED, one.request) if told else None
            self._dropped.append(Done(one, t_us, answer))
        self._queue.clear()

    def take_dropped(self) -> list[Done]:
        """The pulses that were dropped since the last call, each with its answer."""
        dropped, self._dropped = self._dropped, []
        return dropped

    # Pulses

    def refusal(self, request: requests.LlChannelConfig, now_us: int) -> Answer | None:
        """The answer to a command that gives no pulse; None when its pulse is to be queued. No data: no answer."""
        if self.level.state is not State.LL or self._leaving:
            return self._refused(Result.NOT_INITIALISED, request)
        if not request.execute:
            return self._refused(Result.OK, request)
        if not self.level.high_voltage:
            return self._refused(self.switches.ll_pulse_without_voltage, request)
        running = self.switches.ll_running_pulse_counts and now_us < self._busy_until_us
        if len(self._queue) + running < BUFFER:
            return None
        if self.switches.ll_full_buffer == "silence":
            return Answer(b"", 0)
        return self._refused(self.switches.ll_full_buffer, request)

    def _refused(self, result: int, request: requests.LlChannelConfig) -> Answer:
        return Answer(self.pulse_ack(result, request.channel), self.latencies.other_us)

    def queue(self, queued: Queued) -> None:
        """Take a pulse that `refusal` let pass."""
        self._queue.append(queued)

    def run(self, until_us: int) -> Iterator[Done]:
        """Give every waiting pulse that starts before `until_us`, in order."""
        while (start_us := self.next_start_us()) is not None and start_us < until_us:
            yield self._give(self._queue.popleft(), start_us)
            if self._leaving and not self._queue:
                self._leave(self._busy_until_us)

    def next_start_us(self) -> int | None:
        """When the next waiting pulse starts; None when none waits."""
        if not self._queue:
            return None
        first = self._queue[0]
        return max(first.arrived_us, self.sources.free_us(first.request.channel))

    def _give(self, queued: Queued, start_us: int) -> Done:
        request, stage = queued.request, self.level.stage
        points = tuple(Point(max(us, limits.MIN_POINT_US), ua) for us, ua in request.points)
        kind = self._measurement if self.switches.ll_measurement_answered else 0
        taken = measurement.take(stage, start_us, request.channel, points, kind, self.switches.ll_sample_unit)
        delivery, error = self.output.give(stage, start_us, request.channel, points)
        self.sources.occupy(request.channel, start_us, delivery.duration_us)
        self._busy_until_us = start_us + delivery.duration_us
        self.result = RESULT_OF_ERROR[error]
        data = self.pulse_ack(self.result, request.channel, kind, *taken)
        return Done(queued, start_us, Answer(data, delivery.duration_us + self.latencies.other_us))

    def stimulating(self, now_us: int) -> bool:
        """Whether a pulse is under way or waits."""
        return bool(self._queue) or now_us < self._busy_until_us
