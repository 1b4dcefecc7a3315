"""Profiles: each number has its origin; a bad file is one problem with its place; people are drawn by a seed."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from functools import cache
from math import log, sqrt
from statistics import mean, stdev

import pytest
from pydantic import BaseModel

from firmware_sim.patient import Profile, load_profile, person, population, profile_names
from firmware_sim.patient.profile import Number
from firmware_sim.stage.electrode import deliver
from firmware_sim.stage.pulse import Point
from firmware_sim.yaml_file import FileProblem

SHIPPED = (
    "after_tka", "cramp_prone_calf", "healthy_adult", "high_adiposity", "older_adult", "sci_acute", "sci_chronic",
    "worn_electrodes",
)  # fmt: skip


def numbers(part: object, path: str = "") -> Iterator[tuple[str, Number]]:
    if isinstance(part, Number):
        yield path, part
    elif isinstance(part, dict):
        for key, value in part.items():
            yield from numbers(value, f"{path}.{key}")
    elif isinstance(part, BaseModel):
        for key in type(part).model_fields:
            yield from numbers(getattr(part, key), f"{path}.{key}")


def test_the_eight_profiles_are_shipped() -> None:
    assert profile_names() == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_each_is_whole_named_as_its_file_and_explained(name: str) -> None:
    profile = load_profile(name)
    assert profile.name == name
    assert len(profile.about) > 40
    found = dict(numbers(profile))
    assert len(found) > 50
    assert [path for path, number in found.items() if number.tag == "source" and not number.note] == []
    assert [path for path, number in found.items() if number.tag == "computed" and not number.note] == []


def test_what_sets_them_apart() -> None:
    healthy, of = load_profile("healthy_adult"), load_profile
    tiring = [of(name).force.fatigability.value for name in ("healthy_adult", "sci_acute", "sci_chronic")]
    assert tiring == [0.64, 0.84, 1.12]
    assert of("sci_chronic").constants("quadriceps").r0 == 5
    assert of("sci_chronic").constants("quadriceps").tc == 0.011
    assert healthy.constants("quadriceps").r0 == pytest.approx(1.143)
    assert of("cramp_prone_calf").muscles["gastrocnemius"].ctf_hz.value == 15.5
    assert of("high_adiposity").motor("quadriceps").rheobase_ma > 1.5 * healthy.motor("quadriceps").rheobase_ma
    assert of("after_tka").constants("quadriceps").a_rest == healthy.constants("quadriceps").a_rest / 2
    assert of("older_adult").constants("quadriceps").a_rest < healthy.constants("quadriceps").a_rest
    assert of("worn_electrodes").load(2500).rp_ohm > 3 * healthy.load(2500).rp_ohm


@pytest.mark.parametrize(
    ("words", "muscle"),
    [
        ("quadriceps femoris", "quadriceps"),
        ("Vastus medialis", "quadriceps"),
        ("gastrocnemius", "gastrocnemius"),
        ("tibialis anterior", "tibialis anterior"),
        ("flexor hallucis brevis", "foot"),
        ("generic", "generic"),
        ("muscle of the same segment or trigger area", "generic"),
        ("lumbar", "generic"),
        ("none; skin over the painful area", None),
        ("", None),
    ],
)
def test_a_protocol_s_words_find_the_muscle(words: str, muscle: str | None) -> None:
    assert load_profile("healthy_adult").muscle_named(words) == muscle


# --- skin ---


def test_the_skin_meets_the_linear_one_at_the_working_current() -> None:
    skin = load_profile("healthy_adult").load(2500)
    assert skin.rp_at(40_000) == pytest.approx(1_500)
    good = deliver((Point(300, 40_000),), skin, 0.0)
    assert good.end_voltage_mv / 1000 == pytest.approx(63.9, abs=0.1)
    worn = deliver((Point(300, 40_000),), load_profile("worn_electrodes").load(2500), 0.0)
    assert worn.end_voltage_mv >= 149_000


def test_a_larger_pad_has_less_resistance_and_more_capacity() -> None:
    small, large = load_profile("healthy_adult").load(2500), load_profile("healthy_adult").load(5000)
    assert (large.rs_ohm, large.rp_ohm, large.cp_nf) == (150, 3_750, 200)
    assert large.rp_at(80_000) == pytest.approx(small.rp_at(40_000) / 2), "the same current density"


# --- files ---


def test_a_file_of_one_s_own_needs_only_what_differs(tmp_path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "name: mine\ntitle: Mine\nabout: A person\nlike: older_adult\n"
        "muscles:\n  quadriceps:\n    strength: {value: 0.3, tag: design}\n"
    )
    mine, older = load_profile(file), load_profile("older_adult")
    assert mine.muscles["quadriceps"].strength == Number(value=0.3, tag="design"), "taken as a whole, without the note"
    assert mine.muscles["quadriceps"].s == older.muscles["quadriceps"].s
    assert mine.force == older.force


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("like: older_adul", r"mine.yaml:1:7: like \(older_adul\) is not accepted; write one of after_tka, "),
        ("name: a", r'mine.yaml:1:1: the key "title" is missing in the file'),
        (
            "like: healthy_adult\nskin:\n  rs: {value: 1, tag: design}",
            r'mine.yaml:3:3: the key "rs" is not known; known here: cp_nf, i0_ma',
        ),
        ("like: healthy_adult\nskin:\n  rs_ohm: 300", r"mine.yaml:3:11: skin.rs_ohm \(300\) is not accepted"),
        ("like: healthy_adult\nskin:\n  rs_ohm: {value: 300}", r'the key "tag" is missing in skin.rs_ohm'),
        ("like: healthy_adult\nskin:\n  rs_ohm: {value: 0, tag: design}", r"mine.yaml:3:11: .* must be greater than 0"),
        ("like: healthy_adult\nskin:\n  rs_ohm: {value: 1, tag: guess}", r"rs_ohm.tag is not one of the words"),
        (
            "like: healthy_adult\nsensation: {value: 1, tag: design, sd: 1, log_sd: 1}",
            r"give one of log_sd, sd and sd_log_normal",
        ),
    ],
)
def test_a_bad_profile_is_one_problem_with_its_place(text: str, said: str, tmp_path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(FileProblem, match=said):
        load_profile(file)


def test_an_unknown_name_is_told_the_known_ones() -> None:
    with pytest.raises(FileProblem, match="nobody: there is no such profile; known: after_tka, cramp_prone_calf"):
        load_profile("nobody")


# --- populations ---


def test_person_k_depends_on_the_seed_and_k_alone() -> None:
    profile = load_profile("healthy_adult")
    few, many = population(profile, 3, 7), population(profile, 30, 7)
    assert few == many[:3]
    assert person(profile, 17, 7) == many[17]
    assert many[17].name == "healthy_adult#17"
    assert population(profile, 3, 8) != few
    assert len({one.sensory.rheobase_ma.value for one in many}) == 30


@cache
def crowd(profile: str) -> list[Profile]:
    return population(load_profile(profile), 800, 1)


def spread(profile: str, take) -> list[float]:
    return [take(one) for one in crowd(profile)]


def test_thresholds_spread_log_normally_by_a_quarter() -> None:
    logs = [
        log(value / 9.5) for value in spread("healthy_adult", lambda one: one.muscles["quadriceps"].rheobase_ma.value)
    ]
    assert (mean(logs), stdev(logs)) == (pytest.approx(0, abs=0.025), pytest.approx(0.25, rel=0.07))


def test_cramp_thresholds_spread_normally() -> None:
    ctf = spread("healthy_adult", lambda one: one.muscles["gastrocnemius"].ctf_hz.value)
    assert (mean(ctf), stdev(ctf)) == (pytest.approx(23, abs=0.5), pytest.approx(5, rel=0.07))
    prone = spread("cramp_prone_calf", lambda one: one.muscles["gastrocnemius"].ctf_hz.value)
    assert min(prone) == pytest.approx(0.15 * 15.5), "cut off above 0"


def test_spinal_cord_injury_spreads_as_in_ding_2007() -> None:
    tau1 = spread("sci_chronic", lambda one: one.force.tau1_ms.value)
    assert (mean(tau1), stdev(tau1)) == (pytest.approx(44.1, rel=0.04), pytest.approx(18.3, rel=0.12))
    logs = [log(value) for value in tau1]
    assert stdev(logs) == pytest.approx(sqrt(log(1 + (18.32 / 44.089) ** 2)), rel=0.07), "log-normal"


def test_a_drawn_person_says_so_and_is_not_drawn_again() -> None:
    one = person(load_profile("healthy_adult"), 0, 1)
    assert one.sensory.rheobase_ma.tag == "computed"
    assert one.sensory.rheobase_ma.note == "drawn around 4 (design)"
    assert one.force.tau1_ms == load_profile("healthy_adult").force.tau1_ms, "no spread, no change"
    assert [path for path, number in numbers(person(one, 0, 2)) if number != dict(numbers(one))[path]] == []


def test_profiles_travel_to_other_processes() -> None:
    one = person(load_profile("sci_acute"), 3, 1)
    assert pickle.loads(pickle.dumps(one)) == one
    assert isinstance(one, Profile)
