"""A server in a thread of its own, and the program around it: whatever ends it is one line and exit code 1."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from firmware_sim.background import serving
from firmware_sim.serve import Request, Server
from firmware_sim.simulator import Simulator

ROOT = Path(__file__).parents[2]
BROKEN = """\
import sys, types
import firmware_sim.serve as serve

def broken(*_):
    raise RuntimeError("the line broke")

serve.select = types.SimpleNamespace(select=broken)
from firmware_sim.__main__ import main
sys.exit(main(sys.argv[1:]))
"""
"""The program with a server that a fault of its own ends at its first turn."""


class Line:
    """A line that breaks when it is first read, or never."""

    def __init__(self, error: Exception | None = None) -> None:
        self.url, self.occupied, self.unsent, self.closed = "nowhere", False, False, False
        self._error = error

    def watched(self) -> list[int]:
        return []

    def read(self) -> bytes:
        if self._error is not None:
            raise self._error
        return b""

    def write(self, data: bytes) -> None:
        pass

    def unplug(self) -> None:
        pass

    def plug(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True


def served(line: Line, leave=lambda background: None) -> None:
    ending = Request()
    server = Server(Simulator(), line, ending, time.monotonic_ns())
    with serving(server, ending, "test") as background:
        leave(background)


def until_dead(background) -> None:
    deadline = time.monotonic() + 40
    while background.alive():
        assert time.monotonic() < deadline
        time.sleep(0.001)


@pytest.mark.thorough
@pytest.mark.parametrize("error", [RuntimeError("soup"), OSError(28, "full"), ValueError("time went back")])
def test_what_ends_the_server_comes_out_of_the_block(error):
    with pytest.raises(type(error)) as caught:
        served(Line(error), until_dead)
    assert caught.value is error


def test_who_waits_can_ask_for_it():
    def wait(background):
        until_dead(background)
        with pytest.raises(RuntimeError, match="soup"):
            background.check()

    with pytest.raises(RuntimeError, match="soup"):
        served(Line(RuntimeError("soup")), wait)


def test_without_an_error_it_ends_when_the_block_is_left():
    line = Line()
    served(line, lambda background: background.check())
    assert line.closed


def test_an_error_of_the_block_itself_comes_out_when_the_server_had_none():
    def break_off(_):
        raise KeyError("mine")

    line = Line()
    with pytest.raises(KeyError, match="mine"):
        served(line, break_off)
    assert line.closed


def one_line(command: list[str], seconds: float = 40) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=seconds, check=False)
    err = done.stderr.decode()
    assert (done.returncode, err.count("\n")) == (1, 1), err
    return err


@pytest.mark.thorough
@pytest.mark.parametrize("arguments", [(), ("--scenario", "electrode-off", "--over", "socket")], ids=["serve", "play"])
def test_a_fault_of_its_own_is_one_line_and_exit_1(arguments):
    said = one_line([sys.executable, "-c", BROKEN, *arguments])
    assert said == "nmes-sim: stopped by a fault of its own: RuntimeError: the line broke\n"


@pytest.mark.thorough
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("over", ["memory", "socket"])
def test_a_full_disk_under_a_scenario_is_one_line_and_exit_1(over):
    command = [sys.executable, "-m", "firmware_sim", "--scenario", "electrode-off", "--over", over]
    assert one_line([*command, "--trace", "/dev/full"]).startswith("nmes-sim: stopped: [Errno 28]")
