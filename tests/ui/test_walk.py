"""A whole session by keys alone: patient, protocol, checklist, pads, level, treatment, after, signature, summary."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from ui.bench_live import LIBRARY, BenchLive, Desk

from nmes.core import events as e
from nmes.core.measurement import Who
from nmes.core.view import Word
from nmes.record.files import Kind
from nmes.record.story import Signature
from nmes.record.telling import story_of
from nmes.ui.flow import Stage


@pytest.fixture
def attended(tmp_path: Path) -> Desk:
    return Desk(tmp_path, attended=True)


def on_step(desk: Desk, number: int) -> None:
    """This screen is shown, and says that it is a simulation."""
    assert desk.app.stage.number == number
    assert f" {number}/8 " in desk.text()
    assert "SIMULATION: no patient is connected" in desk.text()


async def to_checklist(desk: Desk, pilot: Pilot[None]) -> None:
    """From the first screen, for P-017 left, with the first protocol of the list."""
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    assert "LAST SESSIONS" in desk.text()
    await pilot.press("n")
    await desk.see(pilot)
    on_step(desk, 1)
    await pilot.press(*"P-017", "enter", "left")
    assert "P-017: no session on record." in desk.text()
    await pilot.press("f2")
    await desk.see(pilot)
    on_step(desk, 2)
    assert "Not a medical device. The P24 is a research stimulator." in desk.text()
    await pilot.app.workers.wait_for_complete()
    await pilot.press("enter")
    await pilot.app.workers.wait_for_complete()
    await desk.see(pilot)


async def find_level(desk: Desk, pilot: Pilot[None], live: BenchLive) -> None:
    await pilot.press("t")
    live.until(lambda view: view.word is Word.TITRATING)
    for level_ua in (500, 1_000, 1_500, 2_000):
        await pilot.press("+")
        live.until(lambda view, level_ua=level_ua: view.channels[0].confirmed_ua == level_ua)
        live.run(300)
    assert live.skin_ua() == 2_000
    await pilot.press("-")
    live.run(500)
    await pilot.press("a")
    live.run(500)
    await desk.see(pilot)
    assert "felt in the right place" in desk.text()
    await pilot.press("y")
    await desk.see(pilot)
    assert live.view.missing == ()
    assert live.view.plan.levels_ua == (1_500,)


async def treat(desk: Desk, pilot: Pilot[None], live: BenchLive) -> None:
    await pilot.press("s")
    live.until(lambda view: view.word is Word.ON)
    await desk.see(pilot)
    on_step(desk, 6)
    assert "● ON   contraction 1 of 18" in desk.text()
    await pilot.press("m", "p")
    live.run(500)
    await desk.see(pilot)
    assert "‖ PAUSED" in desk.text()
    assert e.Mark("pain") in live.posted
    await pilot.press("r")
    live.until(lambda view: view.word is Word.RESUMING)
    live.until(lambda view: view.channels[0].confirmed_ua == 1_500)
    await desk.see(pilot)
    await pilot.press("e")
    await pilot.pause()
    await pilot.press("enter")
    await pilot.pause()
    live.run(500)
    await desk.see(pilot)


async def sign(desk: Desk, pilot: Pilot[None], live: BenchLive) -> None:
    on_step(desk, 7)
    assert live.view.word is Word.AFTER
    await pilot.press("f2")
    await desk.see(pilot)
    on_step(desk, 7)  # nothing was looked at yet
    await desk.keys(pilot, "home", "0", "1", "down", "down", "n")
    await desk.see(pilot)
    await pilot.press("f2")
    await desk.see(pilot)
    on_step(desk, 8)
    await pilot.press("f3")
    await desk.see(pilot)
    on_step(desk, 7)
    await pilot.press("f2")
    await desk.see(pilot)
    on_step(desk, 8)
    await pilot.press(*"Ada")
    await pilot.press("tab", *"not today", "f2")
    live.run(500)
    await desk.see(pilot)
    await pilot.app.workers.wait_for_complete()
    await desk.see(pilot)


@pytest.mark.thorough
async def test_a_whole_session_by_keys_alone(attended: Desk) -> None:
    desk = attended
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await to_checklist(desk, pilot)
        live, protocol = desk.live, LIBRARY[0].protocol
        assert desk.who == Who("P-017", "left")

        on_step(desk, 3)
        await desk.keys(pilot, *["n"] * len(protocol.screening_codes))
        await pilot.press("enter", *"Ada", "tab", *"p-017", "enter")
        await desk.see(pilot)
        assert e.ReadBack(e.Read.CODE, "p-017") in live.posted
        await pilot.press("f2")
        await desk.see(pilot)
        assert live.posted[-1] == e.Screened(tuple(e.Answer(c, e.Reply.NO) for c in protocol.screening_codes), "Ada")

        on_step(desk, 4)
        await pilot.press("2", "l")
        await desk.see(pilot)
        assert live.view.missing == ("pads",)
        await pilot.press("f2")
        await desk.see(pilot)
        assert live.posted[-1] == e.Placed(((1, 2_500),))

        on_step(desk, 5)
        await find_level(desk, pilot, live)
        await treat(desk, pilot, live)
        await sign(desk, pilot, live)

        assert desk.app.stage is Stage.SUMMARY
        assert "The record is intact" in desk.text()
        assert "Ended before its time." in desk.text()
        assert live.record.stem in desk.text().replace("\n", "")
        assert isinstance(story_of(live.record, Kind.SIMULATION).signature, Signature)
        await pilot.press("enter")
        await desk.see(pilot)
        await pilot.app.workers.wait_for_complete()
        await desk.see(pilot)
        assert desk.app.stage is Stage.HOME
        assert "P-017 LEFT" in desk.text()
        assert desk.app.live is None


@pytest.mark.thorough
async def test_the_heartbeat_comes_from_the_timer_that_paints(desk: Desk) -> None:
    async with desk.at(Stage.RUN) as pilot:
        before = desk.live.beats
        pilot.app.beat()
        assert desk.live.beats == before + 1
        desk.live.bench.screen_alive = False
        desk.live.run(3_000)
        await desk.see(pilot)
        assert desk.live.view.word is Word.PAUSED
        assert "Paused: this screen had stopped answering." in desk.text()
