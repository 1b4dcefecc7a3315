"""In whose name this station enters something between the sessions: the person, the place, its clocks and its key."""

from __future__ import annotations

from pathlib import Path

from nmes import __version__
from nmes.record.clocks import Clocks, system_clocks
from nmes.record.keys import station_key
from nmes.record.ledger import Author
from nmes.runtime.settings import station_of


def author_of(home: Path, by: str, clocks: Clocks | None = None) -> Author:
    """The author of entries in this home, called as its sessions are. KeyUnusable."""
    bound = {"program": f"nmes {__version__}"}
    return Author(by, station_of(home), clocks or system_clocks(), station_key(home), bound)
