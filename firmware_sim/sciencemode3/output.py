"""Law: before every pulse a small one tests the electrode; out of range, the pulse is not executed. [source: p. 3]

Under 15 mA the test finds nothing [inferred from the C library's remark on result 10], and what is called out of range
is a choice: an open lead or more than 20 kOhm [design].
"""

from __future__ import annotations

from dataclasses import dataclass

from firmware_sim.sciencemode3.switches import Switches
from firmware_sim.sciencemode4.limits import ELECTRODE_FLOOR_UA
from firmware_sim.sciencemode4.replies import ChannelError
from firmware_sim.stage import Delivery, Stage
from firmware_sim.stage.detection import OPEN_OHM, SHORT_OHM, impedance_ohm
from firmware_sim.stage.pulse import Points


@dataclass(slots=True)
class TestedOutput:
    """Pulses with a test before each."""

    switches: Switches
    late_stops = False

    @property
    def goes_on(self) -> bool:
        """Whether a channel with a fault is tried again at its next pulse."""
        return self.switches.faulty_channel == "skips"

    @property
    def forgets(self) -> bool:
        """Whether a good pulse takes the error of its channel back."""
        return self.switches.electrode_bit == "last_pulse"

    def give(self, stage: Stage, t_us: int, channel: int, points: Points) -> tuple[Delivery, ChannelError]:
        """Test, then give the pulse or leave it out."""
        if self._refused(stage, t_us, channel, points):
            return stage.withhold(t_us, channel, points), ChannelError.ELECTRODE
        return stage.deliver(t_us, channel, points), ChannelError.NONE

    def _refused(self, stage: Stage, t_us: int, channel: int, points: Points) -> bool:
        loudest_ua = max(abs(point.current_ua) for point in points)
        floor_ua = 1 if self.switches.open_lead_below_floor == "electrode" else ELECTRODE_FLOOR_UA
        if loudest_ua < floor_ua:
            return False
        ohm = impedance_ohm(stage.probe(t_us, channel))
        return ohm > OPEN_OHM or (self.switches.short_seen and ohm < SHORT_OHM)
