"""The FHIR bundle: valid by somebody else's models, in units, saying no more than the record."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from helpers.stories import OUTCOME, damaged, sealed, torn, unsigned, with_outcomes
from nmes.core import events as e
from nmes.record.errors import RecordError
from nmes.record.files import Kind
from nmes.record.head_code import code_of
from nmes.record.output import Output
from nmes.record.store import Closed, Interrupted, Unreadable
from nmes.record.story import Story
from nmes.record.verdicts import Sealed
from nmes.reports.fhir import bundle_of, fhir_of
from nmes.reports.form import LibraryMissing

pytestmark = pytest.mark.thorough

HOSTILE = "<script>\x1b[31m\u202e\ud800 \"'"


def resources(story: Story, kind: str) -> list[dict[str, Any]]:
    pytest.importorskip("fhir.resources")
    entries = json.loads(fhir_of(story))["entry"]
    return [one["resource"] for one in entries if one["resource"]["resourceType"] == kind]


def only(story: Story, kind: str) -> dict[str, Any]:
    (found,) = resources(story, kind)
    return found


def values(of: object, name: str) -> Iterator[Any]:
    """Everything that stands under a name, wherever."""
    if isinstance(of, dict):
        for key, value in of.items():
            if key == name:
                yield value
            yield from values(value, name)
    elif isinstance(of, list):
        for one in of:
            yield from values(one, name)


def observed(story: Story, text: str) -> dict[str, Any]:
    return next(one for one in resources(story, "Observation") if one["code"]["text"] == text)


def test_a_bundle_of_every_kind_of_record_is_accepted_by_the_library(story: Story, cut_story: Story) -> None:
    pytest.importorskip("fhir.resources")
    assert cut_story.opened is not None
    nobody = replace(cut_story, opened=replace(cut_story.opened, patient="", side="", muscles=()), device=None)
    for one in (story, cut_story, damaged(story), torn(story), sealed(story), unsigned(story), nobody):
        assert json.loads(fhir_of(one))["resourceType"] == "Bundle"


def test_it_holds_what_was_done_with_what_and_how_far_it_is_to_be_believed(story: Story) -> None:
    kinds = [one["resource"]["resourceType"] for one in bundle_of(story)["entry"]]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        **{"Patient": 1, "Device": 2, "Procedure": 1, "Observation": 1 + 4, "AuditEvent": 1, "Provenance": 1}
    }


def test_every_reference_leads_to_a_resource_of_the_bundle(story: Story) -> None:
    bundle = bundle_of(story)
    there = {one["fullUrl"] for one in bundle["entry"]}
    assert len(there) == len(bundle["entry"])
    assert set(values(bundle, "reference")) <= there


def test_a_channel_is_told_in_units_of_ucum(story: Story) -> None:
    channel = observed(story, "Stimulation given on channel 1")
    told = {one["code"]["coding"][0]["code"]: one for one in channel["component"]}
    most = told["most_ua"]["valueQuantity"]
    assert most == {"value": 2, "unit": "mA", "system": "http://unitsofmeasure.org", "code": "mA"}
    assert told["frequency_low_mhz"]["valueQuantity"]["value"] == 44.943
    assert told["pad_mm2"]["valueQuantity"]["code"] == "cm2"
    assert story.dose is not None
    low, high = (story.dose[0][n] / 1000 for n in (1, 2))
    charge = told["charge_nc"]["valueRange"]
    assert (charge["low"]["value"], charge["high"]["value"], charge["low"]["code"]) == (low, high, "uC")


def test_a_charge_that_is_not_known_is_said_to_be(cut_story: Story) -> None:
    channel = observed(cut_story, "Stimulation given on channel 1")
    charge = next(one for one in channel["component"] if one["code"]["coding"][0]["code"] == "charge_nc")
    assert charge["dataAbsentReason"]["coding"][0]["code"] == "unknown"
    assert channel["status"] == "preliminary"


def test_findings_are_told_each_in_its_form(story: Story) -> None:
    pain, skin = observed(story, "Pain"), observed(story, "Skin under the electrodes, channel 1")
    assert pain["valueQuantity"]["value"] == 4
    assert pain["code"]["coding"][1]["code"] == "72514-3"
    assert pain["component"][0]["valueString"] == "before the treatment"
    assert skin["valueCodeableConcept"]["text"] == "redness"
    assert observed(story, "Adverse event")["valueBoolean"] is False
    assert "device" not in pain


def test_an_outcome_is_a_number_or_the_words_or_why_it_is_not_there(story: Story) -> None:
    found = resources(with_outcomes(story, "9,5", "with a stick"), "Observation")
    told = [one for one in found if one["code"]["text"] == OUTCOME]
    assert told[0]["valueQuantity"] == {"value": 9.5}
    assert told[1]["valueString"] == "with a stick"
    (two,) = (one for one in resources(with_outcomes(story, "1,200"), "Observation") if one["code"]["text"] == OUTCOME)
    assert two["valueString"] == "1,200", "it may be one of two numbers"
    last = story.findings[-1]
    not_done = replace(last, observed=e.Observed(e.Finding.OUTCOME, None, "no time", OUTCOME))
    absent = observed(replace(story, findings=(not_done,)), OUTCOME)["dataAbsentReason"]
    assert (absent["coding"][0]["code"], absent["text"]) == ("not-performed", "no time")


def test_a_measured_threshold_is_in_hertz_and_a_typed_one_is_called_so(story: Story) -> None:
    values_of = (("what", "ctf"), ("channel", 1), ("value_mhz", 18_500), ("level_ua", 5_000))
    measured = replace(story.happenings[-1], code="measured", values=values_of)
    told = replace(story, happenings=(*story.happenings, measured, replace(measured, values=values_of[:3])))
    assert observed(told, "Cramp threshold frequency, channel 1")["valueQuantity"]["value"] == 18.5
    assert observed(told, "Cramp threshold frequency, typed by hand, channel 1")["valueQuantity"]["code"] == "Hz"
    odd = replace(measured, values=(("what", "new"), ("channel", 1), ("value_kg", 3)))
    assert observed(replace(story, happenings=(odd,)), "new, channel 1")["valueInteger"] == 3


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, "stopped"),
        ({"ending": Closed("complete")}, "completed"),
        ({"ending": Closed("ended_early")}, "stopped"),
        ({"ending": Closed("ended_early", first_given=True)}, "completed"),
        ({"ending": Closed("complete"), "output": (Output(0),)}, "not-done"),
        ({"ending": Interrupted()}, "stopped"),
        ({"ending": Unreadable("x")}, "unknown"),
    ],
)
def test_how_it_ended_is_told(story: Story, change: dict[str, Any], status: str) -> None:
    procedure = only(replace(story, **change), "Procedure")
    assert procedure["status"] == status
    assert "Z" in procedure["performedPeriod"]["start"]


def test_an_unfinished_session_has_no_end(cut_story: Story) -> None:
    procedure = only(cut_story, "Procedure")
    assert procedure["status"] == "in-progress"
    assert "end" not in procedure["performedPeriod"]
    assert "performer" not in procedure


def test_what_happened_and_was_noted_is_told(story: Story) -> None:
    last = story.findings[-1]
    adverse = replace(last, observed=e.Observed(e.Finding.ADVERSE, 1, "fainted"))
    note = replace(last, observed=e.Observed(e.Finding.NOTE, None, "slept badly"))
    procedure = only(replace(story, findings=(adverse, note)), "Procedure")
    assert (procedure["complication"], procedure["note"]) == ([{"text": "fainted"}], [{"text": "slept badly"}])
    untold, none = (replace(last, observed=e.Observed(e.Finding.ADVERSE, value, "")) for value in (1, 0))
    procedure = only(replace(story, findings=(untold, none)), "Procedure")
    assert procedure["complication"] == [{"text": "Adverse event, not described"}]


@pytest.mark.parametrize(
    ("other", "outcome", "said"),
    [
        (lambda one: one, "0", "The record verifies"),
        (lambda one: replace(one, broken="disk full"), "4", "writing ended: disk full"),
        (torn, "4", "cut off"),
        (
            lambda one: replace(one, sealed=Sealed("ab", 2, known=True, pending=True)),
            *("4", "signed up to entry 2; what stands after it may have been changed"),
        ),
        (damaged, "8", "Entry 305 was changed"),
    ],
)
def test_what_verifying_found_is_told(story: Story, other, outcome: str, said: str) -> None:  # type: ignore[no-untyped-def]  # a lambda
    audit = only(other(story), "AuditEvent")
    assert audit["outcome"] == outcome
    assert said in audit["outcomeDesc"]


def test_the_way_back_to_the_record_is_told(story: Story) -> None:
    head = story.verdict.head
    assert head is not None
    signed = sealed(story, known=False, to_seq=9)
    details = {one["type"]: one["valueString"] for one in only(signed, "AuditEvent")["entity"][0]["detail"]}
    assert details["head_code"] == code_of(head.hash)
    assert (details["station_key"], details["station_key_known"], details["signed_to_entry"]) == (
        *("0123456789abcdef", "no", "9"),
    )
    assert details["caught:wrong_patient"] == "1"
    source = only(signed, "Provenance")["entity"][0]
    assert (source["role"], source["what"]["identifier"]["value"]) == ("source", head.hash)
    assert "signature" not in only(signed, "Provenance"), "the station signed the record, not the bundle"
    headless = replace(story, verdict=replace(story.verdict, head=None))
    assert "identifier" not in only(headless, "Provenance")["entity"][0]["what"]


def test_a_simulation_is_marked_as_test_data_and_a_patients_session_is_not(story: Story) -> None:
    assert [tag["code"] for tag in bundle_of(story)["meta"]["tag"]] == ["HTEST"]
    assert "meta" not in bundle_of(replace(story, kind=Kind.PATIENT))


def test_the_same_record_gives_the_same_bundle(story: Story) -> None:
    assert fhir_of(story) == fhir_of(story)


def test_hostile_texts_are_texts(story: Story) -> None:
    assert story.opened is not None
    opened = replace(
        story.opened, patient=HOSTILE, side=HOSTILE, protocol=HOSTILE, muscles=(HOSTILE, "\x00"), station=HOSTILE
    )
    last = story.findings[-1]
    found = tuple(replace(last, observed=e.Observed(kind, 1, HOSTILE, HOSTILE)) for kind in e.Finding)
    text = fhir_of(replace(story, opened=opened, findings=found, ending=Closed(HOSTILE)))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", text)


def test_of_whom_nothing_is_known_there_is_no_bundle(story: Story) -> None:
    with pytest.raises(RecordError, match="whose it is is not known"):
        bundle_of(replace(story, opened=None))


def test_without_its_library_it_says_which_one_is_missing(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fhir.resources.R4B.bundle", None)
    with pytest.raises(LibraryMissing, match=r"pip install '\.\[fhir\]'"):
        fhir_of(story)


def test_every_resource_of_a_simulation_says_that_it_is_test_data(story: Story) -> None:
    tag = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}
    bundle = bundle_of(story)
    assert [one["resource"]["meta"]["tag"] for one in bundle["entry"]] == [[tag]] * len(bundle["entry"])
    of_patient = bundle_of(replace(story, kind=Kind.PATIENT))
    assert not any("meta" in one["resource"] for one in of_patient["entry"])


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("ended_early", "Ended before its time"),
        ("stop:patient_lost", "Stopped: patient lost"),
        ("guard:written_late", "Stopped by the safety guard: written late"),
        ("of_another:version", "of another: version"),
    ],
)
def test_why_it_ended_has_an_english_name(story: Story, code: str, name: str) -> None:
    procedure = only(replace(story, ending=Closed(code)), "Procedure")
    (coding,) = procedure["statusReason"]["coding"]
    assert (coding["code"], coding["display"], procedure["statusReason"]["text"]) == (code, name, name)
