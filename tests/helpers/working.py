"""Work for a worker that costs nothing: it says that it has begun and waits to be stopped. Light, for it is imported
in the worker too."""

from __future__ import annotations

import os
import time
from pathlib import Path

from nmes.trial.stopping import Stopped


def working(stopped: Stopped, began: str) -> bool:
    """In a worker: works until it is asked to stop; False if nobody ever does. `began` holds the worker's number."""
    part = Path(f"{began}.part")
    part.write_text(str(os.getpid()))
    part.rename(began)
    end = time.monotonic() + 30
    while not stopped() and time.monotonic() < end:
        time.sleep(0.01)
    return stopped()
