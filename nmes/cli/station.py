"""Where and how the app works, as a value. Apart from what opens it: the screens and the line mode both take it."""

from __future__ import annotations

from dataclasses import dataclass, field

from nmes.runtime.families import DEFAULT, Family
from nmes.runtime.settings import Settings


@dataclass(frozen=True, slots=True)
class Station:
    """The port, how fast a bench goes (None = as fast as it can), what the clinic has set, the patient's own stop,
    and which stimulator it is.
    """

    port: str = "sim"
    pace: float | None = 1.0
    settings: Settings = field(default_factory=Settings)
    patient_stop: str = ""
    family: Family = DEFAULT

    @property
    def url(self) -> str | None:
        """Of the port; None = the simulator."""
        return None if self.port == "sim" else self.port
