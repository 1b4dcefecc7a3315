"""The checklist under its headings, what each answer needs, and the placing of the electrodes on the body map."""

from __future__ import annotations

from textwrap import wrap

import pytest
from ui.bench_live import LIBRARY, Desk

from nmes.core import events as e
from nmes.core.body_plates import HEIGHT
from nmes.core.screening import CATALOGUE, HEADINGS, Clear, ReviewFirst, Severity, in_groups
from nmes.core.view import Word
from nmes.runtime.library import Library, Loaded, shipped_folder
from nmes.ui.answers import Answers
from nmes.ui.flow import Stage
from nmes.ui.screens.place import only, read_out
from nmes.ui.screens.screening import Questions
from nmes.ui.widgets.body_map import columns


def asked(desk: Desk) -> tuple[str, ...]:
    """The codes in the order they are asked in."""
    protocol = desk.live.one.protocol
    return in_groups(protocol.screening_codes, protocol.kind)


async def test_a_blocking_answer_is_said_loudly_and_the_refusal_is_recorded(desk: Desk) -> None:
    async with desk.at(Stage.SCREENING) as pilot:
        codes = desk.live.one.protocol.screening_codes
        await desk.keys(pilot, "y", *["n"] * (len(codes) - 1))
        await pilot.pause()
        assert "✖ DO NOT STIMULATE" in desk.text()
        await pilot.press(*"Ada", "f2")
        await desk.see(pilot)
        assert desk.live.view.word is Word.SCREENING
        assert isinstance(desk.live.posted[-1], e.Screened)
        assert desk.live.view.note.code == "refused:screening_blocked"


async def test_a_warning_asks_for_its_reason_and_unknown_counts_as_yes(desk: Desk) -> None:
    async with desk.at(Stage.SCREENING) as pilot:
        codes = desk.live.one.protocol.screening_codes
        warning = asked(desk).index("frail_skin")
        await desk.keys(pilot, *["n"] * warning, "u")
        assert pilot.app.focused is pilot.app.screen.query_one("#reason")
        assert "! A reason is needed: Is the skin thin or frail?" in desk.text()
        await pilot.press(*"seen", "enter")
        await desk.keys(pilot, *["n"] * (len(codes) - warning - 1))
        await pilot.press(*"Ada", "enter")
        await desk.see(pilot)
        answer = next(a for a in desk.live.posted[-1].answers if a.code == "frail_skin")
        assert answer == e.Answer("frail_skin", e.Reply.UNKNOWN, "seen")
        assert desk.live.view.word is Word.PLACING


async def test_nothing_is_sent_while_an_answer_or_the_name_is_missing(desk: Desk) -> None:
    async with desk.at(Stage.SCREENING) as pilot:
        codes = desk.live.one.protocol.screening_codes
        await pilot.press("f2")
        await pilot.pause()
        assert f"{len(codes)} of {len(codes)} questions have no answer yet." in desk.text()
        await desk.keys(pilot, *["n"] * len(codes))
        await pilot.press("f2")
        await pilot.pause()
        assert "Write who asked the questions." in desk.text()
        assert desk.live.posted == []


async def test_a_held_key_is_one_answer(desk: Desk) -> None:
    async with desk.at(Stage.SCREENING) as pilot:
        asked = len(desk.live.one.protocol.screening_codes)
        desk.live.run(1_000)
        for _ in range(20):
            await pilot.press("n")
            desk.live.run(33)
        await desk.see(pilot)
        assert f"{asked - 1} of {asked} to answer" in desk.text()
        await pilot.press("u")
        await desk.see(pilot)
        assert f"{asked - 2} of {asked} to answer" in desk.text(), "another key is not being held"


async def test_a_corrected_answer_leaves_the_list_in_focus(desk: Desk) -> None:
    async with desk.at(Stage.SCREENING) as pilot:
        await desk.keys(pilot, *["n"] * len(desk.live.one.protocol.screening_codes))
        screen = pilot.app.screen
        assert pilot.app.focused is screen.query_one("#by")
        screen.query_one(Questions).focus()
        await desk.keys(pilot, "up", "n")
        assert pilot.app.focused is screen.query_one(Questions)


async def test_continuing_without_a_reason_goes_to_the_question_that_needs_it(desk: Desk) -> None:
    async with desk.at(Stage.SCREENING) as pilot:
        codes = desk.live.one.protocol.screening_codes
        warning = asked(desk).index("frail_skin")
        await desk.keys(pilot, *["n"] * warning, "u", "enter", *["n"] * (len(codes) - warning - 1))
        await pilot.press(*"Ada", "f2")
        await desk.see(pilot)
        assert "! A reason is needed for each of these: Is the skin thin or frail?" in desk.text()
        assert pilot.app.screen.query_one(Questions).code == "frail_skin"
        assert pilot.app.focused is pilot.app.screen.query_one("#reason")
        await pilot.press(*"seen", "f2")
        await desk.see(pilot)
        assert desk.live.view.word is Word.PLACING


async def test_an_answer_can_be_changed(desk: Desk) -> None:
    async with desk.at(Stage.SCREENING) as pilot:
        await pilot.press("y", "up", "n")
        await pilot.pause()
        assert "✖" not in desk.text()


async def test_every_question_of_the_protocol_is_asked_in_words(desk: Desk) -> None:
    async with desk.at(Stage.SCREENING) as pilot:
        shown = " ".join(str(option.prompt) for option in pilot.app.screen.query_one(Questions).options)
        asked = " ".join(shown.split())
        for code in desk.live.one.protocol.screening_codes:
            assert " ".join(CATALOGUE[code].question.split()) in asked


async def test_placing_needs_every_channel_confirmed(desk: Desk) -> None:
    async with desk.at(Stage.PLACE) as pilot:
        assert "Below 15 mA the stimulator cannot tell whether a pad is off" in desk.text()
        await pilot.press("f2")
        await pilot.pause()
        assert "! Confirm every channel first." in desk.text()
        assert desk.live.posted == []
        await pilot.press("enter", "f2")
        assert desk.live.posted == [e.Placed()]


async def test_the_questions_stand_under_their_headings_and_a_key_goes_from_group_to_group(desk: Desk) -> None:
    async with desk.at(Stage.SCREENING) as pilot:
        questions = pilot.app.screen.query_one(Questions)
        order = [option.id or str(option.prompt) for option in questions.options]
        assert [entry for entry in order if entry in CATALOGUE] == list(asked(desk))
        for heading, words in zip([entry for entry in order if entry not in CATALOGUE], HEADINGS.values(), strict=True):
            assert words in heading
        seen = [questions.code]
        for _ in HEADINGS:
            await pilot.press("g")
            seen.append(questions.code)
        firsts = [codes[0] for codes in Answers(asked(desk), "nmes").groups().values()]
        assert seen == [*firsts, firsts[0]]
        assert "yes = DO NOT STIMULATE" in desk.text(), "what a yes means is in sight before the answer"
        questions.choose("frail_skin")
        await pilot.pause()
        assert "Is the skin thin or frail? TO VERIFY." in desk.text()
        assert "yes = WITH CARE: go on only with a reason (TO VERIFY)" in desk.text()


async def test_a_review_asks_for_reason_and_reviewer_a_note_for_nothing_and_haste_is_remarked_on(desk: Desk) -> None:
    async with desk.at(Stage.SCREENING) as pilot:
        codes, screen = asked(desk), pilot.app.screen
        review, note = codes.index("cause_medication"), codes.index("cause_overuse")
        await desk.keys(pilot, *["n"] * review, "y")
        assert pilot.app.focused is screen.query_one("#reason")
        assert "‖ MEDICAL REVIEW FIRST. Who reviewed it, and why go on?" in desk.text()
        assert "▸ Ask who prescribed it" in desk.text()
        await desk.keys(pilot, *"kept", "enter")
        assert pilot.app.focused is screen.query_one("#reviewer")
        rest = ["n"] * (len(codes) - review - 1)
        rest[note - review - 1] = "y"
        await desk.keys(pilot, "enter", *rest)
        await pilot.pause()
        assert f"! {len(codes)} answers in 6 s: was every question asked?" in desk.text()
        await pilot.press(*"Ada", "f2")
        await desk.see(pilot)
        assert desk.live.view.note.code == "refused:screening_review_first"
        assert pilot.app.focused is screen.query_one("#reviewer")
        await pilot.press(*"Dr W", "f2")
        await desk.see(pilot)
        assert e.Answer("cause_medication", e.Reply.YES, "kept", "Dr W") in desk.live.posted[-1].answers
        assert e.Answer("cause_overuse", e.Reply.YES) in desk.live.posted[-1].answers
        assert desk.live.view.word is Word.PLACING


# --- the answers, without a screen ---


def test_a_slow_checklist_and_a_short_one_are_not_remarked_on() -> None:
    long, short = Answers(tuple(CATALOGUE)[:20], "nmes"), Answers(tuple(CATALOGUE)[:5], "nmes")
    assert not long.too_fast(0), "not all are answered"
    for answers in (long, short):
        answers.replies = dict.fromkeys(answers.codes, e.Reply.NO)
    assert long.too_fast(18_999)
    assert not long.too_fast(19_000)
    assert not short.too_fast(0)


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


# --- electrodes ---


async def test_the_pads_are_shown_on_the_body_map_beside_their_words(desk: Desk) -> None:
    async with desk.at(Stage.PLACE):
        channel = desk.live.one.protocol.channels[0]
        text = desk.text()
        assert "calf, from behind" in text
        assert "1a" in text
        assert "1b" in text
        assert channel.polarity in text
        assert "25 cm²" in text
        assert "outer  |   |  inner" in text, "to the drawing's last line"


def fits_a_small_window(one: Loaded) -> None:
    """80x24 leaves 17 rows between step and note line: 1 of head, up to 3 of position, 2 of floor."""
    rows = 17 - 1 - 2 - min(3, len(wrap(f"Position: {one.protocol.position}", 78)))
    assert rows >= HEIGHT + 1, "the drawing"
    for index, channel in enumerate(one.protocol.channels):
        width = columns(only(one.protocol, index))
        assert width <= 43
        lines = read_out(channel, index + 1, 80 - width - 3, roomy=False)
        assert len(lines) <= rows, f"{one.protocol.id}, channel {index + 1}: {len(lines)} lines of {rows}"
        assert all(len(line) <= 80 - width - 10 for line in lines)


def test_where_the_pads_follow_the_pain_it_is_said_where_they_never_go() -> None:
    free = next(one for one in LIBRARY if one.protocol.id == "tens_conventional").protocol.channels[0]
    drawn = next(one for one in LIBRARY if one.protocol.id == "cramp_calf_ctf_training").protocol.channels[0]
    assert "never: front of the neck, head, face, chest, genitals" in read_out(free, 1, 80, roomy=False)
    assert not any(line.startswith("never") for line in read_out(drawn, 1, 80, roomy=True))


def asks_what_is_known(one: Loaded) -> None:
    for code in one.protocol.screening_codes:
        assert CATALOGUE[code].severity(one.protocol.kind) is not Severity.NONE, f"{one.protocol.id}: {code}"


@pytest.mark.parametrize("one", LIBRARY, ids=lambda one: one.protocol.id)
def test_every_channel_fits_a_small_window_and_only_known_questions_are_asked(one: Loaded) -> None:
    fits_a_small_window(one)
    asks_what_is_known(one)


@pytest.mark.campaign
def test_every_shipped_protocol_fits_a_small_window_and_asks_only_known_questions() -> None:
    for entry in Library((shipped_folder(),)).list():
        assert entry.loaded is not None
        fits_a_small_window(entry.loaded)
        asks_what_is_known(entry.loaded)
