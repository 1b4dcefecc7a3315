"""Law: the levers inside the device. Tests may pull them by hand; the simulator pulls them at a fault's times.

`device.faults.mute = True` from then on; `effects` counts how often each fault really took effect, so that a test
can show that it did.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Faults:
    """What is broken now. All off by default."""

    mute: bool = False
    """Executes requests but answers nothing."""
    deaf: bool = False
    """Hears nothing: bytes from the host are lost."""
    stuck_in_reset: bool = False
    """The device restarted and did not come up: no pulses, no answers, nothing heard."""
    silent_update: bool = False
    """Acknowledges Ml_update (and renews the dead-man) but leaves the output as it was."""
    silent_stop: bool = False
    """Acknowledges Ml_stop and Ll_stop but leaves everything as it was."""
    no_dead_man: bool = False
    """The 2 s timer does not fire while this is set; when it is cleared an overdue one fires at once."""
    emergency_open: bool = False
    """The emergency switch is pressed or unplugged; only families that have one look at it."""
    module_broken: bool = False
    """A stimulation module has failed; only the family that tells it looks at it."""
    versions: tuple[tuple[int, int, int], tuple[int, int, int]] | None = None
    """Firmware and ScienceMode version told instead of the true ones."""
    garbage_before: bytes = b""
    """Noise on the line ahead of every reply."""
    garbage_inside: bytes = b""
    """Noise in the middle of every reply."""
    effects: Counter[str] = field(default_factory=Counter)
    listener: Callable[[str], None] | None = None
    """Told the name of a fault each time it takes effect."""

    def took(self, name: str) -> None:
        """The fault `name` changed something now."""
        self.effects[name] += 1
        if self.listener is not None:
            self.listener(name)

    def spoil(self, reply: bytes) -> bytes:
        """The reply as it reaches the line."""
        if self.mute:
            self.took("mute")
            return b""
        if self.garbage_inside:
            self.took("garbage_inside")
            middle = len(reply) // 2
            reply = reply[:middle] + self.garbage_inside + reply[middle:]
        if self.garbage_before:
            self.took("garbage_before")
        return self.garbage_before + reply

    def hears(self) -> bool:
        """Whether bytes from the host reach the device now."""
        if self.deaf:
            self.took("deaf")
        if self.stuck_in_reset:
            self.took("stuck_in_reset")
        return not (self.deaf or self.stuck_in_reset)
