"""Scripts that are written by hand, for tests of the campaign itself."""

from __future__ import annotations

from laws.campaign import protocols
from laws.campaign.script import Scenario, Step, Treat

RUNNING = Treat(3)


def scenario(*script: Step, channels: int = 1) -> Scenario:
    """A script at 50 Hz, on a usual device and a usual person."""
    return Scenario(seed=1, protocol=protocols.simple(channels), edited="", script=script)
