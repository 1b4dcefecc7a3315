"""The driver of ScienceMode3 and 4: commands and bytes in, frames and events out, no clock and no port of its own.

The law of this file, phase by phase (`phases`): what may be outstanding, and what ends it.

    Unidentified   nothing                      Identify, Halt
    Identifying    what `identify` asks         all answered -> Off, by a halt if a level was active;
                                                no answer twice, or a wrong one -> WrongDevice, Unidentified
    Off            nothing                      Enable, Identify, Halt
    Enabling       Ml_init                      ok -> Enabled; else Faulted
    Enabled        Ml_update or poll            as `pace` says; anything not plainly good -> Faulted
    Faulted        nothing                      Halt, Identify
    Stopping       Ml_stop (or Ll_stop)         ok or "not initialised" -> Checking; else again, three in all
    Checking       Get_stim_status              level none and voltage off -> HaltConfirmed; else Stopping again
    Unconfirmed    nothing                      Halt, Identify
    Lost           nothing                      nothing

A Halt is taken in every phase but Lost and overtakes whatever is outstanding; while one is under way it is not begun
anew. Enable is taken in Off only, SetOutput in Enabling and Enabled only: elsewhere they are dropped, because the phase
has already been announced by an event. So after a fault, a missing answer or a refusal nothing that renews the device's
dead-man can leave before a confirmed halt and a new Enable. Updates leave from `execute` and `tick`, polls from `tick`
alone: a program that no longer turns lets the device fall silent. An update that leaves a channel on is always the next
request after a clean poll; the turn that hears the answer sends what is the newest target by then. Bursts are switched
on and off here (`burst`): to everybody above the amplitude is that of the bursts, and `gap` says that it is silent.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from nmes.core.capabilities import Capabilities
from nmes.core.commands import ChannelOutput, Enable, Halt, Identify, SetOutput
from nmes.core.events import (
    Device,
    DeviceFault,
    HaltConfirmed,
    HaltUnconfirmed,
    LinkLost,
    OutputConfirmed,
    OutputSent,
    Unanswered,
    WrongDevice,
)
from nmes.core.events import (
    Enabled as EnabledEvent,
)
from nmes.devices.outstanding import MAX_HALTS, MAX_TRIES, Outstanding
from nmes.devices.sciencemode2.frame import Decoder as RehaStim2Decoder
from nmes.devices.sciencemode2.numbers import Command as RehaStim2Command
from nmes.devices.sciencemode4 import faults, identify, pace, playable
from nmes.devices.sciencemode4.burst import LastBurst
from nmes.devices.sciencemode4.codec import decode
from nmes.devices.sciencemode4.dialect import Dialect
from nmes.devices.sciencemode4.exchange import DEADLINES, Ask, Exchange
from nmes.devices.sciencemode4.frame import Decoder, Frame
from nmes.devices.sciencemode4.heard import Heard
from nmes.devices.sciencemode4.identify import Known, Next, Stranger
from nmes.devices.sciencemode4.numbers import HIGH_VOLTAGE_OFF, Command, Result, StimStatus
from nmes.devices.sciencemode4.p24 import DIALECT
from nmes.devices.sciencemode4.pace import Pace, Poll, Update, Wait
from nmes.devices.sciencemode4.phases import (
    Aim,
    Checking,
    Enabled,
    Enabling,
    Faulted,
    Identifying,
    Lost,
    Off,
    Phase,
    Stopping,
    Unconfirmed,
    Unidentified,
)
from nmes.devices.sciencemode4.requests import (
    GetDeviceId,
    GetStimStatus,
    LlStop,
    MlStop,
    Request,
)
from nmes.devices.sciencemode4.responses import (
    Ack,
    CurrentData,
    GeneralError,
    Malformed,
    Response,
    StimStatusAck,
)
from nmes.devices.stimulator import DeviceCommand, OutputState

ANNOUNCEMENT = RehaStim2Command.INIT
"""What a RehaStim2 says unasked: the wrong device is then named for what it is."""


class MidLevelDriver:
    """See `nmes.devices.stimulator.Driver`. One instance per opened line; `dialect`: of the family that is expected."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._decoder = Decoder()
        self._announced = RehaStim2Decoder()
        self._exchange = Exchange()
        self._phase: Phase = Unidentified()
        self._output = OutputState((), (), None, False)
        self._frames: list[bytes] = []
        self._events: list[Device] = []
        self._last_burst: LastBurst | None = None

    @property
    def capabilities(self) -> Capabilities:
        return self._dialect.capabilities

    @property
    def output(self) -> OutputState:
        return self._output

    def execute(self, command: DeviceCommand, now_ms: int) -> None:
        """Take a command. ValueError if a SetOutput holds what the device cannot play; nothing has changed then."""
        match command:
            case Halt():
                self._order_halt(now_ms)
            case Identify():
                self._identify(now_ms)
            case Enable():
                self._enable(now_ms)
            case SetOutput(outputs):
                playable.check(outputs, self._dialect.capabilities)
                self._aim(outputs, now_ms)
            case _:
                assert_never(command)

    def receive(self, data: bytes, now_ms: int) -> None:
        """Bytes from the device, in any cut."""
        frames = self._decoder.feed(data)
        if data and isinstance(self._phase, Identifying):
            heard = Heard.FRAMES if frames else Heard.NOISE
            if any(frame.command == ANNOUNCEMENT for frame in self._announced.feed(data)):
                heard = Heard.ANNOUNCED
            self._phase = replace(self._phase, heard=max(self._phase.heard, heard))
        for frame in frames:
            if frame.command == Command.GENERAL_ERROR:
                self._receive_general_error(frame, now_ms)
            elif answer := self._exchange.answer(frame):
                self._answered(answer.response, answer.asked.sent_ms, now_ms)

    def lost(self, reason: str, now_ms: int) -> None:  # noqa: ARG002 - the contract gives every verb the time
        """The line is gone: one LinkLost, then nothing more."""
        if not isinstance(self._phase, Lost):
            self._frames.clear()
            self._exchange.drop()
            self._events.append(LinkLost(reason))
            self._phase = Lost()

    def tick(self, now_ms: int) -> None:
        """Deadlines, keep-alive and the next request, if time has come."""
        if overdue := self._exchange.overdue(now_ms):
            self._missed(overdue, now_ms)
        elif isinstance(self._phase, Enabled):
            self._proceed(self._phase, now_ms, may_poll=True)

    def frames(self) -> list[bytes]:
        """Frames to write now, in order; taken once."""
        taken, self._frames = self._frames, []
        return taken

    def sent(self, now_ms: int) -> None:
        """The frames were written; deadlines, rises and keep-alive count from here."""
        self._exchange.written(now_ms)
        if isinstance(self._phase, Enabled):
            self._phase = self._left(self._phase, now_ms)

    def refused(self, now_ms: int) -> None:  # noqa: ARG002 - the contract gives every verb the time
        """The guard did not pass the last frames. A halt that did not pass counts as not acknowledged in time."""
        match self._phase:
            case Stopping() | Checking() | Unidentified() | Off() | Faulted() | Unconfirmed() | Lost():
                return
            case Identifying():
                self._phase = Unidentified()
            case Enabling() | Enabled():
                self._phase = Faulted()
            case _:
                assert_never(self._phase)
        self._exchange.drop()
        self._frames.clear()

    def events(self) -> list[Device]:
        """What happened since the last call; taken once."""
        taken, self._events = self._events, []
        return taken

    def next_deadline_ms(self, now_ms: int) -> int | None:
        """When `tick` must be called at the latest; None = whenever bytes come."""
        if (asked := self._exchange.outstanding) is not None:
            return max(now_ms, asked.due_ms)
        if not isinstance(self._phase, Enabled):
            return None
        decision = self._phase.pace.decide(now_ms)
        match decision:
            case Wait(until_ms):
                return until_ms
            case Update() | Poll():
                return now_ms
            case _:
                assert_never(decision)

    # --- commands ---

    def _order_halt(self, now_ms: int) -> None:
        match self._phase:
            case Lost():
                pass
            case Stopping(aim) | Checking(aim) as halting:
                self._phase = replace(halting, aim=replace(aim, ordered=True))
            case Unidentified() | Identifying() | Unconfirmed():
                self._halt(Aim(Unidentified(), (), ordered=True), 1, MlStop(), now_ms)
            case Off() | Enabling() | Enabled() | Faulted():
                self._halt(Aim(Off(), (), ordered=True), 1, MlStop(), now_ms)
            case _:
                assert_never(self._phase)

    def _identify(self, now_ms: int) -> None:
        match self._phase:
            case Lost() | Stopping() | Checking():
                pass  # a halt under way is not interrupted; its event tells when to ask again
            case Unidentified() | Identifying() | Off() | Enabling() | Enabled() | Faulted() | Unconfirmed():
                self._ask_who(Identifying(GetDeviceId(), 1, Heard.NOTHING, Known()), now_ms)
            case _:
                assert_never(self._phase)

    def _enable(self, now_ms: int) -> None:
        if isinstance(self._phase, Off):
            self._ask(Ask.ENABLE, self._dialect.init, now_ms)
            self._phase = Enabling(Pace.begin(now_ms, self._last_burst))
            self._output = replace(self._output, off_confirmed=False)

    def _aim(self, outputs: tuple[ChannelOutput, ...], now_ms: int) -> None:
        if isinstance(self._phase, Enabling | Enabled):
            self._phase = replace(self._phase, pace=self._phase.pace.aimed(outputs, now_ms))
        if isinstance(self._phase, Enabled):
            self._proceed(self._phase, now_ms, may_poll=False)

    # --- what leaves ---

    def _proceed(self, phase: Enabled, now_ms: int, *, may_poll: bool) -> None:
        if self._exchange.outstanding is not None:
            return
        decision = phase.pace.decide(now_ms)
        match decision:
            case Update(playing) as update:
                self._ask(Ask.UPDATE, pace.request(playing), now_ms)
                self._phase = replace(phase, leaving=update)
                self._output = replace(self._output, off_confirmed=False)
            case Poll():
                if may_poll:
                    self._ask(Ask.POLL, self._dialect.poll, now_ms)
            case Wait():
                pass
            case _:
                assert_never(decision)

    def _left(self, phase: Enabled, now_ms: int) -> Enabled:
        if phase.leaving is None:
            return phase
        rate = phase.pace.updated(phase.leaving, now_ms)
        self._last_burst = rate.last
        self._output = replace(self._output, commanded=pace.amplitudes(rate.envelope))
        self._events.append(OutputSent(now_ms, self._output.commanded, tuple(rate.held)))
        return Enabled(rate)

    def _ask(self, ask: Ask, request: Request, now_ms: int) -> None:
        self._frames.append(self._exchange.ask(ask, request, now_ms))

    def _ask_who(self, phase: Identifying, now_ms: int) -> None:
        self._frames[:] = [self._exchange.overtake(Ask.WHO, phase.asking, now_ms)]
        self._phase = phase

    def _halt(self, aim: Aim, halts: int, request: MlStop | LlStop, now_ms: int) -> None:
        if halts > MAX_HALTS:
            self._phase = Unconfirmed()
            self._output = replace(self._output, off_confirmed=False)
            self._events.append(HaltUnconfirmed(now_ms))
            return
        self._frames[:] = [self._exchange.overtake(Ask.STOP, request, now_ms)]
        if self._last_burst is not None:
            self._last_burst = replace(self._last_burst, ended_ms=now_ms)
        self._phase = Stopping(aim, halts, request)
        self._output = replace(self._output, commanded=())

    # --- what comes back ---

    def _receive_general_error(self, frame: Frame, now_ms: int) -> None:
        try:
            response = decode(frame)
        except Malformed:
            return
        self._answered(response, now_ms, now_ms)

    def _answered(self, response: Response, sent_ms: int, now_ms: int) -> None:
        """The answer to what is outstanding, or a General_error, which belongs to nothing."""
        match self._phase:
            case Unidentified() | Off() | Faulted() | Unconfirmed() | Lost():
                pass  # a General_error with the output halted or about to be
            case Identifying() as phase:
                self._answered_who(phase, response, now_ms)
            case Enabling(rate):
                self._answered_enable(rate, response, sent_ms, now_ms)
            case Enabled() as phase:
                self._answered_enabled(phase, response, sent_ms, now_ms)
            case Stopping() as phase:
                self._answered_stop(phase, response, now_ms)
            case Checking() as phase:
                self._answered_check(phase, response, now_ms)
            case _:
                assert_never(self._phase)

    def _answered_who(self, phase: Identifying, response: Response, now_ms: int) -> None:
        judged = identify.judge(self._dialect, phase.asking, phase.known, response)
        match judged:
            case Next(question, known):
                self._ask_who(replace(phase, asking=question, tries=1, known=known), now_ms)
            case StimStatusAck(status=status) as found:
                aim = Aim(Off(), identify.said_of(self._dialect, phase.known), ordered=False)
                if _is_off(found):
                    self._rest(aim, now_ms)
                else:
                    self._halt(aim, 1, _stop_for(status), now_ms)
            case Stranger(reason):
                self._wrong_device(reason)
            case None:
                pass  # a General_error belongs to no request: the deadline decides
            case _:
                assert_never(judged)

    def _answered_enable(self, rate: Pace, response: Response, sent_ms: int, now_ms: int) -> None:
        match response:
            case Ack(result=Result.OK):
                self._phase = Enabled(rate.renewed(sent_ms))
                self._output = replace(self._output, confirmed=(), confirmed_at_ms=now_ms)
                self._events.append(EnabledEvent())
            case other:
                self._fault(faults.of_result(other.result))

    def _answered_enabled(self, phase: Enabled, response: Response, sent_ms: int, now_ms: int) -> None:
        match response:
            case Ack(result=Result.OK):
                rate = self._left(phase, sent_ms).pace.renewed(sent_ms)
                self._phase = Enabled(rate)
                envelope = pace.amplitudes(rate.envelope)
                self._output = replace(self._output, confirmed=envelope, confirmed_at_ms=now_ms)
                self._events.append(OutputConfirmed(now_ms, envelope, tuple(rate.held)))
            case CurrentData() as data:
                self._polled(phase.pace, data, sent_ms, now_ms)
            case other:
                self._fault(faults.of_result(other.result))

    def _polled(self, rate: Pace, data: CurrentData, sent_ms: int, now_ms: int) -> None:
        playing, selector = tuple(rate.playing), self._dialect.poll.selector
        active = faults.stimulating(data, playing, selector)
        if active is not None:
            still = tuple((c, a) for c, a in pace.amplitudes(rate.envelope) if rate.held or c in active)
            self._output = replace(self._output, confirmed=still, confirmed_at_ms=now_ms)
        found = faults.of_poll(data, playing, selector)
        if found:
            self._fault(*found)
            return
        rate = rate.proven(sent_ms, now_ms)
        self._phase = Enabled(rate)
        if rate.too_slow(now_ms):
            self._events.append(Unanswered(DEADLINES[Ask.POLL].words))
            self._phase = Faulted()

    def _answered_stop(self, phase: Stopping, response: Response, now_ms: int) -> None:
        match response:
            case Ack(result=Result.OK | Result.NOT_INITIALISED):
                self._check_stop(Checking(phase.aim, phase.halts, phase.request, 1), now_ms)
            case GeneralError():
                pass  # belongs to no request: the deadline decides
            case _:
                self._halt(phase.aim, phase.halts + 1, phase.request, now_ms)

    def _answered_check(self, phase: Checking, response: Response, now_ms: int) -> None:
        match response:
            case StimStatusAck() as found if _is_off(found):
                self._rest(phase.aim, now_ms)
            case StimStatusAck(status=status):
                self._halt(phase.aim, phase.halts + 1, _stop_for(status), now_ms)
            case GeneralError():
                pass  # belongs to no request: the deadline decides
            case _:
                self._halt(phase.aim, phase.halts + 1, phase.request, now_ms)

    def _check_stop(self, phase: Checking, now_ms: int) -> None:
        self._ask(Ask.STOPPED, GetStimStatus(), now_ms)
        self._phase = phase

    # --- ends ---

    def _missed(self, overdue: Outstanding[Ask, Request], now_ms: int) -> None:
        match self._phase:
            case Identifying(tries=tries) as phase if tries < MAX_TRIES:
                self._ask_who(replace(phase, tries=tries + 1), now_ms)
            case Identifying(heard=heard, known=known):
                self._wrong_device(identify.unanswered(self._dialect, known, heard))
            case Stopping(aim, halts, request):
                self._halt(aim, halts + 1, request, now_ms)
            case Checking(tries=tries) as phase if tries < MAX_TRIES:
                self._check_stop(replace(phase, tries=tries + 1), now_ms)
            case Checking(aim, halts, request):
                self._halt(aim, halts + 1, request, now_ms)
            case Enabling() | Enabled() | Unidentified() | Off() | Faulted() | Unconfirmed() | Lost():
                # only the first two ever have a request outstanding
                self._events.append(Unanswered(overdue.deadline.words))
                self._phase = Faulted()
            case _:
                assert_never(self._phase)

    def _rest(self, aim: Aim, now_ms: int) -> None:
        self._phase = aim.rest
        self._output = OutputState((), (), now_ms, off_confirmed=True)
        self._events.extend(aim.said)
        if aim.ordered:
            self._events.append(HaltConfirmed(now_ms))

    def _fault(self, *found: DeviceFault) -> None:
        self._events.extend(found)
        self._exchange.drop()
        self._frames.clear()
        self._phase = Faulted()

    def _wrong_device(self, reason: str) -> None:
        self._events.append(WrongDevice(reason))
        self._phase = Unidentified()


def _is_off(found: StimStatusAck) -> bool:
    return (found.result, found.status, found.high_voltage) == (Result.OK, StimStatus.NONE, HIGH_VOLTAGE_OFF)


def _stop_for(status: int) -> MlStop | LlStop:
    """The halt the level needs that is active; the mid level's where in doubt."""
    return LlStop() if status == StimStatus.LOW_LEVEL else MlStop()


class P24Driver(MidLevelDriver):
    """Of the P24."""

    def __init__(self) -> None:
        super().__init__(DIALECT)
