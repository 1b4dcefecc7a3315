"""The built-in simulator as a child process: it outlives its controller until its own dead-man has fired.

It is started as a program and spoken to over a loopback socket, like any device; nothing of it is imported here.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

START_LIMIT_S = 10
END_LIMIT_S = 5
IDLE_S = 15
"""The child ends by itself when nobody has been connected for this long, and not before its dead-man fired [design]."""


class SimulatorError(Exception):
    """The simulator did not start; the message is one sentence for the user."""


@dataclass(slots=True)
class Simulator:
    """A running simulator and the URL at which it listens."""

    process: subprocess.Popen[str]
    url: str

    def end(self) -> None:
        """End it now: for when its output is known to be off."""
        self.process.terminate()
        try:
            self.process.wait(END_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._close()

    def leave(self) -> None:
        """Let it live on by itself: it ends when its output is off and nobody comes."""
        self._close()
        threading.Thread(target=self.process.wait, name="nmes-simulator-end", daemon=True).start()

    def _close(self) -> None:
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()


def start_simulator(trace: Path | None = None) -> Simulator:
    """Start `firmware_sim` in a session of its own, so that no signal of this terminal reaches it; SimulatorError."""
    command = [sys.executable, "-m", "firmware_sim", "--serve", "tcp", "--exit-when-idle", str(IDLE_S)]
    if trace is not None:
        command += ["--trace", str(trace)]
    process = subprocess.Popen(  # noqa: S603 - our own program, arguments are not a user's text
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    line = _first_line(process)
    if not line.startswith("listening "):
        process.kill()
        _, complaint = process.communicate()
        raise SimulatorError(
            f"the simulator did not start: {complaint.strip() or 'it said nothing'}; try nmes-sim --help"
        )
    return Simulator(process, line.removeprefix("listening ").strip())


def _first_line(process: subprocess.Popen[str]) -> str:
    if process.stdout is None:
        return ""
    limit = threading.Timer(START_LIMIT_S, process.kill)
    limit.start()
    try:
        return process.stdout.readline()
    finally:
        limit.cancel()
