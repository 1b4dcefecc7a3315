"""The output stage and the electrodes: what really reaches the skin, pulse by pulse. Tests judge by it."""

from firmware_sim.stage.electrode import LOADS, Load, OpenLead, Short, Skin, half_lifted
from firmware_sim.stage.output import Stage
from firmware_sim.stage.output_faults import OutputFaults
from firmware_sim.stage.pulse import Contact, Delivery, Phase, Point, Pulse, first_phase_of
from firmware_sim.stage.sampling import samples

__all__ = [
    "LOADS",
    "Contact",
    "Delivery",
    "Load",
    "OpenLead",
    "OutputFaults",
    "Phase",
    "Point",
    "Pulse",
    "Short",
    "Skin",
    "Stage",
    "first_phase_of",
    "half_lifted",
    "samples",
]
