"""A protocol file is either sound, or every fault is told at once: where it stands, why, and what would be accepted."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.rows import bundled
from nmes.core.problems import Problem, ProtocolError, whole_letters
from nmes.core.protocol import DerivedFrequency, FrequencyRange
from nmes.core.protocol_file import parse, parse_located
from tests.core.protocol_making import (
    CHANNEL,
    CODES,
    GOOD,
    HEAD,
    PROVENANCE,
    STAGE,
    changed,
    problems,
    protocol,
    sourced,
)

TWO_CHANNELS = CHANNEL + CHANNEL.partition("\n")[2].replace("left", "right")
WAVEFORM = "{shape: symmetric, phase_us: 300, gap_us: 100}"


# --- what a sound file gives ---


def test_a_sound_file_gives_exact_integers() -> None:
    made = protocol(("pad_cm2: 25", "pad_cm2: 25.6"), ("ramp_up_s: 2", "ramp_up_s: 0.7"))
    (channel,), (stage,) = made.channels, made.stages
    assert (channel.pad_mm2, channel.max_amplitude_ua) == (2560, 60_000)
    assert (stage.ramp_up_ms, stage.ramp_down_ms, stage.on_ms, stage.off_ms) == (700, 1_000, 6_000, 10_000)
    assert (stage.per_set, stage.stage_ms, stage.set_rest_ms, stage.minutes_ms) == (3, 48_000, 0, 0)
    assert stage.frequency_mhz(None) == 50_000
    assert made.operator_absent_limit_ms == 60_000
    assert made.screening_codes[-1] == "frail_skin"


def test_numbers_are_kept_as_they_were_written() -> None:
    assert protocol(("frequency_hz: 50", "frequency_hz: 45.5")).stages[0].frequency_hz == Decimal("45.5")


def test_a_frequency_may_be_a_range_with_the_one_that_is_used() -> None:
    stage = protocol(("frequency_hz: 50", "frequency_hz: {low_hz: 30, high_hz: 50, use_hz: 40}")).stages[0]
    assert isinstance(stage.frequency_hz, FrequencyRange)
    assert stage.frequency_mhz(20_000) == 40_000


def test_a_frequency_may_be_derived_from_the_cramp_threshold() -> None:
    stage = protocol(("frequency_hz: 50", "frequency_hz: {base: ctf, offset_hz: 30, fallback_hz: 45}")).stages[0]
    assert isinstance(stage.frequency_hz, DerivedFrequency)
    assert stage.frequency_mhz(15_500) == 45_500
    assert stage.frequency_mhz(None) == 45_000


def test_sets_rests_and_minutes_make_the_length_of_a_stage() -> None:
    sets = protocol(("contractions: 3", "contractions: 6\n    sets: 3\n    set_rest_s: 60")).stages[0]
    assert sets.stage_ms == 18 * 16_000 + 2 * 60_000
    clock = protocol(("contractions: 3", "minutes: 1")).stages[0]
    assert (clock.per_set, clock.stage_ms) == (3, 60_000)


def test_a_continuous_stage_lasts_its_minutes() -> None:
    text = changed((STAGE[STAGE.index("    on_s") :], "    continuous: true\n    minutes: 30\n"))
    stage = parse(sourced(text).encode(), "good.yaml").stages[0]
    assert (stage.on_ms, stage.off_ms, stage.per_set, stage.stage_ms) == (1_800_000, 0, 1, 1_800_000)


def test_a_frozen_protocol_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        protocol().version = 2  # type: ignore[misc]  # that it is frozen is the test


def test_the_place_of_a_value_is_known_after_loading() -> None:
    _, tree = parse_located(GOOD.encode(), "dir/good.yaml")
    found = tree.problem(("stages", 0, "ramp_up_s"), "too fast")
    line = GOOD[: GOOD.index("ramp_up_s")].count("\n") + 1
    assert str(found) == f"dir/good.yaml:{line}:16 stages.0.ramp_up_s: 2 — too fast"


# --- how a problem reads ---


def test_a_problem_reads_place_path_value_reason_and_what_is_accepted() -> None:
    found = problems(changed(("ramp_up_s: 2", "ramp_up_s: 0.2")), "good.yaml")
    line = GOOD[: GOOD.index("ramp_up_s")].count("\n") + 1
    assert found == [f"{line}:16 stages.0.ramp_up_s: 0.2 — a ramp is below 0.5; give 0.5 to 30 s"]


def test_a_problem_reads_well_with_less_to_tell() -> None:
    assert str(Problem("a.b", "1", "wrong")) == "a.b: 1 — wrong"
    assert str(Problem("", "", "wrong", "write right")) == "wrong; write right"
    assert str(Problem("", "", "wrong", "", "x.yaml")) == "x.yaml: wrong"
    hostile = Problem("a", "\x1b[2J\u202eb\nc", "wrong", "", "\x07.yaml")
    assert str(hostile) == "\ufffd.yaml: a: \ufffd[2J\ufffdb c — wrong"
    assert str(Problem("a", "", "wrong", "", "x.yaml", 3, 4)) == "x.yaml:3:4 a — wrong"


def test_half_a_character_is_shown_as_taken_out() -> None:
    assert whole_letters("\ud83d!") == "\ufffd!"


def test_all_problems_are_told_at_once_in_the_order_of_the_file() -> None:
    text = changed(
        ("version: 1", "version: one"),
        ("kind: nmes", "kind: laser"),
        ("frail_skin", "frial_skin"),
        ("phase_us: 300", "phase_us: 0"),
        ("ramp_down_s: 1", "ramp_down_s: 9"),
        ("max_amplitude_ma: 60", "max_amplitude: 60"),
        ("cite: [paper2014]}\n  channels.0.waveform.gap_us: {tag: design}", "cite: [paper2041]}"),
    )
    found = problems(text)
    lines = [int(problem.partition(":")[0]) for problem in found]
    assert lines == sorted(lines)
    for words in (
        'version: "one" — a whole number is needed here',
        "kind: \"laser\" — this is not one of the words that are known; write 'nmes', 'tens' or 'assessment'",
        'this code is not in the screening catalogue; did you mean "frail_skin"?',
        "channels.0.waveform.phase_us: 0 — a phase is below 10; give 10 to 1000",
        "the ramps are as long as the on time, or longer",
        'channels.0.max_amplitude: 60 — this key is not known; did you mean "max_amplitude_ma"?',
        'no citation has this key; did you mean "paper2014"?',
        "channels.0.waveform.gap_us: 100 — the origin of this number is not stated",
    ):
        assert any(words in problem for problem in found), (words, found)


# --- keys, types and single numbers ---

SINGLE = [
    ("phase_us: 300", "phase: 300", 'this key is not known; did you mean "phase_us"?'),
    ("on_s: 6", "on: 6", 'this key is not known; did you mean "on_s"?'),
    ("    off_s: 10\n", "    off_s: 10\n    zzzzz: 3\n", "stages.0.zzzzz: 3 — this key is not known"),
    ("    polarity: Cathode distal\n", "", "channels.0.polarity — this key is missing; add it"),
    ("phase_us: 300", 'phase_us: "300"', 'phase_us: "300" — a whole number is needed here'),
    ("phase_us: 300", "phase_us: true", "phase_us: true — a whole number is needed here"),
    ("phase_us: 300", "phase_us: 010", 'phase_us: "010" — a whole number is needed here'),
    ("phase_us: 300", "phase_us: 300.5", "phase_us: 300.5 — a whole number is needed here"),
    ("phase_us: 300", "phase_us: 0x12c", 'phase_us: "0x12c" — a whole number is needed here'),
    ("phase_us: 300", "phase_us: 0", "a phase is below 10; give 10 to 1000"),
    ("phase_us: 300", "phase_us: -300", "a phase is below 10; give 10 to 1000"),
    ("phase_us: 300", "phase_us: 300000", "a phase is above 1000; give 10 to 1000"),
    ("frequency_hz: 50", "frequency_hz: 0", "the frequency is below 0.5; give 0.5 to 200"),
    ("frequency_hz: 50", "frequency_hz: .nan", 'frequency_hz: ".nan" — a number is needed here'),
    ("frequency_hz: 50", "frequency_hz: .inf", 'frequency_hz: ".inf" — a number is needed here'),
    ("frequency_hz: 50", "frequency_hz: nan", 'frequency_hz: "nan" — a number is needed here'),
    ("frequency_hz: 50", "frequency_hz: 5e1", 'frequency_hz: "5e1" — a number is needed here'),
    ("frequency_hz: 50", "frequency_hz: true", "frequency_hz: true — a number is needed here"),
    ("frequency_hz: 50", "frequency_hz: 50.0001", "the frequency has more than 3 decimals; give at most 3 decimals"),
    ("frequency_hz: 50", f"frequency_hz: {'9' * 400}", "a number is needed here"),
    ("pad_cm2: 25", "pad_cm2: 0", "the pad area is below 3; give 3 to 300"),
    ("pad_cm2: 25", "pad_cm2: -25", "the pad area is below 3; give 3 to 300"),
    ("pad_cm2: 25", "pad_cm2:", "channels.0.pad_cm2 — no value is given; give one or remove the key"),
    ("max_amplitude_ma: 60", "max_amplitude_ma: 60000", "the maximum amplitude is above 130; give 0.5 to 130"),
    ("ramp_down_s: 1", "ramp_down_s: 0.4", "a ramp is below 0.5; give 0.5 to 30"),
    (
        "on_includes_ramps: true",
        "on_includes_ramps: yes",
        'on_includes_ramps: "yes" — yes or no is needed here; write true',
    ),
    ("title: A good protocol", "title: 5", "title: 5 — a text is needed here; put it in quotes"),
    ("title: A good protocol", "title: ' '", "the text is empty"),
    ("title: A good protocol", f"title: {'long ' * 300}", "the text is too long; give at most 1000 letters"),
    ("patient_instructions: [Relax]", "patient_instructions: Relax", "a list is needed here; begin each entry with -"),
    (WAVEFORM, "rectangular", "a group of keys is needed here"),
    (PROVENANCE, "provenance: none\n", "a group of keys is needed here; write key: value below it"),
    ("id: good", "id: Good-1", "this is not a name; use small letters, digits and _"),
    ("doi: 10.1371/journal.pone.0094910", "doi: doi.org/10.1371", "this does not look like a DOI; write 10.1111/ner"),
    ("note: Cautious}", "nota: Cautious}", 'this key is not known; did you mean "note"?'),
    ("note: Strong}", "percentage: 3, note: Strong}", "this key is not known"),
]


@pytest.mark.thorough
@bundled(("old", "new", "words"), SINGLE)
def test_a_wrong_key_type_or_number_is_told_with_what_is_accepted(old: str, new: str, words: str) -> None:
    found = problems(changed((old, new)))
    assert any(words in problem for problem in found), found
    line = GOOD[: GOOD.index(old)].count("\n") + 1
    assert (
        any(abs(int(problem.partition(":")[0]) - line) <= 1 for problem in found if words in problem)
        or "missing" in words
    )


def test_a_mistyped_key_is_not_also_called_missing() -> None:
    assert "missing" not in "".join(problems(changed(("phase_us: 300", "phase: 300"))))


def test_an_unknown_key_of_a_frequency_is_told() -> None:
    found = problems(changed(("frequency_hz: 50", "frequency_hz: {low: 30, high_hz: 60, use_hz: 40}")))
    assert any('stages.0.frequency_hz.low: 30 — this key is not known; did you mean "low_hz"?' in one for one in found)


# --- values that must agree ---

JOINT = [
    (
        "ramp_up_s: 2",
        "ramp_up_s: 5",
        "the ramps are as long as the on time, or longer; give ramps that together stay under 6 s",
    ),
    ("shape: symmetric", "shape: asymmetric", "an asymmetric pulse needs a ratio to return its charge; give 2 to 8"),
    ("    on_s: 6\n", "", "stages.0.on_s — a stage with contractions needs this key; add it"),
    ("    contractions: 3\n", "", "the length of the stage is not clear; give contractions or minutes, one of them"),
    ("    off_s: 10\n", "    off_s: 10\n    minutes: 1\n", "the length of the stage is not clear"),
    ("    contractions: 3\n", "    minutes: 0.5\n    on_s: 40\n", "this key is given twice"),
    ("    contractions: 3\n", "    contractions: 3\n    sets: 2\n", "several sets need the rest between them"),
    (
        "    contractions: 3\n",
        "    contractions: 3\n    set_rest_s: 2\n",
        "a rest between sets needs more than one set",
    ),
    ("    contractions: 3\n", "    minutes: 2\n    sets: 2\n", "sets belong to counted contractions"),
    ("    contractions: 3\n", "    contractions: 500\n", "the treatment lasts 133.333 minutes; give at most 120"),
    ("frequency_hz: 50", "frequency_hz: {low_hz: 30, high_hz: 50, use_hz: 60}", "this is outside low_hz to high_hz"),
    (
        "frequency_hz: 50",
        "frequency_hz: {base: ctf, offset_hz: 41, fallback_hz: 45}",
        "the offset is too large; give 40",
    ),
    ("id: good", "id: better", 'the id is not the name of the file; write "good" or rename the file'),
    (
        "  - frail_skin" if "  - frail_skin" in GOOD else "[frail_skin]",
        "[frail_skin, pregnancy]",
        "this code is listed twice",
    ),
    ("  - active_implant\n", "", "every nmes protocol has to ask for active_implant; add it"),
    ("target: strong_comfortable", "target: pct_mvic", "this target needs a percentage"),
    (
        "target: strong_comfortable",
        "target: strong_comfortable, percent: 50",
        "this target has no percentage; remove it",
    ),
    (
        "tag: source, cite: [paper2014]}\n  channels.0.waveform.gap",
        "tag: source}\n  channels.0.waveform.gap",
        "called sourced",
    ),
    ("  stages.0.on_s: {", "  stages.9.on_s: {", "the value this speaks of is not in the file"),
    (
        "outcomes: [",
        "evidence_for: [{text: It works, cite: []}]\noutcomes: [",
        "called sourced, and no citation is named",
    ),
    ("outcomes: [", "evidence_against: [{text: No, cite: [ghost]}]\noutcomes: [", "no citation has this key"),
    ("citations:\n", "citations:\n  - {key: paper2014, text: Again}\n", "this key is used twice"),
    (CHANNEL, "channels: []\n", "channels — the list is empty; give 1 to 8"),
    (
        "operator_absent_limit_s: 60",
        "operator_absent_limit_s: 60\nchannel_timing: alternating",
        "needs two channels or more",
    ),
]


@pytest.mark.thorough
@bundled(("old", "new", "words"), JOINT)
def test_values_that_contradict_each_other_are_told(old: str, new: str, words: str) -> None:
    found = problems(changed((old, new)))
    assert any(words in problem for problem in found), found


def test_a_stage_by_the_clock_must_hold_one_contraction_with_its_rest() -> None:
    found = problems(sourced(changed(("    contractions: 3\n", "    minutes: 0.5\n"), ("off_s: 10", "off_s: 24.1"))))
    assert "stages.0.minutes: 0.5 — not one contraction with its rest fits in; give more minutes" in found[0]


def test_a_symmetric_pulse_with_a_ratio_would_not_return_its_charge() -> None:
    assert "would not return its charge" in problems(sourced(changed(("gap_us: 100", "gap_us: 100, ratio: 2"))))[0]


def test_an_asymmetric_pulse_with_a_ratio_is_sound() -> None:
    assert protocol(("shape: symmetric", "shape: asymmetric, ratio: 4")).channels[0].waveform.ratio == 4


def test_a_pulse_longer_than_its_period_is_told_where_its_phase_stands() -> None:
    long = (
        ("shape: symmetric, phase_us: 300", "shape: asymmetric, ratio: 8, phase_us: 1000"),
        ("frequency_hz: 50", "frequency_hz: 70"),
    )
    (found,) = problems(sourced(changed(*long)))
    assert "channels.0.waveform.phase_us: 1000 — at 70 Hz the pulse may last 16100 µs, longer than its period" in found
    assert "keep the pulse under 14285 µs, or lower the frequency of stages.0" in found


def test_a_continuous_stage_has_minutes_and_nothing_of_contractions() -> None:
    found = "\n".join(problems(sourced(changed(("    contractions: 3\n", "    continuous: true\n")))))
    assert "stages.0.minutes — a continuous stage needs this key; add it" in found
    for key in ("on_s", "off_s", "on_includes_ramps"):
        assert f"stages.0.{key}" in found


@pytest.mark.parametrize(
    ("timing", "changes", "words"),
    [
        (
            "alternating",
            [("off_s: 10", "off_s: 5")],
            "the off time is too short for the channels to take turns; give 6 or more",
        ),
        (
            "sequential",
            [("off_s: 10", "off_s: 5")],
            "the off time is too short for the channels to take turns; give 6 or more",
        ),
        (
            "alternating",
            [(STAGE[STAGE.index("    on_s") :], "    continuous: true\n    minutes: 1\n")],
            "a continuous stage cannot take turns; write simultaneous",
        ),
    ],
)
def test_channels_that_take_turns_need_room_for_them(timing: str, changes: list[tuple[str, str]], words: str) -> None:
    text = changed((CHANNEL, f"channel_timing: {timing}\n" + TWO_CHANNELS), *changes)
    assert words in problems(sourced(text))[0]


@pytest.mark.parametrize("kind", ["percent: 85, ceiling_percent: 55", "percent: 55, ceiling_percent: 85"])
def test_a_ceiling_below_the_target_is_told(kind: str) -> None:
    text = sourced(changed(("target: strong_comfortable", f"target: pct_max_tolerated, {kind}")))
    if "percent: 85, " in kind:
        assert "intensity.ceiling_percent: 55 — this is below intensity.percent" in problems(text)[0]
    else:
        assert parse(text.encode(), "good.yaml").intensity.ceiling_percent == 85


def test_a_schedule_that_ends_before_it_begins_is_told() -> None:
    schedule = "schedule: {sessions_per_week: 3, weeks_low: 6, weeks_high: 4}\noutcomes: ["
    assert (
        "schedule.weeks_high: 4 — this is below schedule.weeks_low"
        in problems(sourced(changed(("outcomes: [", schedule))))[0]
    )


def test_a_broken_part_does_not_hide_the_problems_of_the_others() -> None:
    text = changed(
        (CHANNEL, TWO_CHANNELS.replace("side: left", "side: 3")), ("citations:\n  - {", "citations: 5\nx: {")
    )
    found = "\n".join(problems(text.replace("contraindications:\n", "contraindications: 7\nmore:\n")))
    for words in (
        "channels.0.side: 3",
        "citations: 5 — a list",
        "contraindications: 7 — a list",
        "channels.1.pad_cm2: 25",
    ):
        assert words in found


@pytest.mark.parametrize(
    "text",
    [
        "channels: 1\n",
        "id: x\nstages: {a: 1}\n",
        "provenance: []\n",
        "evidence_for: 3\n",
        "stages: [1, [2]]\n",
        "intensity: []\n",
    ],
)
def test_a_file_of_wrong_shapes_is_told_and_never_crashes(text: str) -> None:
    assert problems(text)


# --- any bytes at all ---


@pytest.mark.thorough
@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_mutated_file_loads_or_is_refused_and_never_crashes(data: st.DataObject) -> None:
    text = bytearray(GOOD.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text) - 1))
        with_ = data.draw(
            st.sampled_from(
                [b"", b"\n", b"  ", b": ", b"- ", b"{", b"]", b"&a ", b"*a", b"!!", b"%", b"|", b'"', b"\x00"]
            )
        )
        text[at : at + data.draw(st.integers(0, 6))] = with_
    try:
        parse(bytes(text), "good.yaml")
    except ProtocolError as error:
        assert error.problems


@pytest.mark.thorough
@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_refused_and_never_crash(text: bytes) -> None:
    with pytest.raises(ProtocolError):
        parse(text, "good.yaml")


@pytest.mark.thorough
@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_file_with_lines_moved_or_lost_is_told_and_never_crashes(data: st.DataObject) -> None:
    lines = GOOD.splitlines()
    for _ in range(data.draw(st.integers(1, 5))):
        line = lines.pop(data.draw(st.integers(0, len(lines) - 1)))
        if data.draw(st.booleans()):
            lines.insert(data.draw(st.integers(0, len(lines))), " " * data.draw(st.integers(0, 3)) + line)
    try:
        parse("\n".join(lines).encode(), "good.yaml")
    except ProtocolError as error:
        assert all(problem.reason for problem in error.problems)


def test_the_good_file_is_good() -> None:
    assert HEAD in GOOD
    assert CODES in HEAD
    assert parse(GOOD.encode(), "some/where/good.yaml").id == "good"


@pytest.mark.parametrize(
    "path",
    [
        "position",
        "intensity.target",
        "channels.0.sites",
        "channels.0.polarity",
        "channels.0.waveform.shape",
        "stages.0.on_includes_ramps",
    ],
)
def test_what_is_no_number_and_part_of_the_dose_needs_an_origin_too(path: str) -> None:
    found = problems(changed((f"  {path}: {{tag: design}}\n", "")))
    assert len(found) == 1
    assert f'the origin of this value is not stated; add "{path}: {{tag: …}}" to provenance' in found[0]
