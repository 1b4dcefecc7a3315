"""Law: the RehaStim 1 and the MotionStim 8 as their line sees them. They do as told, and go on until told otherwise.

No timer ends the output when the host falls silent, no electrode is reported, and the emergency button acts without
a word. An acknowledgement is one byte without a number. What the document leaves open, `switches` says.
[source: ScienceMode1 document, sections 3 to 5]
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import assert_never

from firmware_sim.channel_list.base import CHANNELS, ListDevice
from firmware_sim.channel_list.player import Habits, Player
from firmware_sim.model import LineSettings, Model, NoFault
from firmware_sim.sciencemode1 import limits, listing, packets
from firmware_sim.sciencemode1.packets import Kind
from firmware_sim.sciencemode1.switches import Switches
from firmware_sim.sciencemode4.outbox import Outbox
from firmware_sim.stage import Stage
from firmware_sim.stage.trace import FrameArrived, Replied, StateChanged
from firmware_sim.switching import turned


class State(Enum):
    """Nobody can ask for it. [source: ScienceMode1 document, section 3]"""

    IDLE = 0
    INITIALISED = 1
    RUNNING = 2


STATE_WORDS = {
    "IDLE": "idle",
    "INITIALISED": "channel list initialised, no pulses yet",
    "RUNNING": "channel list mode",
}


class RehaStim1(ListDevice):
    """A RehaStim 1 in memory. `answer_us` is how long an acknowledgement takes."""

    def __init__(
        self,
        switches: Switches | None = None,
        stage: Stage | None = None,
        keep_trace: bool = True,
        answer_us: int = limits.ANSWER_US,
    ) -> None:
        super().__init__(stage, keep_trace, limits.OUTPUT_MV)
        self._switches = switches or Switches()
        self.answer_us = answer_us
        self._power_up(ready_us=0)

    def _power_up(self, ready_us: int) -> None:
        self._ready_us = ready_us
        self._state = State.IDLE
        self._receiver = packets.Receiver()
        self._outbox = Outbox()
        self._player = Player(self.stage, self._habits(), cut=self.faults.emergency_open)
        self._list: packets.Init | None = None

    def _habits(self) -> Habits:
        return Habits(new_values=self._switches.update_takes_effect, begins=self._switches.list_begins)

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
        """What it is at."""
        return self._state

    @property
    def high_voltage(self) -> bool:
        """Whether there is voltage at its output: while a list is played and the button is not pressed [design]."""
        return self._state is State.RUNNING and not self._player.cut

    @property
    def timer_us(self) -> None:
        """There is none."""
        return

    # Time and the line

    def transmit(self, now_us: int) -> bytes:
        """The acknowledgements whose time has come."""
        return self._outbox.take(now_us)

    def next_due_us(self) -> int | None:
        """When the next acknowledgement is due; it says nothing that was not asked."""
        return self._outbox.next_due_us()

    def _live(self, until_us: int) -> None:
        self._player.run(until_us)

    def _obstacle(self) -> bool:
        return self.faults.emergency_open

    def _obstacle_changed(self, t_us: int) -> None:
        """The button is pressed: nothing flows, and nobody is told. Released: see the switch."""
        if self.faults.emergency_open:
            self._player.cut = True
            self._find_open()
            if self._state is State.RUNNING:
                self.stage.note(StateChanged(t_us, self._state.name, self.high_voltage))
        elif self._switches.emergency_release == "resumes" or self._state is State.IDLE:
            self._player.cut = False
            if self._state is State.RUNNING:
                self.stage.note(StateChanged(t_us, self._state.name, self.high_voltage))

    def _find_open(self) -> None:
        """Count it where the open button kept something from flowing."""
        if self.faults.emergency_open and self._player.active:
            self.faults.took("emergency_open")

    def _enter(self, state: State, t_us: int) -> None:
        if state is not self._state:
            self._state = state
            self.stage.note(StateChanged(t_us, state.name, self.high_voltage))

    # Packets

    def _hear(self, data: bytes, now_us: int) -> None:
        for byte in data:
            listed = None if self._list is None else len(self._list.channels)
            packet = self._receiver.take(byte, listed)
            if packet is not None:
                self._packet(packet, now_us)

    def _packet(self, packet: bytes, now_us: int) -> None:
        kind = packets.kind_of(packet[0])
        request = packets.decode(packet, reserved_count=self._switches.reserved_bits == "refuse")
        if not isinstance(request, packets.Bad):
            self.stage.note(FrameArrived(now_us, int(kind), 0))
        if not self.faults.emergency_open:
            self._acknowledge(kind, self._execute(request, now_us), now_us)
            return
        match self._switches.emergency_answers:
            case "acknowledges":
                self._acknowledge(kind, self._execute(request, now_us), now_us)
            case "mute":
                self._execute(request, now_us)
            case "refuses":
                ok = isinstance(request, packets.Stop) and self._execute(request, now_us)
                self._acknowledge(kind, ok, now_us)
            case _:
                assert_never(self._switches.emergency_answers)

    def _acknowledge(self, kind: Kind, ok: bool, now_us: int) -> None:
        due_us = self._outbox.due_us(now_us + self.answer_us)
        self.stage.note(Replied(now_us, int(kind), 0, int(ok), due_us))
        spoiled = self.faults.spoil(packets.acknowledgement(kind, ok=ok))
        if spoiled:
            self._outbox.fill(self._outbox.reserve(), due_us, spoiled)

    def _execute(self, request: packets.Packet, now_us: int) -> bool:
        """Carry out one packet; whether it was a good one."""
        match request:
            case packets.Init():
                return self._initialise(request, now_us)
            case packets.Update():
                return self._update(request, now_us)
            case packets.Stop():
                return self._stop(now_us)
            case packets.Single():
                return self._single(request, now_us)
            case packets.Bad():
                return False
            case _:
                assert_never(request)

    def _initialise(self, request: packets.Init, now_us: int) -> bool:
        busy = self._state is State.RUNNING and self._switches.init_while_running == "refuse"
        if busy or not listing.fits(request, self._switches):
            return False
        self._list = request
        self._player.begin(listing.channel_list(request))
        self._player.cut = self.faults.emergency_open
        self._enter(State.INITIALISED, now_us)
        return True

    def _update(self, request: packets.Update, now_us: int) -> bool:
        if self._list is None or not listing.starts(request, self._list, self._switches):
            return False
        groups = listing.groups(request, self._list, self._switches)
        if self.faults.silent_update:
            if groups != self._player.groups:
                self.faults.took("silent_update")
            return True
        self._player.start(groups, now_us)
        self._enter(State.RUNNING, now_us)
        self._find_open()
        return True

    def _stop(self, now_us: int) -> bool:
        if self._state is State.IDLE:
            return self._switches.stop_when_idle == "ok"
        if self.faults.silent_stop:
            self.faults.took("silent_stop")
            return True
        self._player.halt()
        self._player.cut = self.faults.emergency_open
        self._list = None
        self._enter(State.IDLE, now_us)
        return True

    def _single(self, request: packets.Single, now_us: int) -> bool:
        in_list = self._state is not State.IDLE and self._switches.single_pulse_in_list == "refuse"
        if in_list or not listing.playable(request.width_us, self._switches):
            return False
        points = listing.points(request.width_us, request.current_ma, self._switches)
        self._player.single(request.channel, points, now_us)
        return True


def _made(switches: Mapping[str, object], stage: Stage, _device_id: str, keep_trace: bool) -> RehaStim1:
    return RehaStim1(turned(Switches(), switches), stage, keep_trace)


MODEL = Model(
    key="rehastim1",
    name="RehaStim 1",
    generation=1,
    channels=CHANNELS,
    dead_man_us=None,
    line=LineSettings(115_200),  # [source: ScienceMode1 document p. 6, Table 2: 8N2, RTS/CTS]
    framed=False,
    device_id="",
    switches=Switches,
    states=STATE_WORDS,
    no_faults=(
        NoFault("wrong_version", "a RehaStim 1 tells no version"),
        NoFault("module_error", "a RehaStim 1 has no word for it"),
        NoFault("duplicate_bytes", "no byte marks the end of a RehaStim 1's packet; use unit=byte", {"unit": "frame"}),
        NoFault("hang", "a RehaStim 1 has no dead-man; only output=goes_on can happen", {"output": "dead_man"}),
    ),
    make=_made,
)
