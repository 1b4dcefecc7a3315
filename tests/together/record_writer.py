"""A station that writes, for a test that kills it: `python record_writer.py`, then a folder on each line of its input.

For each line it forks: the child makes the key, opens a session and writes through the real thread to the real disk,
session after session, until it is killed. What it was told to be on the medium it says at once: `A <session> <word>`.
Then the parent says `DEAD`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from threading import BoundedSemaphore
from typing import NoReturn

from nmes.core.events import Durable, JournalFailed
from nmes.record.chain import NewEntry
from nmes.record.clocks import system_clocks
from nmes.record.journal import Journal
from nmes.record.keys import station_key
from nmes.record.sink import JournalThread

AHEAD = 8
"""So many promises may be asked for before the first is kept."""
WORDS = 60
"""Of one session."""


def write(home: Path, life: str) -> NoReturn:
    said = os.dup(1)
    number = 0
    while True:
        key = station_key(home)
        journal = Journal.open(home / "records", "station-1", {"protocol": "calf"}, system_clocks(), signer=key)
        free = BoundedSemaphore(AHEAD)

        def post(told: Durable | JournalFailed, session: str = journal.session, free: BoundedSemaphore = free) -> None:
            assert isinstance(told, Durable), told
            os.write(said, f"A {session} {life}-{told.intent}\n".encode())
            free.release()

        sink = JournalThread(journal, post)
        for at in range(WORDS):
            number += 1
            word = f"{life}-{number}"
            body = {"event": {"type": "Mark", "text": f"text {word}"}, "word": word}
            texts = (f"text {word}",) if at % 5 == 0 else ()
            wanted = number if at % 2 else None
            if wanted is not None:
                free.acquire()
            sink.submit([NewEntry("event", body, "Ada", seal=at % 7 == 0, texts=texts)], durable=wanted)
        sink.close({"why": "complete"}, 60)


def main() -> None:
    for life, line in enumerate(sys.stdin):
        child = os.fork()
        if not child:
            write(Path(line.strip()), str(life))
        print(f"PID {child}", flush=True)
        os.waitpid(child, 0)
        print("DEAD", flush=True)


if __name__ == "__main__":
    station_key(Path(sys.argv[1]))  # what it imports is imported before the first child
    main()
