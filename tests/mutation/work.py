"""What a run is told and what it tells, as lines of JSON: a run that was stopped goes on where it was."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, Self

from mutation.mutants import Mutant

Outcome = Literal["killed", "survived", "hung", "at_import", "broken"]
"""`at_import`: must be judged by a fresh process. `broken`: the bench failed, which is nobody's verdict."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`detail`: the test that noticed it."""

    mutant: str
    outcome: Outcome
    detail: str = ""
    digest: str = ""
    tests: str = ""
    """Of the function as it was, and of the tests."""

    @property
    def noticed(self) -> bool:
        return self.outcome in ("killed", "hung")

    def append(self, file: Path) -> None:
        with file.open("a") as stream:
            stream.write(json.dumps(asdict(self)) + "\n")


def verdicts(file: Path) -> dict[str, Verdict]:
    """The last verdict of each mutant; a line cut short by a kill is nothing."""
    found: dict[str, Verdict] = {}
    for line in file.read_text().splitlines() if file.exists() else ():
        try:
            verdict = Verdict(**json.loads(line))
        except (ValueError, TypeError):
            continue
        found[verdict.mutant] = verdict
    return found


@dataclass(frozen=True, slots=True)
class Work:
    """`mutants` of `modules` by name, judged `jobs` at a time; `at_import`: this one is imported changed, and no other.

    `pause`: while this file exists no further process is begun. `until`: after it none is, in seconds since 1970.
    `tests`: the digest of what judges them.
    """

    modules: tuple[str, ...]
    mutants: tuple[str, ...]
    results: Path
    jobs: int
    at_import: Mutant | None = None
    pause: Path | None = None
    until: float | None = None
    tests: str = ""

    @property
    def out(self) -> bool:
        """Whether time is over."""
        return self.until is not None and time.time() > self.until

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self), default=str))

    @classmethod
    def read(cls, file: Path) -> Self:
        told = json.loads(file.read_text())
        mutant = told["at_import"] and Mutant(**told["at_import"] | {"at": tuple(told["at_import"]["at"])})
        pause = told["pause"] and Path(told["pause"])
        results, until = Path(told["results"]), told["until"]
        return cls(
            tuple(told["modules"]), tuple(told["mutants"]), results, told["jobs"], mutant, pause, until, told["tests"]
        )
