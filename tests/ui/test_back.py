"""The way back: from every step before output, what it voids is asked first, and windows never hold another session."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from ui.bench_live import CRAMP, Desk, look_after, place, titrate, to_ready

from helpers.desk import running
from nmes.core import events as e
from nmes.core.measurement import Who
from nmes.core.view import DoseView, OutputState, Word
from nmes.core.view import view as seen
from nmes.ui.flow import Stage
from nmes.ui.leaving_words import leave_checklist_words, leave_words
from nmes.ui.messages import NewSession
from nmes.ui.screens.windows import Ask, Help

WHO = Who("P-017", "left")


@pytest.fixture
def attended(tmp_path: Path) -> Desk:
    return Desk(tmp_path, attended=True)


@pytest.mark.thorough
async def test_from_the_checklist_the_session_is_left_after_a_question_and_its_record_is_whole(attended: Desk) -> None:
    desk = attended
    async with desk.at(Stage.SCREENING) as pilot:
        await pilot.press("f3")
        await pilot.pause()
        assert isinstance(pilot.app.screen, Ask)
        await pilot.press("n")
        await desk.see(pilot)
        assert (desk.app.stage, desk.live.view.word) == (Stage.SCREENING, Word.SCREENING)
        desk.live.may_finish.clear()
        await pilot.press("f3")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        desk.live.run(500)
        for _ in range(20):
            desk.app.beat()  # Views keep coming while the record is closed
            await asyncio.sleep(0)
        assert len([one for one in desk.app.workers if one.group == "leaving"]) == 1
        desk.live.may_finish.set()
        await pilot.app.workers.wait_for_complete()
        await desk.see(pilot)
        assert desk.app.stage is Stage.CHOOSE, "no summary of nothing"
        assert desk.app.live is None
        assert "its record is intact" in desk.text()
        assert desk.app.step.chosen.protocol.id == CRAMP
        assert desk.sessions[0].done
        assert desk.sessions[0].finished == 1


@pytest.mark.thorough
@pytest.mark.parametrize("happened", [e.LinkLost("cable pulled"), e.JournalFailed("disk full")], ids=["line", "record"])
async def test_what_goes_wrong_while_the_question_stands_is_told_by_the_summary_and_stays_an_alarm(
    attended: Desk, happened: e.Event
) -> None:
    desk = attended
    async with desk.at(Stage.SCREENING) as pilot:
        await pilot.press("f3")
        await pilot.pause()
        desk.live.bench.controller.tell(happened)
        desk.live.run(500)
        await desk.see(pilot)
        await pilot.press("enter")
        desk.live.run(500)
        await desk.see(pilot)
        await pilot.app.workers.wait_for_complete()
        await desk.see(pilot)
        assert desk.app.stage is Stage.SUMMARY
        assert desk.app.live is desk.live
        assert [alarm.acknowledged for alarm in desk.app.alarms.all] == [False]


@pytest.mark.thorough
async def test_from_the_electrodes_to_the_checklist_with_its_answers_and_from_the_levels_with_none(
    attended: Desk,
) -> None:
    desk = attended
    async with desk.at(Stage.SCREENING) as pilot:
        await pilot.press("n")
        desk.bring(Stage.PLACE)
        await desk.see(pilot)
        await pilot.press("f3")
        await pilot.pause()
        assert "The side of the pads must be read back again" in desk.text()
        await pilot.press("enter")
        await desk.see(pilot)
        assert desk.live.posted == [e.Back()]
        assert desk.app.stage is Stage.SCREENING
        assert list(desk.app.step.answers.replies.values()) == [e.Reply.NO], "what was answered is not asked twice"

        to_ready(desk.live)
        await desk.see(pilot)
        await pilot.press("f3")
        await desk.see(pilot)
        assert desk.app.stage is Stage.PLACE, "no level was found yet, so nothing is asked"
        place(desk.live)
        titrate(desk.live, 1, 0, 1_000)
        await desk.see(pilot)
        await pilot.press("f3")
        await pilot.pause()
        assert "Every level is void then" in " ".join(desk.text().split())
        await pilot.press("n")
        await desk.see(pilot)
        assert desk.live.view.plan.levels_ua == (1_000,)
        await pilot.press("f3")
        await pilot.pause()
        await pilot.press("enter")
        await desk.see(pilot)
        assert desk.app.stage is Stage.PLACE
        assert desk.live.view.slots[0].level_ua is None

        await _back_and_end(desk, pilot)


@pytest.mark.campaign
async def test_a_level_begun_and_left_at_0_is_looked_after_too(attended: Desk) -> None:
    """Nothing flowed, and yet output was asked for: what comes after a treatment comes, and then its summary."""
    desk = attended
    async with desk.at(Stage.TITRATE) as pilot:
        desk.live.do(e.Titrate(1, 0, desk.live.view.epoch))
        desk.live.until(lambda view: view.word is Word.TITRATING)
        desk.live.do(e.Pause())
        desk.live.until(lambda view: view.word is Word.READY)
        await desk.see(pilot)
        await pilot.press("f3")
        await desk.see(pilot)
        await _back_and_end(desk, pilot, flowed=False)


async def _back_and_end(desk: Desk, pilot: Pilot[None], *, flowed: bool = True) -> None:
    """From the electrodes to the checklist and out, of a session in which output was asked for."""
    assert desk.app.stage is Stage.PLACE
    await pilot.press("f3")
    await pilot.pause()
    await pilot.press("enter")
    await desk.see(pilot)
    assert desk.app.stage is Stage.SCREENING
    await pilot.press("f3")
    await pilot.pause()
    said = " ".join(desk.text().split())
    assert ("Current has flowed in it" in said, "Nothing was stimulated" in said) == (flowed, not flowed)
    await pilot.press("enter")
    await pilot.pause()
    desk.live.run(500)
    await desk.see(pilot)
    assert desk.app.stage is Stage.AFTER
    look_after(desk.live)
    desk.live.do(e.Signed("Ada", "not today"))
    desk.live.run(500)
    await desk.see(pilot)
    await pilot.app.workers.wait_for_complete()
    await desk.see(pilot)
    assert desk.app.stage is Stage.SUMMARY, "no list of protocols before it is known what was given"
    assert "µC" in desk.text()


def test_nobody_is_told_that_nothing_flowed_where_it_did_or_may_have() -> None:
    view = replace(seen(running().session, OutputState()), dose=(DoseView(1, 0, 0),))
    given = replace(view, dose=(DoseView(1, 0, 20),))
    for words in (leave_words, leave_checklist_words):
        assert "current has flowed" in words(given).casefold()
        assert "current has flowed" not in words(view).casefold()


@pytest.mark.thorough
async def test_after_a_stop_in_the_treatment_back_leads_to_the_electrodes_and_while_it_runs_nowhere(
    attended: Desk,
) -> None:
    desk = attended
    async with desk.at(Stage.RUN) as pilot:
        await pilot.press("f3")
        await desk.see(pilot)
        assert desk.app.stage is Stage.RUN
        assert e.Back() not in desk.live.posted
        assert not desk.app.is_over
        await pilot.press("f12")
        desk.live.run(500)
        await desk.see(pilot)
        await pilot.press("f3")
        await desk.see(pilot)
        assert (desk.app.stage, desk.live.view.word) == (Stage.PLACE, Word.PLACING)


@pytest.mark.thorough
async def test_the_answer_to_a_question_about_one_session_does_nothing_to_another(desk: Desk) -> None:
    async with desk.at(Stage.SCREENING) as pilot:
        await pilot.press("f3")
        await pilot.pause()
        old, window = desk.live, pilot.app.screen
        old.finish()
        desk.app.forget_session()
        desk.app.live = desk._open(old.one, WHO)
        await desk.see(pilot)
        assert pilot.app.screen is window
        await pilot.press("enter")
        await desk.see(pilot)
        assert desk.live is not old
        assert desk.live.posted == []
        assert desk.live.view.word is Word.SCREENING


@pytest.mark.campaign
async def test_no_screen_of_another_session_comes_under_an_open_window(desk: Desk) -> None:
    async with desk.at(Stage.SUMMARY) as pilot:
        await pilot.app.workers.wait_for_complete()
        await pilot.press("f1")
        await pilot.pause()
        assert isinstance(pilot.app.screen, Help)
        summary = desk.app.step
        desk.app.post_message(NewSession())
        await desk.see(pilot)
        assert desk.app.step is summary
        assert desk.app.live is desk.live
        await pilot.press("q")
        await desk.see(pilot)
        assert desk.app.step is summary
