"""Judges mutants: those of functions in copies of one collected process, those of imports each in a fresh process.

A test that is red notices nothing: all of them are green before copies are made, and whichever ended a fresh process is
green by itself without the mutant.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path

from mutation.killers import named_in, there
from mutation.mutants import MODULE, ROOT, Mutant, digests
from mutation.targets import Target
from mutation.work import Verdict, Work, verdicts

from helpers.slicing import ASKED_BY

FRESH_SECONDS = 1800
"""A fresh process that takes so long waits for something that never comes; one that computes is ended earlier."""


def judge(target: Target, mutants: list[Mutant], work: Work) -> dict[str, Verdict]:
    """The verdicts on these mutants of one target; those that still hold are not asked for again."""
    work = replace(work, tests=digest_of(target.tests))
    said = {module: digests(module) for module in target.modules}
    digest = {mutant.name: said[mutant.module][mutant.owner] for mutant in mutants}

    def known() -> dict[str, Verdict]:
        return standing(work.results, digest, work.tests)

    before = {name for name, verdict in known().items() if verdict.outcome in ("killed", "hung", "survived")}
    left = [mutant for mutant in mutants if mutant.name not in before]
    for part in _parts([mutant for mutant in left if mutant.owner != MODULE]):
        if not work.out:
            _copies(target, part, work)
    at_import = {name for name, verdict in known().items() if verdict.outcome == "at_import"}
    fresh = [mutant for mutant in left if mutant.owner == MODULE or mutant.name in at_import]
    with ThreadPoolExecutor(work.jobs) as pool:
        for verdict in pool.map(lambda mutant: None if work.out else _fresh(target, mutant, work), fresh):
            if verdict is not None:
                replace(verdict, digest=digest[verdict.mutant], tests=work.tests).append(work.results)
    return {name: one for name, one in known().items() if one.outcome != "at_import"}


def standing(results: Path, digest: Mapping[str, str], tests: str) -> dict[str, Verdict]:
    """The verdicts that hold: `digest` is that of each mutant's code now, `tests` that of the tests.

    While the tests are the same, all on code that is; else those whose test still stands where it noticed the mutant.
    """
    return {
        name: verdict
        for name, verdict in verdicts(results).items()
        if digest.get(name) == verdict.digest
        and (verdict.tests == tests or (verdict.noticed and there(verdict.detail)))
    }


def digest_of(tests: tuple[str, ...]) -> str:
    """Of every file of these tests, and of what they share."""
    said = hashlib.sha256()
    for folder in (*tests, "tests/helpers"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            said.update(file.read_bytes())
    return said.hexdigest()[:16]


def _parts(mutants: list[Mutant], size: int = 400) -> Iterable[list[Mutant]]:
    return (mutants[at : at + size] for at in range(0, len(mutants), size))


def _copies(target: Target, mutants: list[Mutant], work: Work) -> None:
    """One process that collects, and judges all of these in copies of itself; it writes the verdicts."""
    with tempfile.TemporaryDirectory(prefix="nmes-mutation-") as folder:
        told = Path(folder) / "work"
        replace(work, modules=target.modules, mutants=tuple(mutant.name for mutant in mutants)).write(told)
        code, output = _pytest(told, target.tests, folder)
    if code != 0:
        raise RuntimeError(f"the bench of {target.name} ended with {code}:\n{output}")


def _fresh(target: Target, mutant: Mutant, work: Work) -> Verdict:
    while work.pause is not None and work.pause.exists():
        time.sleep(1)
    with tempfile.TemporaryDirectory(prefix="nmes-mutation-") as folder:
        told = Path(folder) / "work"
        replace(work, modules=target.modules, at_import=mutant).write(told)
        try:
            code, output = _pytest(told, ("-x", *target.tests), folder, FRESH_SECONDS)
        except subprocess.TimeoutExpired:
            return Verdict(mutant.name, "hung", "ended after its time")
        failed = [line for line in output.splitlines() if line.startswith(("FAILED", "ERROR"))]
        if code in (1, 2) and failed:  # a test failed, or could not even be imported
            _must_be_green(named_in(failed[-1]))
            return Verdict(mutant.name, "killed", failed[-1][:200])
        if code < 0:
            return Verdict(mutant.name, "hung", f"ended by signal {-code}")
        return Verdict(mutant.name, "survived" if code == 0 else "broken", "" if code == 0 else f"exit {code}")


@cache
def _must_be_green(test: str) -> None:
    """RuntimeError if it is not, without any mutant."""
    with tempfile.TemporaryDirectory(prefix="nmes-mutation-") as folder:
        told = Path(folder) / "work"
        Work((), (), Path(folder) / "none", 1).write(told)
        code, output = _pytest(told, (test,), folder)
    if code != 0:
        raise RuntimeError(f"{test} is red without any mutant:\n{output}")


def _pytest(told: Path, arguments: tuple[str, ...], folder: str, seconds: float | None = None) -> tuple[int, str]:
    options = [
        "-p",
        "mutation.plugin",
        "-p",
        "no:cacheprovider",
        "-n",
        "0",
        "-m",
        "not campaign and not benchmark",
        "-q",
        "-rfE",
        "--hypothesis-seed=0",
        "--timeout=0",
    ]
    environment = {key: value for key, value in os.environ.items() if key not in ASKED_BY} | {
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests"))),
        "NMES_MUTATION": str(told),
        "HYPOTHESIS_STORAGE_DIRECTORY": folder,
        "PYTEST_DEBUG_TEMPROOT": folder,
        "PYTHONDONTWRITEBYTECODE": "",
    }
    command = [sys.executable, "-m", "pytest", *options, *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, timeout=seconds, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout[-4000:] + done.stderr[-4000:]
