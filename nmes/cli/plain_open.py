"""Opening a session for the line mode: on the simulator as a process, on its bench at another pace, or on a device.

It is a session that a person attends and signs, as in the app. For whom it is, is asked before anything is opened.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from nmes.cli.demo import say
from nmes.cli.exits import BAD, WRONG_INPUT, Failed
from nmes.cli.finding import plan_of
from nmes.cli.notice import in_another_program, interrupted
from nmes.cli.opening import Bench, open_on_bench, open_paced, open_real, write_report
from nmes.cli.plain_run import TURN_S, PlainRun
from nmes.cli.plain_who import ask_who
from nmes.cli.record_trouble import in_use
from nmes.cli.station import Station
from nmes.cli.typed import LinesOnDemand, TypedLines, lines_of_stdin
from nmes.cli.who import is_mistyped_of
from nmes.core.care_checks import NotEnterable
from nmes.core.measurement import NOBODY, Who
from nmes.core.printable import printable
from nmes.core.problems import ProblemsError
from nmes.language import _
from nmes.record.errors import RecordError
from nmes.record.files import home
from nmes.runtime.course_words import not_enterable
from nmes.runtime.keepers import kept
from nmes.runtime.library import Loaded
from nmes.runtime.live import Live
from nmes.runtime.on_record import on_record
from nmes.runtime.open import CannotStart, is_simulation, kind_of
from nmes.runtime.plain import PlainSession
from nmes.runtime.plain_station import Station as Offered
from nmes.runtime.plain_steps import alone, basis_lines
from nmes.runtime.plain_teller import Wording
from nmes.runtime.planned import told_now
from nmes.runtime.signals import watch_signals
from nmes.trial.hand_turned import HandTurned
from nmes.ui import words
from nmes.ui.alarm_words import alarm_line
from nmes.ui.course_lines import against_line
from nmes.ui.first_session import first_session_words
from nmes.ui.on_record_words import on_record_lines
from nmes.ui.pulse_words import pulse_words

WORDING = Wording(
    state=lambda view: words.state_words(view).word,
    why=words.why,
    note=words.note_words,
    output=words.output_words,
    unconfirmed=words.UNCONFIRMED,
    target=lambda protocol, first_percent: words.target_words(protocol, first_percent, "measure max"),
    first=first_session_words,
    pulses=pulse_words,
    alarm=alarm_line,
)


class SignalDesk:
    """Passes signals on to the session; one that comes before there is one ends it as soon as it is open."""

    def __init__(self) -> None:
        self._run: PlainRun | None = None
        self._lines: LinesOnDemand | None = None
        self.early = ""

    def take(self, name: str) -> None:
        """In the thread of the signals."""
        if self._run is not None:
            self._run.on_signal(name)
            return
        self.early = self.early or name
        if self._lines is not None:
            self._lines.cancel()

    def suspend(self) -> None:
        """In the thread of the signals."""
        if self._run is not None:
            self._run.on_suspend()

    def attach(self, run: PlainRun) -> None:
        self._run = run

    def reading(self, lines: LinesOnDemand) -> None:
        """Lines are waited for while nothing runs yet."""
        self._lines = lines


def run_plain(loaded: Loaded, station: Station, who: Who = NOBODY, *, ask: bool = True) -> int:
    """The session in lines, from stdin to stdout. `ask`: for whom was not told on the command line."""
    desk = SignalDesk()
    end_watch = watch_signals(desk.take, desk.suspend)
    notice = interrupted(home(), station.url)
    opened: list[Live] = []
    try:
        for line in (*kept(home()), *((notice,) if notice else ())):
            say(line)
        if (busy := in_another_program(home(), station.url)) is not None:
            raise Failed(BAD, _("cannot start: {why}").format(why=in_use(busy)))
        lines = _lines(station, opened)
        desk.reading(lines)
        if ask:
            _introduce(loaded, station)
            asked = _for_whom(loaded, lines, who, station, lambda: bool(desk.early))
            if asked is None:
                say(_("Nothing was begun."))
                return BAD
            who = asked
        opened.append(_open_or_tell(loaded, station, who))
        if not ask:  # nobody was asked anything, so what cannot be opened is one line, and nothing beside it
            _introduce(loaded, station)
        run = _joined(loaded, station, opened[0], lines)
        desk.attach(run)
        if desk.early:
            run.on_early_signal(desk.early)
        return run.run()
    finally:
        end_watch()


def _lines(station: Station, opened: list[Live]) -> LinesOnDemand:
    """The lines of stdin. A STOP among them reaches the session as soon as there is one."""
    if station.pace is None:
        return LinesOnDemand(lines_of_stdin())

    def stop() -> None:
        for live in opened:
            live.stop("key")

    return TypedLines(lines_of_stdin(), stop, script=not sys.stdin.isatty())


def _for_whom(
    loaded: Loaded, lines: LinesOnDemand, who: Who, station: Station, given_up: Callable[[], bool]
) -> Who | None:
    """Asked until the protocol can be made for them; None if it was ended."""
    while (asked := ask_who(loaded.protocol, lines, who.ctf_mhz, given_up)) is not None:
        if is_mistyped_of(asked, station.url):
            say(f"! {not_enterable(NotEnterable('mistyped', text=asked.code))}.")
            continue
        try:
            plan_of(loaded, asked.ctf_mhz, station.family)
        except ProblemsError as error:
            for problem in error.problems:
                say(str(problem))
            who = replace(who, ctf_mhz=None)
            continue
        return asked
    return None


def _open_or_tell(loaded: Loaded, station: Station, who: Who) -> Live:
    try:
        return _open(loaded, station, who)
    except CannotStart as error:
        raise _cannot_start(error, station.url) from error


def _open(loaded: Loaded, station: Station, who: Who) -> Live:
    """At pace None time is turned by the script's own lines, not by a thread."""
    if station.pace == 1:
        return open_real(loaded, station, who)
    if station.pace is not None:
        return open_paced(loaded, station, who)

    def make(patient_stop: bool) -> Bench:
        return HandTurned(loaded, home(), who, attended=True, patient_stop=patient_stop, family=station.family)

    return open_on_bench(station, make)


def _joined(loaded: Loaded, station: Station, live: Live, lines: LinesOnDemand) -> PlainRun:
    """Session, lines and clock together."""
    for line in (
        *_on_record(station, live.view.who),
        *basis_lines(live.view),
        *alone(live.view),
    ):  # now, before the whole checklist is answered
        say(line)
    offered = Offered(station.settings.therapists, station.settings.pads_mm2)
    session = PlainSession(loaded.protocol, WORDING, offered)
    if isinstance(live, HandTurned):
        say(_("Time stands still between the lines: it passes only in wait."))
        return PlainRun(live, session, lines, live.pass_time, script=True, report=write_report)
    script = not sys.stdin.isatty()
    return PlainRun(live, session, lines, lambda: lines.wait(TURN_S), script=script, report=write_report)


def _on_record(station: Station, who: Who) -> list[str]:
    """What has to be known of the patient, first what speaks against any session, or may; that it cannot be read is
    told, and ends nothing.
    """
    kind = kind_of(station.url)
    try:
        told = told_now(home(), kind, who.code, who.side, datetime.now(UTC))
        known = on_record_lines(on_record(home(), kind, Who(who.code, who.side)))
    except RecordError as error:
        return [f"! {error}"]
    against = [against_line(told.against)] if told.against else []
    return [*map(printable, (*against, *(f"! {one}" for one in told.doubted))), *known]


def _introduce(loaded: Loaded, station: Station) -> None:
    say(words.SIMULATION if is_simulation(station.url) else words.NOT_SIMULATION)
    say(words.statement(station.family.model))
    say(f"{loaded.protocol.title}. {loaded.protocol.indication}.")


def _cannot_start(error: CannotStart, url: str | None) -> Failed:
    """A device that is not there is wrong input; a record that cannot be kept is not."""
    record = isinstance(error.__cause__, RecordError)
    said = _("cannot start: {why}").format(why=error)
    return Failed(BAD if record or url is None else WRONG_INPUT, said)
