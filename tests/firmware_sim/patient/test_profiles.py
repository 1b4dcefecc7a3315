"""Profiles: each number has its origin; a bad file is one problem with its place; people are drawn by a seed."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator
from functools import cache, reduce
from itertools import product
from math import log, sqrt
from pathlib import Path
from statistics import mean, stdev

import pytest
from pydantic import BaseModel, ValidationError

from firmware_sim.patient import Profile, load_profile, person, profile_names
from firmware_sim.patient.muscle import Muscle
from firmware_sim.patient.number import Number
from firmware_sim.patient.profile import Force
from firmware_sim.stage.electrode import deliver
from firmware_sim.stage.pulse import Point
from firmware_sim.yaml_file import FileProblem
from helpers.rows import bundled

pytestmark = pytest.mark.thorough

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


NOT_EVIDENCE = {
    "healthy_adult": {
        ".muscles.quadriceps.strength": "design",
        ".muscles.tibialis anterior.rheobase_ma": "verify",
        ".muscles.tibialis anterior.s": "design",
        ".muscles.gastrocnemius.m": "design",
        ".pain.rheobase_ma": "computed",
        ".pain.chronaxie_us": "verify",
        ".motor_chronaxie_us": "design",
        ".sensory.rheobase_ma": "design",
        ".skin.rs_ohm": "verify",
        ".skin.rp_ohm": "computed",
        ".force.fatigability": "computed",
    },
    "sci_acute": {
        ".force.a_n_per_s": "computed",
        ".force.tau1_ms": "computed",
        ".force.tau2_ms": "computed",
        ".force.km": "computed",
        ".force.tc_ms": "verify",
        ".force.r0": "verify",
        ".force.fatigue_drive": "computed",
    },
}
"""As in the reference: what no document says, or a document that nobody has looked into yet."""
EVIDENCE = {
    *(f".force.{key}" for key in ("a_n_per_s", "tau1_ms", "tau2_ms", "tc_ms", "km", "r0_above_km", "tau_fat_s")),
    *(f".force.alpha_{key}" for key in ("a", "tau1", "km")),
    ".muscles.gastrocnemius.ctf_hz",
}  # fmt: skip
"""The only numbers that may be [source]: the constants of Ding 2003, and the cramp-prone calf of Behringer 2018."""


@pytest.mark.parametrize("name", NOT_EVIDENCE)
def test_no_number_is_given_a_better_origin_than_the_reference_gives_it(name: str) -> None:
    found = dict(numbers(load_profile(name)))
    assert {path: found[path].tag for path in NOT_EVIDENCE[name]} == NOT_EVIDENCE[name]


@bundled("name", SHIPPED)
def test_only_what_was_read_in_a_document_counts_as_evidence(name: str) -> None:
    found = {path for path, number in numbers(load_profile(name)) if number.tag == "source"}
    assert found <= EVIDENCE
    assert ".muscles.gastrocnemius.ctf_hz" not in found or name == "cramp_prone_calf"


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


@bundled(
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
        (
            "like: healthy_adult\nskin:\n  rs_ohm: {value: 0, tag: design}",
            r"mine.yaml:3:11: .* the value is 0 ohm; give 10 to 10000 ohm",
        ),
        ("like: healthy_adult\nskin:\n  rs_ohm: {value: 1, tag: guess}", r"rs_ohm.tag is not one of the words"),
        (
            "like: healthy_adult\nsensation: {value: 1, tag: design, sd: 1, log_sd: 1}",
            r"give one of log_sd, sd and sd_log_normal",
        ),
        (
            "like: healthy_adult\nsensation: {value: 1, tag: design, sd: 3}",
            r"sd is 3; give at most 2, 2 times the value",
        ),
        (
            "like: healthy_adult\nsensation: {value: 1, tag: design, sd_log_normal: 2.1}",
            r"sd_log_normal is 2.1; give at most 2",
        ),
        (
            "like: healthy_adult\nsessions_before: {value: 0, tag: design, sd_log_normal: 1}",
            r"only a value above 0 has a spread like that; give log_sd or none",
        ),
        ("like: healthy_adult\nsensation: {value: 1, tag: design, log_sd: 1.5}", r"less than or equal to 1"),
        ('like: healthy_adult\nname: "a#1"\ntitle: T\nabout: A', r"mine.yaml:2:7: name \(a#1\) .*leave out the #"),
        ('like: healthy_adult\nname: ""\ntitle: T\nabout: A', r"mine.yaml:2:7: name \(\) .*at least 1 character"),
        (
            'like: healthy_adult\nname: a\ntitle: T\nabout: A\nmuscles:\n  foot: {keywords: [""]}',
            r"muscles.foot.keywords.0 \(\) .*at least 1 character",
        ),
    ],
)
def test_a_bad_profile_is_one_problem_with_its_place(text: str, said: str, tmp_path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(FileProblem, match=said):
        load_profile(file)


BOUNDS = {
    "sensory.rheobase_ma": (0.1, 100), "sensory.chronaxie_us": (10, 5_000),
    "pain.rheobase_ma": (0.1, 100), "pain.chronaxie_us": (10, 5_000),
    "motor_chronaxie_us": (10, 5_000), "depth_factor": (0.2, 10), "sensation": (0, 3),
    "sessions_before": (0, 1_000), "ctf_training_hz": (0, 50),
    "skin.rs_ohm": (10, 10_000), "skin.rp_ohm": (10, 1_000_000), "skin.cp_nf": (1, 10_000), "skin.i0_ma": (0.1, 1_000),
    "force.a_n_per_s": (10, 50_000), "force.tau1_ms": (5, 200), "force.tau2_ms": (0.1, 300), "force.tc_ms": (2, 50),
    "force.km": (0.001, 5), "force.r0_above_km": (0, 20), "force.r0": (1, 20),
    "force.alpha_a": (-2, 0), "force.alpha_tau1": (0, 5e-5), "force.alpha_km": (0, 5e-5),
    "force.tau_fat_s": (10, 1_000),
    "force.fatigability": (0, 5), "force.fatigue_drive": (0, 10),
    "muscles.foot.strength": (0.001, 10), "muscles.foot.rheobase_ma": (0.1, 100), "muscles.foot.s": (0.05, 50),
    "muscles.foot.m": (0.2, 20), "muscles.foot.ctf_hz": (1, 200),
}  # fmt: skip
"""Every number there is in a profile, one muscle standing for all, with the least and the most it may be."""


def with_number(folder: Path, path: str, value: float) -> Path:
    """A healthy adult's file with one number changed."""
    *groups, key = path.split(".")
    lines = ["name: mine", "title: Mine", "about: A person", "like: healthy_adult"]
    lines += [f"{'  ' * depth}{group}:" for depth, group in enumerate(groups)]
    file = folder / "mine.yaml"
    file.write_text("\n".join([*lines, f"{'  ' * len(groups)}{key}: {{value: {value:g}, tag: design}}", ""]))
    return file


def test_every_number_has_its_bounds() -> None:
    found = {path.lstrip(".") for name in ("healthy_adult", "sci_acute") for path, _ in numbers(load_profile(name))}
    assert {path for path in found if not path.startswith("muscles.") or path.startswith("muscles.foot")} == set(BOUNDS)


def numbered(path: str, value: float) -> Profile:
    """A healthy adult with one number changed, judged as a profile that is read."""
    whole = load_profile("healthy_adult").model_dump(exclude_none=True)
    *groups, key = path.split(".")
    reduce(lambda group, name: group[name], groups, whole)[key] = {"value": value, "tag": "design"}
    return Profile.model_validate(whole)


@bundled("path", BOUNDS)
def test_every_number_is_taken_within_its_bounds_and_not_beyond(path: str) -> None:
    low, high = BOUNDS[path]
    for taken in BOUNDS[path]:
        assert dict(numbers(numbered(path, taken)))[f".{path}"].value == taken
    for beyond in (low - 0.01 * (high - low), high + 0.01 * (high - low)):
        with pytest.raises(ValidationError, match=f"the value is .*give {re.escape(f'{low:g} to {high:g}')}"):
            numbered(path, beyond)


IN_FILES = {"sensation", "skin.rs_ohm", "force.alpha_a", "muscles.foot.ctf_hz"}
"""Of each depth of a file one, in every run; all in the campaign."""


@pytest.mark.parametrize(
    "path", [pytest.param(path, marks=() if path in IN_FILES else pytest.mark.campaign) for path in BOUNDS]
)
def test_a_number_at_its_bounds_is_taken_and_one_beyond_is_refused_with_them(path: str, tmp_path: Path) -> None:
    low, high = BOUNDS[path]
    for taken in BOUNDS[path]:
        assert dict(numbers(load_profile(with_number(tmp_path, path, taken))))[f".{path}"].value == taken
    for beyond in (low - 0.01 * (high - low), high + 0.01 * (high - low)):
        with pytest.raises(FileProblem) as caught:
            load_profile(with_number(tmp_path, path, beyond))
        said = str(caught.value)
        assert f"{path} is not accepted; the value is " in said
        assert f"; give {low:g} to {high:g}" in said


def test_a_sense_that_cannot_be_is_refused_in_one_sentence(tmp_path: Path) -> None:
    """It once gave "-30.0 times the threshold of feeling" and a good result."""
    with pytest.raises(FileProblem) as caught:
        load_profile(with_number(tmp_path, "sensation", -3))
    assert str(caught.value).endswith("mine.yaml:5:12: sensation is not accepted; the value is -3; give 0 to 3")


SLOW = {
    "tau1_ms": (5, 60, 200), "tau2_ms": (0.1, 60, 300), "tc_ms": (2, 50), "km": (0.001, 0.1, 5), "r0": (1, 20),
    "alpha_a": (-0.1, -1, -2),
}  # fmt: skip
TIRES = {"fatigability": 2, "fatigue_drive": 5, "alpha_tau1": 5e-5, "alpha_km": 5e-5, "tau_fat_s": 1_000}


def test_a_muscle_at_the_bounds_pulls_and_never_the_other_way() -> None:
    """The corners of what may be written, with everything that tires it at the most."""
    healthy, tried = load_profile("healthy_adult"), 0
    for values in product(*SLOW.values()):
        group = healthy.force.model_dump(exclude_none=True)
        corner = TIRES | dict(zip(SLOW, values, strict=True))
        group |= {key: {"value": float(value), "tag": "design"} for key, value in corner.items()}
        try:
            force = Force.model_validate(group)
        except ValidationError:
            continue  # refused as one that tires faster than it pulls
        muscle, tried = Muscle(healthy.model_copy(update={"force": force}).constants("quadriceps")), tried + 1
        for at_us in range(0, 2_000_000, 20_000):
            muscle.pulse(at_us, (1.0,))
        muscle.advance(2_000_000)
        assert 0 <= muscle.strength() <= 1, corner
        assert 0 <= muscle.force_n(2_000_000) <= muscle.peak_n < 1e4, corner
    assert tried > 50


def test_a_muscle_that_tires_faster_than_it_pulls_is_refused(tmp_path: Path) -> None:
    text = "name: a\ntitle: T\nabout: A\nlike: healthy_adult\nforce:\n"
    file = tmp_path / "mine.yaml"
    file.write_text(f"{text}  fatigability: {{value: 5, tag: design}}\n  fatigue_drive: {{value: 3, tag: design}}\n")
    with pytest.raises(FileProblem, match=r"mine.yaml:6:3: force .*fatigability times fatigue_drive is 15; give at mo"):
        load_profile(file)
    file.write_text(f"{text}  alpha_a: {{value: -2, tag: design}}\n  fatigability: {{value: 5, tag: design}}\n")
    with pytest.raises(FileProblem, match=r"tires faster than it pulls: .* is 0.12; give at most 0.05"):
        load_profile(file)


def test_an_unknown_name_is_told_the_known_ones() -> None:
    with pytest.raises(FileProblem, match="nobody: there is no such profile; known: after_tka, cramp_prone_calf"):
        load_profile("nobody")


# --- populations ---


def test_person_k_depends_on_the_seed_and_k_alone() -> None:
    profile = load_profile("healthy_adult")
    many = people("healthy_adult", 30, 7)
    assert person(profile, 17, 7) == many[17], "without those before"
    assert many[17].name == "healthy_adult#17"
    assert people("healthy_adult", 3, 8) != many[:3]
    assert len({one.sensory.rheobase_ma.value for one in many}) == 30


@cache
def people(profile: str, count: int = 500, seed: int = 1) -> list[Profile]:
    return [person(load_profile(profile), index, seed) for index in range(count)]


def spread(profile: str, take) -> list[float]:
    return [take(one) for one in people(profile)]


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


@pytest.mark.parametrize("name", SHIPPED)
def test_whoever_is_drawn_has_no_number_that_could_not_be_written(name: str) -> None:
    for one in people(name, 40, 2):
        for path, number in numbers(one):
            low, high = BOUNDS[re.sub(r"^\.|(?<=muscles\.)[^.]+", lambda cut: "foot" * (cut[0] != "."), path)]
            assert low <= number.value <= high, path


def test_a_wide_spread_is_cut_at_the_bounds() -> None:
    wide = Number(value=1.0, tag="design", log_sd=1.0)
    profile = load_profile("healthy_adult").model_copy(update={"sensation": wide})
    assert max(person(profile, index, 1).sensation.value for index in range(200)) == 3


def test_profiles_travel_to_other_processes() -> None:
    one = person(load_profile("sci_acute"), 3, 1)
    assert pickle.loads(pickle.dumps(one)) == one
    assert isinstance(one, Profile)
