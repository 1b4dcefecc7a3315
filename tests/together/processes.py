"""Controllers and simulators as processes of their own, and what the simulator's trace tells of them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
INIT, UPDATE, HALT, POLL = 30, 32, 34, 36
DEAD_MAN_US = 2_000_000
PATIENCE_S = 40.0
"""Only for what is expected to come: a test that waits this long has failed."""
CONTROLLER = str(Path(__file__).with_name("controller_process.py"))


def next_line(process: subprocess.Popen[str], start: str) -> str:
    """The next line of a process that begins so, without its beginning. One that says nothing for long is killed."""
    assert process.stdout is not None
    limit = threading.Timer(PATIENCE_S, process.kill)
    limit.start()
    try:
        for line in iter(process.stdout.readline, ""):
            if line.startswith(start):
                return line.removeprefix(start).strip()
    finally:
        limit.cancel()
    raise AssertionError(f"it ended or was killed without {start}: {complaint(process)}")


def complaint(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    return process.stderr.read()


@dataclass
class Trace:
    """Everything a simulator notes, in its own time."""

    path: Path

    def told(self) -> list[dict[str, Any]]:
        """Everything so far; a line being written is left out."""
        text = self.path.read_text()
        return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]

    def until(self, condition: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        """The trace as soon as `condition` holds for it."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if condition(told := self.told()):
                return told
            time.sleep(0.02)
        raise AssertionError("the simulator's trace did not get there in time")


@dataclass
class Controller:
    """`controller_process.py` at work, and its folder."""

    process: subprocess.Popen[str]
    home: Path

    def line(self, start: str) -> str:
        """The next line of the controller that begins so."""
        return f"{start} {next_line(self.process, start)}"

    def complaint(self) -> str:
        return complaint(self.process)

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def ended(self) -> int:
        return self.process.wait(PATIENCE_S)


@dataclass
class Device:
    """A simulator at work: its line's address, its trace, and the way in beside its line if it has one."""

    process: subprocess.Popen[str]
    url: str
    trace: Trace
    backdoor: socket.socket | None = None
    _lines: Any = field(default=None)

    def ask(self, **request: object) -> dict[str, Any]:
        assert self.backdoor is not None
        if self._lines is None:
            self._lines = self.backdoor.makefile("rb")
        self.backdoor.sendall(json.dumps({"id": 1, **request}).encode() + b"\n")
        answer: dict[str, Any] = json.loads(self._lines.readline())
        assert answer["ok"], answer
        return answer

    def open_backdoor(self, announced: str) -> None:
        """`announced` is the address, and the word that opens it where there is one."""
        address, _, token = announced.partition(" ")
        host, _, port = address.removeprefix("tcp://").partition(":")
        self.backdoor = socket.create_connection((host, int(port)), PATIENCE_S)
        if token:
            self._lines = self.backdoor.makefile("rb")
            self.backdoor.sendall(json.dumps({"token": token}).encode() + b"\n")
            assert json.loads(self._lines.readline())["ok"]


class Launcher:
    """Starts processes in a folder, and ends what is left of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: list[subprocess.Popen[str]] = []
        self.devices: list[Device] = []

    def process(self, *command: str, runtime: Path | None = None, home: Path | None = None) -> subprocess.Popen[str]:
        """`runtime`: where locks of devices lie; `home`: whose records are kept."""
        more = {"NMES_HOME": str(home)} if home is not None else {}
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=self.folder,
            env={**os.environ, "XDG_RUNTIME_DIR": str(runtime or self.folder), "PYTHONPATH": str(ROOT), **more},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.running.append(process)
        return process

    def device(self, name: str, line: str, *more: str) -> Device:
        """A simulator on a `line`, "tcp" or "pty"."""
        trace = self.folder / f"{name}.jsonl"
        process = self.process("-m", "firmware_sim", "--serve", line, "--trace", str(trace), *more)
        device = Device(process, next_line(process, "listening "), Trace(trace))
        if "--backdoor" in more:
            device.open_backdoor(next_line(process, "backdoor "))
        self.devices.append(device)
        return device

    def controller(self, name: str, url: str, trace: Path | None = None, *more: str) -> Controller:
        """A controller that brings current to the device at `url`; "sim": to its own child, with a `trace`. `more`: of
        which family the device is.
        """
        home = self.folder / name
        home.mkdir(exist_ok=True)
        return Controller(self.process(CONTROLLER, url, str(home), str(trace or home / "trace.jsonl"), *more), home)

    def end(self) -> None:
        for device in self.devices:
            if device.backdoor is not None:
                device.backdoor.close()
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.communicate(timeout=PATIENCE_S)


def pulses_us(told: list[dict[str, Any]]) -> list[int]:
    return [line["t_us"] for line in told if line.get("pulse", {}).get("peak_current_ua")]


def most_ua(told: list[dict[str, Any]], since_us: int = 0) -> int:
    return max(
        (line["pulse"]["peak_current_ua"] for line in told if "pulse" in line and line["t_us"] > since_us), default=0
    )


def frames_us(told: list[dict[str, Any]], *commands: int) -> list[int]:
    return [line["t_us"] for line in told if line.get("frame") in commands]


def dead_man(told: list[dict[str, Any]]) -> bool:
    return any("dead_man" in line for line in told)
