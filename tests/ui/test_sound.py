"""What is heard, and when: a bell that is counted, a clock that is turned by hand; and once on a real terminal."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from nmes.core.cues import Cue
from nmes.runtime.settings import Sound
from nmes.ui.sound import PATTERNS, Sounds


@dataclass
class Ear:
    """Hears the bell, and lets time pass."""

    now_ms: int = 0
    heard: list[int] = field(default_factory=list)
    waiting: list[tuple[int, Callable[[], None]]] = field(default_factory=list)

    def ring(self) -> None:
        self.heard.append(self.now_ms)

    def later(self, after_s: float, what: Callable[[], None]) -> None:
        self.waiting.append((self.now_ms + round(after_s * 1000), what))

    def pass_ms(self, time_ms: int) -> None:
        until_ms = self.now_ms + time_ms
        while due := sorted((one for one in self.waiting if one[0] <= until_ms), key=lambda one: one[0]):
            self.waiting.remove(due[0])
            self.now_ms = due[0][0]
            due[0][1]()
        self.now_ms = until_ms


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.mark.parametrize("cue", Cue)
def test_each_cue_has_its_pattern_and_nothing_waits_for_it(ear: Ear, cue: Cue) -> None:
    Sounds(ear.ring, ear.later).play((cue,))
    assert ear.heard == [0], "the first stroke at once, the others by timers"
    ear.pass_ms(5_000)
    assert tuple(ear.heard) == PATTERNS[cue]


def test_what_matters_is_told_apart_by_counting() -> None:
    counts = {cue: len(PATTERNS[cue]) for cue in Cue}
    assert counts[Cue.FAULT] == 10
    assert counts[Cue.CAUTION] == counts[Cue.END] == 3
    assert PATTERNS[Cue.CAUTION] != PATTERNS[Cue.END]
    assert counts[Cue.CONTRACT] > counts[Cue.COUNT_1], "3-2-1 are one stroke each, the contraction is more"
    assert counts[Cue.ZERO] > counts[Cue.TICK]
    gaps = [later - earlier for one in PATTERNS.values() for earlier, later in pairwise(one)]
    assert min(gaps) >= 150, "nearer strokes melt into one"


@pytest.mark.parametrize("cue", Cue)
def test_mute_silences_everything_but_a_fault(ear: Ear, cue: Cue) -> None:
    Sounds(ear.ring, ear.later, Sound.MUTE).play((cue,))
    ear.pass_ms(5_000)
    assert len(ear.heard) == (10 if cue is Cue.FAULT else 0)


def test_of_several_cues_the_most_urgent_is_heard(ear: Ear) -> None:
    Sounds(ear.ring, ear.later).play((Cue.TICK, Cue.CAUTION, Cue.CONTRACT))
    ear.pass_ms(5_000)
    assert tuple(ear.heard) == PATTERNS[Cue.CAUTION]


def test_a_muted_fault_is_heard_beside_what_is_not(ear: Ear) -> None:
    Sounds(ear.ring, ear.later, Sound.MUTE).play((Cue.END, Cue.FAULT, Cue.TICK))
    ear.pass_ms(5_000)
    assert tuple(ear.heard) == PATTERNS[Cue.FAULT]


def test_a_fault_ends_what_is_being_played(ear: Ear) -> None:
    sounds = Sounds(ear.ring, ear.later)
    sounds.play((Cue.END,))
    ear.pass_ms(100)
    sounds.play((Cue.FAULT,))
    ear.pass_ms(5_000)
    assert ear.heard == [0, *(100 + at_ms for at_ms in PATTERNS[Cue.FAULT])]


def test_a_tick_does_not_end_a_fault_and_is_not_kept_for_later(ear: Ear) -> None:
    sounds = Sounds(ear.ring, ear.later)
    sounds.play((Cue.FAULT,))
    ear.pass_ms(500)
    sounds.play((Cue.TICK,))
    ear.pass_ms(5_000)
    assert tuple(ear.heard) == PATTERNS[Cue.FAULT]
    sounds.play((Cue.TICK,))
    assert len(ear.heard) == 11, "once it is over, a tick is heard again"


def test_a_held_key_makes_one_stroke_for_each_step(ear: Ear) -> None:
    sounds = Sounds(ear.ring, ear.later)
    for _ in range(10):
        sounds.play((Cue.TICK,))
        ear.pass_ms(250)
    assert len(ear.heard) == 10


def test_muting_takes_hold_at_once(ear: Ear) -> None:
    sounds = Sounds(ear.ring, ear.later)
    sounds.sound = Sound.MUTE
    sounds.play((Cue.ZERO,))
    assert not ear.heard


APP = """
from nmes.core.cues import Cue
from nmes.runtime.settings import Settings, Sound
from nmes.ui.dressed_app import DressedApp

class Belled(DressedApp):
    def on_mount(self):
        self.dress()
        self.sounds.play((Cue.ZERO,))
        self.set_timer(0.35, self.exit)

Belled(Settings()).run()
"""


@pytest.mark.thorough
def test_the_bell_really_goes_out_to_a_terminal() -> None:
    master, slave = pty.openpty()
    child = subprocess.Popen([sys.executable, "-c", APP], stdin=slave, stdout=slave, stderr=slave, close_fds=True)
    os.close(slave)
    said = b""
    try:
        while True:
            try:
                piece = os.read(master, 65_536)
            except OSError:  # the last of it was read and the child is gone
                break
            if not piece:
                break
            said += piece
        assert child.wait(10) == 0, said.decode(errors="replace")
    finally:
        child.kill()
        child.wait()
        os.close(master)
    strokes = re.sub(rb"\x1b\][^\x07\x1b]*\x07", b"", said).count(b"\x07")  # a window's title ends with one too
    assert strokes == len(PATTERNS[Cue.ZERO])
