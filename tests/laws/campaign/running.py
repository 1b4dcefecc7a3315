"""Many scenarios, on all cores: figures of those that held; of one that did not its seed and its shortest script."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from laws.campaign.draw import drawn
from laws.campaign.figures import Figures
from laws.campaign.play import Stand
from laws.campaign.script import Scenario, to_json
from laws.campaign.shrink import Shrinker
from nmes.runtime.families import DEFAULT

BATCH = 5
"""Scenarios a process is given at once: handing over costs little, and progress is told soon."""
MEMORY = Path("/dev/shm")
"""Records are small and soon forgotten; where there is a disk in memory they do not wear a real one."""


@dataclass(frozen=True, slots=True)
class Failure:
    """`seed` and `device` draw it again, `sentence` is the law that did not hold, `shortest` still breaks that."""

    seed: int
    sentence: str
    shortest: Scenario | None = None
    device: str = DEFAULT.key

    def text(self) -> str:
        again = f"python -m laws.campaign --device {self.device} --seed {self.seed} --sessions 1"
        script = f"\nthe shortest script that fails so:\n{to_json(self.shortest)}" if self.shortest else ""
        return f"seed {self.seed} on {self.device}: {self.sentence}\nagain: {again}{script}"


@dataclass(slots=True)
class Outcome:
    """`by_device`: the figures of each family, by its key."""

    by_device: dict[str, Figures] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)

    @property
    def figures(self) -> Figures:
        """Of all families together."""
        whole = Figures()
        for figures in self.by_device.values():
            whole.add(figures)
        return whole

    def count(self, device: str, figures: Figures) -> None:
        self.by_device.setdefault(device, Figures()).add(figures)

    def add(self, other: Outcome) -> None:
        for device, figures in other.by_device.items():
            self.count(device, figures)
        self.failures += other.failures


@contextmanager
def stand() -> Iterator[Stand]:
    """A place for records that is gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="campaign-", dir=MEMORY if MEMORY.is_dir() else None))
    try:
        yield Stand.at(home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def failing(at: Stand, scenario: Scenario) -> str:
    """What is wrong with a scenario, "" if nothing is. Whatever escapes it is a defect, not only a law's own word."""
    try:
        at.play(scenario)
    except AssertionError as error:
        return str(error) or traceback.format_exc(limit=-1)
    except Exception as error:  # noqa: BLE001 - an error of any kind is what is looked for
        return f"{type(error).__name__} {error}"
    return ""


def play_seeds(seeds: range, device: str = "") -> Outcome:
    """These seeds on a family, "" on each in turn, in this process; a failing one is not shortened yet."""
    outcome = Outcome()
    with stand() as at:
        for seed in seeds:
            scenario = drawn(seed, device)
            try:
                outcome.count(scenario.device, at.play(scenario))
            except Exception:  # noqa: BLE001 - told with its seed, and looked into again below
                sentence = failing(at, scenario) or "it fails only now and then"
                outcome.failures.append(Failure(seed, sentence, device=scenario.device))
    return outcome


def shortened(failure: Failure) -> Failure:
    """The same failure with its shortest script."""
    with stand() as at:
        shortest = Shrinker(lambda scenario: failing(at, scenario)).shortest(drawn(failure.seed, failure.device))
        return replace(failure, shortest=shortest)


def run(
    seed: int,
    sessions: int,
    jobs: int,
    told: Callable[[Outcome], None] = lambda _: None,
    *,
    most_failures: int = 1,
    device: str = "",
) -> Outcome:
    """Scenarios of `seed`, `seed + 1` and so on until so many sessions were begun, or so many scenarios have failed.

    `told` hears of what has been done so far. `device`: a family's key; "" = all families in turn.
    """
    outcome = Outcome()
    with _outcomes(seed, jobs, device) as parts:
        for part in parts:
            outcome.add(part)
            told(outcome)
            if outcome.figures.sessions >= sessions or len(outcome.failures) >= most_failures:
                break
    return outcome


@contextmanager
def _outcomes(seed: int, jobs: int, device: str) -> Iterator[Iterator[Outcome]]:
    """Without an end, in the order of the seeds."""
    if jobs == 1:
        yield (play_seeds(seeds, device) for seeds in _batches(seed, 1))
        return
    with multiprocessing.get_context("spawn").Pool(jobs, _quietly) as pool:
        yield _in_turn(pool, seed, jobs, device)
        pool.terminate()


def _in_turn(pool: multiprocessing.pool.Pool, seed: int, jobs: int, device: str) -> Iterator[Outcome]:
    """A few batches wait for each process, never all of them: an endless map would be drawn whole at once."""
    batches = _batches(seed, BATCH)
    waiting = [pool.apply_async(play_seeds, (next(batches), device)) for _ in range(2 * jobs)]
    while True:
        yield waiting.pop(0).get()
        waiting.append(pool.apply_async(play_seeds, (next(batches), device)))


def _batches(seed: int, size: int) -> Iterator[range]:
    while True:
        yield range(seed, seed + size)
        seed += size


def _quietly() -> None:
    """Campaigns are in nobody's way."""
    os.nice(5)
