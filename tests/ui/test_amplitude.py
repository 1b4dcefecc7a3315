"""Up and down where current can flow: what the screens send, and what they show of it."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.events import Key
from textual.widgets import Digits, Static
from ui.bench_live import Desk, titrate

from nmes.core import events as e
from nmes.core.view import Word
from nmes.ui.flow import Stage
from nmes.ui.widgets.readout import Readout
from nmes.ui.widgets.strips import cut

REPEAT_MS = 33
"""From one repeat of a held key to the next."""


async def titrating(desk: Desk, pilot) -> None:
    await pilot.press("t")
    desk.live.until(lambda view: view.word is Word.TITRATING)
    await desk.see(pilot)


@pytest.mark.covers("SR-11")
async def test_plus_relocks_after_four_seconds_and_u_or_minus_unlocks_it(desk: Desk) -> None:
    async with desk.at(Stage.TITRATE) as pilot:
        await titrating(desk, pilot)
        for unlock in ("u", "minus", "subtract"):
            desk.live.run(4_500)
            await pilot.press("+")
            await pilot.pause()
            assert "! + is locked. Press u (or -) to unlock it." in desk.text()
            assert not any(isinstance(event, e.Increase) for event in desk.live.posted)
            await pilot.press(unlock)
        await pilot.press("add")
        assert sum(isinstance(event, e.Increase) for event in desk.live.posted) == 1
        hand_ms = desk.live.view.now_ms + 500
        desk.app.hand_ms = lambda _view: hand_ms
        desk.live.run(10_000)
        await desk.see(pilot)
        assert "+ is one step" in desk.text(), "a simulated session that runs faster locks by the time of a hand"
        await pilot.press("+")
        assert sum(isinstance(event, e.Increase) for event in desk.live.posted) == 2


@pytest.mark.thorough
@pytest.mark.covers("SR-05")
@pytest.mark.parametrize(
    "lag_ms", [198, *(pytest.param(ms, marks=pytest.mark.campaign) for ms in (132, 165, 330, 500))]
)
async def test_a_held_plus_is_one_step_however_late_the_screen_handles_what_was_read(desk: Desk, lag_ms: int) -> None:
    async with desk.at(Stage.TITRATE) as pilot:
        await titrating(desk, pilot)
        await pilot.press("u")
        for _ in range(1_000 // lag_ms + 1):
            read = []
            for _ in range(lag_ms // REPEAT_MS):
                desk.live.run(REPEAT_MS)
                read.append(Key("plus", "+"))
                desk.app.tap.hear(read[-1])
            for key in read:
                desk.app.post_message(key)
            await pilot.pause()
        assert sum(isinstance(event, e.Increase) for event in desk.live.posted) == 1
        assert [event for event in desk.live.posted if isinstance(event, e.Mark)] == [e.Mark("plus_held")]
        desk.live.run(500)
        press = Key("plus", "+")
        desk.app.tap.hear(press)
        desk.app.post_message(press)
        await pilot.pause()
        assert sum(isinstance(event, e.Increase) for event in desk.live.posted) == 2, "a press of its own is heard"


def titrate_to(desk: Desk, level_ua: int) -> None:
    """The first slot live at this amplitude."""
    live = desk.live
    live.do(e.Titrate(1, 0, live.view.epoch))
    live.until(lambda view: view.word is Word.TITRATING)
    while live.view.channels[0].level_ua < level_ua:
        live.do(e.Increase(1, live.view.epoch))
        live.run(400)


@pytest.mark.thorough
async def test_the_app_tells_the_step_of_a_key_that_nothing_is_bound_to_so_that_it_is_a_no_to_a_question(
    desk: Desk,
) -> None:
    async with desk.at(Stage.TITRATE) as pilot:
        await titrating(desk, pilot)
        step = desk.app.step
        step.crossing = step.crossing.sent(e.Accept(desk.live.view.epoch))
        await pilot.press("enter")
        assert step.crossing.asked is not None
        await pilot.press("k")
        assert step.crossing.asked is None


@pytest.mark.thorough
async def test_the_treatment_begins_with_plus_locked_and_each_unlocked_plus_is_one_step(desk: Desk) -> None:
    async with desk.at(Stage.RUN) as pilot:
        desk.live.until(lambda view: view.word is Word.ON)
        await desk.see(pilot)
        assert "+ LOCKED (u unlocks)" in desk.text()
        await pilot.press("+")
        assert not any(isinstance(event, e.Increase) for event in desk.live.posted)
        desk.live.run(500)
        await pilot.press("u", "+")
        desk.live.run(600)
        assert desk.live.view.channels[0].level_ua == 2_500
        desk.live.posted.clear()
        await desk.see(pilot)
        await pilot.press("u")  # a click of the pilot does not pass the app, where it would be known when it was read
        await pilot.click("#plus")
        await pilot.pause()
        assert [type(event) for event in desk.live.posted] == [e.Increase], "a click on the button"
        desk.live.until(lambda view: view.word is Word.REST)
        await pilot.press("u", "+")
        await desk.see(pilot)
        assert "! Increase only while channel 1 is fully ON, not in a ramp or a rest." in desk.text()


@pytest.mark.thorough
async def test_no_wheel_no_drag_and_no_number_changes_the_amplitude_shown_as_commanded_and_confirmed(
    desk: Desk,
) -> None:
    async with desk.at(Stage.RUN) as pilot:
        desk.live.until(lambda view: view.word is Word.ON)
        desk.live.run(300)
        await desk.see(pilot)
        await pilot.press("u", "3", "0", "enter", "pageup", "up")
        await pilot.click(offset=(10, 6))
        pilot.app.screen.scroll_up(animate=False)
        assert desk.live.posted == []
        await desk.see(pilot)
        assert "commanded 2.0 mA" in desk.text()
        assert "confirmed 2.0 mA" in desk.text()
        assert "s ago" in desk.text()


@pytest.mark.thorough
async def test_a_device_that_goes_silent_is_shown_as_unsure_never_as_off(desk: Desk) -> None:
    async with desk.at(Stage.RUN) as pilot:
        desk.live.until(lambda view: view.word is Word.ON)
        desk.live.silence_device()
        desk.live.run(5_000)
        await desk.see(pilot)
        assert "? UNSURE" in desk.text()
        assert "STOP UNCONFIRMED. Switch the stimulator OFF, or pull its cable, NOW." in desk.text()
        assert "OFF, confirmed" not in desk.text()
        assert "– off" not in desk.text()
        assert "confirmed unknown" in desk.text()


@pytest.mark.covers("SR-11")
async def test_down_is_never_locked_and_nothing_is_shown_of_a_level_that_nobody_knows(desk: Desk) -> None:
    async with desk.at(Stage.TITRATE) as pilot:
        assert "t begins from 0 mA" in desk.text()
        titrate_to(desk, 3_000)
        await desk.see(pilot)
        desk.live.run(10_000)
        await pilot.press("-", "-", "-", "-")
        desk.live.run(300)
        assert desk.live.view.channels[0].commanded_ua == 1_000, "never held back"
        assert desk.live.skin_ua() == 1_000
        desk.live.silence_device()
        desk.live.run(5_000)
        await desk.see(pilot)
        assert "? UNSURE" in desk.text()
        assert pilot.app.screen.query_one(Digits).value == "--"
        assert "t begins from 0 mA" not in desk.text()


class Alone(App[None]):
    """A readout by itself, in a column narrower than its label."""

    def compose(self) -> ComposeResult:
        yield Readout("mA", id="amplitude")


async def test_a_long_muscle_name_keeps_to_its_column() -> None:
    async with Alone().run_test(size=(24, 6)) as pilot:
        pilot.app.query_one(Readout).show("Channel 1  none; skin over the nerve", "2.0")
        await pilot.pause()
        rows = ["".join(s.text for s in strip) for strip in pilot.app.screen._compositor.render_strips()]
        assert any(row.rstrip().endswith("…") for row in rows)
    assert cut("quadriceps", 10) == "quadriceps"
    assert cut("vastus medialis", 10) == "vastus me…"


@pytest.mark.thorough
async def test_a_countdown_of_minutes_has_no_seconds_beside_it(desk: Desk) -> None:
    async with desk.at(Stage.RUN, protocol="tens_conventional") as pilot:
        desk.live.until(lambda view: view.word is Word.ON)
        await desk.see(pilot)
        unit = pilot.app.screen.query_one("#countdown .unit", Static)
        assert str(unit.content) == ""
        assert "To RAMP DOWN" in desk.text()


@pytest.mark.thorough
async def test_after_a_stop_the_levels_are_found_again(desk: Desk) -> None:
    async with desk.at(Stage.RUN) as pilot:
        desk.live.until(lambda view: view.word is Word.ON)
        await pilot.press("f12")
        desk.live.run(500)
        await desk.see(pilot)
        await pilot.press("t")
        await desk.see(pilot)
        assert "5/8 Levels" in desk.text()
        assert "not set" in desk.text()
        await titrating(desk, pilot)
        assert desk.live.view.channels[0].commanded_ua == 0


@pytest.mark.thorough
async def test_the_screen_asks_before_it_pauses_for_want_of_an_operator(desk: Desk) -> None:
    async with desk.at(Stage.RUN) as pilot:
        limit_ms = desk.live.one.protocol.operator_absent_limit_ms
        await pilot.press("h")
        desk.live.run(limit_ms - 10_000)
        await desk.see(pilot)
        assert desk.text().count("ARE YOU THERE?") == 1
        await pilot.press("h")
        await desk.see(pilot)
        assert "ARE YOU THERE?" not in desk.text()
        desk.live.run(20_000)
        assert desk.live.view.word not in {Word.PAUSED, Word.HALTING}
        assert desk.live.posted == []
        assert desk.live.touches == 2


@pytest.mark.thorough
@pytest.mark.parametrize("protocol", ["quads_acl_reconstruction"])
async def test_each_channel_has_its_line_and_the_arrows_choose_it(desk: Desk, protocol: str) -> None:
    async with desk.at(Stage.TITRATE, protocol=protocol) as pilot:
        live = desk.live
        for slot in live.view.plan.slots:
            titrate(live, slot.channel, slot.waveform, 1_000)
        await desk.see(pilot)
        await pilot.press("enter")
        assert "! This level is set. t finds it again, from 0." in desk.text()
        assert live.posted == [], "Enter throws no level away"
        await pilot.press("s")
        live.until(lambda view: view.word in {Word.RAMP_UP, Word.ON})
        await desk.see(pilot)
        channels = len(live.view.channels)
        assert all(f" {n}  " in desk.text() for n in range(1, channels + 1))
        await pilot.press("down")
        await pilot.pause()
        assert f"Channel {2 if channels > 1 else 1} " in desk.text()
