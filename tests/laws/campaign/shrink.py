"""The shortest script that still fails: steps are left out, then made smaller, as long as the same law breaks.

A law is known by the words before the first number in its sentence, so that a shorter script that breaks another law
does not lead astray.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from laws.campaign.script import Find, Plus, Scenario, Step, Treat, Wait

Fails = Callable[[Scenario], str]
"""What is wrong with a scenario, "" if nothing is."""
MOST_TRIES = 300


def law(sentence: str) -> str:
    """The law a failure names."""
    return re.split(r"[0-9]", sentence, maxsplit=1)[0].strip() or re.sub(r"[0-9]+", "", sentence)[:60]


@dataclass(slots=True)
class Shrinker:
    """`shortest` gives the last scenario that failed as the first one did."""

    fails: Fails
    tries: int = 0

    def shortest(self, scenario: Scenario) -> Scenario:
        wanted = law(self.fails(scenario))
        assert wanted, "it does not fail"
        found = True
        while found and self.tries < MOST_TRIES:
            found = False
            for shorter in (*_without(scenario), *_plainer(scenario), *_smaller(scenario)):
                self.tries += 1
                if self.tries > MOST_TRIES:
                    break
                if law(self.fails(shorter)) == wanted:
                    scenario, found = shorter, True
                    break
        return scenario


def _without(scenario: Scenario) -> Iterator[Scenario]:
    """Large parts first, from the end: most of what comes after the failure is noise."""
    script = scenario.script
    size = max(1, len(script) // 2)
    while size:
        for end in range(len(script), 0, -size):
            kept = script[: max(0, end - size)] + script[end:]
            if kept != script:
                yield replace(scenario, script=kept)
        size //= 2


PLAIN = Scenario(seed=0, protocol="", edited="")


def _plainer(scenario: Scenario) -> Iterator[Scenario]:
    """Each setting as it usually is."""
    usual = (
        replace(scenario, switches=PLAIN.switches),
        replace(scenario, person=PLAIN.person),
        replace(scenario, profile=PLAIN.profile),
        replace(scenario, lives=PLAIN.lives),
        replace(scenario, attended=PLAIN.attended),
        replace(scenario, mark_steps=PLAIN.mark_steps),
    )
    yield from (plainer for plainer in usual if plainer != scenario)


def _smaller(scenario: Scenario) -> Iterator[Scenario]:
    for index, step in enumerate(scenario.script):
        less = _half(step)
        if less != step:
            yield replace(scenario, script=(*scenario.script[:index], less, *scenario.script[index + 1 :]))


def _half(step: Step) -> Step:
    match step:
        case Treat(steps=many) | Find(steps=many) if many > 1:
            return replace(step, steps=many // 2)
        case Plus(presses=many) if many > 1:
            return replace(step, presses=many // 2)
        case Wait(time_ms=many) if many > 1:
            return replace(step, time_ms=many // 2)
        case _:
            return step
