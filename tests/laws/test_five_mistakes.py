"""Five mistakes of a person, made on purpose: wrong patient, wrong leg, pads swapped, `+` held down, walks away.

Each is made in the app and, where a line can make it, in the line mode. The pads of the simulated person really lie
where the mistake put them. It is judged at the skin, then in the text of the report, which says what caught it. What
nothing catches is made too, and the test says what the record tells of it.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input
from ui.bench_live import CRAMP, BenchLive, Desk, answers, loaded, look_after, place, titrate, to_ready
from ui.conftest import headless

from laws.wired import Place, Wired, caught, desk_for, part, press, run_lines
from nmes.core import events as e
from nmes.core.limits import MAX_SLEW_UA_PER_S
from nmes.core.measurement import Who
from nmes.core.view import Word
from nmes.runtime.families import DEFAULT, FAMILIES, Family
from nmes.ui.flow import Stage

WHO = Who("P-017", "left")
LEFT_CALF, RIGHT_CALF, SHIN = ("gastrocnemius", "left"), ("gastrocnemius", "right"), ("tibialis anterior", "left")
THIGHS = "quads_older_adult"
RIGHT_THIGH, LEFT_THIGH = ("quadriceps", "right"), ("quadriceps", "left")
STEP_UA = 500
FELT_UA = 12_500
"""The virtual person feels 150 us from 12 mA on, and longer pulses from less."""
REPEAT_MS = 33
"""As terminals repeat a held key [verify]."""
HELD = 150
"""Repeats of 5 s."""

needs_terminal = pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is needed")

__all__ = ["headless"]  # a fixture that every test here has

WRONG_PATIENT = "Wrong patient: the code read back was another one"
WRONG_SIDE = "Wrong side: the side read back was another one"
ELSEWHERE = "Felt at another place: pads or leads were swapped or misplaced"
PLUS_HELD = "+ held down: no step was made of it"
NOBODY_THERE = "Nobody at the controls: the output went to 0"


def told(record: Path, mistake: str) -> bool:
    """Whether the report says that this was caught; a mistake that it knows must stand on one of its two lists."""
    section = caught(record)
    assert mistake in section
    return mistake in section.split("Not in this record:")[0]


@asynccontextmanager
async def app(
    home: Path, person: Wired, protocol: str = CRAMP, who: Who = WHO
) -> AsyncIterator[tuple[Desk, Pilot[None]]]:
    """The app at the checklist of this session."""
    desk = desk_for(home, person)
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await desk.app.workers.wait_for_complete()
        await desk.begin(pilot, protocol, who)
        yield desk, pilot


@asynccontextmanager
async def on_terminal(
    home: Path, person: Wired, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Desk, Pilot[None], int]]:
    """The same, with the near end of its terminal."""
    from ui.terminal_pair import terminal  # there is none on Windows

    desk = desk_for(home, person)
    with terminal(monkeypatch) as near:
        async with desk.app.run_test(headless=False, size=(80, 24)) as pilot:
            await pilot.pause()
            await desk.app.workers.wait_for_complete()
            await desk.begin(pilot, CRAMP, WHO)
            yield desk, pilot, near


def over(live: BenchLive) -> Path:
    """The session is ended, and signed if anything flowed; its record."""
    if live.view.word is not Word.AFTER:
        live.do(e.End())
    live.until(lambda view: view.word in {Word.AFTER, Word.ENDED})
    if live.view.word is Word.AFTER:
        look_after(live)
        live.do(e.Signed("Ada", "the next session measures them"))
    assert live.done
    return live.record


def lines(protocol: str, home: Path, person: Wired, *then: str, who: Who = WHO, code: str = "") -> Path:
    """A script: the checklist, the code as it was read, then the lines."""
    one = loaded(protocol)
    checked = ("no",) * len(one.protocol.screening_codes)
    return run_lines(one, home, who, person, *checked, "Ada", f"code {code or who.code}", *then)


def level(channel: int = 1, steps: int = FELT_UA // STEP_UA) -> tuple[str, ...]:
    return (f"titrate {channel}", *["+"] * steps, "wait 1", "accept")


SIGNED = ("skin 1 normal", "skin 2 normal", "nrs 1", "adverse none", "sign Ada: the next session measures them")


# --- all in one sitting ---


@pytest.mark.thorough
@pytest.mark.covers("SR-19")
@needs_terminal
async def test_all_five_are_made_in_the_app_in_one_sitting_and_the_report_says_what_caught_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = Wired({1: RIGHT_CALF}, code="P-071")
    async with on_terminal(tmp_path, person, monkeypatch) as (desk, pilot, near):
        await wrong_patient_and_leg(desk, pilot, person)
        assert person.pulses() == []
        await wrong_muscle(desk, pilot, person)
        await held(desk, pilot, near, person)
        await walked_away(desk, person)
        record = over(desk.live)
    for mistake in (WRONG_PATIENT, WRONG_SIDE, ELSEWHERE, PLUS_HELD, NOBODY_THERE):
        assert told(record, mistake)
    assert "Not in this record" not in caught(record)


async def wrong_patient_and_leg(desk: Desk, pilot: Pilot[None], person: Wired) -> None:
    desk.app.screen.query_one("#code").focus()
    await press(desk, pilot, *person.code, "enter")
    person.code = "P-017"
    desk.app.screen.query_one("#code", Input).value = ""
    await press(desk, pilot, *person.code, "enter")
    desk.live.do(e.Screened(answers(desk.live.one), "Ada"))
    await desk.see(pilot)
    await press(desk, pilot, "2", "r", "f2")
    assert desk.app.stage is Stage.PLACE
    person.wire({1: SHIN})
    await press(desk, pilot, "l", "f2")
    assert desk.app.stage is Stage.TITRATE


async def wrong_muscle(desk: Desk, pilot: Pilot[None], person: Wired) -> None:
    await find(desk, pilot, FELT_UA)
    assert person.felt(-1) == {SHIN}
    await press(desk, pilot, "n")
    noticed_us = desk.live.bench.clock.now_us
    await press(desk, pilot, "s", "t", "+")
    assert person.pulses(noticed_us) == []
    person.wire({1: LEFT_CALF})
    place(desk.live)
    await desk.see(pilot)
    await find(desk, pilot, 2_000)
    await press(desk, pilot, "y", "s")


async def held(desk: Desk, pilot: Pilot[None], near: int, person: Wired) -> None:
    desk.live.until(lambda view: view.word is Word.ON)
    desk.live.run(500)
    await desk.see(pilot)
    began_us = desk.live.bench.clock.now_us
    assert person.most_ua(began_us - 200_000) == 2_000
    with desk.app.batch_update():
        await typed(desk, near, "u")
        await hold(desk, near, REPEAT_MS)
    desk.live.run(20_000)
    assert person.most_ua(began_us) == 2_000 + STEP_UA, "one step in 5 s, and nothing more comes of it later"
    assert desk.live.posted.count(e.Mark("plus_held")) == 1, "told once, however long it is held"


async def walked_away(desk: Desk, person: Wired) -> None:
    gone_us, limit_ms = desk.live.bench.clock.now_us, desk.live.one.protocol.operator_absent_limit_ms
    desk.live.until(lambda view: view.word is Word.PAUSED, within_ms=limit_ms)
    assert person.pulses(gone_us)
    paused_us = desk.live.bench.clock.now_us
    desk.live.run(60_000)
    assert person.pulses(paused_us) == []


# --- the wrong patient ---


@pytest.mark.campaign
async def test_the_wrong_patient_is_caught_by_the_code_on_the_card(tmp_path: Path) -> None:
    person = Wired({1: LEFT_CALF}, code="P-071")
    async with app(tmp_path, person) as (desk, pilot):
        codes = desk.live.one.protocol.screening_codes
        await press(desk, pilot, *["n"] * len(codes), "enter", *"Ada", "tab", *person.code, "enter")
        assert "WRONG PATIENT" in desk.text()
        await press(desk, pilot, "f2")
        assert desk.app.stage is Stage.SCREENING
        desk.live.do(e.Screened(answers(desk.live.one), "Ada"))
        desk.live.do(e.ReadBack(e.Read.SIDE, "left"))
        desk.live.do(e.Placed(((1, 2500),)))
        assert desk.live.view.word is Word.PLACING, "not even past the screens"
        record = over(desk.live)
    assert person.pulses() == []
    assert told(record, WRONG_PATIENT)


def test_the_wrong_patient_is_caught_in_lines(tmp_path: Path) -> None:
    person = Wired({1: LEFT_CALF}, code="P-071")
    record = lines(CRAMP, tmp_path, person, "side left", "pads 1 25", "placed", *level(), "start", code=person.code)
    assert person.pulses() == []
    assert told(record, WRONG_PATIENT)


@pytest.mark.campaign
def test_a_code_that_nobody_reads_leaves_a_reason_in_the_record_and_is_caught_by_nothing(tmp_path: Path) -> None:
    person = Wired({1: LEFT_CALF}, code="P-071")
    said = ("code not read: card left at home", "side left", "pads 1 25", "placed", *level(), "felt 1 yes", "start")
    one = loaded(CRAMP)
    checked = ("no",) * len(one.protocol.screening_codes)
    record = run_lines(one, tmp_path, WHO, person, *checked, "Ada", *said, "wait 3", "end", *SIGNED)
    assert person.most_ua() == FELT_UA, "the wrong patient is treated"
    assert not told(record, WRONG_PATIENT)
    assert "card left at home" in part(record, "READ BACK AND ELECTRODES")


# --- the wrong leg ---


@pytest.mark.campaign
async def test_the_wrong_leg_is_caught_when_its_side_is_read_off_the_pads(tmp_path: Path) -> None:
    person = Wired({1: RIGHT_CALF})
    async with app(tmp_path, person) as (desk, pilot):
        desk.live.do(e.Screened(answers(desk.live.one), "Ada"))
        desk.live.do(e.ReadBack(e.Read.CODE, person.code))
        await desk.see(pilot)
        await press(desk, pilot, "2", "r", "f2")
        assert "WRONG SIDE" in desk.text()
        assert desk.app.stage is Stage.PLACE
        assert person.pulses() == []
        person.wire({1: LEFT_CALF})
        await press(desk, pilot, "l", "f2")
        assert desk.app.stage is Stage.TITRATE
        record = over(desk.live)
    assert told(record, WRONG_SIDE)


def test_the_wrong_leg_is_caught_in_lines(tmp_path: Path) -> None:
    person = Wired({1: RIGHT_CALF})
    record = lines(CRAMP, tmp_path, person, "side right", "pads 1 25", "placed", *level(), "start")
    assert person.pulses() == []
    assert told(record, WRONG_SIDE)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "sits", [RIGHT_CALF, pytest.param(SHIN, marks=pytest.mark.campaign)], ids=["the wrong leg", "the wrong muscle"]
)
def test_a_wrong_place_that_was_not_seen_is_caught_when_it_is_felt(tmp_path: Path, sits: Place) -> None:
    """The side was said by heart; what the person feels at the first level tells."""
    person = Wired({1: sits})
    first = ("side left", "pads 1 25", "placed", *level(), "felt 1 no", "start")
    record = lines(CRAMP, tmp_path, person, *first, "wait 60", "titrate 1", "+", "wait 5", "end")
    assert person.felt(-1) == {sits}, "so the answer of the script is this person's"
    assert person.most_ua() == FELT_UA, "what had to be felt, to be noticed, and nothing more"
    assert told(record, ELSEWHERE)


# --- pads swapped ---


@pytest.mark.campaign
async def test_two_channels_swapped_are_caught_when_they_are_felt(tmp_path: Path) -> None:
    person = Wired({1: LEFT_THIGH, 2: RIGHT_THIGH})
    async with app(tmp_path, person, THIGHS, Who("P-017", "both")) as (desk, pilot):
        to_ready(desk.live)
        await desk.see(pilot)
        await find(desk, pilot, 10_000)
        assert person.felt(-1) == {LEFT_THIGH}, "and channel 1 is the right one's"
        await press(desk, pilot, "n")
        assert desk.live.view.word is Word.PLACING
        assert not any(slot.level_ua for slot in desk.live.view.slots), "every level is void"
        noticed_us = desk.live.bench.clock.now_us
        await press(desk, pilot, "s", "t", "+")
        desk.live.run(10_000)
        assert person.pulses(noticed_us) == []
        person.wire({1: RIGHT_THIGH, 2: LEFT_THIGH})
        place(desk.live)
        await desk.see(pilot)
        await find(desk, pilot, 10_000)
        assert person.felt(noticed_us) == {RIGHT_THIGH}
        await press(desk, pilot, "y")
        record = over(desk.live)
    assert told(record, ELSEWHERE)
    assert person.steepest_ua(1_000_000) <= MAX_SLEW_UA_PER_S


async def find(desk: Desk, pilot: Pilot[None], level_ua: int) -> None:
    """A level on the channel in hand, by keys."""
    await press(desk, pilot, "t")
    desk.live.until(lambda view: view.word is Word.TITRATING)
    await desk.see(pilot)
    while (left_ua := level_ua - max(one.level_ua for one in desk.live.view.channels)) > 0:
        await press(desk, pilot, *["+"] * (left_ua // STEP_UA))
        desk.live.run(1_000)
    await press(desk, pilot, "a")
    desk.live.until(lambda view: view.word is Word.READY)
    await desk.see(pilot)


@pytest.mark.thorough
def test_two_channels_swapped_are_caught_in_lines(tmp_path: Path) -> None:
    person = Wired({1: LEFT_THIGH, 2: RIGHT_THIGH})
    first = ("side both", "pads 1 50", "pads 2 50", "placed", *level(1, 20), "felt 1 elsewhere", *level(2, 20), "start")
    record = lines(THIGHS, tmp_path, person, *first, "wait 5", "end", who=Who("P-017", "both"))
    assert person.felt(-1) == {LEFT_THIGH}
    assert {pulse.channel for pulse in person.pulses()} == {1}
    assert told(record, ELSEWHERE)


@pytest.mark.campaign
def test_where_it_was_felt_is_the_therapists_word_and_a_wrong_one_is_caught_by_nothing(tmp_path: Path) -> None:
    person = Wired({1: SHIN})
    first = ("side left", "pads 1 25", "placed", *level(), "felt 1 yes", "start", "wait 3", "end")
    record = lines(CRAMP, tmp_path, person, *first, *SIGNED)
    assert person.felt(-1) == {SHIN}, "and the treatment has gone on"
    assert not told(record, ELSEWHERE)
    assert "Channel 1 was felt or seen where it should be" in part(record, "READ BACK AND ELECTRODES")


@pytest.mark.campaign
def test_the_two_pads_of_one_channel_swapped_are_seen_by_nobody_here(tmp_path: Path) -> None:
    """The current of one channel is the same whichever pad is which; the record knows sizes and no pad by name."""
    person = Wired({1: LEFT_CALF})
    first = ("side left", "pads 1 25", "placed", *level(), "felt 1 yes", "start", "wait 3", "end")
    record = lines(CRAMP, tmp_path, person, *first, *SIGNED)
    assert person.felt(-1) == {LEFT_CALF}
    assert not told(record, ELSEWHERE)
    assert "25 cm²" in part(record, "READ BACK AND ELECTRODES")


# --- + held down ---


@pytest.mark.campaign
@needs_terminal
@pytest.mark.parametrize(
    ("stage", "delay_ms", "steps"),
    [
        (Stage.RUN, REPEAT_MS, 1),
        (Stage.TITRATE, REPEAT_MS, 1),
        (Stage.RUN, 500, 2),
        (Stage.TITRATE, 500, 2),
        (Stage.TITRATE, 200, 1),
    ],
)
async def test_a_held_plus_is_one_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: Stage, delay_ms: int, steps: int
) -> None:
    """Bytes on a real terminal. A keyboard that waits before it repeats gives one step more: two calm presses look
    the same."""
    person = Wired({1: LEFT_CALF})
    async with on_terminal(tmp_path, person, monkeypatch) as (desk, pilot, near):
        before_ua = await at_current(desk, pilot, near, stage)
        await hold(desk, near, delay_ms)
        desk.live.run(2_000)
        await desk.see(pilot)
        assert person.most_ua() == before_ua + steps * STEP_UA
        assert desk.live.posted.count(e.Mark("plus_held")) == 1
        record = over(desk.live)
    assert person.jumps_ua() <= STEP_UA
    assert told(record, PLUS_HELD)


async def at_current(desk: Desk, pilot: Pilot[None], near: int, stage: Stage) -> int:
    """Current on the skin, and `+` open to be pressed; how much it is."""
    live = desk.live
    to_ready(live)
    if stage is Stage.TITRATE:
        await desk.see(pilot)
        await typed(desk, near, "t")
        live.until(lambda view: view.word is Word.TITRATING)
        live.do(e.Increase(1, live.view.epoch))
        live.run(1_000)
        await desk.see(pilot)
        return STEP_UA
    titrate(live, 1, 0, 2_000)
    live.do(e.Start(live.view.epoch))
    live.until(lambda view: view.word is Word.ON)
    live.run(500)
    await desk.see(pilot)
    await typed(desk, near, "u")
    return 2_000


async def hold(desk: Desk, near: int, delay_ms: int) -> None:
    """The key goes down, and up again after 5 s."""
    await typed(desk, near, "+")
    desk.live.run(delay_ms)
    for _ in range(HELD):
        await typed(desk, near, "+")
        desk.live.run(REPEAT_MS)


async def typed(desk: Desk, near: int, key: str) -> None:
    """A byte at the terminal, and the app has heard it."""
    before = desk.live.touches
    os.write(near, key.encode())
    for _ in range(5_000):
        if desk.live.touches > before:
            for _ in range(20):  # it is handled, too, before any time passes
                await asyncio.sleep(0)
            return
        await asyncio.sleep(0.001)
    raise AssertionError("the app has not heard the key")


# --- walks away ---


@pytest.mark.campaign
@pytest.mark.parametrize("stage", [Stage.RUN, Stage.TITRATE])
async def test_whoever_walks_away_leaves_nothing_on(tmp_path: Path, stage: Stage) -> None:
    person = Wired({1: LEFT_CALF})
    async with app(tmp_path, person) as (desk, pilot):
        live, limit_ms = desk.live, desk.live.one.protocol.operator_absent_limit_ms
        to_ready(live)
        titrate(live, 1, 0, 2_000)
        await desk.see(pilot)
        if stage is Stage.TITRATE:  # the level is there: the first t only asks
            await press(desk, pilot, "t")
            live.run(1_000)
        await press(desk, pilot, *("s" if stage is Stage.RUN else "t"))
        live.until(lambda view: view.word in {Word.ON, Word.TITRATING})
        if stage is Stage.TITRATE:
            await press(desk, pilot, "+")
        left_us = live.bench.clock.now_us
        live.run(limit_ms - 10_000)
        await desk.see(pilot)
        assert live.view.word not in {Word.PAUSED, Word.READY}
        assert "are you there?" in desk.text().lower(), "it warns first"
        live.run(60_000)
        await desk.see(pilot)
        assert person.pulses(left_us), "it was on while somebody could be there"
        assert person.pulses(left_us + limit_ms * 1000 + 100_000) == []
        assert "nobody had touched a key" in desk.text()
        record = over(live)
    assert told(record, NOBODY_THERE)


@pytest.mark.campaign
async def test_whoever_comes_back_goes_on_from_0_and_only_on_purpose(tmp_path: Path) -> None:
    person = Wired({1: LEFT_CALF})
    async with app(tmp_path, person) as (desk, pilot):
        live = desk.live
        to_ready(live)
        titrate(live, 1, 0, 2_000)
        live.do(e.Start(live.view.epoch))
        live.until(lambda view: view.word is Word.PAUSED, within_ms=200_000)
        await desk.see(pilot)
        back_us = live.bench.clock.now_us
        await press(desk, pilot, "h", "u", "+", "s", "enter")
        live.run(5_000)
        assert person.pulses(back_us) == []
        again_us = live.bench.clock.now_us
        await press(desk, pilot, "r")
        live.run(20_000)
    climb = [pulse for pulse in person.pulses(again_us) if pulse.t_us < again_us + 5_000_000]
    assert climb
    assert climb[0].amplitude_ua <= STEP_UA, "the least the device can give"
    assert max(pulse.amplitude_ua for pulse in climb) < 2_000, "a resume climbs for 5 s at least"
    assert person.most_ua(again_us) == 2_000


@pytest.mark.thorough
@pytest.mark.parametrize(
    "family",
    [pytest.param(one, id=one.key, marks=[pytest.mark.campaign] if one is not DEFAULT else []) for one in FAMILIES],
)
def test_whoever_walks_away_in_lines_leaves_nothing_on(tmp_path: Path, family: Family) -> None:
    person = Wired({1: LEFT_CALF}, family=family)
    found = level(steps=2_000 // family.capabilities.amplitude_step_ua)
    button = () if family.capabilities.watchdog_ms else ("button Ada",)
    first = ("side left", "pads 1 25", *button, "placed", *found, "felt 1 yes", "start", "wait 90")
    record = lines(CRAMP, tmp_path, person, *first, "wait 30", "end", *SIGNED)
    last_us, first_us = person.pulses()[-1].t_us, person.pulses()[0].t_us
    limit_ms = loaded(CRAMP).protocol.operator_absent_limit_ms
    assert last_us - first_us < limit_ms * 1000 + 30_000_000
    assert told(record, NOBODY_THERE)
