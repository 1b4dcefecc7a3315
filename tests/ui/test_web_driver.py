"""The driver behind a page: what ends it, breaks it or leaves it silent stops, in the thread that reads."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from textual.app import App
from textual.events import Resize

from nmes.ui.input_tap import Tap
from nmes.ui.web_driver import BROWSER_GONE, BROWSER_SILENT, BrowserDriver, WatchedInput


class Fed:
    """A reader that gives what it is fed; b"" is a tenth of a second in which nothing came."""

    def __init__(self, *data: bytes) -> None:
        self.data = data
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        yield from self.data

    def close(self) -> None:
        self.closed = True


class Told(App[None]):
    """Keeps who stopped it, and whether it was asked to end."""

    def __init__(self) -> None:
        super().__init__()
        self.stops: list[str] = []
        self.ends: list[tuple[str, int]] = []

    def stop(self, source: str) -> None:
        self.stops.append(source)

    def stop_and_exit(self, source: str, return_code: int) -> None:
        self.ends.append((source, return_code))


@pytest.fixture
async def driver(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[BrowserDriver]:
    """Joined to pipes as `nmes serve` joins it; what it writes is in the pipe whose ends are `ends`."""
    near_in, far_in = os.pipe()
    far_out, near_out = os.pipe()
    with os.fdopen(near_in, "rb") as stdin, os.fdopen(near_out, "wb") as stdout:
        monkeypatch.setattr(sys, "__stdin__", io.TextIOWrapper(stdin))
        monkeypatch.setattr(sys, "__stdout__", io.TextIOWrapper(stdout))
        made = BrowserDriver(Told())
        made.ends = (far_in, far_out)  # type: ignore[attr-defined]  # the test's own hold on the far ends
        yield made
    for end in made.ends:  # type: ignore[attr-defined]  # as above
        if end >= 0:
            os.close(end)


def feed(driver: BrowserDriver, *data: bytes) -> Told:
    vars(driver)["_input_reader"] = Fed(*data)
    driver.run_input_thread()
    app = driver._app
    assert isinstance(app, Told)
    return app


def meta(text: bytes) -> bytes:
    return b"M" + len(text).to_bytes(4, "big") + text


def test_a_silence_is_told_once_until_the_page_is_heard_again() -> None:
    now_s, told = [0.0], []
    fed = Fed(b"beat", *[b""] * 40, b"beat", *[b""] * 40)
    for data in WatchedInput(fed, lambda: told.append(now_s[0]), lambda: now_s[0]):
        now_s[0] += 0.0 if data else 0.125
    assert told == [2.625, 7.625]


def test_a_page_that_beats_is_never_silent() -> None:
    now_s, told = [0.0], []
    for data in WatchedInput(Fed(*[b"beat", *[b""] * 20] * 5), lambda: told.append(now_s[0]), lambda: now_s[0]):
        now_s[0] += 0.0 if data else 0.125
    assert told == []


def test_closing_the_watch_closes_what_it_reads() -> None:
    fed = Fed()
    WatchedInput(fed, lambda: None).close()
    assert fed.closed


async def test_silence_stops_and_does_not_end(driver: BrowserDriver) -> None:
    driver._silent()
    app = driver._app
    assert isinstance(app, Told)
    assert (app.stops, app.ends) == ([BROWSER_SILENT], [])


@pytest.mark.covers("TH-06")
@pytest.mark.parametrize(
    "data",
    [
        (),
        (meta(b'{"type":"quit"}'),),
        (meta(b'{"type":"exit"}'),),
        (meta(b"{no JSON"),),
        (b"D\0\0\0\2\xff\xff", b"D\0\0\0\1x"),
    ],
    ids=["end of the pipe", "page closed", "told to end", "unreadable", "no text"],
)
async def test_every_end_of_the_input_stops_and_asks_to_end(driver: BrowserDriver, data: tuple[bytes, ...]) -> None:
    ends = feed(driver, *data).ends
    assert ends
    assert set(ends) == {(BROWSER_GONE, 0)}


def typed(keys: bytes) -> bytes:
    return b"D" + len(keys).to_bytes(4, "big") + keys


async def test_what_a_page_types_stops_before_the_parser_and_no_byte_of_it_ends_anything(
    driver: BrowserDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    stops, heard = [], []
    driver._app.tap = Tap(stops.append, lambda: 7, lambda: 24)  # type: ignore[attr-defined]  # as a StoppingApp has
    monkeypatch.setattr(driver, "process_message", heard.append)
    for keys, stopped, told in (
        (b"\xed\xa0\x80", [], ["replacement_character"] * 3),
        (b"\x1b", ["key"], ["escape"]),
        (b"\x1b+", ["key"], ["escape", "plus"]),
        (b"\x1b[200~abc\x03", ["key"], ["ctrl+c"]),
    ):
        stops.clear()
        heard.clear()
        feed(driver, typed(keys))
        assert stops == stopped
        assert [event.key for event in heard] == told


@pytest.mark.parametrize(
    ("asked", "given"),
    [((-5, 0), (1, 1)), ((10**9, 10**12), (500, 200)), ((100, 30), (100, 30)), (('"x"', 30), (1, 30))],
)
async def test_a_page_has_a_size_that_there_can_be(
    driver: BrowserDriver, monkeypatch: pytest.MonkeyPatch, asked: tuple[object, object], given: tuple[int, int]
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(driver._app, "post_message", sent.append)
    feed(driver, meta(f'{{"type":"resize","width":{asked[0]},"height":{asked[1]}}}'.encode()))
    assert [event.size for event in sent if isinstance(event, Resize)] == [given]


async def test_an_app_that_has_ended_by_itself_is_not_ended_again(driver: BrowserDriver) -> None:
    driver.exit_event.set()
    assert feed(driver).ends == []


async def test_a_page_that_takes_nothing_any_more_stops_once(driver: BrowserDriver) -> None:
    far_in, far_out = driver.ends  # type: ignore[attr-defined]  # the test's own hold on the far ends
    driver.write("shown")
    assert os.read(far_out, 100) == b"D\0\0\0\5shown"
    os.close(far_out)
    driver.ends = (far_in, -1)  # type: ignore[attr-defined]  # as above
    driver.write("lost")
    driver.write("lost")
    app = driver._app
    assert isinstance(app, Told)
    assert app.ends == [(BROWSER_GONE, 0)]


async def test_it_tells_nobody_where_nobody_can_be_told(driver: BrowserDriver) -> None:
    vars(driver)["_app"] = App[None]()
    driver._silent()
    vars(driver)["_input_reader"] = Fed()
    driver.run_input_thread()
