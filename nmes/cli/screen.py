"""Opening the app or a session line by line, on the simulator, its bench or a device: what can be wrong is looked at
before anything is opened. What the screens are given from outside is put together in `nmes.cli.services`.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from math import isfinite

from nmes.cli.exits import BAD, GOOD, WRONG_INPUT, complain, wrong
from nmes.cli.notice import interrupted
from nmes.cli.served import is_served
from nmes.cli.station import Station
from nmes.core.measurement import NOBODY, Who
from nmes.core.problems import ProblemsError
from nmes.language import _
from nmes.record.files import home
from nmes.runtime.library import Loaded
from nmes.runtime.patient_stop import F12
from nmes.runtime.shelf import whole_library
from nmes.runtime.side_words import refusal_of_option
from nmes.runtime.signals import end_by, watch_signals

NO_TERMINAL = _(
    "nmes: this is no terminal, so the app cannot open. Try: nmes demo (a whole session by itself), or: "
    "nmes run PROTOCOL --plain (line by line)."
)
SLOWEST, FASTEST = 0.1, 1000.0


def has_terminal() -> bool:
    """Whether a person can both see and type: at a terminal, or at the page that this program was started for."""
    return is_served() or all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


def without_terminal(*, port_named: bool) -> int:
    """Say what works here instead. That is no error, unless a port was named that now nobody works at."""
    print(NO_TERMINAL, file=sys.stderr if port_named else sys.stdout)
    return WRONG_INPUT if port_named else GOOD


@dataclass(frozen=True, slots=True)
class Typed:
    """For whom, as it was typed on the command line."""

    code: str = ""
    side: str = ""
    ctf: str = ""


def run_session(protocol: str, speed: str, typed: Typed, station: Station, *, plain: bool) -> int:
    """`nmes run`: look at everything that can be wrong before anything is opened."""
    from nmes.cli.finding import plan_of, protocol_named
    from nmes.cli.who import is_mistyped_of, who_of
    from nmes.core.care_checks import NotEnterable
    from nmes.runtime.course_words import not_enterable

    pace = _pace(speed, station.port)
    if plain and station.patient_stop == F12:
        wrong(
            _(
                "--patient-stop f12: a foot switch that types F12 is heard by the app only; "
                "with --plain give a serial line"
            )
        )
    loaded = protocol_named(protocol)
    who = who_of(loaded.protocol, typed.code, typed.side, typed.ctf)
    refusal = refusal_of_option(loaded.protocol, who.side)
    if refusal:
        wrong(refusal)
    if is_mistyped_of(who, station.url):
        wrong(f"--patient-code: {not_enterable(NotEnterable('mistyped', text=who.code))}")
    try:
        plan_of(loaded, who.ctf_mhz, station.family)
    except ProblemsError as error:
        wrong(*(str(problem) for problem in error.problems))
    if plain:
        from nmes.cli.plain_open import run_plain

        return run_plain(loaded, replace(station, pace=pace), who, ask=not (typed.code or typed.side))
    if not has_terminal():
        wrong(_("the app needs a terminal; without one: nmes run {protocol} --plain").format(protocol=protocol))
    return open_app(replace(station, pace=pace), loaded, who)


def _pace(speed: str, port: str) -> float | None:
    """How many times as fast; None = as fast as it can."""
    pace = None if speed == "max" else _number(speed)
    if pace != 1 and Station(port).url is not None:
        wrong(_("--speed is for the simulator only: a real stimulator keeps its own time; leave one of the two out"))
    return pace


def _number(speed: str) -> float:
    try:
        pace = float(speed)
    except ValueError:
        pace = 0.0
    if not isfinite(pace) or not SLOWEST <= pace <= FASTEST:
        said = _('--speed "{speed}": give a number from {least} to {most}, or max')
        wrong(said.format(speed=speed, least=f"{SLOWEST:g}", most=f"{FASTEST:g}"))
    return pace


# --- the app ---


def open_app(station: Station, first: Loaded | None = None, who: Who = NOBODY) -> int:
    """The app, with all protocols and the one that was named first in hand, for whoever was named; its exit code."""
    from nmes.ui.budget import prepare

    prepare()  # Textual reads it once, when it is imported
    from nmes.cli.services import services_of
    from nmes.ui.app import NmesApp
    from nmes.ui.bindings import check

    try:
        check(station.settings.keymap, NmesApp)
    except ProblemsError as error:
        wrong(*(str(problem) for problem in error.problems))
    app = NmesApp(services_of(station, whole_library(first)), who, first)
    taken: list[str] = []
    notice = interrupted(home(), station.url)
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
