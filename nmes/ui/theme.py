"""The one theme of the app: dark, Okabe-Ito hues, no red beside green, a contrast of at least 4.5:1 for every text."""

from __future__ import annotations

from textual.theme import Theme

CLINIC = Theme(
    name="clinic",
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
        "stop": "#A81010",
        "stop-text": "#FFFFFF",
        "simulation": "#F0E442",
        "simulation-text": "#000000",
        "live": "#56B4E9",
        "live-text": "#000000",
        "held": "#F2F2F2",
        "held-text": "#000000",
        "text-muted": "#B8C4CC",
        "footer-key-foreground": "#F0E442",
    },
)
