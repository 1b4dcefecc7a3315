"""The app with a scripted therapist in it, for the long run: started by `one_hour.py`, on a terminal of its own.

    python hour_app.py URL FOLDER DESCRIPTOR PROTOCOL

It finds a level on every channel, starts the treatment, stays there to its end and closes the record. On the
descriptor it tells how far it is and how much memory it takes.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hour_protocol import LEVEL_UA

from nmes.cli.finding import plan_of
from nmes.core import events as e
from nmes.core.dose import plan_totals
from nmes.core.measurement import Who
from nmes.core.view import Word
from nmes.runtime.library import Loaded, load_file
from nmes.runtime.live import Live
from nmes.runtime.open import open_live
from nmes.trial.therapist import Therapist
from nmes.ui.app import NmesApp
from nmes.ui.messages import Chosen
from nmes.ui.services import Services

LOOK_S = 0.05
TELL_S = 5.0
OVER = {Word.ENDED, Word.STOPPED, Word.UNSURE, Word.PAUSED}
LIVE = {Word.RAMP_UP, Word.ON, Word.RAMP_DOWN, Word.REST}
Tell = Callable[..., None]


def memory_bytes() -> int:
    """What is resident now. Linux only."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def therapist_of(loaded: Loaded) -> Therapist:
    answers = tuple(e.Answer(code, e.Reply.NO) for code in loaded.protocol.screening_codes)

    def enough(slot: Any, view: Any) -> bool:
        return bool(next(one for one in view.channels if one.channel == slot.channel).level_ua >= LEVEL_UA)

    return Therapist(answers, enough)


def attend(live: Live, therapist: Therapist, tell: Tell) -> None:
    """To the end of the treatment; whatever else ends it is told as it is."""
    next_s, started = 0.0, False
    while (view := live.view).word not in OVER:
        live.touch()
        action = None if started else therapist.act(view)
        if isinstance(action, e.Start):
            started = True
            totals = {one.channel: [one.contractions, one.tension_ms] for one in plan_totals(view.plan)}
            tell(plan=totals, started_ns=time.monotonic_ns())
        if action is not None:
            live.post(action)
        if time.monotonic() >= next_s:
            next_s = time.monotonic() + TELL_S
            tell(memory=memory_bytes(), live=view.word in LIVE, plan_ms=view.plan_ms)
        time.sleep(LOOK_S)
    tell(ended_ns=time.monotonic_ns(), word=view.word.value, why=view.why)
    summary = live.finish()
    tell(record=str(summary.record), intact=summary.intact, verdict=summary.verdict)


def main(url: str, home: Path, descriptor: int, protocol: Path) -> None:
    loaded, say = load_file(protocol), os.fdopen(descriptor, "w", buffering=1)

    def tell(**fields: Any) -> None:
        say.write(json.dumps(fields) + "\n")

    def open_session(one: Loaded, who: Who) -> Live:
        live = open_live(one, url=url, home=home, who=who)
        threading.Thread(target=attend, args=(live, therapist_of(loaded), tell), daemon=True).start()
        return live

    who = Who("P-001", "left")
    services = Services(protocols=[loaded], compile_plan=plan_of, open_session=open_session)
    app = NmesApp(services, who=who, first=loaded)
    app.call_later(lambda: app.set_timer(0.5, lambda: app.post_message(Chosen(0, who))))
    app.run()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
