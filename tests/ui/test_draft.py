"""The copy while it is edited, without a screen: its text, its origins, its plan."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from ui.bench_live import CRAMP, LIBRARY, compile_plan, loaded

from nmes.core.plan import Plan
from nmes.core.protocol import Protocol
from nmes.core.protocol_file import parse
from nmes.core.yaml_edit import with_values
from nmes.core.yaml_tree import Path as Place
from nmes.core.yaml_tree import dotted
from nmes.runtime.library import Library, Loaded, shipped_folder
from nmes.ui.draft import Draft, free_id
from nmes.ui.editor_fields import ID, fields_of
from nmes.ui.editor_words import draft_words, row

PHASE: Place = ("channels", 0, "waveform", "phase_us")


def copy(protocol_id: str = CRAMP) -> Draft:
    return Draft.of(loaded(protocol_id), f"{protocol_id}_own")


def saved(draft: Draft) -> Protocol:
    checked = draft.checked(compile_plan)
    assert checked.problems == ()
    assert checked.protocol is not None
    return checked.protocol


def test_an_edited_value_is_no_longer_sourced_and_the_history_tells_what_it_was() -> None:
    protocol = saved(copy().with_typed(PHASE, "200"))
    origin = protocol.provenance[dotted(PHASE)]
    assert (origin.tag, origin.cite) == ("design", ())
    assert "the original had 150 (source behringer2014" in str(origin.note)
    assert protocol.channels[0].waveform.phase_us == 200
    assert f"{dotted(PHASE)} 150 -> 200" in protocol.changes[-1].text
    assert (loaded(CRAMP).protocol.grade, protocol.grade) == ("B", "C")


def test_every_other_byte_stays_comments_too() -> None:
    draft = copy().with_typed(PHASE, "200")
    blank: dict[Place, str] = dict.fromkeys([PHASE, ("provenance", dotted(PHASE)), ("grade",), ("changes",)], "X")
    assert with_values(draft.text(), blank) == with_values(copy().text(), blank)
    assert "#" in draft.text()


def test_every_edit_is_in_the_history_whole_however_long_it_is() -> None:
    """No text of a file is cut: an edit that is too long for one entry goes on in the next."""
    long = " ".join(f"word{number}" for number in range(135))  # with what stood there more than 1000 letters
    draft = copy().with_typed(PHASE, "200")
    for index in range(2):
        draft = draft.with_typed(("stop_rules", index), f"{long} {index}")
    changes = saved(draft).changes
    assert changes[0].text == saved(copy()).changes[0].text, "where it is from stays as it was"
    assert changes[1].text == f"Edited: {dotted(PHASE)} 150 -> 200"
    told = " ".join(change.text for change in changes)
    assert [f"{long} {index}" in told for index in range(2)] == [True, True]
    assert "…" not in told
    assert {change.version for change in changes} == {1}


def test_the_plan_is_asked_for_the_copy_and_not_for_the_original() -> None:
    asked: list[Loaded] = []

    def compiled(loaded: Loaded) -> Plan:
        asked.append(loaded)
        return compile_plan(loaded)

    draft = copy().with_typed(PHASE, "200")
    draft.checked(compiled)
    (found,) = asked
    assert (found.path.name, found.sha256) == (f"{CRAMP}_own.yaml", sha256(draft.text().encode()).hexdigest())


def test_what_had_no_source_costs_no_grade_and_a_typed_grade_stands() -> None:
    draft = copy().with_typed(("channels", 0, "max_amplitude_ma"), "50")
    assert saved(draft).grade == "B"
    assert saved(copy("quads_knee_oa").with_typed(("stages", 0, "on_s"), "9")).grade == "B", "one letter below A"
    assert saved(copy("quads_knee_oa").with_typed(("stages", 0, "on_s"), "9").with_typed(("grade",), "C")).grade == "C"


def test_an_edited_entry_of_a_list_changes_the_origin_of_the_list() -> None:
    draft = copy().with_typed(("stop_rules", 0), "Stop at 20 s.")
    assert draft.origin(("stop_rules", 0)) == "design"
    assert "entry 0:" in str(saved(draft).provenance["stop_rules"].note)


def test_typing_what_stood_there_is_no_edit() -> None:
    assert copy().with_typed(PHASE, "200").with_typed(PHASE, " 150 ").typed == {}


@pytest.mark.thorough
@pytest.mark.parametrize("typed", ["200, gap_us: 1", "a # 3", "0,5", "{", "- 3", "a: b", "!x", "&a", "'", "\\", ""])
def test_nothing_typed_can_change_the_structure_of_the_file(typed: str) -> None:
    number = copy().with_typed(PHASE, typed).checked(compile_plan)
    assert [problem.path for problem in number.problems] == [dotted(PHASE)]
    title = copy().with_typed(("title",), typed)
    if typed:
        assert saved(title).title == typed


@pytest.mark.thorough
def test_half_a_character_is_seen_and_never_a_fault() -> None:
    """What is left of a byte that is no UTF-8, as a terminal may deliver it."""
    assert saved(copy().with_typed(("title",), "x\udcff y")).title == "x\ufffd y"
    [problem] = copy().with_typed(PHASE, "\ud83d").checked(compile_plan).problems
    assert problem.path == dotted(PHASE)
    [problem] = copy().with_typed(ID.path, "x\udcff").checked(compile_plan).problems
    assert problem.path == "id"


def test_a_digit_typed_as_a_text_stays_a_text() -> None:
    assert saved(copy().with_typed(("title",), "12")).title == "12"


@pytest.mark.thorough
def test_envelope_and_dose_are_those_of_the_edited_plan() -> None:
    before, after = copy(), copy().with_typed(PHASE, "200").with_typed(("stages", 0, "off_s"), "20")
    assert "150 µs 60.0 mA  9.0 µC" in draft_words(before.checked(compile_plan), 76, 5)
    assert "200 µs 60.0 mA  12.0 µC" in draft_words(after.checked(compile_plan), 76, 5)
    assert "0:50 of 9:30 min" in draft_words(after.checked(compile_plan), 76, 5)
    wrong = copy().with_typed(PHASE, "9999").checked(compile_plan)
    assert draft_words(wrong, 76, 5) == "No plan yet: put right what is marked ✖."


def test_an_id_is_free_when_no_other_protocol_has_it() -> None:
    assert free_id("x", frozenset()) == "x_own"
    assert free_id("x", frozenset({"x_own", "x_own2"})) == "x_own3"
    taken = copy().checked(compile_plan, frozenset({f"{CRAMP}_own"}))
    assert [problem.reason for problem in taken.problems] == ["another protocol has this id"]
    assert copy().with_typed(ID.path, " mine ").new_id == "mine"


def test_rows_say_unit_and_origin_and_what_is_to_verify() -> None:
    draft = copy().with_typed(PHASE, "200")
    checked = draft.checked(compile_plan)
    rows = {field.name: row(field, draft, checked, 76) for field in fields_of(draft.tree)}
    assert rows[dotted(PHASE)].split() == ["•", "phase", "duration", "200", "µs", "EDITED,", "no", "source"]
    assert rows["stages.0.set_rest_s"].endswith("TO VERIFY")
    assert all(len(found) <= 76 for found in rows.values())


def test_what_protects_the_patient_and_tells_of_the_original_is_no_field() -> None:
    first = {str(field.path[0]) for field in fields_of(loaded(CRAMP).tree)}
    assert not first & {"contraindications", "precautions", "causes", "kind", "clearance", "provenance", "citations"}
    assert {"channels", "stages", "intensity", "schedule"} <= first


def every_file() -> list[Path]:
    return list(Library((shipped_folder(),)).files())


def copied_whole(one: Loaded) -> None:
    """A copy is sound, and every value of it can be typed over with itself or something else without a traceback."""
    draft = Draft.of(one, f"{one.protocol.id}_own")
    assert draft.checked(compile_plan).problems == ()
    for field in fields_of(one.tree):
        checked = draft.with_typed(field.path, "7").checked(compile_plan)
        assert checked.plan is not None or checked.problems
        assert parse(draft.text().encode(), f"{draft.new_id}.yaml").id == draft.new_id


@pytest.mark.campaign
@pytest.mark.parametrize("file", every_file(), ids=lambda file: file.stem)
def test_every_value_of_every_shipped_protocol_can_be_edited(file: Path) -> None:
    copied_whole(Library((shipped_folder(),)).load(file.stem))


@pytest.mark.thorough
def test_a_copy_of_each_form_is_sound() -> None:
    for one in LIBRARY:
        assert Draft.of(one, f"{one.protocol.id}_own").checked(compile_plan).problems == ()
