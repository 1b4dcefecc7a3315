"""The port inside this process: it behaves like a line, and fails like one on demand."""

from __future__ import annotations

import pytest

from nmes.link.memory_port import MemoryPort
from nmes.link.port import PortBusy, PortError, PortLost, PortTimeout


class Echo:
    def __init__(self) -> None:
        self.kept = b""

    def from_host(self, data: bytes) -> None:
        self.kept += data

    def to_host(self) -> bytes:
        data, self.kept = self.kept, b""
        return data


def test_what_is_written_reaches_the_peer_and_its_answer_comes_back() -> None:
    port = MemoryPort(Echo(), "memory://echo")
    port.write(b"hello")
    assert port.read(3, 0) == b"hel"
    assert port.read(100, 0) == b"lo"
    assert port.read(100, 60_000) == b""
    assert port.identity.url == "memory://echo"
    port.cancel()


@pytest.mark.parametrize(
    ("fail", "error", "words"),
    [
        (lambda port: port.lose(), PortLost, "unplugged"),
        (lambda port: port.close(), PortLost, "closed"),
        (lambda port: port.time_out(), PortTimeout, "took no data"),
        (lambda port: port.busy("other, process 7"), PortBusy, "held by other, process 7"),
    ],
)
def test_it_fails_as_a_line_does(fail: object, error: type[PortError], words: str) -> None:
    port = MemoryPort(Echo())
    fail(port)  # type: ignore[operator]  # each parameter is a function of the port
    for call in (lambda: port.write(b"x"), lambda: port.read(1, 0)):
        with pytest.raises(error, match=words):
            call()


def test_the_first_failure_stays_and_closing_again_is_nothing() -> None:
    port = MemoryPort(Echo())
    port.lose()
    port.close()
    port.close()
    with pytest.raises(PortLost, match="unplugged"):
        port.read(1, 0)
