"""The app as a program with a session already where a benchmark wants it, and a bare Textual app to compare with.

`python live_app.py FOLDER titrate|run|bare`: the session runs on the simulator in real time, as `nmes run` opens it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nmes.runtime.live import Live

PROTOCOL = "cramp_calf_ctf_training"
LEVEL_UA = 2_000
DIGITS_HZ, TEXT_HZ, PLOT_HZ = 4, 4, 2
"""What the bare app redraws: as often as ours does."""


def wait(live: Live, condition: Callable[[Any], bool], within_s: float = 30.0) -> None:
    """Until the View says so, with somebody there."""
    end = time.monotonic() + within_s
    while not condition(live.view):
        live.heartbeat()
        live.touch()
        assert time.monotonic() < end, f"never came: {live.view.word} {live.view.why} {live.view.note}"
        time.sleep(0.02)


def bring(live: Live, protocol: Any, to: str) -> None:
    """Screened, placed and titrating; or every level found and the treatment in its first contraction."""
    from nmes.core import events as e
    from nmes.core.view import Word

    wait(live, lambda view: view.word is Word.SCREENING)
    live.post(e.Screened(tuple(e.Answer(code, e.Reply.NO) for code in protocol.screening_codes), "benchmark"))
    wait(live, lambda view: view.word is Word.PLACING)
    live.post(e.Placed())
    for slot in live.view.plan.slots:
        wait(live, lambda view: view.word is Word.READY)
        live.post(e.Titrate(slot.channel, slot.waveform, live.view.epoch))
        wait(live, lambda view: view.word is Word.TITRATING)
        if to == "titrate":
            return
        while (now := channel(live, slot.channel)).level_ua < LEVEL_UA:
            if now.confirmed_ua == now.level_ua:
                live.post(e.Increase(slot.channel, live.view.epoch))
            live.heartbeat()
            time.sleep(0.3)
        wait(live, lambda _view, number=slot.channel: channel(live, number).confirmed_ua == LEVEL_UA)
        live.post(e.Accept(live.view.epoch))
    wait(live, lambda view: view.word is Word.READY)
    live.post(e.Start(live.view.epoch))
    wait(live, lambda view: view.word in {Word.RAMP_UP, Word.ON})


def channel(live: Live, number: int) -> Any:
    return next(found for found in live.view.channels if found.channel == number)


def ours(home: Path, to: str) -> None:
    """The app of the program, its session brought there before it is shown."""
    from nmes.ui.budget import prepare

    prepare()
    from nmes.cli.finding import plan_of
    from nmes.core.measurement import Who
    from nmes.runtime.library import Library
    from nmes.runtime.open import open_live
    from nmes.ui.app import NmesApp
    from nmes.ui.messages import Chosen
    from nmes.ui.services import Services

    loaded = Library().load(PROTOCOL)

    def open_session(one: Any, who: Any) -> Live:
        live = open_live(one, url=None, home=home, who=who)
        bring(live, one.protocol, to)
        return live

    services = Services(protocols=[loaded], compile_plan=plan_of, open_session=open_session)
    app = NmesApp(services, who=Who("P-001", "left"), first=loaded)
    app.call_later(lambda: app.set_timer(0.5, lambda: app.post_message(Chosen(0, Who("P-001", "left")))))
    app.run()


def bare() -> None:
    """Textual alone, with as many widgets that change as often."""
    from nmes.ui.budget import prepare

    prepare()
    from textual.app import App, ComposeResult
    from textual.containers import Horizontal
    from textual.widgets import Digits, Footer, Static

    class Bare(App[None]):
        CSS = "Static { height: auto; } Horizontal { height: 4; } Digits { width: 20; }"
        count = 0

        def compose(self) -> ComposeResult:
            with Horizontal():
                yield Digits("0", id="one")
                yield Digits("0", id="two")
            for name in ("text-1", "text-2", "text-3"):
                yield Static("", id=name, markup=False)
            yield Static("", id="plot", markup=False)
            yield Footer()

        def on_mount(self) -> None:
            self.set_interval(1 / DIGITS_HZ, self.digits)
            self.set_interval(1 / TEXT_HZ, self.words)
            self.set_interval(1 / PLOT_HZ, self.plot)

        def digits(self) -> None:
            self.count += 1
            self.query_one("#one", Digits).update(f"{self.count / 10:.1f}")
            self.query_one("#two", Digits).update(f"{self.count}")

        def words(self) -> None:
            for name in ("text-1", "text-2", "text-3"):
                self.query_one(f"#{name}", Static).update(f"answered {self.count / 10:.1f} s ago, {name}")

        def plot(self) -> None:
            rows = ("".join("▁▂▃▄▅▆▇█"[(self.count + row + n) % 8] for n in range(76)) for row in range(6))
            self.query_one("#plot", Static).update("\n".join(rows))

    Bare().run()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    if sys.argv[2] == "bare":
        bare()
    else:
        ours(Path(sys.argv[1]), sys.argv[2])
