"""Waiting for a line whose number is higher than `select` takes: a program may have many files open."""

from __future__ import annotations

import os
import socket
import threading
import tty
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from nmes.link.lock import DeviceLock
from nmes.link.port import LineSettings, PortTimeout
from nmes.link.serial_port import open_serial
from nmes.link.waiting import ready

resource = pytest.importorskip("resource", reason="no limit of open files on this platform")

ANY = LineSettings(9600, 8, "N", 1, rts_cts=False)
HIGHEST = 1023
"""The highest descriptor that `select` takes."""


@pytest.fixture
def many_open() -> Iterator[None]:
    """Every lower number is taken."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < HIGHEST + 100:
        pytest.skip("this computer allows fewer open files")
    with ExitStack() as kept:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, HIGHEST + 100), hard))
        kept.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        while (one := os.open(os.devnull, os.O_RDONLY)) <= HIGHEST:
            kept.callback(os.close, one)
        os.close(one)
        yield


@pytest.mark.usefixtures("many_open")
def test_a_serial_line_with_a_high_number_is_read_written_and_given_up(tmp_path: Path) -> None:
    far, near = os.openpty()
    tty.setraw(near)
    name = os.ttyname(near)
    port = open_serial(name, ANY, DeviceLock(name, tmp_path))
    os.close(near)
    os.write(far, b"abc")
    assert port.read(10, 5_000) == b"abc"
    port.write(b"d")
    assert os.read(far, 10) == b"d"
    with pytest.raises(PortTimeout):
        port.write(bytes(10_000_000))
    os.close(far)


@pytest.mark.usefixtures("many_open")
def test_a_connection_with_a_high_number_is_read_written_and_woken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"socket://127.0.0.1:{listener.getsockname()[1]}"
        port = open_serial(url, ANY, DeviceLock(url, tmp_path))
        far, _ = listener.accept()
    with far:
        port.write(b"ping")
        assert far.recv(10) == b"ping"
        waking = threading.Timer(0.05, port.cancel)
        waking.start()
        assert port.read(10, 60_000) == b""
        waking.join()
        port.close()


def test_only_what_can_be_used_is_told() -> None:
    one, other = socket.socketpair()
    with one, other:
        assert ready(0, reading=(one.fileno(),)) == frozenset()
        assert ready(0, reading=(one.fileno(),), writing=(other.fileno(),)) == {other.fileno()}
        other.close()
        assert ready(5, reading=(one.fileno(),)) == {one.fileno()}
