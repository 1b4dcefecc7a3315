"""A virtual patient on a bench's device, and the door by which it is looked at: the simulator's own backdoor."""

from __future__ import annotations

from collections.abc import Callable

from firmware_sim.backdoor import Backdoor
from firmware_sim.patient import Patient, Site, load_profile
from firmware_sim.simulator import Simulator
from firmware_sim.stage import Stage
from nmes.runtime.families import DEFAULT, Family
from nmes.runtime.person import Person
from nmes.trial.bench.devices import new_device


def device_with_person(person: Person, family: Family = DEFAULT) -> tuple[Simulator, Callable[[str], str]]:
    """A device with its pads on this person, and what answers a line of the backdoor between two steps of the bench."""
    profile = load_profile(person.profile)
    sites = {one.channel: Site(one.muscle, one.side, one.pad_mm2, 0, one.length) for one in person.sites}
    stage = Stage({channel: profile.load(site.pad_mm2) for channel, site in sites.items()}, keep_trace=False)
    simulator = Simulator(new_device(family, stage, keep_trace=False), Patient(profile, sites))
    return simulator, Backdoor(simulator).handle
