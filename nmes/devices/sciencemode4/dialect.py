"""What one family says differently from another that has the same frames, points and levels, as a value.

The driver takes a dialect and otherwise treats all families alike; where two families differ in more than these fields,
they are not of one framing and each has a driver of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from nmes.core.capabilities import Capabilities
from nmes.devices.sciencemode4.requests import GetExtendedVersion, GetVersionMain, MlGetCurrentData, MlInit

VersionQuestion = GetExtendedVersion | GetVersionMain


@dataclass(frozen=True, slots=True)
class Dialect:
    """One family of ScienceMode3 or 4."""

    capabilities: Capabilities
    generation: int
    """Of ScienceMode: the first number of the version it tells."""
    oldest: int
    """The second number, at least: what is older is described nowhere, and refused."""
    init: MlInit
    """High voltage on."""
    poll: MlGetCurrentData
    """The question for the state of all channels; an answer with another selector is none."""
    version: VersionQuestion
    """How this family is asked for its versions."""
    has_battery: bool
    foreign_version: VersionQuestion
    """How the other family is asked for its versions: put to a device that does not know `version`."""
    foreign_model: str
    foreign_generation: int
