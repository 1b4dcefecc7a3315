"""The output stage and the electrodes: what really reaches the skin, pulse by pulse. Tests judge by it."""

from firmware_sim.stage.electrode import LOADS, Load, OpenLead, Short, Skin, half_lifted
from firmware_sim.stage.output import Stage
from firmware_sim.stage.output_faults import OutputFaults
from firmware_sim.stage.pulse import Contact, Delivery, Point, Pulse
from firmware_sim.stage.sampling import samples

__all__ = [
    "LOADS",
    "Contact",
    "Delivery",
    "Load",
    "OpenLead",
    "OutputFaults",
    "Point",
    "Pulse",
    "Short",
    "Skin",
    "Stage",
    "half_lifted",
    "samples",
]
