"""Linked channels, judged at the skin: all rise or none, and none passes its own ceiling or its own level.

Random hands, a disk that is slow at times, and ceilings that differ, so that one channel meets its own while the other
could still rise. On every family, in its own steps.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from firmware_sim.stage.skin import GOOD
from nmes.core import events as e
from nmes.core.plan import Plan
from nmes.core.plan import compile as plan_for
from nmes.core.view import View, Word
from nmes.runtime.families import DEFAULT, FAMILIES, Family
from nmes.runtime.library import Library
from nmes.trial.bench import Bench, MemorySink, device_with_trace

START_UA = 2_000
SLEW_UA_PER_S = 2_000

LINKED = (1, 2)


def plan_of(room: tuple[int, int], family: Family) -> Plan:
    """Two channels together, whose ceilings are so many steps above the level they start at."""
    plan = plan_for(Library().load("tens_knee_oa").protocol, family.capabilities)
    ceilings = iter(START_UA + steps * family.capabilities.amplitude_step_ua for steps in room)
    by_channel = {channel: next(ceilings) for channel in LINKED}
    delivered = tuple(replace(one, ceiling_ua=by_channel[one.slot.channel]) for one in plan.delivered)
    return replace(plan, delivered=delivered)


class Stand:
    """A running treatment of two channels; `sink` is its disk."""

    def __init__(self, room: tuple[int, int], family: Family) -> None:
        self.plan = plan_of(room, family)
        self.step_ua = family.capabilities.amplitude_step_ua
        device = device_with_trace(dict.fromkeys(LINKED, GOOD), family)
        self.bench = Bench(self.plan, device=device, family=family)
        self.until(lambda view: view.word is Word.SCREENING)
        self.do(e.Screened((), "Ada"), e.Placed())
        if "button" in self.bench.view.missing:
            self.do(e.ButtonConfirmed("Ada"))
        for slot in self.plan.slots:
            self._find(slot.channel, slot.waveform)
        self.do(e.Start(self.epoch))
        self.until(lambda view: view.word is Word.ON)
        self.seen = 0

    @property
    def epoch(self) -> int:
        return self.bench.view.epoch

    @property
    def sink(self) -> MemorySink:
        assert isinstance(self.bench.sink, MemorySink)
        return self.bench.sink

    def until(self, condition: Callable[[View], bool]) -> None:
        view = self.bench.run_until(condition, within_ms=120_000)
        assert condition(view), f"{view.word} {view.note}"

    def do(self, *events: e.Operator) -> None:
        for event in events:
            self.bench.press(event)
            self.bench.turn()

    def _find(self, channel: int, waveform: int) -> None:
        self.do(e.Titrate(channel, waveform, self.epoch))
        self.until(lambda view: view.word is Word.TITRATING)
        for level_ua in range(self.step_ua, START_UA + 1, self.step_ua):
            self.bench.run(self.calm_ms)
            self.do(e.Increase(channel, self.epoch))
            self._reached(channel, level_ua)
        self.do(e.Accept(self.epoch))
        self.until(lambda view: view.word is Word.READY)

    def _reached(self, channel: int, level_ua: int) -> None:
        self.until(lambda view: view.channels[channel - 1].confirmed_ua == level_ua)

    @property
    def calm_ms(self) -> int:
        """A little longer than the slew limit keeps one step from the next."""
        return self.step_ua * 1000 // SLEW_UA_PER_S + 50

    def levels(self) -> dict[int, int]:
        return {channel.channel: channel.level_ua for channel in self.bench.view.channels}

    def judge(self, most: dict[int, int]) -> None:
        """What crossed the skin since the last look is within each channel's own level and ceiling."""
        trace = self.bench.device.stage.trace
        for pulse in trace[self.seen :]:
            assert pulse.amplitude_ua <= most[pulse.channel], f"channel {pulse.channel} over its level"
            ceiling_ua = max(d.ceiling_ua for d in self.plan.delivered if d.slot.channel == pulse.channel)
            assert pulse.amplitude_ua <= ceiling_ua, f"channel {pulse.channel} over its ceiling"
        self.seen = len(trace)

    def press(self, event: e.Operator, slow_ms: int) -> tuple[dict[int, int], dict[int, int]]:
        """The levels before, and after all that comes of it."""
        before = self.levels()
        self.sink.hold = slow_ms > 0
        self.do(event)
        self.bench.run(max(1, slow_ms))
        self.sink.release()
        self.bench.run(400)
        after = self.levels()
        self.judge({channel: max(before[channel], after[channel]) for channel in LINKED})
        return before, after


def hands(seed: int, presses: int, family: Family = DEFAULT) -> tuple[int, int]:
    """So many random presses; returns how many raised both, and how many of the linked ones raised none."""
    chance = random.Random(seed)
    stand = Stand((chance.randrange(1, 5), chance.randrange(1, 5)), family)
    raised = none = 0
    for _ in range(presses):
        stand.bench.run(chance.choice((0, 100, 350, 2_000)))
        stand.judge(stand.levels())
        first = chance.choice(LINKED)
        others = tuple(other for other in LINKED if other != first)
        slow_ms = chance.choice((0, 0, 0, 300, 2_500))
        match chance.choice(("both", "both", "both", "one", "down")):
            case "both":
                before, after = stand.press(e.Increase(first, stand.epoch, linked=others), slow_ms)
                up = {channel: after[channel] - before[channel] for channel in LINKED}
                assert set(up.values()) in ({0}, {stand.step_ua}), f"seed {seed}: one rose without the other, {up}"
                raised, none = (raised + 1, none) if up[first] else (raised, none + 1)
            case "one":
                before, after = stand.press(e.Increase(first, stand.epoch), slow_ms)
                assert after[first] - before[first] in {0, stand.step_ua}
                assert all(after[other] == before[other] for other in others)
            case _:
                before, after = stand.press(e.Decrease(first), slow_ms)
                assert before[first] - after[first] in {0, stand.step_ua}
                assert all(after[other] == before[other] for other in others)
    return raised, none


@pytest.mark.thorough
def test_linked_channels_rise_together_or_not_at_all() -> None:
    raised, none = hands(seed=3, presses=40)
    assert raised
    assert none


@pytest.mark.campaign
@pytest.mark.parametrize("seed", range(40))
def test_however_the_hands_are(seed: int) -> None:
    hands(seed, presses=120, family=FAMILIES[seed % len(FAMILIES)])
