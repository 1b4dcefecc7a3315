"""A simulator as a process, and somebody else's client on its line, unmodified."""

from __future__ import annotations

import json
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import serial
from science_mode_4 import SerialPortConnection

ROOT = Path(__file__).parents[2]
PATIENCE_S = 40.0


class SocketConnection(SerialPortConnection):
    """Their connection on a pyserial URL, which the package itself does not offer."""

    def __init__(self, url: str) -> None:
        super().__init__("unused")
        self._ser = serial.serial_for_url(url, do_not_open=True, timeout=0, write_timeout=1)

    def _read_intern(self) -> bytes:
        """All there is: on a socket pyserial's `in_waiting`, which they ask first, is never more than 1."""
        return bytes(self._ser.read(65_536))


@dataclass(frozen=True)
class Running:
    """A simulator that serves `url` and writes `trace`."""

    url: str
    trace: Path
    since: int = 0
    """Lines of the trace that belong to somebody before."""

    def from_now(self) -> Running:
        """The same simulator for the next client, with what it tells from here on."""
        return replace(self, since=self.since + len(self.told()))

    @contextmanager
    def connection(self) -> Iterator[SerialPortConnection]:
        """Their serial connection, open."""
        connection = SocketConnection(self.url) if "://" in self.url else SerialPortConnection(self.url)
        connection.open()
        try:
            yield connection
        finally:
            connection.close()

    def told(self) -> list[dict[str, object]]:
        """The trace so far; a last line that is being written does not count."""
        lines = self.trace.read_text("utf-8").splitlines(keepends=True)[self.since :]
        return [json.loads(text) for text in lines if text.endswith("\n")]

    def pulses(self) -> list[dict[str, object]]:
        """Every pulse so far, with its time."""
        return [{"t_us": line["t_us"], **line["pulse"]} for line in self.told() if "pulse" in line]

    def states(self) -> list[str]:
        """The states that were entered, in order."""
        return [line["state"] for line in self.told() if "state" in line]


@contextmanager
def simulator(folder: Path, serve: str, *arguments: str) -> Iterator[Running]:
    """Run `nmes-sim` in a process of its own."""
    trace = folder / "trace.jsonl"
    command = [sys.executable, "-m", "firmware_sim", "--serve", serve, "--trace", str(trace), *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        assert select.select([process.stdout], [], [], PATIENCE_S)[0], "the simulator does not start"
        yield Running(process.stdout.readline().decode().split()[1], trace)
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_S)


def wait_for(condition: Callable[[], object], what: str) -> None:
    """Until `condition` holds; fails when it does not in time."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.01)
