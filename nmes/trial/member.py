"""One person of a population: the levels he or she would accept, found without the wire, and the session they make.

Law: who a person is depends on the seed and the person's number alone, and so does what happens to him or her: person
17 of 200 is person 17 of 20, and the same alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from nmes.core.plan import Slot
from nmes.trial.bench.patients import Profile, person
from nmes.trial.bench.train import Train
from nmes.trial.level import Felt, Found, Guide, Route, find
from nmes.trial.setup import Setup, asking, flowing

Key = tuple[tuple[int, int, int, int], ...]
"""Channel, waveform, how far up and which level, of every slot: the same key is the same session."""
SEED_STRIDE = 1_000_003
"""Keeps the seeds of the persons of two populations apart [design]."""


@dataclass(frozen=True, slots=True)
class Member:
    """`limited`: on the way to the levels the device would run out of voltage in this person's pads.

    `voltage_mv`: by channel, the highest output voltage on that way.
    """

    number: int
    setup: Setup
    found: tuple[tuple[Slot, Found], ...]
    limited: bool
    voltage_mv: tuple[tuple[int, int], ...]

    @property
    def key(self) -> Key:
        return tuple((slot.channel, slot.waveform, found.top_ua, found.level_ua) for slot, found in self.found)

    def routes(self) -> dict[Slot, Guide]:
        """The way to the levels, for a session in which nobody is asked."""
        return {slot: Route(found.top_ua, found.level_ua, found.because) for slot, found in self.found}


def one_of(base: Setup, profile: Profile, number: int, seed: int) -> Setup:
    """The base setup with one person of a population (from 0) in it, with chances of his or her own."""
    return replace(base, profile=person(profile, number, seed), seed=seed * SEED_STRIDE + number, population_seed=seed)


def member(number: int, setup: Setup) -> Member:
    """Ask one person for every level, as the scripted therapist would."""
    ask = asking(setup)
    limited = False
    voltage_mv = dict.fromkeys(setup.sites, 0)

    def at(slot: Slot, level_ua: int) -> Felt:
        nonlocal limited
        shape = flowing(setup, slot, level_ua)
        limited = limited or shape.limited
        voltage_mv[slot.channel] = max(voltage_mv[slot.channel], shape.peak_voltage_mv)
        return ask(slot, shape.current_ua, shape.phase_us)

    found = tuple(
        (slot, find(guide, lambda level_ua, slot=slot: at(slot, level_ua)))  # type: ignore[misc]  # bound now
        for slot, guide in setup.guides().items()
    )
    return Member(number, setup, found, limited, tuple(voltage_mv.items()))


def currents_of(train: Train, setup: Setup) -> dict[int, list[int]]:
    """What every shape of a train makes flow in this person's pads: as set, because the voltage suffices."""
    set_ua = [abs(shape.points[0][1]) for shape in train.table]
    return dict.fromkeys(setup.sites, set_ua)
