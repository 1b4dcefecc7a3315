"""Law: person k of a population depends on the profile, the seed and k alone; each number has its own generator.

So a person can be made again without the others, and a number that is added to profiles later changes no other one.
"""

from __future__ import annotations

from math import exp, log, sqrt
from random import Random

from pydantic import BaseModel

from firmware_sim.patient.profile import Number, Profile

LEAST_SHARE = 0.15
"""A normal spread is cut at this share of its mean: a threshold frequency of 0 is no person. [design]"""


def population(profile: Profile, count: int, seed: int) -> list[Profile]:
    """`count` people around `profile`, named `profile#0` and so on."""
    return [person(profile, index, seed) for index in range(count)]


def person(profile: Profile, index: int, seed: int) -> Profile:
    """One of the population's people."""
    mark = f"{profile.name}/{seed}/{index}"
    drawn = {
        name: _drawn(getattr(profile, name), f"{mark}/{name}")
        for name in type(profile).model_fields
        if name not in {"name", "like"}
    }
    return profile.model_copy(update=drawn | {"name": f"{profile.name}#{index}"})


def _drawn(part: object, mark: str) -> object:
    """The same part of a profile with its numbers drawn."""
    if isinstance(part, Number):
        return _number(part, Random(mark))  # noqa: S311 - people, not secrets
    if isinstance(part, dict):
        return {key: _drawn(value, f"{mark}/{key}") for key, value in part.items()}
    if isinstance(part, BaseModel):
        names = type(part).model_fields
        return part.model_copy(update={name: _drawn(getattr(part, name), f"{mark}/{name}") for name in names})
    return part


def _number(number: Number, rng: Random) -> Number:
    value, gauss = number.value, rng.gauss(0, 1)
    if number.log_sd is not None:
        drawn = value * exp(number.log_sd * gauss)
    elif number.sd is not None:
        drawn = max(LEAST_SHARE * value, value + number.sd * gauss)
    elif number.sd_log_normal is not None:
        sigma = sqrt(log(1 + (number.sd_log_normal / value) ** 2))
        drawn = value * exp(sigma * gauss - sigma * sigma / 2)
    else:
        return number
    return Number(value=drawn, tag="computed", note=f"drawn around {value:g} ({number.tag})")
