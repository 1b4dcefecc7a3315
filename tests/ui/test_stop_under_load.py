"""STOP while everything else is busy: a screen that stands still, keys that wait, windows, reports, a slow disk.

Judged by the simulator's trace: after the moment at which the key was read no pulse begins, or, on the real clock,
none after one turn of the loop. Every screen and window stands in the tables of `test_stop`, which fail if one is
added; what can have the focus is found on the screens themselves.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot
from textual.screen import Screen
from together import real_line
from ui.bench_live import BEFORE_A_SESSION, CRAMP, LIBRARY, BenchLive, Desk
from ui.test_stop import OVER, STEPS, WINDOWS

from helpers.mistakes import five_mistakes
from nmes.core import events as e
from nmes.core.measurement import NOBODY, Who
from nmes.core.view import View, Word
from nmes.record.clocks import Clocks
from nmes.record.disk import Disk, full_sync
from nmes.record.journal import Journal
from nmes.record.sink import JournalThread, Post
from nmes.reports.writing import write_report
from nmes.runtime.library import Loaded
from nmes.runtime.live import Summary
from nmes.runtime.turn import LONGEST_WAIT_MS
from nmes.ui.flow import Stage
from nmes.ui.messages import Chosen, OpenPatient
from nmes.ui.report_wording import WORDING

if sys.platform == "win32":
    pytest.skip("a pseudo-terminal is needed", allow_module_level=True)

from ui.terminal_pair import terminal

PRESSED = {"f12": b"\x1b[24~", "ctrl+c": b"\x03", "mouse on the bar": b"\x1b[<0;40;23M", "esc": b"\x1b+++\r"}
"""Esc with keys behind it, as a hand that is in a hurry types them."""
FLOWING = {Word.TITRATING, Word.ON, Word.RAMP_UP, Word.RAMP_DOWN, Word.REST}
QUEUED = b"+" * 30 + b"t"
"""Typed before the STOP: 30 steps, and a new beginning that would be heard after it."""
WAIT_S = 40
SOON_US = 150_000
"""From a key that is written to a silent skin, on a busy computer [design]."""


def to_current(live: BenchLive) -> None:
    """Half a milliampere on the skin while a level is found, whatever was before."""
    if live.view.word is Word.TITRATING:
        return
    live.do(e.Titrate(1, 0, live.view.epoch))
    live.until(lambda view: view.word is Word.TITRATING)
    live.do(e.Increase(1, live.view.epoch))
    live.until(lambda view: view.channels[0].confirmed_ua == 500)
    live.run(300)


def silent_since(live: BenchLive, read_us: int, *, for_ms: int = 3_000) -> None:
    """No pulse has begun after the key was read, and none comes later."""
    live.run(for_ms)
    assert live.last_pulse_us() <= read_us
    assert live.view.word not in FLOWING


# --- every screen and window, every focus ---


def focusable(screen: Screen[Any]) -> list[Any]:
    """What can have the focus there now, and nothing at all."""
    return [None, *screen.focus_chain]


async def stops_with_every_focus(desk: Desk, pilot: Pilot[None], make: Callable[[], None]) -> int:
    """Current is brought, the screen made, each focus tried with a STOP key in turn; how many were tried."""
    tried, keys = 0, ("f12", "ctrl+c", "escape")
    while True:
        to_current(desk.live)
        await desk.see(pilot)
        make()
        await desk.see(pilot)
        found = focusable(pilot.app.screen)
        if tried == len(found):
            return tried
        pilot.app.screen.set_focus(found[tried])
        await pilot.pause()
        assert desk.live.skin_ua() == 500
        read_us = desk.live.bench.clock.now_us
        await pilot.press(keys[tried % 3])
        silent_since(desk.live, read_us)
        while pilot.app.screen is not desk.app.step:
            pilot.app.pop_screen()
            await desk.see(pilot)
        tried += 1


@pytest.mark.covers("PR-01")
@pytest.mark.campaign
@pytest.mark.parametrize("window", WINDOWS, ids=lambda kind: kind.__name__)
async def test_stop_silences_the_skin_in_every_window_with_any_focus(desk: Desk, window: type) -> None:
    async with desk.at(Stage.TITRATE) as pilot:
        tried = await stops_with_every_focus(desk, pilot, lambda: pilot.app.push_screen(WINDOWS[window]()))
        assert tried == len(focusable(pilot.app.screen))


@pytest.mark.campaign
@pytest.mark.parametrize("kind", [kind for kind in STEPS if STEPS[kind] not in BEFORE_A_SESSION])
async def test_stop_is_heard_on_every_screen_with_any_focus(tmp_path: Path, kind: type) -> None:
    desk = Desk(tmp_path, attended=True)
    async with desk.at(STEPS[kind]) as pilot:
        if STEPS[kind] is Stage.TITRATE:
            await stops_with_every_focus(desk, pilot, lambda: None)
        for focus in focusable(pilot.app.screen):
            before = len(desk.live.stops)
            pilot.app.screen.set_focus(focus)
            await pilot.pause()
            await pilot.press("f12", "ctrl+c")
            assert len(desk.live.stops) == before + 2, f"{focus} swallowed it"


@pytest.mark.campaign
@pytest.mark.parametrize("kind", OVER)
async def test_stop_is_heard_on_what_is_laid_over_a_step_with_any_focus(desk: Desk, kind: type) -> None:
    async with desk.at(Stage.SUMMARY) as pilot:
        await pilot.app.workers.wait_for_complete()
        desk.app.lay_over(OVER[kind](desk))
        await pilot.pause()
        for focus in focusable(pilot.app.screen):
            before = len(desk.live.stops)
            pilot.app.screen.set_focus(focus)
            await pilot.press("f12", "ctrl+c")
            assert len(desk.live.stops) == before + 2, f"{focus} swallowed it"


# --- a screen that stands still, keys that wait, windows ---


async def stop_while_it_stands_still(desk: Desk, pilot: Pilot[None], near: int, pressed: bytes) -> None:
    """The event loop does nothing for a second; then 30 `+` and a STOP are read, and later it goes through them."""
    live = desk.live
    live.run(1_000)
    assert live.skin_ua(), "it goes on while the screen stands still"
    live.stopped.clear()
    read_us = live.bench.clock.now_us
    os.write(near, QUEUED + pressed)
    assert live.stopped.wait(WAIT_S)
    assert live.stops[-1][1] == "textual-input"
    silent_since(live, read_us)
    touched = live.touches
    for _ in range(5_000):
        await asyncio.sleep(0)
        if live.touches > touched + 30:
            break
    await desk.see(pilot)
    silent_since(live, read_us)


@pytest.mark.parametrize(
    "window",
    [None, *(pytest.param(one, marks=pytest.mark.campaign) for one in WINDOWS)],
    ids=lambda kind: kind.__name__ if kind else "no_window",
)
async def test_a_stop_behind_30_plus_on_a_screen_that_stands_still(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, window: type | None
) -> None:
    with terminal(monkeypatch) as near:
        async with desk.app.run_test(headless=False, size=(80, 24)) as pilot:
            await desk.begin(pilot, CRAMP)
            desk.bring(Stage.TITRATE)
            await desk.see(pilot)
            for pressed in PRESSED.values():
                to_current(desk.live)
                await desk.see(pilot)
                if window is not None:
                    pilot.app.push_screen(WINDOWS[window]())
                    await pilot.pause()
                await stop_while_it_stands_still(desk, pilot, near, pressed)
                while pilot.app.screen is not desk.app.step:
                    pilot.app.pop_screen()
                    await desk.see(pilot)


@pytest.mark.campaign
@pytest.mark.parametrize("word", [Word.RAMP_UP, Word.ON, Word.RAMP_DOWN, Word.REST])
async def test_the_same_in_every_part_of_a_contraction(desk: Desk, monkeypatch: pytest.MonkeyPatch, word: Word) -> None:
    with terminal(monkeypatch) as near:
        async with desk.app.run_test(headless=False, size=(80, 24)) as pilot:
            await desk.begin(pilot, CRAMP)
            desk.bring(Stage.RUN)
            desk.live.until(lambda view: view.word is word)
            await desk.see(pilot)
            desk.live.stopped.clear()
            read_us = desk.live.bench.clock.now_us
            os.write(near, b"u" + QUEUED + PRESSED["f12"])
            assert desk.live.stopped.wait(WAIT_S)
            silent_since(desk.live, read_us, for_ms=20_000)
            await desk.see(pilot)
            silent_since(desk.live, read_us, for_ms=20_000)


# --- while a report is made ---


@pytest.mark.campaign
async def test_a_report_that_takes_long_holds_up_no_stop_of_the_next_session(tmp_path: Path) -> None:
    begun, go = threading.Event(), threading.Event()

    def slow(session: str) -> Path:
        begun.set()
        assert go.wait(WAIT_S)
        return tmp_path / f"{session}.html"

    desk = Desk(tmp_path, write_report=slow)
    try:
        async with desk.at(Stage.SUMMARY) as pilot:
            await pilot.app.workers.wait_for_complete()
            await desk.see(pilot)
            await pilot.press("f7")
            assert await asyncio.to_thread(begun.wait, WAIT_S)
            await pilot.press("escape")
            await desk.see(pilot)
            await next_session(desk, pilot)
            desk.bring(Stage.TITRATE)
            to_current(desk.live)
            await desk.see(pilot)
            read_us = desk.live.bench.clock.now_us
            await pilot.press("f12")
            silent_since(desk.live, read_us)
            go.set()
            await pilot.app.workers.wait_for_complete()
            await desk.see(pilot)
            assert desk.app.stage is Stage.TITRATE, "the report comes too late to be shown, and shows nowhere else"
    finally:
        go.set()


async def next_session(desk: Desk, pilot: Pilot[None]) -> None:
    """From home into a session, while another thread is still at work."""
    for stage, message in ((Stage.PATIENT, OpenPatient()), (Stage.CHOOSE, None)):
        if message is not None:
            desk.app.post_message(message)
        else:
            desk.app.to(stage)
        await desk.see(pilot)
    before = len(desk.sessions)
    desk.app.post_message(Chosen(next(i for i, one in enumerate(LIBRARY) if one.protocol.id == CRAMP), NOBODY))
    for _ in range(1_000):
        await asyncio.sleep(0.002)
        if len(desk.sessions) > before and desk.app.live is desk.live:
            return await desk.see(pilot)
    raise AssertionError("no session was opened")


# --- the real clock: disk, report, screen and keys at once ---


class RealLive:
    """A real loop on the real clock with the simulated device in this process, and a real record on a disk."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        clocks = Clocks(lambda: time.time_ns() // 1_000_000, time.monotonic_ns, "real")

        def make_sink(post: Post) -> JournalThread:
            self.journal = Journal.open(folder, "test", {"device": "test"}, clocks, disk=disk)
            return JournalThread(self.journal, post)

        self.desk = real_line.Desk(make_sink)
        self.stopped = threading.Event()
        self.read_us = 0
        """When a STOP was read, in the thread that reads."""

    @property
    def view(self) -> View:
        return self.desk.controller.view

    @property
    def simulation(self) -> bool:
        return True

    @property
    def done(self) -> bool:
        return self.desk.controller.done

    def post(self, event: e.Event) -> None:
        self.desk.controller.post(event)

    def stop(self, source: str) -> None:
        self.read_us = self.read_us or self.now_us()
        self.desk.controller.stop(source)
        self.stopped.set()

    def touch(self) -> None:
        self.desk.controller.touch()

    def heartbeat(self) -> None:
        self.desk.controller.heartbeat()

    def finish(self) -> Summary:
        self.desk.controller.leave()
        self.desk.loop.join(WAIT_S)
        return Summary("test", self.journal.path, 0, True, "")

    def now_us(self) -> int:
        return self.desk.line._now_us()

    def pulses_us(self, after_us: int) -> list[int]:
        return [pulse.t_us for pulse in self.desk.line.device.stage.trace if pulse.t_us > after_us]


class Load:
    """What makes the computer busy, from a moment on."""

    def __init__(self) -> None:
        self.heavy, self.over = threading.Event(), threading.Event()

    def second(self, fd: int) -> None:
        """A disk that takes a second each time."""
        if self.heavy.is_set():
            self.over.wait(1.0)
        full_sync(fd)

    def hangs(self, fd: int) -> None:
        """A disk that does not come back."""
        if self.heavy.is_set():
            assert self.over.wait(WAIT_S)
        full_sync(fd)

    @contextmanager
    def reports(self, home: Path) -> Iterator[None]:
        """Reports, one after the other, in a thread."""
        session = five_mistakes(home).stem
        thread = threading.Thread(target=self._reports, args=(home, session))
        thread.start()
        try:
            yield
        finally:
            self.over.set()
            thread.join(WAIT_S)

    def _reports(self, home: Path, session: str) -> None:
        while not self.over.is_set():
            write_report(home, session, WORDING)


@pytest.mark.campaign
@pytest.mark.parametrize("busy", ["second", "hangs", "reports"])
async def test_stop_on_the_real_clock_while_disk_or_report_and_the_screen_hold_everything_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, busy: str
) -> None:
    load = Load()
    disk = Disk() if busy == "reports" else Disk(sync=getattr(load, busy))
    lives: list[RealLive] = []

    def open_session(_one: Loaded, _who: Who) -> RealLive:
        lives.append(RealLive(tmp_path / "chain", disk))
        return lives[0]

    desk = Desk(tmp_path, open_session=open_session)
    with terminal(monkeypatch) as near:
        async with desk.app.run_test(headless=False, size=(80, 24)) as pilot:
            await desk.begin(pilot, CRAMP)
            [live] = lives
            await asyncio.to_thread(live.desk.live)
            await desk.see(pilot)
            assert desk.app.stage is Stage.TITRATE
            load.heavy.set()
            live.post(e.Increase(1, live.view.epoch))
            if busy == "reports":
                with load.reports(tmp_path):
                    stop_in_a_second_of_standstill(live, near)
            else:
                stop_in_a_second_of_standstill(live, near)
            load.over.set()
            await desk.see(pilot)


def stop_in_a_second_of_standstill(live: RealLive, near: int) -> None:
    """Not one line of the event loop runs here; the key comes in the middle of it."""
    written_us: list[int] = []

    def press() -> None:
        written_us.append(live.now_us())
        os.write(near, QUEUED + PRESSED["f12"])

    before_us = live.now_us()
    threading.Timer(0.5, press).start()
    time.sleep(1.0)
    assert live.stopped.wait(WAIT_S)
    assert len(live.pulses_us(before_us)) > 5, "it was on"
    assert live.desk.line.device.active_channels == ()
    last_us = max(live.pulses_us(before_us))
    assert last_us - live.read_us <= LONGEST_WAIT_MS * 1000, "one turn after the key was read"
    assert last_us - written_us[0] <= SOON_US


async def test_a_key_that_comes_when_the_app_has_no_screen_any_more_is_no_fault_of_the_program(desk: Desk) -> None:
    """Typed ahead while it ends; the terminal is read to the last."""
    assert not desk.app.screen_stack
    await desk.app.on_event(events.Key("plus", "+"))
    assert desk.app.failure is None
