"""One person of a population: the levels he or she would accept, found without the wire, and the session they make.

Law: who a person is depends on the seed and the person's number alone, and so does what happens to him or her: person
17 of 200 is person 17 of 20, and the same alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from nmes.core.plan import Slot
from nmes.trial.bench.patients import Profile, person
from nmes.trial.bench.train import Train
from nmes.trial.level import Felt, Found, Guide, Route, find
from nmes.trial.setup import Answer, Setup, asking, flowing

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
        step_ua = self.setup.plan.capabilities.amplitude_step_ua
        return {slot: Route(found.top_ua, found.level_ua, found.because, step_ua) for slot, found in self.found}


def one_of(base: Setup, profile: Profile, number: int, seed: int) -> Setup:
    """The base setup with one person of a population (from 0) in it, with chances of his or her own."""
    return replace(base, profile=person(profile, number, seed), seed=seed * SEED_STRIDE + number, population_seed=seed)


def member(number: int, setup: Setup) -> Member:
    """Ask one person for every level, as the scripted therapist would."""
    asked = _Asked(setup, asking(setup), dict.fromkeys(setup.sites, 0))
    found = tuple((slot, find(guide, partial(asked.at, slot))) for slot, guide in setup.guides().items())
    return Member(number, setup, found, asked.limited, tuple(asked.voltage_mv.items()))


@dataclass(slots=True)
class _Asked:
    """A person asked without the wire; keeps what the answers would have taken of the device."""

    setup: Setup
    answer: Answer
    voltage_mv: dict[int, int]
    limited: bool = False

    def at(self, slot: Slot, level_ua: int) -> Felt:
        """What is felt at this level."""
        shape = flowing(self.setup, slot, level_ua)
        self.limited = self.limited or shape.limited
        self.voltage_mv[slot.channel] = max(self.voltage_mv[slot.channel], shape.peak_voltage_mv)
        return self.answer(slot, shape.first.current_ua, shape.first.duration_us)


def currents_of(train: Train, setup: Setup) -> dict[int, list[int]]:
    """What every shape of a train makes flow in this person's pads: as set, because the voltage suffices."""
    set_ua = [shape.set_ua for shape in train.table]
    return dict.fromkeys(setup.sites, set_ua)
