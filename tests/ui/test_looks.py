"""Every screen in every theme: all of it can be read, and it says the same without colour."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from textual.widgets import Footer
from ui.bench_live import Desk
from ui.cells import Cell, cells, luminance
from ui.scenes import SCENES, SET, SNAPPED, SOME

from nmes.core.alarm import Level
from nmes.core.view import Word
from nmes.runtime.settings import Look, Settings
from nmes.ui import words
from nmes.ui.alarm_words import LEVELS, SYMBOLS
from nmes.ui.theme import THEMES, look_of

LEAST = 4.5
"""Contrast of text [source: WCAG 2.2, 1.4.3 level AA]."""
SNAPSHOTS = Path(__file__).parent / "snapshots"
WRITE = "NMES_WRITE_SNAPSHOTS"
"""Set it to write the golden texts anew; then look at what changed before it is kept."""


def seen() -> list[object]:
    """Each scene at each size; what is seen in every run of the tests, the rest in the campaign."""
    return [
        pytest.param(name, size, marks=[] if name in SOME and size == (80, 24) else pytest.mark.campaign)
        for name in SCENES
        for size in ((80, 24), (120, 40))
    ]


@pytest.mark.thorough
@pytest.mark.parametrize(("name", "size"), seen())
async def test_a_screen_can_be_read_in_every_theme_fits_and_is_what_it_was(
    tmp_path: Path, name: str, size: tuple[int, int]
) -> None:
    """One app for all of it: to start one and bring it there is what the test costs."""
    texts: dict[str, str] = {}
    async with SCENES[name].at(tmp_path, size, settings=SET) as desk:
        for theme in THEMES:
            desk.app.theme = theme.name
            desk.app.refresh_css(animate=False)
            assert [cell for cell in cells(desk.app) if cell.contrast < LEAST] == [], theme.name
            texts[theme.name] = desk.text()
        fits(desk, size)
    for theme, text in texts.items():
        pairs = zip(text.split("\n"), texts[Look.MONO].split("\n"), strict=True)
        assert [pair for pair in pairs if pair[0] != pair[1]] == [], f"{theme} tells something that mono does not"
    is_what_it_was(name, size, texts[Look.MONO])


def fits(desk: Desk, size: tuple[int, int]) -> None:
    """The keys fit in their row, and the STOP bar is whole in the last three."""
    rows = desk.text().split("\n")
    for footer in desk.app.screen.query(Footer):
        assert footer.max_scroll_x == 0, f"the keys are wider than {size[0]} columns: {rows[-4]}"
    assert len(rows) == size[1]
    assert "STOP ALL" in rows[-3]
    assert "Esc   F12   Ctrl+C" in rows[-2]


def is_what_it_was(name: str, size: tuple[int, int], text: str) -> None:
    """Against the golden text, where there is one; trailing blanks are not kept in it."""
    golden = SNAPSHOTS / f"{name.replace(' ', '_')}_{size[0]}x{size[1]}.txt"
    kept = "\n".join(row.rstrip() for row in text.split("\n")) + "\n"
    if name in SNAPPED and os.environ.get(WRITE):
        SNAPSHOTS.mkdir(exist_ok=True)
        golden.write_text(kept, encoding="utf-8")
    if name in SNAPPED:
        assert kept == golden.read_text(encoding="utf-8"), f"changed on purpose? Look at it, then set {WRITE}=1"


@pytest.mark.thorough
async def test_where_no_colour_is_wanted_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with SCENES["home"].at(tmp_path, settings=SET) as desk:
        assert desk.app.theme == Look.MONO
        coloured = [cell for cell in cells(desk.app) if not (grey(cell.letter_rgb) and grey(cell.ground_rgb))]
        assert coloured == []


def grey(rgb: tuple[int, int, int]) -> bool:
    return len(set(rgb)) == 1


def test_the_setting_holds_unless_no_colour_is_wanted() -> None:
    light = Settings(theme=Look.LIGHT)
    assert look_of(light, {}) is Look.LIGHT
    assert look_of(light, {"NO_COLOR": ""}) is Look.LIGHT, "set and empty is not set [source: no-color.org]"
    assert look_of(light, {"NO_COLOR": "1"}) is Look.MONO


def test_every_state_and_every_alarm_has_a_symbol_and_a_word_of_its_own() -> None:
    states = [words._STATES[word] for word in Word] + [words.FAULT]
    assert all(state.symbol and state.word for state in states)
    assert len({state.word for state in states}) == len(states)
    assert len({SYMBOLS[level] for level in Level}) == len({LEVELS[level] for level in Level}) == len(Level)


def test_every_theme_has_every_variable() -> None:
    first, *others = (set(theme.variables) for theme in THEMES)
    assert all(other == first for other in others)
    grounds = {name for name in first if f"{name}-text" in first}
    assert grounds >= {"stop", "live", "held", "alarm", "caution", "note", "simulation"}


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_each_ground_and_its_text_are_far_apart(theme) -> None:
    pairs = {name: (value, theme.variables[f"{name}-text"]) for name, value in theme.variables.items()
             if f"{name}-text" in theme.variables}  # fmt: skip
    for name, (ground, text) in pairs.items():
        assert Cell(0, 0, "x", rgb(text), rgb(ground)).contrast >= LEAST, name


def rgb(value: str) -> tuple[int, int, int]:
    return tuple(bytes.fromhex(value.removeprefix("#")))  # type: ignore[return-value]  # three of them


def test_the_measure_of_contrast_is_the_known_one() -> None:
    assert Cell(0, 0, "x", (0, 0, 0), (255, 255, 255)).contrast == pytest.approx(21)
    assert Cell(0, 0, "x", (119, 119, 119), (255, 255, 255)).contrast == pytest.approx(4.48, abs=0.01)
    assert luminance((255, 0, 0)) == pytest.approx(0.2126)
