"""The campaign itself: a seed is a scenario, faults are known in full, failures are found and made short.

The long runs are `python -m laws.campaign`; here are a few sessions of each family, a slice with fresh seeds and every
script that ever failed. That the laws are really asked is in `test_campaign_judge`.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from firmware_sim.devices import MODELS
from firmware_sim.faults.catalogue import ALL, Channel, checked
from firmware_sim.model import Model
from laws.campaign import faults, protocols
from laws.campaign.coverage import Coverage
from laws.campaign.draw import drawn, turn_of
from laws.campaign.play import Stand
from laws.campaign.running import failing, run, shortened
from laws.campaign.script import (
    Fault,
    Find,
    Key,
    Minus,
    Press,
    Scenario,
    Stop,
    Treat,
    Wait,
    from_json,
    to_json,
)
from laws.campaign.scripts import RUNNING, scenario
from laws.campaign.shrink import Shrinker, law
from nmes.core.plan import compile as plan_for
from nmes.runtime.families import FAMILIES, KEYS, Family

REGRESSIONS = sorted((Path(__file__).parent / "regressions").glob("*.json"))


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand.at(tmp_path)


# --- what a seed is ---


def test_a_seed_is_one_scenario_and_a_scenario_is_a_text() -> None:
    one = drawn(4711)
    assert one == drawn(4711)
    assert one != drawn(4712)
    assert from_json(to_json(one)) == one


@pytest.mark.thorough
def test_the_families_take_turns_and_one_that_is_named_has_every_seed() -> None:
    assert [drawn(seed).device for seed in range(4)] == [turn_of(seed) for seed in range(4)] == list(KEYS)
    assert drawn(4) == drawn(4, "p24"), "a seed of the P24 is one scenario, whoever named the family"
    assert [drawn(4711, key).device for key in KEYS] == list(KEYS)
    assert len({drawn(4711, key).script for key in KEYS}) == len(KEYS)


def test_a_script_that_was_kept_before_there_were_families_is_of_a_p24() -> None:
    older = json.loads(to_json(drawn(3, "p24")))
    del older["device"]
    assert from_json(json.dumps(older)) == drawn(3, "p24")


def test_the_same_scenario_has_the_same_figures(stand: Stand) -> None:
    garbled = Fault("corrupt_bytes", None, (("permille", 40), ("unit", "byte"), ("direction", "both")))
    one = scenario(RUNNING, Wait(600), garbled, Wait(1_500))
    assert stand.play(one) == stand.play(one)


def test_every_fault_of_the_simulator_is_drawn_with_parameters_it_takes() -> None:
    """A kind that is new in the simulator and unknown to the judge of the campaign would be judged as harmless."""
    chance = Random(1)
    for kind, row in ALL.items():
        channel = 1 if kind in faults.ON_A_CHANNEL else None
        assert (row.channel is Channel.NONE) == (channel is None)
        for _ in range(30):
            given = faults.params(kind, chance)
            assert set(checked(kind, channel, given)) >= set(given)


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda one: one.key)
def test_a_family_is_given_the_faults_it_can_have_and_no_other(model: Model) -> None:
    chance = Random(1)
    given = [faults.drawn(chance, 2, model) for _ in range(600)]
    assert {one.kind for one in given} == set(faults.kinds_of(model))
    assert [one for one in given if model.senseless(one.kind, dict(one.params))] == []


def test_a_protocol_drawn_may_be_refused_and_is_counted() -> None:
    drawn_and_refused = [protocols.drawn(Random(seed)) for seed in range(5)]
    assert sum(refused for _, refused in drawn_and_refused)
    assert len({text for text, _ in drawn_and_refused}) == len(drawn_and_refused)


@pytest.mark.thorough
@pytest.mark.parametrize("family", FAMILIES, ids=lambda one: one.key)
def test_what_is_drawn_can_be_delivered(family: Family) -> None:
    text, _ = protocols.drawn(Random(family.key), family.capabilities)
    plan = plan_for(protocols.loaded(text).protocol, family.capabilities, None)
    assert plan.capabilities == family.capabilities


# --- the shortest script ---


def test_the_shortest_script_keeps_what_the_failure_needs_and_nothing_else() -> None:
    def fails(tried: Scenario) -> str:
        steps = [step for step in tried.script if isinstance(step, Treat) and step.steps > 2]
        halted = Stop("key") in tried.script
        return f"a pulse {len(tried.script)} us after the halt" if steps and halted else ""

    long = replace(drawn(3), script=(Wait(5), RUNNING, Wait(9), Minus(1), Stop("key"), Wait(70), Press(Key.BACK)))
    shortest = Shrinker(fails).shortest(long)
    assert shortest.script == (RUNNING, Stop("key"))
    assert (shortest.switches, shortest.person) == ((), -1)


def test_a_script_that_breaks_another_law_is_no_shorter_one() -> None:
    def fails(tried: Scenario) -> str:
        return "rose 5 uA" if len(tried.script) > 1 else "a pulse after the halt"

    assert len(Shrinker(fails).shortest(scenario(Wait(1), Wait(2), Wait(3))).script) == 2
    assert law("rose 12 uA in 3 us") == law("rose 4500 uA in 88 us") != law("4 uA at the skin")


# --- the slices ---

FEW = {"p24": 1, "rehamove3": 2, "rehastim2": 2, "rehastim1": 2}


@pytest.mark.covers("PR-02", "LW-01")
@pytest.mark.parametrize("family", FAMILIES, ids=lambda one: one.key)
def test_the_laws_hold_in_a_few_sessions_of_each_family(family: Family, stand: Stand) -> None:
    for seed in range(1, 1 + FEW[family.key]):
        assert failing(stand, drawn(seed, family.key)) == "", f"seed {seed}"


@pytest.mark.campaign
@pytest.mark.parametrize("path", REGRESSIONS, ids=lambda path: path.stem)
def test_what_once_failed_holds(path: Path, stand: Stand) -> None:
    """And it is still that session: where a level is looked for, pulses come and are judged."""
    kept = from_json(path.read_text(encoding="utf-8"))
    figures = stand.play(kept)
    delivers = any(isinstance(step, Treat | Find) and step.steps for step in kept.script)
    assert (figures.pulses > 0) == delivers


@pytest.mark.campaign
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("family", FAMILIES, ids=lambda one: one.key)
def test_the_laws_hold_in_random_sessions(family: Family) -> None:
    """NMES_WALKS is how many, NMES_SEED where to begin; without it each run is another, and says which."""
    sessions = int(os.environ.get("NMES_WALKS", "1000"))
    seed = int(os.environ.get("NMES_SEED") or secrets.randbelow(10**9))
    print(f"campaign: seed {seed}, {sessions} sessions of {family.key}")
    outcome = run(seed, sessions, jobs=1, device=family.key)
    print(outcome.figures.text())
    assert not outcome.failures, "\n".join(shortened(failure).text() for failure in outcome.failures)
    coverage = Coverage(outcome.figures, family.key)
    print(coverage.text())
    assert coverage.missing == []
