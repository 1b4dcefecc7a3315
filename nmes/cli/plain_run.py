"""`nmes run --plain`: stdin, stdout and signals joined to a line-mode session. The heartbeat is this loop's own turn.

However it ends, by the plan, a line, the end of the input, a reader that is gone or a signal: the output is stopped
first, then the record is closed and verified, then it is said where the record lies.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from nmes.cli.demo import say, tell
from nmes.cli.exits import BAD, silence_stdout
from nmes.cli.stdout import StdoutLost
from nmes.cli.typed import LinesOnDemand
from nmes.core.events import Mark
from nmes.core.view import Output, View, Word
from nmes.language import _
from nmes.record.errors import RecordError
from nmes.runtime.live import Live, Summary
from nmes.runtime.plain import LIVE, PlainSession, Post, Report, StopNow, Wait
from nmes.runtime.signals import end_by
from nmes.ui.words import output_words

TURN_S: Final = 0.02
"""How long a turn waits for a line: fifty signs of life a second [design]."""
SETTLE_TURNS: Final = 300
"""How long a STOP may take to be confirmed before the session is closed as it is [design]."""
GIVE_UP_S: Final = 8.0
"""A main thread that is stuck (a full pipe) has so long after a signal before the program ends without it [design]."""

OWN_STOP_MS: Final = 1000
"""By then a STOP line is seen in the View that it led to; its reader has dropped what was older itself [design]."""

MARKS: Final = ("pain", "cramp", "note")
"""What a line may note in the record; a mistyped word must not become a mark that nobody looks for."""

INPUT_ENDED: Final = _("The input has ended, so nobody could say stop. The output is stopped and the session ends.")
ENDS: Final = _("The input has ended: the session ends.")
UNSIGNED: Final = _("The input has ended: the session ends unsigned.")
DROPPED: Final = _("STOP from elsewhere: what was typed before it and not heard yet is dropped.")


class PlainRun:
    """`pass_time` lets the session's time go on; `script`: a line waits until the one before it has had its effect."""

    def __init__(
        self,
        live: Live,
        session: PlainSession,
        lines: LinesOnDemand,
        pass_time: Callable[[], None],
        *,
        script: bool,
        report: Callable[[str], Path],
    ) -> None:
        """`report` writes the report of a closed session and tells where."""
        self._live, self._session, self._lines, self._pass_time = live, session, lines, pass_time
        self._script, self._report = script, report
        self._report_wanted = self._was_stopped = False
        self._own_stop_ms: int | None = None
        self._stops_seen = 0
        self._wait_until_ms: int | None = None
        self._waited_ms: int | None = None
        self._output: Output | None = None
        self._signal = ""
        self._over = threading.Event()

    # --- the thread of the signals ---

    def on_signal(self, name: str) -> None:
        """Stop here and now. The first Ctrl+C of a person is only a STOP; anything else ends the program too."""
        only_stop = name == "SIGINT" and not self._script and self._live.view.word in LIVE
        self._live.stop("key" if only_stop else name)
        if only_stop:
            return
        self._signal = name
        self._lines.cancel()
        if not self._over.wait(GIVE_UP_S):
            self._live.finish()
            os._exit(end_by(name))

    def on_suspend(self) -> None:
        """Ctrl+Z: the program is about to stand still, and could not be told to stop any more."""
        if self._live.view.word in LIVE:
            self._live.stop("key")

    # --- the main thread ---

    def on_early_signal(self, name: str) -> None:
        """One that came while the session was being opened: end it before it has begun."""
        self._live.stop(name)
        self._signal = name

    def run(self) -> int:
        """Until the session is over; the exit code."""
        try:
            self._talk()
        except (OSError, StdoutLost):  # whoever read our lines is gone
            self._live.stop("terminal")
            silence_stdout()
        except BaseException:
            self._live.stop("program_error")
            self._close()
            raise
        code = self._last_words(self._close())
        return end_by(self._signal) if self._signal else code

    def _talk(self) -> None:
        while not self._live.done and not self._signal:
            self._live.heartbeat()
            view = self._live.view
            self._tell(view)
            self._drop_old(view)
            if self._script and not self._session.resting(view):
                self._pass_time()
            elif not self._holding(view) and self._lines.ended:
                return self._input_ended(view)
            elif not self._hear_next(view):
                self._pass_time()
        return None

    def _tell(self, view: View) -> None:
        for line in self._session.look(view):
            say(line)
        if self._output is Output.UNKNOWN and view.output in {Output.ON, Output.ENABLED}:
            say(output_words(view))
        if view.output is not Output.UNKNOWN or view.word is not Word.STARTING:  # before it starts nothing was asked
            self._output = view.output

    def _drop_old(self, view: View) -> None:
        """A STOP that no line asked for (the patient's own, a signal): lines from before it do nothing after it."""
        if self._lines.stops != self._stops_seen:
            self._stops_seen, self._own_stop_ms = self._lines.stops, view.now_ms
        stopped, was = view.why.startswith("stop:"), self._was_stopped
        self._was_stopped = stopped
        own = self._own_stop_ms is not None and view.now_ms - self._own_stop_ms <= OWN_STOP_MS
        if stopped and not was and not own and self._lines.drop():
            say(DROPPED)

    def _input_ended(self, view: View) -> None:
        """Nobody can say stop any more; a signal says for itself why it ends."""
        if self._signal:
            return
        if view.word in LIVE:
            self._live.stop("input_ended")
            say(INPUT_ENDED)
        elif not self._live.done:
            say(UNSIGNED if view.word is Word.AFTER else ENDS)

    def _holding(self, view: View) -> bool:
        """Whether a `wait` is not over: a STOP ends it, and whatever a person types."""
        if self._wait_until_ms is None:
            return False
        typed = not self._script and self._lines.peek() is not None
        if self._lines.stopped() or typed or view.now_ms >= self._wait_until_ms:
            self._wait_until_ms, self._waited_ms = None, view.now_ms
        return self._wait_until_ms is not None

    def _hear_next(self, view: View) -> bool:
        """Hear one line, if there is one and its time has come."""
        if self._holding(view):
            return False
        line = self._lines.peek()
        if line is None:
            return False
        age_ms = self._age_ms(view)
        self._lines.take()
        self._live.touch()
        heard = self._session.hear(line, view, age_ms)
        match heard.do:
            case Post(event=Mark(kind=kind)) if kind not in MARKS:
                said = _('"mark {kind}" is not known: type mark pain, mark cramp or mark note, then words.')
                say(said.format(kind=kind))
            case Post(event=event, more=more):
                for one in (event, *more):
                    self._live.post(one)
            case StopNow():
                self._own_stop_ms = view.now_ms
                self._live.stop("key")
            case Report():
                self._report_wanted = True
            case Wait(time_ms=time_ms):
                self._wait_until_ms = view.now_ms + time_ms
            case None:
                pass
        for said in heard.said:
            say(said)
        return True

    def _age_ms(self, view: View) -> int:
        """How old the next line is. That of a script is typed as soon as a `wait` before it is over, and no sooner."""
        age_ms = self._lines.age_ms()
        if not self._script or self._waited_ms is None:
            return age_ms
        return min(age_ms, view.now_ms - self._waited_ms)

    def _close(self) -> Summary:
        """Let a STOP be confirmed, so that the record ends with its reason; then close and verify."""
        for _turn in range(SETTLE_TURNS):
            word, done = self._live.view.word, self._live.done
            if (word not in LIVE and not done) or word in {Word.ENDED, Word.UNSURE}:
                break
            self._live.heartbeat()
            self._pass_time()
        summary = self._live.finish()
        self._over.set()
        return summary

    def _last_words(self, summary: Summary) -> int:
        try:
            self._tell(self._live.view)
            if self._report_wanted or self._asked_late():
                self._write_report(summary)
            return tell(summary)
        except (OSError, StdoutLost):
            silence_stdout()
            return BAD

    def _asked_late(self) -> bool:
        """Whether a script's next line asks for the report: it was written after the signature."""
        line = self._lines.peek() if self._script and not self._signal else None
        return line is not None and line.strip().lower() == "report"

    def _write_report(self, summary: Summary) -> None:
        try:
            say(_("Report: {path}").format(path=self._report(summary.session_id)))
        except (RecordError, OSError) as error:
            say(_("No report could be written: {reason}").format(reason=error))
