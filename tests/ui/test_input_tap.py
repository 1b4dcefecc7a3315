"""STOP in the thread that reads the terminal: heard while the event loop is blocked, through a real terminal pair."""

from __future__ import annotations

import os
import sys

import pytest
from textual import events
from textual.driver import Driver
from textual.drivers._writer_thread import WriterThread
from textual.drivers.headless_driver import HeadlessDriver
from ui.bench_live import CRAMP, Desk
from ui.terminal_pair import terminal

from nmes.core.view import Word
from nmes.ui.flow import Stage
from nmes.ui.input_tap import Stamp, Tap, TapDriver, tapped


def key(name: str) -> events.Key:
    return events.Key(name, None)


def press(row: int) -> events.MouseDown:
    return events.MouseDown(None, 5, row, 0, 0, 1, False, False, False, screen_x=5, screen_y=row)


class Heard:
    """A tap over a terminal of 24 rows, and what it was told to do."""

    def __init__(self) -> None:
        self.stops: list[str] = []
        self.epoch = 7
        self.tap = Tap(self.stops.append, lambda: self.epoch, lambda: 24)


@pytest.mark.parametrize("name", ["f12", "ctrl+c", "escape"])
def test_stop_keys_stop_when_read(name: str) -> None:
    heard, read = Heard(), key(name)
    heard.tap.hear(read)
    assert heard.stops == ["key"]
    assert heard.tap.stamp_of(read) == Stamp(7, stopped=True)


def test_other_keys_and_messages_do_not_stop() -> None:
    heard = Heard()
    for message in (key("space"), key("plus"), key("ctrl+q"), events.Focus(), events.Resize((1, 1), (1, 1))):
        heard.tap.hear(message)
    assert heard.stops == []


def test_a_press_on_the_stop_bar_stops_when_read_and_one_above_it_does_not() -> None:
    heard = Heard()
    heard.tap.hear(press(20))
    assert heard.stops == []
    heard.tap.hear(press(21))
    assert heard.stops == ["mouse"]


def test_an_input_keeps_the_epoch_at_which_it_was_read() -> None:
    heard, old, new = Heard(), key("plus"), key("plus")
    heard.tap.hear(old)
    heard.epoch = 8
    heard.tap.hear(new)
    assert heard.tap.stamp_of(old).epoch == 7
    assert heard.tap.stamp_of(new).epoch == 8


def test_what_the_app_makes_of_an_input_is_as_old_as_that_input() -> None:
    heard, click = Heard(), press(5)
    heard.tap.hear(click)
    heard.epoch = 8
    assert heard.tap.stamp_of(click).epoch == 7
    assert heard.tap.stamp_of(key("plus")).epoch == 7


def test_without_a_tap_the_epoch_is_that_of_the_present() -> None:
    assert Heard().tap.stamp_of(key("plus")) == Stamp(7)


def test_any_driver_can_be_tapped_and_stays_what_it_was() -> None:
    driver = tapped(HeadlessDriver)
    assert issubclass(driver, TapDriver)
    assert issubclass(driver, HeadlessDriver)
    assert driver.start_application_mode is HeadlessDriver.start_application_mode
    assert driver.send_message is not Driver.send_message


@pytest.mark.covers("PR-01")
@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is needed")
@pytest.mark.parametrize(
    "pressed",
    [
        pytest.param(b"\x03", id="ctrl+c", marks=pytest.mark.campaign),
        pytest.param(b"\x1b[24~", id="f12", marks=pytest.mark.thorough),
        pytest.param(b"\x1b[<0;40;23M", id="mouse on the bar", marks=pytest.mark.thorough),
        pytest.param(b"\x1b", id="esc", marks=pytest.mark.campaign),
        pytest.param(b"\x1b+++\r", id="esc and keys behind it"),
        pytest.param(b"\x1b[200~abc\x03", id="in a paste without an end", marks=pytest.mark.campaign),
        pytest.param(b"\xe9\x1b[24;2~", id="no utf-8, shift+f12", marks=pytest.mark.campaign),
    ],
)
async def test_a_stop_is_heard_while_the_event_loop_is_blocked(desk: Desk, monkeypatch, pressed: bytes) -> None:
    with terminal(monkeypatch) as near:
        async with desk.app.run_test(headless=False, size=(80, 24)) as pilot:
            await desk.begin(pilot, CRAMP)
            desk.bring(Stage.RUN)
            live = desk.live
            live.until(lambda view: view.word is Word.ON)
            blocked_at_us = live.bench.clock.now_us
            os.write(near, b"+++" + pressed)
            assert live.stopped.wait(10), "the loop is blocked here, and STOP was heard"
            assert live.stops[0][1] == "textual-input"
            live.run(3_000)
            assert live.last_pulse_us() <= blocked_at_us
            await pilot.pause()
            assert live.view.word is Word.STOPPED
            assert live.view.channels[0].commanded_ua == 0


@pytest.mark.thorough
async def test_a_terminal_that_is_closed_stops_and_ends_the_app(desk: Desk) -> None:
    """`panic` is what Textual's reading thread asks for when the terminal cannot be read."""
    async with desk.at(Stage.RUN) as pilot:
        pilot.app.panic("what Textual would print")
        assert desk.live.stops == [("terminal", "MainThread")]
    assert desk.app.return_code == 1


class DeadTerminal:
    """A terminal file whose other end is gone."""

    def write(self, _text: str) -> int:
        raise OSError(5, "the terminal is gone")

    def flush(self) -> None: ...


class Written(HeadlessDriver):
    """A driver that writes as the real ones do: through Textual's thread."""

    def write(self, data: str) -> None:
        self._writer_thread.write(data)

    def close(self) -> None:
        self._writer_thread.stop()


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_a_terminal_that_is_gone_holds_nothing_up_and_stops_the_output(desk: Desk) -> None:
    async with desk.at(Stage.RUN) as pilot:
        driver = tapped(Written)(pilot.app)
        driver._writer_thread = WriterThread(DeadTerminal())
        driver.write("kept until the thread runs")
        driver._writer_thread.start()
        driver._writer_thread.join(5)
        for _ in range(100):
            driver.write("with a queue of 30 and nobody reading it, this would wait for ever")
        driver.flush()
        driver.close()
        await desk.live.wait_stopped()
        assert desk.live.stops == [("terminal", "MainThread")]
    assert desk.app.return_code == 1


@pytest.mark.thorough
async def test_a_terminal_that_is_there_is_written_to(desk: Desk) -> None:
    written = []
    async with desk.at(Stage.CHOOSE) as pilot:
        driver = tapped(Written)(pilot.app)
        driver._writer_thread = WriterThread(type("Alive", (), {"write": written.append, "flush": lambda _: None})())
        driver._writer_thread.start()
        driver.write("heard")
        driver.flush()
        driver.close()
    assert written == ["heard"]
