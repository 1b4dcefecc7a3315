"""One session on each family: its own driver, sight, ceilings and emulator, and the pulses at the skin as the plan has
them. What differs between the families is in their own tests; here each row of the registry is held to be a whole.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import pytest

from helpers.plans import simple_plan
from nmes.core import events as e
from nmes.core.plan import Plan
from nmes.core.view import Output, Word
from nmes.guard.sight import ListUpdate, Update
from nmes.runtime.families import FAMILIES, Family
from nmes.runtime.open import Peer
from nmes.trial.bench import Bench, new_device
from nmes.trial.level import Felt, Route
from nmes.trial.therapist import Therapist
from nmes.trial.wire import AtTheSkin, Finder

LEVEL_UA = 6_000
GAP_US = 100
LATE_US = 150_000
"""Of a STOP: what is on its way to the device, and the device's own time."""


NOTICED_US = 120_000
"""Of an update that was not sent from here: its answer, a turn, the halt [design]."""


@dataclass
class Remembering:
    """A line that remembers every frame of the host."""

    peer: Peer
    frames: list[bytes]

    def from_host(self, data: bytes) -> None:
        self.frames.append(data)
        self.peer.from_host(data)

    def to_host(self) -> bytes:
        return self.peer.to_host()


@dataclass
class Played:
    """A session on a family's device, brought by a scripted person into the first contraction."""

    family: Family

    def __post_init__(self) -> None:
        plan: Plan = replace(simple_plan(), capabilities=self.family.capabilities)
        self.device = new_device(self.family)
        self.frames: list[bytes] = []
        self.bench = Bench(
            plan, device=self.device, family=self.family, wire=lambda peer: Remembering(peer, self.frames)
        )
        route = Route(LEVEL_UA, LEVEL_UA, step_ua=self.family.capabilities.amplitude_step_ua)
        ask = AtTheSkin(self.bench, lambda *_: Felt(0, 0, 0))
        guides = dict.fromkeys(plan.slots, route)
        self.person: Therapist = Finder(answers=(), enough=lambda *_: True, guides=guides, ask=ask, rest_ms=0)

    def until(self, *words: Word) -> None:
        end_ms = self.bench.now_ms + 60_000
        while self.bench.view.word not in words:
            assert self.bench.now_ms < end_ms, f"{self.bench.view.word}: {self.bench.view.why}"
            self.bench.controller.touch()
            self.bench.step()
            action = self.person.act(self.bench.view)
            if action is not None:
                self.bench.press(action)

    def last_update(self) -> bytes:
        """The last frame with which the controller set the output."""
        seen = [(self.family.new_sight().see_request(frame).seen, frame) for frame in self.frames[-20:]]
        return [frame for what, frame in seen if isinstance(what, Update | ListUpdate)][-1]

    def times_us(self) -> list[int]:
        """When current crossed the skin."""
        return [pulse.t_us for pulse in self.device.stage.trace if pulse.peak_current_ua]


@pytest.mark.thorough
@pytest.mark.covers("SR-01")
@pytest.mark.parametrize("family", FAMILIES, ids=lambda one: one.key)
def test_a_session_gives_the_planned_pulses_and_a_stop_ends_them(family: Family) -> None:
    played = Played(family)
    played.until(Word.ON)
    played.bench.run(1_000)
    last = played.device.stage.trace[-1]
    assert last.amplitude_ua == LEVEL_UA
    assert tuple(last.delivery.points) == ((300, LEVEL_UA), (GAP_US, 0), (300, -LEVEL_UA))
    times_us = played.times_us()[-20:]
    assert {after - before for before, after in pairwise(times_us)} == {20_000}
    played.bench.controller.stop("key")
    stopped_us = played.bench.clock.now_us
    played.bench.run(5_000)
    assert max(played.times_us()) <= stopped_us + LATE_US
    assert played.bench.view.word is Word.STOPPED
    assert played.bench.driver.output.off_confirmed
    assert not played.device.active_channels


@pytest.mark.covers("SR-03")
@pytest.mark.parametrize("family", [one for one in FAMILIES if one.capabilities.watchdog_ms], ids=lambda one: one.key)
def test_a_controller_that_no_longer_turns_leaves_the_device_to_its_own_dead_man(family: Family) -> None:
    played = Played(family)
    played.until(Word.ON)
    dead_us = played.bench.clock.now_us
    played.device.advance(dead_us + 10_000_000)
    assert max(played.times_us()) > dead_us, "nothing else ends it"
    assert max(played.times_us()) <= dead_us + family.capabilities.watchdog_ms * 1000


@pytest.mark.thorough
@pytest.mark.covers("LW-05", "PR-02")
@pytest.mark.parametrize("family", FAMILIES, ids=lambda one: one.key)
def test_an_update_that_was_not_sent_from_here_is_halted_at_its_answer(family: Family) -> None:
    """A line that gives an old frame once more, or another program that writes to the device too: no controller can
    keep that away from it, but the device says what it did.
    """
    played = Played(family)
    played.until(Word.ON)
    played.bench.run(300)
    old = played.last_update()
    played.bench.press(e.Decrease(1))
    played.bench.run(500)
    lower_ua = LEVEL_UA - family.capabilities.amplitude_step_ua
    assert played.device.stage.trace[-1].amplitude_ua == lower_ua
    again_us = played.bench.clock.now_us
    played.device.receive(old, again_us)
    played.bench.run(2_000)
    assert max(played.times_us()) <= again_us + NOTICED_US
    assert played.bench.view.word is Word.STOPPED
    assert played.bench.view.output is Output.OFF
