"""The burst rule: back within a second to what was acknowledged before the gap, and nothing else; and a burst ends."""

from __future__ import annotations

import pytest
from guard.rig import HALT, INIT, POLL, UPDATE, Rig, block, pulse, update_data

from helpers.rows import bundled
from nmes.guard.burst import earned_us, forgotten, is_burst, lit, returns_to_ua
from nmes.guard.ceilings import Ceilings
from nmes.guard.state import Armed, Gap, Lane

LEVEL_UA = 20_000
NEAR = range(-2, 3)
PERIOD_US = 10_000
BURST = {"burst_pulses": 7, "burst_period_ms": 500}
SHAPE = {"phase_us": 300, "gap_us": 100, "ratio": 1, "period_us": PERIOD_US}
BURST_US, LATE_US = 70_000, 100_000


def arm(
    rig: Rig, level_ua: int = LEVEL_UA, ramp_ms: int = 2_000, channel: int = 1, pad_mm2: int = 2_500, **more: int
) -> bool:
    return rig.guard.arm(channel, level_ua, ramp_ms, pad_mm2, **(SHAPE | BURST | more))


def on(rig: Rig, amplitude_ua: int, *, read: bool = True, channels: tuple[int, ...] = (1,)) -> bool:
    train = block(pulse(amplitude_ua), PERIOD_US)
    return rig.send(UPDATE, update_data(dict.fromkeys(channels, train)), read=read)


def armed_rig() -> Rig:
    """Started up and armed with bursts of 20 mA in 2 s; nothing is on."""
    rig = Rig(bare=True)
    rig.enable()
    assert arm(rig)
    return rig


def in_gap(rig: Rig | None = None, amplitude_ua: int = 10_000, gap_us: int = 435_000) -> Rig:
    """A burst at `amplitude_ua` has been on for 65 ms and off for `gap_us`, all of it acknowledged."""
    rig = rig or armed_rig()
    reach(rig, amplitude_ua)
    rig.now_us += 65_000
    assert rig.off()
    rig.now_us += gap_us
    return rig


def reach(rig: Rig, amplitude_ua: int) -> None:
    """Climb burst by burst; the last one stays on."""
    at_ua = 0
    while at_ua < amplitude_ua:
        at_ua = min(amplitude_ua, at_ua + 500)
        rig.now_us += 435_000
        assert on(rig, at_ua), rig.rule
        if at_ua < amplitude_ua:
            rig.now_us += 65_000
            assert rig.off()


# --- the return ---


def test_a_burst_comes_back_to_what_it_was() -> None:
    rig = in_gap()
    assert on(rig, 10_000)


def test_without_bursts_in_the_arming_nothing_comes_back() -> None:
    rig = Rig(bare=True)
    rig.enable()
    assert arm(rig, burst_pulses=0, burst_period_ms=0)
    for amplitude_ua in range(500, 5_001, 500):
        assert on(rig, amplitude_ua)
        rig.now_us += 60_000
    assert rig.off()
    rig.now_us += 435_000
    assert not on(rig, 5_000)
    assert rig.rule == "rise"


def test_it_comes_back_no_higher_than_a_burst_period_has_earned() -> None:
    """20 mA in 2 s are 5 mA in a burst period, and one device step and a turn as ever: 5.7 mA."""
    assert on(in_gap(), 15_500)
    rig = in_gap()
    assert not on(rig, 16_000)
    assert rig.rule == "rise"


def test_what_the_return_earned_is_spent_once() -> None:
    rig = in_gap()
    assert on(rig, 15_500)
    assert not on(rig, 16_000)
    assert rig.rule == "rise"


def test_the_first_burst_earns_no_more_than_any_train() -> None:
    """40 ms, one step and a turn: 0.4 + 0.5 + 0.2 mA."""
    for idle_us in (0, 500_000, 3_600_000_000):
        rig = armed_rig()
        rig.now_us += idle_us
        assert not on(rig, 1_500)
        assert rig.rule == "rise"
        rig = armed_rig()
        rig.now_us += idle_us
        assert on(rig, 1_000)


@pytest.mark.parametrize("late_us", NEAR)
def test_a_gap_lasts_less_than_a_second(late_us: int) -> None:
    rig = in_gap(gap_us=1_000_000 + late_us)
    assert on(rig, 10_000) is (late_us < 0)
    assert rig.rule == (None if late_us < 0 else "rise")


def test_the_second_counts_from_the_first_end_not_from_the_last() -> None:
    """Another "off" in the gap does not begin it anew."""
    rig = in_gap(gap_us=600_000)
    assert rig.off()
    rig.now_us += 500_000
    assert not on(rig, 10_000)
    assert rig.rule == "rise"


def test_an_off_in_the_gap_does_not_end_it() -> None:
    rig = in_gap(gap_us=300_000)
    assert rig.off()
    rig.now_us += 200_000
    assert on(rig, 10_000)


@pytest.mark.parametrize("early_us", NEAR)
def test_bursts_cannot_be_joined_to_a_train(early_us: int) -> None:
    """The next begins a burst period after the last, less a turn of 20 ms."""
    rig = in_gap(gap_us=500_000 - 65_000 - 20_000 - early_us)
    assert on(rig, 10_000) is (early_us <= 0)
    assert rig.rule == (None if early_us <= 0 else "burst_too_soon")


def after_a_burst(burst_us: int, silence_us: int, *, halt: bool = False, **armed: int) -> Rig:
    """One burst of the smallest current, ended by an update or by a halt, and then a silence."""
    rig = Rig(bare=True)
    rig.enable()
    assert arm(rig, **armed)
    assert on(rig, 500)
    rig.now_us += burst_us
    assert rig.send(HALT) and rig.send(INIT, b"\x01") if halt else rig.off()
    rig.now_us += silence_us
    return rig


@bundled("halt", [False, True])
@bundled("early_us", NEAR)
def test_a_burst_that_climbs_from_0_keeps_its_distance_too(early_us: int, halt: bool) -> None:
    """A step that idle time has long earned, sooner than a burst period after the last beginning, less a turn."""
    rig = after_a_burst(70_000, 410_000 - early_us, halt=halt)
    assert on(rig, 500) is (early_us <= 0)
    assert rig.rule == (None if early_us <= 0 else "burst_too_soon")


@bundled("halt", [False, True])
@bundled("early_us", NEAR)
def test_after_a_burst_that_ended_late_half_of_the_usual_silence_is_left(early_us: int, halt: bool) -> None:
    """10 pulses at 100 Hz each 200 ms: usually 100 ms of silence."""
    close = {"burst_pulses": 10, "burst_period_ms": 200}
    rig = after_a_burst(195_000, 50_000 - early_us, halt=halt, **close)
    assert on(rig, 500) is (early_us <= 0)
    assert rig.rule == (None if early_us <= 0 else "burst_too_soon")


def test_a_halt_in_the_gap_does_not_move_the_end_of_the_burst() -> None:
    close = {"burst_pulses": 10, "burst_period_ms": 200}
    rig = after_a_burst(150_000, 40_000, **close)
    assert rig.send(HALT)
    assert rig.send(INIT, b"\x01")
    rig.now_us += 10_000
    assert on(rig, 500)


def test_a_refusal_says_which_channel_comes_too_soon() -> None:
    rig = after_a_burst(70_000, 12_000)
    assert not on(rig, 500)
    assert rig.guard.latched.detail == "channel 1: a burst 398000 µs too early after the last"


def test_a_hostile_program_gets_no_train_out_of_a_burst_arming() -> None:
    """On for as long as the guard lets it, off for 12 ms, again from 0: what gave a duty of 96 %."""
    rig = armed_rig()
    assert on(rig, 500)
    rig.now_us += BURST_US + 95_000
    assert rig.off()
    rig.now_us += 12_000
    assert not on(rig, 500)
    assert rig.rule == "burst_too_soon"


def test_an_update_at_0_is_no_burst_that_comes_too_soon() -> None:
    rig = after_a_burst(70_000, 12_000)
    assert rig.send(UPDATE, update_data({1: block(pulse(0), PERIOD_US)}))


def test_the_first_burst_after_a_train_need_not_wait_for_it() -> None:
    rig = Rig(bare=True)
    rig.enable()
    assert arm(rig, burst_pulses=0, burst_period_ms=0)
    assert on(rig, 500)
    rig.now_us += 300_000
    assert arm(rig)
    assert rig.off()
    rig.now_us += 60_000
    assert on(rig, 500)


def test_a_train_armed_after_a_burst_need_not_wait_either() -> None:
    rig = after_a_burst(70_000, 60_000)
    assert arm(rig, burst_pulses=0, burst_period_ms=0)
    assert on(rig, 500)


def test_an_end_that_is_not_acknowledged_is_no_gap() -> None:
    rig = armed_rig()
    reach(rig, 10_000)
    rig.now_us += 65_000
    rig.device.deaf_to = {UPDATE}
    assert rig.off()
    rig.now_us += 100_000
    assert not on(rig, 10_000)
    assert rig.rule == "rise"


def test_a_burst_that_was_not_acknowledged_is_nothing_to_return_to() -> None:
    """Its answer is lost, the answer to its end is not."""
    rig = armed_rig()
    reach(rig, 10_000)
    rig.now_us += 65_000
    assert rig.off()
    rig.now_us += 435_000
    rig.device.deaf_to = {UPDATE}
    assert on(rig, 10_000)
    rig.now_us += 65_000
    rig.device.deaf_to = set()
    assert rig.off()
    rig.now_us += 435_000
    assert not on(rig, 10_000)
    assert rig.rule == "rise"


def test_what_the_burst_was_lowered_to_counts() -> None:
    rig = armed_rig()
    reach(rig, 10_000)
    rig.now_us += 40_000
    assert on(rig, 4_000)
    rig.now_us += 25_000
    assert rig.off()
    rig.now_us += 435_000
    assert not on(rig, 10_000)
    assert rig.rule == "rise"


def test_what_the_burst_was_lowered_to_counts_even_unacknowledged() -> None:
    rig = armed_rig()
    reach(rig, 10_000)
    rig.now_us += 40_000
    rig.device.deaf_to = {UPDATE}
    assert on(rig, 4_000)
    rig.device.deaf_to = set()
    rig.now_us += 25_000
    assert rig.off()
    rig.now_us += 435_000
    assert not on(rig, 10_000)


def test_a_stale_answer_of_an_earlier_end_ends_no_burst() -> None:
    """The answer to the first end comes when the second burst is already on."""
    rig = armed_rig()
    reach(rig, 1_000)
    rig.now_us += 65_000
    rig.send(UPDATE, b"\x00", read=False)
    rig.now_us += 5_000
    assert on(rig, 500, read=False)
    rig.hear()
    rig.now_us += 60_000
    assert rig.guard.latched is None
    rig.now_us += BURST_US + LATE_US
    rig.guard.watch()
    assert rig.rule == "burst_too_long"


# --- what ends the allowance ---


def test_a_level_lowered_in_the_gap_bounds_the_return() -> None:
    rig = in_gap()
    assert arm(rig, level_ua=8_000)
    assert on(rig, 8_000)
    rig = in_gap()
    assert arm(rig, level_ua=8_000)
    assert not on(rig, 8_500)
    assert rig.rule == "confirmed_level"


def test_a_level_raised_in_the_gap_leaves_the_return_where_it_was() -> None:
    rig = in_gap()
    assert arm(rig, level_ua=40_000, ramp_ms=20_000)
    assert on(rig, 10_000)
    rig = in_gap()
    assert arm(rig, level_ua=40_000, ramp_ms=20_000)
    assert not on(rig, 12_000)
    assert rig.rule == "rise"


@pytest.mark.parametrize(
    "other",
    [
        {"phase_us": 299},
        {"gap_us": 99},
        {"ratio": 2},
        {"period_us": 10_500},
        {"pad_mm2": 2_400},
        {"burst_pulses": 6},
        {"burst_period_ms": 499},
        {"burst_pulses": 0, "burst_period_ms": 0},
    ],
)
def test_arming_with_another_waveform_ends_the_gap(other: dict[str, int]) -> None:
    rig = in_gap()
    assert arm(rig, **other)
    assert arm(rig)
    assert not on(rig, 10_000)
    assert rig.rule == "rise"


def test_disarming_ends_the_gap() -> None:
    for disarm in ("disarm", "disarm_channel"):
        rig = in_gap()
        rig.guard.disarm() if disarm == "disarm" else rig.guard.disarm_channel(1)
        assert arm(rig)
        assert not on(rig, 10_000)
        assert rig.rule == "rise"


def test_a_refused_arming_ends_the_gap() -> None:
    rig = in_gap()
    assert not arm(rig, ramp_ms=1)
    assert arm(rig)
    assert not on(rig, 10_000)


def test_a_halt_in_the_gap_ends_it() -> None:
    rig = in_gap(gap_us=400_000)
    assert rig.send(HALT)
    assert rig.send(INIT, b"\x01")
    rig.now_us += 35_000
    assert not on(rig, 10_000)
    assert rig.rule == "rise"


def test_after_a_stop_in_the_gap_nothing_comes_back() -> None:
    rig = in_gap(gap_us=400_000)
    trips = rig.guard.trip("operator")
    assert not on(rig, 10_000), "latched"
    rig.hear()
    assert rig.guard.unlatch(trips)
    rig.enable()
    assert arm(rig)
    rig.now_us += 35_000
    assert not on(rig, 10_000)
    assert rig.rule == "rise"


def test_a_fault_told_in_the_gap_halts() -> None:
    rig = in_gap(gap_us=400_000)
    rig.device.nibbles = b"\x01\x00\x00\x00"
    rig.poll()
    assert rig.rule == "channel_fault"
    assert not on(rig, 10_000)


def test_a_device_that_goes_on_in_the_gap_halts() -> None:
    rig = in_gap(gap_us=400_000)
    rig.device.active = 1
    rig.poll()
    assert rig.rule == "channel_active"


def test_the_gap_of_one_channel_is_none_of_another() -> None:
    rig = in_gap()
    assert arm(rig, channel=2)
    assert not on(rig, 10_000, channels=(1, 2))
    assert rig.rule == "rise"


def test_a_channel_left_out_of_a_burst_comes_back_only_within_its_own_second() -> None:
    rig = armed_rig()
    assert arm(rig, channel=2)
    for amplitude_ua in range(500, 5_001, 500):
        rig.now_us += 435_000
        assert on(rig, amplitude_ua, channels=(1, 2))
        rig.now_us += 65_000
        assert rig.off()
    rig.now_us += 435_000
    assert on(rig, 5_000)  # channel 2 is left out of this one
    rig.now_us += 65_000
    assert rig.off()
    rig.now_us += 500_000
    assert not on(rig, 5_000, channels=(1, 2))
    assert "channel 2" in rig.guard.latched.detail


# --- a burst ends ---


@pytest.mark.parametrize("late_us", NEAR)
def test_a_burst_that_does_not_end_is_halted(late_us: int) -> None:
    """A hung program must not make a train of it: its own 70 ms and 100 ms more."""
    rig = armed_rig()
    reach(rig, 10_000)
    rig.now_us += BURST_US + LATE_US + late_us
    rig.guard.watch()
    assert rig.rule == ("burst_too_long" if late_us > 0 else None)
    assert (rig.device.commands()[-1] == HALT) is (late_us > 0)


def test_an_overlong_burst_lets_nothing_pass_but_the_halt() -> None:
    rig = armed_rig()
    reach(rig, 10_000)
    rig.now_us += BURST_US + LATE_US + 1
    assert not rig.off()
    assert rig.rule == "burst_too_long"
    assert "channel 1" in rig.guard.latched.detail
    assert "100 ms after its time" in rig.guard.latched.detail


def test_updates_within_a_burst_do_not_prolong_it() -> None:
    rig = armed_rig()
    reach(rig, 10_000)
    for amplitude_ua in (9_500, 9_000, 8_500, 8_000):
        rig.now_us += 40_000
        assert on(rig, amplitude_ua)
    rig.now_us += 11_000
    rig.guard.watch()
    assert rig.rule == "burst_too_long"


def test_polls_do_not_prolong_a_burst() -> None:
    rig = armed_rig()
    reach(rig, 10_000)
    for _ in range(4):
        rig.now_us += 40_000
        assert rig.poll()
    rig.now_us += 11_000
    assert not rig.send(POLL, b"\x04")
    assert rig.rule == "burst_too_long"


def test_an_end_that_is_not_acknowledged_does_not_end_it() -> None:
    rig = armed_rig()
    reach(rig, 10_000)
    rig.now_us += 65_000
    rig.device.deaf_to = {UPDATE}
    assert rig.off()
    rig.now_us += 106_000
    rig.guard.watch()
    assert rig.rule == "burst_too_long"


def test_disarming_does_not_let_a_burst_go_on() -> None:
    rig = armed_rig()
    reach(rig, 10_000)
    rig.guard.disarm_channel(1)
    rig.now_us += BURST_US + LATE_US + 1
    rig.guard.watch()
    assert rig.rule == "burst_too_long"


def test_a_train_that_is_on_when_bursts_are_armed_must_end_too() -> None:
    rig = Rig(bare=True)
    rig.enable()
    assert arm(rig, burst_pulses=0, burst_period_ms=0)
    assert on(rig, 1_000)
    rig.now_us += 300_000
    assert arm(rig)
    rig.now_us += BURST_US + LATE_US + 1
    rig.guard.watch()
    assert rig.rule == "burst_too_long"


def test_a_train_that_may_be_on_when_bursts_are_armed_must_end_too() -> None:
    rig = Rig(bare=True)
    rig.enable()
    assert arm(rig, burst_pulses=0, burst_period_ms=0)
    assert on(rig, 1_000, read=False)
    assert arm(rig)
    rig.hear()
    rig.now_us += BURST_US + LATE_US + 1
    rig.guard.watch()
    assert rig.rule == "burst_too_long"


def test_a_train_armed_in_a_burst_has_no_gap() -> None:
    rig = armed_rig()
    reach(rig, 10_000)
    assert arm(rig, burst_pulses=0, burst_period_ms=0)
    rig.now_us += 65_000
    assert rig.off()
    rig.now_us += 435_000
    assert not on(rig, 10_000)
    assert rig.rule == "rise"


def test_bursts_that_are_on_when_a_train_is_armed_may_go_on_once_it_is_sent() -> None:
    rig = armed_rig()
    reach(rig, 1_000)
    assert arm(rig, burst_pulses=0, burst_period_ms=0)
    rig.now_us += 40_000
    assert on(rig, 1_000)
    rig.now_us += 500_000
    assert rig.poll()
    rig.guard.watch()
    assert rig.guard.latched is None


def test_a_burst_that_ended_is_not_too_long() -> None:
    rig = in_gap()
    rig.now_us += 5_000_000
    rig.guard.watch()
    assert rig.guard.latched is None


def test_a_burst_sent_at_0_is_none() -> None:
    rig = armed_rig()
    assert arm(rig, channel=2, burst_pulses=0, burst_period_ms=0)
    nothing, train = block(pulse(0), PERIOD_US), block(pulse(500), PERIOD_US)
    assert rig.send(UPDATE, update_data({1: nothing, 2: train}), read=False)
    rig.now_us += 300_000
    rig.guard.watch()
    assert rig.guard.latched is None


# --- the arming ---


@bundled(
    ("burst", "good"),
    [
        ({"burst_pulses": 2, "burst_period_ms": 200}, True),
        ({"burst_pulses": 20, "burst_period_ms": 1_000}, True),
        ({"burst_pulses": 1, "burst_period_ms": 500}, False),
        ({"burst_pulses": 21, "burst_period_ms": 1_000}, False),
        ({"burst_pulses": 7, "burst_period_ms": 199}, False),
        ({"burst_pulses": 7, "burst_period_ms": 1_001}, False),
        ({"burst_pulses": 7, "burst_period_ms": 0}, False),
        ({"burst_pulses": 0, "burst_period_ms": 500}, False),
        ({"burst_pulses": -1, "burst_period_ms": 500}, False),
        ({"burst_pulses": 16, "burst_period_ms": 200}, True),
        ({"burst_pulses": 17, "burst_period_ms": 200}, False),
        ({"longest_period_us": 20_000}, False),
        ({"longest_phase_us": 400}, False),
    ],
)
def test_bursts_that_we_do_not_know_are_not_armed(burst: dict[str, int], good: bool) -> None:
    assert arm(armed_rig(), **burst) is good


# --- sweeps ---

BAND = {"burst_pulses": 0, "burst_period_ms": 0, "longest_period_us": 20_000, "longest_phase_us": 400}


def swept(period_us: int = PERIOD_US, phase_us: int = 300) -> str | None:
    """The rule that 0.5 mA of this breaks on a channel armed with 100 to 50 Hz and 300 to 400 µs."""
    rig = Rig(bare=True)
    rig.enable()
    assert arm(rig, **BAND)
    rig.send(UPDATE, update_data({1: block(pulse(500, phase_us), period_us)}))
    return rig.rule


@pytest.mark.parametrize(
    ("period_us", "rule"),
    [(10_000, None), (15_000, None), (20_000, None), (9_500, "confirmed_rate"), (20_500, "confirmed_rate")],
)
def test_a_sweep_stays_within_its_periods(period_us: int, rule: str | None) -> None:
    assert swept(period_us) == rule


@pytest.mark.parametrize(
    ("phase_us", "rule"), [(300, None), (350, None), (400, None), (299, "pulse_shape"), (401, "pulse_shape")]
)
def test_a_sweep_stays_within_its_phases(phase_us: int, rule: str | None) -> None:
    assert swept(phase_us=phase_us) == rule


def test_the_charge_of_a_sweep_is_that_of_its_longest_phase() -> None:
    rig = Rig(bare=True)
    rig.enable()
    assert arm(rig, level_ua=500, **BAND)
    assert rig.send(UPDATE, update_data({1: block(pulse(500, 400), PERIOD_US)}))


def test_a_slow_moment_of_a_sweep_earns_no_larger_rise() -> None:
    rig = Rig(bare=True)
    rig.enable()
    assert arm(rig, **(BAND | {"longest_period_us": 500_000, "longest_phase_us": 0}))
    rig.now_us += 5_000_000
    assert not rig.send(UPDATE, update_data({1: block(pulse(1_500), 500_000)}))
    assert rig.rule == "rise"


def test_a_sweep_costs_no_rise_at_one_amplitude() -> None:
    rig = Rig(bare=True)
    rig.enable()
    assert arm(rig, **BAND)
    for period_us in (10_000, 12_000, 15_000, 20_000, 10_000):
        rig.now_us += 40_000
        assert rig.send(UPDATE, update_data({1: block(pulse(1_000), period_us)}))


@pytest.mark.parametrize(
    ("longest", "good"),
    [
        ({"longest_period_us": 10_000}, True),
        ({"longest_period_us": 9_999}, False),
        ({"longest_period_us": 2_000_001}, False),
        ({"longest_period_us": -1}, False),
        ({"longest_phase_us": 300}, True),
        ({"longest_phase_us": 299}, False),
        ({"longest_phase_us": 1_001}, False),
    ],
)
def test_a_sweep_the_wrong_way_round_or_beyond_the_ceilings_is_not_armed(longest: dict[str, int], good: bool) -> None:
    assert arm(armed_rig(), burst_pulses=0, burst_period_ms=0, **longest) is good


# --- the pure parts ---


def test_a_lane_without_a_gap_returns_to_nothing() -> None:
    armed = Armed(LEVEL_UA, 2_000, 2_500, 300, 100, 1, PERIOD_US, burst_pulses=7, burst_period_ms=500)
    gap = Gap(10_000, 65_000)
    assert returns_to_ua(Lane(armed), armed, 500_000, Ceilings()) == 0
    assert returns_to_ua(Lane(armed, gap=gap), armed, 500_000, Ceilings()) == 10_000
    assert forgotten(Lane(armed, burst_from_us=1, burst_by_us=2, gap=gap), 3) == Lane(armed)
    cut = Lane(armed, burst_from_us=1, burst_by_us=2, gap=gap, begun_us=1)
    assert forgotten(cut, 3) == Lane(armed, begun_us=1, ended_us=3)


# --- the parts by themselves ---


@pytest.mark.parametrize(("period_us", "good"), [(80_000, True), (80_001, False)])
def test_a_burst_leaves_exactly_the_time_of_one_update_for_its_gap(period_us: int, good: bool) -> None:
    """Two periods of 80 ms and 40 ms of silence are 200 ms."""
    armed = Armed(LEVEL_UA, 2_000, 2_500, 300, 100, 1, period_us, burst_pulses=2, burst_period_ms=200)
    assert is_burst(armed, Ceilings()) is good


def test_a_burst_that_comes_back_has_waited_for_a_burst_period_and_no_other_has() -> None:
    armed = Armed(LEVEL_UA, 2_000, 2_500, 300, 100, 1, PERIOD_US, burst_pulses=7, burst_period_ms=480)
    assert earned_us(armed, returning=True) == 480_000
    assert earned_us(armed, returning=False) == 0


def test_a_channel_that_is_on_is_in_no_gap_and_a_train_is_in_no_burst() -> None:
    train = Armed(LEVEL_UA, 2_000, 2_500, 300, 100, 1, PERIOD_US)
    bursts = Armed(LEVEL_UA, 2_000, 2_500, 300, 100, 1, PERIOD_US, burst_pulses=7, burst_period_ms=500)
    was = Lane(burst_from_us=5, burst_by_us=9, gap=Gap(500, 7))
    on_train, in_burst = lit(was, train, 10, Ceilings()), lit(was, bursts, 10, Ceilings())
    assert (on_train.burst_from_us, on_train.burst_by_us, on_train.gap) == (None, None, None)
    assert (in_burst.burst_from_us, in_burst.burst_by_us, in_burst.gap) == (5, 9, None)


@pytest.mark.parametrize("before", [True, False])
def test_a_poll_that_nobody_answers_changes_nothing_about_a_gap(before: bool) -> None:
    rig = armed_rig()
    assert on(rig, 500)
    rig.now_us += 65_000
    rig.device.deaf_to = {POLL}
    if before:
        rig.poll()
    assert rig.send(UPDATE, b"\x00", read=before)
    if not before:
        rig.poll()
    rig.now_us += 435_000
    assert on(rig, 500), rig.rule


def test_a_channel_without_bursts_does_not_keep_the_next_one_from_its_gap() -> None:
    rig = armed_rig()
    rig.guard.disarm_channel(1)
    assert arm(rig, channel=2)
    for amplitude_ua in range(500, 10_001, 500):
        assert on(rig, amplitude_ua, channels=(2,)), rig.rule
        rig.now_us += 65_000
        assert rig.off()
        rig.now_us += 435_000
    assert on(rig, 10_000, channels=(2,)), rig.rule


def test_a_burst_that_is_on_must_end_in_its_time_also_if_its_channel_is_armed_as_a_train_meanwhile() -> None:
    rig = armed_rig()
    assert on(rig, 500)
    assert arm(rig, burst_pulses=0, burst_period_ms=0)
    rig.now_us += BURST_US + LATE_US
    rig.guard.watch()
    assert rig.rule is None
    rig.now_us += 1
    rig.guard.watch()
    assert rig.rule == "burst_too_long"


def test_a_question_on_its_way_does_not_keep_bursts_from_being_armed() -> None:
    rig = armed_rig()
    rig.device.deaf_to = {POLL}
    assert rig.poll()
    assert arm(rig, level_ua=LEVEL_UA - 500)
