"""The second promise behind an encoder that is wrong in any way we can think of: the guard alone keeps it.

Each wrong encoder drives a simulated device through the guard; every pulse at the skin is judged against what a person
confirmed. That its frames reached a guard that could have let them pass is counted, or the walk fails; that they would
have done harm is shown without the guard.
"""

from __future__ import annotations

import os
import secrets

import pytest

from laws.encoders.mistakes import MISTAKES
from laws.encoders.parts import Figures
from laws.encoders.walk import Walk, walk

HARMFUL = [name for name, mistake in MISTAKES.items() if mistake.harm]
STEPS = 40
ENOUGH = 30
"""So many walks, and a harmful mistake has been refused."""
SEED = int(os.environ.get("NMES_SEED") or secrets.randbelow(10**9))
"""Of the long run; it is printed with what failed."""


def some(name: str, seeds: range) -> Figures:
    total = Figures()
    for seed in seeds:
        total.add(walk(name, seed, STEPS))
    return total


@pytest.mark.thorough
@pytest.mark.parametrize("name", MISTAKES)
def test_the_skin_stays_within_what_was_confirmed(name: str) -> None:
    assert some(name, range(1)).reached


@pytest.mark.thorough
@pytest.mark.parametrize("name", HARMFUL)
def test_without_the_guard_it_would_not(name: str) -> None:
    """So that a walk in which no law breaks says something of the guard."""
    harm, broken = MISTAKES[name].harm, set[str]()
    for seed in range(30):
        one = Walk(name, seed, guarded=False, wild=False)
        one.run(STEPS)
        broken |= one.skin.broken
        if harm in broken:
            return
    pytest.fail(f"only {sorted(broken)} broke in 30 walks, not {harm}")


@pytest.mark.thorough
@pytest.mark.parametrize("guarded", [True, False])
def test_a_right_encoder_is_neither_refused_nor_blamed(guarded: bool) -> None:
    total = Figures()
    for seed in range(8):
        one = Walk("right", seed, guarded=guarded, wild=False)
        total.add(one.run(STEPS))
        assert not one.skin.broken, seed
    assert not total.refused
    assert total.peak_permille == 1000, "nobody came up to the level that was confirmed"


@pytest.mark.campaign
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", MISTAKES)
def test_the_skin_stays_within_what_was_confirmed_on_three_thousand_walks(name: str) -> None:
    """NMES_WALKS: a tenth of it instead; NMES_SEED: the first walk's seed."""
    walks = max(1, int(os.environ["NMES_WALKS"]) // 10) if "NMES_WALKS" in os.environ else 3000
    total = some(name, range(SEED, SEED + walks))
    print(f"{name}: {walks} walks from seed {SEED}, {total}")
    assert total.reached >= walks
    assert total.refused or walks < ENOUGH or not MISTAKES[name].harm
