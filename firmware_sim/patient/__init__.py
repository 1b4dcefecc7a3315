"""What a person on the electrodes would feel. So far: thresholds; force, fatigue and cramp are not modelled."""

from firmware_sim.patient.thresholds import Feeling, Person

__all__ = ["Feeling", "Person"]
