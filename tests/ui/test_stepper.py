"""The second row: where I am, of how many, and for whom; and what is missing before the next step."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from ui.bench_live import BEFORE_A_SESSION, CRAMP, Desk, loaded

from nmes.core import events as e
from nmes.core.measurement import Who
from nmes.core.view import Word
from nmes.ui.flow import STEPS, Stage, stage_of
from nmes.ui.widgets.frame import ALL_STEPS, Where, all_steps, one_step


def test_eight_steps_are_numbered_and_the_first_screen_and_the_summary_are_none() -> None:
    assert [stage.number for stage in Stage] == [0, 1, 2, 3, 4, 5, 6, 7, 8, 0]
    assert one_step(Stage.SCREENING) == "3/8 Screening"
    assert one_step(Stage.HOME) == "Today"


def test_all_steps_tell_done_present_and_to_come_without_colour() -> None:
    row = all_steps(Stage.PLACE)
    assert row.startswith("✓Patient ✓Protocol ✓Screening ▸4 Electrodes◂ 5 Levels")
    assert all_steps(Stage.SUMMARY) == "Summary"
    for stage in STEPS:
        assert len(all_steps(stage)) < ALL_STEPS - 20, "room for the patient beside them"


def test_the_row_names_the_patient_before_the_title() -> None:
    where = Where(Stage.RUN, "Calf")
    where._who = Who("P-017", "left")
    assert where.line(80) == "6/8 Treatment · P-017 LEFT · Calf"
    assert where.line(120).endswith("8 Sign · P-017 LEFT · Calf")
    assert Where(Stage.CHOOSE, "", "Edit a copy").line(200) == "Edit a copy"


def test_every_word_has_a_screen_and_what_passes_changes_none() -> None:
    for word, now in product(Word, Stage):
        stage = stage_of(word, now)
        if word in {Word.STARTING, Word.HALTING, Word.STOPPED, Word.UNSURE} and now.number > 2:
            assert stage is now
        if word is Word.AFTER:
            assert stage is (Stage.SIGN if now is Stage.SIGN else Stage.AFTER)
        assert stage not in BEFORE_A_SESSION


@pytest.mark.thorough
async def test_what_is_missing_stands_above_the_keys_until_it_is_there(tmp_path: Path) -> None:
    desk = Desk(tmp_path, attended=True)
    async with desk.at(Stage.HOME) as pilot:
        desk.have(loaded(CRAMP), Who("P-017", "left"))
        await desk.see(pilot)
        assert "Missing: 39 answers; who asked; code read back" in desk.text()
        desk.bring(Stage.PLACE)
        await desk.see(pilot)
        line = "Missing: code read back; side read back; pads confirmed"
        assert line in " ".join(desk.text().split()), "whole, on two rows if need be"
        desk.live.do(e.ReadBack(e.Read.CODE, "P-017"))
        desk.live.do(e.ReadBack(e.Read.SIDE, "left"))
        await desk.see(pilot)
        assert "Missing: pads confirmed" in desk.text()
        desk.live.do(e.Placed(tuple((one.channel, one.pad_mm2) for one in desk.live.view.channels)))
        await desk.see(pilot)
        assert "Missing: the level of channel 1; felt in the right place, channel 1" in desk.text()
        assert "4/8" not in desk.text()


@pytest.mark.campaign
async def test_on_a_wide_screen_all_steps_stand_there(desk: Desk) -> None:
    async with desk.at(Stage.PATIENT, size=(120, 40)):
        assert "▸1 Patient◂ 2 Protocol 3 Screening 4 Electrodes 5 Levels 6 Treatment 7 After 8 Sign" in desk.text()


@pytest.mark.thorough
async def test_an_alarm_is_seen_by_one_key_and_nothing_starts_by_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path, attended=True)
    async with desk.at(Stage.RUN) as pilot:
        desk.live.do(e.DeviceFault(e.Fault.ELECTRODE, 1, 7))
        desk.live.run(500)
        await desk.see(pilot)
        assert "✖ FAULT" in desk.text()
        assert "The stimulator reports an electrode that is off or loose." in " ".join(desk.text().split())
        assert desk.app.alarms.shown.code == "fault:electrode"
        await pilot.press("f8")
        await desk.see(pilot)
        assert desk.live.posted == [e.Acknowledged("fault:electrode")]
        assert desk.app.alarms.shown.acknowledged
        assert desk.live.view.word is Word.STOPPED
        assert desk.live.skin_ua() == 0
        await pilot.press("f8")
        assert len(desk.live.posted) == 1, "once"
