"""What is redrawn while a session runs, by the second of the session: little enough for a slow line."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from textual.widgets import Digits, Static
from ui.bench_live import Desk

from nmes.core.view import Word
from nmes.ui.app import BEAT_S
from nmes.ui.budget import DIGITS_HZ, FRAMES_PER_S, PLOTS_HZ, over_ssh, prepare
from nmes.ui.flow import Stage
from nmes.ui.widgets.envelope import Envelope

SECONDS = 12
"""A contraction and the beginning of its rest."""


@pytest.fixture
def redrawn(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts what is given to Textual to draw: its own two doors, ours are left alone."""
    counted: Counter[str] = Counter()
    digits, static = Digits.update, Static.update

    def count_digits(self: Digits, value: str) -> None:
        counted[f"digits {self.parent.parent.id if self.parent and self.parent.parent else ''}"] += 1
        digits(self, value)

    def count_static(self: Static, content: object = "", *, layout: bool = True) -> None:
        counted[type(self).__name__] += 1
        static(self, content, layout=layout)  # type: ignore[arg-type]  # whatever was given is handed on

    monkeypatch.setattr(Digits, "update", count_digits)
    monkeypatch.setattr(Static, "update", count_static)
    return counted


@pytest.mark.thorough
@pytest.mark.parametrize("size", [(80, 24), pytest.param((120, 40), marks=pytest.mark.campaign)])
async def test_digits_change_at_most_five_times_a_second_and_plots_twice(
    tmp_path: Path, redrawn: Counter[str], size: tuple[int, int]
) -> None:
    desk = Desk(tmp_path)
    async with desk.at(Stage.RUN, size=size) as pilot:
        seen = set()
        redrawn.clear()
        for _ in range(round(SECONDS / BEAT_S)):
            desk.live.run(round(BEAT_S * 1000))
            pilot.app.beat()
            seen.add(desk.live.view.word)
        assert seen >= {Word.RAMP_UP, Word.ON, Word.RAMP_DOWN, Word.REST}
        digits = {name: count for name, count in redrawn.items() if name.startswith("digits")}
        assert digits, "something large changes"
        assert max(digits.values()) <= DIGITS_HZ * SECONDS
        assert 0 < redrawn[Envelope.__name__] <= PLOTS_HZ * SECONDS


def test_the_frames_are_few_and_nothing_is_animated() -> None:
    environment = {"TEXTUAL_ANIMATIONS": "full"}
    prepare(environment)
    assert 15 <= FRAMES_PER_S <= 20
    assert environment == {"TEXTUAL_FPS": str(FRAMES_PER_S), "TEXTUAL_ANIMATIONS": "none", "TEXTUAL_SMOOTH_SCROLL": "0"}


def test_who_has_set_a_frame_rate_keeps_it() -> None:
    environment = {"TEXTUAL_FPS": "10"}
    prepare(environment)
    assert environment["TEXTUAL_FPS"] == "10"


@pytest.mark.thorough
async def test_a_terminal_over_ssh_is_known_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert over_ssh({"SSH_CONNECTION": "10.0.0.1 50000 10.0.0.2 22"})
    assert not over_ssh({})
    for value, told in (("10.0.0.1 50000 10.0.0.2 22", True), ("", False)):
        monkeypatch.setenv("SSH_CONNECTION", value)
        desk = Desk(tmp_path)
        async with desk.at(Stage.HOME):
            first = desk.text().split("\n")[0]
            assert ("SSH" in first) is told
            assert "SIMULATION: no patient is connected" in first
