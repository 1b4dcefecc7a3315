"""What a stage asks for in each of its forms: frequencies, steps, bursts and modulations, in exact integers."""

import pytest

from helpers.rows import bundled
from nmes.core import protocol as p
from nmes.core.problems import ProtocolError
from tests.core.protocol_forms import (
    ALTERNATING,
    BURST,
    DERIVED,
    FORMS,
    MODULATION,
    PHASE_SWEEP,
    STEPPED,
    SWEEP,
    continuous,
    loaded,
    stage_of,
    stepped,
)
from tests.core.protocol_making import GOOD, changed, sourced


def problems(text: str) -> list[str]:
    with pytest.raises(ProtocolError) as raised:
        loaded(text)
    return [f"{problem.path} — {problem.reason}; {problem.accepted}" for problem in raised.value.problems]


# --- what each form means ---


def test_a_sweep_goes_between_two_frequencies_and_is_titrated_at_the_higher() -> None:
    stage = stage_of(continuous("", SWEEP))
    assert isinstance(stage.frequency_hz, p.SweepFrequency)
    assert (stage.frequency_hz.from_mhz, stage.frequency_hz.to_mhz, stage.frequency_hz.sweep_ms) == (
        65_000,
        100_000,
        3000,
    )
    assert stage.band_mhz(None) == (65_000, 100_000)
    assert stage.frequency_mhz(20_000) == 100_000


def test_a_sweep_may_begin_at_its_higher_end() -> None:
    assert stage_of(continuous("", "{from_hz: 100, to_hz: 65, sweep_s: 1}")).band_mhz(None) == (65_000, 100_000)


def test_two_frequencies_take_turns() -> None:
    stage = stage_of(continuous("", ALTERNATING))
    assert isinstance(stage.frequency_hz, p.AlternatingFrequency)
    assert (stage.frequency_hz.first_mhz, stage.frequency_hz.second_mhz, stage.frequency_hz.each_ms) == (
        2000,
        100_000,
        3000,
    )
    assert stage.frequency_mhz(None) == 100_000


def test_a_range_has_one_frequency_that_is_used() -> None:
    stage = stage_of(continuous("", "{low_hz: 80, high_hz: 130, use_hz: 100}"))
    assert stage.band_mhz(None) == (100_000, 100_000)


def test_a_derived_frequency_follows_the_patient() -> None:
    stage = stage_of(FORMS["derived"])
    assert stage.band_mhz(18_000) == (48_000, 48_000)
    assert stage.band_mhz(None) == (45_000, 45_000)
    assert stage.steps_mhz() == ()


def test_a_stepped_stage_has_one_train_a_step_and_rests_after_each() -> None:
    stage = stage_of(stepped())
    assert isinstance(stage.frequency_hz, p.SteppedFrequency)
    assert (stage.frequency_hz.start_mhz, stage.frequency_hz.step_mhz, stage.frequency_hz.cap_mhz) == (
        4000,
        2000,
        40_000,
    )
    steps = stage.steps_mhz()
    assert (steps[0], steps[1], steps[-1], len(steps)) == (4000, 6000, 40_000, 19)
    assert stage.frequency_mhz(None) == 4000
    assert stage.band_mhz(None) == (4000, 40_000)
    assert (stage.per_set, stage.off_ms, stage.on_ms) == (19, 60_000, 37_500)
    assert stage.stage_ms == sum(stage.train_ms(mhz) + 60_000 for mhz in steps)


def test_a_cap_between_two_steps_is_not_stepped_over() -> None:
    assert stage_of(stepped(("cap_hz: 40", "cap_hz: 39"))).band_mhz(None) == (4000, 38_000)


@pytest.mark.parametrize(
    ("train", "includes", "at_4_hz", "at_7_hz"),
    [
        ("train_pulses: 150", "true", 37_500, 21_429),
        ("train_pulses: 150", "false", 38_500, 22_429),
        ("on_s: 2", "true", 2000, 2000),
        ("on_s: 2", "false", 3000, 3000),
    ],
)
def test_a_train_is_as_long_as_its_pulses_or_its_time(train: str, includes: str, at_4_hz: int, at_7_hz: int) -> None:
    stage = stage_of(stepped(train=train, includes=includes))
    assert (stage.train_ms(4000), stage.train_ms(7000)) == (at_4_hz, at_7_hz)


@pytest.mark.parametrize(("per_second", "period_ms"), [("2", 500), ("3", 334), ("2.5", 400), ("1", 1000), ("5", 200)])
def test_a_burst_comes_round_no_sooner_than_it_is_asked_to(per_second: str, period_ms: int) -> None:
    stage = stage_of(
        continuous(BURST.replace("pulses: 7, per_second: 2", f"pulses: 5, per_second: {per_second}"), "100")
    )
    assert stage.burst == p.Burst.model_validate({"pulses": 5, "per_second": p.FixedHz(per_second)})
    assert stage.burst is not None
    assert stage.burst.period_ms == period_ms


def test_modulations_are_given_in_the_smallest_units() -> None:
    stage = stage_of(continuous(PHASE_SWEEP + MODULATION))
    assert stage.phase_sweep is not None
    assert (stage.phase_sweep.low_us, stage.phase_sweep.high_us, stage.phase_sweep.sweep_ms) == (100, 300, 3000)
    assert stage.amplitude_modulation is not None
    assert (stage.amplitude_modulation.depth_permille, stage.amplitude_modulation.cycle_ms) == (300, 3000)


def test_a_stage_may_be_checked_again_as_a_model() -> None:
    for text in (GOOD, *FORMS.values()):
        stage = stage_of(text)
        assert type(stage).model_validate({**dict(stage)}) == stage


# --- what does not go together ---

REFUSED = [
    (continuous(BURST, "{low_hz: 80, high_hz: 130, use_hz: 100}"), ""),
    (continuous(PHASE_SWEEP, DERIVED), ""),
    (continuous(MODULATION, SWEEP), ""),
    (continuous(BURST, DERIVED), "inside a burst the frequency has to stay the same"),
    (continuous(BURST, ALTERNATING), "inside a burst the frequency has to stay the same"),
    (continuous(BURST + PHASE_SWEEP), "stages.0.phase_sweep — a burst is modulation enough"),
    (continuous(BURST + MODULATION), "stages.0.amplitude_modulation — a burst is modulation enough"),
    (continuous(BURST.replace("7", "20"), "50"), ""),
    (
        continuous(BURST.replace("7", "20"), "49"),
        "20 pulses at 49 Hz last 409 ms, and the next burst comes after 500 ms",
    ),
    (continuous(PHASE_SWEEP, SWEEP), "stages.0.phase_sweep — the frequency changes already"),
    (continuous(PHASE_SWEEP.replace("300", "200")), "the sweep has to end at the phase of channels.0, which is 300 µs"),
    (continuous(PHASE_SWEEP.replace("100", "300")), "stages.0.phase_sweep.low_us — this is not below high_us"),
    (continuous(MODULATION.replace("30", "75")), ""),
    (continuous(MODULATION.replace("30", "75.1")), "rise faster than in the ramp of 2 s; give 3.004 s or more"),
    (continuous("", "{first_hz: 3, second_hz: 100, each_s: 1}"), ""),
    (continuous("", "{first_hz: 2.9, second_hz: 100, each_s: 1}"), "at 2.9 Hz not even 3 pulses fall into this time"),
    (
        continuous("", "{from_hz: 100, to_hz: 1, sweep_s: 2}"),
        "stages.0.frequency_hz.sweep_s — at 1 Hz not even 3 pulses",
    ),
    (continuous("", STEPPED), "stages.0.continuous — a test rests after each step"),
    (stepped(("    off_s: 60\n", "    off_s: 60\n" + MODULATION)), "a test keeps its amplitude"),
    (stepped(("    off_s: 60\n", "    off_s: 60\n" + PHASE_SWEEP)), "the frequency changes already"),
    (stepped(("    off_s: 60\n", "    off_s: 60\n    sets: 2\n")), "a test has one train for each step"),
    (stepped(("    off_s: 60\n", "    off_s: 60\n    on_s: 2\n")), "give on_s or train_pulses, one of them"),
    (
        stepped(("start_hz: 4", "start_hz: 1")),
        "stages.0.frequency_hz.start_hz — no cramp threshold lies this low; give 2 Hz or more",
    ),
    (stepped(("step_hz: 2", "step_hz: 0.9")), "this makes 41 steps; give steps so large that 40 suffice"),
    (stepped(("cap_hz: 40", "cap_hz: 3")), "there is no step between start_hz and cap_hz"),
    (stepped(train="on_s: 1"), "the train is no longer than its ramps; give ramps that together stay under 1 s"),
    (stepped(("off_s: 60", "off_s: 600")), "the treatment lasts 19"),
    (
        stepped(("phase_us: 300, gap_us: 100", "phase_us: 1000, ratio: 8, gap_us: 100"), ("symmetric", "asymmetric")),
        "",
    ),
    (
        stepped(
            ("phase_us: 300, gap_us: 100", "phase_us: 1000, ratio: 8, gap_us: 1000"),
            ("shape: symmetric", "shape: asymmetric"),
            ("cap_hz: 40", "cap_hz: 60"),
        ),
        "at 60 Hz the pulse may last 17000 µs, longer than its period",
    ),
]


@pytest.mark.thorough
@bundled(("text", "words"), REFUSED, ids=range(len(REFUSED)))
def test_what_does_not_go_together_is_told(text: str, words: str) -> None:
    if words:
        assert any(words in problem for problem in problems(text)), problems(text)
    else:
        assert loaded(text).id == "good"


def test_a_test_may_hold_one_contraction_instead_of_steps_if_it_measures_no_threshold() -> None:
    text = changed(
        ("kind: nmes", "kind: assessment\nassessment: {measures: max_tolerated}"),
        ("name: work", "name: test"),
        ("contractions: 3", "contractions: 1"),
        ("frequency_hz: 50", f"frequency_hz: {DERIVED}"),
    )
    assert loaded(sourced(text)).assessment == p.Assessment(measures="max_tolerated")
