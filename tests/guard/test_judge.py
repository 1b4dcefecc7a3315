"""What may go out, and when: listed requests, the confirmed level, the rise, the frame rate, the session's charge."""

from __future__ import annotations

import pytest
from guard.rig import DEVICE_ID, HALT, INIT, POLL, STATUS, UPDATE, WAVE, Rig, block, encode, pulse, update_data

from helpers.rows import bundled
from nmes.guard.ceilings import Ceilings

NEAR = range(-5, 6)


@pytest.mark.covers("SR-01")
def test_before_anything_nothing_is_enabled_and_nothing_armed() -> None:
    rig = Rig(bare=True)
    assert rig.guard.latched is None
    assert not rig.update(500)
    assert rig.rule == "not_enabled"
    assert rig.device.commands() == [HALT]


@pytest.mark.covers("SR-01")
@bundled("command", range(0, 1024, 7))
def test_only_listed_commands_pass(command: int) -> None:
    rig = Rig()
    listed = {4, INIT, UPDATE, HALT, POLL, DEVICE_ID, STATUS, 68}
    if command not in listed:
        assert not rig.send(command, read=False)
        assert rig.rule == "unknown_frame"


@pytest.mark.parametrize("command", [4, HALT, DEVICE_ID, STATUS, 68])
def test_halts_and_questions_pass_always(command: int) -> None:
    for rig in (Rig(bare=True), Rig()):
        assert rig.send(command)
        rig.guard.trip("test")
        assert rig.send(command)


@pytest.mark.parametrize(("flag", "rule"), [(0, "init_flag"), (1, None), (2, "unknown_frame")])
def test_a_start_up_must_stop_all_channels_on_any_fault(flag: int, rule: str | None) -> None:
    rig = Rig(bare=True)
    assert rig.send(INIT, bytes([flag])) is (rule is None)
    assert rig.rule == rule


def test_no_start_up_over_a_running_output() -> None:
    rig = Rig()
    assert rig.update(500)
    assert not rig.send(INIT, b"\x01")
    assert rig.rule == "init_not_off"


def test_no_start_up_while_a_halt_is_not_acknowledged() -> None:
    rig = Rig()
    rig.device.deaf_to = {HALT}
    assert rig.send(HALT)
    assert not rig.send(INIT, b"\x01")
    assert rig.rule == "init_not_off"


def test_an_output_that_was_acknowledged_off_may_be_started_up_again() -> None:
    rig = Rig()
    assert rig.update(500)
    assert rig.off()
    assert rig.send(INIT, b"\x01")


def test_no_update_before_the_start_up_is_acknowledged() -> None:
    rig = Rig(bare=True)
    assert rig.guard.arm(1, 40_000, 2_000, 2_500, *WAVE)
    rig.send(HALT)
    rig.send(INIT, b"\x01", read=False)
    assert not rig.update(500, read=False)
    assert rig.rule == "not_enabled"


def test_no_update_after_a_halt_without_a_new_start_up() -> None:
    rig = Rig()
    rig.send(HALT)
    assert not rig.update(500)
    assert rig.rule == "not_enabled"


@pytest.mark.covers("FR-14")
@bundled("armed", [(), (1,), (2,), (1, 2)])
@bundled("asked", [(1,), (2,), (1, 2)])
@bundled("amplitude_ua", [0, 500])
def test_every_channel_of_an_update_must_be_armed(
    armed: tuple[int, ...], asked: tuple[int, ...], amplitude_ua: int
) -> None:
    rig = Rig()
    rig.guard.disarm()
    for channel in armed:
        assert rig.guard.arm(channel, 40_000, 2_000, 2_500, *WAVE)
    passed = rig.send(UPDATE, update_data({channel: block(pulse(amplitude_ua)) for channel in asked}))
    assert passed is (set(asked) <= set(armed))
    assert rig.rule == (None if passed else "not_armed")


@bundled("level_ua", [500, 20_000, 129_500, 130_000])
@bundled("step", NEAR)
def test_no_amplitude_above_the_confirmed_level(level_ua: int, step: int) -> None:
    rig = Rig(ceilings=Ceilings(update_us=100_000_000))
    assert rig.guard.arm(1, level_ua, 500, 20_000, phase_us=100, gap_us=100, ratio=1, period_us=20_000)
    asked = level_ua + step * 500
    if asked < 0:
        return
    passed = rig.send(UPDATE, update_data({1: block(pulse(asked, 100))}))
    assert passed is (asked <= level_ua)
    assert rig.rule in ((None,) if passed else ("confirmed_level", "amplitude_ceiling"))


def test_a_level_between_two_device_steps_is_not_rounded_up() -> None:
    rig = Rig(ceilings=Ceilings(update_us=100_000_000))
    assert rig.guard.arm(1, 10_499, 500, 2_500, *WAVE)
    assert rig.update(10_000)
    assert not rig.update(10_500)


def test_one_bad_channel_refuses_the_whole_update() -> None:
    rig = Rig()
    assert rig.guard.arm(2, 500, 500, 2_500, *WAVE)
    assert not rig.send(UPDATE, update_data({1: block(pulse(500)), 2: block(pulse(1_000))}))
    assert UPDATE not in rig.device.commands()


def test_the_pad_that_was_armed_is_the_pad_that_counts() -> None:
    rig = Rig(ceilings=Ceilings(update_us=100_000_000))
    assert rig.guard.arm(1, 40_000, 500, 300, *WAVE)
    assert not rig.update(40_000)
    assert rig.rule == "rms_density"


def test_pulses_of_all_channels_must_fit_together() -> None:
    rig = Rig()
    for channel in range(1, 9):
        assert rig.guard.arm(channel, 500, 500, 2_500, phase_us=1_000, gap_us=1_000, ratio=1, period_us=20_000)
    long = block(pulse(500, 1_000, 1_000))
    assert not rig.send(UPDATE, update_data(dict.fromkeys(range(1, 9), long)))
    assert rig.rule == "pulse_time"


@bundled(
    ("channel", "level_ua", "ramp_ms", "pad_mm2", "good"),
    [
        (1, 1, 500, 1, True),
        (8, 130_000, 500, 30_000, True),
        (0, 500, 500, 100, False),
        (9, 500, 500, 100, False),
        (-1, 500, 500, 100, False),
        (1, 0, 500, 100, False),
        (1, -500, 500, 100, False),
        (1, 130_001, 500, 100, False),
        (1, 500, 499, 100, False),
        (1, 500, 0, 100, False),
        (1, 500, 500, 0, False),
        (1, 500, 500, 30_001, False),
    ],
)
def test_arming_outside_the_ceilings_is_refused(
    channel: int, level_ua: int, ramp_ms: int, pad_mm2: int, good: bool
) -> None:
    assert Rig(bare=True).guard.arm(channel, level_ua, ramp_ms, pad_mm2, *WAVE) is good


def test_a_refused_arming_takes_the_earlier_one_away() -> None:
    rig = Rig()
    assert not rig.guard.arm(1, 500, 100, 2_500, *WAVE)
    assert not rig.update(500)
    assert rig.rule == "not_armed"


@bundled("early_us", NEAR)
def test_a_rise_waits_for_its_time(early_us: int) -> None:
    """40 mA in 2 s: 0.5 mA cost 25 ms; after the idle credit is spent every µs counts."""
    rig = Rig()
    assert rig.update(1_500)  # 75 of the 85 ms that idling earned: one update, one device step and a turn
    rig.now_us += 15_000 - early_us
    assert rig.update(2_000) is (early_us <= 0)
    assert rig.rule == (None if early_us <= 0 else "rise")


def test_idle_time_earns_one_update_one_device_step_and_a_turn_and_no_more() -> None:
    for idle_us in (0, 85_000, 1_000_000, 3_600_000_000):
        rig = Rig()
        rig.now_us += idle_us
        assert rig.update(1_500)
        assert not rig.update(2_000)
        assert rig.rule == "rise"


def test_one_device_step_always_fits_once_its_time_has_passed() -> None:
    rig = Rig()
    assert rig.guard.arm(1, 500, 10_000, 2_500, *WAVE)
    assert rig.update(500)
    assert rig.off()
    rig.now_us += 900_000
    assert rig.poll()
    assert not rig.update(500)


def test_a_slow_train_may_take_the_rise_of_one_pulse_period() -> None:
    rig = Rig()
    assert rig.guard.arm(1, 40_000, 2_000, 2_500, phase_us=300, gap_us=100, ratio=1, period_us=500_000)
    assert rig.update(10_000, period_us=500_000)  # 40 mA in 2 s: 10 mA in one period of 500 ms
    assert not rig.update(11_000, period_us=500_000)
    assert rig.rule == "rise"


def test_a_frame_does_not_set_its_own_allowance() -> None:
    """A wrong period of 2 s in one frame would earn the whole climb; the next frame would be right again."""
    rig = Rig()
    assert not rig.update(40_000, period_us=2_000_000)
    assert rig.rule == "confirmed_rate"


def test_a_decrease_is_free_but_what_was_given_up_must_be_climbed_again() -> None:
    rig = Rig()
    rig.climb(40_000)
    assert rig.update(1_000)
    assert rig.off()
    assert rig.update(0)
    assert not rig.update(40_000)
    assert rig.rule == "rise"


@pytest.mark.covers("SR-02")
def test_after_off_the_climb_starts_from_0() -> None:
    rig = Rig()
    rig.climb(10_000)
    assert rig.off()
    assert not rig.update(9_500)


def test_arming_anew_earns_nothing() -> None:
    rig = Rig()
    assert rig.update(1_500)
    rig.guard.disarm()
    assert rig.guard.arm(1, 40_000, 2_000, 2_500, *WAVE)
    assert not rig.update(2_000)


def test_a_rise_that_was_never_acknowledged_is_paid_again() -> None:
    rig = Rig()
    rig.device.deaf_to = {UPDATE}
    assert rig.update(1_000)
    rig.now_us += 25_000
    assert not rig.update(1_500)
    assert rig.rule == "rise"


def test_channels_climb_each_on_their_own_time() -> None:
    rig = Rig()
    assert rig.guard.arm(2, 40_000, 2_000, 2_500, *WAVE)
    assert rig.send(UPDATE, update_data({1: block(pulse(1_500)), 2: block(pulse(1_500))}))
    rig.now_us += 15_000
    assert rig.send(UPDATE, update_data({1: block(pulse(2_000)), 2: block(pulse(1_500))}))
    assert rig.send(UPDATE, update_data({1: block(pulse(2_000)), 2: block(pulse(2_000))}))
    assert not rig.send(UPDATE, update_data({1: block(pulse(2_000)), 2: block(pulse(2_500))}))


def test_a_whole_climb_takes_the_armed_ramp_less_one_update() -> None:
    rig = Rig()
    amplitude, refused = 0, 0
    while amplitude < 40_000 and not refused:
        rig.now_us += 25_000
        refused = not rig.update(amplitude + 500)
        amplitude += 500
    assert (amplitude, refused) == (40_000, 0)
    assert rig.now_us == 2_000_000


def test_frames_come_at_most_a_hundred_a_second() -> None:
    rig = Rig()
    rig.now_us += 1_000_000
    assert [rig.poll() for _ in range(21)] == [True] * 21
    rig.now_us += 10_000
    assert rig.poll()
    rig.now_us += 9_999
    assert not rig.poll()
    assert rig.rule == "frame_rate"


def test_a_driver_at_full_speed_is_never_too_fast() -> None:
    rig = Rig()
    rig.device.status = b"\x00\x03\x06"
    for _ in range(200):
        rig.now_us += 40_000
        assert rig.update(500)
        assert rig.poll()
        assert rig.send(STATUS)


def test_halts_are_not_counted_as_frames() -> None:
    rig = Rig()
    assert all(rig.send(HALT) for _ in range(300))


@pytest.mark.covers("SR-12")
def test_the_sessions_charge_ends_at_its_cap_even_without_a_new_update() -> None:
    rig = Rig(ceilings=Ceilings(max_session_charge_pc=150_000 * 100))  # 100 pulses of 0.5 mA, 300 µs
    assert rig.update(500)
    for _ in range(3):
        rig.now_us += 500_000
        assert rig.poll()
    rig.now_us += 479_999
    assert rig.poll()
    rig.now_us += 20_001
    assert not rig.poll()
    assert rig.rule == "session_charge"


def test_after_the_cap_not_even_a_start_up_passes() -> None:
    rig = Rig(ceilings=Ceilings(max_session_charge_pc=150_000))
    assert rig.update(500)
    rig.now_us += 40_000
    assert not rig.off()
    rig.hear()
    assert rig.guard.unlatch(rig.guard.trips)
    assert not rig.send(INIT, b"\x01")
    assert rig.rule == "session_charge"


def test_charge_adds_up_over_trains_and_survives_halts() -> None:
    rig = Rig(ceilings=Ceilings(max_session_charge_pc=150_000 * 5))
    for _ in range(5):
        assert rig.update(500)
        assert rig.off()
        rig.now_us += 40_000
    rig.send(HALT)
    assert rig.send(INIT, b"\x01")
    rig.now_us += 40_000
    assert rig.update(500)
    assert not rig.update(500)
    assert rig.rule == "session_charge"


@pytest.mark.parametrize(
    "frame",
    [b"", encode(1, POLL, b"\x04") * 2, encode(1, POLL, b"\x04")[:-1], encode(1, POLL, b"\x04") + b"\x00"],
)
def test_a_write_is_exactly_one_whole_frame(frame: bytes) -> None:
    rig = Rig()
    assert not rig.guard.write(frame)
    assert rig.rule == "unknown_frame"
    assert rig.device.raw[-1] == encode(1, HALT)


@bundled(
    ("phase_us", "gap_us", "ratio", "period_us", "good"),
    [
        (1, 0, 1, 667, True),
        (1_000, 1_000, 8, 2_000_000, True),
        (0, 100, 1, 20_000, False),
        (1_001, 100, 1, 20_000, False),
        (300, -1, 1, 20_000, False),
        (300, 1_001, 1, 20_000, False),
        (300, 100, 0, 20_000, False),
        (300, 100, 9, 20_000, False),
        (300, 100, 1, 666, False),
        (300, 100, 1, 2_000_001, False),
    ],
)
def test_arming_a_waveform_outside_the_ceilings_is_refused(
    phase_us: int, gap_us: int, ratio: int, period_us: int, good: bool
) -> None:
    rig = Rig()
    assert rig.guard.arm(1, 20_000, 2_000, 2_500, phase_us, gap_us, ratio, period_us) is good
    assert good or not rig.update(500)
    assert rig.rule == (None if good else "not_armed")


@pytest.mark.covers("SR-10")
@pytest.mark.parametrize("wrong", [pulse(500, 299), pulse(500, 301), pulse(500, 300, 110), pulse(-500)])
def test_no_waveform_but_the_armed_one_passes(wrong: list[tuple[int, int]]) -> None:
    rig = Rig()
    assert not rig.send(UPDATE, update_data({1: block(wrong)}))
    assert rig.rule == "pulse_shape"


def test_a_channel_at_0_passes_in_any_shape() -> None:
    assert Rig().send(UPDATE, update_data({1: block([(10, 0)], 500_000)}))


def test_a_channel_disarmed_by_itself_stays_off_and_leaves_the_others_alone() -> None:
    rig = Rig()
    assert rig.guard.arm(2, 40_000, 2_000, 2_500, *WAVE)
    rig.guard.disarm_channel(1)
    assert rig.update(500, channel=2)
    assert not rig.update(500, channel=1)
    assert rig.rule == "not_armed"


@pytest.mark.parametrize("channel", [-1, 0, 9])
def test_disarming_a_channel_there_is_none_of_changes_nothing(channel: int) -> None:
    rig = Rig()
    assert rig.guard.arm(8, 40_000, 2_000, 2_500, *WAVE)
    rig.guard.disarm_channel(channel)
    assert rig.update(500)
    assert rig.update(500, channel=8)
