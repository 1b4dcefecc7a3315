"""What a campaign says it has done is what it did, and a long run that did not do all of it is red."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from firmware_sim.faults.catalogue import KINDS
from helpers.made_figures import figures_of
from helpers.tracing import ROOT
from laws.campaign.__main__ import exit_code
from laws.campaign.coverage import BESIDE, ONE_IN, ONE_IN_OF, SETTINGS, Coverage, asked_from, settings_of
from laws.campaign.draw import drawn
from laws.campaign.figures import Figures
from laws.campaign.play import Stand
from laws.campaign.running import Failure, Outcome
from laws.campaign.script import Disk, Fault, Health, Kill, Step, Stop, Swap, Wait
from laws.campaign.scripts import RUNNING, scenario


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand.at(tmp_path)


# --- what is counted is what happened ---


def test_a_fault_counts_only_if_it_changed_something(stand: Stand) -> None:
    gain = Fault("gain_error", 1, (("gain_permille", 1_200),), 500_000)
    idle, live = stand.play(scenario(gain)), stand.play(scenario(RUNNING, Wait(1_200), gain))
    assert (idle.faults["gain_error"], idle.took["gain_error"]) == (1, 0)
    assert (live.faults["gain_error"], live.took["gain_error"]) == (1, 1)


def test_what_is_wrong_beside_the_device_is_proven_too(stand: Stand) -> None:
    figures = stand.play(
        scenario(RUNNING, Wait(600), Swap(1), Kill(2_600, torn=500), Disk(Health.SLOW), RUNNING, Disk(Health.WELL))
    )
    assert figures.sessions == 2
    assert figures.records == 2
    assert set(figures.faults) <= set(BESIDE)
    assert {"answers exchanged", "killed", "end of record lost", "disk slow"} <= {
        kind for kind, count in figures.took.items() if count
    }


def stops(stand: Stand, *before: Step) -> tuple[int, int, int]:
    """Of one STOP after all that: pressed, while output was on, with the halt itself as the deadline."""
    counted = stand.play(scenario(*before, Stop("key"))).stops
    return counted["pressed"], counted["live"], counted["tight"]


def test_a_stop_counts_as_live_while_output_is_on_and_as_tight_where_its_halt_is_heard(stand: Stand) -> None:
    assert stops(stand) == (1, 0, 0)
    assert stops(stand, RUNNING, Wait(1_500)) == (1, 1, 1)
    assert stops(stand, RUNNING, Wait(1_500), Fault("mute")) == (1, 1, 1)
    assert stops(stand, RUNNING, Wait(1_500), Fault("deaf")) == (1, 1, 0)


# --- what a long run may not lack ---


def complete(scenarios: int) -> Figures:
    """So many scenarios in which everything came at least once."""
    figures = Figures(scenarios=scenarios)
    figures.took.update((*KINDS, *BESIDE))
    figures.switches.update(SETTINGS)
    return figures


@pytest.mark.parametrize("what", ["reset", "stuck_output", "disk slow", SETTINGS[0]])
def test_a_run_that_is_long_enough_may_lack_nothing_and_names_what_it_lacks(what: str) -> None:
    lacks = complete(asked_from(what) - 1)
    del lacks.took[what], lacks.switches[what]
    assert Coverage(lacks).missing == [], "it may be chance"
    assert f"nothing is shown of: {what}" in Coverage(lacks).text()
    lacks.scenarios += 1
    assert Coverage(lacks).missing == [what]
    assert Coverage(complete(10**6)).missing == []


def found(pattern: str, page: str) -> str:
    [only] = re.findall(pattern, page)
    return str(only)


def test_how_often_a_kind_comes_is_less_than_what_was_measured() -> None:
    """The page tells what a long run counted; three standard deviations of a count are three times its root."""
    page = figures_of((ROOT / "docs" / "reference" / "campaigns.md").read_text(encoding="utf-8"))
    counted = {kind: int(took) for kind, took in re.findall(r"^  ([a-z_ ]+) \d+, (\d+) \(\d+\)$", page, re.MULTILINE)}
    scenarios, setting = int(found(r"in (\d+) scenarios;", page)), int(found(r"each at least (\d+) times", page))
    assert set(counted) == {*KINDS, *BESIDE}
    at_least = {kind: took - 3 * took**0.5 for kind, took in (counted | {SETTINGS[0]: setting}).items()}
    assert [kind for kind, took in at_least.items() if took * ONE_IN_OF.get(kind, ONE_IN) < scenarios] == []


def test_how_many_of_how_many_is_always_said() -> None:
    text = Coverage(complete(1)).text()
    assert f"took effect: {len(KINDS)} of {len(KINDS)}" in text
    assert f"that were run: {len(SETTINGS)} of {len(SETTINGS)}" in text
    assert "nothing is shown of" not in text
    assert "took effect: 0 of" in Coverage(Figures()).text()


def test_a_run_that_lacks_something_ends_with_exit_code_1_and_names_it(capsys: pytest.CaptureFixture[str]) -> None:
    lacks = complete(10**6)
    assert exit_code(Outcome({"p24": lacks})) == 0
    del lacks.took["hang"]
    assert exit_code(Outcome({"p24": lacks})) == 1
    assert "MISSING in a run of 1000000 scenarios: hang\n" in capsys.readouterr().out
    assert exit_code(Outcome({"p24": complete(1)}, [Failure(7, "a pulse")])) == 1


@pytest.mark.thorough
def test_everything_a_scenario_can_draw_is_known_to_the_count(stand: Stand) -> None:
    """What is put in under another name would never be missed."""
    figures = Figures()
    for seed in range(4):
        figures.add(stand.play(drawn(seed, "p24")))
    assert set(figures.faults) <= {*KINDS, *BESIDE}
    assert set(figures.switches) <= set(SETTINGS)


def test_each_family_is_asked_for_its_own_faults_and_settings() -> None:
    lacks = complete(10**6)
    assert Coverage(lacks, "p24").missing == []
    assert {"emergency_switch", "module_error", *settings_of("rehastim2")} - {*SETTINGS} <= {
        *Coverage(lacks, "rehastim2").missing
    }
    assert "wrong_version" not in Coverage(Figures(scenarios=10**6), "rehastim1").missing


def test_the_figures_of_all_families_are_told_apart_and_together() -> None:
    both, other = (
        Outcome({"p24": Figures(scenarios=1)}),
        Outcome({"rehastim2": Figures(scenarios=2)}, [Failure(7, "a")]),
    )
    both.add(other)
    both.add(other)
    assert {device: figures.scenarios for device, figures in both.by_device.items()} == {"p24": 1, "rehastim2": 4}
    assert (both.figures.scenarios, len(both.failures)) == (5, 2)
    assert "--device rehastim1 --seed 7 " in Failure(7, "a", device="rehastim1").text()


def test_figures_add_up() -> None:
    one, both = Figures(scenarios=1, pulses=3), Figures()
    one.put_in("reset", 2)
    for _ in range(2):
        both.add(one)
    assert (both.scenarios, both.pulses, both.faults["reset"], both.effects["reset"]) == (2, 6, 2, 4)
