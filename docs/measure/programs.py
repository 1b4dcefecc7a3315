"""Programs that a measurement starts: the app on a terminal of its own, a simulator on another, work for every core."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from nmes.ui.budget import prepare


@contextlib.contextmanager
def program(*command: str, **options: Any) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen([sys.executable, *command], text=True, start_new_session=True, **options)  # noqa: S603 - our own programs
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def busy(how_many: int) -> Iterator[None]:
    with contextlib.ExitStack() as all_of_them:
        for _ in range(how_many):
            all_of_them.enter_context(program("-c", "while True: pass"))
        yield


@contextlib.contextmanager
def simulator_on_terminal(trace: Path) -> Iterator[str]:
    """The name of its pseudo-terminal."""
    with program("-m", "firmware_sim", "--serve", "pty", "--trace", str(trace), stdout=subprocess.PIPE) as simulator:
        assert simulator.stdout is not None
        with simulator.stdout as said:
            yield said.readline().removeprefix("listening ").strip()


@contextlib.contextmanager
def on_terminal(name: str, url: str, folder: Path, *more: str) -> Iterator[tuple[int, Iterator[str]]]:
    """One of our apps: the terminal to type at, and the lines that it tells."""
    far, near = pty.openpty()
    fcntl.ioctl(near, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    told, tells = os.pipe()
    environment = {**os.environ, "NMES_HOME": str(folder / "nmes"), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    prepare(environment)
    own = str(Path(__file__).with_name(name))
    options = {"stdin": near, "stdout": near, "stderr": near, "env": environment, "pass_fds": (tells,)}
    with program(own, url, str(folder / "nmes"), str(tells), *more, **options):
        os.close(near)
        os.close(tells)
        shown = bytearray()
        threading.Thread(target=_read_all, args=(far, shown), daemon=True).start()
        with os.fdopen(told) as lines:
            yield far, _told_by(lines, shown)


def _read_all(terminal: int, kept: bytearray) -> None:
    """As a terminal does; until the app is gone. The end of what it showed is kept."""
    with contextlib.suppress(OSError):
        while data := os.read(terminal, 65_536):
            kept += data
            del kept[:-2000]


def _told_by(lines: TextIO, shown: bytearray) -> Iterator[str]:
    """What it tells; RuntimeError with what the app showed last if it ended."""
    yield from lines
    raise RuntimeError(f"the app ended: {shown.decode(errors='replace')}")
