"""The library as it is shipped: every file is sound, says where everything comes from, and can be edited with help."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from helpers.rows import bundled
from nmes.core.assessing import goes_on
from nmes.core.doubts import doubts
from nmes.core.plan import Phase
from nmes.core.plan import compile as plan_for
from nmes.core.protocol import Protocol
from nmes.core.protocol_file import parse_located
from nmes.core.protocol_grade import grade_words
from nmes.core.protocol_schema import json_schema
from nmes.core.protocol_trust import tag
from nmes.core.yaml_tree import Tree, dotted
from nmes.devices.sciencemode4.p24 import P24

FOLDER = Path(__file__).parents[2] / "protocols"
SHIPPED = sorted(FOLDER.rglob("*.yaml"))
SCHEMA = Draft202012Validator(json_schema())
MODELINE = b"# yaml-language-server: $schema=../protocol.schema.json\n"


@cache
def loaded(file: Path) -> tuple[Protocol, Tree]:
    return parse_located(file.read_bytes(), str(file))


@pytest.mark.thorough
def test_there_are_two_dozen_protocols_or_more_for_every_purpose() -> None:
    assert len(SHIPPED) >= 24
    assert {loaded(file)[0].purpose for file in SHIPPED} == {
        *("cramp", "strength", "stroke", "pain", "pelvic", "circulation")
    }


every = bundled("file", SHIPPED, ids=lambda file: file.stem)


@every
def test_a_shipped_protocol_is_sound_and_begins_with_the_line_for_editors(file: Path) -> None:
    assert loaded(file)[0].id == file.stem
    assert file.parent.name == loaded(file)[0].purpose
    assert file.read_bytes().startswith(MODELINE)


@every
def test_a_shipped_protocol_is_valid_for_an_editor(file: Path) -> None:
    assert [error.message for error in SCHEMA.iter_errors(loaded(file)[1].value)] == []


@every
def test_every_number_and_list_of_a_shipped_protocol_says_where_it_comes_from(file: Path) -> None:
    protocol, tree = loaded(file)
    elsewhere = {"version", "changes", "citations", "provenance", "progress"}
    numbers = [path for path in tree.numbers() if path[0] not in elsewhere]
    assert len(numbers) > 5
    assert [path for path in map(dotted, numbers) if path not in protocol.provenance] == []
    for name in ("stop_rules", "outcomes", "patient_instructions", "first_session", "progression", "deload"):
        assert not getattr(protocol, name) or name in protocol.provenance, name
    for rule in protocol.progress.model_fields_set if protocol.progress else ():
        assert f"progress.{rule}" in protocol.provenance, rule


@every
def test_what_is_called_read_names_its_document(file: Path) -> None:
    protocol, _ = loaded(file)
    keys = {citation.key for citation in protocol.citations}
    for name, entry in protocol.provenance.items():
        assert set(entry.cite) <= keys, name
        assert entry.cite or entry.tag != "source", name
    for one in (*protocol.evidence_for, *protocol.evidence_against):
        assert one.cite
        assert set(one.cite) <= keys


@every
def test_a_treatment_says_how_to_begin_to_go_on_and_to_do_less(file: Path) -> None:
    protocol, _ = loaded(file)
    assert protocol.stop_rules
    assert protocol.outcomes
    assert protocol.evidence_against or protocol.to_verify, "what speaks against it, or is not known"
    if protocol.kind != "assessment":
        assert protocol.first_session
        assert protocol.progression
        assert protocol.deload


@every
def test_the_doubts_about_a_shipped_protocol_are_of_the_kinds_we_know(file: Path) -> None:
    """Values still to be verified, copies instead of originals, and long phases that are given as they were read."""
    known = ("still to be verified", "repeat the original", "unusually long")
    found = [str(doubt) for doubt in doubts(*loaded(file))]
    assert [doubt for doubt in found if not any(words in doubt for words in known)] == []


def test_training_at_the_cramp_threshold_has_its_test() -> None:
    protocols = [loaded(file)[0] for file in SHIPPED]
    tested = {one.channels[0].muscle for one in protocols if one.assessment and one.assessment.measures == "ctf"}
    assert "gastrocnemius" in tested


@every
def test_where_it_is_not_known_what_a_duration_means_the_value_itself_says_so(file: Path) -> None:
    """The sentence among what is to verify and the mark beside the value go together."""
    protocol, _ = loaded(file)
    asked = any("one phase, as here, or the whole pulse" in text for text in protocol.to_verify)
    for index, channel in enumerate(protocol.channels):
        assert (channel.waveform.definition == "unknown") == asked
        marked = "one phase or the whole pulse" in tag(protocol, f"channels.{index}.waveform.phase_us")
        assert marked == asked
    assert ("what the duration means" in grade_words(protocol)) == asked


@every
def test_a_note_on_the_schedule_says_where_it_comes_from(file: Path) -> None:
    protocol, _ = loaded(file)
    if protocol.schedule and protocol.schedule.note:
        assert "schedule.note" in protocol.provenance


@every
def test_no_list_of_a_shipped_protocol_promises_more_or_less_than_the_catalogue(file: Path) -> None:
    assert [found for found in doubts(*loaded(file)) if "the catalogue decides" in found.reason] == []


OFTEN_AND_LARGE = {"quads_tka_early", "quads_copd_severe", "quads_heart_failure_hf", "stroke_shoulder_subluxation"}


@every
def test_a_question_that_the_schedule_itself_answers_with_yes_is_not_asked(file: Path) -> None:
    """More than 3 sessions a week lie less than 48 h apart; the first two do not, and the card says so."""
    protocol, _ = loaded(file)
    often = protocol.schedule is not None and protocol.schedule.sessions_per_week > 3
    assert not (often and "large_muscle_session_within_48_h" in protocol.screening_codes)
    assert file.stem not in OFTEN_AND_LARGE or any("48 to 72" in rule for rule in protocol.first_session)


@every
def test_a_test_does_not_speak_of_doing_fewer_contractions(file: Path) -> None:
    protocol, _ = loaded(file)
    rules = (*protocol.first_session, *protocol.progression, *protocol.deload)
    assert protocol.kind != "assessment" or not [rule for rule in rules if "contractions" in rule]


@every
def test_a_first_session_that_is_halved_in_words_is_halved_in_a_number(file: Path) -> None:
    protocol = loaded(file)[0]
    halves = any("half" in rule.lower() for rule in protocol.first_session)
    assert protocol.first_session_percent == (50 if halves else None)


@every
def test_a_pause_in_a_rest_goes_on_with_the_rest_and_only_what_is_cut_begins_again(file: Path) -> None:
    """Sets, bursts, sweeps, channels that take turns, trains of a test: one rule."""
    plan = plan_for(loaded(file)[0], P24)
    for t_ms in range(0, plan.duration_ms, max(1, plan.duration_ms // 300)):
        cut = [at for at in plan.at(t_ms) if at.phase is not Phase.REST]
        goes_on_ms = goes_on(plan, t_ms, None)[0]
        if not cut or plan.stage_at(t_ms).continuous:
            assert goes_on_ms == t_ms
        else:
            assert goes_on_ms == min(at.contraction_start_ms for at in cut)
