"""Law: a pulse has been moved by a clock that drifts when it would have come at another time without that one fault.

Whatever the device times by itself runs on from where it was when the fault began, at the pace that is left without it.
What the host times (a train's first pulse, a single pulse) is not moved.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from firmware_sim.clock import DeviceClock

ROUNDING_US = 1
"""Both clocks are whole microseconds."""


@dataclass(slots=True)
class Unmoved:
    """The device's clock as it would be, and the same for each train that has begun since."""

    clock: DeviceClock
    trains: dict[int, DeviceClock] = field(default_factory=dict)

    def moved(self, channel: int, nth: int, given_us: int, t_us: int) -> bool:
        """Whether the `nth` pulse of a train, given by the device's clock at `given_us`, should not come at `t_us`."""
        if nth == 1:
            self.trains[channel] = DeviceClock(t_us, given_us, self.clock.ppm)
        return abs(self.trains.get(channel, self.clock).true_us(given_us) - t_us) > ROUNDING_US
