"""Law: a client sets what lies around the device (pads, posture) or how it was built (switches), never its output."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from firmware_sim.backdoor.words import Fields, Refused
from firmware_sim.sciencemode4 import switches
from firmware_sim.simulator import Simulator
from firmware_sim.stage import LOADS

LENGTHS = ("stretched", "shortened", "neutral")


def change(simulator: Simulator, fields: Fields) -> dict[str, Any]:
    """Carry out a `set`; Refused or ValueError in one sentence."""
    match fields.word("what", ("load", "contact", "length", "switch")):
        case "load":
            channel = fields.whole("channel", 1, 8)
            simulator.set_load(channel, fields.word("to", tuple(LOADS)))
        case "contact":
            channel = fields.whole("channel", 1, 8)
            simulator.set_contact(channel, fields.whole("to", 1, 1000))
        case "length":
            stretch(simulator, fields.text("muscle"), fields.word("to", LENGTHS))
        case _:
            name = fields.word("name", switches.names())
            flip(simulator, name, fields.any("to"))
    return {}


def stretch(simulator: Simulator, muscle: str, to: str) -> None:
    """Bring a muscle of the person to another length, now."""
    patient = simulator.patient
    if patient is None:
        raise Refused("there is no patient; start with --patient PROFILE")
    patient.advance(simulator.engine.t_us)
    patient.act(to, muscle)


def flip(simulator: Simulator, name: str, to: object) -> None:
    """Give a switch another value, from now on."""
    values = {str(value).lower(): value for value in switches.values_of(name)}
    word = str(to).lower()
    if word not in values:
        raise Refused(f"{name} is one of {', '.join(values)}, not {word[:40]!r}")
    device = simulator.device
    device.switches = replace(device.switches, **{name: values[word]})
