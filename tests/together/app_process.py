"""The whole app as a program of its own: in a pseudo-terminal, or behind pipes as `nmes serve` starts it.

It is brought to current by keys, as a person would; what it shows is looked for in what it writes. What reaches the
skin is told by the trace of a simulator that is another program.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable
from pathlib import Path

from together.attending import PATIENCE_S, TENS, Trace

HAND_S = 0.2
"""From one answer to the next: letters as fast as a word is typed are none."""
AGAIN_S = 2.0
ESCAPES = re.compile(rb"\x1b\[[0-9;?<>=]*[A-Za-z]|\x1b[()][0-9A-Za-z]")


class Simulated:
    """A simulator as a program, with its trace."""

    def __init__(self, folder: Path) -> None:
        path = folder / "trace.jsonl"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "firmware_sim", "--serve", "tcp", "--trace", str(path)],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        assert select.select([self.process.stdout], [], [], PATIENCE_S)[0]
        self.url = self.process.stdout.readline().removeprefix("listening ").strip()
        self.trace = Trace(path)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


class AppProcess:
    """The app; `written` is all that it has shown, without its control sequences."""

    def __init__(self, folder: Path, device: str, *, served: bool = False, more: tuple[str, ...] = ()) -> None:
        run = folder / "run"
        run.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.environment = {
            **os.environ,
            "NMES_HOME": str(folder / "nmes"),
            "XDG_RUNTIME_DIR": str(run),
            "TERM": "xterm-256color",
            "LANGUAGE": "en",
            "COLUMNS": "100",
            "LINES": "30",
            "ROWS": "30",
        }
        self._argv = [sys.executable, "-m", "nmes", "run", TENS, "--port", device, *more]
        self._written = bytearray()
        self._lock = threading.Lock()
        self._served = served
        self.process, self._in, self._out = self._piped() if served else self._in_terminal()
        self.beating = served
        """Whether the page gives its signs of life."""
        self._over = threading.Event()
        self._beats = threading.Thread(target=self._beat, daemon=True)
        self._beats.start()
        threading.Thread(target=self._read, daemon=True).start()

    def _piped(self) -> tuple[subprocess.Popen[bytes], int, int]:
        environment = {**self.environment, "TEXTUAL_DRIVER": "nmes.ui.web_driver:BrowserDriver"}
        near_in, self_in = os.pipe()
        self_out, near_out = os.pipe()
        process = subprocess.Popen(self._argv, env=environment, stdin=near_in, stdout=near_out, start_new_session=True)
        os.close(near_in)
        os.close(near_out)
        return process, self_in, self_out

    def _in_terminal(self) -> tuple[subprocess.Popen[bytes], int, int]:
        far, near = pty.openpty()
        fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))

        def owns_terminal() -> None:
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        process = subprocess.Popen(
            self._argv,
            env=self.environment,
            stdin=near,
            stdout=near,
            stderr=near,
            start_new_session=True,
            preexec_fn=owns_terminal,  # noqa: PLW1509 - one call of the system, which takes no lock
        )
        os.close(near)
        return process, far, far

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._out, 65_536)
            except OSError:
                return
            if not data:
                return
            with self._lock:
                self._written += data

    def _beat(self) -> None:
        while self._served and not self._over.wait(0.5):
            with contextlib.suppress(OSError):
                if self.beating:
                    self.meta(type="beat")

    # --- what a person does ---

    def keys(self, keys: str) -> None:
        self.raw(keys.encode())

    def raw(self, data: bytes) -> None:
        """Bytes that need be no text."""
        os.write(self._in, packet(b"D", data) if self._served else data)

    def meta(self, **fields: object) -> None:
        """What `nmes serve` tells beside the keys."""
        os.write(self._in, packet(b"M", json.dumps(fields).encode()))

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._in, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def shown(self, since: int = 0) -> str:
        """What was written from there on, control sequences left out."""
        with self._lock:
            data = bytes(self._written[since:])
        return ESCAPES.sub(b"", data).decode("utf-8", "replace")

    @property
    def mark(self) -> int:
        with self._lock:
            return len(self._written)

    def press_for(self, keys: str, seen: str) -> None:
        """Press until it shows that."""
        start, end = self.mark, time.monotonic() + PATIENCE_S
        while True:
            self.keys(keys)
            soon = time.monotonic() + AGAIN_S
            while time.monotonic() < soon:
                if seen in self.shown(start):
                    return
                time.sleep(0.02)
            assert time.monotonic() < end, f"{keys!r} never brought {seen!r}: {self.shown(start)[-3000:]}"

    def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < end, self.shown()[-3000:]
            time.sleep(0.01)

    def to_current(self, trace: Trace) -> None:
        """Half a milliampere on the skin while a level is being found."""
        self.until(lambda: "Why without a code" in self.shown())
        self.press_for("\x1bOQ", "use it")
        self.press_for("\r", "to answer")
        start = self.mark
        while "All answered" not in self.shown(start):
            self.keys("n")
            time.sleep(HAND_S)
        self.press_for("\x1bOQ", "WHO ASKED")
        self.keys("Ada\r")
        self.press_for("\x1bOQ", "Press their size")
        self.press_for("2", "25")
        self.press_for("\x1bOQ", "find level")
        self.press_for("t", "FINDING")
        self.press_for("+", "0.5")
        trace.until(lambda: len(trace.pulses_ns()) > 20)

    # --- its ends ---

    def close_terminal(self) -> None:
        """The far end is gone, as when a window is closed or a connection is cut."""
        ends, self._in, self._out = {self._in, self._out} - {-1}, -1, -1  # a number that is free is soon another's
        self._over.set()
        self._beats.join()
        for end in ends:
            os.close(end)

    def garbage(self) -> None:
        """A packet that is none."""
        os.write(self._in, packet(b"M", b"{no JSON"))

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def ended(self) -> int:
        return self.process.wait(PATIENCE_S)

    def clear_away(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
        self.process.wait()
        self.close_terminal()


def packet(kind: bytes, payload: bytes) -> bytes:
    """As textual-serve frames it."""
    return kind + len(payload).to_bytes(4, "big") + payload
