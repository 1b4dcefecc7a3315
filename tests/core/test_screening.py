"""Unknown counts as yes, silence blocks, the absolute cannot be overridden, a warning needs reason and name."""

import pytest

from nmes.core.events import Answer, Reply
from nmes.core.screening import CATALOGUE, Blocked, Clear, Severity, Warned, always_asked, judge

CODES = ("active_implant", "damaged_skin", "frail_skin")


def answers(**replies: str) -> list[Answer]:
    given = dict.fromkeys(CODES, "no") | replies
    return [Answer(code, Reply(reply.partition(":")[0]), reply.partition(":")[2]) for code, reply in given.items()]


def test_no_to_everything_is_clear() -> None:
    assert judge(CODES, "nmes", answers()) == Clear()


def test_what_is_not_answered_blocks() -> None:
    assert judge(CODES, "nmes", answers()[1:]) == Blocked(("active_implant",))
    assert judge(CODES, "nmes", []) == Blocked(CODES)


@pytest.mark.parametrize("reply", ["yes", "unknown"])
@pytest.mark.parametrize("code", ["active_implant", "damaged_skin"])
def test_yes_and_unknown_block_and_no_reason_overrides_it(code: str, reply: str) -> None:
    assert judge(CODES, "nmes", answers(**{code: f"{reply}:the cardiologist agreed"}), "Ada") == Blocked((code,))


@pytest.mark.parametrize("reply", ["yes", "unknown"])
def test_a_warning_needs_a_reason(reply: str) -> None:
    assert judge(CODES, "nmes", answers(frail_skin=reply), "Ada") == Warned(("frail_skin",))
    assert judge(CODES, "nmes", answers(frail_skin=f"{reply}:  "), "Ada") == Warned(("frail_skin",))
    assert judge(CODES, "nmes", answers(frail_skin=f"{reply}:pads moved"), "Ada") == Clear()


def test_a_warning_needs_a_name() -> None:
    assert judge(CODES, "nmes", answers(frail_skin="yes:pads moved"), "  ") == Warned(("frail_skin",))
    assert judge(CODES, "nmes", answers(), "") == Clear()


def test_all_blocks_are_told_at_once_and_before_any_warning() -> None:
    outcome = judge(CODES, "nmes", answers(active_implant="yes", damaged_skin="unknown", frail_skin="yes"))
    assert outcome == Blocked(("active_implant", "damaged_skin"))


def test_two_answers_to_one_question_count_by_the_worse() -> None:
    assert judge(CODES, "nmes", [*answers(), Answer("active_implant", Reply.YES)]) == Blocked(("active_implant",))


def test_an_answer_that_was_not_asked_for_counts_too() -> None:
    assert judge(CODES, "nmes", answers(pregnancy="yes")) == Blocked(("pregnancy",))


def test_a_code_that_is_not_known_blocks() -> None:
    assert judge((*CODES, "moonlight"), "nmes", answers(moonlight="no")) == Blocked(("moonlight",))


def test_severity_depends_on_the_kind() -> None:
    reduced_flow = answers(severe_arterial_insufficiency="yes:skin watched")
    assert judge(CODES, "nmes", reduced_flow) == Blocked(("severe_arterial_insufficiency",))
    assert judge(CODES, "tens", reduced_flow) == Clear()


def test_every_entry_is_a_question_with_severities_and_sources() -> None:
    for code, entry in CATALOGUE.items():
        assert entry.code == code
        assert "?" in entry.question
        for kind in ("nmes", "tens"):
            assert (entry.severity(kind) is Severity.NONE) == (entry.source(kind) == "not asked")


def test_the_contraindications_asked_of_everyone() -> None:
    assert "active_implant" in always_asked("nmes")
    assert "denervated_muscle" in always_asked("nmes")
    assert "undiagnosed_pain" not in always_asked("nmes")
    assert "undiagnosed_pain" in always_asked("tens")
    assert "denervated_muscle" not in always_asked("tens")


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
