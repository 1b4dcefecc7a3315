"""A population: everybody reproducible alone, however the work is shared out; shares and percentiles add up."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from helpers.short import short
from helpers.working import working
from nmes.trial import crowd as c
from nmes.trial.course import Cramp
from nmes.trial.crowd import Crowd, try_many
from nmes.trial.level import Because
from nmes.trial.member import member, one_of
from nmes.trial.setup import Setup
from nmes.trial.spread import Spread, counts, percentile, shares, spreads
from nmes.trial.stopping import GivenUp, never
from nmes.trial.trying import try_one
from nmes.trial.workers import Workers

pytestmark = pytest.mark.thorough
"""It stands on whole treatments, of which each takes seconds."""

COUNT, SEED = 6, 3


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Setup:
    return short(tmp_path_factory.mktemp("crowd"))


@pytest.fixture(scope="module")
def told() -> list[tuple[float, int]]:
    """What was told while `crowd` was tried."""
    return []


@pytest.fixture(scope="module")
def crowd(base: Setup, told: list[tuple[float, int]]) -> Crowd:
    return try_many(base, COUNT, SEED, lambda share, people: told.append((share, people)), workers=2)


def test_everybody_is_there_once_in_order(crowd: Crowd) -> None:
    assert [one.number for one in crowd.outcomes] == list(range(COUNT))
    assert [one.name for one in crowd.outcomes] == [f"healthy_adult#{number}" for number in range(COUNT)]


def test_the_wire_runs_once_for_each_distinct_plan(crowd: Crowd, base: Setup) -> None:
    keys = {member(number, one_of(base, base.profile, number, SEED)).key for number in range(COUNT)}
    assert crowd.sessions == len(keys)


@pytest.mark.parametrize("number", [pytest.param(0, marks=pytest.mark.campaign), 5])
def test_a_person_of_the_population_is_the_same_alone(crowd: Crowd, base: Setup, number: int) -> None:
    """To the last millinewton: that is what `--patient healthy_adult#5 --seed 3` gives."""
    alone, outcome = try_one(one_of(base, base.profile, number, SEED)), crowd.outcomes[number]
    assert outcome.course == replace(alone.course, samples=())
    assert outcome.margins == alone.margins
    assert dict(outcome.found) == alone.run.found
    assert (outcome.why, outcome.at_ms) == (alone.run.ending.why, alone.run.ending.at_ms)


def test_how_many_there_are_and_how_many_work_changes_nobody(crowd: Crowd, base: Setup) -> None:
    fewer = try_many(base, 2, SEED, workers=1)
    assert fewer.outcomes == crowd.outcomes[:2]


def test_it_is_told_how_far_it_has_come(crowd: Crowd, told: list[tuple[float, int]]) -> None:
    assert told[0] == (0.0, 0)
    assert told[-1] == (pytest.approx(1.0), len(crowd.outcomes))
    assert [share for share, _ in told] == sorted(share for share, _ in told)


def test_whose_pads_run_out_of_voltage_has_a_session_of_his_own(tmp_path: Path) -> None:
    base = short(tmp_path, patient="worn_electrodes")
    members = [member(number, one_of(base, base.profile, number, SEED)) for number in range(8)]
    limited = [one.number for one in members if one.limited]
    assert limited, "worn pads at 70 mA"
    groups = c._groups(members)
    assert all(len(group) == 1 for group in groups if group[0].limited)
    (outcome,) = c.alone(never, members[limited[0]])
    assert outcome.why == "fault:low_current"
    assert not outcome.complete


def test_work_that_was_given_up_ends_at_its_next_step(base: Setup) -> None:
    """Otherwise Ctrl+C would wait for whole sessions."""
    one = member(0, one_of(base, base.profile, 0, SEED))
    session = c.session_of(never, one)
    with pytest.raises(GivenUp):
        c.session_of(lambda: True, one)
    with pytest.raises(GivenUp):
        c.treated(lambda: True, session, [one])
    with pytest.raises(GivenUp):
        c.alone(lambda: True, one)


def appears(path: Path, within_s: float = 40) -> None:
    end = time.monotonic() + within_s
    while not path.exists():
        assert time.monotonic() < end, "no worker came to work"
        time.sleep(0.01)


def test_a_worker_hears_that_the_parent_has_given_up(tmp_path: Path) -> None:
    began = tmp_path / "began"
    with pytest.raises(KeyboardInterrupt), Workers(1) as pool:
        future = pool.submit(working, str(began))
        appears(began)
        raise KeyboardInterrupt
    assert future.result(0) is True


PARENT = """\
import sys
from helpers.working import working
from nmes.trial.workers import Workers
with Workers(1) as pool:
    pool.submit(working, sys.argv[1]).result()
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for a process in /proc")
def test_a_worker_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    """In the middle of its work, which would take 30 s; SIGKILL gives nobody the time to ask it."""
    began, tests = tmp_path / "began", Path(__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": f"{tests}{os.pathsep}{tests.parent}"}
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(began)], env=environment)
    try:
        appears(began)
    finally:
        parent.kill()
        parent.wait(40)
    number, end = int(began.read_text()), time.monotonic() + 40
    while lives(number) and time.monotonic() < end:
        time.sleep(0.02)
    assert not lives(number)


def lives(number: int) -> bool:
    """Whether a process is there and not only waits to be noticed as dead."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_leaving_by_an_exception_asks_the_workers_to_stop() -> None:
    pool = Workers(1)
    with pytest.raises(KeyboardInterrupt), pool:
        raise KeyboardInterrupt
    assert pool.asked


@pytest.mark.campaign
def test_work_that_is_done_is_told_while_the_lock_of_other_work_is_kept() -> None:
    """Ctrl+C in the middle of a wait that takes the locks of all work kept some, and the program never ended."""
    with Workers(1) as pool:
        first, *others = (pool.submit(callable) for _ in range(6))
        kept, enough = threading.Event(), threading.Event()

        def keep() -> None:
            with others[-1]._condition:
                kept.set()
                enough.wait(40)

        keeper = threading.Thread(target=keep)
        keeper.start()
        kept.wait(40)
        told = []
        waiter = threading.Thread(target=lambda: told.append(pool.next_done()), daemon=True)
        waiter.start()
        waiter.join(10)
        meanwhile = [*told]
        enough.set()
        keeper.join()
        assert meanwhile == [first]
        assert {pool.next_done() for _ in others} == set(others)


def test_the_largest_groups_come_first(base: Setup) -> None:
    members = [member(number, one_of(base, base.profile, number, SEED)) for number in range(30)]
    sizes = [len(group) for group in c._groups(members)]
    assert sizes == sorted(sizes, reverse=True)
    assert sum(sizes) == 30
    assert sizes[0] > 1, "several people come to the ceiling"


# --- spread ---


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [((7,), 5, 7), ((7,), 95, 7), ((0, 100), 25, 25), ((3, 1, 2), 50, 2), (tuple(range(101)), 95, 95), ((), 50, None)],
)
def test_percentiles_lie_between_the_nearest_ranks(values: tuple[int, ...], share: int, expected: int | None) -> None:
    assert percentile(values, share) == expected


def test_a_spread_tells_five_percentiles() -> None:
    assert Spread("x", None, "ua", tuple(range(101))).percentiles() == {
        "p5": 5,
        "p25": 25,
        "p50": 50,
        "p75": 75,
        "p95": 95,
    }


def test_figures_are_of_those_who_came_to_the_end_and_shares_of_everybody(crowd: Crowd) -> None:
    broken = replace(crowd.outcomes[0], why="fault:low_current")
    mixed = replace(crowd, outcomes=(broken, *crowd.outcomes[1:]))
    assert {len(spread.values) for spread in spreads(mixed)} == {COUNT - 1}
    assert shares(mixed)["complete"] == (COUNT - 1) * 1000 // COUNT
    names = Counter(spread.name for spread in spreads(crowd))
    assert {"level", "first_peak", "last_peak_of_first", "discomfort_typical", "output_voltage_used"} <= set(names)


def test_why_a_search_ended_is_counted(crowd: Crowd) -> None:
    slot, found = crowd.outcomes[0].found[0]
    early = replace(crowd.outcomes[0], found=((slot, replace(found, because=Because.TOLERANCE)),))
    assert shares(replace(crowd, outcomes=(early,)))["target_not_reached_below_tolerance"] == 1000
    assert shares(replace(crowd, outcomes=()))["complete"] == 0
    assert spreads(replace(crowd, outcomes=())) == ()


def test_two_shares_tell_when_it_was_more_than_is_tolerated(crowd: Crowd) -> None:
    calm = replace(crowd.outcomes[0].course, discomfort_peak_c=650, discomfort_finding_c=650)
    finding, treated = replace(calm, discomfort_finding_c=1000), replace(calm, discomfort_peak_c=800)
    three = tuple(replace(crowd.outcomes[0], course=course) for course in (calm, finding, finding, treated))
    counted = counts(replace(crowd, outcomes=three))
    assert (counted["over_tolerance_finding_level"], counted["over_tolerance_in_treatment"]) == (2, 1)


def test_nobody_is_lost_in_a_share(crowd: Crowd) -> None:
    """One of two thousand who had no whole treatment is neither 0 of 2000 nor part of a 100 %."""
    good = replace(crowd.outcomes[0], why="complete")
    cramp = replace(good.course, cramps=(Cramp("quadriceps", "", 5_000, 9_000),))
    many = replace(crowd, outcomes=(*[good] * 1999, replace(good, why="fault:low_current", course=cramp)))
    assert (counts(many)["complete"], shares(many)["complete"]) == (1999, 999)
    assert (counts(many)["cramped_in_treatment"], shares(many)["cramped_in_treatment"]) == (1, 1)


def test_who_feels_nothing_or_does_not_move_is_counted(crowd: Crowd) -> None:
    one = crowd.outcomes[0]
    slot, found = one.found[0]
    numb = replace(one, found=((slot, replace(found, felt=replace(found.felt, sensory=0.0))),))
    (muscle,) = one.course.muscles
    weak = replace(muscle, contractions=tuple(replace(each, peak_mn=900) for each in muscle.contractions))
    still = replace(one, course=replace(one.course, muscles=(weak,)))
    counted = counts(replace(crowd, outcomes=(one, numb, still)))
    assert (counted["felt_nothing"], counted["no_contraction"]) == (1, 1)
