"""What is tried on whom, and how this patient is asked while the level is found.

Separate from the try itself, because the members of a population are made and asked in the same way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from nmes.core.plan import Plan, Slot
from nmes.core.protocol import Protocol
from nmes.core.waveform import Waveform
from nmes.runtime.families import DEFAULT, Family
from nmes.runtime.library import Loaded
from nmes.trial.bench.patients import Patient, Profile, Site
from nmes.trial.bench.train import Load, Shape, through
from nmes.trial.level import FORCE_TARGETS, Felt, Guide, Route, Search
from nmes.trial.replay import maximum_mn
from nmes.trial.site import Assumed, Length, assumed_length, sites_of

Answer = Callable[[Slot, int, int], Felt]
"""What a patient says: slot, current at the skin in µA (first phase's charge by its duration), phase in µs."""
GAUGE_US: Final = 1_000_000
"""How long the scripted therapist looks at the force before a level is judged by it [design]."""
CRAMPS: Final = "cramp_prone_calf"
USUAL: Final = "healthy_adult"


def usual_patient(protocol: Protocol) -> str:
    """The profile a protocol is tried on if nobody is named."""
    cramps = protocol.region == "calf" or "cramp" in f"{protocol.id} {protocol.indication}".lower()
    return CRAMPS if cramps else USUAL


@dataclass(frozen=True, slots=True)
class Setup:
    """What is tried on whom: everything needed to run it again, also in another process."""

    loaded: Loaded
    plan: Plan
    profile: Profile
    seed: int = 0
    pools: int = 8
    length: Length | None = None
    level_ua: int | None = None
    """A given level for every slot, already on the grid."""
    rounded_from_ua: int | None = None
    population_seed: int | None = None
    """Of a person of a population: the population's seed. `seed` is then that person's own."""
    family: Family = DEFAULT
    """The stimulator the plan was made for, and on which it is played."""

    @property
    def assumed(self) -> Assumed:
        return assumed_length(self.loaded.protocol, self.length)

    @property
    def sites(self) -> dict[int, Site]:
        return sites_of(self.loaded.protocol, self.assumed.length)

    @property
    def loads(self) -> dict[int, Load]:
        return {channel: self.profile.load(site.pad_mm2) for channel, site in self.sites.items()}

    def patient(self) -> Patient:
        return Patient(self.profile, self.sites, self.seed, self.pools)

    def guides(self) -> dict[Slot, Guide]:
        """How each level is found, or that it is given."""
        step_ua = self.plan.capabilities.amplitude_step_ua
        if self.level_ua is not None:
            return {slot: Route(self.level_ua, self.level_ua, step_ua=step_ua) for slot in self.plan.slots}
        intensity = self.loaded.protocol.intensity
        return {slot: Search(intensity, self.plan.ceiling_ua(slot), step_ua) for slot in self.plan.slots}


def flowing(setup: Setup, slot: Slot, level_ua: int) -> Shape:
    """One pulse of a steady train at this level through this patient's pads, without a device."""
    waveform = setup.plan.waveforms[slot.waveform]
    points = waveform.points(level_ua, setup.plan.capabilities.amplitude_step_ua)
    return through(points, setup.loads[slot.channel], waveform.period_us)


def asking(setup: Setup) -> Answer:
    """What the patient says of a steady train of such pulses; nothing is kept of the question."""
    patient = setup.patient()
    gauged = setup.loaded.protocol.intensity.target in FORCE_TARGETS
    most_mn = {channel: maximum_mn(setup.profile, site) for channel, site in setup.sites.items()} if gauged else {}

    def ask(slot: Slot, current_ua: int, phase_us: int) -> Felt:
        waveform = setup.plan.waveforms[slot.waveform]
        feeling = patient.feels(slot.channel, current_ua, phase_us, waveform.period_us)
        force_mn = gauge(setup, slot.channel, current_ua, phase_us, waveform) if gauged else 0
        share = 100 * force_mn / most_mn[slot.channel] if force_mn else 0.0
        return Felt(feeling.sensory, feeling.motor, feeling.pain_score, share, str(feeling))

    return ask


def gauge(setup: Setup, channel: int, current_ua: int, phase_us: int, waveform: Waveform) -> float:
    """The force of a second of such pulses, or bursts of them, in a rested muscle, mN."""
    tested = setup.patient()
    burst_us = waveform.burst_pulses * waveform.period_us or GAUGE_US
    for begin_us in range(0, GAUGE_US, waveform.burst_period_ms * 1000 or GAUGE_US):
        for t_us in range(begin_us, min(begin_us + burst_us, GAUGE_US), waveform.period_us):
            tested.deliver(t_us, channel, current_ua, phase_us)
    tested.advance(GAUGE_US)
    return 1000 * max((peak for peak, _ in tested.take_peaks().values()), default=0.0)
