"""The P24: eight channels, a load seen from 15 mA on, everything that its own manual lists."""

from collections.abc import Mapping

from firmware_sim.model import Device, LineSettings, Model, NoFault
from firmware_sim.sciencemode4 import replies, requests
from firmware_sim.sciencemode4.contact import P24Output
from firmware_sim.sciencemode4.dialect import Dialect
from firmware_sim.sciencemode4.latencies import Latencies
from firmware_sim.sciencemode4.limits import DEAD_MAN_US
from firmware_sim.sciencemode4.replies import ChannelError, Version
from firmware_sim.sciencemode4.states import STATE_WORDS, Lamp, State
from firmware_sim.sciencemode4.stimulator import Stimulator
from firmware_sim.sciencemode4.switches import Switches, turned
from firmware_sim.stage import Stage

__all__ = ["DIALECT", "MODEL", "P24", "VERSION", "Lamp", "Latencies", "State", "Version"]

VERSION = Version((0, 1, 0), (4, 0, 0), b"SIM\0", 0, hash_valid=False)  # invented: no format is documented
DEVICE_ID = "P24-SIM001"


class P24(Stimulator):
    """A P24 in memory. All times are integer microseconds and never go back (ValueError)."""

    def __init__(
        self,
        switches: Switches | None = None,
        stage: Stage | None = None,
        serial: str = DEVICE_ID,
        keep_trace: bool = True,
        latencies: Latencies | None = None,
    ) -> None:
        self._switches = switches or Switches()
        self._judge = P24Output(self._switches)
        super().__init__(DIALECT, self._switches, self._judge, stage, serial, keep_trace, latencies)

    @property
    def switches(self) -> Switches:
        """The undocumented behaviours; they may be changed at any time."""
        return self._switches

    @switches.setter
    def switches(self, value: Switches) -> None:
        self._switches = self._judge.switches = value
        self.behave(value)

    def turn(self, given: Mapping[str, object]) -> None:
        """Turn switches by name, each to a value or its text. ValueError in one sentence."""
        self.switches = turned(self._switches, given)

    @property
    def lamp(self) -> Lamp:
        """What the lamp shows now. A low-level error is shown until the next pulse that is none, or Ll_stop."""
        return self._lamp()

    def _read(self, command: int, data: bytes) -> requests.Request:
        extra, reserved = self._switches.extra_bytes == "refuse_2", self._switches.reserved_bits == "refuse_2"
        return requests.decode(command, data, extra, reserved)


def _made(switches: Mapping[str, object], stage: Stage, device_id: str, keep_trace: bool) -> Device:
    return P24(turned(Switches(), switches), stage, device_id, keep_trace)


MODEL = Model(
    key="p24",
    name="P24",
    generation=4,
    channels=8,
    dead_man_us=DEAD_MAN_US,
    line=LineSettings(3_000_000),  # [source: P24 Instructions for Use: 8N2, RTS/CTS]
    line_matters=False,  # USB CDC; science_mode_4 opens it at 9600 8N1
    device_id=DEVICE_ID,
    switches=Switches,
    states=STATE_WORDS,
    errors={int(error): error.words for error in ChannelError},
    make=_made,
    no_faults=(
        NoFault("emergency_switch", "a P24 has no emergency stop input"),
        NoFault("module_error", "a P24 has no word for it"),
    ),
)
DIALECT = Dialect(
    model=MODEL,
    version=VERSION,
    battery=(100, 5_000),  # it has none: what comes from USB [design]
    refusal=replies.refusal,
    pulse_ack=replies.ll_channel_config,
)
