"""What was corrected since is told in every report, table and bundle, beside the value and before all of them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from helpers.mistakes import WHO
from nmes.core import events as e
from nmes.core.care_events import Corrected
from nmes.record.files import Kind
from nmes.record.story import Story
from nmes.reports.csv_file import Rows, csv_of
from nmes.reports.fhir import bundle_of, fhir_of
from nmes.reports.form import Form
from nmes.reports.report import report_of
from nmes.reports.text import lines_of
from nmes.reports.told import corrected_in
from nmes.runtime.course import enter
from nmes.ui.report_wording import WORDING

pytestmark = pytest.mark.thorough

RIGHT = "pain was 8 of 10"


def seq_of(story: Story, finding: e.Finding) -> int:
    return next(one.at.seq for one in reversed(story.findings) if one.observed.finding is finding)


def correct(home: Path, story: Story, **right: int) -> Story:
    """The story as it lies in this home, with these entries corrected since: what is right, and the entry."""
    path = home / "simulation" / story.path.name
    events = [
        Corrected(WHO.code, WHO.side, story.session, seq, "ab", text.replace("_", " "), "mistyped")
        for text, seq in right.items()
    ]
    enter(home, Kind.SIMULATION, events, "Anna", datetime.now(UTC))
    return replace(story, path=path)


def text(story: Story, form: Form) -> str:
    return "\n".join(lines_of(report_of(story, WORDING, form), 400))


@pytest.mark.parametrize("form", [Form.FILE, Form.AUDIT])
def test_a_report_says_it_at_the_top_and_beside_what_is_told_of_the_entry(
    own_home: Path, story: Story, form: Form
) -> None:
    nrs, level = seq_of(story, e.Finding.NRS), story.all("level")[-1].at.seq
    signed, asked = story.signature, story.screening[-1]
    assert signed is not None
    found = correct(
        own_home,
        story,
        pain_was_8_of_10=nrs,
        it_was_3_mA=level,
        the_right_knee=1,
        Dr_Eve_signed=signed.at.seq,
        Dr_Eve_asked=asked.at.seq,
    )
    told = text(found, form)
    entries = ", ".join(map(str, sorted([nrs, level, 1, signed.at.seq, asked.at.seq])))
    head = f"! CORRECTED since, entry {entries}: what is right stands beside it and under Course of care."
    assert head in told.splitlines()
    assert "pain: 2/10 CORRECTED since: pain was 8 of 10" in told
    assert "2.0 mA CORRECTED since: it was 3 mA" in told
    assert "P-017, left CORRECTED since: the right knee" in told
    assert "CORRECTED since: Dr Eve signed" in told
    assert "CORRECTED since: Dr Eve asked" in told
    assert f"corrected: {story.session}:{nrs}; right is: pain was 8 of 10; why: mistyped" in told
    assert "redness CORRECTED" not in told


def test_one_correction_is_told_of_one_entry_and_without_any_nothing_is_said(own_home: Path, story: Story) -> None:
    assert "CORRECTED" not in text(replace(story, path=own_home / "simulation" / story.path.name), Form.AUDIT)
    nrs = seq_of(story, e.Finding.NRS)
    told = text(correct(own_home, story, pain_was_8_of_10=nrs), Form.FILE)
    assert f"! CORRECTED since, entry {nrs}: what is right stands beside it and under Course of care." in told


def test_where_the_corrections_cannot_be_read_nothing_is_called_corrected(story: Story, tmp_path: Path) -> None:
    assert corrected_in(replace(story, path=tmp_path / ("x" * 300) / "s.jsonl")) == {}


def test_a_table_tells_that_an_entry_was_corrected_and_not_in_what_words(story: Story) -> None:
    nrs = seq_of(story, e.Finding.NRS)
    right = {story.session: {nrs: RIGHT, 1: "the right knee"}, "another": {2: "x"}}
    made = csv_of([story], Rows.FINDINGS, right)
    rows = list(csv.DictReader(io.StringIO(made)))
    assert {row["entry"] for row in rows if row["corrected"] == "1"} == {str(nrs)}
    assert {row["corrected"] for row in rows} == {"0", "1"}
    assert RIGHT not in made
    (channel,) = csv.DictReader(io.StringIO(csv_of([story], Rows.CHANNELS, right)))
    assert channel["corrected_entries"] == "2"
    assert {row["corrected"] for row in csv.DictReader(io.StringIO(csv_of([story], Rows.FINDINGS)))} == {"0"}


def resources(story: Story, corrected: Mapping[int, str], of: str) -> list[dict[str, Any]]:
    made = bundle_of(story, corrected)["entry"]
    return [one["resource"] for one in made if one["resource"]["resourceType"] == of]


def test_in_a_bundle_what_was_corrected_is_amended_with_a_note(story: Story) -> None:
    nrs, level = seq_of(story, e.Finding.NRS), story.all("level")[-1].at.seq
    corrected = {1: "the right knee", nrs: RIGHT, level: "it was 3 mA"}
    found = resources(story, corrected, "Observation")
    amended = [(one["code"]["text"], one["note"]) for one in found if one["status"] == "amended"]
    assert amended == [
        ("Stimulation given on channel 1", [{"text": "Corrected since: it was 3 mA"}]),
        ("Pain", [{"text": f"Corrected since: {RIGHT}"}]),
    ]
    assert {one["status"] for one in found if "note" not in one} == {"final"}
    (procedure,) = resources(story, corrected, "Procedure")
    notes = [one["text"] for one in procedure["note"]]
    assert "Entry 1 was corrected since: the right knee" in notes
    assert f"Entry {nrs} was corrected since: {RIGHT}" in notes
    assert {one["status"] for one in resources(story, {}, "Observation")} == {"final"}


def test_the_models_of_the_library_take_an_amended_bundle(story: Story) -> None:
    pytest.importorskip("fhir.resources")
    assert json.loads(fhir_of(story, {seq_of(story, e.Finding.NRS): RIGHT}))["resourceType"] == "Bundle"
