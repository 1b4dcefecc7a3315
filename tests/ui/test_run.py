"""The screen of the treatment: what it sends, what it shows of every state, and that nothing on it is ever cut off."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.widgets import Digits, Input
from ui.live_screen import LiveScreen, clipped, core_of, later, one, question_read, seen
from ui.resizing import resize

from helpers.assessing import ctf_plan
from helpers.desk import Desk
from helpers.plans import BURST, FREQUENCY_SWEEP, ONE, TWO, alternating_plan, plan_of, rhythm, simple_plan, tens_plan
from nmes.core import events as e
from nmes.core.alarm import Alarms
from nmes.core.attended import Attended, Ghost
from nmes.core.commands import Note
from nmes.core.measurement import Aim, Who
from nmes.core.plan import Plan, Slot
from nmes.core.timeline import Phase
from nmes.core.view import DoseView, Output, Word
from nmes.runtime.plain_ask import coming
from nmes.ui.crossing import READ_MS
from nmes.ui.fitting import FIGURES, LINES, PLOT_LEAST, RunRows, run_rows
from nmes.ui.given_words import whole
from nmes.ui.links import Links, link_words
from nmes.ui.screens.note import NoteScreen
from nmes.ui.screens.run import RunScreen
from nmes.ui.widgets.announce import announce_words
from nmes.ui.widgets.dose_line import dose_line, dose_words
from nmes.ui.widgets.envelope import CURSOR, Envelope, page_ms, with_cursor
from nmes.ui.widgets.patterns import PATTERNS, level_bar, pattern
from nmes.ui.widgets.strips import rows_needed, rows_wanted, strips
from nmes.ui.words import note_words


def many(channels: int) -> Plan:
    return plan_of(tuple((Slot(channel, 0), rhythm()) for channel in range(1, channels + 1)))


def on(plan: Plan | None = None, level_ua: int = 10_000) -> Desk:
    """In the hold of the first contraction."""
    desk = core_of(plan or simple_plan()).run(level_ua)
    desk.wait(2_000)
    return desk


def felt(plan: Plan) -> Desk:
    """The same for a plan whose sweeps have to be felt whole before a level is accepted."""
    desk = core_of(plan)
    for slot in plan.slots:
        desk.do(e.Titrate(slot.channel, slot.waveform, desk.epoch))
        desk.raise_to(slot.channel, 1_000)
        desk.wait(4_000, 200)
        desk.do(e.Accept(desk.epoch))
    desk.do(e.Start(desk.epoch))
    desk.wait(2_000)
    return desk


def kinds(app: LiveScreen) -> list[type[e.Event]]:
    return [type(event) for event in app.sent]


# --- folds and words ---


def test_a_link_is_made_channel_by_channel_and_two_channels_are_linked_at_once() -> None:
    assert Links().toggled(1, (1, 2)).channels == {1, 2}
    assert Links().toggled(1, (1, 2)).toggled(2, (1, 2)) == Links()
    three = Links().toggled(3, range(1, 9))
    assert three.others(3) == ()
    assert link_words(three) == "Linked: 3 + ? (choose another, press l)"
    both = three.toggled(5, range(1, 9))
    assert both.others(3) == (5,)
    assert both.others(4) == (), "a channel that is not linked moves alone"
    assert link_words(both) == "LINKED: 3 + 5"
    assert link_words(Links()) == "Linked: none"
    assert both.toggled(3, range(1, 9)).channels == {5}


def test_eight_channels_are_told_apart_without_colour() -> None:
    assert len(set(PATTERNS)) == 8
    assert [pattern(channel) for channel in range(1, 9)] == list(PATTERNS)
    assert level_bar(2, 10_000, 40_000, 8) == "══      "
    assert level_bar(1, 500, 40_000, 8) == "━       ", "what is commanded is never drawn as nothing"
    assert level_bar(1, 0, 0, 4) == "    "


def test_eight_channels_stand_in_four_rows_with_commanded_and_confirmed() -> None:
    view = seen(on(many(8)))
    rows = strips(view, 3, Links(frozenset({3, 5})), 78, 5)
    assert len(rows) == 5
    assert max(map(len, rows)) <= 78
    assert all(f"{channel}" in "".join(rows) for channel in range(1, 9))
    assert "▸3&┅┅ muscle 3" in rows[2]
    assert rows[2].count("10.0") == 4
    assert len(strips(view, 8, Links(), 78, 2)) == 2
    assert "8" in strips(view, 8, Links(), 78, 1)[0], "where rows are short, the chosen one is there"
    assert strips(view, 8, Links(), 78, 0) == []
    old = replace(view, channels=tuple(replace(one, confirmed_ua=None) for one in view.channels))
    assert "?" in strips(old, 1, Links(), 78, 4)[0]
    assert "10.0      10.0         ?" in strips(old, 1, Links(), 78, 9)[1]
    wide = strips(view, 1, Links(), 118, 9)
    assert wide[1].count("━") > 2, "with room the level is drawn in the channel's pattern"
    assert max(map(len, wide)) <= 118


def test_the_rows_of_the_treatment_are_never_more_than_there_are() -> None:
    for rows in range(12, 45):
        for channels in range(1, 9):
            for state in (2, 3):
                for bar in (0, 2, 4, 5):
                    for pulses in (0, 1):
                        got = run_rows(rows, channels, state=state, bar=bar, pulses=pulses)
                        fixed = state + FIGURES + LINES + bar + pulses
                        assert fixed + got.plot + got.strips <= max(rows, fixed)
                        assert got.plot == 0 or got.plot >= PLOT_LEAST
                        left = rows - fixed
                        assert got.strips >= min(max(0, left), rows_needed(channels))
    assert run_rows(17, 8, state=2, bar=0, pulses=0).plot == PLOT_LEAST, "80x24 with eight channels has its envelope"
    assert run_rows(16, 8, state=2, bar=0, pulses=0) == RunRows(PLOT_LEAST, rows_needed(8)), "with an alarm too"
    assert run_rows(33, 8, state=2, bar=0, pulses=0).strips == rows_wanted(8)


def test_the_cursor_moves_over_a_page_that_stands_still_and_what_comes_is_seen() -> None:
    plan = simple_plan()
    start_ms, span_ms = page_ms(plan, 0)
    assert page_ms(plan, span_ms // 2) == (start_ms, span_ms)
    for now_ms in range(0, plan.duration_ms, 997):
        start_ms, span_ms = page_ms(plan, now_ms)
        assert 0 <= now_ms - start_ms <= span_ms * 2 // 3, "a third of the page lies ahead at least"
    assert with_cursor(["  █", "___"], 1) == [f" {CURSOR}█", f"_{CURSOR}_"]
    assert with_cursor(["█"], 0) == ["█"], "over current it would hide the envelope"


def test_the_next_change_is_counted_down_and_said_now() -> None:
    desk = on()
    said = []
    for _ in range(17):
        said.append(announce_words(seen(desk)))
        desk.wait(1_000)
    assert said[0] == "Next: relax, in 3 s"
    assert "RELAX" in said
    assert [words for words in said if words.startswith("GET READY")] == [
        "GET READY   3",
        "GET READY   3 - 2",
        "GET READY   3 - 2 - 1",
    ]
    assert "CONTRACT NOW" in said
    assert announce_words(seen(core_of(simple_plan()))) == ""
    tens = core_of(tens_plan()).run(5_000)
    tens.wait(2_000)
    assert announce_words(seen(tens)) == "The treatment is over in 58 s"


def test_in_a_tens_treatment_nobody_is_told_to_contract() -> None:
    desk = on()
    tens = replace(desk.session.plan, kind="tens")
    said, lines = [], []
    last = None
    for _ in range(17):
        view = replace(seen(desk), plan=tens)
        said.append(announce_words(view))
        lines.append(coming(view, last))
        last = view
        desk.wait(1_000)
    assert {"CURRENT ON", "CURRENT OFF"} <= set(said)
    assert {"The current comes on.", "The current goes off."} <= set(lines)
    assert not [one for one in (*said, *lines) if any(word in one.lower() for word in ("contract", "relax"))]


def test_the_dose_stands_beside_its_limit() -> None:
    view = replace(seen(on(alternating_plan())), dose=(DoseView(1, 900_000_000, 901_000_000),))
    assert dose_words(view, 1) == "Dose 900.0-901.0 mC, 6 % of the limit of 18 C"
    assert dose_words(view, 2) == "Dose 0 µC, 0 % of the limit of 18 C"
    assert dose_line(view, 1, Links()).endswith("    Linked: none")
    assert "Linked" not in dose_line(seen(on()), 1, Links())


# --- the screen ---


@pytest.mark.thorough
async def test_linked_channels_go_up_as_one_step_and_down_each_at_once() -> None:
    async with one(RunScreen, on(many(2))) as (app, pilot):
        assert "Linked: none" in app.text()
        await pilot.press("l")
        await pilot.pause()
        assert app.sent == []
        assert "LINKED: 1 + 2" in app.text()
        await pilot.press("u", "+")
        assert app.sent == [e.Increase(1, app.input_epoch, linked=(2,))]
        await later(app, pilot, 400)
        assert [channel.level_ua for channel in app.latest.channels] == [10_500, 10_500]
        app.sent.clear()
        await pilot.press("down", "-")
        assert app.sent == [e.Decrease(2), e.Decrease(1)]
        await pilot.press("l", "-")
        assert app.sent[2:] == [e.Decrease(2)]


@pytest.mark.thorough
async def test_each_event_is_one_key_and_a_wish_to_stop_goes_to_0_first() -> None:
    async with one(RunScreen, on()) as (app, pilot):
        await pilot.press("m", "c")
        assert app.sent == [e.Mark("pain"), e.Cramp("key")]
        app.sent.clear()
        await pilot.press("o")
        assert app.sent == [e.Pause(e.WISH), e.Mark("wish")]
        assert app.latest.word is Word.PAUSED
        await pilot.press("o")
        assert app.sent[2:] == [e.Mark("wish")], "there is nothing to pause any more"


@pytest.mark.thorough
async def test_a_small_window_says_that_a_key_was_refused_and_a_large_one_forgets_it() -> None:
    desk = on()
    desk.do(e.Pause())
    async with one(RunScreen, desk) as (app, pilot):
        await resize(pilot, 20, 5)
        await later(app, pilot, 100)
        await pilot.press("r")
        await later(app, pilot, 100)
        assert app.sent == []
        assert "PAUSED  ! NOT DONE" in app.text(), "beside the state, whose place it never takes"
        assert " mA (" in app.text(), "the figures stay"
        await resize(pilot, 80, 24)
        await pilot.pause(0.1)
        await later(app, pilot, 100)
        assert "NOT DONE" not in app.text()
        assert "nothing can start" not in app.text()


@pytest.mark.thorough
async def test_a_digit_after_a_pain_says_how_strong_and_the_keys_that_lower_stay_at_hand() -> None:
    async with one(RunScreen, on()) as (app, pilot):
        await pilot.press("7")
        assert app.sent == [], "without a pain it says nothing"
        await pilot.press("m")
        await later(app, pilot, 100)
        assert "How strong, if the patient says: 0 to 9, t for 10." in app.text()
        await pilot.press("-", "7")
        assert app.sent == [e.Mark("pain"), e.Decrease(1), e.Mark("pain", "7/10")]
        await pilot.press("8")
        assert len(app.sent) == 3, "once"
        await pilot.press("m", "t")
        assert app.sent[4:] == [e.Mark("pain", "10/10")]
        await pilot.press("m")
        await later(app, pilot, 20_000)
        await pilot.press("8")
        assert app.sent[5:] == [e.Mark("pain")], "long after it a digit is none"


@pytest.mark.thorough
async def test_a_note_is_written_in_a_side_screen_that_stops_and_never_raises() -> None:
    async with one(RunScreen, on()) as (app, pilot):
        await pilot.press("u", "n")
        await pilot.pause()
        assert isinstance(app.screen, NoteScreen)
        assert "Note. The treatment goes on; + is locked." in app.text()
        await pilot.press(*"+ =u-Ow", "space")
        assert app.sent == [], "in it every key is a letter"
        assert "STOP ALL" in app.text()
        assert "● ON" in app.text(), "the state stays in sight"
        await pilot.press("enter")
        assert app.sent == [e.Mark("note", "+ =u-Ow")]
        await pilot.press("+")
        assert kinds(app) == [e.Mark], "after it + is locked"
        await pilot.press("n")
        await pilot.pause()
        await pilot.press("enter")
        assert kinds(app) == [e.Mark], "nothing written is no note"
        await pilot.press("n")
        await pilot.pause()
        await pilot.press("x", "f12")
        assert app.stops == ["key"]
        await pilot.press("f3")
        await pilot.pause()
        assert app.screen is app.step
        assert kinds(app) == [e.Mark]


@pytest.mark.thorough
async def test_crossing_the_last_sessions_level_asks_in_the_treatment_too() -> None:
    ghost = Ghost(ONE, 5_000, "s", "2026-11-20T10:00:00Z")
    desk = core_of(simple_plan(), Who("P-017", "left"), Attended(ghosts=(ghost,))).run(5_000)
    desk.wait(2_000)
    async with one(RunScreen, desk) as (app, pilot):
        await pilot.press("u", "+")
        await later(app, pilot, 400)
        assert "5.5 mA is over the LAST SESSION's level of 5.0 mA (2026-11-20)." in app.text()
        assert await clipped(app, pilot) == []
        await question_read(app, pilot)
        await pilot.press("enter", "enter")
        steps = [event for event in app.sent if isinstance(event, e.Increase)]
        assert steps == [e.Increase(1, app.input_epoch), e.Increase(1, app.input_epoch, over_ua=5_000)]
        await later(app, pilot, 400)
        assert app.latest.channels[0].level_ua == 5_500


_LIVE = frozenset({Word.RAMP_UP, Word.ON, Word.RAMP_DOWN, Word.REST})
_HALTED = {
    Word.PAUSED: frozenset({"resume", "decrease", "end"}),
    Word.STOPPED: frozenset({"titrate", "end", "back"}),
    Word.UNSURE: frozenset({"end"}),
}


@pytest.mark.thorough
async def test_every_state_is_told_in_words_and_nothing_is_cut_off_at_80x24() -> None:
    async with one(RunScreen, on(many(8))) as (app, pilot):
        base = seen(app.desk)
        states = {
            Word.RAMP_UP: "▲ RAMP UP",
            Word.ON: "● ON",
            Word.RAMP_DOWN: "▼ RAMP DOWN",
            Word.REST: "– REST",
            Word.PAUSED: "‖ PAUSED",
            Word.STOPPED: "■ STOPPED",
            Word.UNSURE: "? UNSURE",
        }
        for word, told in states.items():
            app.look(replace(base, word=word, may=base.may if word in _LIVE else _HALTED[word]))
            await pilot.pause()
            assert told in app.text()
            assert await clipped(app, pilot) == [], word
        halted = frozenset({"end", "titrate", "back"})
        fault = replace(base, word=Word.STOPPED, why="fault:low_current", output=Output.ENABLED, may=halted)
        app.alarms = Alarms().next(fault)
        app.look(fault)
        await pilot.pause()
        assert "✖ FAULT" in app.text()
        assert await clipped(app, pilot) == []
        unsure = replace(base, word=Word.UNSURE, halt_unconfirmed=True, output=Output.UNKNOWN)
        app.look(unsure)
        await pilot.pause()
        assert "STOP UNCONFIRMED. Switch the stimulator OFF, or pull its cable, NOW." in app.text()
        assert app.step.query_one("#amplitude").query_one(Digits).value == "--"
        assert await clipped(app, pilot) == []


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (tens_plan(BURST, *(Slot(channel, 0) for channel in range(1, 9))), "in bursts of 7 pulses"),
        (tens_plan(FREQUENCY_SWEEP.base, ONE, TWO, swept=FREQUENCY_SWEEP), "sweeps"),
    ],
)
async def test_bursts_and_sweeps_are_named_beside_an_alarm_and_advice_on_a_cramp(plan: Plan, said: str) -> None:
    async with one(RunScreen, felt(plan)) as (app, pilot):
        assert said in app.text()
        assert await clipped(app, pilot) == []
        app.alarms = app.alarms.next(replace(app.latest, age_ms=5_000))
        await pilot.press("c")
        await later(app, pilot, 100)
        assert "CAUTION" in app.text()
        assert "STOP, then stretch slowly" in app.text()
        assert await clipped(app, pilot) == []


@pytest.mark.campaign
@pytest.mark.parametrize("size", [(80, 24), (100, 30), (120, 40), (200, 60)])
@pytest.mark.parametrize("channels", range(1, 9))
async def test_nothing_is_cut_off_at_any_size_with_any_number_of_channels(size: tuple[int, int], channels: int) -> None:
    async with one(RunScreen, on(many(channels)), size=size) as (app, pilot):
        assert await clipped(app, pilot) == []
        await pilot.press("c")
        await later(app, pilot, 100)
        assert await clipped(app, pilot) == []


@pytest.mark.thorough
async def test_the_bench_beside_takes_columns_and_nothing_is_cut_off() -> None:
    async with one(RunScreen, on(many(2)), size=(120, 40)) as (app, pilot):
        app.step.query_one("#body").styles.width = 86
        assert await clipped(app, pilot) == []
        app.step.query_one("#body").styles.width = 78
        assert await clipped(app, pilot) == []


@pytest.mark.thorough
async def test_the_envelope_is_drawn_twice_a_second_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    async with one(RunScreen, on()) as (app, pilot):
        drawn = []
        update = Envelope.update
        monkeypatch.setattr(Envelope, "update", lambda *said, **how: (drawn.append(said), update(*said, **how)))
        for _ in range(20):
            await later(app, pilot, 100)
        assert 3 <= len(drawn) <= 5, "2 s of ten Views a second"


@pytest.mark.thorough
@pytest.mark.covers("SR-10")
async def test_no_text_field_no_wheel_and_no_digit_on_the_screen_of_the_treatment() -> None:
    async with one(RunScreen, on()) as (app, pilot):
        assert not app.step.query(Input)
        await pilot.press("u", *"305", "enter", "pageup", "home")
        await pilot.click("#amplitude")
        await pilot.click("Envelope")
        app.step.scroll_up(animate=False)
        await pilot.pause()
        assert app.sent == []


@pytest.mark.thorough
async def test_a_first_session_says_once_and_then_in_its_state_when_its_contractions_are_given() -> None:
    aimed = replace(simple_plan(), aim=Aim("visible_tetanic", first_percent=50))
    desk = core_of(aimed, Who("P-017", "left"), Attended(first=True)).run(5_000)
    desk.wait(2_000)
    async with one(RunScreen, desk) as (app, pilot):
        assert "contraction 1 of 3" in app.text()
        desk.wait(4_100)
        app.look()
        await pilot.pause()
        said = "First session: 1 of 3 done. End it with e."
        assert f"REST   {said}" in app.text()
        assert f"! {said}" in app.text()
        await pilot.press("m")
        desk.wait(12_000)
        app.look()
        await pilot.pause()
        assert "First session: 1 of 3 done" in app.text(), "it stays"
        assert "! First session" not in app.text(), "loud once"
        assert await clipped(app, pilot) == []


@pytest.mark.thorough
async def test_between_two_sets_the_state_and_the_countdown_say_so() -> None:
    sets = replace(rhythm(contractions=6), per_set=2, sets=3, set_rest_ms=60_000, stage_ms=6 * 16_000 + 120_000)
    plan = plan_of(((ONE, sets),))
    desk = core_of(plan).run(5_000)
    desk.wait(24_000, 100)
    async with one(RunScreen, desk) as (app, _pilot):
        assert "REST   set 1 of 3 done, contraction 2 of 6" in app.text()
        assert "To next set" in app.text()


@pytest.mark.thorough
async def test_while_it_still_climbs_after_a_resume_it_says_so_and_not_on() -> None:
    """Paused in a rest: the first contraction after it climbs, long after the 5 s of the state."""
    desk = on()
    desk.wait(6_000)
    desk.do(e.Pause())
    desk.do(e.Resume(desk.epoch))
    desk.wait(8_000 + 3_000)
    async with one(RunScreen, desk) as (app, _pilot):
        assert app.latest.channels[0].commanded_ua < app.latest.channels[0].level_ua
        assert "RESUMING FROM 0   contraction 2 of 3" in app.text()
        assert "To RAMP DOWN" in app.text()


def test_a_contraction_shorter_than_the_climb_after_a_resume_is_told_as_ramp_down_when_it_goes_down() -> None:
    desk = on(plan_of(((ONE, rhythm(ramp_ms=1_000, on_ms=3_000, cycle_ms=10_000, contractions=3)),)))
    desk.do(e.Pause())
    desk.do(e.Resume(desk.epoch))
    told = {}
    for _ in range(40):
        desk.wait(100)
        told.setdefault(seen(desk).channels[0].phase, set()).add((seen(desk).word, announce_words(seen(desk))))
    assert {word for word, _said in told[Phase.HOLD]} == {Word.RESUMING}
    assert told[Phase.RAMP_DOWN] == {(Word.RAMP_DOWN, "RELAX")}


@pytest.mark.thorough
@pytest.mark.parametrize(("halt", "told"), [(e.Pause(), "PAUSED"), (e.Stop("key", 1), "STOPPED")])
async def test_a_halted_treatment_keeps_the_contraction_it_was_in(halt: e.Event, told: str) -> None:
    desk = on()
    desk.wait(16_000)
    desk.do(halt)
    async with one(RunScreen, desk) as (app, pilot):
        assert f"{told}   contraction 2 of 3; " in app.text()
        assert await clipped(app, pilot) == []
        await pilot.press("n")
        await pilot.pause()
        assert "Note. Nothing goes on meanwhile." in app.text()


@pytest.mark.thorough
@pytest.mark.parametrize(("key", "event"), [("enter", [e.Cramp]), ("n", [])])
async def test_cramp_in_a_rest_of_a_test_asks_first(key: str, event: list[type[e.Event]]) -> None:
    desk = core_of(ctf_plan(train_s=5, off_s=10)).run(1_000)
    desk.wait(6_000, 50)
    async with one(RunScreen, desk, protocol="assess_ctf_calf") as (app, pilot):
        assert "Nothing flows now: it asks first" in app.text()
        await pilot.press("c", "enter", "c")
        assert kinds(app) == [], "an Enter that could not have read it is none"
        assert "Did the muscle cramp in the last train, at 4 Hz?" in app.text()
        app.hand = app.hand_now() + READ_MS
        await pilot.press(key)
        await pilot.pause()
        assert kinds(app) == event
        assert "Did the muscle cramp" not in app.text()
        assert app.screen is app.step, "n is no note here"


@pytest.mark.thorough
async def test_such_a_question_is_no_more_when_the_next_train_begins_and_there_nothing_is_asked() -> None:
    desk = core_of(ctf_plan(train_s=5, off_s=10)).run(1_000)
    desk.wait(6_000, 50)
    async with one(RunScreen, desk, protocol="assess_ctf_calf") as (app, pilot):
        await pilot.press("c")
        desk.wait(11_000, 50)
        app.look()
        await pilot.pause()
        assert "! Not noted: the next train has begun." in app.text()
        await pilot.press("enter")
        assert kinds(app) == []
        await pilot.press("c")
        assert kinds(app) == [e.Cramp]


def test_contractions_stand_in_the_summary_and_with_a_cramp() -> None:
    desk = on()
    desk.wait(6_000)
    desk.do(e.Cramp("key"), e.End())
    assert "contractions: 1 of 3" in whole(seen(desk))
    assert note_words(Note("mark", (("kind", "cramp"), ("text", ""), ("contraction", 1)))) == (
        "Noted: cramp, contraction 1."
    )
    assert "Noted: cramp, contraction 1." in whole(replace(seen(desk), attended=True))
