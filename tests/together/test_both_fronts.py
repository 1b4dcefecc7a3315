"""The app and the line mode are two ways to say the same: one session by keys, one by a script of lines, one record.

The script runs first, at its own pace on the hand-turned clock. Then the keys are pressed in the app at the very times
at which the script's lines were heard, so that not even the times may differ; only the name of who sat there does.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import pytest
from textual import events
from textual.pilot import Pilot
from ui.bench_live import BenchLive, Desk
from ui.conftest import headless

from nmes.cli.app import run
from nmes.core import events as e
from nmes.core.measurement import Who
from nmes.core.view import View
from nmes.record.chain import Entry
from nmes.record.store import read_session
from nmes.runtime.library import Library, Loaded
from nmes.runtime.live import Live

__all__ = ["headless"]  # a fixture that the test here has

CRAMP = "cramp_calf_ctf_training"
PROTOCOL = Library().load(CRAMP).protocol
NO = ("no",) * (len(PROTOCOL.screening_codes) - 1)
BY_LINES, BY_KEYS = "Ada Lines", "Ada Keys"

NAMES = {"+": "plus", "-": "minus", " ": "space"}
"""What Textual calls a key that is no letter."""


@dataclass(frozen=True)
class Said:
    """One thing that a person does: its lines, and its keys. Each leads to one event of a person in the record."""

    lines: tuple[str, ...]
    keys: tuple[str, ...]


def plus(count: int) -> list[Said]:
    return [Said(("+",), ("+",))] * count


WHOLE = [
    Said(("wait 90", *NO, "code P-017"), (*["n"] * (len(NO) + 1), "enter", *BY_KEYS, "tab", *"P-017", "enter")),
    Said(("no", BY_LINES), ("f2",)),
    Said(("wait 2", "side left"), ("2", "l")),
    Said(("pads 1 25", "placed"), ("f2",)),
    Said(("titrate 1",), ("t",)),
    *plus(4),
    Said(("-",), ("-",)),
    Said(("accept",), ("a",)),
    Said(("felt 1 yes",), ("y",)),
    Said(("start",), ("s",)),
    Said(("wait 2", "mark pain"), ("m",)),
    Said(("wait 0.5", "+"), ("u", "+")),
    Said(("wait 0.5", "-"), ("-",)),
    Said(("pause",), ("p",)),
    Said(("wait 3", "resume"), ("r",)),
    Said(("wait 8", "stop"), ("f12",)),
    Said(("wait 1", "titrate 1"), ("t", "t")),
    *plus(2),
    Said(("accept",), ("a",)),
    Said(("felt 1 yes",), ("y",)),
    Said(("start",), ("s",)),
    Said(("wait 3", "end"), ("e", "enter")),
    Said(("wait 1", "skin 1 normal"), ("home", "0")),
    Said(("wait 1", "nrs 1"), ("1",)),
    Said(("wait 5", "adverse none"), ("down", "down", "n")),
    Said(("wait 30", f"sign {BY_LINES}: not today"), ("f2", *BY_KEYS, "tab", *"not today", "f2")),
]


def script(said: list[Said]) -> str:
    return "\n".join(line for one in said for line in one.lines) + "\n"


def by_lines(home: Path, said: list[Said], patch: pytest.MonkeyPatch) -> Path:
    """The whole session from a script, as `nmes run --plain` runs it; its record."""
    patch.setenv("NMES_HOME", str(home))
    patch.setattr(sys, "stdin", io.StringIO(script(said)))
    run(["run", CRAMP, "--plain", "--speed", "max", "--patient-code", "P-017", "--side", "left"])
    return newest(home)


def newest(home: Path) -> Path:
    return max((home / "simulation").glob("*.jsonl"))


PERSON = {kind.__name__ for kind in get_args(e.Operator)}


def of_a_person(record: Path) -> list[Entry]:
    """What a person did, a STOP included."""
    return [one for one in read_session(record) if one.type == "event" and one.body["event"]["type"] in PERSON]


class Turned(BenchLive):
    """A session whose clock goes on only to the next thing that is due, as in a script's."""

    def until(self, condition: Callable[[View], bool], *, within_ms: int = 60_000) -> View:
        end_ms = self.bench.now_ms + within_ms
        while not condition(self.view) and self.bench.now_ms < end_ms:
            self.bench.step()
        return self.view

    def to(self, time_us: int) -> None:
        while self.bench.clock.now_us < time_us:
            self.bench.step(time_us)

    def a_moment(self, before_us: int) -> None:
        """Between two keys: on to the next thing that is due, if it is due before this."""
        if self.bench.next_us() < before_us:
            self.bench.step()


class Hands:
    """A pair of hands at the app."""

    def __init__(self, home: Path) -> None:
        self.live: Turned | None = None
        self._home = home
        self.desk = Desk(home, attended=True, open_session=self._open)

    def _open(self, one: Loaded, who: Who) -> Live:
        self.live = Turned(one, self._home, who, attended=True)
        self.desk.sessions.append(self.live)
        return self.live

    async def press(self, pilot: Pilot[None], keys: tuple[str, ...], time_us: int) -> None:
        """The last key at this time, what is typed before it each at a moment of its own, as a hand does."""
        assert self.live is not None
        with self.desk.app.batch_update():  # nothing is painted: what is to be seen here is the record
            for key in keys[:-1] if keys[3:] else ():
                self.live.a_moment(time_us)
                await self._press(pilot, key)
            self.live.to(time_us)
            for key in keys[-1:] if keys[3:] else keys:
                await self._shown(pilot)
                await self._press(pilot, key)
            await self._shown(pilot)

    async def _shown(self, pilot: Pilot[None]) -> None:
        """What a key may do is what the screen has been shown."""
        self.desk.app.beat()
        await pilot.pause()

    async def _press(self, pilot: Pilot[None], key: str) -> None:
        self.desk.app.post_message(events.Key(NAMES.get(key, key), key if len(key) == 1 else None))
        await pilot.pause()


async def by_keys(home: Path, said: list[Said], times_ns: list[int]) -> Path:
    """The same session in the app, each thing at the time at which its line was heard; its record."""
    hands = Hands(home)
    async with hands.desk.app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()
        await hands.desk.begin(pilot, CRAMP, Who("P-017", "left"))
        for one, time_ns in zip(said, times_ns, strict=True):
            await hands.press(pilot, one.keys, time_ns // 1000)
        await pilot.app.workers.wait_for_complete()
    return newest(home)


KEY = ("key", "public_key")
"""Of the station: each of the two has a home, and so a key, of its own."""


def told(record: Path) -> list[tuple[object, ...]]:
    """A record without what belongs to its place: its number, its hashes, its signatures, and who sat there."""
    entries = [one for one in read_session(record) if one.type != "checkpoint"]
    bodies = [{name: value for name, value in one.body.items() if name not in KEY} for one in entries]
    text = repr([(one.t_mono_ns, one.actor, one.type, body) for one, body in zip(entries, bodies, strict=True)])
    return eval(text.replace(BY_LINES, "SOMEBODY").replace(BY_KEYS, "SOMEBODY"))  # our own repr of plain values


@pytest.mark.thorough
async def test_keys_and_lines_give_the_same_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = by_lines(tmp_path / "lines", WHOLE, monkeypatch)
    person = of_a_person(lines)
    assert len(person) == len(WHOLE), [one.body["event"]["type"] for one in person]
    keys = await by_keys(tmp_path / "keys", WHOLE, [one.t_mono_ns for one in person])
    assert [one.body["event"]["type"] for one in of_a_person(keys)] == [one.body["event"]["type"] for one in person]
    assert told(keys) == told(lines)
