"""The one wrong bit of a RehaStim 1's update that its sum of five bits cannot see, and how long it stands."""

from __future__ import annotations

from dataclasses import dataclass, replace

from together.fault_moments import Moment, reach
from together.fault_story import SHORT, Staged
from together.kept_bench import KeptBench

from firmware_sim.devices import new_device
from firmware_sim.simulator import Simulator
from nmes.core.view import Word
from nmes.runtime.families import family
from nmes.runtime.open import Peer

UNSEEN = 0x20
"""A bit of a current, worth 32 mA: the sum is taken by 32. [source: ScienceMode1 document]"""
REPEATED_US = 200_000
"""The update in force is sent again so often. [design]"""
LEVEL_UA = 4_000


@dataclass
class OneBit:
    """A line that turns one bit of the next update of one channel over."""

    peer: Peer
    due: bool = False

    def from_host(self, data: bytes) -> None:
        if self.due and len(data) == 4 and data[0] & 0xE0 == 0xA0:
            self.due, data = False, data[:3] + bytes((data[3] ^ UNSEEN,))
        self.peer.from_host(data)

    def to_host(self) -> bytes:
        return self.peer.to_host()


def test_a_wrong_bit_that_the_device_believes_stands_no_longer_than_until_the_update_is_sent_again() -> None:
    lines: list[OneBit] = []

    def wire(peer: Peer) -> Peer:
        lines.append(OneBit(peer))
        return lines[0]

    one = family("rehastim1")
    plan, simulator = replace(SHORT, capabilities=one.capabilities), Simulator(new_device(one.key))
    watched = Staged(KeptBench(plan, device=simulator, wire=wire, family=one))
    reach(watched, Moment.HOLD, LEVEL_UA)
    lines[0].due = True
    watched.bench.run(2_000)
    assert not lines[0].due
    wrong = [pulse for pulse in simulator.stage.trace if pulse.amplitude_ua > LEVEL_UA]
    assert {pulse.amplitude_ua for pulse in wrong} == {LEVEL_UA + 32_000}, "the device acknowledged it"
    assert wrong[-1].t_us - wrong[0].t_us <= REPEATED_US
    assert simulator.stage.trace[-1].amplitude_ua == LEVEL_UA
    assert watched.view.word is Word.ON, "and nobody can know"
