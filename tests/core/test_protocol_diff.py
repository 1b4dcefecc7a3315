"""What changes between two protocols is told whole: every field of the model, every line of every list, in words."""

from __future__ import annotations

from functools import cache
from typing import TypeVar

import pytest
from pydantic import BaseModel

from nmes.core import plan as plans
from nmes.core import protocol as p
from nmes.core import protocol_diff as d
from nmes.core import protocol_phrases as phrases
from nmes.core.protocol_diff import Difference, Way, differences
from tests.core.protocol_making import CHANNEL, DEVICE, STAGE, protocol

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
        (d.CURRENT, "Channel 1, charge of the whole treatment: 24.4 mC instead of 16.3 mC (+50 %)", Way.MORE),
        (d.CURRENT, "Channel 1, maximum in the file: 90 mA instead of 60 mA", Way.OTHER),
    ]


def test_less_work_is_told_in_contractions_pulses_and_time() -> None:
    differ = {one.sentence: one.way for one in found(("contractions: 3", "contractions: 2"))}
    assert differ["Channel 1, contractions in all: 2 instead of 3 (-33 %)"] is Way.LESS
    assert differ["Channel 1, pulses in all: 602 instead of 903 (-33 %)"] is Way.LESS
    assert differ["Channel 1, time with current: 0:12 min instead of 0:18 min (-33 %)"] is Way.LESS
    assert differ["The whole treatment: 0:32 min instead of 0:48 min (-33 %)"] is Way.LESS
    assert differ["Contractions of a set: 2 instead of 3"] is Way.OTHER


def test_what_is_asked_in_the_checklist_is_told_as_its_question() -> None:
    assert said(("[frail_skin]", "[anticoagulants]")) == [
        "No longer asked: Is the skin thin or frail?",
        "Now asked: Does the patient take blood thinners?",
    ]


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
            "stages.0.ramp_up_s: our default instead of TO VERIFY",
        ),
        (("indication: Testing", "indication: Trying"), "For: Trying instead of Testing"),
        (("strong_comfortable", "max_tolerated"), "Target: max tolerated instead of strong comfortable"),
        (
            ("target: strong_comfortable", "target: pct_mvic, percent: 40"),
            "Share: 40 %, before none",
        ),
        (
            ("citations:", "evidence_for: [{text: It works, cite: [paper2014]}]\ncitations:"),
            "Now evidence for: It works",
        ),
    ],
)
def test_each_kind_of_change_has_its_sentence(change: Change, sentence: str) -> None:
    assert sentence in said(change)


def test_a_value_that_is_gone_is_told_with_what_it_was() -> None:
    percent = ("target: strong_comfortable", "target: pct_mvic, percent: 40")
    assert "Share: none, before 40 %" in said(old=(percent,))


def test_a_schedule_that_comes_goes_or_changes_is_told() -> None:
    longer = (SCHEDULE[0], SCHEDULE[1].replace("weeks_high: 6", "weeks_high: 8, note: Slowly"))
    assert said(SCHEDULE) == ["A schedule is given, before none"]
    assert said(old=(SCHEDULE,)) == ["No schedule is given any more"]
    assert said(longer, old=(SCHEDULE,)) == [
        "Weeks at most: 8 instead of 6",
        "Note on the schedule: Slowly, before none",
    ]


def test_a_new_channel_and_one_that_is_gone_are_told_as_a_whole() -> None:
    assert found((CHANNEL, TWO)) == (Difference(d.CURRENT, "Channel 2 is new", Way.MORE),)
    assert found(old=((CHANNEL, TWO),)) == (Difference(d.CURRENT, "Channel 2 is gone", Way.LESS),)


def test_a_new_stage_and_one_that_is_gone_are_told_as_a_whole() -> None:
    assert Difference(d.WORK, "Stage 2 (warm up) is new", Way.MORE) in found((STAGE, WARM_UP))
    assert Difference(d.WORK, "Stage 2 (warm up) is gone", Way.LESS) in found(old=((STAGE, WARM_UP),))


def test_of_several_stages_the_sentence_says_which() -> None:
    slower = WARM_UP.replace("off_s: 10", "off_s: 20")
    assert "Stage 2, off time: 20 s instead of 10 s" in said((STAGE, slower), old=((STAGE, WARM_UP),))


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

NOT_COMPARED = {"id", "version", "changes", "citations", "provenance"}
"""What a version is called and where it was read: `provenance` is compared by its tags."""
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
    "evidence_for": (p.Evidence(text="For", cite=("a",)),),
    "evidence_against": (p.Evidence(text="Against", cite=("a",)),),
    "body_sites": ("soleus", "calf_distal"),
    "shape": "asymmetric",
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
BY_PARTS = {"channels", "stages", "intensity", "waveform"}
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


@pytest.mark.parametrize("path", NAMES)
def test_no_field_can_change_in_silence(path: str) -> None:
    good = GOOD()
    plan = plans.compile(good, DEVICE)
    assert differences(good, variant(path), plan, plan), f"{path} changed and nothing was said"


def test_the_patients_current_comes_first() -> None:
    topics = [one.topic for one in found(("max_amplitude_ma: 60", "max_amplitude_ma: 90"), ("[Pain]", "[Fever]"))]
    assert topics[0] == d.CURRENT
    assert topics[-1] == d.STOP
