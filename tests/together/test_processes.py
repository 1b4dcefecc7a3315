"""Real processes on the real clock: whatever dies, hangs or is cut, the simulator's own trace shows when the skin fell
silent.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from together.processes import (
    DEAD_MAN_US,
    HALT,
    POLL,
    UPDATE,
    Controller,
    Launcher,
    Trace,
    dead_man,
    frames_us,
    pulses_us,
)

from nmes.core.session import step
from nmes.record.files import Kind
from nmes.record.replay import Same, replay
from nmes.record.store import Closed, Unfinished, list_sessions, read_session
from nmes.record.verdicts import verify_session
from nmes.record.verify import Intact, Torn
from nmes.runtime.binding import session_of

pytestmark = [pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals"), pytest.mark.timeout(60)]


@dataclass
class Pair:
    """A controller and a simulator as processes, with the simulator's trace and the controller's folder."""

    controller: Controller
    simulator: subprocess.Popen[str] | None
    trace: Trace

    @property
    def home(self) -> Path:
        return self.controller.home

    def line(self, start: str) -> str:
        return self.controller.line(start)

    def complaint(self) -> str:
        return self.controller.complaint()

    def send(self, number: signal.Signals) -> None:
        self.controller.send(number)

    def ended(self) -> int:
        return self.controller.ended()

    def told(self) -> list[dict[str, Any]]:
        return self.trace.told()

    def until(self, condition: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        return self.trace.until(condition)


SCENARIOS = {
    "killed, tcp": "tcp",
    "killed, pty": "pty",
    "SIGTERM": "tcp",
    "SIGHUP": "tcp",
    "SIGINT": "tcp",
    "hung": "tcp",
    "simulator killed": "tcp",
    "killed, child": "child",
    "SIGTERM, child": "child",
}
"""Each test has a pair of its own."""
RARE = {"killed, tcp", "SIGHUP"}
"""In the campaign only: of each kind of line, and of each way to end, another one is in every run. The others are
started at once, because live current takes its seconds."""
STRUCK = {
    "killed, tcp": signal.SIGKILL,
    "killed, pty": signal.SIGKILL,
    "hung": signal.SIGSTOP,
    "killed, child": signal.SIGKILL,
}
"""These wait for the device's own timer: but for the rare they are struck together, and wait together."""


class Pairs:
    """The pairs of SCENARIOS, each started when it is first asked for."""

    def __init__(self, launcher: Launcher) -> None:
        self.launcher = launcher
        self.running: dict[str, Pair] = {}
        self.struck: set[str] = set()

    def pair(self, name: str) -> Pair:
        if name not in self.running:
            self.running[name] = self._started(name)
        return self.running[name]

    def ready(self, name: str) -> Pair:
        """That of a scenario, as soon as current flows."""
        pair = self.pair(name)
        pair.line("READY")
        return pair

    def strike(self, name: str) -> Pair:
        """... with current that flowed when its controller was killed or stopped."""
        if name not in self.struck:
            self.ready(name).send(STRUCK[name])
            self.struck.add(name)
        return self.pair(name)

    def _started(self, name: str) -> Pair:
        folder = name.replace(", ", "-").replace(" ", "-")
        if SCENARIOS[name] == "child":
            trace = self.launcher.folder / f"{folder}.jsonl"
            return Pair(self.launcher.controller(folder, "sim", trace), None, Trace(trace))
        device = self.launcher.device(folder, SCENARIOS[name])
        return Pair(self.launcher.controller(folder, device.url), device.process, device.trace)


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pairs]:
    launcher = Launcher(tmp_path_factory.mktemp("processes"))
    pairs = Pairs(launcher)
    for name in SCENARIOS.keys() - RARE:
        pairs.pair(name)
    yield pairs
    launcher.end()


@pytest.fixture
def start(pairs: Pairs) -> Callable[[str], Pair]:
    """start(scenario) gives its pair as soon as current flows."""
    return pairs.ready


@pytest.fixture(scope="module")
def struck(pairs: Pairs) -> Callable[[str], Pair]:
    """struck(scenario) gives its pair of STRUCK."""
    for name in STRUCK.keys() - RARE:
        pairs.strike(name)
    return pairs.strike


@pytest.mark.thorough
@pytest.mark.covers("PR-01", "LW-04", "FR-03")
@pytest.mark.parametrize("line", [pytest.param("tcp", marks=pytest.mark.campaign), "pty"])
def test_a_killed_controller_leaves_the_skin_silent_after_two_seconds(struck: Callable[[str], Pair], line: str) -> None:
    pair = struck(f"killed, {line}")
    pair.ended()
    told = pair.until(dead_man)
    last_frame_us = frames_us(told, UPDATE, POLL)[-1]
    last_pulse_us = pulses_us(told)[-1]
    assert last_frame_us + DEAD_MAN_US - 100_000 < last_pulse_us < last_frame_us + DEAD_MAN_US
    assert frames_us(told, HALT)[-1] < last_frame_us, "nobody sent a halt: the device did it"
    [summary] = list_sessions(pair.home, Kind.SIMULATION)
    assert summary.ending == Unfinished()
    assert isinstance(verify_session(summary.path).verdict, Intact | Torn), "a line may have been cut, nothing else"


@pytest.mark.thorough
@pytest.mark.covers("FR-03")
@pytest.mark.parametrize(
    "taken", [signal.SIGTERM, pytest.param(signal.SIGHUP, marks=pytest.mark.campaign), signal.SIGINT]
)
def test_a_signal_halts_first_then_closes_the_record(start: Callable[[str], Pair], taken: signal.Signals) -> None:
    pair = start(taken.name)
    pair.send(taken)
    assert pair.ended() == 128 + taken
    told = pair.told()
    after_us = [t_us for t_us in frames_us(told, HALT) if t_us > frames_us(told, UPDATE)[-1]]
    assert after_us, "a halt was the answer"
    assert pulses_us(told)[-1] <= after_us[0]
    assert not dead_man(told)
    [summary] = list_sessions(pair.home, Kind.SIMULATION)
    assert summary.ending == Closed(f"stop:{taken.name}")
    assert isinstance(verify_session(summary.path).verdict, Intact)
    assert isinstance(replay(read_session(summary.path), step, session_of), Same)
    assert pair.complaint() == ""


@pytest.mark.thorough
@pytest.mark.covers("LW-04", "SR-07")
def test_a_controller_that_hung_does_not_start_again_by_itself(struck: Callable[[str], Pair]) -> None:
    pair = struck("hung")
    told = pair.until(dead_man)
    silent_us = pulses_us(told)[-1]
    assert silent_us < frames_us(told, UPDATE, POLL)[-1] + DEAD_MAN_US
    pair.send(signal.SIGCONT)
    told = pair.until(lambda told: frames_us(told, HALT)[-1] > silent_us)
    pair.line("STATE stopped")
    pair.send(signal.SIGTERM)
    pair.ended()
    assert pulses_us(pair.told())[-1] == silent_us


@pytest.mark.thorough
def test_a_killed_simulator_leaves_a_controller_that_says_so_and_ends(start: Callable[[str], Pair]) -> None:
    pair = start("simulator killed")
    assert pair.simulator is not None
    pair.simulator.kill()
    pair.line("STATE unsure link_lost")
    pair.line("RECORD")
    assert pair.ended() == 0
    [summary] = list_sessions(pair.home, Kind.SIMULATION)
    assert summary.ending == Closed("link_lost")
    assert isinstance(verify_session(summary.path).verdict, Intact)
    assert pair.complaint() == ""


@pytest.mark.thorough
def test_the_built_in_simulator_outlives_a_killed_controller_until_its_dead_man_fired(
    struck: Callable[[str], Pair],
) -> None:
    pair = struck("killed, child")
    pair.ended()
    told = pair.until(lambda told: any("end" in line for line in told))
    last_frame_us = frames_us(told, UPDATE, POLL)[-1]
    assert dead_man(told)
    assert last_frame_us + DEAD_MAN_US - 100_000 < pulses_us(told)[-1] < last_frame_us + DEAD_MAN_US
    assert told[-1]["end"] == "idle"


@pytest.mark.thorough
def test_the_built_in_simulator_ends_with_its_controller_when_the_output_is_off(start: Callable[[str], Pair]) -> None:
    pair = start("SIGTERM, child")
    pair.send(signal.SIGTERM)
    assert pair.ended() == 128 + signal.SIGTERM
    told = pair.until(lambda told: any("end" in line for line in told))
    assert told[-1]["end"] == "SIGTERM"
    assert not dead_man(told)
