"""No target, turn or delay makes an amplitude rise faster than asked: judged at the bytes, in microseconds, by a purse
that is filled by the true clock and is a little larger than the driver's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from devices.sciencemode4.bench import UPDATE, W2, W50, Device
from hypothesis import given, settings
from hypothesis import strategies as st

from nmes.core.commands import ChannelOutput, Enable, Identify, SetOutput
from nmes.core.waveform import Waveform
from nmes.devices.sciencemode4.driver import P24Driver

WAVES = {1: W50, 2: Waveform(200, 0, 4, 66_750), 3: W2}


@dataclass
class Judge:
    """One channel: what it may still rise, in nA, by the true time in µs."""

    rate: int
    period_us: int
    last_us: int
    credit_na: float = 0
    amplitude_ua: int = 0

    def pass_(self, amplitude_ua: int, now_us: int) -> None:
        room = 500_000 + self.rate * max(60, self.period_us / 1000)
        self.credit_na = min(room, self.credit_na + self.rate * (now_us - self.last_us) / 1000)
        self.last_us = now_us
        rise = max(0, amplitude_ua - self.amplitude_ua) * 1000
        assert rise <= self.credit_na + 1e-6, f"rose by {rise} nA with {self.credit_na} nA to spend"
        self.credit_na -= rise
        self.amplitude_ua = amplitude_ua


@dataclass
class Trial:
    """A driver turned at odd times, each write taking its own time, judged frame by frame."""

    rates: dict[int, int]
    now_us: int = 5_000_000
    targets: dict[int, int] = field(default_factory=dict)
    pending: list[tuple[int, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.driver, self.device = P24Driver(), Device()
        self.judges: dict[int, Judge] = {}
        for command in (Identify(), Enable()):
            self.driver.execute(command, self.now_us // 1000)
            for _ in range(6):
                self.turn(3_000, 100, 100, 1_000)
        self.judges = {c: Judge(rate, WAVES[c].period_us, self.now_us) for c, rate in self.rates.items()}

    def aim(self, targets: dict[int, int]) -> None:
        self.targets = targets
        outputs = tuple(ChannelOutput(c, ua, WAVES[c], self.rates[c]) for c, ua in targets.items())
        self.driver.execute(SetOutput(outputs), self.now_us // 1000)

    def turn(self, wait_us: int, think_us: int, write_us: int, answer_us: int) -> None:
        self.now_us += wait_us
        now_ms = self.now_us // 1000
        for answer in [data for at_us, data in self.pending if at_us <= self.now_us]:
            self.driver.receive(answer, now_ms)
        self.pending = [(at_us, data) for at_us, data in self.pending if at_us > self.now_us]
        self.driver.tick(now_ms)
        frames = self.driver.frames()
        if not frames:
            return
        self.now_us += think_us
        for frame in frames:
            answer = self.device.hear(frame, self.now_us // 1000)
            self.judge()
            if answer is not None:
                self.pending.append((self.now_us + answer_us, answer))
        self.now_us += write_us
        self.driver.sent(self.now_us // 1000)

    def judge(self) -> None:
        last = self.device.heard[-1]
        if last.command != UPDATE:
            return
        amplitudes = last.amplitudes
        for channel, judge in self.judges.items():
            sent_ua = amplitudes.get(channel, 0)
            assert sent_ua <= self.targets.get(channel, 0), "never above the newest target"
            judge.pass_(sent_ua, self.now_us)


amounts = st.one_of(st.just(0), st.integers(0, 60_000))
waits = st.one_of(st.integers(200, 10_000), st.integers(200, 150_000))
turns = st.tuples(waits, st.integers(0, 8_000), st.integers(0, 8_000), st.one_of(st.just(0), st.integers(0, 60_000)))
steps = st.tuples(st.dictionaries(st.integers(1, 3), amounts, max_size=3), st.lists(turns, min_size=1, max_size=12))


def rises_no_faster(rates: dict[int, int], steps: list[tuple[dict[int, int], list[tuple[int, int, int, int]]]]) -> None:
    trial = Trial(rates)
    for targets, turns in steps:
        trial.aim(targets)
        for turn in turns:
            trial.turn(*turn)


every_rate = st.fixed_dictionaries({c: st.integers(300, 120_000) for c in WAVES})
several = st.lists(steps, min_size=1, max_size=12)


@pytest.mark.covers("LW-01")
@pytest.mark.parametrize("examples", [60, pytest.param(400, marks=pytest.mark.campaign)])
def test_whatever_is_asked_and_whenever_the_driver_turns_nothing_rises_faster_than_its_rate(examples: int) -> None:
    settings(max_examples=examples, deadline=None)(given(every_rate, several)(rises_no_faster))()


@pytest.mark.thorough
@settings(max_examples=40, deadline=None)
@given(st.integers(2_000, 100_000), st.integers(1_000, 20_000), st.integers(1_000, 2_000))
def test_a_climb_takes_little_longer_than_its_rate_says_though_it_moves_in_device_steps(
    rate: int, goal_ua: int, turn_us: int
) -> None:
    trial = Trial({1: rate})
    trial.aim({1: goal_ua})
    began_us = trial.now_us
    while trial.judges[1].amplitude_ua < goal_ua // 500 * 500:
        trial.turn(turn_us, 100, 100, 1_000)
        ideal_us = goal_ua * 1_000_000 // rate
        assert trial.now_us - began_us < ideal_us * 6 // 5 + 150_000


@settings(max_examples=60, deadline=None)
@given(st.integers(2_000, 60_000), st.integers(0, 59_000), st.integers(1, 400))
def test_a_fall_leaves_within_one_interval_and_a_poll(start_ua: int, goal_ua: int, after_ms: int) -> None:
    trial = Trial({1: 60_000})
    trial.aim({1: start_ua})
    for _ in range(after_ms):
        trial.turn(1_000, 0, 0, 500)
    before = trial.judges[1].amplitude_ua
    trial.aim({1: goal_ua})
    for _ in range(43 if goal_ua >= 500 else 2):
        trial.turn(1_000, 0, 0, 500)
    assert trial.judges[1].amplitude_ua <= goal_ua
    assert before > goal_ua or trial.judges[1].amplitude_ua >= before


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.dictionaries(st.integers(1, 3), amounts, max_size=3), min_size=2, max_size=12),
    st.integers(1_000, 20_000),
)
def test_no_channel_is_sent_again_sooner_than_an_interval_unless_another_goes_off(
    targets: list[dict[int, int]], turn_us: int
) -> None:
    trial = Trial(dict.fromkeys(WAVES, 60_000_000))
    trial.device.heard.clear()
    for target in targets:
        trial.aim(target)
        for _ in range(8):
            trial.turn(turn_us, 0, 0, 500)
    updates = [heard for heard in trial.device.heard if heard.command == UPDATE]
    for earlier, later in pairwise(updates):
        again = set(earlier.amplitudes) & set(later.amplitudes)
        if again and set(earlier.amplitudes) <= set(later.amplitudes):
            longest_ms = max(WAVES[channel].period_us // 1000 for channel in again)
            assert later.at_ms - earlier.at_ms >= max(40, longest_ms - 3)
        elif later.amplitudes:
            assert later.at_ms - earlier.at_ms >= 40
