"""Every cell of a screen as it is painted: its letter, and the colours it has there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len
from rich.color import Color, ColorType
from rich.style import Style
from textual.app import App

Rgb = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Cell:
    """One letter, its place, and the two colours it is made of."""

    row: int
    column: int
    letter: str
    letter_rgb: Rgb
    ground_rgb: Rgb

    @property
    def contrast(self) -> float:
        """The ratio of luminances as WCAG 2 defines it, 1 to 21."""
        bright, dark = sorted((luminance(self.letter_rgb), luminance(self.ground_rgb)), reverse=True)
        return (bright + 0.05) / (dark + 0.05)


def luminance(rgb: Rgb) -> float:
    """Relative luminance [source: WCAG 2.2, definition of relative luminance]."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (p / 255 for p in rgb)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def cells(app: App[None]) -> Iterator[Cell]:
    """Each cell that shows something, laid out now."""
    screen = app.screen
    screen._refresh_layout()
    for row, strip in enumerate(screen._compositor.render_strips()):
        column = 0
        for segment in strip:
            letter_rgb, ground_rgb = _colours(segment.style or Style())
            for letter in segment.text:
                if not letter.isspace():
                    yield Cell(row, column, letter, letter_rgb, ground_rgb)
                column += cell_len(letter)


def _colours(style: Style) -> tuple[Rgb, Rgb]:
    letter, ground = _rgb(style.color, foreground=True), _rgb(style.bgcolor, foreground=False)
    return (ground, letter) if style.reverse else (letter, ground)


def _rgb(color: Color | None, *, foreground: bool) -> Rgb:
    if color is None or color.type is ColorType.DEFAULT:
        return (255, 255, 255) if foreground else (0, 0, 0)
    return tuple(color.get_truecolor(foreground=foreground))  # type: ignore[return-value]  # three integers
