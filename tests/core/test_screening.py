"""Unknown counts as yes, silence blocks, the absolute cannot be overridden, a review needs its reviewer and reason."""

import pytest

from helpers.rows import bundled
from nmes.core.causes import CAUSES
from nmes.core.events import Answer, Reply
from nmes.core.screening import (
    CATALOGUE,
    HEADINGS,
    MEANS,
    Blocked,
    Clear,
    Group,
    ReviewFirst,
    Severity,
    Warned,
    always_asked,
    in_groups,
    judge,
    tells,
)
from nmes.core.screening_code import NOT_ASKED

CODES = ("active_implant", "damaged_skin", "cause_medication", "frail_skin", "cause_overuse")


def answers(**replies: str) -> list[Answer]:
    """Every question "no", but for those given as "reply:reason:reviewer"."""
    given = dict.fromkeys(CODES, "no") | replies
    parts = {code: [*text.split(":"), "", ""] for code, text in given.items()}
    return [Answer(code, Reply(said[0]), said[1], said[2]) for code, said in parts.items()]


def test_no_to_everything_is_clear() -> None:
    assert judge(CODES, "nmes", answers()) == Clear()


def test_what_is_not_answered_blocks() -> None:
    assert judge(CODES, "nmes", answers()[1:]) == Blocked(("active_implant",))
    assert judge(CODES, "nmes", []) == Blocked(CODES)


@pytest.mark.covers("SR-19")
@pytest.mark.parametrize("reply", ["yes", "unknown"])
@pytest.mark.parametrize("code", ["active_implant", "damaged_skin"])
def test_yes_and_unknown_block_and_neither_reason_nor_reviewer_overrides_it(code: str, reply: str) -> None:
    given = answers(**{code: f"{reply}:the cardiologist agreed:Dr Heart"})
    assert judge(CODES, "nmes", given, "Ada") == Blocked((code,))


@pytest.mark.parametrize("kind", ["nmes", "tens", "assessment"])
def test_no_absolute_or_local_item_of_the_whole_catalogue_can_be_overridden(kind: str) -> None:
    for code, entry in CATALOGUE.items():
        overridden = [Answer(code, Reply.YES, "a good reason", "Dr Heart")]
        absolute = entry.severity(kind) in {Severity.BLOCK, Severity.LOCAL}
        assert (judge((code,), kind, overridden, "Ada") == Blocked((code,))) == absolute, code


@bundled("reply", ["yes", "unknown"])
@bundled("given", ["", ":reviewed", "::Dr Who", ": :Dr Who", ":reviewed: "])
def test_a_review_needs_both_the_reason_and_who_reviewed_it(reply: str, given: str) -> None:
    assert judge(CODES, "nmes", answers(cause_medication=f"{reply}{given}"), "Ada") == ReviewFirst(
        ("cause_medication",)
    )


def test_a_review_with_reason_and_reviewer_passes_if_somebody_decided_it() -> None:
    reviewed = answers(cause_medication="yes:statin kept, cramps are old:Dr Who")
    assert judge(CODES, "nmes", reviewed, "Ada") == Clear()
    assert judge(CODES, "nmes", reviewed) == Clear(), "None: the caller has checked the name"
    assert judge(CODES, "nmes", reviewed, " ") == ReviewFirst(("cause_medication",))


@pytest.mark.parametrize("reply", ["yes", "unknown"])
def test_a_note_needs_nothing(reply: str) -> None:
    assert judge(CODES, "nmes", answers(cause_overuse=reply), "Ada") == Clear()
    assert judge(CODES, "nmes", answers(cause_overuse=reply), "") == Clear()


@pytest.mark.parametrize("reply", ["yes", "unknown"])
def test_a_warning_needs_a_reason(reply: str) -> None:
    assert judge(CODES, "nmes", answers(frail_skin=reply), "Ada") == Warned(("frail_skin",))
    assert judge(CODES, "nmes", answers(frail_skin=f"{reply}:  "), "Ada") == Warned(("frail_skin",))
    assert judge(CODES, "nmes", answers(frail_skin=f"{reply}:pads moved"), "Ada") == Clear()


def test_a_warning_needs_a_name() -> None:
    assert judge(CODES, "nmes", answers(frail_skin="yes:pads moved"), "  ") == Warned(("frail_skin",))
    assert judge(CODES, "nmes", answers(), "") == Clear()


def test_the_worst_is_told_first_and_all_of_its_kind_at_once() -> None:
    given = {"cause_medication": "yes", "frail_skin": "yes", "cause_overuse": "yes"}
    outcome = judge(CODES, "nmes", answers(active_implant="yes", damaged_skin="unknown", **given))
    assert outcome == Blocked(("active_implant", "damaged_skin"))
    more = judge((*CODES, "cause_kidney"), "nmes", [*answers(**given), Answer("cause_kidney", Reply.YES)])
    assert more == ReviewFirst(("cause_medication", "cause_kidney"))


def test_two_answers_to_one_question_count_by_the_worse() -> None:
    assert judge(CODES, "nmes", [*answers(), Answer("active_implant", Reply.YES)]) == Blocked(("active_implant",))
    reviewed = [*answers(cause_medication="yes:kept:Dr Who"), Answer("cause_medication", Reply.YES, "kept")]
    assert judge(CODES, "nmes", reviewed) == ReviewFirst(("cause_medication",))


def test_an_answer_that_was_not_asked_for_counts_too() -> None:
    assert judge(CODES, "nmes", answers(pregnancy="yes")) == Blocked(("pregnancy",))


def test_a_code_that_is_not_known_blocks() -> None:
    assert judge((*CODES, "moonlight"), "nmes", answers(moonlight="no")) == Blocked(("moonlight",))


def test_severity_depends_on_the_kind_and_an_assessment_is_judged_like_nmes() -> None:
    reduced_flow = answers(severe_arterial_insufficiency="yes:skin watched")
    assert judge(CODES, "nmes", reduced_flow) == Blocked(("severe_arterial_insufficiency",))
    assert judge(CODES, "assessment", reduced_flow) == Blocked(("severe_arterial_insufficiency",))
    assert judge(CODES, "tens", reduced_flow) == Clear()


# --- the catalogue ---


def test_every_entry_is_a_question_with_severities_and_sources() -> None:
    for code, entry in CATALOGUE.items():
        assert entry.code == code
        assert "?" in entry.question
        for kind in ("nmes", "tens"):
            assert (entry.severity(kind) is Severity.NONE) == (entry.source(kind) == NOT_ASKED)
            assert entry.source(kind).startswith(("source", "design", "verify", NOT_ASKED)), code


@pytest.mark.parametrize("kind", ["nmes", "tens", "assessment"])
def test_a_severity_that_is_only_believed_says_so_wherever_it_is_worded(kind: str) -> None:
    believed = {code for code, entry in CATALOGUE.items() if entry.source(kind) == "verify"}
    assert "frail_skin" in believed
    for code, entry in CATALOGUE.items():
        assert ("TO VERIFY" in entry.asked(kind)) == (code in believed), code
        assert ("TO VERIFY" in entry.means(kind)) == (code in believed), code


def test_every_severity_and_group_has_its_words() -> None:
    assert set(MEANS) == set(Severity)
    assert set(HEADINGS) == set(Group)


def test_the_contraindications_asked_of_everyone() -> None:
    assert "active_implant" in always_asked("nmes")
    assert "denervated_muscle" in always_asked("nmes")
    assert "undiagnosed_pain" not in always_asked("nmes")
    assert "undiagnosed_pain" in always_asked("tens")
    assert "denervated_muscle" not in always_asked("tens")
    assert always_asked("assessment") == always_asked("nmes")


def test_labour_is_the_only_exception_for_pregnancy() -> None:
    assert "pregnancy" in always_asked("tens")
    assert set(always_asked("tens")) - set(always_asked("tens", "midwife")) == {"pregnancy"}
    assert always_asked("nmes", "midwife") == always_asked("nmes"), "muscles are not stimulated in labour"
    assert always_asked("tens", "surgeon") == always_asked("tens")


@pytest.mark.parametrize("kind", ["nmes", "tens"])
def test_the_absolute_contraindications_of_the_manuals_block(kind: str) -> None:
    for code in (
        "active_dvt_thrombophlebitis",
        "active_implant",
        "pregnancy",
        "uncontrolled_bleeding",
        "near_diathermy_rf",
    ):
        assert CATALOGUE[code].severity(kind) in {Severity.BLOCK, Severity.LOCAL}


@bundled("code", ["surgeon", "medical", "midwife"])
@bundled("kind", ["nmes", "tens", "assessment"])
def test_a_missing_clearance_blocks(code: str, kind: str) -> None:
    name = "midwife_protocol_missing" if code == "midwife" else f"{code}_clearance_missing"
    assert CATALOGUE[name].severity(kind) is Severity.BLOCK


# --- the causes of cramps ---

LEADS = {
    "cause_dvt_signs": Severity.BLOCK,
    "cause_motor_neurone_signs": Severity.BLOCK,
    "cause_muscle_damage": Severity.BLOCK,
    "cause_pregnancy": Severity.BLOCK,
    "cause_arterial_disease": Severity.REVIEW,
    "cause_nerve_compression": Severity.REVIEW,
    "cause_neuropathy": Severity.REVIEW,
    "cause_medication": Severity.REVIEW,
    "cause_electrolytes": Severity.REVIEW,
    "cause_kidney": Severity.REVIEW,
    "cause_thyroid": Severity.REVIEW,
    "cause_dehydration": Severity.NOTE,
    "cause_overuse": Severity.NOTE,
    "cause_age": Severity.NOTE,
}


@pytest.mark.parametrize("kind", ["nmes", "tens", "assessment"])
def test_each_cause_leads_to_do_not_stimulate_review_or_note_and_says_what_to_do(kind: str) -> None:
    assert {entry.code: entry.severity(kind) for entry in CAUSES} == LEADS
    for entry in CAUSES:
        assert entry.then.endswith(".")
        assert CATALOGUE[entry.code] is entry


def test_only_what_a_document_says_of_a_cause_is_called_a_source() -> None:
    assert {entry.code for entry in CAUSES if entry.nmes_source != "design"} == {"cause_pregnancy"}


def test_the_checklist_is_ordered_by_groups_and_keeps_the_order_within() -> None:
    mixed = ("cause_overuse", "frail_skin", "damaged_skin", "active_implant", "malignancy", "pregnancy", "moonlight")
    ordered = ("moonlight", "active_implant", "pregnancy", "damaged_skin", "malignancy", "frail_skin", "cause_overuse")
    assert in_groups(mixed, "nmes") == ordered
    assert in_groups(("pregnancy", "damaged_skin"), "tens") == ("pregnancy", "damaged_skin")
    assert CATALOGUE["pregnancy"].group("nmes") is Group.CONTRAINDICATION
    assert CATALOGUE["pregnancy"].group("tens") is Group.LOCAL
    assert CATALOGUE["heart_failure_nyha_iv"].group("nmes") is Group.PRECAUTION


@bundled(
    "text",
    [
        "",
        "  ",
        "no",
        "NO",
        "no no",
        "yes.",
        "unknown",
        "n",
        "nnnnn",
        "Nn n",
        "x",
        "12",
        "--",
        "stop",
        "mark cramp",
        "end!",
    ],
)
def test_answers_commands_and_held_keys_are_neither_name_nor_reason(text: str) -> None:
    assert not tells(text)
    assert judge(("frail_skin",), "nmes", [Answer("frail_skin", Reply.YES, text)]) == Warned(("frail_skin",))
    assert judge(("frail_skin",), "nmes", [Answer("frail_skin", Reply.YES, "seen")], text) == Warned(("frail_skin",))
    reviewed = [Answer("cause_medication", Reply.YES, "statin kept", text)]
    assert judge(("cause_medication",), "nmes", reviewed) == ReviewFirst(("cause_medication",))


@pytest.mark.parametrize("text", ["Bo", "Dr W", "Müller", "no allergy known", "Stop-rules read", "李明"])
def test_anything_else_may_be(text: str) -> None:
    assert tells(text)
    assert judge(("frail_skin",), "nmes", [Answer("frail_skin", Reply.YES, text)], text) == Clear()
