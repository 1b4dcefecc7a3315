"""A pytest plugin: collects once, then forks a process for each mutant, which runs the tests that reach it.

Loaded by `bench.py` with `-p mutation.plugin`; what to do stands in the file that NMES_MUTATION names. A process of
collected tests is copied in milliseconds; a fresh one is needed only for what runs at import (`bench.py` starts it).
"""

from __future__ import annotations

import gc
import json
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from mutation.mutants import digests, mutants_of, mutated
from mutation.reach import HEARD, Reach, noting
from mutation.swap import ImportedFrom, exchange
from mutation.work import Outcome, Verdict, Work

MEMORY_BYTES = 6_000_000_000
"""A mutant that collects without end dies of it, and nothing else does [design]."""
FRESH_CPU_S = 240
"""Of a fresh process; the largest room's tests take 40 s [measured]."""
LONGEST_LOOK_S = 0.5
"""A look that took longer did not take so long: somebody stopped the bench and let it go on [design]."""
KILLED, SURVIVED, BROKEN = 1, 0, 3

_work = Work.read(Path(os.environ["NMES_MUTATION"]))
# Neither shrinking nor yesterday's findings: the first failure is enough. No deadline: other processes work beside it.
settings.register_profile(
    "mutation",
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[*HealthCheck],
)
settings.load_profile("mutation")
if _work.at_import is not None:
    _trees = {_work.at_import.module: partial(mutated, _work.at_import)}
    resource.setrlimit(resource.RLIMIT_CPU, (FRESH_CPU_S, FRESH_CPU_S))
else:
    _trees = {module: partial(noting, module) for module in _work.modules}
sys.meta_path.insert(0, ImportedFrom(_trees))


_failures: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """In the process that runs the tests: what a failure says."""
    if report.failed:
        _failures.append(f"{report.nodeid}\n{report.longreprtext}")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Instead of running the tests."""
    if _work.at_import is not None:
        return None
    if session.testsfailed:
        raise session.Interrupted("the tests cannot be collected")
    Bench(session).run()
    return True


class Bench:
    """The collected tests, and the processes at work."""

    def __init__(self, session: pytest.Session) -> None:
        self._items = {item.nodeid: item for item in session.items}
        self._session = session
        self._parent = os.getppid()
        self._awake_s = 0.0
        self._known = {mutant.name: mutant for module in _work.modules for mutant in mutants_of(module)}
        self._digests = {module: digests(module) for module in _work.modules}
        self._at_work: dict[int, tuple[str, float, Path]] = {}
        self._unnoticed: dict[str, Outcome] = {}
        """What it is called if no test fails: what ran at import may have kept what the sound function made."""

    def run(self) -> None:
        gc.freeze()
        reach = self._reach()
        for begun, name in enumerate(_work.mutants):
            # Of the rooms that were begun some are judged: to see which test runs what may have taken all of the time.
            if (_work.out and begun >= _work.jobs) or os.getppid() != self._parent:  # nobody waits for the rest
                break
            mutant = self._known[name]
            owner = (mutant.module, mutant.owner)
            tests = reach.tests_of(owner)
            self._unnoticed[name] = "at_import" if owner in reach.imported else "survived"
            if not tests:
                self._tell(Verdict(name, self._unnoticed[name], "no test runs it"))
                continue
            self._wait_for_room()
            seconds = sum(reach.seconds[test] for test in tests)
            self._fork(name, tests, seconds, partial(exchange, mutant))
        while self._at_work:
            self._reap(block=True)

    def _tell(self, verdict: Verdict) -> None:
        """It holds for the function as it is now."""
        mutant = self._known[verdict.mutant]
        digest = self._digests[mutant.module][mutant.owner]
        replace(verdict, digest=digest, tests=_work.tests).append(_work.results)

    def _reach(self) -> Reach:
        """One sound run, each test heard: it must be green, or nothing that follows means anything."""
        reach = Reach(imported=set(HEARD))
        with tempfile.TemporaryDirectory() as folder:
            told = Path(folder) / "reach"
            pid = os.fork()
            if pid == 0:
                _quietly(folder)
                os._exit(self._listen(told))
            _, status = os.waitpid(pid, 0)
            if os.waitstatus_to_exitcode(status) != 0:
                raise self._session.Interrupted(f"the tests are red without any mutant: {told.read_text()[-3000:]}")
            for test, (seconds, owners) in json.loads(told.read_text()).items():
                reach.seconds[test] = seconds
                reach.by_test[test] = {(module, owner) for module, owner in owners}
        return reach

    def _listen(self, told: Path) -> int:
        heard: dict[str, tuple[float, list[tuple[str, str]]]] = {}
        items = list(self._items.values())
        for item, after in zip(items, [*items[1:], None], strict=True):
            HEARD.clear()
            before = time.monotonic()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
            heard[item.nodeid] = (time.monotonic() - before, sorted(HEARD))
            if self._session.testsfailed:
                told.write_text(_failures[0])
                return KILLED
        told.write_text(json.dumps(heard))
        return SURVIVED

    def _fork(self, name: str, tests: list[str], seconds: float, change: Callable[[], None]) -> None:
        folder = Path(tempfile.mkdtemp(prefix="nmes-mutant-"))
        pid = os.fork()
        if pid == 0:
            code = BROKEN
            try:
                _quietly(str(folder))
                _bounded(seconds)
                change()
                code = self._judge(tests, folder / "killer")
            except BaseException as error:  # noqa: BLE001 - told as what it is: the bench broke
                (folder / "killer").write_text(f"{type(error).__name__}: {error}")
            finally:
                os._exit(code)
        self._at_work[pid] = (name, self._awake_s + 30 + 20 * seconds, folder)

    def _judge(self, tests: list[str], killer: Path) -> int:
        items = [self._items[test] for test in tests]
        for item, after in zip(items, [*items[1:], None], strict=True):
            killer.write_text(item.nodeid)  # before: one that hangs is named too
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
            if self._session.testsfailed:
                return KILLED
        return SURVIVED

    def _wait_for_room(self) -> None:
        while _work.pause is not None and _work.pause.exists():
            time.sleep(1)
        while len(self._at_work) >= _work.jobs:
            self._reap(block=False)

    def _reap(self, *, block: bool) -> None:
        """Take what has ended, and end what has taken too long, the time not counted in which all of it was stopped."""
        looked = time.monotonic()
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid in self._at_work:
            name, _, folder = self._at_work.pop(pid)
            code = os.waitstatus_to_exitcode(status)
            verdict = Verdict(name, self._unnoticed[name]) if code == SURVIVED else _noticed(name, code, folder)
            self._tell(verdict)
            shutil.rmtree(folder, ignore_errors=True)
            return
        for late, (_, until, _) in self._at_work.items():
            if self._awake_s > until:
                os.kill(late, 9)
        time.sleep(0.02 if block else 0.005)
        self._awake_s += min(time.monotonic() - looked, LONGEST_LOOK_S)


def _noticed(name: str, code: int, folder: Path) -> Verdict:
    """A process that was ended hung: a test run would have hung too, and been seen to."""
    match code:
        case 1:
            return Verdict(name, "killed", _first_line(folder / "killer"))
        case _ if code < 0:
            return Verdict(name, "hung", f"{_first_line(folder / 'killer')} ended by signal {-code}".strip())
        case _:
            return Verdict(name, "broken", f"exit {code} {_first_line(folder / 'killer')}")


def _bounded(seconds: float) -> None:
    """No endless loop and no endless list: three times the time of the sound tests, and more memory than they need."""
    limit = int(10 + 3 * seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def _quietly(folder: str) -> None:
    """Nothing is said, and temporary folders are this process's own: what one mutant leaves, no other may find."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    os.environ["PYTEST_DEBUG_TEMPROOT"] = folder
    os.environ["NMES_HOME"] = folder


def _first_line(file: Path) -> str:
    return file.read_text().partition("\n")[0][:200] if file.exists() else ""
