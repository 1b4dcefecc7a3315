"""Law: one level at a time. Which level that is, whether the high voltage is on, and what the lamp shows of it.

Separate from `p24`, because both levels enter states and neither knows the other.
"""

from dataclasses import dataclass
from enum import Enum

from firmware_sim.sciencemode4.replies import VOLTAGE_150, VOLTAGE_OFF
from firmware_sim.stage import Stage
from firmware_sim.stage.electrode import COMPLIANCE_MV
from firmware_sim.stage.trace import StateChanged

SELECTED_MV = {2: 30_000, 3: 60_000, 4: 90_000, 5: 120_000, VOLTAGE_150: COMPLIANCE_MV}
"""Output voltage of a high-voltage code. [source: C library and RehaMove3; the P24's own manual lists 0 and 1 only]"""


class State(Enum):
    """The value is what Get_stim_status reports. [source: P24 Instructions for Use Table 7]"""

    NONE = 0
    LL = 1
    ML_INIT = 2
    ML_RUN = 3


STATE_WORDS = {
    "NONE": "idle",
    "LL": "low level",
    "ML_INIT": "mid level, not running",
    "ML_RUN": "mid level, running",
}
"""For a person."""
STATE_OF = {"ml_init": State.ML_INIT, "ml_run": State.ML_RUN}


class Lamp(Enum):
    """What the device's lamp shows. [source: Instructions for Use p. 13]"""

    VIOLET = "starting up"
    GREEN = "ready, no stimulation"
    YELLOW = "stimulating"
    RED = "an error"
    YELLOW_RED = "an error, but stimulation goes on"


def lamp(*, starting: bool, stimulating: bool, error: bool) -> Lamp:
    """The lamp of a device in that condition."""
    if starting:
        return Lamp.VIOLET
    if error:
        return Lamp.YELLOW_RED if stimulating else Lamp.RED
    return Lamp.YELLOW if stimulating else Lamp.GREEN


@dataclass(slots=True)
class Level:
    """The level that is initialised, and the high voltage. Each change is told to the stage."""

    stage: Stage
    state: State = State.NONE
    voltage_code: int = VOLTAGE_OFF

    @property
    def high_voltage(self) -> bool:
        """Whether the high voltage is on."""
        return self.voltage_code != VOLTAGE_OFF

    def enter(self, state: State, t_us: int, voltage_code: int) -> None:
        """Be in `state` from `t_us` on, with the high voltage of `voltage_code` (1 off, 2 to 6 = 30 to 150 V)."""
        before = (self.state, self.high_voltage)
        self.state, self.voltage_code = state, voltage_code
        if self.high_voltage:
            self.stage.selected_mv = SELECTED_MV[voltage_code]
        if (self.state, self.high_voltage) != before:
            self.stage.note(StateChanged(t_us, state.name, self.high_voltage))

    def in_mid_level(self) -> bool:
        """Whether the mid level is initialised, running or not."""
        return self.state in (State.ML_INIT, State.ML_RUN)
