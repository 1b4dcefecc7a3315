"""The keeper: a small process of its own that halts a stimulator without a dead-man when its controller cannot.

`nmes.link.keeper` starts it with a duplicate of the open line, the reading end of a pipe on which the controller's turn
renews, and the writing end of another on which this says what it does. What it decides is `nmes.link.vigil`; this file
is its hands. The standard library only, one thread, `poll` (a descriptor may be above 1023); nothing here waits for a
disk or a terminal. It has a session of its own and ignores what ends a terminal's programs: only SIGKILL ends it early.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import signal
import stat
import sys
import termios
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias, TypedDict

from nmes.link.vigil import (
    Phase,
    Vigil,
    Why,
    answered,
    ended,
    halt_due_ms,
    halt_written,
    heir_is_kept,
    passed,
    refused,
    taken_back,
    told,
    wanted_by_another,
)

READY, ALIVE, TAKEN = b"ready", b"k", b"T"
"""What it says on its way back: READY and the line's identity once, ALIVE when it heard, TAKEN when it took over."""
NAME = b"nmes-keeper"
"""What it is called where the system's programs are listed; as in `nmes.link.holders`."""
IGNORED = ("SIGINT", "SIGHUP", "SIGTERM", "SIGTSTP", "SIGQUIT", "SIGTTIN", "SIGTTOU", "SIGPIPE", "SIGUSR1", "SIGUSR2")
LEAVE_SCREEN = (
    "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l\x1b[?1004l\x1b[?2004l\x1b[?2048l\x1b[<u"
    "\x1b[?1049l\x1b[?7h\x1b[?25h\x1b[0m"
)
"""Back to the terminal's own screen: mouse, pasting, focus and size as they were, cursor shown, plain colour, and lines
that wrap: the end of the sentence is what has to be done.
"""
LOOK_MS = 100
"""How often it looks whether another program wants the line, once it is its own [design]."""
CONNECT_S = 2.0
"""As long as any far end of a network is waited for [design]."""
FAILED_MS = 2000
"""So long unanswered, and the person is told that it could not [design]."""
MOST_LOCK = 4096
"""Bytes of a lock file that are read: ten times what the longest takes [computed]."""
MOST_UNREAD = 65_536
"""Bytes of the dead controller's time that are thrown away; more than a serial line's buffer holds [design]."""


Settings: TypeAlias = "list[int | list[bytes | int]] | None"
"""A terminal's; None for what is none."""


class Setup(TypedDict):
    """What the controller gives it."""

    line: int
    pipe: int
    back: int
    family: str
    """The key of the device's family."""
    halt: str
    """Hexadecimal."""
    mask: int
    answer: int
    terminal: str
    """The terminal's name; "" = there is none to tell."""
    screen: bool
    """Whether the controller is an app that has the whole screen: only then is it put back."""
    note: str
    """The file it leaves if it took over."""
    lock: str
    """The device's lock file."""
    report: str
    """The file beside it in which it says that it has the line."""
    url: str
    halted: str
    """The sentence for a person when it has stopped the device."""
    failed: str
    """... when it could not, so far."""


def now_ms() -> int:
    """Counts the time in which the computer slept."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime_ns(clock) // 1_000_000


def identity(line: int) -> str:
    """What an open line is, "" if it is none that a stimulator can hang on: /dev/null would take every halt."""
    try:
        known = os.fstat(line)
    except OSError:
        return ""
    if not stat.S_ISSOCK(known.st_mode) and not os.isatty(line):
        return ""
    return f"{known.st_dev} {known.st_ino} {known.st_rdev}"


@dataclass(slots=True)
class Keeper:
    """The hands of a vigil."""

    setup: Setup
    terminal: int | None
    vigil: Vigil = field(default_factory=Vigil)
    piped: bool = True
    said: str = ""
    """The sentence told last."""
    noted: tuple[str, bool] = ("", False)
    looked_ms: int = 0
    notes: int | None = None
    """To the process that writes them."""
    lock: tuple[int, int] = (0, 0)
    """The lock file when it took over."""
    settings: Settings = None
    """The line's, for as long as it is lent: who opens it again may find others."""
    refused_ms: int | None = None
    """Since when it cannot be had again."""

    def run(self) -> None:
        """Until it is over, or the line is gone."""
        while self.vigil.phase is not Phase.OVER:
            if self.vigil.phase is Phase.LENT:
                self._await_heir()
                continue
            acted = self.vigil.acts
            try:
                self._wait_and_hear()
                if self.vigil.acts and not acted:
                    self._take_over()
                if self.vigil.acts:
                    self._halt()
            except OSError:
                break  # the line is gone: nothing more can be sent or heard
            self._tell_and_note()
        self._tell_and_note(last=True)

    def _wait_and_hear(self) -> None:
        """Until something is said, or the next thing is due."""
        waits = select.poll()
        if self.piped:
            waits.register(self.setup["pipe"], select.POLLIN)
        if self.vigil.acts:
            waits.register(self.setup["line"], select.POLLIN)
        due_ms = halt_due_ms(self.vigil)
        left_ms = LOOK_MS if due_ms is None else max(1, min(LOOK_MS, due_ms - now_ms()))
        happened = waits.poll(None if self.vigil.phase is Phase.RESTING else left_ms)
        for descriptor, what in happened:
            if descriptor == self.setup["pipe"]:
                self._hear_controller()
            else:
                self._hear_device(what)
        self.vigil = passed(self.vigil, now_ms())
        if self.vigil.acts and not self.piped and now_ms() - self.looked_ms >= LOOK_MS:
            self.looked_ms = now_ms()
            if _touched(self.setup["lock"]) != self.lock:
                heir = _wanted_for(self.setup["lock"]) == self.setup["family"]
                self.vigil = wanted_by_another(self.vigil, now_ms(), heir=heir)
                if self.vigil.phase is Phase.LENT:
                    self._lend()

    def _lend(self) -> None:
        """The line; its report goes on saying whose device may be on, to that session and to any after it."""
        if os.isatty(self.setup["line"]):
            with contextlib.suppress(termios.error):  # a line that has just gone
                self.settings = termios.tcgetattr(self.setup["line"])
        os.close(self.setup["line"])

    def _await_heir(self) -> None:
        """Until its keeper is at work; if it has ended before, the line is this one's again."""
        select.poll().poll(LOOK_MS)
        held, kept = _heir(self.setup["lock"])
        if kept:
            self.vigil = heir_is_kept(self.vigil)
            return
        if held:
            self.refused_ms = None
            return
        line = _opened_again(self.setup["url"], self.settings)
        if line is None:
            self.refused_ms = now_ms() if self.refused_ms is None else self.refused_ms
            self.vigil = refused(self.vigil, self.refused_ms, now_ms())
            return
        self.setup["line"], self.lock, self.noted = line, _touched(self.setup["lock"]), ("", False)
        self.vigil = taken_back(self.vigil, now_ms())

    def _hear_controller(self) -> None:
        said = os.read(self.setup["pipe"], 4096)
        if not said:
            self.piped = False
            self.lock = _touched(self.setup["lock"])  # who went in order has let its lock go, and wants no line
            self.vigil = ended(self.vigil, now_ms())
            return
        stalled = self.vigil.why is Why.STALLED
        self.vigil = told(self.vigil, said, now_ms())
        if stalled and self.vigil.why is not Why.STALLED:
            self.noted = ("", False)
        self._say(ALIVE)

    def _hear_device(self, what: int) -> None:
        try:
            data = os.read(self.setup["line"], 4096)
        except BlockingIOError:
            return
        if not data and (what & select.POLLHUP or not os.isatty(self.setup["line"])):
            raise OSError("the line has ended")  # a terminal's nothing only says that somebody else was faster
        self.vigil = answered(self.vigil, data, self.setup["mask"], self.setup["answer"])

    def _take_over(self) -> None:
        """What the controller had not sent yet must not follow; what the device said to it proves nothing."""
        self._say(TAKEN)
        self.lock = _touched(self.setup["lock"])
        if os.isatty(self.setup["line"]):
            with contextlib.suppress(termios.error):
                termios.tcflush(self.setup["line"], termios.TCIOFLUSH)
        left = MOST_UNREAD
        with contextlib.suppress(BlockingIOError):
            while left > 0 and (data := os.read(self.setup["line"], 4096)):
                left -= len(data)

    def _halt(self) -> None:
        """One halt if it is due and the line takes it; one that is blocked is tried again, and counts as not halted."""
        due_ms = halt_due_ms(self.vigil)
        if due_ms is None or now_ms() < due_ms:
            return
        with contextlib.suppress(BlockingIOError):
            os.write(self.setup["line"], bytes.fromhex(self.setup["halt"]))
            self.vigil = halt_written(self.vigil, now_ms())

    def _note(self, why: str, confirmed: bool) -> None:
        """For the next start of the program, and for whoever wants the device meanwhile."""
        at = datetime.now(UTC).isoformat(timespec="seconds")
        told = {"url": self.setup["url"], "why": why, "confirmed": confirmed, "at_utc": at}
        text = json.dumps({**told, "family": self.setup["family"], "keeper": os.getpid()})
        with contextlib.suppress(OSError):  # a computer that has no file or process left needs its halts all the more
            if self.notes is None:
                self.notes = _note_writer(Path(self.setup["note"]), Path(self.setup["report"]))
            os.write(self.notes, text.encode() + b"\n")

    def _say(self, what: bytes) -> None:
        """To the controller; one that does not read, or is dead, is no reason to stop."""
        with contextlib.suppress(OSError):
            os.write(self.setup["back"], what)

    def _tell_and_note(self, *, last: bool = False) -> None:
        """What a person must know, as soon as it is known; a file for the next start beside it."""
        vigil = self.vigil
        if vigil.why is Why.NOTHING:
            return
        known = (vigil.why.value, vigil.confirmed or (vigil.phase is Phase.OVER and vigil.answered > 1))
        if known != self.noted:
            self.noted = known
            self._note(*known)
        tried = last or now_ms() - vigil.taken_ms >= FAILED_MS
        sentence = self.setup["halted"] if known[1] else self.setup["failed"] if tried else ""
        if vigil.why is Why.DIED and sentence and sentence != self.said:
            if self.terminal is not None:
                with contextlib.suppress(OSError):  # a terminal that is gone, or does not take it
                    start = LEAVE_SCREEN if self.setup["screen"] and not self.said else ""
                    os.write(self.terminal, f"{start}\r\n{sentence}\r\n".encode())
            self.said = sentence


def _touched(path: str) -> tuple[int, int]:
    """When a file was written last, and its size: whoever wants the device writes into its lock file."""
    try:
        known = Path(path).stat()
    except OSError:
        return (0, 0)
    return (known.st_mtime_ns, known.st_size)


def _wanted_for(path: str) -> str:
    """The family of the session that has the device's lock, as it wrote into the lock file; "" if none can be read, or
    if it has died since: what stands in the file is nobody's wish then.
    """
    held, found = _read_lock(path)
    return str(found.get("family", "")) if held else ""


def _heir(path: str) -> tuple[bool, bool]:
    """Whether somebody has the device's lock, and whether they have written that a keeper of theirs is at work."""
    held, found = _read_lock(path)
    return held, found.get("kept") is True


def _read_lock(path: str) -> tuple[bool, dict[str, object]]:
    """Whether somebody has the system's lock on the lock file, and what stands in it."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False, {}
    held, found = False, {}
    try:
        held = not _is_free(handle)
        found = json.loads(os.read(handle, MOST_LOCK))
    except (OSError, ValueError, RecursionError):
        pass  # what cannot be read names nobody, and says of no keeper
    finally:
        os.close(handle)
    return held, found if isinstance(found, dict) else {}


def _is_free(handle: int) -> bool:
    """Whether nobody has the system's lock on a file; who wants it at this very moment tries again."""
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _opened_again(url: str, settings: Settings) -> int | None:
    """The line of before, with the settings it had; None where it is somebody's now, or gone."""
    from nmes.link.address import host_and_port, is_socket  # noqa: PLC0415 - a keeper that starts has no time for it

    with contextlib.suppress(OSError, ValueError, termios.error):
        return _connected(host_and_port(url)) if is_socket(url) else _terminal_again(url, settings)
    return None


def _terminal_again(url: str, settings: Settings) -> int:
    line = os.open(url, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        fcntl.flock(line, fcntl.LOCK_EX | fcntl.LOCK_NB)  # as everybody who opens a line here
        if settings is not None:
            termios.tcsetattr(line, termios.TCSANOW, settings)
    except BaseException:
        os.close(line)
        raise
    return line


def _connected(far_end: tuple[str, int]) -> int:
    import socket  # noqa: PLC0415 - a keeper that starts has no time for it

    with socket.create_connection(far_end, CONNECT_S) as found:
        found.setblocking(False)
        return found.detach()


def _note_writer(note: Path, report: Path) -> int:
    """A process that writes each line it is given over the report and the note; the end of its pipe. A disk that hangs
    must not keep a halt waiting, and of two notes the newer one has to stay. It ends with the keeper, and has the lock
    on the report until then (`nmes.link.keeper_report`).
    """
    reading, writing = os.pipe()
    if os.fork():
        os.close(reading)
        os.set_blocking(writing, False)
        return writing
    try:
        os.closerange(0, reading)
        os.closerange(reading + 1, os.sysconf("SC_OPEN_MAX"))  # the line above all, which must not stay open for it
        held: int | None = None
        while lines := os.read(reading, 4096):
            line = lines.splitlines()[-1]
            with contextlib.suppress(OSError):
                held = _reported(report, line, held)
            with contextlib.suppress(OSError):
                fresh = note.with_name(f"{note.name}.{os.getpid()}")
                handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
                os.write(handle, line)
                os.close(handle)
                fresh.replace(note)
    finally:
        os._exit(0)


def _reported(report: Path, line: bytes, held: int | None) -> int:
    """The open report with this line in it, and the lock on it."""
    if held is None:
        held = os.open(report, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
        fcntl.flock(held, fcntl.LOCK_EX)
    os.ftruncate(held, 0)
    os.pwrite(held, line, 0)
    return held


def _opened(terminal: str) -> int | None:
    """A description of its own that never waits, and never becomes this process's terminal."""
    if not terminal:
        return None
    try:
        return os.open(terminal, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:
        return None


def main() -> int:
    """0 when it is over; 2 if what it was given is no line."""
    for name in IGNORED:
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the process that writes the note
    with contextlib.suppress(OSError):  # Linux; elsewhere it is a Python among others
        Path("/proc/self/comm").write_bytes(NAME)
    setup: Setup = json.loads(sys.argv[1])
    known = identity(setup["line"])
    if not known:
        return 2
    for descriptor in (setup["line"], setup["back"]):
        fcntl.fcntl(descriptor, fcntl.F_SETFL, fcntl.fcntl(descriptor, fcntl.F_GETFL) | os.O_NONBLOCK)
    keeper = Keeper(setup, _opened(setup["terminal"]))
    os.write(setup["back"], READY + b" " + known.encode() + b"\n")
    keeper.run()
    return 0
