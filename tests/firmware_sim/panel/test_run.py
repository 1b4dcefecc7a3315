"""The panel as a program in a terminal: how it starts, and that every way out ends the simulator cleanly."""

from __future__ import annotations

import io
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_sim.panel import run_panel
from helpers.panel_bench import PanelBench

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parents[3]
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
PATIENCE_S = 30
"""Only a hang takes so long."""


class Terminal:
    """`nmes-sim --panel` in a pseudo-terminal of 80 x 24."""

    def __init__(self, *program: str, **more: str) -> None:
        pty = pytest.importorskip("pty", reason="a system with pseudo-terminals")
        self.keyboard, end = pty.openpty()
        environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80", "LINES": "24", **more}
        command = [sys.executable, *(program or ("-m", "firmware_sim")), "--panel", "--patient", "healthy_adult"]
        pipes = {"stdin": end, "stderr": end, "stdout": subprocess.PIPE}
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True, **pipes)
        os.close(end)
        self.seen = b""

    def wait_for(self, said: str) -> None:
        """Until it stands on the screen."""
        while said.encode() not in self.seen:
            assert select.select([self.keyboard], [], [], PATIENCE_S)[0], f"no {said!r} in {self.seen[-500:]!r}"
            self.seen += os.read(self.keyboard, 65_536)

    def type(self, keys: str) -> None:
        os.write(self.keyboard, keys.encode())

    def hang_up(self, *, told: bool) -> None:
        """The terminal is gone, as when its window is closed; whether or not a signal tells of it."""
        os.close(self.keyboard)
        self.keyboard = -1
        if told:
            self.process.send_signal(signal.SIGHUP)

    def code(self) -> int:
        """What it ended with."""
        return self.process.wait(PATIENCE_S)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
        if self.keyboard >= 0:
            os.close(self.keyboard)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    made = Terminal(NO_COLOR="1")
    try:
        made.wait_for("GREEN")
        yield made
    finally:
        made.close()


def test_it_shows_its_words_without_colour_and_q_ends_the_simulator(terminal: Terminal) -> None:
    terminal.wait_for("SIMULATOR, no patient, no stimulator")
    terminal.type("q")
    assert terminal.code() == 0
    assert b"Traceback" not in terminal.seen


@pytest.mark.parametrize(
    "told", [pytest.param(True, id="SIGHUP", marks=pytest.mark.campaign), pytest.param(False, id="no signal")]
)
def test_a_lost_terminal_ends_the_simulator(terminal: Terminal, told: bool) -> None:
    terminal.hang_up(told=told)
    assert terminal.code() == 0


def test_an_end_asked_for_from_outside_is_clean(terminal: Terminal) -> None:
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.code() == 0


def test_a_server_that_breaks_ends_the_panel_with_one_line_and_exit_1() -> None:
    terminal = Terminal("-c", BROKEN)
    try:
        terminal.wait_for("nmes-sim: stopped by a fault of its own: RuntimeError: the line broke")
        assert terminal.code() == 1
        assert b"Traceback" not in terminal.seen
    finally:
        terminal.close()


def test_without_a_terminal_there_is_one_line_and_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.__stdin__", io.StringIO())
    assert run_panel(PanelBench().backdoor, "socket://127.0.0.1:1") == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "--panel needs a terminal" in said
