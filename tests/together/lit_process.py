"""One program with several sessions, to be killed: `python lit_process.py HOME URL KEY [URL KEY ...]`.

Each brings current to its own device, of the family KEY, and goes on finding the level. It says READY when each device
has confirmed current. The program is one because most of what it costs is to begin.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from nmes.core import events as e
from nmes.runtime.families import family
from nmes.runtime.library import Library
from nmes.runtime.live import Live
from nmes.runtime.open import open_live
from nmes.trial.therapist import Therapist

TURN_S = 0.02


def main(home: Path, named: list[str]) -> None:
    loaded = Library().load("tens_conventional")
    lives: list[tuple[Live, Therapist]] = []
    for url, key in zip(named[::2], named[1::2], strict=True):
        answers = tuple(e.Answer(code, e.Reply.NO) for code in loaded.protocol.screening_codes)
        live = open_live(loaded, url=url, home=home / key, family=family(key))
        lives.append((live, Therapist(answers, lambda _slot, _view: False)))
    ready = False
    while True:
        for live, therapist in lives:
            live.heartbeat()
            action = therapist.act(live.view)
            if action is not None and not live.view.channels[0].confirmed_ua:
                live.post(action)
        if not ready and all(live.view.channels[0].confirmed_ua for live, _therapist in lives):
            ready = True
            print("READY", flush=True)
        threading.Event().wait(TURN_S)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
