"""Law: the P24's state machine. A request is answered once, in order, and time comes only from the caller.

States NONE, LL (low level), ML_INIT (mid level initialised), ML_RUN (mid level running). A frame takes effect when it
arrives, before any pulse due at that same microsecond; only its reply waits for the command's execution time.

Not there yet: low-level measurement samples and the buffer of ten low-level pulses (a low-level pulse is given at
once, or answered with result 16 while the source is busy); boot time after a restart; results other than
0, 1, 2, 7, 10, 11, 16, 28; the interpolation mode of a point and the other reserved bits are ignored.
"""

from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import assert_never

from firmware_sim.faults import Faults
from firmware_sim.sciencemode4 import framing, limits, replies, requests
from firmware_sim.sciencemode4.generator import Generator, judge_contact
from firmware_sim.sciencemode4.replies import RESULT_OF_ERROR, ChannelError, Result, Version
from firmware_sim.sciencemode4.switches import Switches
from firmware_sim.stage import Stage
from firmware_sim.stage.trace import DeadManFired, FrameArrived, Replied, Restarted, StateChanged


class State(Enum):
    """The value is what Get_stim_status reports. [source: P24 Instructions for Use Table 7]"""

    NONE = 0
    LL = 1
    ML_INIT = 2
    ML_RUN = 3


STATE_OF = {"ml_init": State.ML_INIT, "ml_run": State.ML_RUN}
RENEWING = (requests.ML_UPDATE, requests.ML_GET_CURRENT_DATA)  # [source: Instructions for Use p. 23]
VERSION = Version((0, 1, 0), (4, 0, 0), b"SIM\0", 0, hash_valid=False)  # invented: no format is documented


@dataclass(frozen=True, slots=True, kw_only=True)
class Latencies:
    """From a request's arrival to its reply, µs."""

    ml_init_us: int = 80_000  # 2 x 40 ms [source: C library]
    ml_stop_us: int = 40_000  # [source: C library]
    ll_init_us: int = 40_000  # [source: ScienceMode3 document]
    ll_stop_us: int = 40_000  # [source: C library]
    other_us: int = 1_000  # [inferred]


@dataclass(frozen=True, slots=True)
class _Answer:
    """Reply data to a request, and how long they take."""

    data: bytes
    after_us: int

    @property
    def result(self) -> int:
        return self.data[0]


class P24:
    """A P24 in memory. All times are integer microseconds and never go back (ValueError)."""

    def __init__(
        self,
        switches: Switches | None = None,
        stage: Stage | None = None,
        serial: str = "P24-SIM001",
        keep_trace: bool = True,
        latencies: Latencies | None = None,
    ) -> None:
        if len(serial) != 10 or not serial.isascii():
            raise ValueError("a device id has exactly ten ASCII characters")
        self.switches = switches or Switches()
        self.latencies = latencies or Latencies()
        self.stage = stage or Stage(keep_trace=keep_trace)
        self.stage.keep_trace = self.stage.keep_trace and keep_trace
        self.faults = Faults()
        self._serial = serial.encode("ascii")
        self._now_us = 0
        self._power_up()

    def _power_up(self) -> None:
        self.state = State.NONE
        self.high_voltage = False
        self._receiver = framing.Receiver()
        self._generator = Generator(self.stage, self.switches)
        self._replies: deque[tuple[int, bytes]] = deque()
        self._renewed_us = 0

    # What a test may look at

    @property
    def active_channels(self) -> tuple[int, ...]:
        """Channels that give pulses, ascending."""
        return self._generator.active

    @property
    def errors(self) -> tuple[int, ...]:
        """The half-byte of every channel, channel 1 first: 0 none, 1 electrode, 2 pulse timeout, 3 low current."""
        return tuple(int(error) for error in self._generator.errors)

    @property
    def now_us(self) -> int:
        """The latest time the device has been told."""
        return self._now_us

    # Time and the line

    def receive(self, data: bytes, now_us: int) -> None:
        """Bytes from the host arrive at `now_us`; pulses due earlier are given first."""
        self._tell(now_us)
        self._run_before(now_us)
        if not data or not self.faults.hears():
            return
        for item in self._receiver.feed(data):
            match item:
                case framing.Frame():
                    self._frame(item, now_us)
                case framing.Damaged():
                    self._damaged(item, now_us)
                case _:
                    assert_never(item)

    def advance(self, now_us: int) -> None:
        """Give every pulse up to and including `now_us`, and let the dead-man fire if its time has come."""
        self._tell(now_us)
        self._run_before(now_us + 1)

    def transmit(self, now_us: int) -> bytes:
        """The reply bytes whose time has come."""
        out = b""
        while self._replies and self._replies[0][0] <= now_us:
            out += self._replies.popleft()[1]
        return out

    def next_due_us(self) -> int | None:
        """When the next reply byte is due; None when none is queued."""
        return self._replies[0][0] if self._replies else None

    def restart(self, now_us: int) -> None:
        """A power glitch: pulses stop, the state is NONE, queued replies and half a frame are lost."""
        self._tell(now_us)
        self._run_before(now_us)
        self._power_up()
        self.stage.note(Restarted(now_us))

    def _tell(self, now_us: int) -> None:
        if now_us < self._now_us:
            raise ValueError(f"time went back from {self._now_us} to {now_us} us")
        self._now_us = now_us

    def _run_before(self, until_us: int) -> None:
        """Pulses, the last fault and the dead-man, as far as they come before `until_us`."""
        if self.faults.stuck_in_reset and self.state is not State.NONE:
            self._power_up()
        if self.state is not State.ML_RUN:
            return
        deadline_us = self._renewed_us + limits.DEAD_MAN_US
        ended_us = self._generator.run(min(until_us, deadline_us))
        if ended_us is not None:
            self._after_last_fault(ended_us)
        elif deadline_us < until_us:
            self._dead_man(deadline_us)

    def _after_last_fault(self, t_us: int) -> None:
        stop_all = self._generator.stop_on_all_errors
        name = self.switches.stop_all_state if stop_all else self.switches.last_channel_fault_state
        self._enter(STATE_OF[name], t_us, high_voltage=True)

    def _dead_man(self, t_us: int) -> None:
        """Silence for 2 s: no further pulse; the level stays initialised."""
        if not self._generator.active and self.state is STATE_OF[self.switches.timeout_state]:
            return
        self._generator.halt()
        self.stage.note(DeadManFired(t_us))
        self._enter(STATE_OF[self.switches.timeout_state], t_us, self.switches.timeout_keeps_voltage)

    def _enter(self, state: State, t_us: int, high_voltage: bool) -> None:
        if (state, high_voltage) != (self.state, self.high_voltage):
            self.state, self.high_voltage = state, high_voltage
            self.stage.note(StateChanged(t_us, state.name, high_voltage))

    # Frames

    def _frame(self, frame: framing.Frame, now_us: int) -> None:
        self.stage.note(FrameArrived(now_us, frame.command, frame.packet_number))
        request = self._meaning(frame.command, frame.data)
        answer = self._execute(request, frame, now_us)
        accepted = answer is not None and not self._refuses(request, answer)
        if frame.command in RENEWING and (accepted or self.switches.refused_frames_renew_deadman):
            self._renewed_us = now_us
        if answer is None:
            return
        if isinstance(request, requests.Unknown):
            number = frame.packet_number if self.switches.unknown_cmd_repeats_number else 0
            self._reply(replies.UNKNOWN_CMD, number, answer, now_us)
        else:
            self._reply(frame.command + 1, frame.packet_number, answer, now_us)

    def _meaning(self, command: int, data: bytes) -> requests.Request:
        request = requests.decode(command, data, self.switches.extra_bytes == "refuse_2")
        if command == requests.GET_BATTERY_STATUS and not self.switches.battery_status_answered:
            return requests.Unknown(command)
        return request

    @staticmethod
    def _refuses(request: requests.Request, answer: _Answer) -> bool:
        """A poll that reports a channel fault in its result was executed; any other result but 0 is a refusal."""
        if isinstance(request, requests.MlGetCurrentData):
            return answer.result in (Result.PARAMETER, Result.NOT_INITIALISED)
        return answer.result != Result.OK

    def _damaged(self, item: framing.Damaged, now_us: int) -> None:
        """Length or checksum wrong: answered when the prefix names a command of ours, silent otherwise."""
        if isinstance(self._meaning(item.command, item.data), requests.Unknown):
            return
        if item.command in RENEWING and self.switches.refused_frames_renew_deadman:
            self._renewed_us = now_us
        match self.switches.bad_checksum_reply:
            case "command_result_1":
                data = replies.refusal(item.command, Result.TRANSFER, item.data)
                self._reply(item.command + 1, item.packet_number, self._soon(data), now_us)
            case "general_error":
                self._reply(replies.GENERAL_ERROR, 0, self._soon(bytes((Result.TRANSFER,))), now_us)
            case "silence":
                pass
            case _:
                assert_never(self.switches.bad_checksum_reply)

    def _reply(self, number: int, packet_number: int, answer: _Answer, now_us: int) -> None:
        """Queue a reply; replies leave in the order in which their requests came."""
        due_us = now_us + answer.after_us
        if self._replies:
            due_us = max(due_us, self._replies[-1][0])
        self.stage.note(Replied(now_us, number, packet_number, answer.result, due_us))
        spoiled = self.faults.spoil(framing.encode(packet_number, number, answer.data))
        if spoiled:
            self._replies.append((due_us, spoiled))

    def _soon(self, data: bytes) -> _Answer:
        return _Answer(data, self.latencies.other_us)

    # Requests

    def _execute(self, request: requests.Request, frame: framing.Frame, now_us: int) -> _Answer | None:
        """Carry out one request; None when no answer is sent."""
        match request:
            case requests.Malformed():
                return self._soon(replies.refusal(frame.command, Result.PARAMETER, frame.data))
            case requests.Unknown():
                return self._soon(bytes((Result.UNKNOWN_COMMAND,)))
            case requests.GetBatteryStatus():
                return self._soon(replies.battery_status(Result.OK, 100, 5000))
            case requests.GetDeviceId():
                return self._soon(replies.device_id(Result.OK, self._serial))
            case requests.GetExtendedVersion():
                return self._soon(replies.extended_version(Result.OK, VERSION))
            case requests.GetStimStatus():
                voltage = replies.VOLTAGE_150 if self.high_voltage else replies.VOLTAGE_OFF
                return self._soon(replies.stim_status(Result.OK, self.state.value, voltage))
            case requests.Reset():
                return self._reset(now_us)
            case requests.MlInit() | requests.MlUpdate() | requests.MlStop() | requests.MlGetCurrentData():
                return self._mid_level(request, frame, now_us)
            case requests.LlInit() | requests.LlChannelConfig() | requests.LlStop():
                return self._low_level(request, frame, now_us)
            case _:
                assert_never(request)

    def _reset(self, now_us: int) -> _Answer | None:
        self.restart(now_us)
        return self._soon(bytes((Result.OK,))) if self.switches.reset_ack_sent else None

    def _refused(self, result: int, frame: framing.Frame) -> _Answer:
        return self._soon(replies.refusal(frame.command, result, frame.data))

    def _mid_level(
        self,
        request: requests.MlInit | requests.MlUpdate | requests.MlStop | requests.MlGetCurrentData,
        frame: framing.Frame,
        now_us: int,
    ) -> _Answer:
        initialised = self.state in (State.ML_INIT, State.ML_RUN)
        match request:
            case requests.MlInit():
                return self._ml_init(request, frame, now_us)
            case requests.MlStop():
                if self.state is State.NONE:
                    return self._refused(self.switches.stop_when_none_result, frame)
                if not initialised:
                    return self._refused(Result.NOT_INITIALISED, frame)
                self._generator.begin(stop_on_all_errors=False)
                self._enter(State.NONE, now_us, high_voltage=False)
                return _Answer(bytes((Result.OK,)), self.latencies.ml_stop_us)
            case requests.MlUpdate():
                if not initialised:
                    return self._refused(Result.NOT_INITIALISED, frame)
                return self._ml_update(request, frame, now_us)
            case requests.MlGetCurrentData():
                if not initialised:
                    return self._refused(Result.NOT_INITIALISED, frame)
                return self._soon(self._current_data(request.selector))
            case _:
                assert_never(request)

    def _ml_init(self, request: requests.MlInit, frame: framing.Frame, now_us: int) -> _Answer:
        again = self.state in (State.ML_INIT, State.ML_RUN) and self.switches.reinit == "refuse_7"
        if self.state is State.LL or again:
            return self._refused(Result.NOT_INITIALISED, frame)
        self._generator.begin(request.stop_on_all_errors)
        self._enter(State.ML_INIT, now_us, high_voltage=True)
        return _Answer(bytes((Result.OK,)), self.latencies.ml_init_us)

    def _ml_update(self, request: requests.MlUpdate, frame: framing.Frame, now_us: int) -> _Answer:
        over_budget = request.pulse_ms_per_s > limits.MAX_PULSE_MS_PER_S
        if over_budget and self.switches.over_budget == "refuse_2":
            return self._refused(Result.PARAMETER, frame)
        if self.faults.silent_update:
            self.faults.effects["silent_update"] += 1
            return self._soon(bytes((Result.OK,)))
        self._generator.update(request, now_us)
        if request.channels:
            self._enter(State.ML_RUN, now_us, high_voltage=True)
        else:
            self._enter(STATE_OF[self.switches.update_without_channels_state], now_us, self.high_voltage)
        return self._soon(bytes((Result.OK,)))

    def _current_data(self, selector: int) -> bytes:
        errors = self._generator.errors
        first = next((error for error in errors if error), ChannelError.NONE)
        result = RESULT_OF_ERROR[first] if self.switches.fault_result_mirrored else Result.OK
        if selector == 4:
            return replies.all_channels(result, self._generator.active, errors)
        off = [channel for channel, error in enumerate(errors, 1) if error is ChannelError.ELECTRODE]
        return replies.electrode_bits(result, selector, self.state is State.ML_RUN, off)

    def _low_level(
        self,
        request: requests.LlInit | requests.LlChannelConfig | requests.LlStop,
        frame: framing.Frame,
        now_us: int,
    ) -> _Answer:
        match request:
            case requests.LlInit():
                if self.state not in (State.NONE, State.LL):
                    return self._refused(Result.NOT_INITIALISED, frame)
                self._enter(State.LL, now_us, high_voltage=request.high_voltage_code != 1)
                return _Answer(bytes((Result.OK,)), self.latencies.ll_init_us)
            case requests.LlStop():
                if self.state is State.NONE:
                    return self._refused(self.switches.stop_when_none_result, frame)
                if self.state is not State.LL:
                    return self._refused(Result.NOT_INITIALISED, frame)
                self._enter(State.NONE, now_us, high_voltage=False)
                return _Answer(bytes((Result.OK,)), self.latencies.ll_stop_us)
            case requests.LlChannelConfig():
                if self.state is not State.LL:
                    return self._refused(Result.NOT_INITIALISED, frame)
                return self._single_pulse(request, now_us)
            case _:
                assert_never(request)

    def _single_pulse(self, request: requests.LlChannelConfig, now_us: int) -> _Answer:
        """Give the pulse now and answer when it has ended."""
        if not request.execute or not self.high_voltage:
            return self._soon(replies.ll_channel_config(Result.OK, request.channel))
        delivery = self._generator.single(request.channel, request.points, now_us)
        if delivery is None:
            return self._soon(replies.ll_channel_config(Result.PULSE_TIMEOUT, request.channel))
        result = RESULT_OF_ERROR[judge_contact(delivery, self.switches)]
        after_us = delivery.duration_us + self.latencies.other_us
        return _Answer(replies.ll_channel_config(result, request.channel), after_us)
