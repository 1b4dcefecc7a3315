"""A plan is a total integer function of time that never exceeds the confirmed level and never hides what it changed."""

import inspect
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nmes.core import plan as plans
from nmes.core.dose import square_sum
from nmes.core.plan import Phase, Plan, Slot
from nmes.core.problems import PlanError
from tests.core.protocol_making import CHANNEL, DEVICE, FINE_DEVICE, STAGE, plan, protocol

TWO = CHANNEL + CHANNEL.partition("\n")[2].replace("left", "right")
THREE = TWO + CHANNEL.partition("\n")[2].replace("left", "both")
WARM_UP = STAGE.replace("work", "warm_up").replace("50", "10")
TENS = """stages:
  - name: work
    continuous: true
    frequency_hz: 100
    ramp_up_s: 2
    ramp_down_s: 1
    minutes: 1
"""
ON_OFF = plan(level_ua=40_000)
SETS = plan(("contractions: 3", "contractions: 2\n    sets: 3\n    set_rest_s: 60"), level_ua=10_000)
ALTERNATING = plan((CHANNEL, TWO), (STAGE, "channel_timing: alternating\n" + STAGE), level_ua=30_500)
SEQUENTIAL = plan(
    (CHANNEL, THREE), (STAGE, "channel_timing: sequential\n" + STAGE.replace("off_s: 10", "off_s: 13")), level_ua=30_500
)
STAGED = plan((STAGE, WARM_UP + STAGE.partition("\n")[2]), level_ua=20_000)
CONTINUOUS = plan((STAGE, TENS), level_ua=20_000)
BY_THE_CLOCK = plan(("contractions: 3", "minutes: 1"), level_ua=20_000)
PLANS = [ON_OFF, SETS, ALTERNATING, SEQUENTIAL, STAGED, CONTINUOUS, BY_THE_CLOCK, plan()]

any_plan = st.sampled_from(PLANS)
any_time = st.integers(-1_000, 260_000)


def phases(made: Plan, channel: int = 0) -> list[tuple[int, str]]:
    """When each phase of one channel begins."""
    found, t_ms = [(0, str(made.at(0)[channel].phase))], made.next_change(0)
    while t_ms is not None:
        phase = str(made.at(t_ms)[channel].phase)
        if phase != found[-1][1]:
            found.append((t_ms, phase))
        t_ms = made.next_change(t_ms)
    return found


# --- the course of a contraction ---


def test_a_contraction_climbs_holds_falls_and_rests() -> None:
    assert phases(ON_OFF)[:5] == [
        (0, "ramp_up"),
        (2_000, "hold"),
        (5_000, "ramp_down"),
        (6_000, "rest"),
        (16_000, "ramp_up"),
    ]


def test_an_on_time_without_its_ramps_gets_them_added() -> None:
    made = plan(("on_includes_ramps: true", "on_includes_ramps: false"))
    assert phases(made)[:5] == [
        (0, "ramp_up"),
        (2_000, "hold"),
        (8_000, "ramp_down"),
        (9_000, "rest"),
        (19_000, "ramp_up"),
    ]


def test_ramps_are_linear_on_the_grid_rounded_down() -> None:
    expected = {
        0: 0,
        24: 0,
        25: 500,
        1_000: 20_000,
        1_999: 39_500,
        2_000: 40_000,
        5_000: 40_000,
        5_500: 20_000,
        5_999: 0,
        6_000: 0,
    }
    assert {t_ms: ON_OFF.at(t_ms)[0].amplitude_ua for t_ms in expected} == expected


def test_a_moment_tells_its_slot_level_contraction_and_end() -> None:
    now = ON_OFF.at(17_000)[0]
    assert (now.channel, now.slot, now.level_ua, now.ramp_ms) == (1, Slot(1, 0), 40_000, 2_000)
    assert (now.contraction, now.contractions, now.contraction_start_ms, now.ends_in_ms) == (2, 3, 16_000, 1_000)


def test_sets_have_their_rest_after_the_off_time_and_count_on() -> None:
    starts = [t_ms for t_ms, phase in phases(SETS) if phase == "ramp_up"]
    assert starts == [0, 16_000, 92_000, 108_000, 184_000, 200_000]
    assert SETS.duration_ms == 6 * 16_000 + 2 * 60_000
    assert SETS.at(31_000)[0].ends_in_ms == 61_000
    assert (SETS.at(93_000)[0].contraction, SETS.at(93_000)[0].contractions) == (3, 6)


def test_a_stage_by_the_clock_begins_only_contractions_that_fit_with_their_rest() -> None:
    assert BY_THE_CLOCK.duration_ms == 60_000
    assert [t_ms for t_ms, phase in phases(BY_THE_CLOCK) if phase == "ramp_up"] == [0, 16_000, 32_000]
    assert BY_THE_CLOCK.at(59_000)[0].ends_in_ms == 1_000


def test_a_continuous_stage_is_one_contraction() -> None:
    assert phases(CONTINUOUS) == [(0, "ramp_up"), (2_000, "hold"), (59_000, "ramp_down"), (60_000, "rest")]
    now = CONTINUOUS.at(30_000)[0]
    assert (now.contraction, now.contractions, now.contraction_start_ms) == (1, 1, 0)


def test_alternating_channels_are_never_on_together() -> None:
    first, second = phases(ALTERNATING, 0), phases(ALTERNATING, 1)
    assert first[:4] == [(0, "ramp_up"), (2_000, "hold"), (5_000, "ramp_down"), (6_000, "rest")]
    assert second[:5] == [(0, "rest"), (8_000, "ramp_up"), (10_000, "hold"), (13_000, "ramp_down"), (14_000, "rest")]
    waiting = ALTERNATING.at(1_000)[1]
    assert (waiting.contraction, waiting.contraction_start_ms, waiting.ends_in_ms) == (1, 8_000, 7_000)


@pytest.mark.parametrize("made", [ALTERNATING, SEQUENTIAL])
@given(t_ms=any_time)
def test_channels_that_take_turns_are_never_on_together(made: Plan, t_ms: int) -> None:
    assert sum(now.phase is not Phase.REST for now in made.at(t_ms)) <= 1


def test_sequential_channels_take_turns_in_their_order() -> None:
    starts = [next(t for t, phase in phases(SEQUENTIAL, channel) if phase == "ramp_up") for channel in range(3)]
    assert starts == [0, 6_333, 12_666]


def test_stages_follow_each_other_each_with_its_own_waveform_and_slot() -> None:
    assert STAGED.stage_at(47_999).name == "warm_up"
    assert STAGED.stage_at(48_000).name == "work"
    assert [shape.period_us for shape in STAGED.waveforms] == [100_000, 20_000]
    assert STAGED.slots == (Slot(1, 0), Slot(1, 1))
    assert (STAGED.at(47_000)[0].slot, STAGED.at(48_000)[0].slot) == (Slot(1, 0), Slot(1, 1))
    assert STAGED.at(48_000)[0].contraction == 1


def test_a_waveform_that_comes_again_is_titrated_once() -> None:
    again = plan((STAGE, STAGE + STAGE.partition("\n")[2].replace("work", "cool_down")))
    assert again.slots == (Slot(1, 0),)
    assert len(again.delivered) == 1


# --- total functions ---


@given(any_plan, any_time)
def test_no_amplitude_exceeds_its_level_or_leaves_the_grid(made: Plan, t_ms: int) -> None:
    for now in made.at(t_ms):
        assert 0 <= now.amplitude_ua <= now.level_ua <= made.ceiling_ua(now.slot)
        assert now.amplitude_ua % 500 == 0
        assert now.phase is not Phase.REST or now.amplitude_ua == 0
        assert 1 <= now.contraction <= now.contractions


@given(any_plan, any_time)
def test_after_its_end_a_plan_rests_for_ever(made: Plan, t_ms: int) -> None:
    after = made.duration_ms + max(0, t_ms)
    assert all(now.phase is Phase.REST and now.amplitude_ua == 0 and now.ends_in_ms == 0 for now in made.at(after))
    assert made.next_change(after) is None
    assert made.restart_point(after) == after
    assert made.stage_at(after) == made.stages[-1]


@given(any_plan, st.integers(-1_000, -1))
def test_before_its_start_a_plan_is_as_at_its_start(made: Plan, t_ms: int) -> None:
    assert made.at(t_ms) == made.at(0)
    assert made.next_change(t_ms) == made.next_change(0)
    assert made.stage_at(t_ms) == made.stages[0]


def seen(made: Plan, t_ms: int) -> list[tuple[str, int]]:
    return [(now.phase, now.amplitude_ua) for now in made.at(t_ms)]


@pytest.mark.thorough
@settings(max_examples=300)
@given(any_plan, st.integers(0, 250_000))
def test_the_next_change_is_the_first_time_anything_differs(made: Plan, t_ms: int) -> None:
    change_ms = made.next_change(t_ms)
    if change_ms is None:
        assert t_ms >= made.duration_ms
        return
    assert t_ms < change_ms <= made.duration_ms
    now = seen(made, t_ms)
    assert all(seen(made, at) == now for at in {change_ms - 1, (t_ms + change_ms) // 2, min(t_ms + 1, change_ms - 1)})
    boundaries = {stage.end_ms for stage in made.stages} | {16_000 * n for n in range(1, 4)}
    assert seen(made, change_ms) != now or change_ms in boundaries


@pytest.mark.thorough
@pytest.mark.parametrize("made", [ON_OFF, ALTERNATING, CONTINUOUS])
def test_walking_the_changes_misses_none(made: Plan) -> None:
    changes, t_ms = set[int](), made.next_change(0)
    while t_ms is not None:
        changes.add(t_ms)
        t_ms = made.next_change(t_ms)
    stepped = {t for t in range(1, 20_000) if seen(made, t) != seen(made, t - 1)}
    assert {t for t in changes if t < 20_000} == stepped


@given(any_plan, st.integers(0, 250_000))
def test_a_phase_lasts_exactly_as_long_as_it_says(made: Plan, t_ms: int) -> None:
    for index, now in enumerate(made.at(t_ms)):
        if now.ends_in_ms:
            last = made.at(t_ms + now.ends_in_ms - 1)[index]
            then = made.at(t_ms + now.ends_in_ms)[index]
            assert (last.phase, last.ends_in_ms) == (now.phase, 1)
            assert then.phase is not now.phase or then.contraction != now.contraction or now.phase is Phase.REST


# --- where to go on ---


@given(any_plan, st.integers(0, 250_000))
def test_a_restart_is_never_later_and_begins_from_rest_unless_continuous(made: Plan, t_ms: int) -> None:
    restart_ms = made.restart_point(t_ms)
    assert restart_ms <= t_ms
    if not made.stage_at(t_ms).continuous:
        assert all(now.amplitude_ua == 0 for now in made.at(restart_ms))
        assert made.restart_point(restart_ms) == restart_ms


@pytest.mark.parametrize(("t_ms", "restart_ms"), [(0, 0), (3_000, 0), (5_999, 0), (6_000, 6_000), (17_000, 16_000)])
def test_an_interrupted_contraction_is_repeated_and_a_rest_goes_on(t_ms: int, restart_ms: int) -> None:
    assert ON_OFF.restart_point(t_ms) == restart_ms


def test_with_channels_in_turn_only_the_running_one_is_repeated() -> None:
    assert ALTERNATING.restart_point(9_000) == 8_000
    assert ALTERNATING.restart_point(7_000) == 7_000


def test_continuous_stimulation_goes_on_where_it_was() -> None:
    assert CONTINUOUS.restart_point(30_000) == 30_000


# --- levels ---


def test_a_new_plan_has_no_levels_and_gives_nothing() -> None:
    fresh = plan()
    assert fresh.levels == ()
    assert fresh.unconfirmed == (Slot(1, 0),)
    assert fresh.at(3_000)[0].amplitude_ua == 0


def test_a_level_is_floored_to_the_grid_and_leaves_the_old_plan_as_it_was() -> None:
    fresh = plan()
    confirmed = fresh.with_level(Slot(1, 0), 10_499)
    assert confirmed.levels == ((Slot(1, 0), 10_000),)
    assert confirmed.level_ua(Slot(1, 0)) == 10_000
    assert confirmed.unconfirmed == ()
    assert fresh.level_ua(Slot(1, 0)) == 0
    assert confirmed != fresh
    assert hash(confirmed) != hash(fresh)
    assert confirmed.with_level(Slot(1, 0), 0) == fresh


@pytest.mark.parametrize("amplitude_ua", [-500, 60_001])
def test_a_level_outside_what_is_allowed_is_refused(amplitude_ua: int) -> None:
    with pytest.raises(PlanError, match="give 0 to 60000 µA"):
        plan().with_level(Slot(1, 0), amplitude_ua)


@pytest.mark.covers("FR-12")
def test_a_new_plan_has_no_levels_and_none_can_be_handed_in() -> None:
    assert set(inspect.signature(plans.compile).parameters) == {"protocol", "device", "ctf_mhz"}
    assert plans.compile(protocol(), DEVICE).levels == ()


# --- asked and delivered ---


@pytest.mark.parametrize(
    ("device", "asked", "mhz", "period_us"),
    [(DEVICE, "45", 44_444, 22_500), (FINE_DEVICE, "45", 44_943, 22_250), (DEVICE, "45.5", 45_454, 22_000)],
)
def test_frequency_asked_and_delivered_are_both_told(device: object, asked: str, mhz: int, period_us: int) -> None:
    assert isinstance(device, type(DEVICE))
    (made,) = plan(("frequency_hz: 50", f"frequency_hz: {asked}"), device=device).delivered
    assert made.asked_frequency_mhz == int(float(asked) * 1000)
    assert (made.frequency_mhz, made.period_us) == (mhz, period_us)
    assert (made.asked_phase_us, made.phase_us) == (300, 300)
    assert made.ceiling_reason == "the protocol's maximum"


DERIVED = ("frequency_hz: 50", "frequency_hz: {base: ctf, offset_hz: 30, fallback_hz: 45}")


def test_a_derived_frequency_is_the_measured_threshold_plus_the_offset_or_the_fallback() -> None:
    recipe = protocol(DERIVED)
    assert plans.compile(recipe, DEVICE, ctf_mhz=20_000).delivered[0].asked_frequency_mhz == 50_000
    assert plans.compile(recipe, DEVICE).delivered[0].asked_frequency_mhz == 45_000


@pytest.mark.parametrize("ctf_mhz", [0, -1, 1_999, 40_001])
def test_a_threshold_that_cannot_be_right_is_refused(ctf_mhz: int) -> None:
    with pytest.raises(PlanError, match="this cannot be right"):
        plans.compile(protocol(DERIVED), DEVICE, ctf_mhz=ctf_mhz)


def test_a_threshold_does_not_matter_to_a_fixed_frequency_or_a_range() -> None:
    assert plans.compile(protocol(), DEVICE, ctf_mhz=1).delivered[0].asked_frequency_mhz == 50_000
    ranged = protocol(("frequency_hz: 50", "frequency_hz: {low_hz: 30, high_hz: 60, use_hz: 40}"))
    assert plans.compile(ranged, DEVICE, ctf_mhz=1).delivered[0].asked_frequency_mhz == 40_000


@pytest.mark.covers("SR-13", "FR-19")
def test_a_small_pad_caps_the_amplitude_at_2_mA_per_cm2_and_says_so() -> None:
    made = plan(("pad_cm2: 25", "pad_cm2: 4"), ("frequency_hz: 50", "frequency_hz: 150"))
    ceiling_ua, (told,) = made.ceiling_ua(Slot(1, 0)), made.delivered
    assert told.ceiling_reason == "2 mA/cm² r.m.s. on this pad"
    shape, limit_ua = made.waveforms[0], 20 * 400
    assert square_sum(shape.points(ceiling_ua, 500)) <= limit_ua**2 * shape.period_us
    assert square_sum(shape.points(ceiling_ua + 500, 500)) > limit_ua**2 * shape.period_us


LARGE = (
    ("pad_cm2: 25", "pad_cm2: 100"),
    ("phase_us: 300", "phase_us: 500"),
    ("max_amplitude_ma: 60", "max_amplitude_ma: 130"),
)


@pytest.mark.covers("SR-13")
def test_on_large_pads_50_mA_rms_caps_the_amplitude() -> None:
    (told,) = plan(*LARGE, ("frequency_hz: 50", "frequency_hz: 142")).delivered
    assert (told.ceiling_ua, told.ceiling_reason) == (130_000, "the protocol's maximum")  # 48.6 mA r.m.s.
    (told,) = plan(*LARGE, ("frequency_hz: 50", "frequency_hz: 200")).delivered
    assert (told.ceiling_ua, told.ceiling_reason) == (111_500, "50 mA r.m.s.")


def test_a_maximum_between_two_steps_is_floored() -> None:
    assert plan(("max_amplitude_ma: 60", "max_amplitude_ma: 60.4")).ceiling_ua(Slot(1, 0)) == 60_000


# --- what cannot be delivered ---

ASYMMETRIC = ("shape: symmetric, phase_us: 300", "shape: asymmetric, ratio: {ratio}, phase_us: {phase}")


def asymmetric(ratio: int, phase_us: int) -> tuple[str, str]:
    return ASYMMETRIC[0], ASYMMETRIC[1].format(ratio=ratio, phase=phase_us)


def refusal(*changes: tuple[str, str], device: object = DEVICE) -> str:
    assert isinstance(device, type(DEVICE))
    with pytest.raises(PlanError) as raised:
        plans.compile(protocol(*changes), device)
    return str(raised.value)


def test_an_amplitude_above_the_device_is_refused() -> None:
    assert "gives at most 40 mA" in refusal(device=replace(DEVICE, max_amplitude_ua=40_000))


def test_phases_and_gaps_outside_the_device_are_refused() -> None:
    assert "a phase may last 300 µs" in refusal(device=replace(DEVICE, max_phase_us=299))
    assert "a phase may last 300 µs" in refusal(device=replace(DEVICE, min_phase_us=301))
    assert "a phase may last 4500 µs" in refusal(asymmetric(8, 300), device=FINE_DEVICE)
    assert "makes gaps of 200 to 4095" in refusal(device=replace(DEVICE, min_phase_us=200))
    assert plan(("gap_us: 100", "gap_us: 0"), device=replace(DEVICE, min_phase_us=200))


def test_a_pulse_with_more_parts_than_the_device_makes_is_refused() -> None:
    assert "needs 3 parts" in refusal(device=replace(DEVICE, max_points=2))
    assert plan(("gap_us: 100", "gap_us: 0"), device=replace(DEVICE, max_points=2))


def test_a_frequency_slower_than_the_device_is_refused() -> None:
    slow = ("frequency_hz: 50", "frequency_hz: 1")
    assert "1 Hz is slower than P24 can pulse; give 2 Hz or more" in refusal(
        slow, device=replace(DEVICE, max_period_us=500_000)
    )


def test_a_pulse_longer_than_the_period_of_a_measured_frequency_is_refused() -> None:
    """16 ms fit into the fallback's 25 ms, and not into the 12.5 ms of 40 Hz measured + 40 Hz."""
    long = asymmetric(8, 1_000)
    recipe = protocol(("frequency_hz: 50", "frequency_hz: {base: ctf, offset_hz: 40, fallback_hz: 40}"), long)
    wide = replace(DEVICE, max_phase_us=20_000)
    assert plans.compile(recipe, wide)
    with pytest.raises(PlanError, match="longer than its period"):
        plans.compile(recipe, wide, ctf_mhz=40_000)


def test_channels_beyond_the_device_are_refused() -> None:
    assert "there are 2 channels, P24 has 1" in refusal((CHANNEL, TWO), device=replace(DEVICE, channels=1))


def test_the_pulses_of_all_channels_must_fit_into_999_ms_of_a_second() -> None:
    """At 10 ms, one pulse may take 9990 µs with its overhead, two may take 4995 µs each; one µs more does not fit."""
    fast = ("frequency_hz: 50", "frequency_hz: 100")
    one, two = (fast,), (fast, (CHANNEL, TWO))
    assert plan(*one, device=replace(DEVICE, pulse_overhead_us=9_990 - 700))
    assert "in work the pulses" in refusal(*one, device=replace(DEVICE, pulse_overhead_us=9_991 - 700))
    assert plan(*two, device=replace(DEVICE, pulse_overhead_us=4_995 - 700))
    assert "in work the pulses" in refusal(*two, device=replace(DEVICE, pulse_overhead_us=4_996 - 700))


@pytest.mark.covers("SR-12")
def test_a_treatment_that_could_give_too_much_charge_is_refused() -> None:
    """60 mA for 300 µs at 142.86 Hz: 18.0 C in 116.7 minutes."""
    fast = TENS.replace("frequency_hz: 100", "frequency_hz: 150")
    assert plan((STAGE, fast.replace("minutes: 1", "minutes: 116")))
    words = refusal((STAGE, fast.replace("minutes: 1", "minutes: 117")))
    assert "channels.0.max_amplitude_ma — in one treatment this could give 18.1 C; keep under 18 C" in words


def test_pads_on_which_not_even_a_useful_amplitude_is_allowed_are_refused() -> None:
    words = refusal(
        ("pad_cm2: 25", "pad_cm2: 3"), ("phase_us: 300", "phase_us: 1000"), ("frequency_hz: 50", "frequency_hz: 200")
    )
    assert "channels.0.pad_cm2: 3 — only 9 mA would keep within 2 mA/cm² r.m.s. on this pad" in words


def test_a_pulse_that_cannot_return_its_charge_on_the_grid_is_refused() -> None:
    assert "only 3 mA would keep within a pulse that returns its charge" in refusal(asymmetric(2, 10))


def test_all_reasons_are_told_at_once() -> None:
    words = refusal((CHANNEL, TWO), device=replace(DEVICE, channels=1, max_points=2, max_amplitude_ua=40_000))
    assert len(words.splitlines()) == 5


def test_a_pause_between_sets_is_told_from_any_other_rest() -> None:
    def over(t_ms: int) -> tuple[int, int]:
        (at,) = SETS.at(t_ms)
        return at.set_over, at.sets

    rests = [t_ms for t_ms in range(0, SETS.duration_ms, 500) if SETS.at(t_ms)[0].phase is Phase.REST]
    told = {over(t_ms)[0] for t_ms in rests}
    assert told == {0, 1, 2}, "after the last set the treatment is over"
    assert all(SETS.at(t_ms)[0].contraction == 2 * over(t_ms)[0] for t_ms in rests if over(t_ms)[0])
    assert {over(t_ms) for t_ms in range(0, SETS.duration_ms, 500) if t_ms not in rests} == {(0, 3)}
    assert SETS.contractions(SETS.duration_ms) == (6, 6)
