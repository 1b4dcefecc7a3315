"""Other families as a program: what only a real process on the real clock can show."""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator

import pytest

from firmware_sim.sciencemode2 import framing
from firmware_sim.sciencemode4.framing import Frame, Receiver
from helpers.terminal import open_terminal
from helpers.waiting import PATIENCE_S

INIT, UPDATE, STOP = bytes.fromhex("88 00 20 00 30 26"), bytes.fromhex("A0 02 2C 14"), b"\xc0"
"""Of ScienceMode1: 20 mA at 50 Hz on channel 1. [source: the reference's vectors]"""
Start = Callable[..., tuple["subprocess.Popen[bytes]", str]]


@pytest.fixture
def start() -> Iterator[Start]:
    """start(options...) gives a running program and the address it announced."""
    running: list[subprocess.Popen[bytes]] = []

    def begin(*options: str) -> tuple[subprocess.Popen[bytes], str]:
        command = [sys.executable, "-m", "firmware_sim", *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        running.append(process)
        assert process.stdout is not None
        assert select.select([process.stdout], [], [], PATIENCE_S)[0], "no line on stdout in time"
        return process, process.stdout.readline().decode().strip().removeprefix("listening ")

    yield begin
    for process in running:
        process.kill()
        process.communicate()


def answered(port: int, data: bytes, size: int) -> bytes:
    """What a client that comes, asks and goes is told."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as client:
        client.sendall(data)
        told = b""
        while len(told) < size:
            told += client.recv(100)
        return told


@pytest.mark.thorough
def test_a_rehastim1_whose_host_has_gone_goes_on_and_its_program_with_it(start: Start) -> None:
    process, url = start("--device", "rehastim1", "--exit-when-idle", "1", "--speed", "20")
    port = int(url.rpartition(":")[2])
    assert answered(port, INIT + UPDATE, 2) == b"\x01\x41"
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.5)  # ten seconds of the device's time, alone
    assert answered(port, STOP, 1) == b"\x81"
    assert process.wait(PATIENCE_S) == 0


@pytest.mark.thorough
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="settings are read back on Linux only")
def test_a_rehastim2_on_a_terminal_is_understood_at_its_own_settings_only(start: Start) -> None:
    process, path = start("--serve", "pty", "--device", "rehastim2")
    assert process.stderr is not None
    wrong = open_terminal(path)
    os.write(wrong, framing.encode(1, 10))
    assert select.select([process.stderr], [], [], PATIENCE_S)[0]
    said = process.stderr.readline().decode()
    assert "the host set 3000000 8?2 RTS/CTS, the device needs 460800 8E1: to each the other sends garbage" in said
    os.close(wrong)
    right = open_terminal(path, termios.B460800, stop_bits=1, rtscts=False, more=termios.PARENB)
    termios.tcflush(right, termios.TCIFLUSH)
    receiver, heard, until = Receiver(framing.WIRE), [], time.monotonic() + PATIENCE_S
    while not heard and time.monotonic() < until:
        select.select([right], [], [], 0.1)
        heard = [item for item in receiver.feed(os.read(right, 100)) if isinstance(item, Frame)]
    os.close(right)
    assert (heard[0].command, heard[0].data) == (1, b"\x01"), "it announces itself"
