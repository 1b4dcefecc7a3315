"""A press is seen at once; a key that is held does not flood the terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise

from helpers.plans import simple_plan
from nmes.core.session import begin
from nmes.core.view import OutputState, View, view
from nmes.ui.budget import DIGITS_HZ
from nmes.ui.glance import REST_MS, Glance


@dataclass
class Screen:
    """A session that hears a press `heard_ms` after it, and counts what is painted of it."""

    heard_ms: int = 0
    now_ms: int = 0
    present: View = field(default_factory=lambda: view(begin(simple_plan(), ())[0], OutputState()))
    painted: list[tuple[int, int]] = field(default_factory=list)
    waiting: list[tuple[int, Callable[[], None]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.glance = Glance(self.later, lambda: self.present, self.paint)

    def later(self, after_s: float, what: Callable[[], None]) -> None:
        self.waiting.append((self.now_ms + round(after_s * 1000), what))

    def paint(self) -> None:
        self.painted.append((self.now_ms, self.present.epoch))

    def press(self) -> None:
        self.glance.press(lambda: self.later(self.heard_ms / 1000, self.hear) if self.heard_ms else self.hear())

    def hear(self) -> None:
        self.present = replace(self.present, epoch=self.present.epoch + 1)

    def pass_ms(self, time_ms: int) -> None:
        until_ms = self.now_ms + time_ms
        while due := sorted((one for one in self.waiting if one[0] <= until_ms), key=lambda one: one[0]):
            self.waiting.remove(due[0])
            self.now_ms = due[0][0]
            due[0][1]()
        self.now_ms = until_ms


def test_what_the_session_hears_at_once_is_painted_at_once() -> None:
    screen = Screen()
    screen.press()
    assert screen.painted == [(0, 1)]
    screen.pass_ms(1_000)
    assert len(screen.painted) == 1


def test_what_it_hears_in_its_next_turn_is_painted_some_milliseconds_later() -> None:
    screen = Screen(heard_ms=20)
    screen.press()
    screen.pass_ms(1_000)
    assert screen.painted == [(24, 1)]


def test_what_follows_from_it_is_painted_too() -> None:
    """The level is there when its entry is in the record; the command goes out after it."""
    screen = Screen(heard_ms=10)
    screen.press()
    screen.later(0.04, screen.hear)
    screen.pass_ms(1_000)
    assert screen.painted == [(16, 1), (48, 2)]


def test_a_press_that_changes_nothing_paints_nothing() -> None:
    screen = Screen()
    screen.glance.press(lambda: None)
    screen.pass_ms(1_000)
    assert screen.painted == []


def test_a_held_key_is_painted_five_times_a_second_and_its_end_is_not_lost() -> None:
    screen = Screen(heard_ms=10)
    for _ in range(60):
        screen.press()
        screen.pass_ms(33)
    screen.pass_ms(1_000)
    times = [at_ms for at_ms, _ in screen.painted]
    assert min(later - earlier for earlier, later in pairwise(times)) >= REST_MS - 16
    assert len(times) <= 2 * DIGITS_HZ + 2, "over two seconds and the last"
    assert screen.painted[-1][1] == 60


def test_presses_that_are_apart_are_each_painted_at_once() -> None:
    screen = Screen(heard_ms=10)
    for count in range(1, 6):
        began_ms = screen.now_ms
        screen.press()
        screen.pass_ms(450)
        assert screen.painted[-1] == (began_ms + 16, count)
