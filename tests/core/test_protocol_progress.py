"""The part of a card the program can compute with: refused where it makes no sense, told where it differs, sourced."""

from __future__ import annotations

import pytest

from nmes.core import plan as plans
from nmes.core.protocol_diff import differences
from nmes.core.protocol_file import parse
from nmes.core.protocol_progress import Progress
from tests.core.protocol_forms import loaded
from tests.core.protocol_making import DEVICE, GOOD, changed, problems

RULES = """progress:
  advance: {discomfort_at_most: 5, rise_ma_low: 2, rise_ma_high: 5}
  share: {weeks: 2, step_percent: 10, discomfort_at_most: 5}
  retest:
    - {measures: ctf, weeks: 3, sessions: 6}
    - {measures: mvic, sessions: 4}
  deload: {soreness_at_least: 5, contractions_percent: 50}
  booster: {weeks_low: 2, weeks_high: 3}
"""
ORIGINS = "".join(
    f"  progress.{rule}: {{tag: design}}\n" for rule in ("advance", "share", "retest", "deload", "booster")
)
TARGET = "intensity: {target: strong_comfortable, note: Strong}"
RELATIVE = "intensity: {target: pct_max_tolerated, percent: 55, ceiling_percent: 85, note: Strong}"
WITH_RULES = changed((TARGET, RELATIVE)).replace("channels:\n", RULES + "channels:\n", 1) + (
    ORIGINS + "  intensity.percent: {tag: design}\n  intensity.ceiling_percent: {tag: design}\n"
)


def rules(*changes: tuple[str, str]) -> Progress:
    found = loaded(changed(*changes, text=WITH_RULES)).progress
    assert found is not None
    return found


def test_the_rules_are_read_in_the_units_of_the_inside() -> None:
    found = rules()
    assert found.advance is not None and found.advance.rise_ua == (2_000, 5_000)
    assert found.share is not None and found.share.step_permille == 100
    assert found.deload is not None and found.deload.contractions_permille == 500
    assert [one.measures for one in found.retest] == ["ctf", "mvic"]


def test_a_card_needs_no_rules_and_a_rule_no_number_that_is_left_open() -> None:
    assert loaded(GOOD).progress is None
    waits = rules(("soreness_at_least: 5, contractions_percent: 50", "soreness_at_least: 5")).deload
    assert waits is not None and waits.contractions_permille is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("rise_ma_high: 5", "rise_ma_high: 1"), "this is below rise_ma_low; exchange the two, or correct one"),
        (("weeks_high: 3", "weeks_high: 1"), "this is below weeks_low"),
        (("ctf, weeks: 3, sessions: 6", "ctf"), "it is not said after how long; give weeks, or sessions, or both"),
        (("at_most: 5, rise", "at_most: 11, rise"), "the score is above 10; give 0 to 10 of 10"),
        (("soreness_at_least: 5", "soreness_at_least: 0"), "the score is below 1"),
        (("rise_ma_low: 2", "rise_ma_low: 2.0005"), "the rise has more than 3 decimals"),
        (("measures: mvic", "measures: strength"), "this is not one of the words that are known"),
        (("booster: {weeks_low: 2, weeks_high: 3}", "boost: {}"), "this key is not known"),
        (("  progress.share: {tag: design}\n", ""), "the origin of this value is not stated"),
        (("ceiling_percent: 85, note", "note"), "this card has no share of the most that is tolerated, or no ceiling"),
    ],
)
def test_a_rule_that_makes_no_sense_is_told_where_it_stands(change: tuple[str, str], words: str) -> None:
    assert any(words in problem for problem in problems(changed(change, text=WITH_RULES)))


@pytest.mark.parametrize("written", ["progress: {}\n", "progress: {retest: []}\n"])
def test_a_block_without_a_rule_is_refused(written: str) -> None:
    text = changed(("channels:\n", written + "channels:\n"))
    assert any("there is no rule in it; add one of advance, share" in problem for problem in problems(text))


def test_what_is_no_group_is_told_by_the_model_alone() -> None:
    assert len(problems(changed(("channels:\n", "progress: fast\nchannels:\n")))) == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            ("rise_ma_high: 5", "rise_ma_high: 6"),
            "Proposed for going on: 2 to 6 mA more at a discomfort of 5 or less instead of 2 to 5 mA more",
        ),
        (("step_percent: 10", "step_percent: 5"), "Proposed where cramps stay: 5 % more if 2 weeks bring no fewer"),
        (("weeks: 3, sessions: 6", "weeks: 4"), "Measured again: ctf after 4 weeks, mvic after 4 sessions instead of"),
        (
            ("contractions_percent: 50", "contractions_percent: 60"),
            "Proposed for doing less: 60 % of the contractions at a soreness of 5 or more instead of",
        ),
        ((", contractions_percent: 50", ""), "Proposed for doing less: wait at a soreness of 5 or more instead of"),
        (("weeks_high: 3", "weeks_high: 4"), "Booster session: 2 to 4 weeks after the last instead of 2 to 3 weeks"),
    ],
)
def test_what_differs_between_two_cards_is_said(change: tuple[str, str], sentence: str) -> None:
    old, new = loaded(WITH_RULES), loaded(changed(change, text=WITH_RULES))
    plan = plans.compile(old, DEVICE)
    assert any(sentence in one.sentence for one in differences(old, new, plan, plan))


def test_rules_that_come_or_go_are_said() -> None:
    old, new = loaded(changed((TARGET, TARGET))), loaded(WITH_RULES)
    plan = plans.compile(old, DEVICE)
    said = [one.sentence for one in differences(old, new, plan, plan)]
    assert "Booster session: 2 to 3 weeks after the last, before none" in said
    said = [one.sentence for one in differences(new, old, plan, plan)]
    assert any(one.startswith("Booster session: none, before 2 to 3") for one in said)


def test_a_record_of_a_card_from_before_there_were_rules_is_read() -> None:
    assert parse(GOOD.encode(), "good.yaml", of_record=True).progress is None
