"""Law: in the mid level the device gives the pulses, and only as long as somebody asks again within 2 s.

The requests, the dead-man and the states of the level; the pulses themselves are the `generator`'s.
"""

from dataclasses import dataclass
from typing import assert_never

from firmware_sim.faults import Faults
from firmware_sim.sciencemode4 import limits, replies, requests
from firmware_sim.sciencemode4.generator import Generator
from firmware_sim.sciencemode4.latencies import Latencies
from firmware_sim.sciencemode4.outbox import Answer
from firmware_sim.sciencemode4.replies import RESULT_OF_ERROR, VOLTAGE_150, VOLTAGE_OFF, ChannelError, Result
from firmware_sim.sciencemode4.states import STATE_OF, Level, State
from firmware_sim.sciencemode4.switches import Switches
from firmware_sim.stage.trace import DeadManFired

RENEWING = (requests.ML_UPDATE, requests.ML_GET_CURRENT_DATA)  # [source: P24 Instructions for Use p. 23]

MidLevelRequest = requests.MlInit | requests.MlUpdate | requests.MlStop | requests.MlGetCurrentData


@dataclass(slots=True)
class MidLevel:
    """The mid level of one device. `renewed_us` is when the dead-man was last renewed."""

    level: Level
    generator: Generator
    switches: Switches
    latencies: Latencies
    faults: Faults
    renewed_us: int = 0
    _held_us: int = 0

    def execute(self, request: MidLevelRequest, now_us: int) -> Answer | int:
        """Carry out one request; a number is the result it is refused with."""
        match request:
            case requests.MlInit():
                return self._init(request, now_us)
            case requests.MlStop():
                return self._stop(now_us)
            case requests.MlUpdate():
                return self._update(request, now_us)
            case requests.MlGetCurrentData():
                return self._current_data(request.selector)
            case _:
                assert_never(request)

    def _init(self, request: requests.MlInit, now_us: int) -> Answer | int:
        again = self.level.in_mid_level() and self.switches.reinit == "refuse_7"
        if self.level.state is State.LL or again:
            return Result.NOT_INITIALISED
        self.generator.begin(request.stop_on_all_errors)
        self.level.enter(State.ML_INIT, now_us, VOLTAGE_150)
        return Answer(bytes((Result.OK,)), self.latencies.ml_init_us)

    def _stop(self, now_us: int) -> Answer | int:
        if self.level.state is State.NONE:
            return self.switches.stop_when_none_result
        if not self.level.in_mid_level():
            return Result.NOT_INITIALISED
        if self.faults.silent_stop:
            self.faults.took("silent_stop")
        else:
            self.generator.begin(stop_on_all_errors=False)
            self.level.enter(State.NONE, now_us, VOLTAGE_OFF)
        return Answer(bytes((Result.OK,)), self.latencies.ml_stop_us)

    def _update(self, request: requests.MlUpdate, now_us: int) -> Answer | int:
        if not self.level.in_mid_level():
            return Result.NOT_INITIALISED
        over_budget = request.pulse_ms_per_s > limits.MAX_PULSE_MS_PER_S
        if over_budget and self.switches.over_budget == "refuse_2":
            return Result.PARAMETER
        answer = Answer(bytes((Result.OK,)), self.latencies.other_us)
        if self.faults.silent_update:
            if self.generator.changes(request):
                self.faults.took("silent_update")
            return answer
        self.generator.update(request, now_us)
        if request.channels:
            self.level.enter(State.ML_RUN, now_us, VOLTAGE_150)
        else:
            state = STATE_OF[self.switches.update_without_channels_state]
            self.level.enter(state, now_us, self.level.voltage_code)
        return answer

    def _current_data(self, selector: int) -> Answer | int:
        if not self.level.in_mid_level():
            return Result.NOT_INITIALISED
        errors = self.generator.errors
        first = next((error for error in errors if error), ChannelError.NONE)
        result = RESULT_OF_ERROR[first] if self.switches.fault_result_mirrored else Result.OK
        if selector == 4:
            data = replies.all_channels(result, self.generator.active, errors)
        else:
            off = [channel for channel, error in enumerate(errors, 1) if error is ChannelError.ELECTRODE]
            data = replies.electrode_bits(result, selector, self.level.state is State.ML_RUN, off)
        return Answer(data, self.latencies.other_us)

    # Time

    @property
    def timer_us(self) -> int:
        """When the dead-man is due, whether or not a fault holds it back."""
        return self.renewed_us + limits.DEAD_MAN_US

    def next_us(self) -> int | None:
        """When the next pulse starts, as things are."""
        return self.generator.next_us() if self.level.state is State.ML_RUN else None

    def run(self, until_us: int) -> None:
        """Pulses, the last fault and the dead-man, as far as they come before `until_us`."""
        if self.level.state is not State.ML_RUN:
            return
        deadline_us = self._deadline_us(until_us)
        ended_us = self.generator.run(min(until_us, deadline_us))
        if ended_us is not None:
            self._after_last_fault(ended_us)
        elif deadline_us < until_us:
            self._dead_man(deadline_us)

    def _deadline_us(self, until_us: int) -> int:
        """When the dead-man is due; one that was held back by a fault is due as soon as it is free again."""
        deadline_us = self.timer_us
        if self.faults.no_dead_man:
            self._held_us = max(self._held_us, until_us)
        return max(deadline_us, self._held_us)

    def _after_last_fault(self, t_us: int) -> None:
        stop_all = self.generator.stop_on_all_errors
        name = self.switches.stop_all_state if stop_all else self.switches.last_channel_fault_state
        self.level.enter(STATE_OF[name], t_us, VOLTAGE_150)

    def _dead_man(self, t_us: int) -> None:
        """Silence for 2 s: no further pulse; the level stays initialised."""
        state = STATE_OF[self.switches.timeout_state]
        if not self.generator.active and self.level.state is state:
            return
        self.generator.halt()
        self.level.stage.note(DeadManFired(t_us))
        self.level.enter(state, t_us, VOLTAGE_150 if self.switches.timeout_keeps_voltage else VOLTAGE_OFF)
