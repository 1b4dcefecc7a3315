"""The virtual patient beside the session: words of a body, pads pulled by click and by number, and no wait for it."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from nmes.runtime.sim_bench import Body, Comfort, Model, MuscleState, PadState, SimBench
from nmes.ui import bench_words as words
from nmes.ui.screens.bench import BenchWindow
from nmes.ui.theme import THEMES
from nmes.ui.widgets.bench_panel import PANEL_COLUMNS, BenchBody, BenchPanel, PadLine
from nmes.ui.widgets.stop_bar import StopBar

CALF = MuscleState("gastrocnemius", "left", 12_400, 43, cramping=False)
PADS = (
    PadState(1, "gastrocnemius", "left", Model.OWN, on=True),
    PadState(2, "none; skin beside the spine", "", Model.NONE, on=True),
)
BODY = Body(Comfort.STRONG, 310, (CALF,), PADS)


class Known:
    """A bench that shows what it is given, and keeps what is wanted of it."""

    def __init__(self, body: Body | None = BODY) -> None:
        self.body = body
        self.wanted: list[tuple[str, int]] = []

    def look(self) -> Body | None:
        return self.body

    def pull(self, channel: int) -> None:
        self.wanted.append(("pull", channel))

    def put_back(self, channel: int) -> None:
        self.wanted.append(("put_back", channel))


class Beside(App[None]):
    def __init__(self, bench: SimBench | None) -> None:
        super().__init__()
        self.bench = bench
        self.stops: list[str] = []

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static("the session")
            yield BenchPanel(lambda: self.bench)

    def on_mount(self) -> None:
        self.register_theme(THEMES[0])
        self.theme = THEMES[0].name

    def action_stop_all(self, source: str) -> None:
        self.stops.append(source)


def text_of(body: BenchBody) -> str:
    return "\n".join(str(line.render()) for line in body.query(Static))


# --- words ---


def test_a_body_is_told_in_words_with_its_units() -> None:
    lines = "\n".join(words.body_lines(BODY))
    assert "strong, no pain, 3.1 of 10" in lines
    assert "gastrocnemius, left" in lines
    assert "no cramp" in lines
    assert "12 N, tired 5 %" in lines


def test_a_cramp_is_a_word_and_not_a_colour() -> None:
    cramped = Body(Comfort.TOO_MUCH, 812, (MuscleState("calf", "", 0, 0, cramping=True),), ())
    lines = "\n".join(words.body_lines(cramped))
    assert "! CRAMP" in lines
    assert "MORE than tolerated, 8.1 of 10" in lines
    assert "no cramp" not in lines


def test_every_comfort_has_its_own_words() -> None:
    assert len({words.COMFORT[comfort] for comfort in Comfort}) == len(Comfort)


@pytest.mark.parametrize(
    ("pad", "line", "doubt"),
    [
        (PADS[0], "■ 1 on  gastrocnemius", ""),
        (PadState(3, "calf", "", Model.GENERIC, on=False), "□ 3 OFF  calf", "a general muscle stands for it"),
        (PADS[1], "■ 2 on  none; skin beside the spine", "no virtual patient for this muscle"),
    ],
)
def test_a_pad_is_told_with_what_is_not_modelled_under_it(pad: PadState, line: str, doubt: str) -> None:
    assert (words.pad_line(pad), words.pad_doubt(pad)) == (line, doubt)


# --- beside the session ---


async def test_beside_the_session_pads_are_pulled_and_put_back_by_click_and_by_number() -> None:
    bench = Known()
    app = Beside(bench)
    async with app.run_test(size=(120, 40)) as pilot:
        panel = app.query_one(BenchPanel)
        assert panel.region.width == PANEL_COLUMNS
        assert panel.region.right == 120
        assert "no virtual patient for this muscle" in text_of(panel)
        await pilot.click(PadLine)
        panel.focus()
        await pilot.press("2", "7")
        assert bench.wanted == [("pull", 1), ("pull", 2)]
        bench.body = Body(Comfort.NOTHING, 0, (), (PadState(1, "gastrocnemius", "left", Model.OWN, on=False),))
        panel.look()
        await pilot.pause()
        assert "□ 1 OFF" in text_of(panel)
        assert len(panel.query(PadLine)) == 1
        await pilot.press("1", "2")
        assert bench.wanted[2:] == [("put_back", 1)]


@pytest.mark.parametrize(("bench", "width"), [(None, 120), (Known(), 119)])
async def test_without_a_bench_or_without_room_nothing_is_taken_from_the_session(
    bench: Known | None, width: int
) -> None:
    app = Beside(bench)
    async with app.run_test(size=(width, 40)):
        assert not app.query_one(BenchPanel).display


async def test_a_simulator_that_does_not_answer_says_so_and_nothing_can_be_pulled() -> None:
    bench = Known(None)
    app = Beside(bench)
    async with app.run_test(size=(120, 40)) as pilot:
        panel = app.query_one(BenchPanel)
        panel.focus()
        await pilot.press("1")
        assert "No answer from the simulator." in text_of(panel)
        assert bench.wanted == []


async def test_the_window_has_the_stop_bar_and_closes_by_its_own_key() -> None:
    bench = Known()
    app = Beside(None)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(BenchWindow(lambda: bench))
        await pilot.pause()
        assert app.screen.query_one(StopBar).region.bottom == 24
        await pilot.press("2")
        assert bench.wanted == [("pull", 2)]
        await pilot.click(StopBar)
        assert app.stops == ["mouse"]
        await pilot.press("f6")
        assert not isinstance(app.screen, BenchWindow)
