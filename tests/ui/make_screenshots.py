"""Makes the pictures of the documentation, from the app itself over the bench: nothing in them is drawn by hand.

Time, session numbers and the folder are the same in every run, so that the same program gives the same files.
`PYTHONPATH=tests python tests/ui/make_screenshots.py` makes the pictures of the documentation; with a FOLDER it puts
them there instead.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import secrets
import socket
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from textual.pilot import Pilot
from textual.widgets import Input
from ui.bench_live import CRAMP, LIBRARY, BenchLive, Desk, titrate

from nmes.core.measurement import Who
from nmes.core.screening import in_groups
from nmes.core.view import View, Word
from nmes.record.files import Kind
from nmes.reports.writing import write_report
from nmes.runtime.backdoor_bench import BackdoorBench
from nmes.runtime.course import course_of
from nmes.runtime.library import Loaded
from nmes.runtime.person import person_for
from nmes.runtime.planned import planned
from nmes.runtime.records import chain_of
from nmes.runtime.settings import Settings
from nmes.runtime.sim_bench import Body
from nmes.runtime.today import today
from nmes.trial.bench.person import device_with_person
from nmes.ui.flow import Stage
from nmes.ui.report_wording import WORDING
from nmes.ui.screens.choose import ChooseScreen
from nmes.ui.screens.editor import EditorScreen

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs" / "screenshots"
SIZES = ((80, 24), (120, 40))
WHO = Who("P-017", "left")
TEST = "assess_ctf_calf"
BY = "Ada Weber"
STILL = Settings(reduced_motion=True)
"""No cursor blinks: in a picture it would be there or not."""
READING_MS = 1_500
"""From one question to the next, as long as it takes to ask it."""


class Beside(BackdoorBench):
    """The virtual patient, looked at in the same moment: no thread, no real time."""

    def _go_on(self) -> None:
        self.turn()


class Patient(BenchLive):
    """A session with a virtual patient on its electrodes."""

    def __init__(self, one: Loaded, home: Path, who: Who) -> None:
        device, door = device_with_person(person_for(one.protocol))
        super().__init__(one, home, who, attended=True, device=device)
        self.sim_bench = Beside(door)

    def look(self) -> Body:
        body = self.sim_bench.look()
        assert body is not None
        return body


class Clinic(Desk):
    """A desk whose sessions are attended and have a virtual patient."""

    def _open(self, one: Loaded, who: Who) -> BenchLive:
        self.who = who
        self.sessions.append(Patient(one, self.home, who))
        return self.sessions[-1]


@dataclass(frozen=True, slots=True)
class Hand:
    """Presses keys, lets time pass, and draws what is on the screen."""

    desk: Desk
    pilot: Pilot[None]
    folder: Path

    async def shot(self, name: str, *, sized: bool = True) -> None:
        """A name that begins with `_` is of a step that was drawn before."""
        if not name or name.startswith("_"):
            return
        await self.desk.see(self.pilot)
        width, height = self.desk.app.size
        file = f"{name}_{width}x{height}" if sized else name
        (self.folder / f"{file}.svg").write_text(self.desk.app.export_screenshot(title="nmes"), encoding="utf-8")

    async def press(self, *keys: str, apart_ms: int = 300) -> None:
        for key in keys:
            await self.pilot.press(key)
            if self.desk.sessions:
                self.desk.live.run(apart_ms)
            self.desk.app.beat()
            await self.pilot.pause()

    async def settled(self) -> None:
        """What runs beside the screen has ended: the records are read, a session is opened or closed."""
        await self.pilot.app.workers.wait_for_complete()
        await self.desk.see(self.pilot)

    async def when(self, word: Word, into_ms: int = 0) -> None:
        self.desk.live.until(lambda view: view.word is word, within_ms=120_000)
        self.desk.live.run(into_ms)
        await self.desk.see(self.pilot)

    async def attending(self, condition: Callable[[View], bool]) -> None:
        """Time passes with somebody at the keys, until it is so."""
        for half_s in range(3_000):
            if condition(self.desk.live.view):
                break
            if half_s % 40 == 0:
                await self.press("h")
            self.desk.live.run(500)
        await self.desk.see(self.pilot)

    async def up_to_mark(self) -> None:
        """`+` until a mark asks."""
        for _ in range(300):
            note = self.desk.live.view.note
            if note is not None and note.code == "refused:mark":
                return
            await self.press("+", apart_ms=500)

    async def up_to(self, level_ua: int) -> None:
        """`+` until the level is this one; a question at a mark is answered by Enter, as a person would."""
        for _ in range(300):
            view = self.desk.live.view
            now = next(channel.level_ua for channel in view.channels)
            if now >= level_ua:
                return
            asked = view.note is not None and view.note.code == "refused:mark"
            self.desk.live.run(1_500 if asked else 0)
            await self.press("enter" if asked else "+", apart_ms=500)


async def screened(hand: Hand, name: str) -> None:
    """The checklist: all no, but the last one; who asked; the code off the patient's card."""
    await hand.shot(f"{name}_screening")
    codes = in_groups(hand.desk.live.one.protocol.screening_codes, hand.desk.live.one.protocol.kind)
    for _ in codes[:-1]:
        await hand.press("n", apart_ms=READING_MS)
    await hand.press("y", apart_ms=READING_MS)
    await hand.press("f2", *BY, "enter", *WHO.code, "enter")
    await hand.shot(f"{name}_screened")
    await hand.press("f2")


async def placed(hand: Hand, name: str) -> None:
    await hand.press("2", "r")
    await hand.shot(f"{name}_wrong_side")
    await hand.press("l", "3", "f8")
    await hand.shot(f"{name}_placed")
    await hand.press("f2")


async def looked_after(hand: Hand, name: str, *outcomes: str) -> None:
    await hand.shot(f"{name}_after")
    await hand.press("0", "2")
    for outcome in outcomes:
        await hand.press("enter", *outcome, "enter")
    await hand.press("n")
    await hand.press("f2", *BY)
    await hand.shot(f"{name}_sign")
    await hand.press("f2")
    await hand.settled()
    hand.desk.live.run(500)
    await hand.settled()
    await hand.shot(f"{name}_summary")


async def chosen(hand: Hand, protocol: str) -> None:
    """The protocol in the list, opened by Enter."""
    chooser = hand.pilot.app.screen
    assert isinstance(chooser, ChooseScreen)
    chooser.choose(next(one for one in hand.desk.app.protocols if one.protocol.id == protocol))
    await hand.settled()
    await hand.shot(f"{protocol}_card")
    await hand.press("enter")
    await hand.settled()


async def first_session(hand: Hand) -> None:
    """A new patient: the threshold is tested."""
    await hand.settled()
    await hand.shot("1_home")
    await hand.press("n")
    await hand.shot("1_new")
    await hand.press(*WHO.code, "tab", "l")
    await hand.shot("1_patient")
    await hand.press("f2")
    await hand.settled()
    await chosen(hand, TEST)
    await screened(hand, "1")
    await placed(hand, "1")
    await hand.shot("1_levels")
    await hand.press("t", apart_ms=600)
    await hand.up_to(36_000)
    await hand.press("x")
    await hand.shot("1_finding")
    await hand.press("-", "a", apart_ms=500)
    await hand.press("s", apart_ms=1_500)
    await hand.shot("1_train")
    await cramp(hand)
    await looked_after(hand, "1", "14 Hz left")
    await hand.press("enter")
    await hand.settled()


async def cramp(hand: Hand) -> None:
    """Each rest somebody presses h; when the muscle cramps, c."""
    live = hand.desk.live
    assert isinstance(live, Patient)
    await hand.attending(lambda _view: any(muscle.cramping for muscle in live.look().muscles))
    await hand.press("f6")
    await hand.pilot.pause(1.2)  # the window looks twice a second, by the real clock: until it shows this moment
    await hand.shot("1_cramp")
    await hand.press("f6", "c", apart_ms=500)


async def from_home(hand: Hand) -> None:
    """The patient who is on record, and the training."""
    await hand.settled()
    await hand.press("enter")
    await hand.settled()


async def first_training(hand: Hand) -> None:
    """The same day: half of the contractions, at half of the usual level."""
    await from_home(hand)
    await hand.shot("2_patient")
    await hand.press("f2")
    await hand.settled()
    await chosen(hand, CRAMP)
    await screened(hand, "")
    await placed(hand, "")
    await hand.press("t", apart_ms=600)
    await hand.up_to(32_000)
    await hand.press("x")
    await hand.press(*["-"] * 47, apart_ms=100)
    await hand.shot("2_first_level")
    await hand.press("a", apart_ms=600)
    await hand.shot("2_felt")
    await hand.press("y", "s")
    await hand.attending(lambda view: view.channels[0].contraction == 10)
    await hand.press("e", "enter", apart_ms=600)
    await looked_after(hand, "", "3 a week, pain 4", "14 Hz left")
    await hand.press("enter")


async def second_training(hand: Hand) -> None:
    """Days later: the level of the last session is a mark; a pad comes off; STOP, pause and marks."""
    await hand.settled()
    await hand.shot("3_home")
    await from_home(hand)
    await hand.shot("3_patient")
    await hand.press("f2")
    await hand.settled()
    await chosen_again(hand)
    await screened(hand, "")
    await placed(hand, "")
    await hand.shot("3_ghost")
    await hand.press("t", apart_ms=600)
    await hand.up_to_mark()
    await hand.shot("3_mark")
    hand.desk.live.run(1_500)
    await hand.press("enter", apart_ms=500)
    await hand.up_to(32_000)
    await hand.press("x")
    await hand.press(*["-"] * 29, apart_ms=100)
    await hand.shot("3_target")
    await hand.press("a", apart_ms=600)
    await hand.press("y", "s")
    await hand.when(Word.ON, 1_700)
    await hand.shot("3_on")
    await alarm(hand)
    await pauses(hand)
    await looked_after(hand, "3", "2 a week, pain 3", "not yet again")
    await hand.press("f7")
    await hand.settled()
    await hand.shot("3_report")
    await records(hand)


async def chosen_again(hand: Hand) -> None:
    chooser = hand.pilot.app.screen
    assert isinstance(chooser, ChooseScreen)
    chooser.choose(next(one for one in hand.desk.app.protocols if one.protocol.id == CRAMP))
    await hand.settled()
    await hand.press("enter")
    await hand.settled()


async def again(hand: Hand) -> None:
    """The level once more after a STOP or a fault, and on."""
    await hand.press("t", apart_ms=600)
    if hand.desk.app.stage is Stage.TITRATE and hand.desk.live.view.word is not Word.TITRATING:
        await hand.press("t", apart_ms=600)
    await hand.up_to(17_500)
    await hand.press("a", apart_ms=600)
    await hand.press("y", "s")
    await hand.when(Word.ON, 1_000)


async def alarm(hand: Hand) -> None:
    """A pad comes off."""
    assert isinstance(hand.desk.live, Patient)
    hand.desk.live.sim_bench.pull(1)
    hand.desk.live.run(1_500)
    await hand.shot("3_alarm")
    await hand.press("f8")
    hand.desk.live.sim_bench.put_back(1)
    await hand.shot("3_acknowledged")
    await again(hand)
    await hand.press("m")
    await hand.press("f12", apart_ms=600)
    await hand.shot("3_stopped")
    await again(hand)


async def pauses(hand: Hand) -> None:
    await hand.press("p", apart_ms=600)
    await hand.shot("3_paused")
    await hand.press("r", apart_ms=2_000)
    await hand.shot("3_resuming")
    hand.desk.live.run(10_000)
    await hand.press("c", apart_ms=600)
    await hand.shot("3_advice")
    await hand.press("enter")
    await hand.attending(lambda view: view.word is Word.AFTER)


async def records(hand: Hand) -> None:
    await hand.press("f10")
    await hand.settled()
    await hand.shot("3_records")
    await hand.press("enter")
    await hand.settled()
    await hand.shot("3_replay")


async def walk(folder: Path, size: tuple[int, int]) -> None:
    """The cramp patient's first and second visit."""
    home = Path("records")
    desk = Clinic(
        home,
        chain=lambda kind: chain_of(home, kind),
        write_report=lambda session: write_report(home, session, WORDING),
        settings=STILL,
    )
    async with desk.app.run_test(size=size) as pilot:
        await pilot.pause()
        hand = Hand(desk, pilot, folder)
        await first_session(hand)
        await first_training(hand)
        await second_training(hand)


async def running(folder: Path) -> None:
    """The running session, as the README shows it."""
    desk = Clinic(Path("running"), who=WHO, settings=STILL)
    async with desk.at(Stage.TITRATE, size=(100, 34)) as pilot:
        for slot in desk.live.view.plan.slots:
            titrate(desk.live, slot.channel, slot.waveform, 22_500)
        await pilot.press("s")
        hand = Hand(desk, pilot, folder)
        await hand.attending(lambda view: view.channels[0].contraction == 4 and view.word is Word.ON)
        await hand.press("h", apart_ms=1_700)
        await hand.shot("running", sized=False)


async def editor(folder: Path) -> None:
    """The editor with one value changed, as the guide shows it."""
    desk = Desk(Path("editor"), settings=STILL)
    async with desk.at(Stage.CHOOSE, size=(100, 34)) as pilot:
        chooser = pilot.app.screen
        assert isinstance(chooser, ChooseScreen)
        chooser.choose(next(one for one in desk.app.protocols if one.protocol.id == CRAMP))
        await pilot.press("e")
        screen = pilot.app.screen
        assert isinstance(screen, EditorScreen)
        screen.go_to("channels.0.waveform.phase_us")
        screen.query_one(Input).value = "200"
        await Hand(desk, pilot, folder).shot("editor", sized=False)


def example() -> ModuleType:
    """The two simulated weeks of the guide."""
    spec = importlib.util.spec_from_file_location("two_weeks", ROOT / "docs" / "examples" / "two_weeks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["two_weeks"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


async def course(folder: Path, size: tuple[int, int], weeks: ModuleType, home: Path) -> None:
    """The course of the example's patient on the day of the decision, and the decision as it is typed."""
    now, kind = weeks.day("2026-11-16", 9), Kind.SIMULATION
    desk = Desk(
        home,
        today=lambda: planned(today(home, kind, None, LIBRARY, now), home, kind, LIBRARY, now),
        course=lambda who: course_of(home, kind, who.code, who.side, LIBRARY, now),
        enter_care=lambda _event, _by: "",
        settings=STILL,
    )
    async with desk.at(Stage.HOME, size=size) as pilot:
        hand = Hand(desk, pilot, folder)
        await hand.settled()
        await hand.shot("course_home")
        await hand.press("f5")
        await hand.settled()
        await hand.shot("course")
        await hand.press("right", "down")
        await hand.shot("course_outcomes")
        await hand.press("right")
        await hand.shot("course_diary")
        await hand.press("left", "left", "end", "enter", "right", "right", "down", "ctrl+u", *"60", "down")
        await hand.press(*"small steps", "down", *weeks.BY)
        await hand.shot("course_decision")


def always_the_same() -> None:
    """What differs from run to run and from computer to computer, and would be seen."""
    socket.gethostname = lambda: "clinic"
    secrets.token_hex = lambda _bytes=None: "5a1e0d"


def main() -> None:
    folder = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else DOCS
    walks = folder / "first-sessions"
    walks.mkdir(parents=True, exist_ok=True)
    always_the_same()
    for make in (running, editor):
        with tempfile.TemporaryDirectory() as home:
            os.chdir(home)
            asyncio.run(make(folder))
    weeks = example()
    with tempfile.TemporaryDirectory() as records:
        weeks.lived(weeks.Clinic(Path(records)))
        for size in SIZES:
            asyncio.run(course(folder, size, weeks, Path(records)))
    for size in SIZES:
        with tempfile.TemporaryDirectory() as home:
            os.chdir(home)
            asyncio.run(walk(walks, size))


if __name__ == "__main__":
    main()
