"""Real processes on the real clock: whatever dies, hangs or is cut, the simulator's own trace shows when the skin fell
silent.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from nmes.core.session import step
from nmes.record.files import Kind
from nmes.record.replay import Same, replay
from nmes.record.store import Closed, Unfinished, list_sessions, read_session, verify_session
from nmes.record.verify import Intact, Torn
from nmes.runtime.binding import session_of

ROOT = Path(__file__).parents[2]
UPDATE, HALT, POLL = 32, 34, 36
DEAD_MAN_US = 2_000_000
PATIENCE_S = 40.0
"""Only for what is expected to come: a test that waits this long has failed."""

pytestmark = [pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals"), pytest.mark.timeout(60)]


@dataclass
class Pair:
    """A controller and a simulator as processes, with the simulator's trace and the controller's folder."""

    controller: subprocess.Popen[str]
    simulator: subprocess.Popen[str] | None
    trace: Path
    home: Path

    def line(self, start: str) -> str:
        """The next line of the controller that begins so."""
        assert self.controller.stdout is not None
        while True:
            assert select.select([self.controller.stdout], [], [], PATIENCE_S)[0], f"no {start} in time"
            line = self.controller.stdout.readline()
            assert line, f"the controller ended without {start}: {self.complaint()}"
            if line.startswith(start):
                return line.strip()

    def complaint(self) -> str:
        assert self.controller.stderr is not None
        return self.controller.stderr.read()

    def send(self, number: signal.Signals) -> None:
        self.controller.send_signal(number)

    def ended(self) -> int:
        return self.controller.wait(PATIENCE_S)

    def told(self) -> list[dict[str, Any]]:
        """Everything the simulator noted so far; a line being written is left out."""
        text = self.trace.read_text()
        return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]

    def until(self, condition: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        """The trace as soon as `condition` holds for it."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if condition(told := self.told()):
                return told
            time.sleep(0.02)
        raise AssertionError("the simulator's trace did not get there in time")


def pulses_us(told: list[dict[str, Any]]) -> list[int]:
    return [line["t_us"] for line in told if line.get("pulse", {}).get("peak_current_ua")]


def frames_us(told: list[dict[str, Any]], *commands: int) -> list[int]:
    return [line["t_us"] for line in told if line.get("frame") in commands]


def dead_man(told: list[dict[str, Any]]) -> bool:
    return any("dead_man" in line for line in told)


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


class Launcher:
    """Starts processes in a folder, and ends what is left of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: list[subprocess.Popen[str]] = []
        self.pairs: dict[str, Pair] = {}
        self.struck: set[str] = set()

    def process(self, *command: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=self.folder,
            env={**os.environ, "XDG_RUNTIME_DIR": str(self.folder), "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.running.append(process)
        return process

    def pair(self, name: str) -> Pair:
        """That of a scenario, started when it is first asked for."""
        if name not in self.pairs:
            self.pairs[name] = self._started(name)
        return self.pairs[name]

    def ready(self, name: str) -> Pair:
        """... as soon as current flows."""
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
        folder = self.folder / name.replace(", ", "-").replace(" ", "-")
        folder.mkdir()
        trace, line, simulator, url = folder / "trace.jsonl", SCENARIOS[name], None, "sim"
        if line != "child":
            simulator = self.process("-m", "firmware_sim", "--serve", line, "--trace", str(trace))
            assert simulator.stdout is not None
            url = simulator.stdout.readline().removeprefix("listening ").strip()
        program = str(Path(__file__).with_name("controller_process.py"))
        return Pair(self.process(program, url, str(folder), str(trace)), simulator, trace, folder)

    def end(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.communicate(timeout=PATIENCE_S)


@pytest.fixture(scope="module")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launcher]:
    launcher = Launcher(tmp_path_factory.mktemp("processes"))
    for name in SCENARIOS.keys() - RARE:
        launcher.pair(name)
    yield launcher
    launcher.end()


@pytest.fixture
def start(launcher: Launcher) -> Callable[[str], Pair]:
    """start(scenario) gives its pair as soon as current flows."""
    return launcher.ready


@pytest.fixture(scope="module")
def struck(launcher: Launcher) -> Callable[[str], Pair]:
    """struck(scenario) gives its pair of STRUCK."""
    for name in STRUCK.keys() - RARE:
        launcher.strike(name)
    return launcher.strike


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


def test_the_built_in_simulator_ends_with_its_controller_when_the_output_is_off(start: Callable[[str], Pair]) -> None:
    pair = start("SIGTERM, child")
    pair.send(signal.SIGTERM)
    assert pair.ended() == 128 + signal.SIGTERM
    told = pair.until(lambda told: any("end" in line for line in told))
    assert told[-1]["end"] == "SIGTERM"
    assert not dead_man(told)
