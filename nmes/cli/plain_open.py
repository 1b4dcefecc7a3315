"""Opening a session for the line mode: on the simulator as a process, on its bench at another pace, or on a device."""

from __future__ import annotations

import sys

from nmes.cli.demo import say
from nmes.cli.exits import BAD, WRONG_INPUT, Failed
from nmes.cli.hand_turned import HandTurned
from nmes.cli.notice import interrupted
from nmes.cli.plain_run import TURN_S, PlainRun
from nmes.cli.record_trouble import what_to_do
from nmes.cli.typed import LinesOnDemand, TypedLines, lines_of_stdin
from nmes.core.measurement import NOBODY, Who
from nmes.record.errors import RecordError
from nmes.record.files import home
from nmes.runtime.library import Loaded
from nmes.runtime.live import Live
from nmes.runtime.open import CannotStart, open_live
from nmes.runtime.plain import PlainSession
from nmes.runtime.plain_steps import alone, basis_lines
from nmes.runtime.plain_teller import Wording
from nmes.runtime.signals import watch_signals
from nmes.trial.paced import PacedBench
from nmes.ui import words
from nmes.ui.pulse_words import pulse_words

WORDING = Wording(
    state=lambda view: words.state_words(view).word,
    why=words.why,
    note=words.note_words,
    output=words.output_words,
    unconfirmed=words.UNCONFIRMED,
    target=words.target_words,
    pulses=pulse_words,
)


class SignalDesk:
    """Passes signals on to the session; one that comes before there is one ends it as soon as it is open."""

    def __init__(self) -> None:
        self._run: PlainRun | None = None
        self.early = ""

    def take(self, name: str) -> None:
        """In the thread of the signals."""
        if self._run is None:
            self.early = self.early or name
        else:
            self._run.on_signal(name)

    def attach(self, run: PlainRun) -> None:
        self._run = run


def run_plain(loaded: Loaded, url: str | None, pace: float | None, who: Who = NOBODY) -> int:
    """The session in lines, from stdin to stdout; `pace` None: as fast as its lines can be heard."""
    desk = SignalDesk()
    end_watch = watch_signals(desk.take)
    notice = interrupted(home(), url)
    try:
        if notice:
            say(notice)
        try:
            run = _on_demand(loaded, who) if pace is None else _typed(loaded, url, pace, who)
        except (CannotStart, RecordError) as error:
            raise _cannot_start(error, url) from error
        desk.attach(run)
        if desk.early:
            run.on_early_signal(desk.early)
        return run.run()
    finally:
        end_watch()


def _on_demand(loaded: Loaded, who: Who) -> PlainRun:
    live = HandTurned(loaded, home(), who)
    _introduce(loaded, live)
    say("Time stands still between the lines: it passes only in wait.")
    lines = LinesOnDemand(lines_of_stdin())
    return PlainRun(live, PlainSession(loaded.protocol, WORDING), lines, live.pass_time, script=True)


def _typed(loaded: Loaded, url: str | None, pace: float, who: Who) -> PlainRun:
    live: Live = (
        open_live(loaded, url=url, home=home(), who=who) if pace == 1 else PacedBench(loaded, home(), pace, who)
    )
    script = not sys.stdin.isatty()
    _introduce(loaded, live)
    lines = TypedLines(lines_of_stdin(), lambda: live.stop("key"), script=script)
    session = PlainSession(loaded.protocol, WORDING)
    return PlainRun(live, session, lines, lambda: lines.wait(TURN_S), script=script)


def _introduce(loaded: Loaded, live: Live) -> None:
    say(words.SIMULATION if live.simulation else words.NOT_SIMULATION)
    say(words.STATEMENT)
    say(f"{loaded.protocol.title}. {loaded.protocol.indication}.")
    for line in basis_lines(live.view):
        say(line)
    for line in alone(live.view):  # now, before the whole checklist is answered
        say(line)


def _cannot_start(error: Exception, url: str | None) -> Failed:
    """A device that is not there is wrong input; a record that cannot be kept is not."""
    record = isinstance(error, RecordError) or isinstance(error.__cause__, RecordError)
    return Failed(BAD if record or url is None else WRONG_INPUT, f"cannot start: {what_to_do(error)}")
