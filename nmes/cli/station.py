"""Where and how the app works, as a value. Apart from what opens it: the screens and the line mode both take it."""

from __future__ import annotations

from dataclasses import dataclass, field

from nmes.runtime.settings import Settings


@dataclass(frozen=True, slots=True)
class Station:
    """The device, how fast a bench goes (None = as fast as it can), what the clinic has set, and the patient's own
    stop.
    """

    device: str = "sim"
    pace: float | None = 1.0
    settings: Settings = field(default_factory=Settings)
    patient_stop: str = ""

    @property
    def url(self) -> str | None:
        """Of the device; None = the simulator."""
        return None if self.device == "sim" else self.device
