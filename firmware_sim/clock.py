"""Law: the device's own clock may run fast or slow against the time around it; both are whole microseconds.

Separate because nothing else may know of it: the device lives by its own clock alone, the line, the skin and the
faults by the time around it.
"""

from dataclasses import dataclass

WHOLE = 1_000_000


@dataclass(slots=True)
class DeviceClock:
    """From `since_us` on (where the device's clock showed `showed_us`) it runs `ppm` faster than true time."""

    since_us: int = 0
    showed_us: int = 0
    ppm: int = 0

    def device_us(self, t_us: int) -> int:
        """What the device's clock shows at the true time `t_us`."""
        return self.showed_us + (t_us - self.since_us) * (WHOLE + self.ppm) // WHOLE

    def true_us(self, device_us: int) -> int:
        """The earliest true time at which the device's clock shows at least `device_us`."""
        return self.since_us - (-(device_us - self.showed_us) * WHOLE // (WHOLE + self.ppm))

    def drift(self, t_us: int, ppm: int) -> None:
        """Run at another pace from the true time `t_us` on."""
        self.showed_us, self.since_us, self.ppm = self.device_us(t_us), t_us, ppm

    @property
    def is_true(self) -> bool:
        """Whether both times are the same for good."""
        return not self.ppm and self.since_us == self.showed_us
