"""A RehaMove3 whose protocol is older than what is described is refused with the reason."""

from __future__ import annotations

import pytest
from devices.sciencemode3.test_rehamove3 import RehaMove3, bench

from nmes.core.commands import Identify
from nmes.core.events import Identified, WrongDevice


@pytest.mark.covers("FR-06")
@pytest.mark.parametrize("sciencemode", [b"\x03\x01\xff", b"\x03\x00\x00"])
def test_an_older_protocol_is_refused(sciencemode: bytes) -> None:
    found = bench(RehaMove3(sciencemode=sciencemode))
    found.order(Identify())
    found.run(1_000)
    [event] = found.events
    assert isinstance(event, WrongDevice)
    assert "is a RehaMove3 that speaks ScienceMode 3." in event.reason
    assert "versions before 3.2 are described nowhere" in event.reason


def test_the_oldest_that_is_described_is_taken() -> None:
    found = bench(RehaMove3(sciencemode=b"\x03\x02\x00"))
    found.order(Identify())
    found.run(1_000)
    assert isinstance(found.events[0], Identified)
