"""Two forms of one truth, for the patient's file and for the audit: what each holds, and that neither hides a doubt."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from helpers.stories import damaged, sealed, unsigned
from nmes.record.chain import Entry
from nmes.record.head_code import code_of
from nmes.record.story import Story
from nmes.reports.document import Report, Section
from nmes.reports.form import Form, Format
from nmes.reports.page import page_of
from nmes.reports.report import report_from, report_of
from nmes.reports.text import lines_of
from nmes.reports.told import told_of
from nmes.reports.writing import write_report
from nmes.ui.report_wording import WORDING

pytestmark = pytest.mark.thorough

QUICK = replace(WORDING, end_of=lambda _path: None, course=lambda _story: ())
"""The words without what they look up: a replay of the session takes longer than the report."""


def made(story: Story, form: Form = Form.FILE) -> Report:
    return report_of(story, QUICK, form)


def headings(report: Report) -> list[str]:
    return [one.heading for one in report.sections]


def section(report: Report, heading: str) -> Section:
    return next(one for one in report.sections if one.heading == heading)


def facts(report: Report, heading: str) -> dict[str, str]:
    return dict(section(report, heading).facts)


FOR_THE_FILE = [
    "Session",
    "Protocol",
    "What was given",
    "Findings",
    "Screening",
    "Read back and electrodes",
    "The record",
]


def test_the_file_is_told_who_what_why_and_what_was_found(story: Story) -> None:
    report = made(story)
    assert [one for one in headings(report) if one in FOR_THE_FILE] == FOR_THE_FILE
    assert facts(report, "Session")["Patient code, side"] == "P-017, left"
    assert "cramp" in facts(report, "Protocol")["What for"]
    assert facts(report, "Protocol")["Grade"].startswith("Grade B")
    assert "+ 30 Hz" in facts(report, "Protocol")["Work"]


def test_the_audit_is_told_everything_the_file_is_and_more(story: Story) -> None:
    file, audit = set(headings(made(story))), set(headings(made(story, Form.AUDIT)))
    assert file < audit
    assert {"What was caught", "What was asked for and refused", "The checklist, question by question"} <= audit - file
    assert {"Where the protocol's values come from", "Evidence", "Documents", "What the session was bound to"} <= audit


def test_both_forms_begin_with_the_same_doubts(story: Story, cut_story: Story) -> None:
    for one in (cut_story, sealed(damaged(story), known=False)):
        assert made(one).verdicts == made(one, Form.AUDIT).verdicts


def test_every_value_of_the_protocol_stands_with_where_it_comes_from(story: Story) -> None:
    table = section(made(story, Form.AUDIT), "Where the protocol's values come from").table
    assert table is not None
    rows = {row[0]: row for row in table.rows}
    assert rows["stages.0.on_s"][1] == "5"
    assert rows["stages.0.on_s"][2].startswith("source [")
    assert rows["channels.0.body_sites"][1] == "2 entries"
    assert rows["stages.0.set_rest_s"][2].startswith("TO\N{NO-BREAK SPACE}VERIFY")
    assert "Against" in {name for name, _said in section(made(story, Form.AUDIT), "Evidence").facts}


def test_every_question_of_the_checklist_stands_with_its_answer_and_reason(story: Story) -> None:
    table = section(made(story, Form.AUDIT), "The checklist, question by question").table
    assert table is not None
    answers = {row[0]: row for row in table.rows}
    assert answers["pregnancy"][1] == "no"
    assert answers["cause_age"][1] == "yes"
    assert answers["cause_age"][2].endswith("Reason: known, looked at.")


def test_what_was_refused_stands_once_with_how_often(story: Story) -> None:
    table = section(made(story, Form.AUDIT), "What was asked for and refused").table
    assert table is not None
    times = {row[4].split(":")[0]: row[2] for row in table.rows}
    assert times["Wait"] == str(len(story.all("refused:not_confirmed_yet")))


def test_the_limits_in_force_are_told(story: Story) -> None:
    bound = section(made(story, Form.AUDIT), "What the session was bound to")
    assert dict(bound.facts)["Protocol file, SHA-256"] == story.opened.protocol_sha256 if story.opened else ""
    assert bound.table is not None
    assert ("max_step_ua", "1000") in bound.table.rows


def test_every_page_carries_the_session_and_the_head_as_a_code(story: Story) -> None:
    head = story.verdict.head
    assert head is not None
    report = made(story)
    assert report.foot == f"{story.session}, head code {code_of(head.hash)}"
    assert facts(report, "The record")["Head code"] == code_of(head.hash)
    assert (
        section(report, "The record")
        .after[0]
        .endswith(f"nmes audit verify {story.session} --head {code_of(head.hash)}")
    )
    assert code_of(head.hash) in page_of(report)
    empty = replace(story, verdict=replace(story.verdict, head=None))
    assert made(empty).foot == story.session
    assert facts(made(empty), "The record")["Head code"] == "none"


@pytest.mark.parametrize(
    ("signed", "said", "loud"),
    [
        (unsigned, "The record is not sealed by a station", False),
        (sealed, "The record is sealed with the station's key 0123456789abcdef up to its end.", False),
        (lambda one: sealed(one, known=False), "SEALED WITH A KEY THAT IS NOT KNOWN HERE: 0123456789abcdef", True),
        (lambda one: sealed(one, to_seq=7), "up to entry 7; the entries after it are not vouched for.", True),
    ],
)
def test_who_vouches_for_the_record_is_told(story: Story, signed, said: str, loud: bool) -> None:  # type: ignore[no-untyped-def]  # a lambda
    found = [(one, is_loud) for one, is_loud in made(signed(story)).verdicts if said in one]
    assert [is_loud for _one, is_loud in found] == [loud]


def test_a_signed_session_whose_signatures_cannot_be_told_is_loud(story: Story) -> None:
    assert story.opened is not None
    claims = replace(story, sealed=None, opened=replace(story.opened, bound={**story.opened.bound, "key": "x"}))
    said = "The record is not sealed by a station: nothing vouches for it but its chain."
    assert (said, True) in made(claims).verdicts


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("clock_step", {"by_ms": -3_600_000}, "the computer's clock was set, by -3600000 ms"),
        ("interrupted", {"session": "000007-x"}, "it was found that session 000007-x has no end"),
        ("recovered", {"session": "000007-x", "bytes": 40, "sha256": "0"}, "was set aside, 40 bytes"),
        ("damaged_before", {"session": "000007-x", "reason": "r"}, "session 000007-x is damaged"),
        ("failure", {"error": "E"}, "Entry 9, failure: error E"),
    ],
)
def test_what_is_no_step_has_words(story: Story, kind: str, body: dict[str, object], said: str) -> None:
    entry = Entry(9, "", 0, "", "", story.session, "record", kind, body, "", "")
    after = section(made(replace(story, others=(entry,))), "The record").after
    assert any(said in one for one in after)


def test_a_report_is_made_of_what_was_looked_up_and_nothing_else(story: Story) -> None:
    def forbidden(_of: object) -> NoReturn:
        raise AssertionError("looked up while the report is made")

    told = replace(told_of(story, QUICK), words=replace(QUICK, end_of=forbidden, course=forbidden))
    assert report_from(told, Form.AUDIT) == made(story, Form.AUDIT)


def test_the_course_of_care_is_told_where_there_is_one(story: Story) -> None:
    words = replace(QUICK, course=lambda _story: (("Plan", "2 a week"),))
    for form in (Form.FILE, Form.AUDIT):
        assert facts(report_of(story, words, form), "Course of care") == {"Plan": "2 a week"}
    assert "Course of care" not in headings(made(story))


def test_each_form_and_kind_has_a_file_of_its_own(own_home: Path, story: Story) -> None:
    names = {write_report(own_home, story.session, QUICK, form, as_).name for form in Form for as_ in Format}
    stem = f"simulation-{story.session}"
    assert names == {f"{stem}{form}.{kind}" for form in ("", "-audit", "-home") for kind in ("html", "pdf")}
    assert (own_home / "reports" / f"{stem}.pdf").read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("width", [40, 80])
def test_every_form_is_text_too(story: Story, form: Form, width: int) -> None:
    lines = lines_of(made(story, form), width)
    assert not [line for line in lines if len(line) > width and " " in line.strip()]


def test_a_therapist_signs_and_a_station_seals(story: Story) -> None:
    said = [one for one, _loud in made(sealed(story)).verdicts]
    assert any(one.startswith("The record is sealed with") for one in said)
    assert not any("igned by the station" in one for one in said)
