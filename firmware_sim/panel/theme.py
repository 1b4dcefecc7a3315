"""The panel's one theme: dark, Okabe-Ito hues, a contrast of at least 4.5:1 for every text.

Written anew and not shared with the controller's screens: the simulator imports nothing of the controller.
"""

from __future__ import annotations

from textual.theme import Theme

PANEL = Theme(
    name="panel",
    primary="#0072B2",
    secondary="#56B4E9",
    accent="#56B4E9",
    warning="#F0E442",
    error="#D55E00",
    success="#56B4E9",
    foreground="#F2F2F2",
    background="#101418",
    surface="#101418",
    panel="#22303A",
    boost="#1B252D",
    dark=True,
    variables={
        "simulation": "#F0E442",
        "simulation-text": "#000000",
        "lamp-violet": "#CC79A7",
        "lamp-green": "#009E73",
        "lamp-yellow": "#F0E442",
        "lamp-red": "#D55E00",
        "lamp-text": "#000000",
        "text-muted": "#B8C4CC",
        "footer-key-foreground": "#F0E442",
    },
)
