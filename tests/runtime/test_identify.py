"""Asking who is at a port: a real pseudo-terminal, and conversations that go wrong."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from nmes.core.events import Device, HaltUnconfirmed, LinkLost
from nmes.devices.sciencemode4.driver import P24Driver
from nmes.link.memory_port import MemoryPort
from nmes.runtime.clock import VirtualClock
from nmes.runtime.families import DEFAULT, family
from nmes.runtime.identify import LIMIT_MS, Found, NotIt, ask, identify
from nmes.runtime.open import open_memory


@dataclass
class Ticking:
    """Nobody at the far end; each look takes `step_us`."""

    step_us: int = 1_000
    clock: VirtualClock = field(default_factory=VirtualClock)

    def from_host(self, data: bytes) -> None: ...

    def to_host(self) -> bytes:
        self.clock.now_us += self.step_us
        return b""


class Telling(P24Driver):
    """A P24's driver that tells something else."""

    def __init__(self, *told: Device) -> None:
        super().__init__()
        self.told = list(told)

    def events(self) -> list[Device]:
        taken, self.told = self.told, []
        return taken


def asked(driver: P24Driver, far: Ticking | None = None) -> tuple[Found | NotIt, MemoryPort]:
    far = far or Ticking()
    guard, port = open_memory(far, lambda: far.clock.now_us)
    found = ask(guard, driver, far.clock)
    guard.leave()
    return found, port


def test_every_end_of_the_conversation_is_one_sentence() -> None:
    assert asked(Telling(LinkLost("pulled")))[0] == NotIt("pulled")
    unstopped, _ = asked(Telling(HaltUnconfirmed(5)))
    assert isinstance(unstopped, NotIt)
    assert "COULD NOT BE STOPPED" in unstopped.reason
    far = Ticking(step_us=100_000)
    late, _ = asked(Telling(), far)
    assert isinstance(late, NotIt)
    assert "within 10 s" in late.reason
    assert far.clock.now_ms() - 1_000 < LIMIT_MS + 1_000


def test_a_line_that_breaks_is_told_as_that() -> None:
    far = Ticking()
    guard, port = open_memory(far, lambda: far.clock.now_us)
    port.close()
    found = ask(guard, P24Driver(), far.clock)
    assert isinstance(found, NotIt)
    assert found.unreachable


def test_what_the_guard_refuses_is_taken_back() -> None:
    class Starting(Telling):
        def frames(self) -> list[bytes]:
            return [b"start!"]

        def refused(self, now_ms: int) -> None:
            self.told = [LinkLost("refused")]

    assert asked(Starting())[0] == NotIt("refused")


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, str]]:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    far, near = os.openpty()
    yield far, os.ttyname(near)
    os.close(far)
    os.close(near)


@pytest.mark.thorough
@pytest.mark.covers("SR-26")
def test_a_line_that_was_only_listened_to_is_left_without_a_byte(terminal: tuple[int, str]) -> None:
    """RehaStim2: for 2.5 s nobody announces himself. The lock is free again afterwards."""
    far, name = terminal
    found = identify(name, family("rehastim2"))
    assert isinstance(found, NotIt)
    assert "no RehaStim2 announced itself" in found.reason
    os.set_blocking(far, False)
    with pytest.raises(BlockingIOError):
        os.read(far, 100)
    assert isinstance(identify(name, DEFAULT), NotIt), "nobody holds the lock any more"


def test_a_port_that_cannot_be_opened_is_unreachable() -> None:
    found = identify("/dev/ttyNMES0", DEFAULT)
    assert isinstance(found, NotIt)
    assert found.unreachable
