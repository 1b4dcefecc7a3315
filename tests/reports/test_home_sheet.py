"""The sheet a patient takes home: about this session's card, naming nobody, proving nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, timedelta, timezone, tzinfo

import pytest

from nmes.core.care import CRAMPS, TAGS
from nmes.record.files import Kind
from nmes.record.story import Story
from nmes.reports.document import Report
from nmes.reports.form import Form
from nmes.reports.home_sheet import LINE
from nmes.reports.page import page_of
from nmes.reports.report import report_of
from nmes.reports.text import lines_of
from nmes.runtime.library import Library
from nmes.ui.report_wording import WORDING

pytestmark = pytest.mark.thorough


def sheet(story: Story, zone: tzinfo = UTC) -> Report:
    return report_of(story, WORDING, Form.HOME, zone)


def of_card(story: Story, card: str) -> Story:
    """The story as if it had been of another card."""
    assert story.opened is not None
    text = Library().load(card).text.decode()
    return replace(story, opened=replace(story.opened, protocol=card, protocol_yaml=text))


def items(report: Report) -> list[str]:
    return [one for section in report.sections for one in section.items]


def test_it_says_what_was_done_and_has_lines_to_write_on(story: Story) -> None:
    facts = dict(sheet(story).sections[0].facts)
    assert facts["Day"] == "2026-01-01"
    assert facts["What was done"].startswith("Calf cramp training")
    assert facts["Where"] == "gastrocnemius; side: left"
    assert facts["Your next appointment"] == LINE


def test_where_is_told_without_a_side_that_the_record_does_not_hold(story: Story) -> None:
    assert story.opened is not None
    found = sheet(replace(story, opened=replace(story.opened, side="")))
    assert dict(found.sections[0].facts)["Where"] == "gastrocnemius"
    assert dict(sheet(replace(story, pads=())).sections[0].facts)["Where"] == LINE


def test_its_day_is_that_of_the_place(story: Story) -> None:
    assert story.opened is not None
    before = replace(story.opened, at=replace(story.opened.at, t_utc="2025-12-31T23:30:00.000Z"))
    report = sheet(replace(story, opened=before), timezone(timedelta(hours=1)))
    assert dict(report.sections[0].facts)["Day"] == "2026-01-01"
    assert report.foot == "Sheet for home, 2026-01-01"
    unread = replace(story.opened, at=replace(story.opened.at, t_utc="?"))
    assert dict(sheet(replace(story, opened=unread)).sections[0].facts)["Day"] == LINE


def test_where_nothing_flowed_nothing_is_told_as_done(story: Story) -> None:
    idle = replace(story, output=())
    assert not idle.flowed
    assert dict(sheet(idle).sections[0].facts)["What was done"].startswith(
        "No current was given. Planned was: Calf cramp training"
    )
    assert dict(sheet(replace(idle, opened=None)).sections[0].facts)["What was done"] == "No current was given."


def test_it_names_nobody_and_shows_no_proof(story: Story) -> None:
    text = "\n".join(lines_of(sheet(story), 200))
    for secret in ("P-017", "Dr Adams", "known, looked at", story.session):
        assert secret not in text
    assert not re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}-", text)


def test_after_cramp_training_it_holds_the_advice_on_cramps_and_a_diary(story: Story) -> None:
    found = sheet(story)
    assert [line.text for part in CRAMPS.parts for line in part.lines if line.text not in items(found)] == []
    diary = next(one.table for one in found.sections if one.table)
    assert len(diary.rows) == 7
    assert CRAMPS.closing in page_of(found)
    last = found.sections[-1].lines
    assert last == tuple(f"{TAGS[tag]}." for tag in ("design", "source 7b"))


def test_after_pain_relief_it_holds_neither_cramps_nor_sore_muscles(story: Story) -> None:
    found = sheet(of_card(story, "tens_low_back"))
    assert any("strong, comfortable tingling" in one for one in items(found))
    assert not any("cramp" in one.lower() or "sore" in one.lower() for one in items(found))
    assert any("mark on the skin" in one for one in items(found))
    assert not any(one.table for one in found.sections)


@pytest.mark.parametrize("card", ["tens_acupuncture_like", "tens_burst", "assess_ctf_calf"])
def test_where_muscles_work_without_a_training_it_asks_for_the_same(story: Story, card: str) -> None:
    found = items(sheet(of_card(story, card)))
    assert "Tell us if the muscle is sore with 5 or more out of 10 after two days." in found
    assert any("Dark urine" in one for one in found)


def test_how_sore_is_told_by_the_rule_of_the_card(story: Story) -> None:
    assert story.opened is not None
    yaml = story.opened.protocol_yaml.replace("soreness_at_least: 5", "soreness_at_least: 4")
    assert yaml != story.opened.protocol_yaml
    found = items(sheet(replace(story, opened=replace(story.opened, protocol_yaml=yaml))))
    assert "Tell us if the muscle is sore with 4 or more out of 10 after two days." in found


def test_after_strengthening_it_asks_for_dark_urine(story: Story) -> None:
    assert any("Dark urine" in one for one in items(sheet(of_card(story, "quads_athlete"))))


def test_only_a_simulation_is_called_one(story: Story) -> None:
    assert sheet(story).verdicts == (("From a SIMULATION: no patient was treated.", True),)
    assert sheet(replace(story, kind=Kind.PATIENT)).verdicts == ()


def test_without_a_card_that_can_be_read_it_keeps_to_what_is_for_all(story: Story) -> None:
    assert story.opened is not None
    for opened in (replace(story.opened, protocol_yaml="no: card"), None):
        found = sheet(replace(story, opened=opened))
        assert dict(found.sections[0].facts)["What was done"] == LINE
        assert any("Dark urine" in one for one in items(found))


def test_it_is_printed_large(story: Story) -> None:
    assert '<body class="large">' in page_of(sheet(story))
    assert '<body class="large">' not in page_of(report_of(story, replace(WORDING, end_of=lambda _p: None), Form.FILE))


@pytest.mark.parametrize("card", ["calf_muscle_pump", "ttns_oab", "stroke_dorsiflexors"])
def test_a_card_of_each_other_purpose_has_a_sheet(story: Story, card: str) -> None:
    assert sheet(of_card(story, card)).sections[1].items


def test_dark_urine_is_to_a_doctor_at_once_wherever_it_stands(story: Story) -> None:
    told = [one for one in items(sheet(story)) if "ark urine" in one]
    assert len(told) == 2
    assert all("at once" in one.lower() for one in told)


def test_it_is_printed_in_large_letters_and_when_to_call_stays_on_one_page(story: Story) -> None:
    report = sheet(story)
    assert next(one for one in report.sections if one.heading == "When to call").whole
    page = page_of(report)
    assert "body.large { font-size: 14pt; }" in page.split("@media print")[1]
    assert ".whole { break-inside: avoid; }" in page
    parts = re.findall(r'<section [^>]*class="whole">\s*<h2[^>]*>([^<]*)', page)
    assert {"After the session", "When to call"} <= set(parts)
