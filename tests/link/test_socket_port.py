"""A real TCP connection to a server in this process."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from nmes.link.lock import DeviceLock
from nmes.link.port import LineSettings, Port, PortBusy, PortLost, PortMissing, PortTimeout
from nmes.link.serial_port import open_serial

ANY = LineSettings(9600, 8, "N", 1, rts_cts=False)


@dataclass
class Server:
    """Listens on loopback; `accept` gives the far end of the connection just opened."""

    folder: Path
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    far: list[socket.socket] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"socket://127.0.0.1:{self.listener.getsockname()[1]}"

    def connect(self) -> tuple[Port, socket.socket]:
        port = open_serial(self.url, ANY, DeviceLock(self.url, self.folder))
        self.far.append(self.listener.accept()[0])
        return port, self.far[-1]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    yield server
    for end in [*server.far, server.listener]:
        end.close()


def test_bytes_go_both_ways(server: Server) -> None:
    port, far = server.connect()
    port.write(b"ping")
    assert far.recv(100) == b"ping"
    far.sendall(b"pong")
    assert port.read(2, 5_000) == b"po"
    assert port.read(100, 5_000) == b"ng"
    assert port.read(100, 0) == b""
    assert port.identity.url == server.url
    port.close()


@pytest.mark.skipif(not hasattr(socket, "TCP_KEEPIDLE"), reason="a system that cannot be told how often to ask")
def test_a_far_end_that_vanishes_without_a_word_is_asked_for_within_4_s(server: Server) -> None:
    port, _ = server.connect()
    line: socket.socket = port._socket  # type: ignore[attr-defined]  # the option has no other witness
    assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    idle, every, times = (
        line.getsockopt(socket.IPPROTO_TCP, getattr(socket, f"TCP_KEEP{name}")) for name in ("IDLE", "INTVL", "CNT")
    )
    assert idle + every * times <= 4
    port.close()


def test_a_frame_is_never_held_back_for_more(server: Server) -> None:
    port, _ = server.connect()
    line: socket.socket = port._socket  # type: ignore[attr-defined]  # the option has no other witness
    assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    port.close()


def test_a_cancelled_read_returns_nothing_at_once(server: Server) -> None:
    port, _ = server.connect()
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(port.read(10, 60_000)))
    reader.start()
    port.cancel()
    reader.join(5)
    assert got == [b""]
    port.close()


def test_a_server_that_goes_away_is_a_lost_port(server: Server) -> None:
    port, far = server.connect()
    far.close()
    with pytest.raises(PortLost, match="is gone"):
        port.read(10, 5_000)
    with pytest.raises(PortLost):
        for _ in range(100):
            port.write(bytes(100_000))
    with pytest.raises(PortLost):
        port.read(10, 0)
    port.close()


@pytest.mark.covers("TH-04")
def test_a_write_nobody_takes_times_out_and_closes_the_port(server: Server) -> None:
    port, _ = server.connect()
    with pytest.raises(PortTimeout, match=r"took no data for 0\.1 s and was closed"):
        port.write(bytes(50_000_000))
    with pytest.raises(PortLost):
        port.write(b"x")


def test_closing_frees_the_lock_and_the_socket_and_may_be_repeated(server: Server) -> None:
    port, far = server.connect()
    with pytest.raises(PortBusy):
        server.connect()
    port.close()
    port.close()
    assert far.recv(10) == b""
    again, _ = server.connect()
    again.close()


@pytest.mark.parametrize("url", ["socket://127.0.0.1", "socket://:5000", "socket://127.0.0.1:99999", "socket://h:x"])
def test_an_address_that_is_none_is_said(tmp_path: Path, url: str) -> None:
    with pytest.raises(PortMissing, match="write it as socket://host:port"):
        open_serial(url, ANY, DeviceLock(url, tmp_path))


def test_nobody_at_the_address_is_said_and_the_lock_is_free_again(server: Server, tmp_path: Path) -> None:
    url = server.url
    server.listener.close()
    for _ in range(2):
        with pytest.raises(PortMissing, match=f"Nothing answers at {url}; start"):
            open_serial(url, ANY, DeviceLock(url, tmp_path))
