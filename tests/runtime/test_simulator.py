"""The built-in simulator as a child: it starts, listens, ends when told, and is never waited for for ever."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nmes.runtime import simulator
from nmes.runtime.library import Library
from nmes.runtime.person import Person, person_for
from nmes.runtime.sim_bench import Model
from nmes.runtime.simulator import Simulator, SimulatorError, start_simulator


def address(url: str) -> tuple[str, int]:
    host, _, port = url.removeprefix("socket://").rpartition(":")
    return host, int(port)


def test_it_listens_where_it_says_and_ends_when_told(tmp_path: Path) -> None:
    running = start_simulator(tmp_path / "trace.jsonl")
    assert running.url.startswith("socket://127.0.0.1:")
    socket.create_connection(address(running.url), timeout=40).close()
    running.end()
    assert running.process.returncode == 0
    assert (tmp_path / "trace.jsonl").read_text().endswith('"end":"SIGTERM"}\n')


def test_without_a_trace_it_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    start_simulator().end()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["dataclasses.py", "firmware_sim.py"])
def test_a_file_of_the_folder_that_somebody_is_in_is_never_run(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a laboratory's own programs one may well be called like a part of Python."""
    (tmp_path / name).write_text("raise SystemExit('a stranger ran')\n")
    monkeypatch.chdir(tmp_path)
    start_simulator().end()


def test_a_simulator_that_cannot_start_says_why_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SimulatorError, match=r"^the simulator did not start: nmes-sim: --trace .*; try nmes-sim"):
        start_simulator(tmp_path / "no such folder" / "trace.jsonl")


def test_a_program_that_says_nothing_is_no_simulator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "true")
    with pytest.raises(SimulatorError, match=r"^the simulator did not start: it said nothing"):
        start_simulator()


def test_a_program_that_never_says_anything_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    deaf = tmp_path / "deaf"
    deaf.write_text("#!/bin/sh\nexec sleep 60\n")
    deaf.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(deaf))
    monkeypatch.setattr(simulator, "START_LIMIT_S", 0.2)
    with pytest.raises(SimulatorError, match="it said nothing"):
        start_simulator()


def test_a_child_that_will_not_end_is_made_to(monkeypatch: pytest.MonkeyPatch) -> None:
    stubborn = "import signal as s, time; s.signal(s.SIGTERM, s.SIG_IGN); print('up', flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", stubborn], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    monkeypatch.setattr(simulator, "END_LIMIT_S", 0.1)
    Simulator(process, "socket://127.0.0.1:1").end()
    assert process.returncode == -9


@pytest.mark.thorough
def test_a_child_that_is_left_lives_on() -> None:
    running = start_simulator()
    running.leave()
    socket.create_connection(address(running.url), timeout=40).close()
    assert running.process.poll() is None
    running.end()


@pytest.mark.thorough
def test_with_a_person_it_has_a_bench_of_its_own_beside_the_device_s_line() -> None:
    running = start_simulator(None, person_for(Library().load("cramp_calf_ctf_training").protocol))
    bench = running.sim_bench
    assert bench is not None
    end = time.monotonic() + 40
    while (body := bench.look()) is None:
        assert time.monotonic() < end
        time.sleep(0.01)
    assert [(pad.channel, pad.model, pad.on) for pad in body.pads] == [(1, Model.OWN, True)]
    assert [muscle.name for muscle in body.muscles] == ["gastrocnemius"]
    running.end()


@pytest.mark.thorough
def test_a_person_who_is_nobody_is_told_in_one_sentence() -> None:
    with pytest.raises(SimulatorError, match=r"^the simulator did not start: nmes-sim: nobody: there is no"):
        start_simulator(None, Person("nobody", ()))


def test_without_a_person_nobody_can_look() -> None:
    running = start_simulator()
    assert running.sim_bench is None
    running.end()
