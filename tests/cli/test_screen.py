"""`nmes` in a terminal: the app opens, is left by a key, and a signal ends it with the code of the signal."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli.conftest import CRAMP, process

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")


def painted(keyboard: int, words: bytes, within_s: float = 40) -> bytes:
    """What the terminal got, up to `words`."""
    seen, end = b"", time.monotonic() + within_s
    while words not in seen:
        assert time.monotonic() < end, seen[-2000:]
        if select.select([keyboard], [], [], 0.2)[0]:
            seen += os.read(keyboard, 65536)
    return seen


@pytest.mark.thorough
@pytest.mark.parametrize(
    "arguments",
    [
        ("run", CRAMP),
        pytest.param((), marks=pytest.mark.campaign),
        pytest.param(("run", CRAMP, "--speed", "max"), marks=pytest.mark.campaign),
    ],
)
def test_the_app_opens_in_a_terminal_and_is_left_by_a_key(home: Path, arguments: tuple[str, ...]) -> None:
    import pty

    keyboard, terminal = pty.openpty()
    try:
        with process(home, *arguments, stdin=terminal, stdout=terminal, stderr=terminal) as nmes:
            painted(keyboard, b"SIMULATION")
            os.write(keyboard, b"\x11")
            assert _drained(nmes, keyboard) == 0
    finally:
        os.close(keyboard)
        os.close(terminal)


@pytest.mark.thorough
def test_a_signal_ends_the_app_with_the_code_of_the_signal(home: Path) -> None:
    import pty

    keyboard, terminal = pty.openpty()
    try:
        with process(home, stdin=terminal, stdout=terminal, stderr=terminal) as nmes:
            painted(keyboard, b"SIMULATION")
            nmes.send_signal(signal.SIGTERM)
            assert _drained(nmes, keyboard) == 128 + signal.SIGTERM
    finally:
        os.close(keyboard)
        os.close(terminal)


def _drained(nmes: subprocess.Popen[str], keyboard: int, within_s: float = 40) -> int:
    end = time.monotonic() + within_s
    while nmes.poll() is None:
        if time.monotonic() > end:
            nmes.kill()
        if select.select([keyboard], [], [], 0.05)[0]:
            os.read(keyboard, 65536)
    return int(nmes.returncode)
