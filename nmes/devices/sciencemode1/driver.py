"""The RehaStim 1 driver: commands and bytes in, commands and events out, no clock and no port of its own.

The law of this file, phase by phase (`phases`): what may be outstanding, and what ends it.

    Unidentified   nothing                      Identify, Halt
    Identifying    stop                         acknowledged, and nothing foreign heard for 600 ms -> Off;
                                                not acknowledged twice, or foreign bytes -> WrongDevice, Unidentified
    Off            stop, once a second          not acknowledged three times -> Faulted; Enable, Identify, Halt
    Enabling       stop                         acknowledged -> Enabled; else Faulted
    Enabled        list, stop or update         as `pace` says; anything not plainly good -> Faulted
    Faulted        nothing                      Halt, Identify
    Stopping       stop                         acknowledged twice in a row -> HaltConfirmed; else again, three in all
    Unconfirmed    nothing                      Halt, Identify
    Lost           nothing                      nothing

The device has no timer of its own, tells no state and cannot say who it is: an acknowledged stop is all there is, and
one byte of a disturbed line looks like it. So a halt is confirmed by two of them, the second asked for after the first,
and for as long as it is to be off it is stopped again once a second; and the update in force is sent again five times a
second, at 0 mA too. That is its sign of life, and mends what its small sum let through wrong. Both leave from `tick`
alone: a program that no longer turns renews nothing.

A Halt is taken in every phase but Lost and overtakes whatever is outstanding; while one is under way it is not begun
anew. An acknowledged stop that nobody here waits for is the guard's own. Any other answer to nothing is a fault: no
later answer could be believed, because none carries a number.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from nmes.core.capabilities import Capabilities
from nmes.core.commands import ChannelOutput, Enable, Halt, Identify, SetOutput
from nmes.core.events import (
    Device,
    DeviceFault,
    Fault,
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
from nmes.devices.channel_list.checks import check
from nmes.devices.channel_list.pace import List, Manner, Pace, Playing, Prove, Unlist, Update, Wait, amplitudes
from nmes.devices.outstanding import MAX_HALTS, MAX_TRIES, Outstanding
from nmes.devices.sciencemode1 import codec, wording
from nmes.devices.sciencemode1.codec import Ack, Kind, ListUpdate, Slot, Stop
from nmes.devices.sciencemode1.exchange import DEADLINES, Ask, Exchange, Request
from nmes.devices.sciencemode1.phases import (
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
from nmes.devices.sciencemode1.rehastim1 import REHASTIM1, list_of
from nmes.devices.stimulator import DeviceCommand, OutputState

STAY_OFF_MS = 1_000  # what is to be off is stopped so often [design]
AGAIN_MS = 200  # a wrong update that passed the device's sum stands no longer: ten pulses at 50 Hz [design]
MOST_HEARD = 64  # enough for two announcements of a RehaStim2 [design]
WHOLE_DEVICE, NOT_DONE = 0, 1
IDENTIFIED = Identified(REHASTIM1.model, "-", "unknown (ScienceMode1)")
"""It has no number and no version to tell. [source: SM1 document]"""

_MANNER = Manner(REHASTIM1, AGAIN_MS)
_REST = Slot(phase_us=0, current_ua=0)
"""A channel that rests: were a wrong bit to give it a current, that would last for no time."""


class RehaStim1Driver:
    """See `nmes.devices.stimulator.Driver`. One instance per opened line."""

    def __init__(self) -> None:
        self._exchange = Exchange()
        self._phase: Phase = Unidentified()
        self._output = OutputState((), (), None, False)
        self._frames: list[bytes] = []
        self._events: list[Device] = []
        self._known: tuple[int, ...] = ()

    @property
    def capabilities(self) -> Capabilities:
        return REHASTIM1

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
                check(outputs, REHASTIM1)
                self._aim(outputs, now_ms)
            case _:
                assert_never(command)

    def receive(self, data: bytes, now_ms: int) -> None:
        """Bytes from the device, in any cut."""
        if isinstance(self._phase, Identifying):
            self._phase = replace(self._phase, heard=(self._phase.heard + data)[:MOST_HEARD])
        for byte in data:
            ack = codec.decode(byte)
            asked = self._exchange.answer(ack)
            if asked is None:
                self._stray(ack)
            elif ack.good:
                self._done(asked, now_ms)
            else:
                self._not_done(asked, now_ms)

    def lost(self, reason: str, now_ms: int) -> None:  # noqa: ARG002 - the contract gives every verb the time
        """The line is gone: one LinkLost, then nothing more."""
        if not isinstance(self._phase, Lost):
            self._frames.clear()
            self._exchange.drop()
            self._events.append(LinkLost(reason))
            self._phase = Lost()

    def tick(self, now_ms: int) -> None:
        """Deadlines, proofs of life and the next command, if time has come."""
        overdue = self._exchange.overdue(now_ms)
        match self._phase:
            case Identifying(until_ms) as phase if now_ms >= until_ms:
                self._listened(phase, now_ms)
            case Off(stopped_ms) if overdue is None and self._is_free and now_ms >= stopped_ms + STAY_OFF_MS:
                self._ask(Ask.STAY_OFF, Stop(), now_ms)
            case Enabled() as phase if overdue is None:
                self._proceed(phase, now_ms, may_prove=True)
            case _:
                if overdue is not None:
                    self._missed(overdue, now_ms)

    def frames(self) -> list[bytes]:
        """Commands to write now, in order; taken once."""
        taken, self._frames = self._frames, []
        return taken

    def sent(self, now_ms: int) -> None:
        """The commands were written; deadlines, rises and proofs count from here."""
        self._exchange.written(now_ms)
        if isinstance(self._phase, Enabled):
            self._phase = self._left(self._phase, now_ms)

    def refused(self, now_ms: int) -> None:  # noqa: ARG002 - the contract gives every verb the time
        """The guard did not pass the last command. A halt that did not pass counts as not acknowledged in time."""
        match self._phase:
            case Stopping() | Unidentified() | Off() | Faulted() | Unconfirmed() | Lost():
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
        match self._phase:
            case Identifying(until_ms):
                return max(now_ms, until_ms)
            case _ if (asked := self._exchange.outstanding) is not None:
                return max(now_ms, asked.due_ms)
            case Off(stopped_ms):
                return max(now_ms, stopped_ms + STAY_OFF_MS)
            case Enabled(rate):
                decision = rate.decide(now_ms)
                return decision.until_ms if isinstance(decision, Wait) else now_ms
            case _:
                return None

    # --- commands ---

    def _order_halt(self, now_ms: int) -> None:
        match self._phase:
            case Lost() | Stopping():
                pass  # one that is under way is not begun anew
            case Unidentified() | Identifying() | Unconfirmed():
                self._halt(1, known=False, now_ms=now_ms)
            case Off() | Enabling() | Enabled() | Faulted():
                self._halt(1, known=True, now_ms=now_ms)
            case _:
                assert_never(self._phase)

    def _identify(self, now_ms: int) -> None:
        match self._phase:
            case Lost() | Stopping():
                pass  # a halt under way is not interrupted; its event tells when to ask again
            case Unidentified() | Identifying() | Off() | Enabling() | Enabled() | Faulted() | Unconfirmed():
                self._ask_who(1, b"", now_ms)
            case _:
                assert_never(self._phase)

    def _enable(self, now_ms: int) -> None:
        if isinstance(self._phase, Off):
            self._overtake(Ask.ENABLE, now_ms)
            self._output = replace(self._output, off_confirmed=False)
            self._phase = Enabling(Pace.begin(_MANNER, now_ms, self._known))

    def _aim(self, outputs: tuple[ChannelOutput, ...], now_ms: int) -> None:
        if isinstance(self._phase, Enabling | Enabled):
            self._phase = replace(self._phase, pace=self._phase.pace.aimed(outputs, now_ms))
        if isinstance(self._phase, Enabled):
            self._proceed(self._phase, now_ms, may_prove=False)

    # --- what leaves ---

    @property
    def _is_free(self) -> bool:
        return self._exchange.outstanding is None

    def _proceed(self, phase: Enabled, now_ms: int, *, may_prove: bool) -> None:
        if not self._is_free:
            return
        decision = phase.pace.decide(now_ms)
        match decision:
            case List(channels, period_us) as made:
                self._ask(Ask.LIST, list_of(channels, period_us), now_ms)
                self._phase = replace(phase, making=made)
                self._output = replace(self._output, off_confirmed=False)
            case Unlist():
                self._ask(Ask.UNLIST, Stop(), now_ms)
            case Update(playing) as update:
                self._ask(Ask.UPDATE, _whole(phase.pace, playing), now_ms)
                self._phase = replace(phase, leaving=update)
            case Prove():
                if may_prove:
                    self._prove(phase.pace, now_ms)
            case Wait():
                pass
            case _:
                assert_never(decision)

    def _prove(self, rate: Pace, now_ms: int) -> None:
        """What is in force, once more: the update, or that there is no list."""
        if rate.in_force is None:
            self._ask(Ask.STAY_OFF, Stop(), now_ms)
        else:
            self._ask(Ask.AGAIN, _whole(rate, rate.again.playing), now_ms)

    def _left(self, phase: Enabled, now_ms: int) -> Enabled:
        if phase.leaving is None:
            return phase
        rate = phase.pace.updated(phase.leaving, now_ms)
        self._output = replace(self._output, commanded=amplitudes(rate.playing))
        self._events.append(OutputSent(now_ms, self._output.commanded))
        return replace(phase, pace=rate, leaving=None)

    def _ask(self, ask: Ask, request: Request, now_ms: int) -> None:
        self._frames.append(self._exchange.ask(ask, request, now_ms))

    def _overtake(self, ask: Ask, now_ms: int) -> None:
        """A stop waits for nobody, and nothing that was to leave before it still does."""
        self._frames[:] = [self._exchange.overtake(ask, Stop(), now_ms)]

    def _ask_who(self, tries: int, heard: bytes, now_ms: int) -> None:
        self._overtake(Ask.WHO, now_ms)
        self._phase = Identifying(now_ms + DEADLINES[Ask.WHO].deadline_ms, tries, heard)

    def _halt(self, halts: int, *, known: bool, now_ms: int) -> None:
        if halts > MAX_HALTS:
            self._phase = Unconfirmed()
            self._output = replace(self._output, off_confirmed=False)
            self._events.append(HaltUnconfirmed(now_ms))
            return
        self._overtake(Ask.STOP, now_ms)
        self._phase = Stopping(halts, known)
        self._output = replace(self._output, commanded=())

    # --- what comes back ---

    def _stray(self, ack: Ack) -> None:
        """It belongs to nothing: while output may flow only an acknowledged stop may do so, which is the guard's."""
        if isinstance(self._phase, Enabled) and ack.kind is not Kind.STOP:
            self._fault(Fault.STRAY)

    def _done(self, asked: Outstanding[Ask, Request], now_ms: int) -> None:
        match self._phase:
            case Identifying() as phase:
                self._phase = replace(phase, answered=True)
            case Enabling(rate):
                self._phase = Enabled(rate.renewed(asked.sent_ms))
                self._output = replace(self._output, confirmed=(), confirmed_at_ms=now_ms)
                self._events.append(EnabledEvent())
            case Enabled() as phase:
                self._done_enabled(phase, asked, now_ms)
            case Stopping(answered=False) as phase:
                self._ask(Ask.STOP, Stop(), now_ms)
                self._phase = replace(phase, answered=True)
            case Stopping(known=known):
                self._rest(Off(now_ms) if known else Unidentified(), now_ms)
                self._events.append(HaltConfirmed(now_ms))
            case Off() | Unidentified() | Faulted() | Unconfirmed() | Lost() as phase:
                # only the first ever has a command outstanding
                self._phase = Off(asked.sent_ms) if isinstance(phase, Off) else phase
            case _:
                assert_never(self._phase)

    def _done_enabled(self, phase: Enabled, asked: Outstanding[Ask, Request], now_ms: int) -> None:
        rate = self._left(phase, asked.sent_ms).pace.renewed(asked.sent_ms)
        match asked.ask:
            case Ask.LIST if phase.making is not None:
                rate = rate.listed(phase.making, asked.sent_ms)
                self._known = rate.known
            case Ask.UNLIST:
                rate = rate.unlisted(asked.sent_ms)
            case _:
                pass
        self._phase = Enabled(rate)
        confirmed = self._output.confirmed
        if asked.ask is Ask.UPDATE:
            confirmed = amplitudes(rate.playing)
            self._events.append(OutputConfirmed(now_ms, confirmed))
        self._output = replace(self._output, confirmed=confirmed, confirmed_at_ms=now_ms)

    def _not_done(self, asked: Outstanding[Ask, Request], now_ms: int) -> None:
        """The device would not: of a stop that is as if it had not answered."""
        match self._phase:
            case Enabling() | Enabled() if not isinstance(asked.request, Stop):
                self._fault(Fault.REFUSED)
            case Identifying():
                pass  # what it says until the end of the time decides
            case _:
                self._missed(asked, now_ms)

    # --- ends ---

    def _listened(self, phase: Identifying, now_ms: int) -> None:
        self._exchange.drop()
        if wording.is_foreign(phase.heard):
            self._wrong_device(wording.other_device(phase.heard))
        elif phase.answered:
            self._rest(Off(now_ms), now_ms)
            self._events.append(IDENTIFIED)
        elif phase.tries < MAX_TRIES:
            self._ask_who(phase.tries + 1, phase.heard, now_ms)
        else:
            self._wrong_device(wording.nothing_answered(phase.heard))

    def _missed(self, overdue: Outstanding[Ask, Request], now_ms: int) -> None:
        match self._phase:
            case Stopping(halts, known):
                self._halt(halts + 1, known=known, now_ms=now_ms)
            case Off(tries=tries) as phase if tries + 1 < MAX_HALTS:
                self._ask(Ask.STAY_OFF, Stop(), now_ms)
                self._phase = replace(phase, tries=tries + 1)
            case Off() | Enabling() | Enabled() | Identifying() | Unidentified() | Faulted() | Unconfirmed() | Lost():
                # only the first three ever have a command outstanding whose time is over
                self._events.append(Unanswered(overdue.deadline.words))
                self._output = replace(self._output, off_confirmed=False)
                self._phase = Faulted()
            case _:
                assert_never(self._phase)

    def _rest(self, rest: Off | Unidentified, now_ms: int) -> None:
        self._phase = rest
        self._output = OutputState((), (), now_ms, off_confirmed=True)

    def _fault(self, fault: Fault) -> None:
        self._events.append(DeviceFault(fault, WHOLE_DEVICE, NOT_DONE))
        self._exchange.drop()
        self._frames.clear()
        self._phase = Faulted()

    def _wrong_device(self, reason: str) -> None:
        self._events.append(WrongDevice(reason))
        self._phase = Unidentified()


def _whole(rate: Pace, playing: Playing) -> ListUpdate:
    """Every channel of the list in force, those that are not to play at rest."""
    sounds = rate.in_list(playing)
    return ListUpdate(tuple(Slot(one.waveform.phase_us, one.amplitude_ua) if one else _REST for one in sounds))
