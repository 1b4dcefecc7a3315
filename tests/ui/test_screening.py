"""The checklist under its headings, what each answer needs, and the placing of the electrodes on the body map."""

from __future__ import annotations

from textwrap import wrap

import pytest
from textual.pilot import Pilot
from textual.widgets import Input
from ui.bench_live import LIBRARY, Desk, loaded

from nmes.core import events as e
from nmes.core.body_plates import HEIGHT
from nmes.core.protocol import Provenance
from nmes.core.screening import CATALOGUE, HEADINGS, Clear, ReviewFirst, Severity, in_groups
from nmes.core.view import Word
from nmes.runtime.library import Library, Loaded, shipped_folder
from nmes.ui.answer_key import HELD_MS, WORD_MS, AnswerKey, Letter
from nmes.ui.answers import FEW, Answers
from nmes.ui.flow import Stage
from nmes.ui.screens.place import only, position_words, read_out
from nmes.ui.screens.windows import InSpite
from nmes.ui.widgets.body_map import columns
from nmes.ui.widgets.questions import Questions


def asked(desk: Desk) -> tuple[str, ...]:
    """The codes in the order they are asked in."""
    protocol = desk.live.one.protocol
    return in_groups(protocol.screening_codes, protocol.kind)


def question_in_hand(desk: Desk) -> str:
    """The rows that bear the mark of the question in hand."""
    return "\n".join(row for row in desk.text().split("\n") if row.startswith(" ▸ ["))


async def test_a_checklist_is_answered_key_by_key_and_never_by_a_held_key_or_a_word(desk: Desk) -> None:
    async with desk.at(Stage.SCREENING) as pilot:
        codes, screen = asked(desk), pilot.app.screen
        questions, by = screen.query_one(Questions), screen.query_one("#by", Input)
        assert "yes = DO NOT STIMULATE" in desk.text(), "what a yes means is in sight before the answer"
        assert questions.get_option(codes[0]).prompt.startswith("▸ ["), "marked by more than its colour"
        assert len(question_in_hand(desk).split("\n")) == 1
        await pilot.press("f2")
        assert f"! {len(codes)} of {len(codes)} questions have no answer yet." in desk.text()

        desk.live.run(1_000)
        for _ in range(20):
            await pilot.press("n")
            desk.live.run(33)
        await desk.see(pilot)
        assert f"{len(codes) - 1} of {len(codes)} to answer" in desk.text(), "a held key is one answer"
        assert "have no answer yet" not in desk.text(), "what no longer holds is no longer said"
        for key in "Anna":
            await pilot.press(key)
            desk.live.run(100)
        assert "! Not counted: letters as fast as a word is typed." in desk.text()
        await desk.keys(pilot, "x", "k", "up", "y", "up", "y")
        await desk.see(pilot)
        assert f"{len(codes) - 1} of {len(codes)} to answer" in desk.text()
        assert "✖ DO NOT STIMULATE" in desk.text()

        await desk.keys(pilot, *["n"] * (len(codes) + 5))
        assert "All answered" in desk.text()
        assert pilot.app.focused is questions, "no field takes the keys of somebody who does not look"
        assert by.value == ""
        assert f" of {len(codes)} answers came within 1 s of the one before" in desk.text()
        await desk.keys(pilot, "enter", *"nnnnn", "enter")
        assert '! "nnnnn" is no name' in desk.text()
        assert desk.live.posted == []
        by.value = ""
        await pilot.pause()
        await pilot.press("f2")
        assert "! Write who asked the questions." in desk.text()
        await pilot.press(*"Ada", "enter")
        await desk.see(pilot)
        assert isinstance(desk.live.posted[-1], e.Screened)
        assert desk.live.view.note.code == "refused:screening_blocked", "the refusal is recorded"

        questions.choose(codes[0])
        questions.focus()
        await desk.keys(pilot, "n")
        assert pilot.app.focused is questions, "a corrected answer leaves the list in focus"
        assert "✖" not in desk.text()
        await pilot.press("f2")
        await desk.see(pilot)
        assert desk.live.view.word is Word.PLACING
        assert desk.live.posted[-1].by == "Ada"


async def test_what_is_gone_on_with_is_asked_for_shown_again_and_sent_only_then(desk: Desk) -> None:
    async with desk.at(Stage.SCREENING) as pilot:
        codes, screen = asked(desk), pilot.app.screen
        reason, questions = screen.query_one("#reason", Input), screen.query_one(Questions)
        seen = [questions.code]
        for _ in HEADINGS:
            await desk.keys(pilot, "g")
            seen.append(questions.code)
        firsts = [group[0] for group in Answers(codes, "nmes").groups().values()]
        assert seen == [*firsts, firsts[0]], "g goes from group to group"
        order = [option.id or str(option.prompt) for option in questions.options]
        assert [entry for entry in order if entry in CATALOGUE] == list(codes)
        for heading, words in zip([entry for entry in order if entry not in CATALOGUE], HEADINGS.values(), strict=True):
            assert words in heading
        shown = " ".join(" ".join(str(option.prompt) for option in questions.options).split())
        assert all(" ".join(CATALOGUE[code].question.split()) in shown for code in codes)

        warning, review = codes.index("frail_skin"), codes.index("cause_medication")
        await desk.keys(pilot, *["n"] * warning)
        assert "yes = WITH CARE: go on only with a reason (TO VERIFY)" in desk.text()
        await desk.keys(pilot, "u")
        assert pilot.app.focused is reason
        assert "! A reason is needed: Is the skin thin or frail?" in desk.text()
        await desk.keys(pilot, *"no", "enter")
        assert '! "no" is no reason' in desk.text()
        assert pilot.app.focused is reason
        reason.value = ""
        await desk.keys(pilot, *"seen", "enter", *["n"] * (review - warning - 1), "y")
        assert "‖ MEDICAL REVIEW FIRST. Who reviewed it, and why go on?" in desk.text()
        assert "▸ Ask who prescribed it" in desk.text()
        await desk.keys(pilot, *"kept", "enter")
        assert pilot.app.focused is screen.query_one("#reviewer")
        rest = ["n"] * (len(codes) - review - 1)
        rest[codes.index("cause_overuse") - review - 1] = "y"
        await desk.keys(pilot, "enter", *rest, "tab", *"Ada", "f2")
        await desk.see(pilot)
        assert desk.live.view.note.code == "refused:screening_review_first"
        assert questions.code == "cause_medication"
        assert pilot.app.focused is screen.query_one("#reviewer")

        posted = len(desk.live.posted)
        await desk.keys(pilot, *"Dr W", "f2")
        assert isinstance(pilot.app.screen, InSpite)
        told = " ".join(desk.text().split())
        for text in ("asked by Ada", "because: seen", "reviewed by Dr W, because: kept", "UNKNOWN: Is the skin thin"):
            assert text in told
        await desk.keys(pilot, "enter")
        assert len(desk.live.posted) == posted, "the Enter that left a field sends nothing"
        await desk.keys(pilot, "n")
        assert pilot.app.screen is screen
        assert "↳ reviewed by Dr W, because: kept" in desk.text(), "it stays in sight in the list"
        await desk.keys(pilot, "f2", "f2")
        await desk.see(pilot)
        sent = desk.live.posted[-1].answers
        assert e.Answer("frail_skin", e.Reply.UNKNOWN, "seen") in sent
        assert e.Answer("cause_medication", e.Reply.YES, "kept", "Dr W") in sent
        assert e.Answer("cause_overuse", e.Reply.YES) in sent
        assert desk.live.view.word is Word.PLACING
        await placing(desk, pilot)


async def placing(desk: Desk, pilot: Pilot[None]) -> None:
    """The pads are on the map beside their words, and every channel is confirmed."""
    channel, text = desk.live.one.protocol.channels[0], desk.text()
    assert "Side: not given, ask." in text
    for told in ("calf, from behind", "1a", "1b", channel.polarity, "25 cm²"):
        assert told in text
    assert "outer  |   |  inner" in text, "to the drawing's last line"
    assert "▸ [    ] Channel 1" in text
    assert "Below 15 mA the stimulator cannot tell whether a pad is off" in text
    await pilot.press("f2")
    assert "! Confirm every channel first." in desk.text()
    assert not isinstance(desk.live.posted[-1], e.Placed)
    await pilot.press("enter", "f2")
    assert isinstance(desk.live.posted[-1], e.Placed)


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


# --- electrodes ---


def fits_a_small_window(one: Loaded) -> None:
    """80x24 leaves 17 rows between step and note line: 1 of head, up to 3 of position, 2 of floor."""
    rows = 17 - 1 - 2 - min(3, len(wrap(position_words(one.protocol), 78)))
    assert rows >= HEIGHT + 1, "the drawing"
    for index in range(len(one.protocol.channels)):
        width = columns(only(one.protocol, index))
        assert width <= 43
        lines = read_out(one.protocol, index, 80 - width - 5, roomy=False)
        assert len(lines) <= rows, f"{one.protocol.id}, channel {index + 1}: {len(lines)} lines of {rows}"
        assert all(len(line) <= 80 - width - 12 for line in lines)


def test_where_the_pads_follow_the_pain_it_is_said_where_they_never_go() -> None:
    free, drawn = loaded("tens_conventional").protocol, loaded("cramp_calf_ctf_training").protocol
    assert "never: front of the neck, head, face, chest, genitals" in read_out(free, 0, 80, roomy=False)
    assert not any(line.startswith("never") for line in read_out(drawn, 0, 80, roomy=True))


@pytest.mark.parametrize("roomy", [True, False])
@pytest.mark.parametrize("name", ["pad_cm2", "sites", "body_sites", "polarity"])
def test_what_is_to_verify_says_so_where_the_pads_are_placed(name: str, roomy: bool) -> None:
    protocol = loaded("cramp_calf_ctf_training").protocol
    believed = {path: Provenance(tag="verify" if path == f"channels.0.{name}" else "design") for path in FACTS}
    lines = read_out(protocol.model_copy(update={"provenance": believed}), 0, 200, roomy=roomy)
    marked = [fact.split(":")[0] for fact in facts_of(lines) if "TO VERIFY" in fact]
    assert marked == [{"pad_cm2": "pads", "body_sites": "sites"}.get(name, name)]


def test_a_position_to_verify_says_so_too() -> None:
    for one in LIBRARY:
        told = plain(position_words(one.protocol))
        assert ("TO VERIFY" in told) == (one.protocol.provenance["position"].tag == "verify")


FACTS = [f"channels.0.{name}" for name in ("pad_cm2", "sites", "body_sites", "polarity")]


def facts_of(lines: list[str]) -> list[str]:
    """Whole facts again: what was wrapped is indented."""
    return [plain(fact) for fact in "\n".join(lines).replace("\n  ", " ").split("\n")]


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


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
