"""Which device is said, and which is really there: all sixteen pairs, through the guard, on the wire they would share.

On a real line the settings differ too, and then only noise comes; here the bytes arrive, so that more could go wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from firmware_sim.devices import new_device
from firmware_sim.simulator import Simulator
from nmes.runtime.clock import VirtualClock
from nmes.runtime.families import FAMILIES, Family, family
from nmes.runtime.identify import Found, NotIt, ask
from nmes.runtime.open import open_memory

NAMED = {
    ("p24", "rehamove3"): "is a RehaMove3, which speaks ScienceMode 3",
    ("rehamove3", "p24"): "is a P24, which speaks ScienceMode 4",
    ("p24", "rehastim2"): "a RehaStim2 announces itself there",
    ("rehamove3", "rehastim2"): "a RehaStim2 announces itself there",
    ("rehastim1", "rehastim2"): "the frames of a RehaStim2",
}
"""What is really there says something; everybody else is silent until asked in the own language."""
SILENT = "the line stayed silent"


@dataclass
class Line:
    """A simulated device at the far end; each look at the line takes a millisecond."""

    simulator: Simulator
    clock: VirtualClock = field(default_factory=VirtualClock)
    written: bytearray = field(default_factory=bytearray)

    def from_host(self, data: bytes) -> None:
        self.written += data
        self.simulator.receive(data, self.clock.now_us)

    def to_host(self) -> bytes:
        self.clock.now_us += 1_000
        self.simulator.advance(self.clock.now_us)
        return self.simulator.transmit(self.clock.now_us)


def asked(said: Family, there: str) -> tuple[Found | NotIt, Line]:
    line = Line(Simulator(new_device(there)))
    guard, _ = open_memory(line, lambda: line.clock.now_us, said)
    found = ask(guard, said.new_driver(), line.clock)
    guard.leave()
    line.clock.now_us += 3_000_000
    line.simulator.advance(line.clock.now_us)
    return found, line


@pytest.mark.covers("SR-26", "SR-17", "FR-06")
def test_the_right_device_is_known_and_each_wrong_one_is_named_or_silent_and_never_believed() -> None:
    wrong = []
    for said in FAMILIES:
        for there in FAMILIES:
            found, line = asked(said, there.key)
            match found:
                case Found(identified):
                    good = said.key == there.key and identified.model == said.model
                case NotIt(reason, unreachable):
                    words = NAMED.get((said.key, there.key), SILENT)
                    good = said.key != there.key and words in reason and not unreachable
            if not good or line.simulator.stage.trace or line.simulator.device.high_voltage:
                wrong.append((said.key, there.key, found))
    assert wrong == []


@pytest.mark.covers("SR-26")
def test_nothing_is_written_where_a_rehastim2_is_expected_and_none_announces_itself() -> None:
    for there in ("p24", "rehamove3", "rehastim1"):
        _, line = asked(family("rehastim2"), there)
        assert line.written == b"", there


def test_a_rehastim_1_is_sent_halts_and_nothing_else() -> None:
    for there in FAMILIES:
        _, line = asked(family("rehastim1"), there.key)
        assert set(line.written) <= {0xC0}, there.key
