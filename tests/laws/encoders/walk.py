"""One random walk: a right controller, a wrong encoder, the guard (or none), and a device whose skin is judged.

The controller climbs, holds, falls, switches off, stops and starts again; sometimes it wants too much itself. Whenever
the guard has halted the walk starts again as an operator would: from 0, after an acknowledged halt. Everything comes
from the seed.
"""

from __future__ import annotations

from random import Random

from guard.rig import HALT, INIT, POLL, encode

from firmware_sim.device import P24
from laws.encoders.mistake import RIGHT, Mistake
from laws.encoders.mistakes import MISTAKES
from laws.encoders.parts import BURSTS, LONG_US, SWITCHES, TURN_US, WAITS_US, WAVES, Aim, Figures, Line, arming
from laws.encoders.skin import Skin
from laws.encoders.wanted import STEP_UA, Want, Wants, Wave
from nmes.guard.ceilings import Ceilings
from nmes.guard.port import GuardedPort
from nmes.guard.sight.sciencemode4 import ScienceMode4Sight
from nmes.link.memory_port import MemoryPort


class Walk:
    """`mistake` is made in each frame, in some, or from one on. Without `guarded` the encoder has the line itself."""

    def __init__(self, name: str, seed: int, *, guarded: bool = True, wild: bool = True) -> None:
        self.rng = Random(f"{name}/{seed}")
        self.mistake = MISTAKES.get(name, RIGHT)
        self.guarded, self.wild = guarded, wild
        self.line = Line(P24(switches=self.rng.choice(SWITCHES)))
        self.port = MemoryPort(self.line)
        self.guard = GuardedPort(self.port, ScienceMode4Sight(), Ceilings(), lambda: self.line.now_us)
        self.skin = Skin(self.line.device.stage, patient=not guarded)
        self.figures = Figures()
        self.number = 0
        self.right: list[bytes] = []
        self.share, self.since = self.rng.choice([(1.0, 0), (1.0, self.rng.randrange(1, 40)), (0.3, 0), (0.1, 0)])
        self.bursts = self.rng.random() < 0.25
        self.lit = False
        waves = (self.rng.choice(BURSTS),) if self.bursts else self.rng.choice([WAVES, (self.rng.choice(WAVES),)])
        self.aims = {channel: self._aim(waves) for channel in self.rng.choice([(1,), (1, 2), (1, 2), (1, 2, 3)])}
        for channel in range(1, 9):
            self.line.device.stage.set_load(channel, "good")
        self._start()

    def run(self, steps: int) -> Figures:
        """So many steps, and on to the first wrong frame that is judged, if there was none; LawBroken."""
        for at in range(10 * steps):
            if at >= steps and (self.figures.reached or self.mistake is RIGHT):
                break
            self._step(at)
            self.figures.steps += 1
        self.figures.pulses, self.figures.peak_permille = self.skin.pulses, self.skin.peak_permille
        return self.figures

    # --- the controller ---

    def _aim(self, waves: tuple[Wave, ...]) -> Aim:
        return Aim(self.rng.randrange(4, 81) * STEP_UA, self.rng.choice([500, 1000, 2000]), self.rng.choice(waves))

    def _start(self) -> None:
        """As an operator would: halt, acknowledged; start up; confirm; from 0."""
        self.skin.nothing()
        for _ in range(5):
            self._write(encode(self._next(), HALT))
            self._pass(60_000)
            self._hear()
            if self.guard.unlatch(self.guard.trips):
                break
        self._write(encode(self._next(), INIT, b"\1"))
        self._pass(100_000)
        self._hear()
        for channel, aim in self.aims.items():
            assert self.guard.arm(channel, *arming(aim)), "an operator can always start again"
            self.skin.confirm(channel, aim.level_ua, aim.ramp_ms, aim.wave, self.line.now_us)
            aim.goal_ua, aim.climbed_us, aim.amplitude_ua = aim.level_ua, 0, 0
        self.lit = False

    def _step(self, at: int) -> None:
        rng = self.rng
        wait_us = rng.choice(LONG_US) if self.wild and rng.random() < 0.01 else self._wait_us()
        deaf = self.wild and rng.random() < 0.05
        for _ in range(-(-wait_us // TURN_US) if self.bursts else 1):
            self._pass(TURN_US if self.bursts else wait_us)
            self._turn(deaf=deaf)
        if self.guarded and self.guard.latched:
            self._start()
            return
        if rng.random() < 0.02:
            self.guard.trip("stop")
            self._start()
            return
        self.lit = not self.lit
        wants: Wants = {}
        if self.lit or not self.bursts:
            wants = {channel: Want(self._wanted(aim, wait_us), aim.wave) for channel, aim in self.aims.items()}
        self._update(wants, at >= self.since and rng.random() < self.share)
        if rng.random() < 0.5 and not (self.guarded and self.guard.latched):
            self._write(encode(self._next(), POLL, b"\4"))

    def _turn(self, *, deaf: bool) -> None:
        if not deaf:
            self._hear()
        self.guard.watch()
        self._note_halt()

    def _wait_us(self) -> int:
        if not self.bursts:
            return self.rng.choice(WAITS_US)
        wave = self.aims[1].wave
        return wave.burst_us if self.lit else wave.burst_ms * 1000 - wave.burst_us

    def _wanted(self, aim: Aim, passed_us: int) -> int:
        """Up with the ramp, down at once; now and then another goal, or too much at once."""
        rng = self.rng
        if rng.random() < 0.06:
            aim.goal_ua = rng.choice([0, aim.level_ua // 3, aim.level_ua, aim.level_ua])
        if self.wild and rng.random() < 0.01:
            return rng.choice([aim.level_ua, aim.level_ua + 5_000])
        step_us = STEP_UA * aim.ramp_ms * 1000 // aim.level_ua + 1
        first = step_us if aim.amplitude_ua == 0 else aim.wave.burst_ms * 1000  # of a burst that does not come back
        earned_us = min(passed_us, first if self.bursts else 40_000)
        aim.climbed_us = min(aim.climbed_us + earned_us, aim.ramp_ms * 1000 * aim.goal_ua // aim.level_ua)
        aim.amplitude_ua = aim.level_ua * aim.climbed_us // (aim.ramp_ms * 1000) // STEP_UA * STEP_UA
        return aim.amplitude_ua

    # --- the line ---

    def _next(self) -> int:
        self.number = (self.number + 1) % 64
        return self.number

    def _update(self, wants: Wants, wrongly: bool) -> None:
        number = self._next()
        (right,) = RIGHT.writes(number, wants, self.right, self.rng)
        mistake = self.mistake if wrongly else RIGHT
        for index, frame in enumerate(mistake.writes(number, wants, self.right, self.rng)):
            judged = self.guard.latched is None
            passed = self._write(frame)
            if judged and (index or frame != right):
                self.figures.reached += 1
                self.figures.passed += passed
            if self.guarded and self.guard.latched:
                self.figures.refused[self.guard.latched.rule] += judged
                break
        self.right.append(right)

    def _write(self, frame: bytes) -> bool:
        self.skin.changed_us = self.line.now_us
        if not self.guarded:
            self.port.write(frame)
            return True
        passed = self.guard.write(frame)
        self._note_halt()
        return passed

    def _note_halt(self) -> None:
        if self.guarded and self.guard.latched:
            self.skin.nothing()

    def _hear(self) -> None:
        while self.guard.read(4096, 0):
            pass
        self._note_halt()

    def _pass(self, for_us: int) -> None:
        self.line.now_us += for_us
        self.line.device.advance(self.line.now_us)
        self.skin.look(self.line.now_us)


def walk(name: str, seed: int, steps: int, mistake: Mistake | None = None) -> Figures:
    """The figures of one walk behind the guard; an AssertionError says how to walk it again."""
    one = Walk(name, seed)
    one.mistake = mistake or one.mistake
    try:
        figures = one.run(steps)
    except AssertionError as error:
        error.add_note(f"walk({name!r}, {seed}, {steps}) after {one.figures.steps} steps, guard: {one.guard.latched}")
        raise
    assert figures.reached or one.mistake is RIGHT, (
        f"{name!r}, seed {seed}: no wrong frame was ever judged by the guard"
    )
    return figures
