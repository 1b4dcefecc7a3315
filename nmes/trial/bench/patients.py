"""The virtual patient as the rest of `nmes.trial` may see it: named here, so that nobody else imports the simulator."""

from firmware_sim.patient import (
    CrampBegan,
    CrampEnded,
    Feeling,
    MuscleReading,
    Patient,
    Profile,
    Reading,
    Site,
    TooMuch,
    load_profile,
    person,
    profile_names,
)
from firmware_sim.patient.comfort import TOLERANCE
from firmware_sim.patient.patient import FELT_US
from firmware_sim.yaml_file import FileProblem

__all__ = [
    "FELT_US",
    "TOLERANCE",
    "CrampBegan",
    "CrampEnded",
    "Feeling",
    "FileProblem",
    "MuscleReading",
    "Patient",
    "Profile",
    "Reading",
    "Site",
    "TooMuch",
    "load_profile",
    "person",
    "profile_names",
]
