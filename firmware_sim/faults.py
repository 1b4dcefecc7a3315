"""Law: faults are put in from outside, here and nowhere else, and never over the device's own line.

`device.faults.mute = True` from then on; `effects` counts how often each fault really took effect, so that a test
can show that it did.
"""

from collections import Counter
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
    garbage_before: bytes = b""
    """Noise on the line ahead of every reply."""
    garbage_inside: bytes = b""
    """Noise in the middle of every reply."""
    effects: Counter[str] = field(default_factory=Counter)

    def spoil(self, reply: bytes) -> bytes:
        """The reply as it reaches the line."""
        if self.mute:
            self.effects["mute"] += 1
            return b""
        if self.garbage_inside:
            self.effects["garbage_inside"] += 1
            middle = len(reply) // 2
            reply = reply[:middle] + self.garbage_inside + reply[middle:]
        if self.garbage_before:
            self.effects["garbage_before"] += 1
        return self.garbage_before + reply

    def hears(self) -> bool:
        """Whether bytes from the host reach the device now."""
        if self.deaf:
            self.effects["deaf"] += 1
        if self.stuck_in_reset:
            self.effects["stuck_in_reset"] += 1
        return not (self.deaf or self.stuck_in_reset)
