"""The tables for statistics: their columns are the documented ones, whole numbers, nothing that was typed freely."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from helpers.stories import OUTCOME, damaged, sealed, torn, unsigned, with_outcomes
from nmes.core import events as e
from nmes.record.head_code import code_of
from nmes.record.output import Output, pieces
from nmes.record.pulses import Pulses
from nmes.record.store import Unreadable
from nmes.record.story import Story
from nmes.record.verdicts import Sealed
from nmes.record.verify import Intact, Torn
from nmes.reports.csv_file import COLUMNS, Rows, csv_of

pytestmark = pytest.mark.thorough

DOCUMENT = Path(__file__).parents[2] / "docs/reference/csv.md"


def rows(story: Story, of: Rows = Rows.CHANNELS) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_of([story], of))))


def only(story: Story) -> dict[str, str]:
    (row,) = rows(story)
    return row


@pytest.mark.parametrize("of", list(Rows))
def test_the_columns_are_the_documented_ones_in_their_order(of: Rows) -> None:
    parts = re.split(r"^## ", DOCUMENT.read_text(encoding="utf-8"), flags=re.MULTILINE)
    of_all, of_these = (
        next(part for part in parts if part.startswith(head)) for head in ("Of every", f"`--rows {of}`")
    )
    documented = re.findall(r"^\| `(\w+)` \|", of_all + of_these, re.MULTILINE)
    assert tuple(documented) == COLUMNS[of]
    assert csv_of([], of) == ",".join(documented) + "\r\n"


def test_each_unit_of_the_document_is_in_the_name_of_its_column() -> None:
    units = {"µA": "ua", "µs": "us", "ms": "ms", "nC": "nc", "mHz": "mhz", "mm²": "mm2"}
    told = re.findall(r"^\| `(\w+)` \| (\S+) \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert [name for name, unit in told if unit in units and not name.endswith(f"_{units[unit]}")] == []
    assert len([name for name, unit in told if unit in units]) > 10


def test_a_channel_is_told_in_the_units_of_the_record(story: Story) -> None:
    row, head = only(story), story.verdict.head
    assert head is not None
    assert (row["kind"], row["patient"], row["side"]) == ("simulation", "P-017", "left")
    assert (row["ended"], row["attended"], row["signed"], row["verified"]) == ("ended_early", "1", "1", "intact")
    assert (row["muscle"], row["pad_mm2"], row["planned_ms"]) == ("gastrocnemius", "2500", "390000")
    assert (row["level_first_ua"], row["level_last_ua"], row["most_ua"]) == ("2000", "2000", "2000")
    assert (row["phase_low_us"], row["frequency_low_mhz"], row["head_code"]) == ("150", "44943", code_of(head.hash))
    assert story.dose is not None
    assert (int(row["charge_low_nc"]), int(row["charge_high_nc"])) == story.dose[0][1:]
    given = pieces(story.output, story.end_ms)
    assert int(row["output_ms"]) == sum(one.until_ms - one.from_ms for one in given)
    assert int(row["stretches"]) == len(given)


def test_what_is_not_known_is_empty_and_never_0(cut_story: Story) -> None:
    row = only(cut_story)
    assert (row["ended"], row["signed"]) == ("unfinished", "0")
    assert [row[name] for name in ("session_ms", "charge_low_nc", "charge_high_nc")] == [""] * 3
    nameless = replace(cut_story, opened=None, device=None, ending=Unreadable("x"), output=(Output(0),), pads=())
    bare = only(replace(nameless, happenings=()))
    assert {name for name, value in bare.items() if value} == {
        *("session", "kind", "ended", "signed", "verified", "station_key", "head_code", "corrected_entries")
    }


def test_a_session_that_came_to_no_channel_has_its_row(story: Story) -> None:
    row = only(replace(story, output=(), pads=(), happenings=()))
    assert row["session"] == story.session
    assert row["channel"] == ""


@pytest.mark.parametrize(
    ("other", "verified"),
    [
        (damaged, "damaged:altered"),
        (torn, "torn"),
        (lambda one: replace(one, broken="disk full"), "broken"),
        (lambda one: replace(one, sealed=Sealed("ab", 2, known=True, pending=True)), "unsigned-end"),
        (lambda one: replace(one, sealed=Sealed("ab", 2, known=True, found_by="s2")), "intact"),
        (lambda one: replace(one, verdict=Torn(None, 0, b"")), "empty"),
        (lambda one: replace(one, verdict=Intact(None, 0)), "empty"),
    ],
)
def test_what_verifying_found_is_told(story: Story, other, verified: str) -> None:  # type: ignore[no-untyped-def]  # a lambda
    assert only(other(story))["verified"] == verified


def test_the_key_that_signed_is_told(story: Story) -> None:
    assert only(sealed(story))["station_key"] == "0123456789abcdef"
    assert only(unsigned(story))["station_key"] == ""


def test_every_change_of_output_is_a_row(story: Story) -> None:
    found = rows(story, Rows.OUTPUT)
    assert {row["channel"] for row in found} == {"1"}
    times = [int(row["t_ms"]) for row in found]
    assert times == sorted(times)
    assert max(int(row["confirmed_ua"]) for row in found) == 2_000
    assert (found[-1]["sent_ua"], found[-1]["confirmed_ua"], found[-1]["known"]) == ("0", "0", "1")
    states = [(row["sent_ua"], row["confirmed_ua"], row["known"]) for row in found]
    assert all(one != other for one, other in pairwise(states)), "a row is a change"


def test_findings_and_measured_values_are_rows_with_their_unit(story: Story) -> None:
    values = (("what", "ctf"), ("channel", 1), ("value_mhz", 18_000), ("level_ua", 5_000))
    measured = replace(story.happenings[-1], code="measured", values=values)
    typed = replace(measured, values=values[:3])
    nothing = replace(measured, values=(("what", "ctf"),))
    found = rows(replace(story, happenings=(*story.happenings, measured, typed, nothing)), Rows.FINDINGS)
    told = {(row["when"], row["what"], row["of"], row["value"], row["unit"]) for row in found}
    assert told == {
        ("before", "nrs", "", "4", "score"),
        ("after", "skin", "1", "1", "grade"),
        ("after", "nrs", "", "2", "score"),
        ("after", "adverse", "", "0", "yes"),
        ("during", "ctf", "1", "18000", "mhz"),
        ("during", "ctf_typed", "1", "18000", "mhz"),
    }


def test_a_pain_found_in_the_treatment_is_neither_before_nor_after(story: Story) -> None:
    during = replace(story.findings[0], at=story.all("pause")[0].at)
    (row,) = rows(replace(story, findings=(during,)), Rows.FINDINGS)
    assert row["when"] == "during"


def test_of_an_outcome_only_a_plain_number_leaves(story: Story) -> None:
    numbers, words = ("12", "9,5", " 3.25 ", "1.200"), ("Mrs Miller: 12", "12 steps", "1e9", "-4", "\u0661", "")
    texts = (*numbers, "1,200", "1200,125", *words)
    found = rows(with_outcomes(story, *texts), Rows.FINDINGS)
    told = [row["value"] for row in found if row["what"] == "outcome"]
    assert told == ["12", "9.5", "3.25", "1.200", "", "", *[""] * len(words)]
    assert {row["of"] for row in found if row["what"] == "outcome"} == {OUTCOME}


def test_nothing_that_a_person_typed_freely_is_in_any_table(story: Story) -> None:
    secret = "Mrs Miller, 3 Mill Lane"
    note = replace(story.findings[-1], observed=e.Observed(e.Finding.NOTE, None, secret))
    skin = replace(story.findings[-1], observed=e.Observed(e.Finding.SKIN, 1, secret, "1"))
    mark = replace(story.all("mark")[0], values=(("kind", "pain"), ("text", secret)))
    told = replace(story, findings=(*story.findings, note, skin), happenings=(*story.happenings, mark))
    for of in Rows:
        text = csv_of([with_outcomes(told, secret)], of)
        assert secret not in text
        assert "Dr Adams" not in text
        assert "known, looked at" not in text


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "a,b", 'say "x"', "two\r\nlines\x1b[31m"])
def test_a_hostile_text_is_text_in_one_cell(story: Story, text: str) -> None:
    assert story.opened is not None
    row = only(replace(story, opened=replace(story.opened, patient=text, protocol=text)))
    assert row["patient"] == row["protocol"]
    assert not row["patient"].startswith(("=", "+", "-", "@"))
    assert not re.search(r"[\x00-\x1f]", row["patient"])


def test_many_sessions_are_one_table(story: Story, cut_story: Story) -> None:
    text = csv_of([story, cut_story])
    assert text.count("session,kind") == 1
    assert [row["session"] for row in csv.DictReader(io.StringIO(text))] == [story.session, cut_story.session]


def test_the_pulses_of_a_channel_are_those_that_flowed(story: Story) -> None:
    stepped = replace(story, pulses={1: Pulses(150, 300, 71_500, 250_000)})
    row = only(stepped)
    assert (row["frequency_low_mhz"], row["frequency_high_mhz"]) == ("4000", "13986")
    assert (row["phase_low_us"], row["phase_high_us"]) == ("150", "300")
    assert only(replace(story, pulses={}))["frequency_high_mhz"] == "", "nothing flowed there"
