"""The bench as a `Live`: controller, guard, driver, wire and simulated stimulator, turned by hand by the test."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from textual import events
from textual.pilot import Pilot
from ui.resizing import resize

from nmes.core import events as e
from nmes.core.measurement import NOBODY, Origin, Who
from nmes.core.plan import Plan
from nmes.core.plan import compile as plan_for
from nmes.core.view import View, Word
from nmes.devices.sciencemode4.p24 import P24
from nmes.record.files import Kind
from nmes.record.levels import last_levels
from nmes.runtime.library import Library, Loaded, load_file, shipped_folder
from nmes.runtime.live import Summary, summary_of
from nmes.runtime.origin import origin_of
from nmes.runtime.own import write_own
from nmes.runtime.today import Today, today
from nmes.trial.bench import Device, attended_on_bench, bench_with_record
from nmes.ui.app import NmesApp
from nmes.ui.flow import Stage
from nmes.ui.messages import Chosen, OpenPatient, ToSign
from nmes.ui.services import Services
from nmes.ui.widgets.stop_bar import StopBar

HAND_MS = 150
"""From one press to the next."""
BEFORE_A_SESSION = frozenset({Stage.HOME, Stage.PATIENT, Stage.CHOOSE})
"""Screens on which no session is open."""
CRAMP = "cramp_calf_ctf_training"
SOME = (
    "cramp_calf_ctf_training",
    "quads_acl_reconstruction",
    "quads_knee_oa",
    "quads_older_adult",
    "tens_acupuncture_like",
    "tens_burst",
    "tens_conventional",
    "tens_modulated",
    "assess_ctf_calf",
    "assess_max_tolerated_calf",
)
"""One of each form; the whole library is read in the campaign."""
LIBRARY = [Library((shipped_folder(),)).load(protocol_id) for protocol_id in SOME]


def loaded(protocol_id: str) -> Loaded:
    return Library().load(protocol_id)


def compile_plan(one: Loaded, ctf_mhz: int | None = None) -> Plan:
    return plan_for(one.protocol, P24, ctf_mhz)


class BenchLive:
    """Time passes only in `run` and `until`; what a person does is heard at once, in a turn of its own."""

    def __init__(
        self, one: Loaded, home: Path, who: Who = NOBODY, *, attended: bool = False, device: Device | None = None
    ) -> None:
        """`device`: another far end, such as one with a person on its pads."""
        self.one = one
        with_it = attended_on_bench(one, home, who) if attended else None
        self.bench, self.record = bench_with_record(one, home, device, who, attended=with_it)
        self.stops: list[tuple[str, str]] = []
        """Source and name of the thread of every STOP."""
        self.posted: list[e.Event] = []
        self.beats = 0
        self.finished = 0
        self.may_finish = threading.Event()
        """Cleared: the record takes its time to be closed."""
        self.may_finish.set()
        self.touches = 0
        self.stopped = threading.Event()
        self._broken = False
        self.until(lambda view: view.word is Word.SCREENING)

    @property
    def view(self) -> View:
        if self._broken:
            raise ZeroDivisionError("a secret of the program")
        return self.bench.view

    @property
    def simulation(self) -> bool:
        return True

    @property
    def done(self) -> bool:
        return self.bench.controller.done

    def post(self, event: e.Event) -> None:
        self.posted.append(event)
        self.bench.press(event)
        self.bench.turn()

    def stop(self, source: str) -> None:
        self.bench.controller.stop(source)
        self.stops.append((source, threading.current_thread().name))
        self.stopped.set()
        if threading.current_thread() is threading.main_thread():
            self.bench.turn()

    def touch(self) -> None:
        self.touches += 1
        self.bench.controller.touch()

    def heartbeat(self) -> None:
        self.beats += 1

    def finish(self) -> Summary:
        self.finished += 1
        assert self.may_finish.wait(30)
        self.bench.controller.leave()
        self.until(lambda _: self.done, within_ms=10_000)
        return summary_of(self.record)

    # --- the test's hands ---

    def run(self, for_ms: int) -> View:
        return self.bench.run_until(lambda _: self.done, within_ms=for_ms)

    def until(self, condition: Callable[[View], bool], *, within_ms: int = 60_000) -> View:
        view = self.bench.run_until(condition, within_ms=within_ms)
        assert condition(view), f"never came: {view.word} {view.why} {view.note}"
        return view

    def do(self, event: e.Event) -> View:
        self.bench.press(event)
        self.bench.turn()
        return self.bench.view

    def skin_ua(self) -> int:
        """Peak of the newest pulse that crossed the skin; 0 if the last one is older than 300 ms."""
        pulses = self.bench.device.stage.trace
        if not pulses or self.bench.clock.now_us - pulses[-1].t_us > 300_000:
            return 0
        return int(pulses[-1].amplitude_ua)

    def silence_device(self) -> None:
        """The device answers nothing any more."""
        self.bench.device.faults.mute = True

    async def wait_stopped(self) -> None:
        """Let the event loop turn until a STOP has come."""
        for _ in range(1_000):
            if self.stops:
                return
            await asyncio.sleep(0)

    def break_view(self) -> None:
        """From now on nothing can be read of the session."""
        self._broken = True

    def mend_view(self) -> None:
        self._broken = False

    def last_pulse_us(self) -> int:
        """When the newest pulse crossed the skin began; 0 if there was none."""
        pulses = self.bench.device.stage.trace
        return int(pulses[-1].t_us) if pulses else 0


def answers(one: Loaded) -> tuple[e.Answer, ...]:
    return tuple(e.Answer(code, e.Reply.NO) for code in one.protocol.screening_codes)


def to_ready(live: BenchLive) -> None:
    """Screened and placed, without the screens."""
    live.do(e.Screened(answers(live.one), "test"))
    place(live)


def place(live: BenchLive) -> None:
    """Pads of the plan's own size, and what has to be read back of them."""
    for what, said in ((e.Read.CODE, live.view.who.code), (e.Read.SIDE, live.view.who.side)):
        if live.view.attended and said:
            live.do(e.ReadBack(what, said))
    live.do(e.Placed(tuple((one.channel, one.pad_mm2) for one in live.view.channels) if live.view.attended else ()))


def titrate(live: BenchLive, channel: int, waveform: int, level_ua: int) -> None:
    """One level found, without the screens."""
    live.do(e.Titrate(channel, waveform, live.view.epoch))
    live.until(lambda view: view.word is Word.TITRATING)
    while (now := next(c for c in live.view.channels if c.channel == channel)).level_ua < level_ua:
        if now.confirmed_ua == now.level_ua:
            live.do(e.Increase(channel, live.view.epoch))
        live.run(250)
    live.until(lambda view: next(c for c in view.channels if c.channel == channel).confirmed_ua == level_ua)
    live.do(e.Accept(live.view.epoch))
    live.until(lambda view: view.word is Word.READY)
    if live.view.attended:
        live.do(e.FeltAt(channel, there=True))


def to_run(live: BenchLive, level_ua: int = 20_000) -> None:
    """Every level found and the treatment started."""
    to_ready(live)
    for slot in live.view.plan.slots:
        titrate(live, slot.channel, slot.waveform, level_ua)
    live.do(e.Start(live.view.epoch))
    live.until(lambda view: view.word in {Word.RAMP_UP, Word.ON, Word.REST})


NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
"""The day after the bench's own."""


def look_after(live: BenchLive) -> None:
    """What is looked at after the treatment: all of it, and nothing found."""
    for channel in live.view.channels:
        live.do(e.Observed(e.Finding.SKIN, 0, of=str(channel.channel)))
    live.do(e.Observed(e.Finding.NRS, 1))
    live.do(e.Observed(e.Finding.ADVERSE, 0))


class Desk:
    """An app over the bench; `live` is the session that is open. `attended`: sessions are signed, as in the program."""

    def __init__(
        self, home: Path, *, attended: bool = False, who: Who = NOBODY, first: Loaded | None = None, **more: Any
    ) -> None:
        """`more` are services beside those of the desk, or in their place."""
        self.home, self.attended = home, attended
        self.sessions: list[BenchLive] = []
        self.refuse: Exception | None = None
        self.who: Who | None = None
        """For whom the last session was opened."""
        services = Services(
            protocols=LIBRARY,
            compile_plan=compile_plan,
            origin_of=self._origin_of,
            save_own=self._save,
            open_session=self._open,
            today=self._today,
            last_levels=lambda who, name, version: last_levels(home, Kind.SIMULATION, who, name, version),
        )
        self.app = NmesApp(replace(services, **more), who, first)

    @property
    def live(self) -> BenchLive:
        return self.sessions[-1]

    def _open(self, one: Loaded, who: Who) -> BenchLive:
        if self.refuse is not None:
            raise self.refuse
        self.who = who
        self.sessions.append(BenchLive(one, self.home, who, attended=self.attended))
        return self.sessions[-1]

    def _today(self) -> Today:
        return today(self.home, Kind.SIMULATION, None, LIBRARY, NOW)

    def _origin_of(self, one: Loaded, who: Who) -> Origin | None:
        return origin_of(self.home, Kind.SIMULATION, one, who)

    def _save(self, new_id: str, text: str) -> Loaded:
        if self.refuse is not None:
            raise self.refuse
        return load_file(write_own(new_id, text))

    @asynccontextmanager
    async def at(
        self, stage: Stage, *, size: tuple[int, int] = (80, 24), protocol: str = CRAMP
    ) -> AsyncIterator[Pilot[None]]:
        """The app at this screen; a session is brought there without the screens before it, which would cost more than
        most tests (from the list of protocols: `begin`)."""
        async with self.app.run_test(size=size) as pilot:
            await pilot.pause()
            await self.app.workers.wait_for_complete()
            if stage is Stage.PATIENT:
                self.app.post_message(OpenPatient())
                await self.see(pilot)
            elif stage is Stage.CHOOSE:
                await self.choose(pilot)
            elif stage is not Stage.HOME:
                self.have(next(one for one in LIBRARY if one.protocol.id == protocol))
                self.bring(stage)
                await self.see(pilot)
            yield pilot

    def have(self, one: Loaded, who: Who = NOBODY) -> None:
        """An open session, as the app has it when its protocol was chosen."""
        self.app.live = self._open(one, who)
        self.app.hand.loaded = self.app.hand.first = one
        self.app.absent_limit_ms = one.protocol.operator_absent_limit_ms

    async def choose(self, pilot: Pilot[None]) -> None:
        """To the list of protocols, for nobody."""
        self.app.to(Stage.CHOOSE)
        await self.see(pilot)

    async def begin(self, pilot: Pilot[None], protocol: str, who: Who = NOBODY) -> None:
        """A session of this protocol, as if it had been chosen."""
        while not self.app.screen_stack:  # on a real terminal the first screen may take its time
            await asyncio.sleep(0.001)
        if self.app.stage is not Stage.CHOOSE:
            await self.choose(pilot)
        index = next(i for i, one in enumerate(LIBRARY) if one.protocol.id == protocol)
        self.app.post_message(Chosen(index, who))
        await pilot.pause()
        await self.app.workers.wait_for_complete()
        await self.see(pilot)

    def bring(self, stage: Stage) -> None:
        """The session, without the screens, to where this screen shows it."""
        if stage is Stage.PLACE:
            self.live.do(e.Screened(answers(self.live.one), "test"))
        elif stage is Stage.TITRATE:
            to_ready(self.live)
        elif stage is Stage.RUN:
            to_run(self.live, 2_000)
        elif stage in {Stage.AFTER, Stage.SIGN}:
            to_run(self.live, 2_000)
            self.live.do(e.End())
            self.live.until(lambda view: view.word is Word.AFTER)
            if stage is Stage.SIGN:
                look_after(self.live)
                self.app.beat()
                self.app.post_message(ToSign())
        elif stage is Stage.SUMMARY:
            self.live.do(e.End())
            self.live.run(500)

    async def see(self, pilot: Pilot[None]) -> None:
        """The screen shows the present."""
        self.app.beat()
        await pilot.pause()
        self.app.beat()
        await pilot.pause()

    async def keys(self, pilot: Pilot[None], *keys: str) -> None:
        """Many keys, as fast as a hand presses them, painted once at the end: painting is what they cost."""
        with self.app.batch_update():
            for key in keys:
                self.live.run(HAND_MS)
                pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
                await pilot.pause()
        await self.see(pilot)

    async def resize(self, pilot: Pilot[None], width: int, height: int) -> None:
        """Another window size; Textual takes a moment to settle on one."""
        await resize(pilot, width, height)
        for _ in range(100):
            bar = self.app.screen.query_one(StopBar).region
            if (bar.width, bar.bottom) == (width, height):
                break
            await pilot.pause(0.02)
        await self.see(pilot)

    def text(self) -> str:
        """Everything that is on the screen, row by row, laid out now."""
        screen = self.app.screen
        screen._refresh_layout()
        return "\n".join("".join(segment.text for segment in strip) for strip in screen._compositor.render_strips())
