"""The families that can be simulated, by their key: what a command line, a scenario and a panel may name."""

from __future__ import annotations

from firmware_sim.model import Device, Model
from firmware_sim.sciencemode1.rehastim1 import MODEL as REHASTIM1
from firmware_sim.sciencemode2.rehastim2 import MODEL as REHASTIM2
from firmware_sim.sciencemode3.rehamove3 import MODEL as REHAMOVE3
from firmware_sim.sciencemode4.p24 import MODEL as P24
from firmware_sim.stage import Stage

MODELS: dict[str, Model] = {one.key: one for one in (P24, REHAMOVE3, REHASTIM2, REHASTIM1)}
DEFAULT = P24.key


def model(key: str) -> Model:
    """The family of that key. ValueError in one sentence."""
    if key not in MODELS:
        raise ValueError(f"unknown device {key!r}; known: {', '.join(MODELS)}")
    return MODELS[key]


def new_device(
    key: str = DEFAULT, stage: Stage | None = None, *, keep_trace: bool = True, **switches: object
) -> Device:
    """A device of that family with switches by name. ValueError for an unknown key or switch."""
    family = model(key)
    return family.make(switches, stage or Stage(keep_trace=keep_trace), family.device_id, keep_trace)
