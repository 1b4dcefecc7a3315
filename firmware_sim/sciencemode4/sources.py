"""Law: a current source gives one pulse at a time, whichever level asks for it.

One source serves all channels, or, with the switch, one serves channels 1 to 4 and another 5 to 8 [inferred from the
C library's budget of pulse time]. A pulse occupies its source for its own length and the overhead of a pulse.
"""

from dataclasses import dataclass, field

from firmware_sim.sciencemode4.limits import PULSE_OVERHEAD_US
from firmware_sim.sciencemode4.switches import Switches


@dataclass(slots=True)
class Sources:
    """When each source is free again."""

    switches: Switches
    _free_us: list[int] = field(default_factory=lambda: [0, 0])

    def free_us(self, channel: int) -> int:
        """When the source of `channel` is free for a pulse."""
        return self._free_us[channel > 4 and self.switches.current_sources == 2]

    def occupy(self, channel: int, start_us: int, length_us: int) -> None:
        """A pulse of `length_us` begins at `start_us`."""
        which = channel > 4 and self.switches.current_sources == 2
        self._free_us[which] = start_us + length_us + PULSE_OVERHEAD_US
