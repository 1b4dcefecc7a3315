"""Law: a client sets what lies around the device (pads, posture) or how it was built (switches), never its output."""

from __future__ import annotations

from typing import Any

from firmware_sim import switching
from firmware_sim.backdoor.words import Fields
from firmware_sim.simulator import LONGEST_WEAR_H, Simulator
from firmware_sim.stage import LOADS


def change(simulator: Simulator, fields: Fields) -> dict[str, Any]:
    """Carry out a `set`; Refused or ValueError in one sentence."""
    device = simulator.device
    match fields.word("what", ("load", "contact", "wear", "length", "switch")):
        case "load":
            channel = fields.whole("channel", 1, device.model.channels)
            simulator.set_load(channel, fields.word("to", tuple(LOADS)))
        case "contact":
            channel = fields.whole("channel", 1, device.model.channels)
            simulator.set_contact(channel, fields.whole("to", 1, 1000))
        case "wear":
            channel = fields.whole("channel", 1, device.model.channels)
            simulator.wear(channel, fields.whole("worn_h", 0, LONGEST_WEAR_H))
        case "length":
            simulator.move(fields.text("muscle"), fields.text("to"))
        case _:
            name = fields.word("name", switching.names(device.model.switches))
            device.turn({name: fields.any("to")})
    return {}
