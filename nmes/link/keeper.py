"""The controller's side of the keeper: starting it with a duplicate of the open line, and what is said to it each turn.

Laws: nothing here waits, but for the start (until the keeper has the line and says so) and for its end after a
confirmed halt, so that the line is free when the session is over. What renews is called by the turn that did the work;
there is no thread. What is wrong with the keeper is told as words, never raised: the guard halts because of them.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nmes.link.keeper_report import report_beside
from nmes.link.port import Port, PortMissing

READY_S: Final = 10.0
"""A keeper is ready after 0.05 s; a loaded computer may take long [design]."""
END_S: Final = 1.0
"""How long its end is waited for; it takes milliseconds [design]."""
RENEW_US: Final = 100_000
"""A tenth of what the keeper waits, so that a turn that comes late is no death [design]."""
SILENT_US: Final = 1_000_000
"""So long without an answer, and the keeper counts as gone: as long as it waits for the controller [design]."""
NO_DUPLICATE: Final = (
    "this line cannot be given to a second process, which must stop a stimulator without a dead-man if this program "
    "dies; use Linux or macOS and a serial port or socket://host:port"
)


@dataclass(frozen=True, slots=True)
class Halting:
    """How this family is halted: the frame, and its answer as the bits that matter and their value."""

    frame: bytes
    mask: int
    answer: int


@dataclass(frozen=True, slots=True)
class Told:
    """What the keeper may have to tell: files and sentences, given to it at the start."""

    note: Path
    """The file it leaves if it took over."""
    lock: Path
    """The device's lock file: another holder in it wants the line."""
    halted: str
    failed: str
    family: str
    """The key of the device's family: before it is halted, the line goes only to a session of that."""
    screen: bool
    """Whether an app has the terminal's whole screen, which then has to be put back before anything is read there."""


class KeeperProcess:
    """A keeper at work; see `nmes.guard.keeping.Keeper` for what the guard asks of it."""

    def __init__(self, process: subprocess.Popen[bytes], pipe: int, back: int) -> None:
        self._process, self._pipe, self._back = process, pipe, back
        self._engaged = self._gone = self._ended = self._taken = self._told = False
        self._renewed_us = self._heard_us = 0
        self._pipes = threading.RLock()  # whoever stops, in any thread, may give up while the turn ends it

    @property
    def pid(self) -> int:
        return self._process.pid

    def engage(self, now_us: int) -> str:
        """Before bytes leave that can lead to output."""
        if not self._engaged:
            self._engaged, self._renewed_us, self._heard_us = True, now_us, now_us
            self._say(b"E")
        return self._trouble(now_us)

    def renew(self, now_us: int) -> str:
        """Once a turn; not before the last trouble has halted the device is the line asked for again."""
        if self._told:
            self._taken = self._told = False
            self._heard_us = self._renewed_us = now_us
            self._say(b"B" if self._engaged else b"BR")  # it may have taken over before it was told of the rest
        if self._engaged and now_us - self._renewed_us >= RENEW_US:
            self._renewed_us = now_us
            self._say(b".")
        trouble = self._trouble(now_us)
        self._told = self._taken
        return trouble

    def rest(self) -> None:
        """A halt is confirmed and nothing is on its way."""
        if self._engaged and not self._taken:
            self._engaged = False
            self._say(b"R")

    def give_up(self) -> None:
        """The line is dead here, and a halt may not have left: it takes over now instead of missing us for 1 s."""
        with self._pipes:
            if self._engaged:
                self._say(b"G")

    def end(self, *, confirmed: bool) -> None:
        """The line is about to be closed. Idempotent. Without a confirmed halt the keeper is left with the line."""
        with self._pipes:
            if self._ended:
                return
            done = confirmed or not self._engaged
            self._say(b"D" if done else b"G")
            self._ended = True
            os.close(self._pipe)
            os.close(self._back)
        if done:
            _await_end(self._process)
        else:
            self._process.returncode = 0  # nobody waits for it, and nobody complains that it is still running

    def _trouble(self, now_us: int) -> str:
        """What is wrong with it, "" if nothing is."""
        with self._pipes:
            self._hear(now_us)
        if self._gone or self._ended:
            return "the keeper, which must stop the device if this program dies, has ended"
        if self._taken:
            return "the keeper took over: this program stood still for more than 1 s"
        if self._engaged and now_us - self._heard_us > SILENT_US:
            return "the keeper, which must stop the device if this program dies, does not answer"
        return ""

    def _hear(self, now_us: int) -> None:
        if self._ended:
            return  # its number may be another file's by now
        try:
            said = os.read(self._back, 65_536)
        except BlockingIOError:
            return
        except OSError:
            said = b""
        self._gone |= not said
        self._taken |= b"T" in said
        if said:
            self._heard_us = now_us

    def _say(self, what: bytes) -> None:
        with self._pipes:
            if self._ended:
                return  # as in `_hear`
            try:
                os.write(self._pipe, what)
            except BlockingIOError:
                return  # it does not read, and does not answer either
            except OSError:
                self._gone = True


def start_keeper(port: Port, halting: Halting, told: Told) -> KeeperProcess:
    """Give the open line to a keeper; PortMissing says why that cannot be. The caller then closes the port."""
    line = None if sys.platform == "win32" else port.descriptor()
    if line is None:
        raise PortMissing(f"{port.identity.url}: {NO_DUPLICATE}.")
    from nmes.link.keeper_program import identity  # noqa: PLC0415 - there is no such system call on Windows

    reading, pipe = os.pipe()
    back, telling = os.pipe()
    os.set_blocking(pipe, False)
    os.set_blocking(back, False)
    setup = {
        **{"line": line, "pipe": reading, "back": telling, "halt": halting.frame.hex()},
        **{"mask": halting.mask, "answer": halting.answer, "terminal": _terminal(), "url": port.identity.url},
        **{"note": str(told.note.absolute()), "lock": str(told.lock.absolute())},
        **{"halted": told.halted, "failed": told.failed, "family": told.family, "screen": told.screen},
        "report": str(report_beside(told.lock.absolute())),
    }
    try:
        process = _started(setup, (line, reading, telling))
    except OSError as error:
        os.close(pipe)
        os.close(back)
        raise PortMissing(f"{port.identity.url}: the keeper cannot be started: {error.strerror}.") from error
    finally:
        os.close(reading)
        os.close(telling)
    held = _said_ready(back)
    if held and held == identity(line):
        return KeeperProcess(process, pipe, back)
    os.close(pipe)
    os.close(back)
    _await_end(process)
    raise PortMissing(f"{port.identity.url}: the keeper did not get this line; nothing can be started on it.")


def _started(setup: dict[str, object], given: tuple[int, ...]) -> subprocess.Popen[bytes]:
    """Isolated and without site-packages, so that it starts fast and nothing from outside is run in it."""
    root = str(Path(__file__).parents[2])
    code = f"import sys; sys.path.append({root!r}); from nmes.link.keeper_program import main; sys.exit(main())"
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-I", "-S", "-c", code, json.dumps(setup)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        pass_fds=given,
        start_new_session=True,
    )


def _said_ready(back: int) -> str:
    """The identity of the line that it holds, as it says; "" if it says nothing in time, or has ended."""
    end, said = time.monotonic() + READY_S, b""
    waits = select.poll()
    waits.register(back, select.POLLIN)
    while not said.endswith(b"\n") and (left_s := end - time.monotonic()) > 0:
        if waits.poll(left_s * 1000):
            more = os.read(back, 4096)
            if not more:
                return ""
            said += more
    return said.removeprefix(b"ready ").strip().decode("ascii", "replace")


def _await_end(process: subprocess.Popen[bytes]) -> None:
    """A keeper that rests ends when its pipe does; one that does not is ended, because nothing can flow."""
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _terminal() -> str:
    """Where a person reads what is said after the app is gone; "" if nobody does."""
    for stream in (2, 1, 0):
        with contextlib.suppress(OSError):
            return os.ttyname(stream)
    return ""
