"""Law: person k of a population depends on the profile, the seed and k alone; each number has its own generator.

So a person can be made again without the others, and a number that is added to profiles later changes no other one.
"""

from __future__ import annotations

from math import exp, log, sqrt
from random import Random
from typing import TypeVar

from firmware_sim.patient.number import Number, Part, Within
from firmware_sim.patient.profile import Profile

Model = TypeVar("Model", bound=Part)

LEAST_SHARE = 0.15
"""A normal spread is cut at this share of its mean: a threshold frequency of 0 is no person. [design]"""


def person(profile: Profile, index: int, seed: int) -> Profile:
    """One of the people around `profile`, from 0, named `profile#0` and so on."""
    mark = f"{profile.name}/{seed}/{index}"
    return _drawn_part(profile, mark).model_copy(update={"name": f"{profile.name}#{index}"})


def _drawn_part(part: Model, mark: str) -> Model:
    """The same part of a profile with its numbers drawn, each within its own bounds."""
    drawn = {name: _drawn(getattr(part, name), f"{mark}/{name}") for name in type(part).model_fields}
    for name, field in type(part).model_fields.items():
        for bounds in field.metadata:
            if isinstance(bounds, Within) and isinstance(number := drawn[name], Number):
                drawn[name] = bounds.clipped(number)
    return part.model_copy(update=drawn)


def _drawn(part: object, mark: str) -> object:
    if isinstance(part, Number):
        return _number(part, Random(mark))  # noqa: S311 - people, not secrets
    if isinstance(part, dict):
        return {key: _drawn(value, f"{mark}/{key}") for key, value in part.items()}
    return _drawn_part(part, mark) if isinstance(part, Part) else part


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
