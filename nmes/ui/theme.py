"""The four looks of the app: Okabe-Ito hues, no red beside green, a contrast of at least 4.5:1 for every text.

Law: red and yellow are kept for STOP and alarms; every colour stands beside a word and a symbol, so that `mono` and
NO_COLOR lose nothing. Screens use the variables below and no literal colour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from textual.app import App
from textual.theme import Theme

from nmes.runtime.settings import Look, Settings


@dataclass(frozen=True, slots=True)
class Hues:
    """What a theme is made of. `text` stands on ground, boost and panel; `chosen` is the line that keys act on."""

    ground: str
    boost: str
    panel: str
    text: str
    muted: str
    """Text that matters less: still of full contrast."""
    accent: str
    """Borders of windows, and what runs: never red or yellow."""
    accent_text: str
    key: str
    """Names of keys in the footer."""
    stop: str
    stop_text: str
    caution: str
    caution_text: str
    selected: str
    """The ground of selected text in a field."""
    blurred: str = "none"
    """The style of a chosen line that has not got the keys, where its ground cannot tell it."""


def _theme(look: Look, hues: Hues, *, dark: bool) -> Theme:
    return Theme(
        name=look,
        primary=hues.accent,
        secondary=hues.accent,
        accent=hues.accent,
        warning=hues.caution,
        error=hues.accent,
        success=hues.accent,
        foreground=hues.text,
        background=hues.ground,
        surface=hues.ground,
        panel=hues.panel,
        boost=hues.boost,
        dark=dark,
        variables={**_meanings(hues), **_widgets(hues)},
    )


def _meanings(hues: Hues) -> dict[str, str]:
    """What the screens use: each ground with the text on it."""
    return {
        "stop": hues.stop,
        "stop-text": hues.stop_text,
        "alarm": hues.stop,
        "alarm-text": hues.stop_text,
        "caution": hues.caution,
        "caution-text": hues.caution_text,
        "note": hues.panel,
        "note-text": hues.text,
        "simulation": hues.muted,
        "simulation-text": hues.ground,
        "live": hues.accent,
        "live-text": hues.accent_text,
        "held": hues.text,
        "held-text": hues.ground,
        "text-muted": hues.muted,
        "text-disabled": hues.muted,
    }


def _widgets(hues: Hues) -> dict[str, str]:
    """What Textual's own widgets use; without these some of their texts have too little contrast."""
    bars = ("scrollbar-background", "scrollbar-background-hover", "scrollbar-background-active")
    return {
        "footer-key-foreground": hues.key,
        "block-cursor-background": hues.accent,
        "block-cursor-foreground": hues.accent_text,
        "block-cursor-blurred-background": hues.panel,
        "block-cursor-blurred-foreground": hues.text,
        "block-cursor-blurred-text-style": hues.blurred,
        "block-hover-background": hues.panel,
        "input-selection-background": hues.selected,
        "input-selection-foreground": hues.text,
        "scrollbar": hues.muted,
        "scrollbar-hover": hues.accent,
        "scrollbar-active": hues.accent,
        "scrollbar-corner-color": hues.boost,
        **dict.fromkeys(bars, hues.boost),
    }


_SKY: Final = "#56B4E9"
_YELLOW: Final = "#F0E442"
"""Of the palette of Okabe and Ito, told apart by the colour-blind [verify]. Its red is darkened for STOP, so that white
on it has the contrast; its blue is darkened on a light ground."""
_STOP: Final = "#A81010"
DARK: Final = _theme(
    Look.DARK,
    Hues(
        ground="#101418",
        boost="#1B252D",
        panel="#22303A",
        text="#F2F2F2",
        muted="#B8C4CC",
        accent=_SKY,
        accent_text="#000000",
        key=_SKY,
        stop=_STOP,
        stop_text="#FFFFFF",
        caution=_YELLOW,
        caution_text="#000000",
        selected="#2E4150",
    ),
    dark=True,
)
LIGHT: Final = _theme(
    Look.LIGHT,
    Hues(
        ground="#FFFFFF",
        boost="#EDF2F5",
        panel="#DCE6EC",
        text="#14191D",
        muted="#3E4A52",
        accent="#00517F",
        accent_text="#FFFFFF",
        key="#00517F",
        stop=_STOP,
        stop_text="#FFFFFF",
        caution=_YELLOW,
        caution_text="#000000",
        selected="#BFD3DF",
    ),
    dark=False,
)
CONTRAST: Final = _theme(
    Look.CONTRAST,
    Hues(
        ground="#000000",
        boost="#000000",
        panel="#000000",
        text="#FFFFFF",
        muted="#FFFFFF",
        accent=_SKY,
        accent_text="#000000",
        key=_SKY,
        stop="#8B0000",
        stop_text="#FFFFFF",
        caution=_YELLOW,
        caution_text="#000000",
        selected="#404040",
        blurred="underline",
    ),
    dark=True,
)
MONO: Final = _theme(
    Look.MONO,
    Hues(
        ground="#000000",
        boost="#000000",
        panel="#000000",
        text="#FFFFFF",
        muted="#FFFFFF",
        accent="#FFFFFF",
        accent_text="#000000",
        key="#FFFFFF",
        stop="#FFFFFF",
        stop_text="#000000",
        caution="#FFFFFF",
        caution_text="#000000",
        selected="#404040",
        blurred="underline",
    ),
    dark=True,
)
THEMES: Final = (DARK, LIGHT, CONTRAST, MONO)


def look_of(settings: Settings, environment: Mapping[str, str]) -> Look:
    """The theme to wear: `mono` wherever colour is not wanted (https://no-color.org: set and not empty)."""
    return Look.MONO if environment.get("NO_COLOR") else settings.theme


def wear(app: App[None], look: Look) -> None:
    """Put a theme on; the app knows all four from then on."""
    for theme in THEMES:
        app.register_theme(theme)
    app.theme = look
