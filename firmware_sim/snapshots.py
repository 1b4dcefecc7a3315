"""Law: a snapshot is everything that decides what happens next, and nothing of what has already been told.

The device and its stage are put back in place, so that whoever holds them holds the restored ones. The trace, who
watches it, and its hash are no part of it: they go on.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from firmware_sim.simulator import Simulator

MOST = 16
"""Snapshots that are kept, so that a client cannot fill the memory. [design]"""
LONGEST_NAME = 64


class Snapshots:
    """By name."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[str, Any]] = {}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._kept)

    def take(self, name: str, simulator: Simulator) -> None:
        """Keep one; a name used again is overwritten. ValueError when there are too many."""
        if not 1 <= len(name) <= LONGEST_NAME:
            raise ValueError(f"the name of a snapshot has 1 to {LONGEST_NAME} characters")
        if name not in self._kept and len(self._kept) >= MOST:
            raise ValueError(
                f"there are {MOST} snapshots already; use one of their names again: {', '.join(self._kept)}"
            )
        self._kept[name] = _copied(_of(simulator), simulator)

    def put_back(self, name: str, simulator: Simulator) -> None:
        """Make the simulator what it was; it can be done again. ValueError for an unknown name."""
        if name not in self._kept:
            raise ValueError(f"no snapshot is called {name!r}; there are: {', '.join(self._kept) or 'none'}")
        kept = _copied(self._kept[name], simulator)
        simulator.device.put_back(kept["device"])
        simulator.stage.put_back(kept["stage"])
        simulator.patient = kept["patient"]
        simulator.engine = kept["engine"]


def _of(simulator: Simulator) -> dict[str, Any]:
    return {
        "device": simulator.device.kept(),
        "stage": simulator.stage.kept(),
        "patient": simulator.patient,
        "engine": simulator.engine,
    }


def _copied(parts: dict[str, Any], simulator: Simulator) -> dict[str, Any]:
    """A copy in which the simulator, its device and its stage are still themselves."""
    stays = (simulator, simulator.device, simulator.stage)
    return copy.deepcopy(parts, {id(one): one for one in stays})
