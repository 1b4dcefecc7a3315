"""The RehaStim2 driver: commands and bytes in, frames and events out, no clock and no port of its own.

The device speaks first: unconnected, it announces itself each 500 ms (Init) and takes nothing but our InitAck. Any
valid packet keeps it going for 1.2 s; then it stops everything, forgets everything and announces itself again. The law
of this file, phase by phase (`phases`): what may be outstanding, and what ends it.

    Unidentified   nothing                 Identify, Halt
    Listening      nothing                 Init of our version -> InitAck, Asking; of another, or none in time ->
                                           WrongDevice, Unidentified
    Asking         mode                    start mode -> Off, any other by a halt; no answer twice -> WrongDevice
    Off            mode, each 0.4 s        Enable, Identify, Halt; Init -> InitAck, nothing was lost
    Enabling       mode                    start mode -> Enabled; else Faulted
    Enabled        list, update, mode      as `channel_list.pace` says; anything not plainly good, a StimulationError or
                                           an Init -> Faulted
    Faulted        nothing                 Halt, Identify
    Stopping       stop                    ok -> Checking; else again, three in all; Init -> InitAck and the stop again
    Checking       mode                    start mode -> HaltConfirmed; else Stopping again
    Unconfirmed    nothing                 Halt, Identify
    Lost           nothing                 nothing

A Halt is taken in every phase but Lost and overtakes whatever is outstanding; while one is under way it is not begun
anew. Enable is taken in Off only, SetOutput in Enabling and Enabled only: elsewhere they are dropped, because the phase
has already been announced by an event. The Watchdog packet is never sent: it has no answer and so proves nothing. The
question for the mode keeps the device going instead, from `tick` alone, so that a program that no longer turns lets it
fall silent; after a fault, a missing answer or a refusal not even that leaves before a halt was acknowledged. Then an
InitAck waits for the stop and goes with it: a device that has let go takes no stop without it.
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
    Identified,
    LinkLost,
    OutputConfirmed,
    OutputSent,
    Unanswered,
    WrongDevice,
)
from nmes.core.events import (
    Enabled as EnabledEvent,
)
from nmes.devices.channel_list import pace
from nmes.devices.channel_list.checks import check
from nmes.devices.channel_list.pace import List, Listed, Pace, Prove, Sound, Unlist, Update, Wait
from nmes.devices.outstanding import MAX_HALTS, MAX_TRIES, Outstanding
from nmes.devices.sciencemode2 import codec, faults, wording
from nmes.devices.sciencemode2.exchange import Answer, Ask, Exchange
from nmes.devices.sciencemode2.frame import Decoder, Frame
from nmes.devices.sciencemode2.numbers import Mode, Result
from nmes.devices.sciencemode2.phases import (
    Aim,
    Announced,
    Asking,
    Checking,
    Enabled,
    Enabling,
    Faulted,
    Heard,
    Listening,
    Lost,
    Off,
    Phase,
    Stopping,
    Unconfirmed,
    Unidentified,
)
from nmes.devices.sciencemode2.rehastim2 import ALIVE_MS, MANNER, PROTOCOL_VERSION, REHASTIM2, group_us
from nmes.devices.sciencemode2.requests import (
    MIN_PULSE_US,
    GetStimulationMode,
    InitAck,
    InitChannelList,
    Request,
    StartChannelList,
    StopChannelList,
)
from nmes.devices.sciencemode2.responses import (
    Ack,
    Init,
    Malformed,
    ModeAck,
    Response,
    StimulationError,
    UnknownCommand,
)
from nmes.devices.sciencemode4.frame import Decoder as NewerDecoder
from nmes.devices.stimulator import DeviceCommand, OutputState

LISTEN_MS = 2500  # one that is still connected lets go after 1.2 s, and announces itself each 0.5 s [source; design]
UNSAID_MS = 600  # half of the device's 1.2 s: busy for longer is as good as silent [design]
RESTING = (MIN_PULSE_US, 0)  # a channel of the list that rests: no current, and the shortest width [design]


class RehaStim2Driver:
    """See `nmes.devices.stimulator.Driver`. One instance per opened line."""

    def __init__(self) -> None:
        self._decoder, self._newer = Decoder(), NewerDecoder()
        self._exchange = Exchange()
        self._phase: Phase = Unidentified()
        self._output = OutputState((), (), None, False)
        self._frames: list[bytes] = []
        self._events: list[Device] = []
        self._is_known = False
        self._channels: tuple[int, ...] = ()

    @property
    def capabilities(self) -> Capabilities:
        return REHASTIM2

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
                check(outputs, REHASTIM2)
                self._aim(outputs, now_ms)
            case _:
                assert_never(command)

    def receive(self, data: bytes, now_ms: int) -> None:
        """Bytes from the device, in any cut."""
        frames = self._decoder.feed(data)
        if data and isinstance(self._phase, Listening):
            self._phase = replace(self._phase, heard=max(self._phase.heard, self._kind(data, frames)))
        for frame in frames:
            try:
                said = codec.decode(frame)
            except Malformed:
                continue
            match said:
                case Init(version):
                    self._announced(Announced(frame.packet_number, version), now_ms)
                case StimulationError(error):
                    self._pushed(error)
                case _:
                    if answer := self._exchange.answer(frame, said):
                        self._answered(answer, now_ms)

    def lost(self, reason: str, now_ms: int) -> None:  # noqa: ARG002 - the contract gives every verb the time
        """The line is gone: one LinkLost, then nothing more."""
        if not isinstance(self._phase, Lost):
            self._silence()
            self._events.append(LinkLost(reason))
            self._phase = Lost()

    def tick(self, now_ms: int) -> None:
        """Deadlines, keep-alive and the next request, if time has come."""
        if overdue := self._exchange.overdue(now_ms):
            self._missed(overdue, now_ms)
            return
        match self._phase:
            case Enabled() as phase:
                self._proceed(phase, now_ms, may_prove=True)
            case Off(asked_ms) if now_ms >= asked_ms + ALIVE_MS and self._exchange.outstanding is None:
                self._ask(Ask.PROVE, GetStimulationMode(), now_ms)
                self._phase = Off(now_ms)
            case Listening(until_ms, heard) if now_ms >= until_ms:
                self._wrong_device(wording.never_announced(heard))
            case _:
                pass

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
            case Unidentified() | Listening() | Off() | Faulted() | Stopping() | Checking() | Unconfirmed() | Lost():
                return
            case Asking():
                self._phase = Unidentified()
            case Enabling() | Enabled():
                self._phase = Faulted()
            case _:
                assert_never(self._phase)
        self._silence()

    def events(self) -> list[Device]:
        """What happened since the last call; taken once."""
        taken, self._events = self._events, []
        return taken

    def next_deadline_ms(self, now_ms: int) -> int | None:
        """When `tick` must be called at the latest; None = whenever bytes come."""
        if (asked := self._exchange.outstanding) is not None:
            return max(now_ms, asked.due_ms)
        match self._phase:
            case Enabled(rate):
                decision = rate.decide(now_ms)
                return decision.until_ms if isinstance(decision, Wait) else now_ms
            case Off(asked_ms):
                return max(now_ms, asked_ms + ALIVE_MS)
            case Listening(until_ms):
                return max(now_ms, until_ms)
            case _:
                return None

    # --- commands ---

    def _order_halt(self, now_ms: int) -> None:
        match self._phase:
            case Lost():
                pass
            case Stopping(aim) | Checking(aim) as halting:
                self._phase = replace(halting, aim=replace(aim, ordered=True))
            case Faulted(Announced() as announced):
                self._halt(Aim(identifying=False, ordered=True), 1, now_ms, announced)
            case Unidentified() | Listening() | Asking() | Off() | Enabling() | Enabled() | Faulted() | Unconfirmed():
                self._halt(Aim(identifying=False, ordered=True), 1, now_ms)
            case _:
                assert_never(self._phase)

    def _identify(self, now_ms: int) -> None:
        match self._phase:
            case Lost() | Stopping() | Checking():
                pass  # a halt under way is not interrupted; its event tells when to ask again
            case Faulted(Announced() as announced):
                self._halt(Aim(identifying=True, ordered=False), 1, now_ms, announced)
            case Off() | Enabling() | Enabled() | Faulted():
                self._halt(Aim(identifying=True, ordered=False), 1, now_ms)
            case Unidentified() | Listening() | Asking() | Unconfirmed():
                self._silence()
                self._newer = NewerDecoder()
                self._is_known = False
                self._phase = Listening(now_ms + LISTEN_MS, Heard.NOTHING)
            case _:
                assert_never(self._phase)

    def _enable(self, now_ms: int) -> None:
        if isinstance(self._phase, Off):
            self._ask_enable(Enabling(Pace.begin(MANNER, now_ms, self._channels), 1), now_ms)
            self._output = replace(self._output, off_confirmed=False)

    def _aim(self, outputs: tuple[ChannelOutput, ...], now_ms: int) -> None:
        if isinstance(self._phase, Enabling | Enabled):
            self._phase = replace(self._phase, pace=self._phase.pace.aimed(outputs, now_ms))
        if isinstance(self._phase, Enabled):
            self._proceed(self._phase, now_ms, may_prove=False)

    # --- what leaves ---

    def _proceed(self, phase: Enabled, now_ms: int, *, may_prove: bool) -> None:
        if self._exchange.outstanding is not None:
            return
        decision = phase.pace.decide(now_ms)
        match decision:
            case List(channels, period_us):
                self._ask(Ask.LIST, InitChannelList(channels, period_us, group_us(channels)), now_ms)
                self._phase = replace(phase, doing=decision)
            case Unlist():
                self._ask(Ask.UNLIST, StopChannelList(), now_ms)
                self._phase = replace(phase, doing=decision)
            case Update(playing):
                self._ask(Ask.UPDATE, _start(phase.pace.in_list(playing)), now_ms)
                self._phase = replace(phase, doing=decision)
            case Prove():
                if may_prove:
                    self._ask(Ask.PROVE, GetStimulationMode(), now_ms)
            case Wait():
                pass
            case _:
                assert_never(decision)

    def _left(self, phase: Enabled, now_ms: int) -> Enabled:
        if not isinstance(phase.doing, Update):
            return phase
        rate = phase.pace.updated(phase.doing, now_ms)
        self._output = replace(self._output, commanded=pace.amplitudes(rate.playing))
        self._events.append(OutputSent(now_ms, self._output.commanded))
        return Enabled(rate)

    def _ask(self, ask: Ask, request: Request, now_ms: int) -> None:
        self._frames.append(self._exchange.ask(ask, request, now_ms))

    def _ask_instead(self, ask: Ask, request: Request, now_ms: int, announced: Announced | None = None) -> None:
        """A request that waits for nobody, and nothing that waited leaves; after the InitAck, where one is due."""
        first = [] if announced is None else [_welcome(announced)]
        self._frames[:] = [*first, self._exchange.overtake(ask, request, now_ms)]

    def _ask_enable(self, phase: Enabling, now_ms: int, announced: Announced | None = None) -> None:
        self._ask_instead(Ask.ENABLE, GetStimulationMode(), now_ms, announced)
        self._phase = phase

    def _halt(self, aim: Aim, halts: int, now_ms: int, announced: Announced | None = None) -> None:
        if halts > MAX_HALTS:
            self._exchange.drop()
            self._is_known = False
            self._phase = Unconfirmed()
            self._output = replace(self._output, off_confirmed=False)
            self._events.append(HaltUnconfirmed(now_ms))
            return
        self._ask_instead(Ask.STOP, StopChannelList(), now_ms, announced)
        self._phase = Stopping(aim, halts)
        self._output = replace(self._output, commanded=())

    def _ask_who(self, tries: int, now_ms: int, announced: Announced | None = None) -> None:
        self._ask_instead(Ask.WHO, GetStimulationMode(), now_ms, announced)
        self._phase = Asking(tries)

    def _check_stop(self, phase: Checking, now_ms: int) -> None:
        self._ask(Ask.STOPPED, GetStimulationMode(), now_ms)
        self._phase = phase

    # --- what the device says by itself ---

    def _kind(self, data: bytes, frames: list[Frame]) -> Heard:
        if frames:
            return Heard.FRAMES
        return Heard.NEWER if self._newer.feed(data) else Heard.NOISE

    def _announced(self, announced: Announced, now_ms: int) -> None:
        """An Init: the device is unconnected, whatever it was before, and puts out nothing."""
        match self._phase:
            case Unidentified() | Unconfirmed() | Lost():
                pass
            case Enabled():
                self._fault(faults.RESTARTED)
                self._phase = Faulted(announced)
            case Faulted():
                self._phase = Faulted(announced)
            case Stopping(aim, halts) | Checking(aim, halts):
                self._halt(aim, halts, now_ms, announced)
            case Listening() | Asking() | Off() | Enabling() if announced.version != PROTOCOL_VERSION:
                self._silence()
                self._frames.append(_welcome(announced))
                self._wrong_device(wording.other_version(announced.version))
            case Listening() | Asking():
                self._ask_who(1, now_ms, announced)
            case Off():
                self._silence()
                self._frames.append(_welcome(announced))
                self._phase = Off(now_ms)
            case Enabling(rate):
                self._ask_enable(Enabling(rate, 1), now_ms, announced)
            case _:
                assert_never(self._phase)

    def _pushed(self, error: int) -> None:
        """A StimulationError: the device has stopped everything, and is still connected."""
        match self._phase:
            case Unidentified() | Listening() | Asking() | Unconfirmed() | Lost():
                pass
            case Off() | Enabling() | Enabled():
                self._fault(faults.of_push(error))
            case Faulted() | Stopping() | Checking():
                self._events.append(faults.of_push(error))  # the reason; the halt is on its way
            case _:
                assert_never(self._phase)

    # --- what it answers ---

    def _answered(self, answer: Answer, now_ms: int) -> None:
        """The answer to what is outstanding."""
        response = answer.response
        match self._phase:
            case Asking() as phase:
                self._answered_who(phase, response, now_ms)
            case Off() | Unidentified() | Listening() | Faulted() | Unconfirmed() | Lost():
                self._answered_off(response, now_ms)  # of these only Off ever has a request outstanding
            case Enabling() as phase:
                self._answered_enable(phase, response, answer.asked.sent_ms, now_ms)
            case Enabled() as phase:
                self._answered_enabled(phase, response, answer.asked.sent_ms, now_ms)
            case Stopping(aim, halts):
                if isinstance(response, Ack) and response.result == Result.OK:
                    self._check_stop(Checking(aim, halts, 1), now_ms)
                else:
                    self._halt(aim, halts + 1, now_ms)
            case Checking(aim, halts):
                if response == ModeAck(Result.OK, Mode.START):
                    self._rest(aim, now_ms)
                else:
                    self._halt(aim, halts + 1, now_ms)
            case _:
                assert_never(self._phase)

    def _answered_who(self, phase: Asking, response: Response, now_ms: int) -> None:
        match response:
            case ModeAck(Result.OK, mode):
                self._is_known = True
                aim = Aim(identifying=True, ordered=False)
                if mode == Mode.START:
                    self._rest(aim, now_ms)
                else:
                    self._halt(aim, 1, now_ms)
            case ModeAck() if phase.tries < MAX_TRIES:
                self._ask_who(phase.tries + 1, now_ms)
            case other:
                self._wrong_device(wording.would_not_say(_result(other)))

    def _answered_off(self, response: Response, now_ms: int) -> None:
        match response:
            case ModeAck(Result.OK, Mode.START):
                self._output = replace(self._output, confirmed_at_ms=now_ms)
            case ModeAck(Result.OK, mode):
                self._fault(faults.of_mode(mode, Mode.START))
            case _:
                pass  # it did not say; nothing flows, and it is asked again

    def _answered_enable(self, phase: Enabling, response: Response, sent_ms: int, now_ms: int) -> None:
        match response:
            case ModeAck(Result.OK, Mode.START):
                self._phase = Enabled(phase.pace.renewed(sent_ms))
                self._output = replace(self._output, confirmed=(), confirmed_at_ms=now_ms)
                self._events.append(EnabledEvent())
            case ModeAck(Result.OK, mode):
                self._fault(faults.of_mode(mode, Mode.START))
            case ModeAck() if phase.tries < MAX_TRIES:
                self._ask_enable(replace(phase, tries=phase.tries + 1), now_ms)
            case other:
                self._fault(faults.of_result(_result(other)))

    def _answered_enabled(self, phase: Enabled, response: Response, sent_ms: int, now_ms: int) -> None:
        match response:
            case Ack(result=Result.OK):
                self._done(phase, sent_ms, now_ms)
            case ModeAck(Result.OK, mode):
                expected = _mode(phase.pace.in_force)
                if mode == expected:
                    self._phase = Enabled(phase.pace.renewed(sent_ms))
                    self._output = replace(self._output, confirmed_at_ms=now_ms)
                else:
                    self._fault(faults.of_mode(mode, expected))
            case ModeAck() if now_ms - phase.pace.renewed_ms < UNSAID_MS:
                pass  # busy, or it could not read the question: the next turn asks again
            case other:
                self._fault(faults.of_result(_result(other)))

    def _done(self, phase: Enabled, sent_ms: int, now_ms: int) -> None:
        """A list was made, given up, or filled."""
        match phase.doing:
            case List() as made:
                rate = phase.pace.listed(made, sent_ms)
                self._channels = rate.known
            case Unlist():
                rate = phase.pace.unlisted(sent_ms)
            case Update() | None:
                rate = self._left(phase, sent_ms).pace.renewed(sent_ms)
                playing = pace.amplitudes(rate.playing)
                self._output = replace(self._output, confirmed=playing, confirmed_at_ms=now_ms)
                self._events.append(OutputConfirmed(now_ms, playing))
            case _:
                assert_never(phase.doing)
        self._phase = Enabled(rate)

    # --- ends ---

    def _missed(self, overdue: Outstanding[Ask, Request], now_ms: int) -> None:
        match self._phase:
            case Asking(tries) if tries < MAX_TRIES:
                self._ask_who(tries + 1, now_ms)
            case Asking():
                self._wrong_device(wording.never_answered())
            case Off():
                pass  # nothing flows: it is asked again, and answered if it announces itself
            case Enabling(tries=tries) as phase if tries < MAX_TRIES:
                self._ask_enable(replace(phase, tries=tries + 1), now_ms)
            case Stopping(aim, halts):
                self._halt(aim, halts + 1, now_ms)
            case Checking(tries=tries) as phase if tries < MAX_TRIES:
                self._check_stop(replace(phase, tries=tries + 1), now_ms)
            case Checking(aim, halts):
                self._halt(aim, halts + 1, now_ms)
            case Enabling() | Enabled() | Unidentified() | Listening() | Faulted() | Unconfirmed() | Lost():
                # only the first two ever have a request outstanding
                self._events.append(Unanswered(overdue.deadline.words))
                self._phase = Faulted()
            case _:
                assert_never(self._phase)

    def _rest(self, aim: Aim, now_ms: int) -> None:
        self._phase = Off(now_ms) if self._is_known else Unidentified()
        self._output = OutputState((), (), now_ms, off_confirmed=True)
        if aim.identifying:
            self._events.append(Identified(REHASTIM2.model, wording.NO_ID, wording.FIRMWARE))
        if aim.ordered:
            self._events.append(HaltConfirmed(now_ms))

    def _fault(self, found: DeviceFault) -> None:
        self._events.append(found)
        self._silence()
        self._phase = Faulted()

    def _wrong_device(self, reason: str) -> None:
        self._is_known = False
        self._events.append(WrongDevice(reason))
        self._phase = Unidentified()

    def _silence(self) -> None:
        self._exchange.drop()
        self._frames.clear()


def _start(entries: tuple[Sound | None, ...]) -> StartChannelList:
    """The update of the list; a channel that rests has no current and the shortest width."""
    return StartChannelList(
        tuple((sound.waveform.phase_us, sound.amplitude_ua) if sound else RESTING for sound in entries)
    )


def _welcome(announced: Announced) -> bytes:
    """The answer to an Init: without it the device takes nothing else."""
    return codec.encode(InitAck(accepted=announced.version == PROTOCOL_VERSION), announced.packet_number)


def _mode(in_force: Listed | None) -> Mode:
    """What the device must be doing."""
    if in_force is None:
        return Mode.START
    return Mode.STARTED if in_force.started else Mode.INITIALISED


def _result(response: Response) -> int:
    """Its result; a command it does not know has none."""
    return 0 if isinstance(response, UnknownCommand) else response.result
