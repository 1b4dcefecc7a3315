"""Where a page of the app is, and how the app knows that it is behind one. Below both the command and its server."""

from __future__ import annotations

import os
from typing import Final

HOST: Final = "127.0.0.1"
"""The loopback address and nothing else [design: the page asks for no name and no password]."""
DRIVER: Final = "nmes.ui.web_driver:BrowserDriver"
"""What Textual reads and writes by in the app that a page is joined to."""


def is_served() -> bool:
    """Whether this program is the app behind a page: then there is no terminal, and none is needed."""
    return os.environ.get("TEXTUAL_DRIVER") == DRIVER
