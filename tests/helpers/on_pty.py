"""A program on a pseudo-terminal of its own, as a person would start it: its screen's text, its keys, its cost."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_ESCAPES = re.compile(rb"\x1b(\][^\x07\x1b]*(\x07|\x1b\\)|[P_^][^\x1b]*\x1b\\|\[[0-?]*[ -/]*[@-~]|[ -/]*[0-~])")
TICKS_S = os.sysconf("SC_CLK_TCK")


@dataclass
class OnPty:
    """`said` is everything that came, as it came; `text_since` without the escape sequences."""

    child: subprocess.Popen[bytes]
    master: int
    began: float
    said: bytearray = field(default_factory=bytearray)

    def read(self, within_s: float) -> bool:
        """What has come within this time, as soon as something has; False if nothing did."""
        if not select.select([self.master], [], [], within_s)[0]:
            return False
        try:
            self.said += os.read(self.master, 65_536)
        except OSError:  # the far end is gone
            return False
        return True

    def until(self, pattern: str, *, since: int = 0, within_s: float = 40.0) -> float:
        """Wait until this stands in what was said; returns the moment at which it was read."""
        end, wanted = time.perf_counter() + within_s, re.compile(pattern)
        while time.perf_counter() < end:
            if wanted.search(self.text_since(since)):
                return time.perf_counter()
            if not self.read(0.5) and self.child.poll() is not None:
                break
        raise AssertionError(f"never said {pattern!r}; it said: {self.text_since(since)[-2000:]!r}")

    def text_since(self, place: int) -> str:
        return _ESCAPES.sub(b" ", bytes(self.said[place:])).decode(errors="replace")

    def press(self, key: str) -> int:
        """Type; returns the place in `said` from which on an answer can stand."""
        while self.read(0):
            pass
        place = len(self.said)
        os.write(self.master, key.encode())
        return place

    def drain(self, for_s: float) -> None:
        """Let time pass, and read: a terminal that is not read would hold the program up."""
        end = time.perf_counter() + for_s
        while (left := end - time.perf_counter()) > 0:
            self.read(left)

    def cpu_s(self) -> float:
        """Processor time of the program, without its children. Linux only."""
        fields = Path(f"/proc/{self.child.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_S

    def rss_mb(self) -> float:
        """Memory that is resident now, in MB of 10^6 bytes. Linux only."""
        pages = int(Path(f"/proc/{self.child.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def on_pty(
    command: Sequence[str], size: tuple[int, int] = (80, 24), more: Mapping[str, str] | None = None
) -> Iterator[OnPty]:
    """Start it; at the end it is told to go, and made to if it does not."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(more or {})}
    began = time.perf_counter()
    child = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True)
    os.close(slave)
    running = OnPty(child, master, began)
    try:
        yield running
    finally:
        child.terminate()
        end = time.perf_counter() + 10
        while child.poll() is None and time.perf_counter() < end:
            running.read(0.05)
        child.kill()
        child.wait()
        os.close(master)
