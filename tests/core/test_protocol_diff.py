"""What changes between two protocols is told whole: every field of the model, every line of every list, in words."""

from __future__ import annotations

from functools import cache
from typing import TypeVar

import pytest
from pydantic import BaseModel

from helpers.rows import bundled
from nmes.core import plan as plans
from nmes.core import protocol as p
from nmes.core import protocol_diff as d
from nmes.core import protocol_phrases as phrases
from nmes.core.protocol_diff import Difference, Way, differences
from tests.core.protocol_making import CHANNEL, DEVICE, PROVENANCE, STAGE, protocol

TWO = CHANNEL + CHANNEL.partition("\n")[2].replace("left", "right")
WARM_UP = STAGE + STAGE.partition("\n")[2].replace("work", "warm_up")
SCHEDULE = ("outcomes: [", "schedule: {sessions_per_week: 3, weeks_low: 4, weeks_high: 6}\noutcomes: [")
Change = tuple[str, str]
GOOD = cache(protocol)
Part = TypeVar("Part", bound=BaseModel)


def found(*changes: Change, old: tuple[Change, ...] = ()) -> tuple[Difference, ...]:
    """What differs when the good protocol (changed by `old`) is changed."""
    one, other = (protocol(*several) if several else GOOD() for several in (old, changes))
    return differences(one, other, plans.compile(one, DEVICE), plans.compile(other, DEVICE))


def said(*changes: Change, old: tuple[Change, ...] = ()) -> list[str]:
    return [one.sentence for one in found(*changes, old=old)]


def test_a_protocol_does_not_differ_from_itself() -> None:
    assert found() == ()


def test_more_current_is_told_with_what_it_means_on_the_pad() -> None:
    differ = found(("max_amplitude_ma: 60", "max_amplitude_ma: 90"))
    assert [(one.topic, one.sentence, one.way) for one in differ] == [
        (d.CURRENT, "Channel 1, most current on its pads: 90 mA instead of 60 mA (+50 %)", Way.MORE),
        (d.CURRENT, "Channel 1, charge of one phase: 27.0 µC instead of 18.0 µC (+50 %)", Way.MORE),
        (d.CURRENT, "Channel 1, r.m.s. density on the pad: 0.62 mA/cm² instead of 0.42 mA/cm² (+50 %)", Way.MORE),
        (d.CURRENT, "Channel 1, charge of the whole treatment: 24.3 mC instead of 16.2 mC (+50 %)", Way.MORE),
        (d.CURRENT, "Channel 1, maximum in the file: 90 mA instead of 60 mA", Way.MORE),
    ]


def test_less_work_is_told_in_contractions_pulses_and_time() -> None:
    differ = {one.sentence: one.way for one in found(("contractions: 3", "contractions: 2"))}
    assert differ["Channel 1, contractions in all: 2 instead of 3 (-33 %)"] is Way.LESS
    assert differ["Channel 1, pulses in all: 600 instead of 900 (-33 %)"] is Way.LESS
    assert differ["Channel 1, time with current: 0:12 min instead of 0:18 min (-33 %)"] is Way.LESS
    assert differ["The whole treatment: 0:32 min instead of 0:48 min (-33 %)"] is Way.LESS
    assert differ["Contractions of a set: 2 instead of 3"] is Way.OTHER


def test_what_is_asked_in_the_checklist_is_told_as_its_question() -> None:
    assert said(("[frail_skin]", "[anticoagulants]")) == [
        "No longer asked: Is the skin thin or frail?",
        "Now asked: Does the patient take blood thinners?",
    ]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("ramp_up_s: 2", "ramp_up_s: 0.5"), "Ramp up: 0.5 s instead of 2 s"),
        (("gap_us: 100", "gap_us: 0"), "Channel 1, gap between the phases: 0 µs instead of 100 µs"),
        (("side: left", "side: right"), "Channel 1, side: right instead of left"),
        (("setting: clinic", "setting: home"), "Setting: home instead of clinic"),
        (("position: Sitting", "position: Lying"), "Position: Lying instead of Sitting"),
        (("limit_s: 60", "limit_s: 90"), "Pauses if nobody touches a key for: 90 s instead of 60 s"),
        (("[Pain]", "[Pain, Fever]"), "Now stop rule: Fever"),
        (("[Relax]", "[Breathe]"), "No longer told to the patient: Relax"),
        (("[Cramps per week]", "[Strength]"), "Now measured: Strength"),
        (("outcomes: [", "progression: [More each week]\noutcomes: ["), "Now for going on: More each week"),
        (("outcomes: [", "deload: [When sore]\noutcomes: ["), "Now for doing less: When sore"),
        (("outcomes: [", "first_session: [Half]\noutcomes: ["), "Now in the first session: Half"),
        (("outcomes: [", "to_verify: [A guideline]\noutcomes: ["), "Now to verify: A guideline"),
        (("grade: B", "grade: C"), "Grade C instead of B"),
        (
            ("ramp_up_s: {tag: verify}", "ramp_up_s: {tag: design}"),
            "Origin of stages.0.ramp_up_s: our default; before: TO\N{NO-BREAK SPACE}VERIFY",
        ),
        (("indication: Testing", "indication: Trying"), "For: Trying instead of Testing"),
        (("strong_comfortable", "max_tolerated"), "Target: max tolerated instead of strong comfortable"),
        (
            ("target: strong_comfortable", "target: pct_mvic, percent: 40"),
            "Share: 40 %, before none",
        ),
        (
            ("citations:", "evidence_for: [{text: It works, cite: [paper2014]}]\ncitations:"),
            "Now evidence for: It works [paper2014]",
        ),
    ],
)
def test_each_kind_of_change_has_its_sentence(change: Change, sentence: str) -> None:
    assert sentence in said(change)


PERCENT = ("target: strong_comfortable", "target: pct_mvic, percent: 40")
CEILING = (PERCENT[0], f"{PERCENT[1]}, ceiling_percent: 50")
LESS_SAFE: tuple[tuple[tuple[Change, ...], tuple[Change, ...], str], ...] = (
    ((CEILING,), ((CEILING[0], CEILING[1].replace("50", "60")),), "Never over: 60 % instead of 50 %"),
    ((CEILING,), (PERCENT,), "Never over: none, before 50 %"),
    ((PERCENT,), ((PERCENT[0], PERCENT[1].replace("40", "45")),), "Share: 45 % instead of 40 %"),
    ((), (("limit_s: 60", "limit_s: 90"),), "Pauses if nobody touches a key for: 90 s instead of 60 s"),
    ((("[Pain]", "[Pain, Fever]"),), (), "No longer stop rule: Fever"),
    ((("[frail_skin]", "[frail_skin, anticoagulants]"),), (), "No longer asked: Does the patient take blood thinners?"),
    ((("outcomes: [", "deload: [Sore]\noutcomes: ["),), (), "No longer for doing less: Sore"),
    ((("outcomes: [", "first_session: [Half]\noutcomes: ["),), (), "No longer in the first session: Half"),
    ((), (("off_s: 10", "off_s: 8"),), "Off time: 8 s instead of 10 s"),
    ((), (("ramp_up_s: 2", "ramp_up_s: 0.5"),), "Ramp up: 0.5 s instead of 2 s"),
    ((SCHEDULE,), ((SCHEDULE[0], SCHEDULE[1].replace("week: 3", "week: 4")),), "Sessions a week: 4 instead of 3"),
    ((SCHEDULE,), ((SCHEDULE[0], SCHEDULE[1].replace("high: 6", "high: 7")),), "Weeks at most: 7 instead of 6"),
)


@pytest.mark.thorough
@pytest.mark.parametrize(("old", "new", "sentence"), LESS_SAFE, ids=[case[2] for case in LESS_SAFE])
def test_what_makes_it_more_or_less_safe_is_marked_as_such_and_the_other_way_round(
    old: tuple[Change, ...], new: tuple[Change, ...], sentence: str
) -> None:
    there, back = found(*new, old=old), found(*old, old=new)
    assert [one.way for one in there if one.sentence == sentence] == [Way.MORE]
    assert [one.way for one in back if _named(one.sentence) == _named(sentence)] == [Way.LESS]


def _named(sentence: str) -> str:
    """What a sentence speaks of, whichever way it changed."""
    return sentence.partition(":")[0].removeprefix("No longer ").removeprefix("Now ")


def test_sets_that_come_with_a_rest_between_are_not_called_more_rest() -> None:
    with_sets = ("contractions: 3", "contractions: 3\n    sets: 2\n    set_rest_s: 60")
    ways = {one.sentence: one.way for one in found(with_sets)}
    assert ways["Rest between sets: 60 s, before none"] is Way.OTHER
    shorter = (with_sets[0], with_sets[1].replace("60", "30"))
    assert {one.sentence: one.way for one in found(shorter, old=(with_sets,))}[
        "Rest between sets: 30 s instead of 60 s"
    ] is Way.MORE


def test_a_clearance_that_is_no_longer_needed_is_less_safe() -> None:
    good = GOOD()
    needed = good.model_copy(update={"clearance": "medical"})
    made = plans.compile(good, DEVICE)
    (gone,), (come,) = differences(needed, good, made, made), differences(good, needed, made, made)
    assert (gone.way, come.way) == (Way.MORE, Way.LESS)


def test_a_value_that_is_gone_is_told_with_what_it_was() -> None:
    percent = ("target: strong_comfortable", "target: pct_mvic, percent: 40")
    assert "Share: none, before 40 %" in said(old=(percent,))


def test_a_schedule_that_comes_goes_or_changes_is_told() -> None:
    longer = (SCHEDULE[0], SCHEDULE[1].replace("weeks_high: 6", "weeks_high: 8, note: Slowly"))
    assert "A schedule is given, before none" in said(SCHEDULE)
    assert "No schedule is given any more" in said(old=(SCHEDULE,))
    assert said(longer, old=(SCHEDULE,)) == [
        "Weeks at most: 8 instead of 6",
        "Note on the schedule: Slowly, before none",
    ]


def test_a_new_channel_and_one_that_is_gone_are_told_as_a_whole() -> None:
    come, origins = found((CHANNEL, TWO))
    assert come == Difference(d.CURRENT, "Channel 2 is new", Way.MORE)
    assert origins.sentence.startswith("Origins of new values: channels.1.pad_cm2 (our default)")
    gone, origins = found(old=((CHANNEL, TWO),))
    assert gone == Difference(d.CURRENT, "Channel 2 is gone", Way.LESS)
    assert origins.sentence.startswith("Origins no longer given: channels.1.pad_cm2")


def test_a_new_stage_and_one_that_is_gone_are_told_as_a_whole() -> None:
    assert Difference(d.WORK, "Stage 2 (warm up) is new", Way.MORE) in found((STAGE, WARM_UP))
    assert Difference(d.WORK, "Stage 2 (warm up) is gone", Way.LESS) in found(old=((STAGE, WARM_UP),))


def test_of_several_stages_the_sentence_says_which() -> None:
    slower = WARM_UP.replace("off_s: 10", "off_s: 20")
    assert "Stage 2, off time: 20 s instead of 10 s" in said((STAGE, slower), old=((STAGE, WARM_UP),))


def test_a_stage_that_comes_first_does_not_become_the_others() -> None:
    """Stages are told apart by their names: each that was there before differs in nothing, nor do its origins."""
    both = (
        WARM_UP.replace("name: work", "name: x")
        .replace("name: warm_up", "name: work")
        .replace("name: x", "name: warm_up")
    )
    shifted = (PROVENANCE, PROVENANCE.replace("  stages.0.", "  stages.1."))
    told = said((STAGE, both), shifted)
    assert "Stage 1 (warm up) is new" in told
    assert not [sentence for sentence in told if sentence.startswith(("Stage 2", "Kind of stage", "Origin of"))]
    assert [sentence for sentence in told if sentence.startswith("Origins of new values: stages.0.")]
    back = said(old=((STAGE, both), shifted))
    assert "Stage 1 (warm up) is gone" in back
    assert not [sentence for sentence in back if sentence.startswith(("Stage 2", "Origin of"))]


def test_what_stands_between_two_stages_that_agree_is_compared_in_turn() -> None:
    (told,) = (one for one in said(("name: work", "name: warm_up")) if "stage" in one.lower())
    assert told == "Kind of stage: warm up instead of work"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            ("cite: [paper2014]}\n  stages.0.off_s", "cite: [paper2014], note: Table 2}\n  stages.0.off_s"),
            "Origin of stages.0.on_s",
        ),
        (("{tag: computed}", "{tag: design}"), "Origin of stages.0.contractions: our default; before: computed"),
        (
            ("note: Cautious", "note: Bold"),
            "Origin of channels.0.pad_cm2: our default. Bold; before: our default. Cautious",
        ),
        (("text: A paper", "text: A book"), "No longer cited: paper2014: A paper, 10.1371/journal.pone.0094910"),
        (
            ("A paper, doi: 10.1371/journal.pone.0094910", "A paper, secondary: true"),
            "Now cited: paper2014: A paper, repeats",
        ),
    ],
)
def test_where_a_value_was_read_is_told_too(change: Change, sentence: str) -> None:
    assert any(one.startswith(sentence) for one in said(change)), said(change)


def test_another_order_is_told() -> None:
    two = ("[Pain]", "[Pain, Fever]")
    assert said(("[Pain]", "[Fever, Pain]"), old=(two,)) == ["In another order: what is stop rule"]
    assert said(("[Pain]", "[Fever, Dizziness, Pain]"), old=(two,)) == [
        "Now stop rule: Dizziness",
        "In another order: what is stop rule",
    ]


def test_a_question_that_moves_to_another_list_is_told_and_that_it_means_the_same() -> None:
    moved = (("  - varicose_veins_local\n", ""), ("[frail_skin]", "[frail_skin, varicose_veins_local]"))
    (told,) = (one for one in said(*moved) if one.startswith("Listed"))
    assert told.startswith(
        "Listed among the precautions instead of the contraindications, which changes nothing of what"
    )


def test_another_kind_tells_what_the_same_answers_lead_to() -> None:
    tens = GOOD().model_copy(update={"kind": "tens"})
    plan = plans.compile(GOOD(), DEVICE)
    told = [one.sentence for one in differences(GOOD(), tens, plan, plan) if "blood flow" in one.sentence]
    assert len(told) == 1
    assert told[0].startswith("If yes or unknown, Is the blood flow to this region")
    assert "WITH CARE" in told[0].partition("; before: ")[0]
    assert "DO NOT STIMULATE" in told[0].partition("; before: ")[2]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("more", "less"),
    [
        (("ramp_up_s: 2", "ramp_up_s: 1"), ("ramp_up_s: 2", "ramp_up_s: 3")),
        (("ramp_down_s: 1", "ramp_down_s: 0.5"), ("ramp_down_s: 1", "ramp_down_s: 2")),
        (("frequency_hz: 50", "frequency_hz: 60"), ("frequency_hz: 50", "frequency_hz: 40")),
        (("phase_us: 300", "phase_us: 350"), ("phase_us: 300", "phase_us: 250")),
        (("limit_s: 60", "limit_s: 90"), ("limit_s: 60", "limit_s: 30")),
        (("stop_rules: [Pain]", "stop_rules: [Fever]"), ("stop_rules: [Pain]", "stop_rules: [Pain, Fever]")),
    ],
)
def test_less_protection_is_marked_as_more_for_the_patient(more: Change, less: Change) -> None:
    topics = {d.WORK, d.CURRENT, d.SCREENING, d.STOP}
    ways = [
        {one.way for one in found(change) if one.topic in topics and "Channel 1, p" not in one.sentence}
        for change in (more, less)
    ]
    assert Way.MORE in ways[0]
    assert Way.LESS in ways[1]
    assert Way.MORE not in ways[1]


def test_a_ceiling_that_rises_or_is_gone_is_more_for_the_patient() -> None:
    def relative(ceiling: str) -> Change:
        return ("target: strong_comfortable", f"target: pct_mvic, percent: 40{ceiling}")

    old, higher, none = relative(", ceiling_percent: 60"), relative(", ceiling_percent: 80"), relative("")
    for change in (higher, none):
        (told,) = (one for one in found(change, old=(old,)) if "Never over" in one.sentence)
        assert told.way is Way.MORE


def test_the_density_of_a_test_is_that_of_its_fastest_step() -> None:
    """The level of a stepped test is found at its slowest step, and the pad is loaded most at the fastest."""
    stepped = (
        STAGE.replace("frequency_hz: 50", "frequency_hz: {start_hz: 4, step_hz: 2, cap_hz: 20}")
        .replace("    contractions: 3\n", "")
        .replace("name: work", "name: test")
    )
    test = ("kind: nmes", "kind: assessment\nassessment: {measures: ctf}")
    higher = stepped.replace("cap_hz: 20", "cap_hz: 40")
    (told,) = (one for one in found((STAGE, higher), test, old=((STAGE, stepped), test)) if "density" in one.sentence)
    assert told.way is Way.MORE


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("frequency_hz: 50", "50 Hz"),
        ("frequency_hz: {low_hz: 30, high_hz: 50, use_hz: 40}", "40 Hz (30 to 50 Hz)"),
        (
            "frequency_hz: {base: ctf, offset_hz: 30, fallback_hz: 45}",
            "the cramp threshold frequency + 30 Hz (45 Hz if not measured)",
        ),
        ("frequency_hz: {from_hz: 20, to_hz: 50, sweep_s: 3}", "20 to 50 Hz and back, 3 s each way"),
        ("frequency_hz: {first_hz: 2, second_hz: 50, each_s: 3}", "2 and 50 Hz in turn, 3 s each"),
    ],
)
def test_every_form_of_the_frequency_has_words(written: str, words: str) -> None:
    assert phrases.frequency(protocol(("frequency_hz: 50", written)).stages[0]) == words


def test_steps_bursts_sweeps_and_modulation_have_words() -> None:
    stage = GOOD().stages[0]
    steps = p.SteppedFrequency(start_hz=4, step_hz=2, cap_hz=40)  # type: ignore[arg-type]  # the model makes Decimals
    changed = stage.model_copy(
        update={
            "frequency_hz": steps,
            "burst": p.Burst(pulses=7, per_second=2),  # type: ignore[arg-type]  # as above
            "phase_sweep": p.PhaseSweep(low_us=100, high_us=200, sweep_s=3),  # type: ignore[arg-type]  # as above
            "amplitude_modulation": p.AmplitudeModulation(depth_percent=30, cycle_s=3),  # type: ignore[arg-type]  # as above
        }
    )
    told = {label: phrase(changed) for label, phrase in phrases.STAGE}
    assert told["frequency"] == "4 Hz, then 2 Hz more each train, up to 40 Hz"
    assert told["bursts"] == "7 pulses, 2 times a second"
    assert told["phase sweep"] == "100 to 200 µs and back, 3 s each way"
    assert told["amplitude modulation"] == "30 % down and back every 3 s"


# --- nothing of the model can change in silence ---

NOT_COMPARED = {"id", "version", "changes"}
"""What a version is called."""
OTHERS: dict[str, object] = {
    "kind": "tens",
    "grade": "C",
    "purpose": "pain",
    "body_regions": ("foot",),
    "setting": "icu",
    "clearance": "medical",
    "channel_timing": "alternating",
    "assessment": p.Assessment(measures="ctf"),
    "schedule": p.Schedule(sessions_per_week=2, weeks_low=1, weeks_high=2),
    "contraindications": ("pregnancy",),
    "precautions": ("anticoagulants",),
    "causes": ("cause_dehydration",),
    "citations": (p.Citation(key="other", text="Another paper"),),
    "provenance": {"position": p.Provenance(tag="verify")},
    "evidence_for": (p.Evidence(text="For", cite=("a",)),),
    "evidence_against": (p.Evidence(text="Against", cite=("a",)),),
    "body_sites": ("soleus", "calf_distal"),
    "shape": "asymmetric",
    "definition": "unknown",
    "target": "max_tolerated",
    "name": "cool_down",
    "frequency_hz": p.FrequencyRange(low_hz=1, high_hz=3, use_hz=2),  # type: ignore[arg-type]  # the model makes Decimals
    "burst": p.Burst(pulses=7, per_second=2),  # type: ignore[arg-type]  # as above
    "phase_sweep": p.PhaseSweep(low_us=100, high_us=200, sweep_s=3),  # type: ignore[arg-type]  # as above
    "amplitude_modulation": p.AmplitudeModulation(depth_percent=30, cycle_s=3),  # type: ignore[arg-type]  # as above
    "continuous": True,
    "on_includes_ramps": False,
}


def other(name: str, value: object) -> object:
    """Another value a field may have."""
    if name in OTHERS:
        return OTHERS[name]
    match value:
        case str():
            return f"{value}, changed"
        case tuple():
            return (*value, "One more")
        case None:
            return 7
        case _:
            return value + 1  # type: ignore[operator]  # what is left are numbers


GROUPS: dict[str, type[BaseModel]] = {
    "": p.Protocol,
    "stages.0.": p.Stage,
    "intensity.": p.Intensity,
    "channels.0.": p.Channel,
    "channels.0.waveform.": p.PulseShape,
}
BY_PARTS = {"channels", "stages", "intensity", "waveform", "progress"}
NAMES = [
    f"{group}{name}"
    for group, model in GROUPS.items()
    for name in model.model_fields
    if name not in BY_PARTS and (group or name not in NOT_COMPARED)
]


def variant(path: str) -> p.Protocol:
    """The good protocol with this one field changed."""
    good = GOOD()
    channel, name = good.channels[0], path.rpartition(".")[2]
    match path.rpartition(".")[0]:
        case "":
            return _one(good, name)
        case "stages.0":
            return good.model_copy(update={"stages": (_one(good.stages[0], name),)})
        case "intensity":
            return good.model_copy(update={"intensity": _one(good.intensity, name)})
        case "channels.0":
            return good.model_copy(update={"channels": (_one(channel, name),)})
        case _:
            changed = channel.model_copy(update={"waveform": _one(channel.waveform, name)})
            return good.model_copy(update={"channels": (changed,)})


def _one(part: Part, name: str) -> Part:
    return part.model_copy(update={name: other(name, getattr(part, name))})


@bundled("path", NAMES)
def test_no_field_can_change_in_silence(path: str) -> None:
    good = GOOD()
    plan = plans.compile(good, DEVICE)
    assert differences(good, variant(path), plan, plan), f"{path} changed and nothing was said"


def test_the_patients_current_comes_first() -> None:
    topics = [one.topic for one in found(("max_amplitude_ma: 60", "max_amplitude_ma: 90"), ("[Pain]", "[Fever]"))]
    assert topics[0] == d.CURRENT
    assert topics[-1] == d.STOP
