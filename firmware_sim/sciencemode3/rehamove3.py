"""The RehaMove3: four channels on one current source, a battery, a test pulse before every pulse, 2 s of patience."""

from __future__ import annotations

from collections.abc import Mapping

from firmware_sim.model import Device, LineSettings, Model, NoFault
from firmware_sim.sciencemode3 import replies, requests
from firmware_sim.sciencemode3.output import TestedOutput
from firmware_sim.sciencemode3.switches import Switches, behaviour
from firmware_sim.sciencemode4.dialect import Dialect
from firmware_sim.sciencemode4.latencies import Latencies
from firmware_sim.sciencemode4.limits import DEAD_MAN_US
from firmware_sim.sciencemode4.replies import ChannelError, Version
from firmware_sim.sciencemode4.requests import Request
from firmware_sim.sciencemode4.states import STATE_WORDS
from firmware_sim.sciencemode4.stimulator import Stimulator
from firmware_sim.stage import Stage
from firmware_sim.switching import turned

DEVICE_ID = "RM3-SIM001"
VERSION = Version((2, 1, 16), (3, 2, 4), bytes(4), 0, hash_valid=False)  # [source: change lists of the repository]
BATTERY = (87, 3_912)  # percent, mV [design]


class RehaMove3(Stimulator):
    """A RehaMove3 in memory. All times are integer microseconds and never go back (ValueError)."""

    def __init__(
        self,
        switches: Switches | None = None,
        stage: Stage | None = None,
        serial: str = DEVICE_ID,
        keep_trace: bool = True,
        latencies: Latencies | None = None,
    ) -> None:
        self._switches = switches or Switches()
        self._tested = TestedOutput(self._switches)
        super().__init__(DIALECT, behaviour(self._switches), self._tested, stage, serial, keep_trace, latencies)

    @property
    def switches(self) -> Switches:
        """The undocumented behaviours; they may be changed at any time."""
        return self._switches

    @switches.setter
    def switches(self, value: Switches) -> None:
        self._switches = self._tested.switches = value
        self.behave(behaviour(value))

    @property
    def lamp(self) -> None:
        """No document here says what a RehaMove3 shows."""
        return

    def turn(self, given: Mapping[str, object]) -> None:
        """Turn switches by name, each to a value or its text. ValueError in one sentence."""
        self.switches = turned(self._switches, given)

    def _read(self, command: int, data: bytes) -> Request:
        return requests.decode(command, data, self._switches)


def _made(switches: Mapping[str, object], stage: Stage, device_id: str, keep_trace: bool) -> Device:
    return RehaMove3(turned(Switches(), switches), stage, device_id, keep_trace)


MODEL = Model(
    key="rehamove3",
    name="RehaMove3",
    generation=3,
    channels=requests.CHANNELS,
    dead_man_us=DEAD_MAN_US,
    line=LineSettings(3_000_000),  # [source: the document: 8N2, RTS/CTS]
    device_id=DEVICE_ID,
    switches=Switches,
    states=STATE_WORDS,
    errors={int(error): error.words for error in (ChannelError.NONE, ChannelError.ELECTRODE)},
    make=_made,
    no_faults=(
        NoFault("emergency_switch", "a RehaMove3 has no emergency stop input"),
        NoFault("module_error", "a RehaMove3 has no word for it"),
    ),
)
DIALECT = Dialect(
    model=MODEL, version=VERSION, battery=BATTERY, refusal=replies.refusal, pulse_ack=replies.ll_channel_config
)
