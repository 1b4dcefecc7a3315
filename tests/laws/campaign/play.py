"""One scenario from beginning to end; a law that does not hold is an AssertionError that names it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

from laws.campaign.figures import Figures
from laws.campaign.hands import Deed, Hands
from laws.campaign.judge import Judge
from laws.campaign.passing import Passing
from laws.campaign.records import RecordWatch, verified
from laws.campaign.rig import Rig
from laws.campaign.script import (
    Blank,
    ClockStep,
    Crash,
    Disk,
    Fault,
    Health,
    Kill,
    Mend,
    Pad,
    Scenario,
    Stall,
    Step,
    Swap,
)
from nmes.record.keys import StationKey, known_keys, station_key

DEEDS = get_args(Deed)
FROM_FILE = 5
"""Every event is replayed as it comes; of each fifth scenario the files are replayed too, which costs as much again."""
KNOWN_MS, LATE_KNOWN_MS = 200, 1_200
"""By then it is known who answers; a RehaStim 1 is listened to for 0.6 s, and a RehaStim2 speaks each half second."""
LAST_MS = 5_000
"""After the last step: what was wrong shows by then."""


class Planned(Exception):
    """What escapes a turn in a script."""


@dataclass(slots=True)
class Play:
    """A scenario on its stand. `kinds` counts what was put in beside the simulator's faults, and whether it took."""

    rig: Rig
    passing: Passing
    judge: Judge
    watch: RecordWatch
    figures: Figures = field(default_factory=Figures)
    clock_steps: int = 0

    @classmethod
    def begin(cls, rig: Rig) -> Play:
        bench = rig.open()
        assert bench is not None, "the disk is well at the beginning"
        judge = Judge(bench)
        assert rig.sink is not None
        watch = RecordWatch(rig.sink, bench.controller.session, judge.checked)
        play = cls(rig, Passing(bench, judge, rig.keeper), judge, watch)
        play.get_known()
        return play

    def get_known(self) -> None:
        """The device is identified, if it can be."""
        self.passing.go(KNOWN_MS if self.rig.family.generation > 2 else LATE_KNOWN_MS)

    def go(self, step: Step) -> None:
        """One step, and what is judged after it."""
        self.figures.steps[type(step).__name__] += 1
        if isinstance(step, DEEDS):
            if self.judge.alive:
                Hands(self.passing).do(step)
        else:
            self._world(step)
        self.watch.look()

    def _world(self, step: Step) -> None:
        match step:
            case Fault(kind=kind, channel=channel, params=params, for_us=for_us):
                given: dict[str, Any] = dict(params)
                self.rig.simulator.inject(kind, channel=channel, for_us=for_us, **given)
                self.passing.go(100)
            case Mend():
                self._mend()
            case Swap(times=times):
                self._swap(times)
            case Pad():
                self._pad(step)
            case Stall(time_ms=time_ms):
                self.figures.put_in("stalled", time_ms)
                self.passing.stall(time_ms)
            case Blank(time_ms=time_ms):
                self._blank(time_ms)
            case Crash():
                self._crash()
            case Kill():
                self._kill(step)
            case Disk(health=health):
                self._disk(health)
            case ClockStep(by_ms=by_ms):
                self.rig.clock.start += timedelta(milliseconds=by_ms)
                self.clock_steps += 1
                self.passing.go(100)

    def _mend(self) -> None:
        self.rig.simulator.clear()
        self._disk(Health.WELL)
        self.passing.go(100)

    def _swap(self, times: int) -> None:
        assert self.rig.line is not None
        before = self.rig.line.swapped
        self.rig.line.to_swap += times
        self.judge.troubles.stalled(self.rig.clock.now_us, self.rig.clock.now_us + 600_000)
        self.passing.go(600)
        self.figures.put_in("answers exchanged", self.rig.line.swapped - before)

    def _pad(self, pad: Pad) -> None:
        self.judge.sound = False
        if pad.load:
            self.rig.simulator.set_load(pad.channel, pad.load)
        else:
            self.rig.simulator.wear(pad.channel, pad.worn_h)
        self.passing.go(700)

    def _blank(self, time_ms: int) -> None:
        self.passing.bench.screen_alive = False
        self.passing.go(time_ms)
        self.passing.bench.screen_alive = True
        self.figures.put_in("screen stalled", time_ms)

    def _crash(self) -> None:
        if self.judge.alive and not self.passing.bench.controller.done:
            self.passing.bench.controller.fail(Planned("planned"))
            self.judge.expect_silence()
            self.figures.put_in("escaped a turn", 1)

    def _disk(self, health: Health) -> None:
        fragile = self.rig.fragile
        if fragile.health not in {Health.WELL, health}:
            self.figures.put_in(f"disk {fragile.health}", fragile.took.pop(fragile.health, 0))
        fragile.health = health
        self.passing.go(50)

    def _kill(self, kill: Kill) -> None:
        """Gone; the device goes on alone, and the next session is begun on it and on the chain."""
        self.watch.look()
        if self.judge.alive:
            self.judge.killed()
            self.figures.endings[str(self.passing.bench.view.word)] += 1
            lost = self.rig.kill(kill.torn)
            self.figures.put_in("killed", 1)
            if lost:
                self.figures.put_in("end of record lost", lost)
        self.passing.stall(kill.down_ms)
        self.passing.taken_back()
        bench = self.rig.open(edited=kill.edited)
        if bench is None:
            return
        if kill.edited and self.rig.scenario.edited:
            self.figures.put_in("protocol edited", 1)
        self.judge.follow(bench)
        assert self.rig.sink is not None
        self.watch = RecordWatch(self.rig.sink, bench.controller.session, self.judge.checked)
        self.passing.bench, self.passing.keeper = bench, self.rig.keeper
        self.get_known()

    def end(self, keys: Mapping[str, bytes]) -> Figures:
        """The last seconds, the dose, the end of the session, and the whole chain from the disk."""
        self.passing.go(LAST_MS)
        self.judge.finish()
        if self.judge.alive:
            self.figures.endings[str(self.passing.bench.view.word)] += 1
            self.passing.bench.controller.leave()
            self.passing.go(1_000)
        self.watch.look()
        self._disk(Health.WELL)
        self.rig.simulator.clear()
        self.watch.sink.journal.abandon()
        again = self.rig.scenario.seed % FROM_FILE == 0
        self._count(*verified(self.rig.folder, keys, again=again))
        return self.figures

    def _count(self, records: int, replayed: int) -> None:
        figures, scenario = self.figures, self.rig.scenario
        figures.scenarios, figures.sessions, figures.refused = 1, self.rig.opened, scenario.refused
        figures.simulated_us, figures.live_us = self.rig.clock.now_us, self.passing.live_us
        figures.pulses, figures.checked = self.judge.pulses, self.judge.checked
        figures.records, figures.replayed, figures.stops = records, replayed, self.judge.stops
        figures.switches.update(f"{name}={value}" for name, value in scenario.switches)
        for one in self.rig.simulator.injections():
            figures.put_in(one.kind, one.effects)
        if self.clock_steps:
            told = sum(b'"type":"clock_step"' in path.read_bytes() for path in self.rig.folder.glob("*.jsonl"))
            figures.put_in("wall clock set", told)


@dataclass(slots=True)
class Stand:
    """Where scenarios are played one after another: a folder with the station's key."""

    home: Path
    key: StationKey
    keys: Mapping[str, bytes]

    @classmethod
    def at(cls, home: Path) -> Stand:
        key = station_key(home)
        return cls(home, key, known_keys(home))

    def play(self, scenario: Scenario) -> Figures:
        """AssertionError names the law that did not hold; whatever else escapes is a defect too."""
        rig = Rig(scenario, self.home, self.key)
        try:
            play = Play.begin(rig)
            for step in scenario.script:
                play.go(step)
            return play.end(self.keys)
        finally:
            if rig.sink is not None:
                rig.sink.journal.abandon()
            shutil.rmtree(rig.folder, ignore_errors=True)
