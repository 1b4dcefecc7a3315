"""What the sum of five bits of a RehaStim 1's update cannot see: one wrong bit, and every byte twice."""

from __future__ import annotations

from dataclasses import dataclass, replace

from together.fault_moments import Moment, reach
from together.fault_story import SHORT, Staged
from together.kept_bench import KeptBench

from firmware_sim.devices import new_device
from firmware_sim.simulator import Simulator
from laws.plug import Plug
from nmes.core.view import Output, Word
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


def test_an_update_whose_bytes_all_come_twice_may_pass_for_one_of_another_current_and_a_stop_still_silences() -> None:
    """2 mA and 300 us, each byte twice, read as 44 mA and 258 us: the sums are alike."""
    one = family("rehastim1")
    plan, simulator = replace(SHORT, capabilities=one.capabilities), Simulator(new_device(one.key))
    watched = Staged(KeptBench(plan, device=simulator, wire=lambda peer: Plug(peer, simulator), family=one))
    reach(watched, Moment.HOLD, 2_000)
    simulator.inject("duplicate_bytes", direction="to_device", permille=1000)
    watched.bench.run(1_000)
    assert simulator.stage.trace[-1].amplitude_ua == 44_000, "the device acknowledged it"
    assert watched.view.word is Word.ON, "and nobody can know"
    watched.bench.controller.stop("key")
    stopped_us = watched.now_us
    watched.bench.run(1_000)
    assert simulator.stage.trace[-1].t_us <= stopped_us
    assert (watched.view.word, watched.view.output) == (Word.STOPPED, Output.OFF)
