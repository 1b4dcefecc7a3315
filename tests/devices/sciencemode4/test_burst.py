"""Bursts are switched by the driver: so many pulses, then silence, then the same again; above, it is one amplitude."""

from __future__ import annotations

from dataclasses import replace

import pytest
from devices.sciencemode4.bench import FAST, HALT, POLL, UPDATE, W50, Bench, one
from devices.sciencemode4.vectors import framed

from helpers.plans import BURST
from nmes.core.commands import ChannelOutput, Enable, Halt, SetOutput
from nmes.core.events import DeviceFault, Fault, HaltConfirmed, OutputConfirmed, OutputSent, Unanswered
from nmes.core.plan_maker import MAX_GAP_MS, MIN_GAP_MS
from nmes.core.waveform import Band, Waveform
from nmes.devices.sciencemode4 import burst as gates
from nmes.devices.sciencemode4.p24 import P24
from nmes.devices.sciencemode4.playable import check

LONG = replace(BURST, burst_pulses=20, period_us=16_000, burst_period_ms=500)
"""312 ms of pulses twice a second."""


def burst(
    amplitude_ua: int = 10_000, waveform: Waveform = BURST, rise_ua_per_s: int = FAST, channel: int = 1
) -> SetOutput:
    return one(amplitude_ua, rise_ua_per_s, waveform, channel)


def both(first_ua: int, second_ua: int) -> SetOutput:
    return SetOutput(tuple(ChannelOutput(c, ua, BURST, FAST) for c, ua in ((1, first_ua), (2, second_ua)) if ua))


def bursting(amplitude_ua: int = 10_000, waveform: Waveform = BURST, **more: int) -> Bench:
    """In a burst: its first update has just left."""
    bench = Bench(**more).enabled()
    bench.order(burst(amplitude_ua, waveform))
    while not any(heard.amplitudes for heard in bench.updates()):
        bench.run(1)
    return bench


def in_gap(bench: Bench) -> Bench:
    """On to the silence after the burst, acknowledged."""
    while not bench.updates() or bench.updates()[-1].amplitudes or bench.waiting:
        bench.run(1)
    return bench


def switched(bench: Bench) -> list[tuple[int, dict[int, int]]]:
    """When each update was heard, from the first one on, and what it switched on."""
    updates = bench.updates()
    return [(heard.at_ms - updates[0].at_ms, heard.amplitudes) for heard in updates]


# --- the rhythm ---


def test_a_burst_ends_half_a_period_after_its_last_pulse_and_comes_back_a_burst_period_after_its_beginning() -> None:
    bench = bursting()
    bench.run(1200)
    on, off = {1: 10_000}, {}
    assert switched(bench) == [(0, on), (65, off), (500, on), (565, off), (1000, on), (1065, off)]


def test_the_end_of_a_burst_waits_for_no_poll() -> None:
    bench = bursting()
    bench.run(64)
    assert bench.names[-1] != "update"
    assert not bench.waiting
    bench.run(1)
    assert bench.names[-1] == "update"


def test_no_poll_leaves_that_would_hold_back_the_end() -> None:
    bench = bursting()
    bench.stall(62)
    bench.turn()
    assert bench.names[-1] == "update"
    bench.run(3)
    assert switched(bench) == [(0, {1: 10_000}), (65, {})]


def test_each_burst_and_each_gap_is_polled() -> None:
    bench = bursting()
    bench.run(1000)
    changes = [heard.name for heard in bench.device.heard[1:]]
    for gap in "".join(name[0] for name in changes).split("u")[:-1]:
        assert "p" in gap


def test_no_burst_begins_without_a_clean_poll_in_the_gap() -> None:
    bench = in_gap(bursting())
    bench.device.mute(POLL)
    bench.run(700)
    assert [amplitudes for _, amplitudes in switched(bench)] == [{1: 10_000}, {}]
    assert Unanswered("check output") in bench.events


def test_a_burst_that_begins_late_is_followed_by_one_that_makes_up_for_it_a_little() -> None:
    bench = in_gap(bursting())
    first_ms = bench.updates()[0].at_ms
    bench.run(first_ms + 480 - bench.now_ms)
    bench.stall(50)  # nobody turns until 530 ms after the first burst began
    bench.turn()
    bench.run(1200)
    begun = [at_ms for at_ms, amplitudes in switched(bench) if amplitudes]
    assert begun[1] == 532
    assert begun[2] == begun[1] + 490
    assert begun[3] == begun[2] + 500


def test_a_silence_of_a_second_is_no_gap_any_more() -> None:
    """What comes after it begins like a train from 0: off first, then what the purse holds."""
    bench = in_gap(bursting())
    bench.order(burst(rise_ua_per_s=10_000))
    bench.stall(990)
    bench.turn()
    bench.run(60)
    after = [amplitudes for _, amplitudes in switched(bench)[2:]]
    assert after[0] == {}
    assert after[1] == {1: 1000}


# --- what is said above ---


def test_between_two_bursts_the_amplitude_is_told_with_the_channels_that_are_silent() -> None:
    bench = in_gap(bursting())
    at_ms = bench.updates()[-1].at_ms
    assert OutputSent(at_ms, ((1, 10_000),), (1,)) in bench.events
    assert OutputConfirmed(at_ms + 2, ((1, 10_000),), (1,)) in bench.events
    bench.run(200)
    assert bench.driver.output.confirmed == ((1, 10_000),)
    assert bench.driver.output.commanded == ((1, 10_000),)


def test_in_a_burst_nothing_is_silent() -> None:
    bench = bursting()
    bench.run(10)
    assert [event.gap for event in bench.events if isinstance(event, OutputSent | OutputConfirmed)] == [(), ()]


# --- changes ---


def test_a_rise_waits_for_the_next_burst_and_is_no_more_than_a_burst_period_earns() -> None:
    bench = bursting()
    bench.run(20)
    bench.order(burst(20_000, rise_ua_per_s=10_000))
    bench.run(1000)
    assert [(at_ms, a) for at_ms, a in switched(bench) if a] == [
        (0, {1: 10_000}),
        (500, {1: 14_500}),
        (1000, {1: 19_500}),
    ]


def test_the_first_burst_rises_no_further_than_any_train() -> None:
    """However long the target has been waiting: a gap earns a return, not a start."""
    bench = Bench().enabled()
    bench.device.mute(POLL)
    bench.order(burst(20_000, rise_ua_per_s=10_000))
    bench.device.instead.clear()
    bench.run(150)
    bench.stall(900)
    bench.run(50)
    first = next(a for _, a in switched(bench) if a)
    assert first[1] <= 1000


def test_a_second_channel_that_joins_in_a_gap_begins_from_0() -> None:
    bench = in_gap(bursting())
    bench.order(SetOutput((ChannelOutput(1, 10_000, BURST, FAST), ChannelOutput(2, 10_000, BURST, 10_000))))
    bench.run(500)
    joined = switched(bench)[2][1]
    assert joined[1] == 10_000
    assert joined[2] <= 1000


def test_a_decrease_in_a_short_burst_waits_for_its_end() -> None:
    bench = bursting()
    bench.run(20)
    bench.order(burst(8_000))
    bench.run(500)
    assert switched(bench) == [(0, {1: 10_000}), (65, {}), (500, {1: 8_000})]


def test_a_decrease_in_a_long_burst_does_not() -> None:
    bench = bursting(waveform=LONG)
    bench.run(60)
    bench.order(burst(8_000, LONG))
    bench.run(500)
    (_, first), (at_ms, second), (end_ms, third), (next_ms, fourth) = switched(bench)
    assert (first, second, third, fourth) == ({1: 10_000}, {1: 8_000}, {}, {1: 8_000})
    assert at_ms <= 65
    assert (end_ms, next_ms) == (312, 500)


def test_decreases_in_a_long_burst_keep_their_distance() -> None:
    bench = bursting(waveform=LONG)
    bench.run(5)
    for amplitude_ua in (9_500, 9_000, 8_500):
        bench.order(burst(amplitude_ua, LONG))
        bench.run(10)
    bench.run(270)
    times = [at_ms for at_ms, amplitudes in switched(bench) if amplitudes]
    assert times[1] >= 40
    assert len(times) == 2


def test_a_decrease_in_a_gap_is_what_comes_back() -> None:
    bench = in_gap(bursting())
    bench.order(burst(8_000))
    bench.run(500)
    assert switched(bench)[2] == (500, {1: 8_000})


def test_a_channel_that_goes_off_in_a_gap_does_not_come_back() -> None:
    bench = Bench().enabled()
    bench.order(both(10_000, 12_000))
    bench.run(100)
    in_gap(bench)
    bench.order(both(10_000, 0))
    bench.run(500)
    assert switched(bench)[-2][1] == {1: 10_000}


def test_a_channel_that_goes_off_in_a_burst_is_not_told_as_silent_only() -> None:
    bench = Bench().enabled()
    bench.order(both(10_000, 12_000))
    while not bench.updates():
        bench.run(1)
    bench.run(10)
    bench.order(both(10_000, 0))
    in_gap(bench)
    told = [event for event in bench.events if isinstance(event, OutputSent)][-1]
    assert (told.amplitudes, told.gap) == (((1, 10_000),), (1,))


def test_going_off_in_a_burst_is_at_once_and_for_good() -> None:
    bench = bursting()
    bench.run(20)
    bench.order(SetOutput(()))
    bench.run(700)
    assert switched(bench) == [(0, {1: 10_000}), (20, {})]
    assert bench.driver.output.confirmed == ()


def test_going_off_in_a_gap_is_told_and_confirmed() -> None:
    bench = in_gap(bursting())
    bench.forget()
    bench.order(SetOutput(()))
    bench.run(700)
    assert bench.events == [OutputSent(bench.updates()[0].at_ms, ()), OutputConfirmed(bench.updates()[0].at_ms + 2, ())]
    assert [heard.amplitudes for heard in bench.updates()] == [{}]


def test_another_train_after_a_burst_begins_from_0() -> None:
    bench = in_gap(bursting())
    bench.order(one(10_000, 10_000, W50))
    bench.run(120)
    assert [a for _, a in switched(bench)[2:5]] == [{}, {1: 500}, {1: 1000}]


def test_other_bursts_after_bursts_begin_from_0_and_have_their_own_rhythm() -> None:
    other = replace(BURST, burst_pulses=5, burst_period_ms=400)
    bench = in_gap(bursting())
    bench.forget()
    bench.order(burst(10_000, other, 50_000))
    bench.run(900)
    off, *rest = switched(bench)
    assert off == (0, {})
    assert [b - a for (a, _), (b, _) in zip(rest, rest[2:], strict=False)] == [400] * (len(rest) - 2)
    assert rest[0][1][1] <= 3_500


# --- faults ---


def test_a_fault_seen_in_a_gap_ends_everything() -> None:
    bench = in_gap(bursting())
    bench.device.states[0] = 1
    bench.run(700)
    assert DeviceFault(Fault.ELECTRODE, 1, 0) in bench.events
    assert not [a for _, a in switched(bench)[2:] if a]


def test_a_device_that_goes_on_in_a_gap_is_a_fault() -> None:
    bench = in_gap(bursting())
    bench.device.active = 1
    bench.run(100)
    assert DeviceFault(Fault.REFUSED, 1, 0) in bench.events


def test_an_end_that_is_not_answered_is_not_followed_by_a_burst() -> None:
    bench = bursting()
    bench.run(40)
    bench.device.mute(UPDATE)
    bench.run(700)
    assert Unanswered("change output") in bench.events
    assert [a for _, a in switched(bench)] == [{1: 10_000}, {}]


def test_an_end_that_is_refused_is_not_followed_by_a_burst() -> None:
    bench = bursting()
    bench.run(40)
    bench.device.result(UPDATE, 2)
    bench.run(700)
    assert [a for _, a in switched(bench)] == [{1: 10_000}, {}]


@pytest.mark.parametrize("after_ms", [5, 30, 64, 66, 200, 498])
def test_a_halt_in_burst_or_gap_is_the_last_word(after_ms: int) -> None:
    bench = bursting()
    bench.run(after_ms)
    bench.order(HALT)
    bench.run(900)
    stop = bench.names.index("stop")
    assert "update" not in bench.names[stop:]
    assert any(isinstance(event, HaltConfirmed) for event in bench.events)


def test_a_poll_answered_late_holds_the_end_back_no_longer_than_its_deadline() -> None:
    bench = bursting()
    bench.device.instead[POLL] = lambda number, data: None
    bench.run(400)
    assert Unanswered("check output") in bench.events


def test_an_answer_that_is_late_delays_the_end_and_nothing_else() -> None:
    bench = bursting()
    bench.delay_ms = 40
    bench.run(71)
    assert [amplitudes for _, amplitudes in switched(bench)] == [{1: 10_000}]
    bench.run(5)
    assert switched(bench)[-1] == (72, {})


# --- what can be asked for ---


@pytest.mark.parametrize(
    "waveform",
    [
        replace(BURST, burst_pulses=1),
        replace(BURST, burst_pulses=0),
        replace(BURST, burst_period_ms=0),
        replace(BURST, burst_period_ms=124),
        replace(BURST, burst_period_ms=1045),
    ],
)
def test_bursts_that_cannot_be_switched_are_refused(waveform: Waveform) -> None:
    with pytest.raises(ValueError, match="bursts each"):
        check((ChannelOutput(1, 10_000, waveform, FAST),), P24)


def test_the_shortest_and_the_longest_gap_are_not() -> None:
    for period_ms in (125, 1044):
        check((ChannelOutput(1, 10_000, replace(BURST, burst_period_ms=period_ms), FAST),), P24)


@pytest.mark.parametrize("other", [W50, replace(BURST, period_us=12_500), replace(BURST, burst_pulses=5)])
def test_bursts_go_on_and_off_on_all_channels_together(other: Waveform) -> None:
    with pytest.raises(ValueError, match="together"):
        check((ChannelOutput(1, 10_000, BURST, FAST), ChannelOutput(2, 10_000, other, FAST)), P24)


def test_trains_of_several_rates_may_run_side_by_side() -> None:
    check((ChannelOutput(1, 10_000, W50, FAST), ChannelOutput(2, 10_000, replace(W50, period_us=40_000), FAST)), P24)


# --- sweeps ---

BAND = Band(10_000, 20_000, 300, 300)
FASTER, SLOWER = replace(W50, period_us=10_000), W50


def swept(amplitude_ua: int, waveform: Waveform, band: Band | None = BAND, rise_ua_per_s: int = 10_000) -> SetOutput:
    return SetOutput((ChannelOutput(1, amplitude_ua, waveform, rise_ua_per_s, band),))


def sweeping() -> Bench:
    bench = Bench().enabled()
    bench.order(swept(10_000, SLOWER, rise_ua_per_s=FAST))
    bench.run(120)
    assert bench.driver.output.confirmed == ((1, 10_000),)
    bench.forget()
    return bench


def test_within_a_band_a_train_goes_on_at_its_amplitude() -> None:
    bench = sweeping()
    bench.order(swept(10_000, FASTER))
    bench.run(60)
    assert [heard.amplitudes for heard in bench.updates()] == [{1: 10_000}]
    assert int.from_bytes(bench.updates()[0].data[2:4], "big") >> 1 == 20


def test_a_step_of_a_sweep_is_cleared_by_a_poll_like_every_change() -> None:
    bench = sweeping()
    bench.order(swept(10_000, FASTER))
    bench.run(60)
    assert bench.names[bench.names.index("update") - 1] == "poll"


@pytest.mark.parametrize("band", [None, Band(10_000, 20_000, 300, 301)])
def test_in_no_band_or_in_another_a_new_waveform_begins_from_0(band: Band | None) -> None:
    bench = sweeping()
    bench.order(swept(10_000, FASTER, band))
    bench.run(60)
    assert bench.updates()[0].amplitudes == {}


def test_another_gap_is_another_waveform_even_in_a_band() -> None:
    bench = sweeping()
    bench.order(swept(10_000, replace(FASTER, gap_us=50)))
    bench.run(60)
    assert bench.updates()[0].amplitudes == {}


def test_a_slow_moment_of_a_sweep_earns_no_larger_rise() -> None:
    bench = Bench().enabled()
    slow = Band(10_000, 500_000, 300, 300)
    bench.order(swept(20_000, replace(W50, period_us=500_000), slow, rise_ua_per_s=10_000))
    bench.run(1200)
    rises = [heard.amplitudes[1] for heard in bench.updates()]
    assert rises[0] == 500
    assert rises[1] - rises[0] <= 1_000


def test_a_waveform_outside_its_band_is_refused() -> None:
    with pytest.raises(ValueError, match="is not part of"):
        check((ChannelOutput(1, 10_000, replace(W50, period_us=20_500), FAST, BAND),), P24)


def test_an_unknown_answer_in_a_burst_is_a_fault() -> None:
    bench = bursting()
    bench.device.instead[POLL] = lambda number, data: framed(number, POLL + 1, bytes((28, 4, 0)) + bytes(4))
    bench.run(200)
    assert any(isinstance(event, DeviceFault) for event in bench.events)


@pytest.mark.parametrize("gap_ms", [MIN_GAP_MS, MAX_GAP_MS])
@pytest.mark.parametrize("period_us", [4_000, 10_000, 30_000])
def test_every_gap_that_a_plan_may_have_can_be_switched(gap_ms: int, period_us: int) -> None:
    allowed = replace(BURST, burst_pulses=2, period_us=period_us, burst_period_ms=gap_ms + 2 * period_us // 1000)
    assert gates.fits(allowed)
    assert gates.MIN_GAP_MS == MIN_GAP_MS, "one floor, told to the author by the plan and kept by the driver"


# --- whatever ended a burst, the next keeps its distance ---

CLOSE = replace(BURST, burst_pulses=10, burst_period_ms=200)
"""95 ms of pulses five times a second."""


def begun(bench: Bench, since_ms: int) -> int:
    """When the first burst after a moment began, from that moment."""
    while not any(heard.amplitudes for heard in bench.updates() if heard.at_ms > since_ms):
        bench.run(1)
    return next(heard.at_ms for heard in bench.updates() if heard.amplitudes and heard.at_ms > since_ms) - since_ms


@pytest.mark.parametrize("on_ms", [5, 60, 100, 300])
def test_after_a_halt_the_next_burst_waits_for_its_turn(on_ms: int) -> None:
    """490 ms after the last one began, and half of 435 ms and 2 after the halt."""
    bench = bursting()
    from_ms = bench.now_ms
    bench.run(on_ms)
    bench.order(Halt())
    bench.run(20)
    bench.order(Enable())
    bench.run(5)
    bench.order(burst())
    assert begun(bench, from_ms) == max(490, on_ms + 219)


def test_after_a_fault_too() -> None:
    bench = bursting()
    from_ms = bench.now_ms
    bench.device.result(UPDATE, 9)
    bench.run(80)
    bench.device.instead.clear()
    bench.order(Halt())
    bench.run(20)
    bench.order(Enable())
    bench.run(5)
    bench.order(burst())
    assert begun(bench, from_ms) == 490


@pytest.mark.parametrize("on_ms", [5, 200])
def test_switched_off_and_on_again_the_next_burst_waits_for_its_turn(on_ms: int) -> None:
    bench = bursting()
    from_ms = bench.now_ms
    bench.run(on_ms)
    bench.order(SetOutput(()))
    bench.run(5)
    bench.order(burst())
    assert begun(bench, from_ms) == 490


def test_other_bursts_wait_by_their_own_period() -> None:
    bench = bursting()
    from_ms = bench.now_ms
    bench.run(70)
    bench.order(burst(waveform=CLOSE))
    assert begun(bench, from_ms) == 190


def test_a_train_after_a_burst_waits_for_nothing_of_the_kind() -> None:
    bench = bursting()
    from_ms = bench.now_ms
    bench.run(70)
    bench.order(one(10_000, waveform=W50))
    assert begun(bench, from_ms) < 200


def test_after_a_burst_that_ended_late_half_of_the_silence_is_left() -> None:
    """185 ms instead of 95: the next would begin at 200, and begins half of 105 ms and 2 after the end."""
    bench = bursting(waveform=CLOSE)
    from_ms = bench.now_ms
    bench.run(60)
    bench.stall(125)
    bench.turn()
    assert bench.updates()[-1].amplitudes == {}
    assert begun(bench, from_ms) == 185 + 52 + 2


def test_what_a_first_burst_had_to_wait_for_buys_no_larger_second() -> None:
    """4 mA a second: the time before the first burst earns that one's step, and nothing for the next."""
    bench = bursting(500)
    bench.order(SetOutput(()))
    bench.run(5)
    bench.order(burst(10_000, rise_ua_per_s=4_000))
    bench.run(1_600)
    rises = [heard.amplitudes[1] for heard in bench.updates() if heard.amplitudes]
    assert rises[1:4] == [500, 2_500, 4_500]
