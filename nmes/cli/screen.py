"""Opening a session: in the app or line by line, on the simulator, its bench or a device. The only place that wires."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from operator import attrgetter
from time import monotonic_ns

from nmes.cli.exits import BAD, GOOD, complain, wrong
from nmes.cli.notice import interrupted
from nmes.cli.record_trouble import what_to_do
from nmes.core.measurement import NOBODY, Origin, Who
from nmes.core.view import View
from nmes.record.errors import RecordError
from nmes.record.files import home
from nmes.runtime.library import Library, Loaded
from nmes.runtime.live import Live
from nmes.runtime.signals import end_by, watch_signals

NO_TERMINAL = (
    "nmes: this is no terminal, so the app cannot open. Try: nmes demo (a whole session by itself), or: "
    "nmes run PROTOCOL --plain (line by line)."
)
SLOWEST, FASTEST = 0.1, 1000.0


def has_terminal() -> bool:
    """Whether a person can both see and type."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


def without_terminal() -> int:
    """Say what works here instead. That is no error."""
    print(NO_TERMINAL)
    return GOOD


@dataclass(frozen=True, slots=True)
class Typed:
    """For whom, as it was typed on the command line."""

    code: str = ""
    side: str = ""
    ctf: str = ""


def run_session(protocol: str, device: str, speed: str, typed: Typed, *, plain: bool) -> int:
    """`nmes run`: look at everything that can be wrong before anything is opened."""
    from nmes.cli.finding import plan_of, protocol_named
    from nmes.cli.who import who_of
    from nmes.core.problems import ProblemsError

    pace = _pace(speed, device)
    loaded = protocol_named(protocol)
    who = who_of(loaded.protocol, typed.code, typed.side, typed.ctf)
    try:
        plan_of(loaded, who.ctf_mhz)
    except ProblemsError as error:
        wrong(*(str(problem) for problem in error.problems))
    if plain:
        from nmes.cli.plain_open import run_plain

        return run_plain(loaded, _url(device), pace, who)
    if not has_terminal():
        wrong(f"the app needs a terminal; without one: nmes run {protocol} --plain")
    return open_app(device, loaded, pace, who)


def _pace(speed: str, device: str) -> float | None:
    """How many times as fast; None = as fast as it can."""
    pace = None if speed == "max" else _number(speed)
    if pace != 1 and _url(device) is not None:
        wrong("--speed is for the simulator only: a real stimulator keeps its own time; leave one of the two out")
    return pace


def _number(speed: str) -> float:
    try:
        pace = float(speed)
    except ValueError:
        pace = 0.0
    if not isfinite(pace) or not SLOWEST <= pace <= FASTEST:
        wrong(f'--speed "{speed}": give a number from {SLOWEST:g} to {FASTEST:g}, or max')
    return pace


def _url(device: str) -> str | None:
    return None if device == "sim" else device


# --- the app ---


def open_app(device: str, first: Loaded | None, pace: float | None, who: Who = NOBODY) -> int:
    """The app, with all protocols and the one that was named first in hand, for whoever was named; its exit code."""
    from nmes.cli.finding import plan_of
    from nmes.runtime.open import is_simulation
    from nmes.ui.app import NmesApp

    shown = [entry.loaded for entry in Library().list() if entry.loaded]
    if first is not None and first not in shown:  # a file that lies in none of the folders
        shown.insert(0, first)
    opener, origins, clock = _opener(device, pace), _origins(device, pace), _hand_clock(pace)
    app = NmesApp(shown, opener, plan_of, is_simulation(_url(device)), origins, _saved, who, first, clock)
    taken: list[str] = []
    notice = interrupted(home(), _url(device))
    if notice:
        complain(notice)

    def on_signal(name: str) -> None:
        taken.append(name)
        app.stop_and_exit(name, end_by(name))

    end_watch = watch_signals(on_signal)
    try:
        app.run()
    finally:
        end_watch()
    if taken:
        return end_by(taken[0])
    return BAD if app.failure is not None else (app.return_code or GOOD)


def _hand_clock(pace: float | None) -> Callable[[View], int]:
    """What times the + key: the session's clock, or the real one where a simulated session is faster than a hand."""
    if pace == 1:
        return attrgetter("now_ms")
    return lambda _view: monotonic_ns() // 1_000_000


def _origins(device: str, pace: float | None) -> Callable[[Loaded, Who], Origin | None]:
    """Where the frequency of a derived protocol would come from, out of the records of this kind of device.

    Its age is told by the clock that the session will have: a bench has its own.
    """
    from nmes.runtime.clock import RealClock, VirtualClock
    from nmes.runtime.open import CannotStart, kind_of, origin_of

    now = (RealClock() if pace == 1 else VirtualClock()).utc

    def look(loaded: Loaded, who: Who) -> Origin | None:
        try:
            return origin_of(home(), kind_of(_url(device)), loaded, who, now())
        except RecordError as error:
            raise CannotStart(what_to_do(error)) from error

    return look


def _saved(new_id: str, text: str) -> Loaded:
    """A new file in the user's own folder, read again as it now lies there; nothing is overwritten."""
    from nmes.runtime.library import load_file
    from nmes.runtime.own import write_own

    return load_file(write_own(new_id, text))


def _opener(device: str, pace: float | None) -> Callable[[Loaded, Who], Live]:
    """How a session is opened; every reason why not is a CannotStart."""
    from nmes.runtime.open import CannotStart, open_live

    def open_bench(loaded: Loaded, who: Who) -> Live:
        from nmes.trial.paced import PacedBench

        try:
            return PacedBench(loaded, home(), pace, who)
        except RecordError as error:
            raise CannotStart(what_to_do(error)) from error

    def open_real(loaded: Loaded, who: Who) -> Live:
        try:
            return open_live(loaded, url=_url(device), home=home(), who=who)
        except CannotStart as error:
            raise CannotStart(what_to_do(error)) from error

    return open_real if pace == 1 else open_bench
