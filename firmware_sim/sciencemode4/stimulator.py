"""Law: a device as its line sees it, P24 or RehaMove3 alike; what differs between them stands in the `dialect`.

A request is answered once, in order, and time comes only from the caller. A frame takes effect when it arrives, before
any pulse due at that same microsecond; only its reply waits for the command's execution time. What the levels do stands
in `mid_level` and `low_level`; where the documents are silent, the switches say what is assumed. Results other than 0,
1, 2, 4, 7, 8, 10, 11, 16, 21 and 28 are never given.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, assert_never

from firmware_sim.faults import Faults
from firmware_sim.model import Model
from firmware_sim.sciencemode4 import framing, replies, requests
from firmware_sim.sciencemode4.dialect import Dialect, Output
from firmware_sim.sciencemode4.general import General
from firmware_sim.sciencemode4.generator import Generator
from firmware_sim.sciencemode4.latencies import Latencies
from firmware_sim.sciencemode4.low_level import Done, LowLevel, Queued
from firmware_sim.sciencemode4.mid_level import RENEWING, MidLevel
from firmware_sim.sciencemode4.outbox import Answer, Outbox
from firmware_sim.sciencemode4.replies import Result, Version
from firmware_sim.sciencemode4.sources import Sources
from firmware_sim.sciencemode4.states import Lamp, Level, State, lamp
from firmware_sim.sciencemode4.switches import Switches
from firmware_sim.stage import Stage
from firmware_sim.stage.electrode import COMPLIANCE_MV
from firmware_sim.stage.pulse import Points
from firmware_sim.stage.trace import FrameArrived, Replied, Restarted


class Stimulator(ABC):
    """One in memory. All times are integer microseconds and never go back (ValueError).

    `behaviour` is what it does where the documents are silent, in the P24's words; a family has words of its own.
    """

    def __init__(
        self,
        dialect: Dialect,
        behaviour: Switches,
        output: Output,
        stage: Stage | None,
        serial: str,
        keep_trace: bool,
        latencies: Latencies | None,
    ) -> None:
        if len(serial) != 10 or not serial.isascii():
            raise ValueError("a device id has exactly ten ASCII characters")
        self._dialect, self._behaviour, self._output = dialect, behaviour, output
        self.latencies = latencies or Latencies()
        self.stage = stage or Stage(keep_trace=keep_trace)
        self.stage.keep_trace = self.stage.keep_trace and keep_trace
        self.faults = Faults()
        self.version: Version = dialect.version
        self._serial = serial.encode("ascii")
        self._now_us = 0
        self._power_up(ready_us=0)

    def _power_up(self, ready_us: int) -> None:
        """Everything volatile at its beginning; deaf until `ready_us`."""
        switches, latencies, faults = self._behaviour, self.latencies, self.faults
        self._ready_us = ready_us
        self._level = Level(self.stage)
        self._receiver = framing.Receiver()
        self._outbox = Outbox()
        self._sources = Sources(switches)
        self._generator = Generator(self.stage, self._sources, switches, self._output)
        self._mid = MidLevel(self._level, self._generator, switches, latencies, faults)
        self._low = LowLevel(
            self._level, self._sources, switches, latencies, faults, self._output, self._dialect.pulse_ack
        )
        self._general = General(self._level, switches, faults, self._dialect.battery)
        self.stage.selected_mv = COMPLIANCE_MV

    # What a test, a panel or a backdoor may look at

    @property
    def model(self) -> Model:
        """What is fixed about its family."""
        return self._dialect.model

    def behave(self, behaviour: Switches) -> None:
        """Do so from now on where the documents are silent."""
        self._behaviour = behaviour
        for part in (self._sources, self._generator, self._mid, self._low, self._general):
            part.switches = behaviour

    @property
    def firmware(self) -> str:
        """Its version, like 2.1.16."""
        return ".".join(map(str, self.version.firmware))

    @property
    def state(self) -> State:
        """Which level is initialised, and whether it runs."""
        return self._level.state

    @property
    def high_voltage(self) -> bool:
        """Whether the high voltage is on."""
        return self._level.high_voltage

    def _lamp(self) -> Lamp:
        return lamp(
            starting=self.starting,
            stimulating=bool(self._generator.active) or self._low.stimulating(self._now_us),
            error=any(self._generator.errors) or self._low.result != Result.OK,
        )

    @property
    def starting(self) -> bool:
        """Whether the device has restarted and is not there yet."""
        return self._now_us < self._ready_us or self.faults.stuck_in_reset

    @property
    def active_channels(self) -> tuple[int, ...]:
        """Channels that give pulses, ascending."""
        return self._generator.active

    @property
    def errors(self) -> tuple[int, ...]:
        """The error of every channel, channel 1 first: 0 none, 1 electrode, 2 pulse timeout, 3 low current."""
        return tuple(int(error) for error in self._generator.errors[: self.model.channels])

    @property
    def settings(self) -> dict[int, tuple[Points, int]]:
        """Points and period (us) of every channel that gives pulses."""
        return self._generator.settings

    def train(self, channel: int) -> tuple[int, int] | None:
        """Period (us) and number of pulses so far of a mid-level channel that gives pulses."""
        return self._generator.train(channel)

    def next_pulse_us(self) -> int | None:
        """When the next mid-level pulse starts, if nothing comes between."""
        return self._mid.next_us()

    @property
    def timer_us(self) -> int:
        """When the 2 s timer is due, whether or not a fault holds it back."""
        return self._mid.timer_us

    @property
    def now_us(self) -> int:
        """The latest time the device has been told."""
        return self._now_us

    # Time and the line

    def receive(self, data: bytes, now_us: int) -> None:
        """Bytes from the host arrive at `now_us`; pulses due earlier are given first."""
        self._tell(now_us)
        self._run_before(now_us)
        if not data or not self.faults.hears() or now_us < self._ready_us:
            return
        for item in self._receiver.feed(data):
            if now_us < self._ready_us:
                return  # a Reset among them
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
        return self._outbox.take(now_us)

    def next_due_us(self) -> int | None:
        """When the next reply byte, or the next waiting low-level pulse, is due; None when there is none."""
        reply_us, start_us = self._outbox.next_due_us(), self._low.next_start_us()
        if reply_us is None or start_us is None:
            return start_us if reply_us is None else reply_us
        return min(reply_us, start_us)

    def restart(self, now_us: int) -> None:
        """A power glitch: pulses stop, the state is NONE, queued replies and half a frame are lost."""
        self._tell(now_us)
        self._run_before(now_us)
        self._power_up(now_us + self._behaviour.boot_ms * 1000)
        self.stage.note(Restarted(now_us))

    # Snapshots

    def kept(self) -> dict[str, Any]:
        """All that decides what happens next, to be copied by whoever keeps it; the stage is told on its own."""
        return dict(vars(self))

    def put_back(self, kept: Mapping[str, Any]) -> None:
        """Be again what `kept` gave."""
        vars(self).update(kept)

    def _tell(self, now_us: int) -> None:
        if now_us < self._now_us:
            raise ValueError(f"time went back from {self._now_us} to {now_us} us")
        self._now_us = now_us

    def _run_before(self, until_us: int) -> None:
        """Everything the device does by itself before `until_us`."""
        if self.faults.stuck_in_reset and (self.state is not State.NONE or self._low.next_start_us() is not None):
            self._power_up(self._ready_us)
        self._mid.run(until_us)
        for done in self._low.run(until_us):
            self._acknowledge(done)

    # Frames

    @abstractmethod
    def _read(self, command: int, data: bytes) -> requests.Request:
        """What a frame means to this family."""

    def _frame(self, frame: framing.Frame, now_us: int) -> None:
        self.stage.note(FrameArrived(now_us, frame.command, frame.packet_number))
        request = self._meaning(frame.command, frame.data)
        answer = self._execute(request, frame, now_us)
        accepted = answer is not None and not self._refuses(request, answer)
        if frame.command in RENEWING and (accepted or self._behaviour.refused_frames_renew_deadman):
            self._mid.renewed_us = now_us
        if answer is None:
            return
        if isinstance(request, requests.Unknown):
            number = frame.packet_number if self._behaviour.unknown_cmd_repeats_number else 0
            self._reply(replies.UNKNOWN_CMD, number, answer, now_us)
        else:
            self._reply(frame.command + 1, frame.packet_number, answer, now_us)

    def _meaning(self, command: int, data: bytes) -> requests.Request:
        request = self._read(command, data)
        return request if self._general.knows(request) else requests.Unknown(command)

    @staticmethod
    def _refuses(request: requests.Request, answer: Answer) -> bool:
        """A poll that reports a channel fault in its result was executed; any other result but 0 is a refusal."""
        if isinstance(request, requests.MlGetCurrentData):
            return answer.result in (Result.PARAMETER, Result.NOT_INITIALISED)
        return answer.result != Result.OK

    def _damaged(self, item: framing.Damaged, now_us: int) -> None:
        """Length or checksum wrong: answered when the prefix names a command of ours, silent otherwise."""
        if isinstance(self._meaning(item.command, item.data), requests.Unknown):
            return
        if item.command in RENEWING and self._behaviour.refused_frames_renew_deadman:
            self._mid.renewed_us = now_us
        match self._behaviour.bad_checksum_reply:
            case "command_result_1":
                data = self._dialect.refusal(item.command, Result.TRANSFER, item.data)
                self._reply(item.command + 1, item.packet_number, self._soon(data), now_us)
            case "general_error":
                self._reply(replies.GENERAL_ERROR, 0, self._soon(bytes((Result.TRANSFER,))), now_us)
            case "silence":
                pass
            case _:
                assert_never(self._behaviour.bad_checksum_reply)

    def _execute(self, request: requests.Request, frame: framing.Frame, now_us: int) -> Answer | None:
        """Carry out one request; None when no answer is sent, or not yet."""
        match request:
            case requests.Malformed():
                return self._soon(self._dialect.refusal(frame.command, Result.PARAMETER, frame.data))
            case requests.Unknown():
                return self._soon(bytes((Result.UNKNOWN_COMMAND,)))
            case requests.Reset():
                return self._reset(now_us)
            case requests.MlInit() | requests.MlUpdate() | requests.MlStop() | requests.MlGetCurrentData():
                return self._answer(self._mid.execute(request, now_us), frame)
            case requests.LlInit() | requests.LlStop():
                answer = self._answer(self._low.execute(request, now_us), frame)
                for done in self._low.take_dropped():
                    self._acknowledge(done)
                return answer
            case requests.LlChannelConfig():
                return self._pulse(request, frame, now_us)
            case _:
                return self._soon(self._general.tell(request, self._serial, self.version))

    def _answer(self, outcome: Answer | int, frame: framing.Frame) -> Answer:
        if isinstance(outcome, Answer):
            return outcome
        return self._soon(self._dialect.refusal(frame.command, outcome, frame.data))

    def _reset(self, now_us: int) -> Answer | None:
        self.restart(now_us)
        return self._soon(bytes((Result.OK,))) if self._behaviour.reset_ack_sent else None

    def _pulse(self, request: requests.LlChannelConfig, frame: framing.Frame, now_us: int) -> Answer | None:
        """Queue a low-level pulse, and give it now if nothing stands before it."""
        refusal = self._low.refusal(request, now_us)
        if refusal is not None:
            return refusal if refusal.data else None
        self._low.queue(Queued(request, frame.packet_number, now_us, self._outbox.reserve()))
        for done in self._low.run(now_us + 1):
            self._acknowledge(done)
        return None

    # Replies

    def _acknowledge(self, done: Done) -> None:
        """Fill the place that was kept for a queued pulse."""
        place, answer = done.queued.place, done.answer
        if answer is None:
            self._outbox.fill(place, done.t_us, b"")
            return
        due_us = self._outbox.due_us(done.t_us + answer.after_us, place)
        number, packet_number = requests.LL_CHANNEL_CONFIG + 1, done.queued.packet_number
        self.stage.note(Replied(done.t_us, number, packet_number, answer.result, due_us))
        self._outbox.fill(place, due_us, self.faults.spoil(framing.encode(packet_number, number, answer.data)))

    def _reply(self, number: int, packet_number: int, answer: Answer, now_us: int) -> None:
        """Queue a reply; replies leave in the order in which their requests came."""
        due_us = self._outbox.due_us(now_us + answer.after_us)
        self.stage.note(Replied(now_us, number, packet_number, answer.result, due_us))
        spoiled = self.faults.spoil(framing.encode(packet_number, number, answer.data))
        if spoiled:
            self._outbox.fill(self._outbox.reserve(), due_us, spoiled)

    def _soon(self, data: bytes) -> Answer:
        return Answer(data, self.latencies.other_us)
