"""A plan is made for the device there is; what that cannot deliver is refused, with what it would take."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nmes.core import plan as plans
from nmes.core.capabilities import Capabilities, ElectrodeFeedback
from nmes.core.plan import Slot
from nmes.core.problems import PlanError
from nmes.record.codec import Codec, encode
from tests.core.protocol_forms import loaded, stepped
from tests.core.protocol_making import CHANNEL, DEVICE, STAGE, plan, protocol

LIST_8 = replace(
    DEVICE,
    model="List 8",
    max_amplitude_ua=126_000,
    amplitude_step_ua=2_000,
    min_phase_us=20,
    max_phase_us=500,
    min_period_us=8_000,
    max_period_us=1_025_000,
    max_points=3,
    pulse_overhead_us=0,
    watchdog_ms=1_200,
    fixed_gap_us=100,
    symmetric_only=True,
    one_period=True,
    steady_only=True,
    group_slot_us=1_500,
    electrode_feedback=ElectrodeFeedback.PUSHED,
)
"""Channels one after the other in fixed slots, like a RehaStim2 [source: reference 3.4]."""
TWIN = replace(
    LIST_8, model="Twin", min_period_us=4_500, max_period_us=1_023_500, group_sources=2, group_spare_us=1_500
)
"""Two sources at the same time, like a RehaStim 1 [source: reference 4.3]."""
FOUR = replace(DEVICE, model="Four", channels=4, min_phase_us=20, min_period_us=2_000, max_period_us=1_000_000)

TENS = """stages:
  - name: work
    continuous: true
    frequency_hz: 100
    ramp_up_s: 2
    ramp_down_s: 1
    minutes: 1
"""


def hertz(asked: str) -> tuple[str, str]:
    return "frequency_hz: 50", f"frequency_hz: {asked}"


def channels(count: int) -> tuple[str, str]:
    one = CHANNEL.partition("\n")[2]
    return CHANNEL, CHANNEL + "".join(one.replace("left", ("right", "left")[n % 2]) for n in range(count - 1))


def tens(*lines: str) -> tuple[str, str]:
    return STAGE, TENS + "".join(f"    {line}\n" for line in lines)


def refused(device: Capabilities, *changes: tuple[str, str]) -> list[str]:
    with pytest.raises(PlanError) as raised:
        plans.compile(protocol(*changes), device)
    return [str(problem) for problem in raised.value.problems]


@pytest.mark.covers("SR-24")
def test_a_device_with_a_gap_of_its_own_plays_it_and_both_are_told() -> None:
    (made,) = plan(("gap_us: 100", "gap_us: 0"), device=LIST_8).delivered
    assert (made.asked_gap_us, made.gap_us) == (0, 100)
    [shape] = plan(("gap_us: 100", "gap_us: 0"), device=LIST_8).waveforms
    assert shape.points(20_000, 2_000) == ((300, 20_000), (100, 0), (300, -20_000))
    (told,) = plan(("gap_us: 100", "gap_us: 50"), device=DEVICE).delivered
    assert (told.asked_gap_us, told.gap_us) == (50, 50)


def test_amplitudes_round_down_to_the_device_s_step() -> None:
    made = plan(("max_amplitude_ma: 60", "max_amplitude_ma: 59.5"), device=LIST_8)
    assert made.ceiling_ua(Slot(1, 0)) == 58_000
    assert made.with_level(Slot(1, 0), 41_900).level_ua(Slot(1, 0)) == 40_000
    ramp = {made.with_level(Slot(1, 0), 40_000).at(t_ms)[0].amplitude_ua for t_ms in range(0, 6_000, 10)}
    assert ramp == set(range(0, 40_001, 2_000))


@pytest.mark.covers("SR-24")
def test_a_rate_beyond_the_device_is_refused_and_never_slowed_down() -> None:
    assert plan(hertz("125"), device=LIST_8).waveforms[0].period_us == 8_000
    [said] = refused(LIST_8, hertz("126"))
    assert said == "stages.0.frequency_hz — 126 Hz is faster than List 8 can pulse; give 125 Hz or less"
    [said] = refused(replace(LIST_8, max_period_us=500_000), hertz("1"))
    assert "1 Hz is slower than List 8 can pulse; give 2 Hz or more" in said
    stepped = hertz("{base: ctf, offset_hz: 40, fallback_hz: 40}")
    assert plan(stepped, device=replace(LIST_8, min_period_us=20_000))
    with pytest.raises(PlanError, match="80 Hz is faster"):
        plans.compile(protocol(stepped), replace(LIST_8, min_period_us=20_000), ctf_mhz=40_000)


@pytest.mark.covers("SR-24")
def test_the_pulses_of_all_channels_must_fit_into_one_period() -> None:
    """Eight slots of 1.5 ms: one source needs 12 ms; two need 6 ms and 1.5 ms more."""
    assert plan(channels(8), hertz("83"), device=LIST_8).waveforms[0].period_us == 12_500
    [said] = refused(LIST_8, channels(8), hertz("90"))
    assert said == (
        "stages.0.frequency_hz: 90 Hz — List 8 needs 12 ms for the pulses of 8 channels; "
        "use fewer channels, or give 83.3 Hz or less"
    )
    assert plan(channels(8), hertz("133"), device=TWIN).waveforms[0].period_us == 8_000
    [said] = refused(TWIN, channels(8), hertz("143"))
    assert "Twin needs 7.5 ms for the pulses of 8 channels" in said


@pytest.mark.covers("SR-24")
def test_what_is_documented_for_all_channels_alone_is_asked_of_all_of_them_alone() -> None:
    device = replace(LIST_8, group_all_us=20_000)
    assert plan(channels(8), hertz("50"), device=device).waveforms[0].period_us == 20_000
    assert plan(channels(7), hertz("90"), device=device).waveforms[0].period_us == 11_500
    [said] = refused(device, channels(8), hertz("52"))
    assert said == (
        "stages.0.frequency_hz: 52 Hz — with all its channels List 8 is documented for 50 Hz and less; "
        "use fewer channels, or give 50 Hz or less"
    )
    assert (device.group_us(range(1, 9)), device.group_us(range(2, 9))) == (20_000, 10_500)
    assert replace(device, group_all_us=10_000).group_us(range(1, 9)) == 12_000, "the slots have to fit all the same"


@pytest.mark.parametrize(
    ("wanted", "group_us"), [((1,), 3_000), ((1, 5), 3_000), ((1, 2, 5), 4_500), (tuple(range(1, 9)), 7_500)]
)
def test_two_sources_share_the_channels_in_order(wanted: tuple[int, ...], group_us: int) -> None:
    assert TWIN.group_us(wanted) == group_us
    assert LIST_8.group_us(wanted) == 1_500 * len(wanted)
    assert DEVICE.group_us(wanted) == 0


def test_more_channels_than_the_device_has_are_one_refusal() -> None:
    [said] = refused(replace(LIST_8, channels=4), channels(6))
    assert "there are 6 channels, List 8 has 4" in said
    assert "there are 5 channels, Four has 4" in refused(FOUR, channels(5))[0]


@pytest.mark.covers("SR-24")
def test_a_device_that_only_goes_on_steadily_refuses_all_that_changes_within_a_contraction() -> None:
    swept = tens()[1].replace("frequency_hz: 100", "frequency_hz: {from_hz: 65, to_hz: 100, sweep_s: 3}")
    turns = tens()[1].replace("frequency_hz: 100", "frequency_hz: {first_hz: 2, second_hz: 100, each_s: 3}")
    would_stop = (
        "stages.0.frequency_hz — List 8 would have to stop to change its frequency; "
        "give one frequency for the whole stage"
    )
    assert refused(LIST_8, (STAGE, swept)) == [would_stop]
    assert refused(LIST_8, (STAGE, turns)) == [would_stop]
    assert refused(LIST_8, tens("phase_sweep: {low_us: 100, high_us: 300, sweep_s: 3}")) == [
        "stages.0.phase_sweep — on List 8 a phase keeps its length while current flows; give one phase, without a sweep"
    ]
    assert refused(LIST_8, tens("burst: {pulses: 7, per_second: 2}")) == [
        "stages.0.burst — List 8 gives single pulses at one rate, no bursts; give a frequency without bursts"
    ]
    assert plan(tens("amplitude_modulation: {depth_percent: 40, cycle_s: 4}"), device=LIST_8)


def test_the_steps_of_a_test_are_stages_of_their_own_and_may_differ_in_rate() -> None:
    made = plans.compile(loaded(stepped()), LIST_8)
    assert {stage.tracks[0].course.cycle_ms for stage in made.stages if stage.tracks[0].course} == {0}
    assert [stage.step_mhz for stage in made.stages][:3] == [4_000, 5_988, 8_000]
    with pytest.raises(PlanError, match="40 Hz is faster than List 8 can pulse"):
        plans.compile(loaded(stepped()), replace(LIST_8, min_period_us=30_000))


@pytest.mark.covers("SR-24")
def test_pulses_a_device_cannot_shape_are_refused() -> None:
    shape = ("shape: symmetric, phase_us: 300", "shape: asymmetric, ratio: 2, phase_us: 100")
    [said] = refused(LIST_8, shape)
    assert said == (
        "channels.0.waveform.shape — the second phase would be 2 times weaker; List 8 makes both alike; "
        "give a symmetric pulse"
    )
    [said] = refused(LIST_8, ("phase_us: 300", "phase_us: 501"))
    assert "List 8 makes 20 to 500 µs" in said


def test_capabilities_recorded_before_the_newest_fields_still_read() -> None:
    written = encode(DEVICE)
    old = {
        name: value
        for name, value in written.items()
        if name not in {"fixed_gap_us", "electrode_feedback"}
        and not name.startswith(("group_", "one_", "output_", "steady_", "sym"))
    }
    assert len(old) == 15
    codec = Codec(Capabilities)
    assert codec.decode(old) == DEVICE
    assert codec.decode(encode(TWIN)) == TWIN
