"""The output stage and the electrodes: what really reaches the skin, pulse by pulse. Tests judge by it."""

from firmware_sim.stage.electrode import LOADS, Load, OpenLead, Skin, half_lifted
from firmware_sim.stage.output import Stage
from firmware_sim.stage.pulse import Contact, Delivery, Point, Pulse

__all__ = [
    "LOADS",
    "Contact",
    "Delivery",
    "Load",
    "OpenLead",
    "Point",
    "Pulse",
    "Skin",
    "Stage",
    "half_lifted",
]
