"""The checklist under its headings, what each answer needs, and the code read back off the patient's own card."""

from __future__ import annotations

import pytest
from textual.widgets import Input, Static
from ui.bench_live import CRAMP, LIBRARY, Desk, loaded
from ui.one_screen import OneScreen, desk_of, on

from nmes.core import events as e
from nmes.core.measurement import NOBODY
from nmes.core.screening import CATALOGUE, HEADINGS, Clear, ReviewFirst, Severity, in_groups
from nmes.core.view import Word
from nmes.runtime.library import Library, Loaded, shipped_folder
from nmes.ui.answer_key import HELD_MS, WORD_MS, AnswerKey, Letter
from nmes.ui.answers import FEW, Answers
from nmes.ui.flow import Stage
from nmes.ui.names import named, offered
from nmes.ui.screening_words import Keys, keys_words, progress_words
from nmes.ui.screens.screening import ScreeningScreen
from nmes.ui.screens.windows import InSpite
from nmes.ui.widgets.questions import Questions

ONE = loaded(CRAMP)
CODES = in_groups(ONE.protocol.screening_codes, ONE.protocol.kind)
THERAPISTS = ("Ada Bell", "Ben Curd")


def all_no(*, but: tuple[str, ...] = (), by: str = "") -> Answers:
    """Every question answered by no, but these, which are open."""
    answers = Answers(ONE.protocol.screening_codes, ONE.protocol.kind)
    answers.replies = {code: e.Reply.NO for code in CODES if code not in but}
    answers.by = by
    return answers


def shown(app: OneScreen) -> Questions:
    return app.step.query_one(Questions)


def field(app: OneScreen, name: str) -> Input:
    return app.step.query_one(f"#{name}", Input)


@pytest.mark.thorough
async def test_a_checklist_is_answered_key_by_key_and_never_by_a_held_key_or_a_word() -> None:
    async with on(ScreeningScreen(ONE.protocol), desk_of(ONE, NOBODY)) as (app, pilot):
        questions, by = shown(app), field(app, "by")
        assert "yes = DO NOT STIMULATE" in app.text(), "what a yes means is in sight before the answer"
        assert questions.get_option(CODES[0]).prompt.startswith("▸ ["), "marked by more than its colour"
        assert len([row for row in app.text().split("\n") if row.startswith(" ▸ [")]) == 1
        await app.keys(pilot, "f2")
        assert f"! {len(CODES)} of {len(CODES)} questions have no answer yet." in app.text()

        await app.keys(pilot, "n")
        await app.keys(pilot, *["n"] * 19, apart_ms=33)
        assert f"{len(CODES) - 1} of {len(CODES)} to answer" in app.text(), "a held key is one answer"
        assert "have no answer yet" not in app.text(), "what no longer holds is no longer said"
        await app.keys(pilot, *"Anna", apart_ms=100)
        assert "! Not counted: letters as fast as a word is typed." in app.text()
        assert f"Missing: {len(CODES) - 1} answers; who asked" in app.text()
        await app.keys(pilot, "x", "k", "up", "y", "up", "y")
        assert f"{len(CODES) - 1} of {len(CODES)} to answer" in app.text()
        assert "✖ DO NOT STIMULATE" in app.text()
        assert "Nothing goes on: an answer says DO NOT STIMULATE. F3 leaves the session." in app.text()

        await app.keys(pilot, *["n"] * (len(CODES) + 5))
        assert "All answered" in app.text()
        assert app.focused is questions, "no field takes the keys of somebody who does not look"
        assert by.value == ""
        assert f" of {len(CODES)} answers came within 1 s of the one before" in app.text()
        await app.keys(pilot, "enter", *"nnnnn", "enter")
        assert '! "nnnnn" is no name' in app.text()
        assert app.done == []
        by.value = ""
        await pilot.pause()
        await app.keys(pilot, "f2")
        assert "! Write who asked the questions." in app.text()
        await app.keys(pilot, *"Ada", "enter")
        assert isinstance(app.done[-1], e.Screened)
        assert app.latest.note.code == "refused:screening_blocked", "the refusal is recorded"
        assert "Nothing is missing" not in app.text(), "F2 would not go on"

        questions.choose(CODES[0])
        questions.focus()
        await app.keys(pilot, "n")
        assert app.focused is questions, "a corrected answer leaves the list in focus"
        assert "✖" not in app.text()
        await app.keys(pilot, "f2")
        assert app.latest.word is Word.PLACING
        assert app.done[-1].by == "Ada"


@pytest.mark.thorough
async def test_letters_typed_blindly_after_a_yes_never_become_a_reason_and_what_is_owed_is_marked() -> None:
    frail = CODES.index("frail_skin")
    three = CODES[frail + 1 : frail + 4]
    screen = ScreeningScreen(ONE.protocol, (), all_no(but=("frail_skin", *three)))
    async with on(screen, desk_of(ONE)) as (app, pilot):
        questions = shown(app)
        await app.keys(pilot, "y", *"nnn")
        assert app.focused is questions
        assert field(app, "reason").value == ""
        replies = app.step.answers.replies
        assert replies["frail_skin"] is e.Reply.YES, "and they answer the next questions, not this one"
        assert [replies[code] for code in three] == [e.Reply.NO] * 3
        assert "All answered; 1 reason still owed" in app.text()
        questions.choose("frail_skin")
        await app.keys(pilot)
        assert "↳ STILL OWED: the reason. Enter writes it." in app.text()


@pytest.mark.thorough
async def test_the_last_answer_is_not_overwritten_by_letters_typed_blindly_after_it() -> None:
    answers = all_no()
    async with on(ScreeningScreen(ONE.protocol, (), answers), desk_of(ONE)) as (app, pilot):
        shown(app).choose("frail_skin")
        await app.keys(pilot, "y", "n", "n")
        assert answers.replies["frail_skin"] is e.Reply.YES
        assert "! That answer still owes its reason" in app.text()
        await app.keys(pilot, "up", "down", "n")
        assert answers.replies["frail_skin"] is e.Reply.NO, "who goes away and comes back may change it"


@pytest.mark.thorough
async def test_where_the_keys_go_is_told_in_words() -> None:
    screen = ScreeningScreen(ONE.protocol, THERAPISTS, all_no(but=("frail_skin", CODES[-1])))
    async with on(screen, desk_of(ONE)) as (app, pilot):
        assert "▸ Keys answer: y yes, n no, u unknown" in app.text()
        await app.keys(pilot, "y")
        assert "▸ Still owed: a reason. Enter writes it now" in app.text()
        await app.keys(pilot, "enter")
        assert app.focused is field(app, "reason"), "Enter opens the field of the answer just given"
        assert shown(app).code == "frail_skin"
        assert "▸ You are writing the REASON" in app.text()
        await app.keys(pilot, *"thin", "enter", "tab")
        assert app.step.answers.reasons == {"frail_skin": "thin"}
        assert app.focused is field(app, "by"), "Tab goes to the name where nothing is owed"
        assert "▸ You are writing WHO ASKED: 1 Ada Bell, 2 Ben Curd, or a name." in app.text()
        await app.keys(pilot, "2", "tab")
        assert field(app, "by").value == "Ben Curd", "a number becomes the name it stands for"
        assert app.step.answers.by == "Ben Curd"
        assert "▸ You are writing the CODE, from the patient's own card." in app.text()


@pytest.mark.thorough
async def test_the_code_is_read_back_a_wrong_one_is_loud_and_does_not_pass() -> None:
    async with on(ScreeningScreen(ONE.protocol, THERAPISTS, all_no()), desk_of(ONE)) as (app, pilot):
        await app.keys(pilot, "tab", "1", "f2")
        assert app.done == [], "nothing is sent before it is read back"
        assert "! Write the code as it stands on the patient's own card" in app.text()
        assert app.focused is field(app, "code")
        await app.keys(pilot, *"P-018", "enter")
        assert app.done == [e.ReadBack(e.Read.CODE, "P-018")]
        assert app.latest.note.code == "refused:read_back_differs"
        assert "WRONG PATIENT? The card says P-018, this session is for P-017." in app.text()
        assert "✖ DIFFERS, look again" in app.text()
        await app.keys(pilot, "f2")
        assert len(app.done) == 1
        await app.keys(pilot, *"p-017", "space", "enter")
        assert app.latest.read == (e.Read.CODE,), "it was typed in the place of the other one, not behind it"
        assert "✓ code read back" in app.text()
        await app.keys(pilot, "f2")
        assert app.latest.word is Word.PLACING
        assert app.done[-1].by == "Ada Bell"


@pytest.mark.thorough
async def test_a_code_that_cannot_be_read_needs_a_reason_that_is_one() -> None:
    async with on(ScreeningScreen(ONE.protocol), desk_of(ONE)) as (app, pilot):
        await app.keys(pilot, "f4")
        assert "why it cannot be read" in app.text()
        await app.keys(pilot, *"no", "enter")
        assert app.done == []
        field(app, "code").value = "card is lost"
        await app.keys(pilot, "enter")
        assert app.done == [e.ReadBack(e.Read.CODE, reason="card is lost")]
        assert app.latest.note.code == "read_back_skipped"
        assert app.latest.read == ()
        assert "! not read back: card is lost" in app.text()
        assert "code read back" not in app.text().replace("not read back", ""), "it never says what was not done"
        assert "code read back" not in app.text(), "nothing more is asked of it"


@pytest.mark.thorough
async def test_a_page_up_to_the_first_heading_leaves_a_question_in_hand() -> None:
    async with on(ScreeningScreen(ONE.protocol), desk_of(ONE)) as (app, pilot):
        await app.keys(pilot, "pagedown")
        for _ in range(3):
            await app.keys(pilot, "pageup")
            assert shown(app).code is not None, "y, n and u answer it"
        assert shown(app).code == CODES[0]
        await app.keys(pilot, "n")
        assert app.step.answers.replies == {CODES[0]: e.Reply.NO}


@pytest.mark.thorough
async def test_the_questions_are_broken_anew_when_something_comes_to_stand_beside_them() -> None:
    async with on(ScreeningScreen(ONE.protocol), desk_of(ONE), size=(120, 40)) as (app, pilot):
        before = str(shown(app).get_option(CODES[0]).prompt)
        await app.step.query_one("#middle").mount(Static("x" * 34, classes="beside"))
        app.step.query_one(".beside").styles.width = 34
        await app.keys(pilot)
        await pilot.pause()
        after = str(shown(app).get_option(CODES[0]).prompt)
        assert max(map(len, before.split("\n"))) > 80
        assert max(map(len, after.split("\n"))) <= 86 - 3
        assert " ".join(after.split()) == " ".join(before.split())


@pytest.mark.thorough
async def test_answers_given_before_a_step_back_are_there_again() -> None:
    async with on(ScreeningScreen(ONE.protocol, (), all_no(by="Ada Bell")), desk_of(ONE, NOBODY)) as (app, pilot):
        assert "All answered" in app.text()
        assert field(app, "by").value == "Ada Bell"
        await app.keys(pilot, "f2")
        assert isinstance(app.done[-1], e.Screened)


@pytest.mark.thorough
async def test_what_is_gone_on_with_is_asked_for_shown_again_and_sent_only_then() -> None:
    async with on(ScreeningScreen(ONE.protocol), desk_of(ONE, NOBODY)) as (app, pilot):
        reason, questions = field(app, "reason"), shown(app)
        seen = [questions.code]
        for _ in HEADINGS:
            await app.keys(pilot, "g")
            seen.append(questions.code)
        firsts = [group[0] for group in Answers(CODES, "nmes").groups().values()]
        assert seen == [*firsts, firsts[0]], "g goes from group to group"
        order = [option.id or str(option.prompt) for option in questions.options]
        assert [entry for entry in order if entry in CATALOGUE] == list(CODES)
        for heading, words in zip([entry for entry in order if entry not in CATALOGUE], HEADINGS.values(), strict=True):
            assert words in heading
        told = " ".join(" ".join(str(option.prompt) for option in questions.options).split())
        assert all(" ".join(CATALOGUE[code].question.split()) in told for code in CODES)

        warning, review = CODES.index("frail_skin"), CODES.index("cause_medication")
        await app.keys(pilot, *["n"] * warning)
        assert "yes = WITH CARE: go on only with a reason (TO VERIFY)" in app.text()
        await app.keys(pilot, "u")
        assert "! A reason is needed: Is the skin thin or frail?" in app.text()
        await app.keys(pilot, "enter", *"no", "enter")
        assert '! "no" is no reason' in app.text()
        assert app.focused is reason
        reason.value = ""
        await app.keys(pilot, *"seen", "enter", *["n"] * (review - warning - 1), "y")
        assert "‖ MEDICAL REVIEW FIRST. Who reviewed it, and why go on?" in app.text()
        assert "▸ Ask who prescribed it" in app.text()
        await app.keys(pilot, "enter", *"kept", "enter")
        assert app.focused is field(app, "reviewer")
        rest = ["n"] * (len(CODES) - review - 1)
        rest[CODES.index("cause_overuse") - review - 1] = "y"
        await app.keys(pilot, "enter", *rest, "tab", *"Ada", "f2")
        assert app.latest.note.code == "refused:screening_review_first"
        assert questions.code == "cause_medication"
        assert app.focused is field(app, "reviewer")

        posted = len(app.done)
        await app.keys(pilot, *"Dr W", "f2")
        assert isinstance(app.screen, InSpite)
        for text in ("asked by Ada", "because: seen", "reviewed by Dr W, because: kept", "UNKNOWN: Is the skin thin"):
            assert text in app.flat()
        await app.keys(pilot, "enter")
        assert len(app.done) == posted, "the Enter that left a field sends nothing"
        await app.keys(pilot, "n")
        assert app.screen is app.step
        assert "↳ reviewed by Dr W, because: kept" in app.text(), "it stays in sight in the list"
        await app.keys(pilot, "f2", "f2")
        sent = app.done[-1].answers
        assert e.Answer("frail_skin", e.Reply.UNKNOWN, "seen") in sent
        assert e.Answer("cause_medication", e.Reply.YES, "kept", "Dr W") in sent
        assert e.Answer("cause_overuse", e.Reply.YES) in sent
        assert app.latest.word is Word.PLACING


@pytest.mark.thorough
async def test_in_the_app_the_checklist_is_step_3_and_leads_to_the_electrodes(desk: Desk) -> None:
    async with desk.at(Stage.SCREENING) as pilot:
        assert "3/8 Screening" in desk.text()
        desk.app.step.answers.replies = all_no().replies
        await desk.keys(pilot, "tab", *"Ada", "f2")
        assert isinstance(desk.live.posted[-1], e.Screened)
        assert "4/8 Electrodes" in desk.text()


# --- names and words, without a screen ---


def test_a_therapist_is_meant_by_number_and_anybody_else_by_name() -> None:
    assert [named(text, THERAPISTS) for text in ("1", " 2 ", "3", "0", "Eve", "١")] == [
        "Ada Bell",
        "Ben Curd",
        "3",
        "0",
        "Eve",
        "١",
    ]


def test_as_many_therapists_are_offered_as_there_is_room_for() -> None:
    assert offered(THERAPISTS, 80) == "1 Ada Bell, 2 Ben Curd"
    assert offered(THERAPISTS, 18) == "1 Ada Bell, 1 more"
    assert offered(THERAPISTS, 9) == "2 more"
    assert offered((), 80) == ""


@pytest.mark.parametrize("keys", Keys)
def test_every_line_of_where_the_keys_go_fits_80_columns(keys: Keys) -> None:
    for owes in (False, True):
        assert len(keys_words(keys, ("An extremely long name of a therapist",) * 9, 76, owes=owes)) <= 76
        assert len(keys_words(keys, (), 76, owes=owes)) <= 76


def test_what_is_open_and_what_is_owed_is_counted_in_words() -> None:
    answers = Answers(("cause_medication", "frail_skin"), "nmes")
    assert progress_words(answers) == "2 of 2 to answer; precautions 1, causes 1"
    answers.replies = dict.fromkeys(answers.codes, e.Reply.YES)
    assert progress_words(answers) == "All answered; 2 reasons still owed"


# --- the answers, without a screen ---


def test_haste_is_what_lies_between_the_answers_not_how_long_the_first_took() -> None:
    answers = Answers(tuple(CATALOGUE)[:20], "nmes")
    answers.answered_ms = {code: 600_000 + 999 * index for index, code in enumerate(answers.codes)}
    assert answers.hasty == 19
    answers.answered_ms = {code: 1_000 * index for index, code in enumerate(answers.codes)}
    assert answers.hasty == 0
    slow_then_blind = [60_000 * min(index, 5) + 300 * index for index in range(20)]
    answers.answered_ms = dict(zip(answers.codes, slow_then_blind, strict=True))
    assert answers.hasty == 14
    answers.answered_ms = dict(zip(answers.codes, range(FEW), strict=False))
    assert answers.hasty == 0, "a few are not remarked on"


@pytest.mark.parametrize(
    ("letters", "found"),
    [
        ("n", [Letter.ALONE]),
        ("nn", [Letter.ALONE, Letter.HELD]),
        ("an", [Letter.ALONE, Letter.OF_A_WORD]),
        ("anna", [Letter.ALONE, Letter.OF_A_WORD, Letter.HELD, Letter.OF_A_WORD]),
    ],
)
def test_letters_as_fast_as_a_word_are_typed_and_no_answers(letters: str, found: list[Letter]) -> None:
    def pressed(apart_ms: int) -> list[Letter]:
        key, said = AnswerKey(), []
        for index, letter in enumerate(letters):
            key, what = key.pressed(letter, apart_ms * index)
            said.append(what)
        return said

    assert pressed(HELD_MS - 1) == found
    assert pressed(WORD_MS) == [Letter.ALONE] * len(letters)


def test_what_says_nothing_is_no_reason_and_is_told() -> None:
    answers = Answers(("cause_medication",), "nmes")
    answers.replies = {"cause_medication": e.Reply.YES}
    answers.reasons, answers.reviewers = {"cause_medication": "kept"}, {"cause_medication": "no"}
    assert (answers.incomplete, answers.untold("cause_medication")) == ("cause_medication", "no")
    answers.reviewers = {"cause_medication": "Dr W"}
    assert (answers.incomplete, answers.untold("cause_medication")) == (None, "")
    assert "reviewed by Dr W, because: kept" in answers.overrides()[0]


def test_what_is_no_longer_needed_is_not_sent() -> None:
    answers = Answers(("cause_medication", "frail_skin"), "nmes")
    answers.reasons = {"cause_medication": "kept", "frail_skin": " looked "}
    answers.reviewers = {"cause_medication": "Dr Who", "frail_skin": "Dr Who"}
    answers.replies = {"cause_medication": e.Reply.NO, "frail_skin": e.Reply.YES}
    assert answers.sent() == (
        e.Answer("cause_medication", e.Reply.NO),
        e.Answer("frail_skin", e.Reply.YES, "looked"),
    )
    assert answers.outcome() == Clear()


def test_a_code_outside_the_catalogue_is_shown_and_blocks() -> None:
    answers = Answers(("moonlight", "cause_kidney"), "nmes")
    answers.replies = dict.fromkeys(answers.codes, e.Reply.YES)
    assert answers.question("moonlight") == "Does moonlight apply?"
    assert answers.means("moonlight").startswith("DO NOT STIMULATE")
    assert answers.advice("moonlight") == ""
    assert not answers.needs_reason("moonlight")
    assert answers.incomplete == "cause_kidney"
    answers.replies.pop("moonlight")
    assert answers.outcome() == ReviewFirst(("cause_kidney",))


# --- the library ---


def asks_what_is_known(one: Loaded) -> None:
    for code in one.protocol.screening_codes:
        assert CATALOGUE[code].severity(one.protocol.kind) is not Severity.NONE, f"{one.protocol.id}: {code}"


@pytest.mark.parametrize("one", LIBRARY, ids=lambda one: one.protocol.id)
def test_only_known_questions_are_asked(one: Loaded) -> None:
    asks_what_is_known(one)


@pytest.mark.campaign
def test_every_shipped_protocol_asks_only_known_questions() -> None:
    for entry in Library((shipped_folder(),)).list():
        assert entry.loaded is not None
        asks_what_is_known(entry.loaded)
