"""What the app may redraw, so that a slow line (SSH) is not flooded: read by Textual once, when it is imported.

Separate because it must run before Textual is imported, and so imports nothing of it.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from typing import Final

FRAMES_PER_S: Final = 20
"""Between 15 and 20 frames a second are enough for a terminal over SSH [design]; Textual's own is 60."""
DIGITS_HZ: Final = 5
"""Digits change at most so often [design]."""
PLOTS_HZ: Final = 2
"""Plots change at most so often [design]."""


def prepare(environment: MutableMapping[str, str] | None = None) -> None:
    """Before Textual is imported. What somebody has set is kept, but for animations: there are none in this app."""
    if environment is None:
        environment = os.environ
    environment.setdefault("TEXTUAL_FPS", str(FRAMES_PER_S))
    environment["TEXTUAL_ANIMATIONS"] = "none"
    environment["TEXTUAL_SMOOTH_SCROLL"] = "0"


def over_ssh(environment: MutableMapping[str, str] | None = None) -> bool:
    """Whether the terminal is somewhere else: shown, because its delay is not ours."""
    return bool((os.environ if environment is None else environment).get("SSH_CONNECTION"))
