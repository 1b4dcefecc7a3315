"""Law: the RehaStim2 as its line sees it. It announces itself, and whoever has answered must stay heard.

Each valid packet renews the watchdog; after 1.2 s without one everything stops and the device announces itself again.
An electrode, the emergency switch or a module ends everything at once, and is told without being asked. What the
documents leave open, `switches` says. [source: ScienceMode2 document, sections 3 and 4]
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import assert_never

from firmware_sim.channel_list.base import CHANNELS, ListDevice
from firmware_sim.channel_list.player import Habits, Player
from firmware_sim.model import LineSettings, Model
from firmware_sim.sciencemode2 import framing, limits, listing, replies, requests
from firmware_sim.sciencemode2.latencies import Latencies
from firmware_sim.sciencemode2.replies import Result, StimulationError
from firmware_sim.sciencemode2.requests import Command
from firmware_sim.sciencemode2.switches import Switches
from firmware_sim.sciencemode2.voice import Voice
from firmware_sim.stage import Stage
from firmware_sim.stage.trace import ChannelFailed, DeadManFired, FrameArrived, StateChanged
from firmware_sim.switching import turned


class State(Enum):
    """The value is what GetStimulationMode tells; nobody hears the first."""

    DISCONNECTED = -1
    START = 0
    INITIALISED = 1
    STARTED = 2


STATE_WORDS = {
    "DISCONNECTED": "not connected: it announces itself",
    "START": "connected, start mode",
    "INITIALISED": "channel list initialised, no pulses yet",
    "STARTED": "channel list mode",
}


NO_LIST = requests.InitChannelList(0, (), (), 0, 0, 0)
"""What is initialised before anything is."""


class RehaStim2(ListDevice):
    """A RehaStim2 in memory."""

    def __init__(
        self,
        switches: Switches | None = None,
        stage: Stage | None = None,
        keep_trace: bool = True,
        latencies: Latencies | None = None,
    ) -> None:
        super().__init__(stage, keep_trace, limits.OUTPUT_MV)
        self._switches = switches or Switches()
        self.latencies = latencies or Latencies()
        self._voice = Voice(self.stage, self.faults, self.latencies)
        self._power_up(ready_us=0)

    def _power_up(self, ready_us: int) -> None:
        self._ready_us = ready_us
        self._state = State.DISCONNECTED
        self._receiver = framing.Receiver(framing.WIRE)
        self._voice = self._voice.silenced()
        self._player = Player(self.stage, self._habits())
        self._list = NO_LIST
        self._busy_until_us = self._renewed_us = self._held_us = 0
        self._init_us = ready_us + self._first_init_us()
        self._init_number: int | None = None

    def _habits(self) -> Habits:
        switches = self._switches
        return Habits(
            new_values=switches.update_takes_effect,
            begins=switches.list_begins,
            zero_is_tested=switches.zero_current_tested,
            fault_after=switches.fault_after_pulses,
        )

    def _first_init_us(self) -> int:
        return 0 if self._switches.first_init == "at_once" else limits.INIT_REPETITION_US

    def _boot_us(self) -> int:
        return self._switches.boot_ms * 1_000

    # What a test, a panel or a backdoor may look at

    @property
    def model(self) -> Model:
        """What is fixed about its family."""
        return MODEL

    @property
    def switches(self) -> Switches:
        """The undocumented behaviours; they may be changed at any time."""
        return self._switches

    @switches.setter
    def switches(self, value: Switches) -> None:
        self._switches = value
        self._player.habits = self._habits()

    def turn(self, given: Mapping[str, object]) -> None:
        """Turn switches by name. ValueError in one sentence."""
        self.switches = turned(self._switches, given)

    @property
    def state(self) -> State:
        """Whether it is connected, and in which mode."""
        return self._state

    @property
    def high_voltage(self) -> bool:
        """Whether there is voltage at its output: while a list is played [design]."""
        return self._state is State.STARTED

    @property
    def timer_us(self) -> int:
        """When the watchdog is due, whether or not a fault holds it back."""
        return self._renewed_us + limits.WATCHDOG_US

    # Time and the line

    def transmit(self, now_us: int) -> bytes:
        """The bytes whose time has come; what it says unasked may overtake an answer."""
        return self._voice.take(now_us)

    def next_due_us(self) -> int | None:
        """When the next byte is due: an answer, an Init, or the watchdog that will be told by one."""
        due = (self._voice.next_us(), self._wakes_us())
        return min((t_us for t_us in due if t_us is not None), default=None)

    def _wakes_us(self) -> int | None:
        """When it does something by itself that will be heard."""
        if self.faults.stuck_in_reset:
            return None
        if self._state is State.DISCONNECTED:
            return self._init_us
        return None if self.faults.no_dead_man else max(self.timer_us, self._held_us)

    def _live(self, until_us: int) -> None:
        while True:
            if self._state is State.DISCONNECTED:
                if self._init_us >= until_us:
                    return
                self._announce()
                continue
            deadline_us = self._deadline_us(until_us)
            bad = self._player.run(min(until_us, deadline_us))
            if bad is not None:
                self.stage.note(ChannelFailed(bad.t_us, bad.channel, 1))
                self._end(StimulationError.ELECTRODE, bad.t_us)
            elif deadline_us < until_us:
                self._dead_man(deadline_us)
            else:
                return

    def _announce(self) -> None:
        """Init, again and again until somebody answers."""
        version = limits.PROTOCOL_VERSION
        if self.faults.versions is not None:
            self.faults.took("versions")
            version = self.faults.versions[1][0]
        self._init_number = self._voice.tell(Command.INIT, version, self._init_us, self._init_us)
        self._init_us += limits.INIT_REPETITION_US

    def _deadline_us(self, until_us: int) -> int:
        """When the watchdog is due; one that was held back by a fault is due as soon as it is free again."""
        if self.faults.no_dead_man:
            self._held_us = max(self._held_us, until_us)
        return max(self.timer_us, self._held_us)

    def _dead_man(self, t_us: int) -> None:
        """Silence for 1.2 s: everything stops, all modes are reset, and it announces itself."""
        self._player.halt()
        self.stage.note(DeadManFired(t_us))
        self._enter(State.DISCONNECTED, t_us)
        self._init_us = t_us + self._first_init_us()
        self._init_number = None

    def _enter(self, state: State, t_us: int) -> None:
        if state is not self._state:
            self._state = state
            self.stage.note(StateChanged(t_us, state.name, self.high_voltage))

    # What ends everything

    def _trouble(self) -> tuple[StimulationError, str] | None:
        """What stands in the way of stimulation now, and the lever that put it there."""
        if self.faults.emergency_open:
            return StimulationError.EMERGENCY_SWITCH, "emergency_open"
        if self.faults.module_broken:
            return StimulationError.MODULE, "module_broken"
        return None

    def _obstacle(self) -> bool:
        return self._trouble() is not None

    def _obstacle_changed(self, t_us: int) -> None:
        match self._state:
            case State.INITIALISED | State.STARTED:
                self._end_in_trouble(t_us)
            case State.START if self._switches.open_switch_noticed == "at_once":
                self._end_in_trouble(t_us)
            case State.START | State.DISCONNECTED:
                pass
            case _:
                assert_never(self._state)

    def _end_in_trouble(self, t_us: int) -> None:
        """End everything if something stands in the way."""
        trouble = self._trouble()
        if trouble is not None:
            error, lever = trouble
            self.faults.took(lever)
            self._end(error, t_us)

    def _end(self, error: StimulationError, t_us: int) -> None:
        self._player.halt()
        self._enter(State.START, t_us)
        self._voice.tell(Command.STIMULATION_ERROR, error, t_us, t_us + self.latencies.error_us)

    # Packets

    def _hear(self, data: bytes, now_us: int) -> None:
        for item in self._receiver.feed(data):
            match item:
                case framing.Frame():
                    self._frame(item, now_us)
                case framing.Damaged():
                    self._damaged(item, now_us)
                case _:
                    assert_never(item)

    def _damaged(self, item: framing.Damaged, now_us: int) -> None:
        """Length or checksum wrong: it renews nothing, and is answered if its command can be read and has an answer."""
        answers = self._switches.bad_checksum_reply == "result_1"
        if self._state is not State.DISCONNECTED and answers and item.command in replies.ANSWERED:
            self._voice.answer(item.packet_number, item.command + 1, replies.plain(Result.TRANSFER), now_us)

    def _frame(self, frame: framing.Frame, now_us: int) -> None:
        self.stage.note(FrameArrived(now_us, frame.command, frame.packet_number))
        request = requests.decode(frame.command, frame.data)
        if self._state is State.DISCONNECTED:
            self._unconnected(request, frame, now_us)
            return
        self._renewed_us = now_us
        if isinstance(request, requests.Unknown):
            self._voice.answer(frame.packet_number, Command.UNKNOWN_COMMAND, bytes((frame.command,)), now_us)
        elif frame.command in replies.ANSWERED:
            if self._is_busy(request, now_us):
                self._voice.answer(frame.packet_number, frame.command + 1, replies.plain(Result.BUSY), now_us)
                return
            data = self._execute(request, now_us)
            self._busy_until_us = self._voice.answer(frame.packet_number, frame.command + 1, data, now_us)
            self._notice(request, now_us)

    def _unconnected(self, request: requests.Request, frame: framing.Frame, now_us: int) -> None:
        """Only InitAck is heard."""
        if isinstance(request, requests.InitAck):
            accepted = request.result == 0 or (request.result == 1 and self._switches.init_ack_results == "zero_or_one")
            if accepted and (self._switches.init_ack_number == "any" or frame.packet_number == self._init_number):
                self._renewed_us = now_us
                self._enter(State.START, now_us)
                if self._switches.open_switch_noticed == "at_once":
                    self._end_in_trouble(now_us)
        elif self._switches.before_init_ack == "refuse_3" and frame.command in replies.ANSWERED:
            self._voice.answer(frame.packet_number, frame.command + 1, replies.plain(Result.WRONG_MODE), now_us)

    def _is_busy(self, request: requests.Request, now_us: int) -> bool:
        """Whether the last request is unfinished. A stop is never refused: its answers are 0 and -1 only."""
        if isinstance(request, requests.StopChannelList) or self._switches.while_busy == "accepted":
            return False
        return now_us < self._busy_until_us

    def _execute(self, request: requests.Request, now_us: int) -> bytes:
        """Carry out one request that has an answer, and word it."""
        match request:
            case requests.GetStimulationMode():
                return replies.mode(self._state.value)
            case requests.GetMotomedMode():
                return replies.mode(replies.MOTOMED_UNCONNECTED)
            case requests.Motomed():
                return replies.plain(Result.NO_MOTOMED)
            case requests.InitChannelList():
                return replies.plain(self._initialise(request, now_us))
            case requests.StartChannelList():
                return replies.plain(self._start(request, now_us))
            case requests.StopChannelList():
                return replies.plain(self._stop(now_us))
            case requests.SinglePulse():
                return replies.plain(self._single(request, now_us))
            case requests.Malformed() | requests.Unknown() | requests.InitAck() | requests.Watchdog():
                return replies.plain(Result.PARAMETER)
            case _:
                assert_never(request)

    def _initialise(self, request: requests.InitChannelList, now_us: int) -> Result:
        if self._state is not State.START:
            return Result.WRONG_MODE
        if not listing.fits(request, self._switches):
            return Result.PARAMETER
        self._list = request
        self._player.begin(listing.channel_list(request))
        self._enter(State.INITIALISED, now_us)
        return Result.OK

    def _start(self, request: requests.StartChannelList, now_us: int) -> Result:
        if self._state is State.START:
            return Result.WRONG_MODE
        if not listing.starts(request, self._list, self._switches):
            return Result.PARAMETER
        groups = listing.groups(request, self._list, self._switches)
        if self.faults.silent_update:
            if groups != self._player.groups:
                self.faults.took("silent_update")
            return Result.OK
        self._player.start(groups, now_us)
        self._enter(State.STARTED, now_us)
        return Result.OK

    def _stop(self, now_us: int) -> Result:
        if self.faults.silent_stop:
            self.faults.took("silent_stop")
        else:
            self._player.halt()
            self._enter(State.START, now_us)
        return Result.OK

    def _single(self, request: requests.SinglePulse, now_us: int) -> Result:
        if self._state is not State.START:
            return Result.WRONG_MODE
        if self._trouble() is None:
            points = listing.points(request.width_us, request.current_ma, self._switches)
            self._player.single(request.channel, points, now_us)
        return Result.OK

    def _notice(self, request: requests.Request, now_us: int) -> None:
        """Where it looks at the emergency switch that was open already."""
        match request:
            case requests.StartChannelList() if self._state is State.STARTED:
                self._end_in_trouble(now_us)
            case requests.SinglePulse() if self._state is State.START:
                self._end_in_trouble(now_us)
            case requests.InitChannelList() if self._state is State.INITIALISED:
                if self._switches.open_switch_noticed != "at_start":
                    self._end_in_trouble(now_us)
            case _:  # nothing else is about output
                pass


def _made(switches: Mapping[str, object], stage: Stage, _device_id: str, keep_trace: bool) -> RehaStim2:
    return RehaStim2(turned(Switches(), switches), stage, keep_trace)


MODEL = Model(
    key="rehastim2",
    name="RehaStim2",
    generation=2,
    channels=CHANNELS,
    dead_man_us=limits.WATCHDOG_US,
    line=LineSettings(460_800, "E", 1, rtscts=False),  # [source: ScienceMode2 document p. 9]
    shortest_frame=framing.MINIMUM_BYTES,
    device_id="",
    switches=Switches,
    states=STATE_WORDS,
    make=_made,
)
