"""What must agree between keys that lie far apart, told where it stands."""

import pytest

from nmes.core.problems import ProtocolError
from nmes.core.protocol_file import parse
from tests.core.protocol_forms import FORMS, STEPPED, loaded, stepped
from tests.core.protocol_making import CHANNEL, GOOD, changed, problems, sourced

TWO_CHANNELS = CHANNEL + CHANNEL.partition("\n")[2].replace("left", "right")
SCHEDULED = "schedule: {sessions_per_week: 3, weeks_low: 4, weeks_high: 6}\noutcomes: ["
ALL_READ = tuple(
    (f"{path}: {{tag: {tag}}}", f"{path}: {{tag: source, cite: [paper2014]}}")
    for path, tag in (
        ("schedule.sessions_per_week", "design"),
        ("schedule.weeks_low", "design"),
        ("schedule.weeks_high", "design"),
    )
)


def only(text: str, name: str = "good.yaml") -> str:
    (found,) = problems(text, name)
    return found


# --- versions, folders, lists ---


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ("version: 2\n", "version: 2 — what is new in version 2 is not told; add {version: 2, text: …} to changes"),
        ("version: 2\nchanges: [{version: 1, text: First}]\n", "what is new in version 2 is not told"),
        ("version: 2\nchanges: [{version: 3, text: Later}, {version: 2, text: Now}]\n", "the file is only version 2"),
        ("version: 2\nchanges: none\n", 'changes: "none" — a list is needed here'),
    ],
)
def test_every_version_after_the_first_says_what_is_new(changes: str, words: str) -> None:
    assert words in only(changed(("version: 1\n", changes)))


def test_a_version_may_tell_what_is_new_in_several_entries() -> None:
    text = changed(("version: 1\n", "version: 2\nchanges: [{version: 2, text: A}, {version: 2, text: B}]\n"))
    assert [change.text for change in loaded(text).changes] == ["A", "B"]


@pytest.mark.parametrize("changes", ["version: 1\n", "version: 1\nchanges: [{version: 1, text: Copied}]\n"])
def test_a_first_version_may_tell_where_it_comes_from(changes: str) -> None:
    assert loaded(changed(("version: 1\n", changes))).version == 1


def test_a_file_lies_in_the_folder_of_its_purpose_if_the_folder_is_one() -> None:
    assert parse(GOOD.encode(), "protocols/cramp/good.yaml").purpose == "cramp"
    assert parse(GOOD.encode(), "my own/good.yaml").purpose == "cramp"
    assert "the file lies in the folder pain; write pain, or move the file" in only(GOOD, "protocols/pain/good.yaml")


def test_a_list_that_may_not_be_empty_nor_endless() -> None:
    assert "stop_rules — the list is empty; give 1 to 40" in only(changed(("stop_rules: [Pain]", "stop_rules: []")))
    many = "channels:\n" + CHANNEL.partition("\n")[2] * 9
    assert "channels — there are 9 of them; give 1 to 8" in only(sourced(changed((CHANNEL, many))))


def test_a_ceiling_needs_a_relative_target() -> None:
    text = changed(("note: Strong}", "ceiling_percent: 85, note: Strong}"))
    assert "intensity.ceiling_percent: 85 — this target has no percentage; remove it" in only(sourced(text))


# --- tests ---


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (stepped(("assessment: {measures: ctf}\n", "")), 'kind: "assessment" — what this test measures is not said'),
        (stepped(("kind: assessment", "kind: nmes")), "only a test has this key"),
        (stepped(("kind: assessment", "kind: nmes")), "only an assessment has a stage of this name"),
        (stepped(("name: test", "name: work")), "the stage of a test is named test; write test"),
        (stepped((STEPPED, "30"), train="on_s: 5\n    contractions: 1"), "found by rising steps of frequency"),
        (sourced(changed((CHANNEL, TWO_CHANNELS), text=stepped())), "that of one muscle; give one channel"),
        (
            sourced(changed(("provenance:\n", "  - {name: test}\nprovenance:\n"), text=stepped())),
            "stages.1 — a test has one stage; remove the others",
        ),
        (stepped(("name: test", "name: 5")), "stages.0.name: 5 — this is not one of the words"),
        (stepped((f"    frequency_hz: {STEPPED}\n", "")), "stages.0.frequency_hz — this key is missing"),
    ],
)
def test_a_test_is_told_from_a_treatment(text: str, words: str) -> None:
    assert any(words in problem for problem in problems(text)), problems(text)


def test_a_derived_frequency_belongs_to_one_muscle() -> None:
    both = sourced(changed((CHANNEL, TWO_CHANNELS), text=FORMS["derived"]))
    assert loaded(both).channels[0].muscle == loaded(both).channels[1].muscle
    other = changed((TWO_CHANNELS, TWO_CHANNELS.replace("gastrocnemius", "soleus", 1)), text=both)
    assert "stages.0.frequency_hz — the cramp threshold frequency is that of one muscle" in only(other)


# --- codes and pads ---


def test_a_clearance_is_asked_for() -> None:
    cleared = changed(("setting: clinic", "setting: clinic\nclearance: medical"))
    assert 'clearance: "medical" — whether the clearance is there has to be asked: medical_clearance_missing' in only(
        cleared
    )
    listed = changed(("  - pregnancy\n", "  - pregnancy\n  - medical_clearance_missing\n"), text=cleared)
    assert loaded(listed).clearance == "medical"


def test_a_midwifes_protocol_asks_for_the_midwife_instead_of_the_pregnancy() -> None:
    tens = changed(("kind: nmes", "kind: tens"), ("denervated_muscle", "undiagnosed_pain"))
    labour = ("setting: clinic", "setting: clinic\nclearance: midwife")
    midwife = ("  - pregnancy\n", "  - midwife_protocol_missing\n")
    assert loaded(changed(labour, midwife, text=tens)).clearance == "midwife"
    assert "every tens protocol has to ask for pregnancy" in only(changed(midwife, text=tens))


def test_causes_are_asked_with_the_rest() -> None:
    asked = loaded(changed(("precautions: [frail_skin]", "precautions: [frail_skin]\ncauses: [cause_kidney]")))
    assert asked.screening_codes[-2:] == ("frail_skin", "cause_kidney")
    twice = changed(("precautions: [frail_skin]", "precautions: [frail_skin]\ncauses: [frail_skin]"))
    assert "this code is listed twice" in only(twice)


def test_what_pads_ask_for_may_be_a_precaution() -> None:
    moved = (("  - varicose_veins_local\n", ""), ("[frail_skin]", "[frail_skin, varicose_veins_local]"))
    assert loaded(changed(*moved)).id == "good"
    assert "pads in this region have to ask for varicose_veins_local" in only(changed(moved[0]))


SITES = "[calf_medial_head, calf_distal]"


@pytest.mark.parametrize(
    ("sites", "words"),
    [
        ("[calf_distal]", "a channel needs two pads or more, and this has 1; name 2 to 8 places"),
        ("[calf_distal, calf_distal]", "two pads of a channel cannot lie on one place"),
        ("[calf_distal, calf_medial_haed]", 'this place is not on the body map; did you mean "calf_medial_head"?'),
        ("[calf_distal, xyz]", "this place is not on the body map; use a place of the body map"),
        ("[calf_distal, throat]", "no pad may lie here: stimulating the front of the neck can close the larynx"),
        ("[calf_distal, forehead]", "no pad may lie here: current must not pass the head"),
        ("[calf_distal, chest]", "no pad may lie here: current across the chest can disturb the heart's rhythm"),
        ("[calf_distal, hamstring_distal]", "this place lies in no region of body_regions; add hamstring"),
        ("calf_distal", "a list is needed here"),
    ],
)
def test_pads_lie_on_two_places_of_the_body_map(sites: str, words: str) -> None:
    assert words in only(changed((SITES, sites)))


def test_pads_on_no_known_place_ask_for_nothing_yet() -> None:
    found = problems(changed((SITES, "[abc, xyz]"), ("  - damaged_skin\n", "")))
    assert ["not on the body map" in problem for problem in found] == [True, True]


def test_what_pads_ask_for_waits_for_sound_lists() -> None:
    said = problems(changed(("precautions: [frail_skin]", "precautions: frail_skin"), ("  - damaged_skin\n", "")))
    assert len(said) == 1
    assert "precautions" in said[0]


def test_a_region_that_is_not_known_does_not_accuse_the_pads() -> None:
    assert "body_regions.0" in only(changed(("body_regions: [calf]", "body_regions: [calv]")))


# --- grades and origins ---


def graded(*changes: tuple[str, str]) -> str:
    text = sourced(changed(("grade: B", "grade: A"), ("outcomes: [", SCHEDULED)))
    return changed(*ALL_READ, *changes, text=text)


def test_grade_a_is_given_by_the_tags() -> None:
    assert loaded(graded()).grade == "A"
    chosen = (
        "stages.0.on_s: {tag: source, cite: [paper2014]}",
        "stages.0.on_s: {tag: design, cite: [paper2014], NOTE}",
    )
    within = graded((chosen[0], chosen[1].replace("NOTE", "note: Chosen within 5 to 7 s of the source")))
    assert loaded(within).grade == "A", "our choice inside a range that a document gives, and says so"
    for note in ("", ", note: ' '"):
        bare = graded((chosen[0], chosen[1].replace(", NOTE", note)))
        assert "grade A needs a source for stages.0.on_s" in "\n".join(problems(bare))


@pytest.mark.thorough
@pytest.mark.parametrize("tag", ["design", "verify", "computed"])
@pytest.mark.parametrize(
    "path",
    ["stages.0.frequency_hz", "channels.0.waveform.phase_us", "stages.0.on_s", "stages.0.off_s", "schedule.weeks_low"],
)
def test_grade_a_is_refused_where_something_that_matters_was_not_read(path: str, tag: str) -> None:
    text = graded((f"{path}: {{tag: source, cite: [paper2014]}}", f"{path}: {{tag: {tag}}}"))
    assert f"grade A needs a source for {path}; write B" in only(text)


def test_what_is_to_be_verified_stays_so_with_a_citation() -> None:
    text = graded(("stages.0.on_s: {tag: source,", "stages.0.on_s: {tag: verify,"))
    assert "grade A needs a source for stages.0.on_s" in only(text)


def test_grade_a_names_a_few_of_many() -> None:
    text = sourced(changed(("grade: B", "grade: A"), ("outcomes: [", SCHEDULED)))
    text = text.replace("{tag: source, cite: [paper2014]}", "{tag: verify}")
    assert "channels.0.waveform.phase_us and others; write B" in "\n".join(problems(text))


@pytest.mark.parametrize(
    ("form", "counts", "form_only"),
    [
        ("sweep", "stages.0.frequency_hz.from_hz", "stages.0.frequency_hz.sweep_s"),
        ("alternating", "stages.0.frequency_hz.first_hz", "stages.0.frequency_hz.each_s"),
        ("burst", "stages.0.burst.per_second", "stages.0.burst.pulses"),
        ("modulated", "stages.0.phase_sweep.low_us", "stages.0.phase_sweep.sweep_s"),
        ("modulated", "stages.0.phase_sweep.low_us", "stages.0.amplitude_modulation.depth_percent"),
    ],
)
def test_what_only_the_form_needs_does_not_count_for_the_grade(form: str, counts: str, form_only: str) -> None:
    said = only(FORMS[form].replace("grade: B", "grade: A"))
    assert counts in said
    assert form_only not in said


@pytest.mark.parametrize("name", ["stop_rules", "outcomes", "patient_instructions", "channels.0.body_sites"])
def test_a_list_has_one_origin_as_a_whole(name: str) -> None:
    said = only(changed((f"  {name}: {{tag: design}}\n", "")))
    assert f'the origin of this value is not stated; add "{name}: {{tag: …}}" to provenance' in said


@pytest.mark.parametrize("name", ["progression", "deload", "first_session"])
def test_a_rule_of_going_on_has_its_origin_if_it_is_there(name: str) -> None:
    text = changed(("outcomes: [", f"{name}: [Slowly]\noutcomes: ["))
    assert "the origin of this value is not stated" in only(text)
    assert getattr(loaded(sourced(text)), name) == ("Slowly",)


FIRST = ("outcomes: [", "first_session: [Half]\nfirst_session_percent: 50\noutcomes: [")
ORIGINS = ("provenance:\n", "provenance:\n  first_session: {tag: design}\n  first_session_percent: {tag: design}\n")


def test_a_first_session_may_say_in_a_number_how_much_less_it_is() -> None:
    assert loaded(changed(FIRST, ORIGINS)).first_session_percent == 50
    bare = changed(FIRST, ("provenance:\n", "provenance:\n  first_session: {tag: design}\n"))
    assert "first_session_percent: 50 — the origin of this number is not stated" in only(bare)
    for wrong in ("0", "101", "12.5"):
        text = changed(FIRST, ORIGINS).replace("first_session_percent: 50", f"first_session_percent: {wrong}")
        assert f"first_session_percent: {wrong} — " in only(text)


def test_such_a_number_is_said_in_words_too_and_belongs_to_no_test() -> None:
    number = ("outcomes: [", "first_session_percent: 50\noutcomes: [")
    origin = ("provenance:\n", "provenance:\n  first_session_percent: {tag: design}\n")
    assert "no rule of the first session says it in words; add first_session: [...]" in only(changed(number, origin))
    found = problems(changed(FIRST, ORIGINS, ("kind: nmes", "kind: assessment")))
    assert any("first_session_percent: 50 — a test is the same the first time; remove it" in one for one in found)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("stages.7.on_s", "the value this speaks of is not in the file; give the value, or remove this"),
        ("stages.0.onn_s", 'nothing in the file has this path; did you mean "stages.0.on_s"?'),
        ("moonlight", "nothing in the file has this path; remove it"),
    ],
)
def test_an_origin_has_its_value(line: str, words: str) -> None:
    assert words in only(changed(("provenance:\n", f"provenance:\n  {line}: {{tag: design}}\n")))


def test_a_citation_that_is_nothing_like_the_others_has_to_be_added() -> None:
    assert (
        "no citation has this key; add it to citations" in problems(GOOD.replace("cite: [paper2014]", "cite: [zzz]"))[0]
    )


# --- keys ---


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("setting: clinic", "setting: clinic\non_s: 3", "on_s: 3 — this key is not known here; it belongs to stages"),
        ("setting: clinic", "setting: clinic\ngap_us: 3", "it belongs to waveform of channels: check the indentation"),
        ("setting: clinic", "setting: clinic\nlaser_nm: 800", "laser_nm: 800 — this key is not known"),
        (
            "frequency_hz: 50",
            "frequency_hz: {from_hz: 2, high_hz: 9, to_hz: 9, sweep_s: 2}",
            "keep to from_hz, to_hz, sweep_s",
        ),
        ("frequency_hz: 50", "frequency_hz: {from_hz: 2, too_hz: 9, sweep_s: 2}", 'did you mean "to_hz"?'),
        ("stages.0.on_s: {tag: source,", "stages.0.on_s: {tga: source,", 'did you mean "tag"?'),
    ],
)
def test_a_key_in_the_wrong_place_is_told_with_the_right_one(old: str, new: str, words: str) -> None:
    found = problems(changed((old, new)))
    assert any(words in problem for problem in found), found


def test_a_missing_key_is_told_with_what_it_means() -> None:
    said = "\n".join(problems(changed(("    pad_cm2: 25\n", ""))))
    assert "channels.0.pad_cm2 — this key is missing; add it: area of the smaller pad" in said
    assert "[cm²]" in said


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("phase_us: 300", "phase_us: 0.3", "give 10 to 1000 µs; if 0.3 ms is meant, write 300"),
        ("phase_us: 300", "phase_us: 300000", "if 300000 ns is meant, write 300"),
        ("phase_us: 300", "phase_us: 5000000", "a phase is above 1000; give 10 to 1000 µs"),
        ("max_amplitude_ma: 60", "max_amplitude_ma: 60000", "if 60000 µA is meant, write 60"),
        ("max_amplitude_ma: 60", "max_amplitude_ma: 0.06", "if 0.06 A is meant, write 60"),
        ("pad_cm2: 25", "pad_cm2: 2500", "if 2500 mm² is meant, write 25"),
        ("pad_cm2: 25", "pad_cm2: 25.123", "the pad area has more than 2 decimals"),
        ("off_s: 10", "off_s: 10000", "give 0.5 to 600 s; if 10000 ms is meant, write 10"),
        ("frequency_hz: 50", "frequency_hz: 0.05", "if 0.05 kHz is meant, write 50"),
    ],
)
def test_a_number_in_a_neighbouring_unit_is_told_in_the_right_one(old: str, new: str, words: str) -> None:
    found = problems(changed((old, new)))
    assert any(words in problem for problem in found), found


# --- records ---


def test_the_protocol_of_an_old_record_is_read_by_its_form_alone() -> None:
    new = ("purpose: cramp\n", "body_regions: [calf]\n", "    body_sites: [calf_medial_head, calf_distal]\n")
    old = changed(*((line, "") for line in new), ("  stop_rules: {tag: design}\n", ""))
    assert "this key is missing" in "\n".join(problems(old))
    made = parse(old.encode(), "good.yaml", of_record=True)
    assert (made.body_regions, made.channels[0].body_sites, made.stages) == ((), (), loaded(GOOD).stages)
    assert parse(GOOD.encode(), "good.yaml", of_record=True) == loaded(GOOD)


@pytest.mark.parametrize("text", ["id: x\n", "channels: 3\n", "channels: [3]\n"])
def test_the_protocol_of_a_record_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ProtocolError, match="this key is missing"):
        parse(text.encode(), "good.yaml", of_record=True)
