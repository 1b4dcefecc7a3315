"""The campaign itself: a seed is a scenario, faults are known in full, failures are found and made short.

The long runs are `python -m laws.campaign`; here are a slice with fresh seeds, every script that ever failed, and proof
that the laws are really asked.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from firmware_sim.faults.catalogue import KINDS, Channel, checked
from firmware_sim.sciencemode4.generator import Generator
from firmware_sim.sciencemode4.switches import alternatives
from laws.campaign import faults, protocols
from laws.campaign.draw import drawn
from laws.campaign.figures import Figures
from laws.campaign.play import Stand
from laws.campaign.running import failing, run, shortened
from laws.campaign.script import (
    Disk,
    Fault,
    Health,
    Key,
    Kill,
    Minus,
    Press,
    Scenario,
    Step,
    Stop,
    Swap,
    Treat,
    Wait,
    from_json,
    to_json,
)
from laws.campaign.shrink import Shrinker, law
from nmes.core import session, states
from nmes.core.session_value import Session
from nmes.core.session_value import Step as Decided
from nmes.guard.port import GuardedPort
from nmes.runtime.turn import Controller

REGRESSIONS = sorted((Path(__file__).parent / "regressions").glob("*.json"))
RUNNING = Treat(3)


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand.at(tmp_path)


def scenario(*script: Step) -> Scenario:
    """A script on one channel at 50 Hz, on a usual device and a usual person."""
    return Scenario(seed=1, protocol=protocols.simple(), edited="", script=script)


# --- what a seed is ---


def test_a_seed_is_one_scenario_and_a_scenario_is_a_text() -> None:
    one = drawn(4711)
    assert one == drawn(4711)
    assert one != drawn(4712)
    assert from_json(to_json(one)) == one


def test_the_same_scenario_has_the_same_figures(stand: Stand) -> None:
    garbled = Fault("corrupt_bytes", None, (("permille", 40), ("unit", "byte"), ("direction", "both")))
    one = scenario(RUNNING, Wait(600), garbled, Wait(1_500))
    assert stand.play(one) == stand.play(one)


def test_every_fault_of_the_simulator_is_drawn_with_parameters_it_takes() -> None:
    """A kind that is new in the simulator and unknown to the judge of the campaign would be judged as harmless."""
    chance = Random(1)
    for kind, row in KINDS.items():
        channel = 1 if kind in faults.ON_A_CHANNEL else None
        assert (row.channel is Channel.NONE) == (channel is None)
        for _ in range(30):
            given = faults.params(kind, chance)
            assert set(checked(kind, channel, given)) >= set(given)
    assert {faults.drawn(chance, 2).kind for _ in range(600)} == set(KINDS)


def test_a_protocol_drawn_may_be_refused_and_is_counted() -> None:
    drawn_and_refused = [protocols.drawn(Random(seed)) for seed in range(5)]
    assert sum(refused for _, refused in drawn_and_refused)
    assert len({text for text, _ in drawn_and_refused}) == len(drawn_and_refused)


# --- what is counted is what happened ---


def test_a_fault_counts_only_if_it_changed_something(stand: Stand) -> None:
    gain = Fault("gain_error", 1, (("gain_permille", 1_200),), 500_000)
    idle, live = stand.play(scenario(gain)), stand.play(scenario(RUNNING, Wait(1_200), gain))
    assert (idle.faults["gain_error"], idle.took["gain_error"]) == (1, 0)
    assert (live.faults["gain_error"], live.took["gain_error"]) == (1, 1)
    assert idle.without_effect(["gain_error"]) == ["gain_error"]


def test_what_is_wrong_beside_the_device_is_proven_too(stand: Stand) -> None:
    figures = stand.play(
        scenario(RUNNING, Wait(600), Swap(1), Kill(2_600, torn=500), Disk(Health.SLOW), RUNNING, Disk(Health.WELL))
    )
    assert figures.sessions == 2
    assert figures.records == 2
    assert {"answers exchanged", "killed", "end of record lost", "disk slow"} <= {
        kind for kind, count in figures.took.items() if count
    }


# --- the laws are asked: each mistake, made on purpose, is found and named ---


def no_halt_at_the_device(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Generator, "halt", lambda self: None)


def stop_only_in_the_next_turn(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(GuardedPort, "trip", lambda self, rule, detail="": 0)


def resume_at_once(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(GuardedPort, "write", _unjudged)
    patch.setattr(session, "climbs", lambda *_: False)


def decrease_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(session, "_decrease", lambda state, _: (state, ()))


def no_pause_lasts(patch: pytest.MonkeyPatch) -> None:
    """It goes on in the turn in which the halt is confirmed."""
    told = session._halted

    def by_itself(before: Session, now_ms: int) -> Decided:
        after, commands = told(before, now_ms)
        if isinstance(after.state, states.Paused):
            return session._commit(after, states.ToResume(after.state.from_ms))
        return after, commands

    patch.setattr(session, "_halted", by_itself)


def record_says_something_else(patch: pytest.MonkeyPatch) -> None:
    told = Controller._record
    patch.setattr(Controller, "_record", lambda self, before, event, commands: told(self, before, event, ()))


def _unjudged(self: GuardedPort, frame: bytes) -> bool:
    self._send(frame)
    return True


MISTAKES: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], tuple[Step, ...], str]] = {
    "halt": (no_halt_at_the_device, (RUNNING, Wait(1_000), Press(Key.PAUSE)), "says off"),
    "STOP": (stop_only_in_the_next_turn, (RUNNING, Wait(1_000), Stop("key")), "a pulse"),
    "rise": (resume_at_once, (Treat(16), Wait(1_200), Press(Key.PAUSE), Press(Key.RESUME)), "rose"),
    "level": (decrease_is_forgotten, (RUNNING, Wait(1_200), Minus(1, 3), Wait(500)), "confirmed"),
    "by itself": (no_pause_lasts, (Treat(12), Wait(1_200), Press(Key.PAUSE), Wait(3_000)), "nobody asked for"),
    "replay": (record_says_something_else, (RUNNING,), "{'event'"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_found(mistake: str, stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    make, script, words = MISTAKES[mistake]
    make(monkeypatch)
    assert words in failing(stand, scenario(*script)) != ""


def test_without_a_mistake_the_same_scripts_hold(stand: Stand) -> None:
    scripts = [script for _, script, _ in MISTAKES.values()]
    assert [failing(stand, scenario(*script)) for script in scripts] == [""] * len(scripts)


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


@pytest.mark.campaign
@pytest.mark.parametrize("path", REGRESSIONS, ids=lambda path: path.stem)
def test_what_once_failed_holds(path: Path, stand: Stand) -> None:
    assert failing(stand, from_json(path.read_text(encoding="utf-8"))) == ""


@pytest.mark.campaign
@pytest.mark.timeout(3600)
def test_the_laws_hold_in_random_sessions() -> None:
    """NMES_WALKS is how many, NMES_SEED where to begin; without it each run is another, and says which."""
    sessions = int(os.environ.get("NMES_WALKS", "1000"))
    seed = int(os.environ.get("NMES_SEED") or secrets.randbelow(10**9))
    print(f"campaign: seed {seed}, {sessions} sessions")
    outcome = run(seed, sessions, jobs=1)
    print(outcome.figures.text())
    assert not outcome.failures, "\n".join(shortened(failure).text() for failure in outcome.failures)
    if sessions >= 1000:
        assert outcome.figures.without_effect(KINDS) == []
        assert len(outcome.figures.switches) == len(dict(alternatives())) - 1


def test_figures_add_up() -> None:
    one, both = Figures(scenarios=1, pulses=3), Figures()
    one.put_in("reset", 2)
    for _ in range(2):
        both.add(one)
    assert (both.scenarios, both.pulses, both.faults["reset"], both.effects["reset"]) == (2, 6, 2, 4)
