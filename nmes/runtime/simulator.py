"""The built-in simulator as a child process: it outlives its controller until its own dead-man has fired.

It is started as a program and spoken to over a loopback socket, like any device; nothing of it is imported here.
"""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from nmes.language import _
from nmes.runtime.backdoor_bench import BackdoorBench, SocketAsk
from nmes.runtime.families import DEFAULT
from nmes.runtime.person import Person
from nmes.runtime.sim_bench import SimBench

START_LIMIT_S = 10
END_LIMIT_S = 5
IDLE_S = 15
"""The child ends by itself when nobody has been connected for this long, and not before its dead-man fired [design]."""


class SimulatorError(Exception):
    """The simulator did not start; the message is one sentence for the user."""


@dataclass(slots=True)
class Simulator:
    """A running simulator, the URL at which it listens, and the virtual patient on its electrodes, if there is one."""

    process: subprocess.Popen[str]
    url: str
    sim_bench: SimBench | None = None

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


@cache
def simulator_name() -> str:
    """What will be started, with its version: read from its source, because nothing of it is imported here."""
    found = find_spec("firmware_sim")
    source = Path(found.origin).read_text(encoding="utf-8") if found and found.origin else ""
    version = re.search(r'^__version__ = "(.+)"$', source, re.MULTILINE)
    return f"firmware_sim {version[1] if version else '?'}"


def start_simulator(trace: Path | None = None, person: Person | None = None, device: str = DEFAULT.key) -> Simulator:
    """Start `firmware_sim` in a session of its own, so that no signal of this terminal reaches it; SimulatorError.

    `device`: the key of the family it is to be. With a person it also has a backdoor, on a port of its own, by which
    the person can be looked at. Nothing of the folder that the user happens to be in is run (`-P`): a file there may
    have the name of one of Python's own.
    """
    command = [sys.executable, "-P", "-m", "firmware_sim", "--device", device]
    command += ["--serve", "tcp", "--exit-when-idle", str(IDLE_S)]
    if trace is not None:
        command += ["--trace", str(trace)]
    if person is not None:
        command += ["--backdoor", *_options(person)]
    process = subprocess.Popen(  # noqa: S603 - our own program, arguments are not a user's text
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    url = _announced(process, "listening ")
    bench = None
    if person is not None:
        address, _, token = _announced(process, "backdoor ").partition(" ")
        ask = SocketAsk(int(address.rpartition(":")[2]), token)
        bench = BackdoorBench(ask, ask.close)
    return Simulator(process, url, bench)


def _options(person: Person) -> list[str]:
    words = ["--patient", person.profile]
    for site in person.sites:
        for option, value in (
            ("--site", site.muscle),
            ("--side", site.side),
            ("--pad-mm2", site.pad_mm2),
            ("--length", site.length),
        ):
            words += [f"{option}={site.channel}={value}"] if value else []
    return words


def _announced(process: subprocess.Popen[str], what: str) -> str:
    """The rest of the next line, which begins with `what`; SimulatorError with the child's complaint if it does not."""
    line = _next_line(process)
    if not line.startswith(what):
        process.kill()
        complaint = process.communicate()[1]
        said = _("the simulator did not start: {complaint}; try nmes-sim --help")
        raise SimulatorError(said.format(complaint=complaint.strip() or _("it said nothing")))
    return line.removeprefix(what).strip()


def _next_line(process: subprocess.Popen[str]) -> str:
    if process.stdout is None:
        return ""
    limit = threading.Timer(START_LIMIT_S, process.kill)
    limit.start()
    try:
        return process.stdout.readline()
    finally:
        limit.cancel()
