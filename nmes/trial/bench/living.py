"""A device whose pulses reach a virtual patient as they come: for tests in which somebody has to react to the muscle.

Separate from `train`, where the patient is given a finished train: a cramp that ends a test cannot be added afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from firmware_sim.patient import CrampBegan, Patient
from firmware_sim.stage import Load, Pulse, Stage
from nmes.runtime.families import DEFAULT, Family
from nmes.trial.bench.devices import Device, new_device
from nmes.trial.bench.train import Recorder


@dataclass(slots=True)
class LivingPatient:
    """A stage's sink: keeps the train and gives the patient every pulse of it."""

    patient: Patient
    recorder: Recorder
    _seen: int = 0

    def __call__(self, item: object) -> None:
        self.recorder(item)
        if isinstance(item, Pulse) and item.delivery.points:
            first = item.first_phase
            self.patient.deliver(item.t_us, item.channel, first.current_ua, first.duration_us)

    def new_cramp(self) -> CrampBegan | None:
        """The first cramp that has begun since this was asked last."""
        fresh, self._seen = self.patient.events[self._seen :], len(self.patient.events)
        return next((event for event in fresh if isinstance(event, CrampBegan)), None)


def device_with_patient(
    loads: Mapping[int, Load], patient: Patient, *, keep_trace: bool = False, family: Family = DEFAULT
) -> tuple[Device, LivingPatient]:
    """A device with these pads on this patient."""
    living = LivingPatient(patient, Recorder())
    stage = Stage(loads, keep_trace=keep_trace, sink=living)
    return new_device(family, stage, keep_trace=keep_trace), living
