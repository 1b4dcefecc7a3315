"""The screen on which a level is found: marks, the question before one is passed, where it was felt, what is drawn."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ui.live_screen import as_many, clipped, core_of, later, one, question_read, seen

from helpers.desk import Desk
from helpers.plans import ONE, TWO, plan_of, rhythm, simple_plan
from nmes.core import events as e
from nmes.core.attended import Attended, Ghost
from nmes.core.commands import Note
from nmes.core.measurement import Aim, Who
from nmes.core.plan import Slot
from nmes.core.view import SlotView, Word
from nmes.ui.again_key import HELD_MS as HELD_AGAIN_MS
from nmes.ui.again_key import LASTS_MS
from nmes.ui.crossing import READ_MS, Crossing, question_words
from nmes.ui.first_session import first_session_words, rule_with_level
from nmes.ui.fitting import level_rows, paragraphs
from nmes.ui.names import muscle_words
from nmes.ui.plus_key import HELD_MS, RELOCK_MS
from nmes.ui.screens.amplitude import ASKED_MS
from nmes.ui.screens.titrate import TitrateScreen
from nmes.ui.slot_rows import slot_rows, slot_rows_wanted
from nmes.ui.widgets.cramp import CrampBar
from nmes.ui.widgets.scale import CAP, LAST, MOST, MOTOR, NOW, SENSORY, TARGET, Tick, draw, ticks
from nmes.ui.words import target_sentences

WHO = Who("P-017", "left")
GHOST = Ghost(ONE, 3_000, "s-1", "2026-11-20T10:00:00Z")
FIRST = Attended(first=True)
EIGHT = plan_of(tuple((Slot(channel, 0), rhythm()) for channel in range(1, 9)))


def at_the_ghost() -> Desk:
    """An attended session whose level stands at that of the last session."""
    desk = core_of(simple_plan(), WHO, Attended(ghosts=(GHOST,)))
    desk.do(e.Titrate(1, 0, desk.epoch))
    desk.raise_to(1, 3_000)
    desk.wait(1_000)
    return desk


def raises(sent: list[e.Event]) -> list[e.Increase]:
    return [event for event in sent if isinstance(event, e.Increase)]


# --- the question before a mark, as a fold ---

STEP = e.Increase(1, 7)


def refusal(mark_ua: int = 3_000, to_ua: int = 3_500, channel: int = 1, kind: str = "last") -> Note:
    values = (("channel", channel), ("mark_ua", mark_ua), ("to_ua", to_ua), ("kind", kind))
    return Note("refused:mark", values)


@pytest.fixture(scope="module")
def shown():
    """A View in which a level is live, at the epoch of the step."""
    view = seen(at_the_ghost())
    return replace(view, epoch=STEP.epoch, note=refusal())


def test_enter_confirms_the_step_that_was_refused_once_and_with_its_own_mark(shown) -> None:
    asked = Crossing().sent(STEP).shown(shown, 1_000).painted(1_000)
    assert asked.question is not None
    after, step = asked.entered(1_000 + READ_MS, STEP.epoch)
    assert step == e.Increase(1, 7, over_ua=3_000)
    assert after.entered(2_000, STEP.epoch)[1] is None, "it never repeats"
    assert after.shown(shown, 2_100).question is None, "the same refusal asks once"


def test_enter_means_nothing_before_the_question_was_read_when_held_or_at_another_epoch(shown) -> None:
    asked = Crossing().sent(STEP).shown(shown, 1_000).painted(1_000)
    assert asked.entered(1_000 + READ_MS - 1, STEP.epoch)[1] is None
    held = asked.entered(1_000 + READ_MS - 1, STEP.epoch)[0]
    assert held.entered(1_000 + READ_MS - 2 + HELD_MS, STEP.epoch)[1] is None, "a held Enter is no answer"
    assert asked.entered(2_000, STEP.epoch + 1)[1] is None


def test_an_enter_that_was_read_before_the_question_was_painted_is_no_answer_however_late_it_is_heard(shown) -> None:
    asked = Crossing().sent(STEP).shown(shown, 1_000)
    assert asked.entered(3_000, STEP.epoch)[1] is None, "nobody has seen it"
    seen_late = asked.painted(3_000)
    assert seen_late.painted(3_500) == seen_late, "the first time counts"
    assert seen_late.entered(2_000, STEP.epoch)[1] is None, "typed ahead while the screen stood still"
    assert seen_late.entered(3_000 + READ_MS, STEP.epoch)[1] is not None
    assert Crossing().painted(1_000) == Crossing()


def test_another_key_another_decision_a_stop_and_idle_seconds_take_the_question_away(shown) -> None:
    asked = Crossing().sent(STEP).shown(shown, 1_000).painted(1_000)
    assert asked.dropped().question is None
    assert asked.shown(replace(shown, note=Note("mark")), 1_100).question is None
    assert asked.shown(replace(shown, epoch=8), 1_100).question is None
    assert asked.shown(replace(shown, word=Word.READY), 1_100).question is None
    assert asked.shown(shown, 1_000 + RELOCK_MS - 1).question is not None
    assert asked.shown(shown, 1_000 + RELOCK_MS).question is None
    assert Crossing().shown(shown, 1_000).question is None, "a refusal of nothing that was pressed here"
    late = asked.dropped().shown(replace(shown, note=refusal()), 1_200)
    assert late.question is None, "nor one that comes after another key"
    assert Crossing().sent(e.Increase(2, 7)).shown(shown, 1_000).question is None, "nor of another channel"


def test_the_mark_of_a_linked_channel_is_confirmed_as_its_own_and_two_at_once_are_told(shown) -> None:
    both = Crossing().sent(e.Increase(1, 7, linked=(2, 3)))
    asked = both.shown(replace(shown, note=refusal(channel=3)), 1_000).painted(1_000)
    after, step = asked.entered(2_000, 7)
    assert step == e.Increase(3, 7, over_ua=3_000, linked=(1, 2))
    assert asked.question is not None
    assert "channels 1, 2, 3 go one step up together" in question_words(asked.question), "Enter raises all of them"
    again = after.shown(replace(shown, note=refusal(channel=1)), 2_100)
    assert again.question is None
    assert again.stuck
    assert not again.sent(STEP).stuck


def test_the_value_is_read_back(shown) -> None:
    question = Crossing().sent(STEP).shown(shown, 0).question
    assert question is not None
    told = question_words(question, "2026-11-20T10:00:00Z")
    assert "3.5 mA is over the LAST SESSION's level of 3.0 mA (2026-11-20)." in told
    assert "Enter   one step, to 3.5 mA." in told
    assert "TARGET of 3.0 mA" in question_words(replace(question, kind="target"))
    assert "(" not in question_words(question).split("\n")[0]


# --- what is drawn ---


def test_marks_stand_at_their_place_on_the_scale_and_none_hides_another() -> None:
    marks = (Tick(SENSORY, 5_000), Tick(MOTOR, 5_000), Tick(LAST, 20_000), Tick(MOST, 40_000), Tick(TARGET, 40_000))
    above, line, legend = draw(marks, 10_000, 40_000, 41)
    assert above.index(SENSORY) == 5
    assert above.index(MOTOR) == 6, "beside it"
    assert above.index(LAST) == 20
    assert {MOST, TARGET} <= set(above)
    assert line.index(NOW) == 10
    assert line.endswith("┤")
    assert len(above) <= 41
    assert (len(line), len(legend)) == (41, 41)
    assert legend.startswith("0")
    assert legend.endswith("40.0 mA")
    assert "tingle 5.0" in draw(marks[:1], 0, 40_000, 78)[2]
    assert draw((), None, 40_000, 20)[1] == "?" * 20, "a level that nobody knows is not drawn"
    assert draw((), 40_000, 40_000, 20)[1].endswith(NOW), "at the most it stands at the end"
    assert draw((Tick(MOTOR, 3),), 0, 0, 20)[0] == MOTOR


def test_the_marks_are_those_of_the_view() -> None:
    desk = at_the_ghost()
    for what in (e.What.SENSORY_THRESHOLD, e.What.MOTOR_THRESHOLD, e.What.MAX_TOLERATED):
        desk.do(e.Measure(what, 1))
    view = seen(desk)
    assert {tick.symbol for tick in ticks(view, view.slots[0])} == {SENSORY, MOTOR, MOST, LAST}
    aimed = replace(view.slots[0], target_ua=2_000, cap_ua=2_500)
    assert [tick.symbol for tick in ticks(view, aimed)][:2] == [TARGET, CAP]
    assert ticks(view, SlotView(Slot(2, 0), "other", None)) == ()


def test_first_session_halving_is_told_until_there_has_been_one() -> None:
    protocol = as_many("quads_older_adult", 1)
    view = seen(core_of(simple_plan()))
    assert first_session_words(protocol, view).startswith("If it is the FIRST SESSION: Half the contractions")
    assert first_session_words(protocol, seen(core_of(simple_plan(), WHO, FIRST))).startswith("FIRST SESSION: Half")
    assert first_session_words(protocol, seen(at_the_ghost())) == ""
    assert first_session_words(as_many("tens_conventional", 1), view) == ""


def test_rows_are_shared_out_without_ever_being_more_than_there_are() -> None:
    for rows in range(9, 40):
        for bar in (0, 2, 5):
            for wanted in (2, 3, 9, 17):
                got = level_rows(rows, wanted, 7, state=2, bar=bar)
                used = 2 + 5 + 3 + bar + got.slots + got.text
                assert used <= max(rows, 10 + bar), (rows, bar, wanted, got)
                assert got.slots >= min(2, rows - 10 - bar)
    assert paragraphs(("a b", "", "a " * 40, "c"), 10, 2) == ["a b", "c"], "whole sentences only"


def test_the_list_shows_the_chosen_level_among_many() -> None:
    view, protocol = seen(core_of(EIGHT)), as_many("quads_older_adult", 8)
    rows = slot_rows(view, protocol, 7, 78, 4)
    assert rows[0] == "Levels 6 to 8 of 8, 0 found (up, down to choose)"
    assert rows[-1].startswith("▸ 8 ··")
    long = replace(view, slots=tuple(replace(slot, last_ua=12_500) for slot in view.slots))
    told = slot_rows(long, protocol, 7, 78, 4)
    assert "the chosen one stands whole" in told[0], "where the rest of a cut row stands is said"
    assert "the chosen one stands whole" not in slot_rows(view, protocol, 7, 400, 20)[0]
    assert told[-1].strip().replace("\N{NO-BREAK SPACE}", " ") == "50 Hz, 300 µs (TO VERIFY)", (
        "a doubt is never cut off"
    )
    assert slot_rows_wanted(long, protocol, 7, 78) == 10
    assert len(slot_rows(long, protocol, 3, 78, 10)) == 10
    assert len(slot_rows(view, protocol, 0, 78, 9)) == 9
    assert slot_rows(view, protocol, 3, 78, 1)[0].startswith("▸ 4")
    assert slot_rows(view, protocol, 3, 78, 0) == []
    assert max(map(len, rows)) <= 78


# --- the screen ---


@pytest.mark.thorough
async def test_a_mark_below_the_first_step_of_the_device_asks_at_that_step() -> None:
    desk = core_of(simple_plan(), WHO, Attended(ghosts=(replace(GHOST, level_ua=400),)))
    desk.do(e.Titrate(1, 0, desk.epoch))
    desk.wait(1_000)
    async with one(TitrateScreen, desk) as (app, pilot):
        await pilot.press("u", "+")
        await pilot.pause()
        assert "0.5 mA is over the LAST SESSION's level of 0.0 mA" in app.text()
        await question_read(app, pilot)
        await pilot.press("enter")
        assert raises(app.sent) == [e.Increase(1, 1), e.Increase(1, 1, over_ua=0)]
        await later(app, pilot, 600)
        assert app.latest.channels[0].level_ua == 500


@pytest.mark.thorough
async def test_passing_the_last_sessions_level_needs_enter_on_that_very_question() -> None:
    async with one(TitrateScreen, at_the_ghost()) as (app, pilot):
        assert "last session 3.0" in app.text()
        await pilot.press("u", "+")
        await pilot.pause()
        assert "3.5 mA is over the LAST SESSION's level of 3.0 mA" in app.text()
        assert await clipped(app, pilot) == []
        await pilot.press("enter")
        assert raises(app.sent) == [e.Increase(1, 1)], "too soon to have been read"
        await later(app, pilot, 600)
        await pilot.press("enter")
        assert raises(app.sent)[1:] == [e.Increase(1, 1, over_ua=3_000)]
        await later(app, pilot, 600)
        assert app.latest.channels[0].level_ua == 3_500
        await pilot.press("enter")
        assert len(raises(app.sent)) == 2, "nothing repeats"
        await pilot.press("+")
        assert raises(app.sent)[-1].over_ua is None
        await later(app, pilot, 600)
        assert app.latest.channels[0].level_ua == 4_000, "once passed it is not asked again"


@pytest.mark.thorough
async def test_a_decrease_takes_the_question_away_and_enter_is_no_answer_any_more() -> None:
    async with one(TitrateScreen, at_the_ghost()) as (app, pilot):
        await pilot.press("u", "+")
        await later(app, pilot, 600)
        await pilot.press("-")
        await pilot.pause()
        assert "LAST SESSION's level" not in app.text()
        await later(app, pilot, 600)
        await pilot.press("enter")
        assert len(raises(app.sent)) == 1
        assert app.latest.channels[0].level_ua == 2_500


@pytest.mark.thorough
@pytest.mark.parametrize("key", ["k", "f1", "down", "x", "v", "w"])
async def test_any_other_key_is_a_no_also_one_without_a_binding_and_no_mark_is_made_by_it(key: str) -> None:
    async with one(TitrateScreen, at_the_ghost()) as (app, pilot):
        await pilot.press("u", "+")
        await question_read(app, pilot)
        await pilot.press(key)
        await pilot.pause()
        assert "LAST SESSION's level" not in str(app.step.query_one(CrampBar).content)
        await pilot.press("enter")
        assert app.sent == [e.Increase(1, 1)], "neither a step nor a mark"


@pytest.mark.thorough
async def test_a_stop_takes_the_question_away() -> None:
    async with one(TitrateScreen, at_the_ghost()) as (app, pilot):
        await pilot.press("u", "+")
        await later(app, pilot, 600)
        await pilot.press("f12", "enter")
        await later(app, pilot, 600)
        assert app.stops == ["key"]
        assert len(raises(app.sent)) == 1


@pytest.mark.thorough
async def test_each_mark_is_one_key_and_is_drawn() -> None:
    async with one(TitrateScreen, at_the_ghost()) as (app, pilot):
        await pilot.press("v", "w", "x")
        await pilot.pause()
        assert app.sent == [
            e.Measure(e.What.SENSORY_THRESHOLD, 1),
            e.Measure(e.What.MOTOR_THRESHOLD, 1),
            e.Measure(e.What.MAX_TOLERATED, 1),
        ]
        assert "S tingle 3.0  M twitch 3.0  T most 3.0" in app.text()


@pytest.mark.thorough
async def test_after_accepting_it_is_asked_where_it_was_felt_and_elsewhere_leads_back() -> None:
    async with one(TitrateScreen, at_the_ghost()) as (app, pilot):
        assert "was it felt where it should be?" not in app.text()
        await pilot.press("y", "n")
        assert app.sent == [], "nothing is asked yet"
        await pilot.press("a")
        await pilot.pause()
        assert "Channel 1: was it felt where it should be? muscle 1" in app.text()
        assert await clipped(app, pilot) == []
        await pilot.press("s")
        assert app.latest.word is Word.READY, "not before it is answered"
        await pilot.press("y")
        await pilot.pause()
        assert app.sent[-1] == e.FeltAt(1, there=True)
        assert "was it felt" not in app.text()
        assert "start" in app.latest.may


@pytest.mark.thorough
async def test_a_level_that_is_accepted_is_thrown_away_by_the_second_t_only() -> None:
    desk = core_of(simple_plan())
    desk.titrate(desk.session.plan.slots[0], 3_000)
    async with one(TitrateScreen, desk) as (app, pilot):
        app.hand = 10_000
        await pilot.press(*"ttttt")
        assert app.sent == [], "a held key is one press"
        assert "! Channel 1 has its level; t again finds it anew, from 0." in app.text()
        app.hand += LASTS_MS + 1
        await pilot.press("t")
        assert app.sent == [], "the first press is forgotten"
        app.hand += HELD_AGAIN_MS
        await pilot.press("t")
        assert app.sent == [e.Titrate(1, 0, app.input_epoch)]


@pytest.mark.thorough
async def test_an_enter_right_after_a_question_is_gone_starts_nothing() -> None:
    desk = core_of(plan_of(((ONE, rhythm()), (TWO, rhythm()))), WHO, Attended())
    desk.titrate(ONE, 3_000)
    async with one(TitrateScreen, desk) as (app, pilot):
        app.hand = 10_000
        app.look()
        assert "was it felt where it should be?" in app.text()
        await pilot.press("y")
        app.hand += ASKED_MS - 1
        await pilot.press("enter")
        assert [type(event) for event in app.sent] == [e.FeltAt]
        assert "! Not done: a question stood there a moment ago." in app.text()
        app.hand += 1
        await pilot.press("enter")
        assert app.sent[-1] == e.Titrate(2, 0, app.input_epoch)


@pytest.mark.thorough
async def test_the_rule_of_a_first_session_is_told_again_with_a_level_over_half() -> None:
    desk = core_of(simple_plan(), WHO, FIRST)
    desk.do(e.Titrate(1, 0, desk.epoch))
    desk.raise_to(1, 3_000)
    desk.wait(1_000)
    async with one(TitrateScreen, desk) as (app, pilot):
        await pilot.press("a")
        app.look()
        await pilot.pause()
        assert "! FIRST SESSION: Half the contractions" in app.text()
        assert await clipped(app, pilot) == []
        view = app.latest
    aimed = replace(view, first_percent=50, slots=tuple(replace(slot, target_ua=6_000) for slot in view.slots))
    assert rule_with_level(as_many("quads_older_adult", 1), aimed) == "", "the mark has asked"


async def test_a_card_without_a_muscle_shows_the_place_only() -> None:
    assert muscle_words("none; skin over the painful area") == "skin over the painful area"
    assert muscle_words("gastrocnemius") == "gastrocnemius"
    desk = core_of(simple_plan(), WHO, Attended())
    view = seen(desk)
    bare = replace(
        view,
        slots=tuple(replace(slot, muscle="none; skin over it") for slot in view.slots),
        channels=tuple(replace(channel, muscle="none; skin over it") for channel in view.channels),
    )
    async with one(TitrateScreen, desk) as (app, _pilot):
        app.look(bare)
        assert "skin over it" in app.text()
        assert "none;" not in app.text()


@pytest.mark.thorough
async def test_felt_elsewhere_voids_and_leads_to_the_electrodes() -> None:
    desk = at_the_ghost()
    desk.do(e.Accept(desk.epoch))
    async with one(TitrateScreen, desk) as (app, pilot):
        await pilot.press("n")
        assert app.sent == [e.FeltAt(1, there=False)]
        assert app.latest.word is Word.PLACING


@pytest.mark.thorough
async def test_the_buttons_are_one_step_a_click_with_the_lock_of_the_key() -> None:
    desk = core_of(simple_plan())
    desk.do(e.Titrate(1, 0, desk.epoch))
    async with one(TitrateScreen, desk) as (app, pilot):
        await pilot.click("#plus")
        assert app.sent == [], "locked"
        await pilot.press("u")
        await pilot.click("#plus")
        assert app.sent == [e.Increase(1, app.input_epoch)]
        await later(app, pilot, 600)
        await pilot.mouse_down("#minus")
        assert app.sent[-1] == e.Decrease(1)
        await pilot.hover("#plus")
        assert len(app.sent) == 2, "neither a pointer nor a release does anything"


@pytest.mark.thorough
async def test_a_held_plus_is_told_to_the_record_once() -> None:
    desk = core_of(simple_plan())
    desk.do(e.Titrate(1, 0, desk.epoch))
    async with one(TitrateScreen, desk) as (app, pilot):
        await pilot.press("u", *"++++++")
        marks = [event for event in app.sent if isinstance(event, e.Mark)]
        assert len(raises(app.sent)) == 1
        assert marks == [e.Mark("plus_held")]


@pytest.mark.thorough
async def test_the_row_of_keys_fits_in_every_state() -> None:
    desk = core_of(plan_of(((ONE, rhythm()), (TWO, rhythm()))), WHO, Attended())
    desk.do(e.Titrate(1, 0, desk.epoch))
    desk.raise_to(1, 3_000)
    view = seen(desk)
    test = replace(view, plan=replace(view.plan, assessment="ctf"), may=view.may | {"cramp"})
    async with one(TitrateScreen, desk) as (app, pilot):
        for shown in (view, test):
            app.look(shown)
            assert await clipped(app, pilot) == []
            assert "most" in app.rows()[-4]
        desk.do(e.Accept(desk.epoch))
        app.look()
        assert await clipped(app, pilot) == []
        assert "elsewhere" in app.rows()[-4]
        await pilot.press("y")
        assert await clipped(app, pilot) == []
        assert "elsewhere" not in app.rows()[-4], "offered with their question only"
        await pilot.press("t")
        assert app.sent[-1] == e.Titrate(2, 0, app.input_epoch), "the next level that is not found was chosen"


@pytest.mark.thorough
@pytest.mark.parametrize("size", [(80, 24), pytest.param((120, 40), marks=pytest.mark.campaign)])
async def test_nothing_is_cut_off_with_eight_channels_advice_on_a_cramp_and_long_notes(size: tuple[int, int]) -> None:
    desk = core_of(EIGHT)
    async with one(TitrateScreen, desk, size=size) as (app, pilot):
        assert await clipped(app, pilot) == []
        await pilot.press("up", "t")
        await later(app, pilot, 300)
        assert app.sent == [e.Titrate(8, 0, app.input_epoch)]
        await pilot.press("c")
        await later(app, pilot, 300)
        assert "STOP, then stretch slowly" in app.text()
        assert await clipped(app, pilot) == []
        desk.do(e.DeviceFault(e.Fault.LOW_CURRENT, 1, 7))
        await later(app, pilot, 300)
        assert await clipped(app, pilot) == []
        assert "✖ FAULT" in app.text()


@pytest.mark.thorough
async def test_an_aim_in_parts_of_the_most_stands_on_the_scale_and_passing_it_asks() -> None:
    plan = replace(simple_plan(), aim=Aim("pct_max_tolerated", 500, 0))
    desk = core_of(plan, WHO, Attended())
    desk.do(e.Titrate(1, 0, desk.epoch))
    desk.raise_to(1, 4_000)
    desk.do(e.Measure(e.What.MAX_TOLERATED, 1))
    for _ in range(4):
        desk.do(e.Decrease(1))
    desk.wait(1_000)
    async with one(TitrateScreen, desk, protocol="cramp_calf_ctf_training") as (app, pilot):
        assert "◎ target 2.0" in app.text()
        await pilot.press("u", "+")
        await later(app, pilot, 400)
        assert "2.5 mA is over the TARGET of 2.0 mA." in app.text()
        await question_read(app, pilot)
        await pilot.press("enter")
        assert raises(app.sent)[-1] == e.Increase(1, app.input_epoch, over_ua=2_000)


@pytest.mark.thorough
async def test_in_a_first_session_target_mark_and_words_are_the_halved_ones_and_accepting_more_asks() -> None:
    plan = replace(simple_plan(), aim=Aim("pct_max_tolerated", 500, 850, 50))
    desk = core_of(plan, WHO, FIRST)
    desk.do(e.Titrate(1, 0, desk.epoch))
    desk.raise_to(1, 8_000)
    desk.do(e.Measure(e.What.MAX_TOLERATED, 1))
    for _ in range(8):
        desk.do(e.Decrease(1))
    desk.wait(1_000)
    async with one(TitrateScreen, desk, protocol="cramp_calf_ctf_training") as (app, pilot):
        assert "TARGET     2.0 mA, cap 6.5 mA" in app.text()
        assert "◎ target 2.0" in app.text()
        assert "First session: half of the target, 2.0 mA." in app.text()
        assert "55 %" not in app.text(), "nothing says the usual target beside it"
        await pilot.press("a")
        app.look()
        await pilot.pause()
        assert "4.0 mA is over a FIRST SESSION's target of 2.0 mA." in app.text()
        assert "Enter   accept 4.0 mA all the same." in app.text()
        assert await clipped(app, pilot) == []
        assert app.latest.word is Word.TITRATING
        await question_read(app, pilot)
        await pilot.press("k", "enter")
        assert app.latest.word is Word.TITRATING, "k was another key"
        await pilot.press("a")
        app.look()
        await question_read(app, pilot)
        await pilot.press("enter")
        accepts = [event for event in app.sent if isinstance(event, e.Accept)]
        assert accepts == [e.Accept(app.input_epoch), e.Accept(app.input_epoch), e.Accept(app.input_epoch, 2_000)]
        assert desk.session.plan.levels_ua == (4_000,)
        assert "over_mark" in desk.notes(), "and the record says so"


def test_words_of_a_target_in_a_first_session() -> None:
    relative = target_sentences(as_many("cramp_calf_ctf_training", 1), 50)
    assert relative[0].startswith("First session, half of the target: 27.5 % of the most the patient tolerates, never ")
    assert "come down to 27.5 %" in relative[1]
    assert relative[2] == "", "the card's note speaks of the usual target"
    assert target_sentences(as_many("quads_knee_oa", 1), 30)[0] == (
        "First session: 30 % of the usual at most. Usual is: the most the patient tolerates."
    )
    assert target_sentences(as_many("quads_older_adult", 1), 50)[0] == (
        "First session, half of the target: 7.5 % of the patient's own strongest contraction."
    )
    own = as_many("tens_conventional", 1)
    view = replace(seen(core_of(simple_plan(), WHO, FIRST)), first_percent=30)
    assert first_session_words(own, view).startswith("FIRST SESSION: Stay comfortable"), "the first, if none halves"
