"""A controller that a test kills, `python keeper_controller.py PORT FOLDER [--screen]`.

It starts a keeper on the port and engages it, says its process number, and then does nothing, least of all renew.
"""

from __future__ import annotations

import sys
from pathlib import Path

from nmes.link.keeper import Halting, Told, start_keeper
from nmes.link.lock import DeviceLock
from nmes.link.port import LineSettings
from nmes.link.serial_port import open_serial

FAMILY = "rehastim1"


def main(name: str, folder: Path, screen: bool) -> None:
    lock = DeviceLock(name, folder)
    port = open_serial(name, LineSettings(115_200, 8, "N", 2, rts_cts=True), lock)
    told = Told(
        folder / "keeper-1.json", lock.path, "The keeper has stopped it.", "The keeper cannot stop it.", FAMILY, screen
    )
    keeper = start_keeper(port, Halting(b"\xc0", 0xC1, 0x81), told)
    keeper.engage(0)
    print(keeper.pid, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), "--screen" in sys.argv[3:])
