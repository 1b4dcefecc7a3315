"""Whether a campaign did all that it is for: every kind of fault took effect, every setting of the device was run.

A short run may miss a kind by chance, so each is asked for only from a size on at which missing any of them by chance
is less likely than one in a million. How often a kind takes effect was measured in 7,295 scenarios [computed]; here
stands less than that, by more than three standard deviations of what was counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log

from firmware_sim.devices import model
from firmware_sim.switching import names, values_of
from laws.campaign.faults import kinds_of
from laws.campaign.figures import Figures
from nmes.runtime.families import DEFAULT

BESIDE = (
    "answers exchanged", "disk failing", "disk full", "disk slow", "end of record lost", "escaped a turn", "killed",
    "protocol edited", "screen stalled", "stalled", "wall clock set",
)  # fmt: skip
"""What goes wrong beside the simulated device."""
ONE_IN = 45
"""At least one of so many scenarios has an effect of a kind, or runs a setting."""
ONE_IN_OF = {
    "charge_imbalance": 48, "dac_offset": 48, "stuck_output": 90, "disk full": 60, "disk failing": 90, "disk slow": 410,
    "escaped a turn": 62, "protocol edited": 510,
}  # fmt: skip
BY_CHANCE = 1e-6


def settings_of(device: str) -> tuple[str, ...]:
    """The settings of a family's switches other than the usual ones."""
    table = model(device).switches
    return tuple(f"{name}={value}" for name in names(table) for value in values_of(table, name)[1:])


SETTINGS = settings_of(DEFAULT.key)


def asked_from(what: str, device: str = DEFAULT.key) -> int:
    """From how many scenarios of a family on a kind or a setting may not be missing."""
    each = BY_CHANCE / (len(kinds_of(model(device))) + len(BESIDE) + len(settings_of(device)))
    return ceil(log(each) / log(1 - 1 / ONE_IN_OF.get(what, ONE_IN)))


@dataclass(frozen=True, slots=True)
class Coverage:
    """`text` says how many of how many; `missing` is what a run of this size should have had and has not."""

    figures: Figures
    device: str = DEFAULT.key

    @property
    def missing(self) -> list[str]:
        return [what for what in self._never() if self.figures.scenarios >= asked_from(what, self.device)]

    def text(self) -> str:
        took, run = self.figures.took, self.figures.switches
        lines = [
            f"kinds of fault of the device and its line that took effect: {_of(took, self._kinds)}",
            f"kinds of fault beside it that took effect: {_of(took, BESIDE)}",
            f"settings of the device that were run: {_of(run, settings_of(self.device))}",
        ]
        never = [f"{what} (asked for from {asked_from(what, self.device)} scenarios on)" for what in self._never()]
        if never:
            lines.append(f"nothing is shown of: {', '.join(never)}")
        return "\n".join(lines)

    @property
    def _kinds(self) -> tuple[str, ...]:
        return kinds_of(model(self.device))

    def _never(self) -> list[str]:
        without = [kind for kind in (*self._kinds, *BESIDE) if not self.figures.took[kind]]
        return without + [setting for setting in settings_of(self.device) if not self.figures.switches[setting]]


def _of(counted: dict[str, int], wanted: tuple[str, ...]) -> str:
    return f"{sum(bool(counted[what]) for what in wanted)} of {len(wanted)}"
