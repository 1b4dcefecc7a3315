"""The checklist line by line: headings, what a review and a warning need, what is noted, and the way back."""

from __future__ import annotations

import pytest

from helpers.rows import bundled
from nmes.core.events import Answer, Reply, Screened
from nmes.core.screening import Clear, judge
from nmes.runtime.plain_checklist import Checklist

CODES = ("frail_skin", "cause_overuse", "active_implant", "cause_medication", "damaged_skin")
IN_GROUPS = ("active_implant", "damaged_skin", "frail_skin", "cause_overuse", "cause_medication")


def type_in(checklist: Checklist, *lines: str) -> tuple[str, ...]:
    """Type lines; what was said after the last one."""
    said: tuple[str, ...] = ()
    for line in lines:
        said = checklist.take(line).said
    return said


def test_the_questions_come_group_by_group_each_group_with_its_heading() -> None:
    checklist = Checklist(CODES, "nmes")
    asked = [checklist.prompt()] + [type_in(checklist, "no")[-1] for _ in CODES]
    starts = [
        "Question 1 of 5. Contraindications: ",
        "Question 2 of 5. Here, where the pads go: ",
        "Question 3 of 5. Precautions: ",
        "Question 4 of 5. Causes of cramps and red flags: ",
        "Question 5 of 5. Does the patient take a medicine",
        "Who asked the questions?",
    ]
    for line, start in zip(asked, starts, strict=True):
        assert line.startswith(start)


def test_the_answers_go_whole_and_in_the_order_of_the_protocol() -> None:
    checklist = Checklist(CODES, "nmes")
    type_in(checklist, *["n"] * len(CODES))
    assert checklist.take("Ada").screened == Screened(tuple(Answer(code, Reply.NO) for code in CODES), "Ada")


def test_a_review_asks_whether_who_and_why_says_what_to_do_and_reads_it_back() -> None:
    checklist = Checklist(("cause_medication",), "nmes")
    said = type_in(checklist, "yes")
    assert said[0] == "MEDICAL REVIEW FIRST."
    assert said[1].startswith("Ask who prescribed it")
    assert said[2] == "Was question 1 reviewed medically, and do you go on in spite of it? Answer yes or no."
    assert type_in(checklist, "yes")[-1].startswith("Who reviewed question 1 medically?")
    assert type_in(checklist, "Dr Who")[-1].startswith("Why go on in spite of question 1?")
    read_back, then = type_in(checklist, "statin kept")
    assert read_back == "Question 1: yes; gone on with, reviewed by Dr Who, because: statin kept"
    assert then.startswith("Who asked")
    screened = checklist.take("Ada").screened
    assert screened == Screened((Answer("cause_medication", Reply.YES, "statin kept", "Dr Who"),), "Ada")


def test_a_warning_asks_whether_and_why_and_a_note_nothing() -> None:
    checklist = Checklist(("frail_skin", "cause_overuse"), "nmes")
    assert type_in(checklist, "unknown")[-1] == "Do you go on in spite of question 1? Answer yes or no."
    assert type_in(checklist, "y")[-1].startswith("Why go on")
    assert type_in(checklist, "looked at it")[0] == "Question 1: unknown; gone on with, because: looked at it"
    said = type_in(checklist, "yes")
    assert said[0] == "Noted."
    assert said[1].startswith("Speak about pacing")
    assert said[-1].startswith("Who asked")
    screened = checklist.take("Ada").screened
    assert screened is not None
    assert screened.answers == (
        Answer("frail_skin", Reply.UNKNOWN, "looked at it"),
        Answer("cause_overuse", Reply.YES),
    )


@pytest.mark.parametrize("code", ["cause_medication", "frail_skin"])
def test_a_no_that_was_meant_for_the_next_question_overrides_nothing(code: str) -> None:
    """The lines of a script that said yes once and no to all else."""
    checklist = Checklist((code, "cause_overuse"), "nmes")
    assert type_in(checklist, "yes", "no")[0].startswith("Not gone on with: the session will not start")
    type_in(checklist, "no", "no")
    screened = checklist.take("Ada").screened
    assert screened is not None
    assert screened.answers[0] == Answer(code, Reply.YES), "without a reason and a reviewer it is refused"
    assert not isinstance(judge((code, "cause_overuse"), "nmes", screened.answers, screened.by), Clear)


@pytest.mark.parametrize("word", ["", "unknown", "maybe", "it was seen", "accept"])
def test_whether_to_go_on_is_yes_or_no_and_nothing_else(word: str) -> None:
    checklist = Checklist(("frail_skin",), "nmes")
    assert type_in(checklist, "yes", word)[-1].startswith("Do you go on in spite of question 1?")


@bundled("line", ["no", "yes", "Unknown", "n", "nnnnn", "accept", "start", "placed", "x", "no no"])
def test_an_answer_or_a_command_is_no_name_and_no_reason(line: str) -> None:
    checklist = Checklist(("cause_medication",), "nmes")
    type_in(checklist, "yes", "yes")
    for asked, good in (("Who reviewed", "Dr Who"), ("Why go on", "statin kept"), ("Who asked", "Ada")):
        said = checklist.take(line)
        assert said.screened is None
        assert said.said[0].startswith(f'"{line}" is no name and no reason.')
        assert said.said[1].startswith(asked)
        whole = checklist.take(good).screened
    assert whole == Screened((Answer("cause_medication", Reply.YES, "statin kept", "Dr Who"),), "Ada")


def test_a_red_flag_says_do_not_stimulate_and_what_to_do() -> None:
    said = type_in(Checklist(("cause_dvt_signs", "cause_overuse"), "nmes"), "yes")
    assert said[0].startswith("DO NOT STIMULATE while this is so.")
    assert said[1].startswith("Send to a doctor the same day.")
    assert said[2].startswith("Question 2 ")


def test_a_severity_that_is_only_believed_is_read_out_so() -> None:
    assert "TO VERIFY" in Checklist(("frail_skin",), "nmes").prompt()
    assert "TO VERIFY" not in Checklist(("active_implant",), "nmes").prompt()


def test_back_from_the_reviewer_and_from_the_reason_goes_to_the_question_itself() -> None:
    checklist = Checklist(("cause_medication",), "nmes")
    assert type_in(checklist, "yes", "back")[-1].startswith("Question 1 ")
    assert type_in(checklist, "yes", "yes", "back")[-1].startswith("Question 1 ")
    assert type_in(checklist, "yes", "yes", "Dr Who", "back")[-1].startswith("Question 1 ")
    type_in(checklist, "no")
    screened = checklist.take("Ada").screened
    assert screened == Screened((Answer("cause_medication", Reply.NO),), "Ada"), "reviewer and reason are gone"


def test_a_code_that_the_catalogue_does_not_know_is_asked_and_blocks() -> None:
    checklist = Checklist(("moonlight", "frail_skin"), "nmes")
    assert checklist.prompt() == "Question 1 of 2. Does moonlight apply?"
    assert type_in(checklist, "yes")[0].startswith("DO NOT STIMULATE")


@pytest.mark.parametrize("word", ["", "none", "no no", "all no", "nnn"])
def test_there_is_no_way_to_answer_several_at_once(word: str) -> None:
    checklist = Checklist(CODES, "nmes")
    assert type_in(checklist, word)[0].startswith("Answer yes, no or unknown.")
    assert checklist.prompt().startswith("Question 1 ")


def test_a_checklist_without_questions_asks_for_the_name_only() -> None:
    checklist = Checklist((), "nmes")
    assert checklist.prompt().startswith("Who asked")
    assert type_in(checklist, "back")[-1].startswith("Who asked")
    checklist.restart()
    assert checklist.take("Ada").screened == Screened((), "Ada")


def test_after_the_answers_were_given_back_goes_to_the_one_that_lacks_a_reason_and_asks_nothing_else_again() -> None:
    checklist = Checklist(("cause_overuse", "frail_skin", "cause_medication"), "nmes")
    questions = [checklist.prompt()]
    while not questions[-1].startswith("Who asked"):
        declined = "skin" in questions[-1]
        questions += type_in(checklist, *(("yes", "no") if declined else ("no",)))
    assert checklist.take("Ada").screened is not None
    assert "skin" in type_in(checklist, "back")[-1]
    assert type_in(checklist, "no")[-1].startswith("Who asked")
    screened = checklist.take("Ada").screened
    assert screened is not None
    assert {answer.reply for answer in screened.answers} == {Reply.NO}


def test_what_is_only_noted_lacks_nothing_when_one_goes_back() -> None:
    checklist = Checklist(("frail_skin", "cause_overuse"), "nmes")
    type_in(checklist, "no", "yes", "Ada")
    assert type_in(checklist, "back")[-1].startswith("Question 2 ")
