"""The pace of a channel list as a value: what may leave, when, and how far a channel may rise.

Judged in microseconds by a purse that the true clock fills and that is a little larger than the driver's own.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from devices.channel_list.test_checks import DEVICE
from hypothesis import given, settings
from hypothesis import strategies as st

from nmes.core.commands import ChannelOutput
from nmes.core.waveform import Waveform
from nmes.devices.channel_list.checks import check
from nmes.devices.channel_list.pace import (
    List,
    Listed,
    Manner,
    Pace,
    Prove,
    Sound,
    Unlist,
    Update,
    Wait,
    amplitudes,
)

MANNER = Manner(DEVICE, 400)
W = Waveform(300, 100, 1, 20_000)
FASTER = Waveform(300, 100, 1, 10_000)


def out(channel: int, amplitude_ua: int, rate: int = 20_000, waveform: Waveform = W) -> ChannelOutput:
    return ChannelOutput(channel, amplitude_ua, waveform, rate)


def listed(*channels: int, period_us: int = 20_000, now_ms: int = 1_000) -> Pace:
    return Pace.begin(MANNER, now_ms).listed(List(channels, period_us), now_ms)


class TestTheFirstStep:
    """A contraction earns its first step from its beginning on, so that it begins on time."""

    def test_a_channel_named_at_0_has_its_first_step_when_its_ramp_reaches_it(self) -> None:
        pace = listed(1).aimed((out(1, 0),), 1_000).aimed((out(1, 2_000),), 1_100)
        assert pace.decide(1_100) == Wait(1_101), "2 mA at 20 mA a second, and a millisecond for the clocks"
        assert pace.decide(1_101) == Update({1: Sound(2_000, W)})

    def test_one_that_is_named_only_then_has_it_later(self) -> None:
        pace = listed(1).aimed((out(1, 2_000),), 1_100)
        assert pace.decide(1_101) == Wait(1_201)

    def test_one_that_falls_to_0_begins_anew(self) -> None:
        pace = listed(1).aimed((out(1, 0),), 1_000).aimed((out(1, 2_000),), 1_100)
        pace = pace.aimed((out(1, 0),), 1_100).aimed((out(1, 2_000),), 1_100)
        assert pace.decide(1_150) == Wait(1_201)

    def test_a_rise_that_leaves_after_its_channel_was_given_up_is_followed_by_its_end(self) -> None:
        pace = listed(1).aimed((out(1, 2_000),), 1_000)
        rise = pace.decide(1_101)
        assert rise == Update({1: Sound(2_000, W)})
        assert isinstance(rise, Update)
        assert pace.aimed((), 1_101).updated(rise, 1_102).decide(1_102) == Update({})


class TestLists:
    """Made for what is wanted, changed at 0."""

    def test_nothing_wanted_needs_none(self) -> None:
        assert Pace.begin(MANNER, 1_000).decide(1_000) == Wait(1_400)

    def test_the_list_holds_what_was_known_before(self) -> None:
        assert Pace.begin(MANNER, 0, (4, 7)).aimed((out(1, 0),), 0).decide(0) == List((1, 4, 7), 20_000)

    def test_only_what_is_wanted_where_all_would_not_fit(self) -> None:
        known = (1, 2, 3, 4, 5, 6)
        pace = Pace.begin(MANNER, 0, known).aimed((out(7, 0, waveform=FASTER),), 0)
        assert pace.decide(0) == List((7,), 10_000)
        pace = Pace.begin(MANNER, 0, known).aimed((out(6, 0, waveform=FASTER),), 0)
        assert pace.decide(0) == List(known, 10_000)

    def test_one_in_force_will_do_for_fewer_channels(self) -> None:
        pace = listed(1, 2).aimed((out(2, 0),), 1_000)
        assert pace.decide(1_000) == Wait(1_400)
        assert pace.in_list({2: Sound(2_000, W)}) == (None, Sound(2_000, W))
        assert Pace.begin(MANNER, 0).in_list({}) == ()

    def test_one_in_force_stays_while_nothing_is_wanted(self) -> None:
        assert listed(1).aimed((), 1_000).decide(1_000) == Wait(1_400)

    def test_a_new_one_waits_for_0_and_for_the_stop(self) -> None:
        pace = listed(1).aimed((out(1, 2_000, 2_000_000),), 1_000)
        playing = pace.decide(1_010)
        assert isinstance(playing, Update)
        pace = pace.updated(playing, 1_010).aimed((out(1, 2_000, waveform=FASTER),), 1_020)
        assert pace.decide(1_020) == Update({}), "at once"
        pace = pace.updated(Update({}), 1_020)
        assert pace.decide(1_030) == Unlist()
        pace = pace.unlisted(1_030)
        assert pace.in_force is None
        assert pace.decide(1_040) == List((1,), 10_000)

    def test_it_knows_whether_anything_has_left_for_the_list(self) -> None:
        pace = listed(1)
        assert pace.in_force == Listed(List((1,), 20_000), started=False)
        assert pace.updated(Update({}), 1_000).in_force == Listed(List((1,), 20_000), started=True)
        assert Pace.begin(MANNER, 0).updated(Update({}), 0).in_force is None

    def test_known_grows(self) -> None:
        assert listed(3).unlisted(0).listed(List((1, 2), 20_000), 0).known == (1, 2, 3)


class TestProofOfLife:
    def test_it_is_due_so_long_after_the_last_acknowledged_request_left(self) -> None:
        pace = listed(1).renewed(1_300)
        assert pace.decide(1_699) == Wait(1_700)
        assert pace.decide(1_700) == Prove()

    def test_an_update_that_is_due_goes_first(self) -> None:
        pace = listed(1).aimed((out(1, 2_000),), 1_000)
        assert pace.decide(1_500) == Update({1: Sound(2_000, W)})

    def test_the_same_again_costs_no_rise(self) -> None:
        pace = listed(1).aimed((out(1, 4_000),), 1_000)
        first = pace.decide(1_500)
        assert isinstance(first, Update)
        pace = pace.updated(first, 1_500)
        again = pace.updated(pace.again, 1_540)
        assert again.playing == pace.playing
        assert again.purses == pace.purses

    def test_a_rate_of_0_never_rises(self) -> None:
        assert listed(1).aimed((out(1, 4_000, 0),), 1_000).decide(1_300) == Wait(1_400)


def test_one_of_two_that_is_not_ready_waits_for_its_own_step() -> None:
    pace = listed(1, 2).aimed((out(1, 10_000, 20_000), out(2, 10_000, 2_000)), 1_000)
    assert pace.decide(1_150) == Update({1: Sound(2_000, W)})
    assert amplitudes({1: Sound(2_000, W)}) == ((1, 2_000),)


# --- nothing rises faster than its rate ---

WAVES = (W, Waveform(200, 100, 1, 66_500), Waveform(400, 100, 1, 500_000))


@dataclass
class Judge:
    """One channel: what it may still rise, in nA, by the true time in µs."""

    rate: int
    last_us: int
    credit_na: float = 0
    amplitude_ua: int = 0

    def hear(self, amplitude_ua: int, period_us: int, now_us: int) -> None:
        room = 2_000_000 + self.rate * max(60, period_us / 1000)
        self.credit_na = min(room, self.credit_na + self.rate * (now_us - self.last_us) / 1000)
        self.last_us = now_us
        rise = max(0, amplitude_ua - self.amplitude_ua) * 1000
        assert rise <= self.credit_na + 1e-6, f"rose by {rise} nA with {self.credit_na} nA to spend"
        self.credit_na -= rise
        self.amplitude_ua = amplitude_ua


@dataclass
class Trial:
    """A pace turned at odd times; each request takes its own time to be written and to be answered."""

    rates: dict[int, int]
    now_us: int = 5_000_000
    wave: Waveform = W
    targets: dict[int, int] = field(default_factory=dict)
    last_us: int = 0
    last_period_us: int = 0
    """Of the list that the last update was for: its pass is what the next one must not overtake."""

    def __post_init__(self) -> None:
        self.pace = Pace.begin(MANNER, self.now_us // 1000)
        self.judges = {channel: Judge(rate, self.now_us) for channel, rate in self.rates.items()}

    def aim(self, targets: dict[int, int], wave: Waveform) -> None:
        self.targets, self.wave = targets, wave
        outputs = tuple(out(c, ua, self.rates[c], wave) for c, ua in targets.items())
        check(outputs, DEVICE)
        self.pace = self.pace.aimed(outputs, self.now_us // 1000)

    def turn(self, wait_us: int, think_us: int, write_us: int, answer_us: int) -> None:
        self.now_us += wait_us
        decision = self.pace.decide(self.now_us // 1000)
        self.now_us += think_us
        sent_ms = (self.now_us + write_us) // 1000
        match decision:
            case Update(playing):
                self.judge(playing)
                self.now_us += write_us
                self.pace = self.pace.updated(decision, sent_ms).renewed(sent_ms)
            case List():
                assert self.pace.in_force is None
                assert DEVICE.group_us(decision.channels) <= decision.period_us
                self.pace = self.pace.listed(decision, sent_ms)
            case Unlist():
                assert self.pace.playing == {}
                self.pace = self.pace.unlisted(sent_ms)
            case Prove():
                self.pace = self.pace.renewed(sent_ms)
            case Wait(until_ms):
                assert until_ms > self.now_us // 1000 - think_us // 1000 - 1
        self.now_us += answer_us

    def judge(self, playing: dict[int, Sound]) -> None:
        assert self.pace.in_force is not None
        made = self.pace.in_force.made
        assert set(playing) <= set(made.channels)
        before = self.pace.playing
        if playing and set(before) <= set(playing):
            assert (self.now_us - self.last_us) // 1000 >= max(40, self.last_period_us // 1000) - 9
        self.last_us, self.last_period_us = self.now_us, made.period_us
        for channel, judge in self.judges.items():
            sound = playing.get(channel)
            sent_ua = sound.amplitude_ua if sound else 0
            assert sent_ua % 2_000 == 0
            assert sent_ua <= self.targets.get(channel, 0), "never above the newest target"
            assert sound is None or sound.waveform.period_us == made.period_us
            assert sound is None or channel not in before or sound.waveform == before[channel].waveform
            judge.hear(sent_ua, made.period_us, self.now_us)


amounts = st.one_of(st.just(0), st.integers(0, 60_000))
waits = st.one_of(st.integers(200, 10_000), st.integers(200, 150_000))
turns = st.tuples(waits, st.integers(0, 4_000), st.integers(0, 4_000), st.integers(0, 30_000))
steps = st.tuples(
    st.dictionaries(st.integers(1, 3), amounts, max_size=3),
    st.sampled_from(WAVES),
    st.lists(turns, min_size=1, max_size=10),
)
Steps = list[tuple[dict[int, int], Waveform, list[tuple[int, int, int, int]]]]


def rises_no_faster(rates: dict[int, int], walk: Steps) -> None:
    trial = Trial(rates)
    for targets, wave, several in walk:
        trial.aim(targets, wave)
        for turn in several:
            trial.turn(*turn)


@pytest.mark.covers("LW-01")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("examples", [12, pytest.param(200, marks=pytest.mark.campaign)])
def test_whatever_is_asked_and_whenever_it_is_turned_nothing_rises_faster_than_its_rate(examples: int) -> None:
    every_rate = st.fixed_dictionaries({c: st.integers(300, 120_000) for c in (1, 2, 3)})
    walks = st.lists(steps, min_size=1, max_size=10)
    settings(max_examples=examples, deadline=None)(given(every_rate, walks)(rises_no_faster))()


@settings(max_examples=20, deadline=None)
@given(st.integers(4_000, 60_000), st.integers(2_000, 20_000), st.integers(1_000, 4_000))
def test_a_climb_takes_little_longer_than_its_rate_says_though_it_moves_in_device_steps(
    rate: int, goal_ua: int, turn_us: int
) -> None:
    trial = Trial({1: rate})
    trial.aim({1: goal_ua}, W)
    began_us = trial.now_us
    while trial.judges[1].amplitude_ua < goal_ua // 2_000 * 2_000:
        trial.turn(turn_us, 100, 100, 12_000)
        assert trial.now_us - began_us < goal_ua * 1_000_000 // rate * 6 // 5 + 200_000
