"""A virtual patient on the electrodes: recruitment, force, fatigue, comfort, cramp. Proves nothing about a person."""

from firmware_sim.patient.patient import Patient
from firmware_sim.patient.population import person
from firmware_sim.patient.profile import Profile, load_profile, profile_names
from firmware_sim.patient.reading import (
    CrampBegan,
    CrampEnded,
    LengthChanged,
    MuscleReading,
    PatientEvent,
    Reading,
    Site,
    TooMuch,
)
from firmware_sim.patient.thresholds import Feeling

__all__ = [
    "CrampBegan",
    "CrampEnded",
    "Feeling",
    "LengthChanged",
    "MuscleReading",
    "Patient",
    "PatientEvent",
    "Profile",
    "Reading",
    "Site",
    "TooMuch",
    "load_profile",
    "person",
    "profile_names",
]
