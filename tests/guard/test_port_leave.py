"""Leaving a line: who was only asked gets no byte more; who might have been started gets a halt."""

from __future__ import annotations

import pytest
from guard.rig import DEVICE_ID, HALT, INIT, STATUS, Device, encode

from nmes.guard.ceilings import Ceilings
from nmes.guard.port import GuardedPort
from nmes.guard.sight.sciencemode4 import ScienceMode4Sight
from nmes.link.memory_port import MemoryPort
from nmes.link.port import PortLost


def fresh() -> tuple[GuardedPort, Device]:
    """A line on which nothing has been said yet."""
    device = Device()
    return GuardedPort(MemoryPort(device), ScienceMode4Sight(), Ceilings(), lambda: 1_000_000), device


@pytest.mark.covers("SR-26")
@pytest.mark.parametrize("asked", [(), (DEVICE_ID, STATUS), (HALT, STATUS)])
def test_who_was_only_asked_gets_no_byte_more(asked: tuple[int, ...]) -> None:
    guard, device = fresh()
    assert all(guard.write(encode(number, command)) for number, command in enumerate(asked))
    guard.leave()
    assert device.commands() == list(asked)
    assert not guard.alive
    with pytest.raises(PortLost):
        guard.write(encode(9, STATUS))
    guard.close()
    assert device.commands() == list(asked)


def test_whoever_might_have_been_started_is_halted_first() -> None:
    guard, device = fresh()
    guard.write(encode(1, HALT))
    guard.read(100, 0)
    assert guard.write(encode(2, INIT, b"\x01"))
    guard.leave()
    assert device.commands() == [HALT, INIT, HALT]


def test_a_frame_that_did_not_pass_has_been_halted_already() -> None:
    guard, device = fresh()
    assert not guard.write(encode(1, 99))
    guard.leave()
    assert device.commands() == [HALT]
