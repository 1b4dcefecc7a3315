"""What was measured of Textual and shaped the design, kept as tests: a new version may change it.

One test per row of the measured table: where the framework's own behaviour is a trap, the trap is shown with a bare app
first, then that ours does not fall into it. (Row 3, Esc is slow and so never the only STOP, stands in test_stop.py.)
"""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.theme import BUILTIN_THEMES
from textual.widgets import Input
from ui.bench_live import Desk

from nmes.core import events as e
from nmes.core.view import Word
from nmes.ui.flow import Stage
from nmes.ui.theme import DARK, THEMES


class Bare(App[None]):
    """An app that binds Space, Escape and F12 with priority, and counts."""

    BINDINGS: ClassVar = [Binding("space,escape,f12", "hit", priority=True)]

    def __init__(self) -> None:
        super().__init__()
        self.hits = 0

    def compose(self) -> ComposeResult:
        yield Input()

    def action_hit(self) -> None:
        self.hits += 1


async def test_1_a_lost_terminal_or_a_signal_stops_first_and_ends_the_app(desk: Desk) -> None:
    async with desk.at(Stage.RUN) as pilot:
        pilot.app.stop_and_exit("SIGHUP", 129)
        assert [source for source, _ in desk.live.stops] == ["SIGHUP"], "before the loop has done anything"
        await pilot.pause()
        assert pilot.app.return_code == 129


async def test_2_a_printable_key_is_swallowed_by_a_text_field_and_f12_and_escape_are_not() -> None:
    app = Bare()
    async with app.run_test() as pilot:
        app.query_one(Input).focus()
        await pilot.press("space")
        assert app.hits == 0, "so Space is a STOP only where there is no text field"
        await pilot.press("f12", "escape")
        assert app.hits == 2


async def test_4_what_was_queued_before_a_stop_does_nothing_after_it(desk: Desk) -> None:
    async with desk.at(Stage.TITRATE) as pilot:
        await pilot.press("t")
        desk.live.until(lambda view: view.word is Word.TITRATING)
        await desk.see(pilot)
        read = [events.Key("plus", "+") for _ in range(30)] + [events.Key("t", "t"), events.Key("f12", None)]
        for key in read:
            pilot.app.tap.hear(key)
        assert desk.live.stops == [("key", "MainThread")], "STOP overtakes all that was queued"
        desk.live.run(300)
        assert desk.live.view.word is Word.STOPPED
        for key in read:
            pilot.app.post_message(key)
            desk.live.run(300)
            await pilot.pause()
        late = [event for event in desk.live.posted if isinstance(event, e.Increase | e.Titrate)][1:]
        assert any(isinstance(event, e.Titrate) for event in late), "it would have been heard when stopped"
        assert all(event.epoch < desk.live.view.epoch for event in late)
        assert desk.live.view.word is Word.STOPPED
        assert desk.live.view.note.code == "refused:stale"
        assert desk.live.stops == [("key", "MainThread")], "and the key that stopped is not counted twice"


async def test_5_a_held_key_is_one_step(desk: Desk) -> None:
    async with desk.at(Stage.TITRATE) as pilot:
        await pilot.press("t")
        desk.live.until(lambda view: view.word is Word.TITRATING)
        await desk.see(pilot)
        for _ in range(10):
            await pilot.press("+")
            desk.live.run(33)
        assert sum(isinstance(event, e.Increase) for event in desk.live.posted) == 1
        assert desk.live.view.channels[0].level_ua == 500


async def test_6_quitting_stops_first_and_ctrl_c_is_a_stop(desk: Desk) -> None:
    async with desk.at(Stage.RUN) as pilot:
        await pilot.press("ctrl+c")
        assert desk.live.stops == [("key", "MainThread")]
        await pilot.press("ctrl+q")
        assert desk.live.stops[-1][0] == "quit"
        assert desk.live.done
        assert pilot.app.return_code == 0


def test_7_no_built_in_theme_is_made_for_us_so_we_bring_our_own() -> None:
    for theme in THEMES:
        assert theme.name not in BUILTIN_THEMES
    hues = {DARK.primary, DARK.secondary, DARK.accent, DARK.success}
    assert hues <= {"#0072B2", "#56B4E9"}, "blue for what runs, no green beside the red of STOP"
