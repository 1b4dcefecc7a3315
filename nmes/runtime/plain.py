"""The line mode: a session for a screen reader, a braille line or a script, as lines in and lines out.

Law: it knows no terminal, thread or clock. `hear` turns a line and the present View into what to do, `look` turns Views
into lines, `resting` tells a script when its next line may be heard. What is typed carries the epoch of the View it was
typed at, so that a line from before a STOP does nothing after it. A session that a person attends is asked for step by
step, each prompt with what can be typed.
"""

from __future__ import annotations

import re
import string
from math import isfinite

from nmes.core import events as e
from nmes.core.limits import MAX_SLEW_UA_PER_S
from nmes.core.measurement import CTF
from nmes.core.protocol import Protocol
from nmes.core.suggest import nearest
from nmes.core.timeline import Phase
from nmes.core.view import RUNNING, View, Word
from nmes.language import _
from nmes.runtime import plain_levels as levels
from nmes.runtime.numbers import area, in_hz
from nmes.runtime.plain_alarms import PlainAlarms
from nmes.runtime.plain_ask import PLACED
from nmes.runtime.plain_checklist import Checklist
from nmes.runtime.plain_found import button, felt, finding, pad_of, pads_asked, reads, signature
from nmes.runtime.plain_heard import Heard, Post, Report, StopNow, Wait, post, say
from nmes.runtime.plain_levels import measurement
from nmes.runtime.plain_over import Asked
from nmes.runtime.plain_station import NO_STATION, Station
from nmes.runtime.plain_teller import Teller, Wording

__all__ = ["HELP", "LIVE", "Heard", "PlainSession", "Post", "Report", "StopNow", "Wait", "clean", "is_stop", "is_wait"]
__all__ += ["measurement"]

MAX_LINE = 500
"""Longer lines are cut; nothing a person types here is [design]."""
MAX_WAIT_MS = 4 * 3600 * 1000
ANSWER_LIMIT_MS = 2000
"""A script goes on after this even if its last line changed nothing [design]."""

PASSING = frozenset({Word.CONNECTING, Word.STARTING, Word.HALTING})
"""States that pass by themselves: a script's next line is kept until they have."""
LIVE = RUNNING | {Word.STARTING, Word.TITRATING, Word.HALTING, Word.UNSURE}
"""Words in which current may flow."""

HELP = (
    _("stop or !: output to 0 now, from anywhere. Ctrl+C too."),
    _("yes, no, unknown: answer a question. back: the question before, or one step back. again: all questions anew."),
    _("code P-017, side left: what is read off the patient. pads 1 25: channel 1 has pads of 25 cm²."),
    _("placed: every pad is on."),
    _("button and your name: you have the emergency button of a stimulator that does not stop by itself, tested."),
    _("titrate 1: find level 1 from 0 mA. +: one step up. -: one step down. accept: this level is right."),
    _("over: go past the mark that the last + or accept has met, to the value that was read back."),
    _("felt 1 yes, felt 1 elsewhere: whether channel 1 is felt where it should be."),
    _("+ 2 and - 2: the same for channel 2, while several run. link 1 2: they go up and down together. unlink."),
    _("start: begin the treatment from 0. pause: to 0. resume: go on, climbing from 0 over at least 5 s."),
    _(
        "cramp: the muscle cramps. In a train of a cramp threshold test the output goes to 0 and the frequency is "
        "kept. In its rest it is asked first whether the last train did it. After a stop or a pause it is only noted."
    ),
    _(
        "measure sensory, measure motor, measure max: the present level is the lowest that is felt, the first twitch, "
        "or the most that is tolerated."
    ),
    _("mvic 120: the patient's own strongest force in newtons. force 30: the force that the current makes."),
    _("ctf 18: a cramp threshold frequency in Hz, found elsewhere. measure max 2, mvic 120 2: the same for channel 2."),
    _(
        "mark cramp, mark pain, mark note: a note in the record. wish: the patient asks to stop: to 0. "
        "Enter alone: I am here."
    ),
    _("countdown on, countdown off: three seconds counted before each change. ack: the alarm was heard."),
    _("skin 1 normal, nrs 3, outcome 1 12.5, adverse none, note and words: what is found. not done: and why, too."),
    _("sign and your name, or unsigned and why. report: have the report written when the record is closed."),
    _("status: everything known now. wait 10: take the next line after 10 s. end: end the session."),
)
STOPS = frozenset({"stop", "stopp", "halt"})
"""As it is shouted, in English and in German."""
ESC, F12 = "\x1b", "\x1b[24~"
"""What these STOP keys of the app are in a line."""
_KEY = re.compile(r"\x1b(\[[0-9;?]*[A-Za-z~]|O[A-Za-z])|[\x00-\x08\x0e-\x1f\x7f]")
"""A key that is no letter, as terminals tell it."""
_BESIDE = string.punctuation
"""May stand at either end of the word."""
_COMMANDS = (
    *("stop", "placed", "titrate", "accept", "start", "pause", "resume", "mark", "status", "wait", "end", "help"),
    *("yes", "no", "unknown", "back", "again", "here", "cramp", "measure", "mvic", "force", "ctf"),
    *("code", "side", "pads", "over", "felt", "link", "unlink", "countdown", "ack", "skin", "nrs", "outcome"),
    *("adverse", "wish", "note", "sign", "unsigned", "report", "same", "button"),
)


def is_stop(line: str) -> bool:
    """Whether a line is a STOP, from any state; the thread that reads lines may ask this too.

    A terminal puts other keys that were hit on the way into the line: an arrow as its sequence, a `+` as it is.
    """
    if F12 in line or line.strip() == ESC:
        return True
    words = _KEY.sub("", line).lower().split()
    return bool(words) and (words[0].startswith("!") or words[0].strip(_BESIDE) in STOPS)


def is_wait(line: str) -> bool:
    """Whether a line asks for a wait."""
    return line.strip().lower().split()[:1] == ["wait"]


def clean(line: str) -> str:
    """A line as it may be recorded: printable, without outer blanks, not endless."""
    return "".join(char if char.isprintable() else " " for char in line).strip()[:MAX_LINE]


class PlainSession:
    """One session in lines; `station` has the names and the pads that may be offered."""

    def __init__(self, protocol: Protocol, wording: Wording, station: Station = NO_STATION) -> None:
        self._protocol, self._station = protocol, station
        self._checklist = Checklist(protocol.screening_codes, protocol.kind, station.therapists)
        self._teller = Teller(protocol, wording, station)
        self._alarms = PlainAlarms(wording.alarm)
        self._asked_at: View | None = None
        self._stepped_ms: int | None = None
        self._read_ms = 0
        self._word: Word | None = None
        self._pads: dict[int, int] = {}
        self._linked: frozenset[int] = frozenset()
        self._asked_cramp: int | None = None
        self._asked_over = Asked()

    # --- what it says ---

    def look(self, view: View) -> list[str]:
        """Lines for what has changed."""
        arrived = view.word is not self._word
        if arrived and view.word is Word.PLACING:
            self._pads.clear()
        lines = self._teller.look(view, self._pads)
        lines += self._alarms.look(view)
        self._asked_over = self._asked_over.told(view)
        if arrived and view.word is Word.SCREENING:
            lines += [_("Answer each question with yes, no or unknown. Type help for all commands.")]
            lines += [self._checklist.prompt()]
        if arrived and view.word in {Word.PLACING, Word.STOPPED, Word.AFTER}:
            self._linked = frozenset()
        self._word = view.word
        return lines

    # --- what it hears ---

    def resting(self, view: View) -> bool:
        """Whether a script's next line may be heard: what its last one began has come to rest, within a limit."""
        if view.word in PASSING:
            return False
        asked = self._asked_at
        if asked is None or view.now_ms - asked.now_ms >= ANSWER_LIMIT_MS:
            return True
        return _answered(asked, view) and (self._stepped_ms is None or self._settled(view, self._stepped_ms))

    def _settled(self, view: View, stepped_ms: int) -> bool:
        """The last step is confirmed by the device, and old enough for another one."""
        wait_ms = view.plan.capabilities.amplitude_step_ua * 1000 // MAX_SLEW_UA_PER_S
        if view.now_ms - stepped_ms <= wait_ms:
            return False
        live = view.live_slot.channel if view.live_slot else None
        asked = [c for c in view.channels if (c.channel == live if live else c.phase is Phase.HOLD)]
        return all(channel.confirmed_ua == channel.level_ua for channel in asked)

    def hear(self, line: str, view: View, age_ms: int = 0) -> Heard:
        """What a line means now; `age_ms`: so long ago it was read. Whatever it is, somebody is there."""
        self._teller.touched(view.now_ms)
        line, self._read_ms = clean(line), view.now_ms - age_ms
        self._asked_over = self._asked_over.heard(line.lower().partition(" ")[0])
        self._stepped_ms = None
        if is_stop(line):
            self._asked_at = view
            return Heard(StopNow())
        heard = self._cramp(line, view) or self._meaning(line, view)
        if isinstance(heard.do, Post):
            self._asked_at = view
            if isinstance(heard.do.event, e.Increase | e.Decrease):
                self._stepped_ms = view.now_ms
        return heard

    def _cramp(self, line: str, view: View) -> Heard | None:
        """In a train of a test a cramp is heard at once; in its rest nothing flows, so it is asked first."""
        asked, self._asked_cramp = self._asked_cramp, None
        typed = line.lower().split()
        said, told = " ".join(typed), typed[:1] == ["cramp"] or typed[:2] == ["mark", "cramp"]
        resting = view.cramp_mhz if view.word is Word.REST else None
        if told and resting is not None:
            self._asked_cramp = resting
            asks = _("Did the muscle cramp in the last train, at {frequency}? Type yes: that is the result. Or no.")
            return say(asks.format(frequency=in_hz(resting)))
        if asked is None or said not in {"yes", "no"}:
            return None
        if said == "no":
            return say(_("Nothing is noted. The test goes on."))
        if asked != resting:
            return say(_("Not noted: the next train has begun. If the muscle cramps now, type cramp."))
        return post(e.Cramp("key"))

    def _meaning(self, line: str, view: View) -> Heard:
        word, _blank, rest = line.partition(" ")
        rest = rest.strip()
        match word.lower():
            case "help" | "?":
                return say(*HELP)
            case "status":
                return say(*self._teller.status(view), *self._alarms.status())
            case "end":
                return post(e.End())
            case "wait":
                return _wait(rest)
            case "" | "here":
                return Heard()
            case "ack":
                return self._alarms.acknowledge()
            case "report":
                return Heard(Report(), (_("The report is written when the record is closed."),))
            case "code" | "side" | "nrs" | "note" as command if view.attended and not self._checklist.takes_words:
                return self._step(command, rest, view)
            case _ if view.word is Word.SCREENING:
                taken = self._checklist.take(line)
                return Heard(Post(taken.screened) if taken.screened else None, taken.said)
            case command:
                return self._step(command, rest, view)

    def _step(self, command: str, rest: str, view: View) -> Heard:
        """What needs to know what was typed before."""
        match command:
            case "titrate":
                return levels.titrate(rest, view, self._teller.levels(view))
            case "pads":
                return self._pad(rest, view)
            case "placed":
                return self._placed(view)
            case "+":
                return levels.up(rest, view, self._linked)
            case "-":
                return levels.down(rest, view, self._linked)
            case "over":
                return levels.over(rest, view, self._asked_over, self._read_ms)
            case "link":
                self._linked, heard = levels.link(rest, view)
                return heard
            case "unlink":
                self._linked = frozenset()
                return say(_("Nothing is linked."))
            case "skin" | "nrs" | "outcome" | "adverse" | "note":
                return finding(command, rest, view, self._protocol)
            case "button":
                return button(rest, self._station.therapists)
            case "sign" | "unsigned":
                return signature(command, rest, self._station.therapists)
            case "countdown":
                return self._teller.count_down(rest)
            case _:
                return _command(command, rest, view)

    def _pad(self, rest: str, view: View) -> Heard:
        """One pad as a person reads it; all of them go to the session with `placed`."""
        pad = pad_of(rest, view)
        if pad is None:
            return say(pads_asked(view, {}, self._station.pads_mm2))
        self._pads[pad[0]] = pad[1]
        said = _("Channel {channel}: pads of {size} cm².").format(channel=pad[0], size=area(pad[1]))
        return say(said, pads_asked(view, self._pads, self._station.pads_mm2) or PLACED)

    def _placed(self, view: View) -> Heard:
        if not view.attended:
            return post(e.Placed())
        open_ = pads_asked(view, self._pads, self._station.pads_mm2)
        return say(open_) if open_ and view.word is Word.PLACING else post(e.Placed(tuple(sorted(self._pads.items()))))


def _command(command: str, rest: str, view: View) -> Heard:
    match command:
        case "code" | "side":
            return reads(command, rest)
        case "felt":
            return felt(rest, view)
        case "back" if view.attended:
            return post(e.Back())
        case "accept":
            return post(e.Accept(view.epoch))
        case "start":
            return post(e.Start(view.epoch))
        case "pause":
            return post(e.Pause())
        case "resume":
            return post(e.Resume(view.epoch))
        case "mark" if rest:
            return _mark(rest, view)
        case "wish":
            return Heard(Post(e.Pause(e.WISH), (e.Mark(e.WISH),)))
        case "cramp":
            return post(e.Cramp("key"))
        case "measure" | "mvic" | "force" | "ctf":
            return measurement(command, rest, view)
        case "mark":
            return say(_("Mark what? Type mark cramp, mark pain or mark note."))
        case _ if command in _COMMANDS:
            said = _('"{command}" does nothing now: no question is open. Type help for all commands.')
            return say(said.format(command=command))
        case _:
            hint = nearest(command, _COMMANDS) or _("type help")
            return say(_('"{command}" is not known here; {hint}').format(command=command, hint=hint))


def _mark(rest: str, view: View) -> Heard:
    """A note; in a test of the cramp threshold a cramp is never only a note."""
    kind, _blank, text = rest.partition(" ")
    if kind.lower() == "cramp" and view.plan.assessment == CTF:
        return post(e.Cramp("key"))
    return post(e.Mark(kind.lower(), text.strip()))


def _wait(rest: str) -> Heard:
    try:
        seconds = float(rest)
    except ValueError:
        seconds = 0.0
    if not isfinite(seconds) or not 0 < seconds * 1000 <= MAX_WAIT_MS:
        said = _("Wait how long? Type wait and seconds, more than 0, at most {most}.")
        return say(said.format(most=MAX_WAIT_MS // 1000))
    return Heard(Wait(max(1, round(seconds * 1000))))


def _answered(asked: View, view: View) -> bool:
    """Whether anything about the session has changed since a line was heard."""
    return (
        view.note is not asked.note
        or (view.word, view.epoch, view.missing) != (asked.word, asked.epoch, asked.missing)
        or [channel.level_ua for channel in view.channels] != [channel.level_ua for channel in asked.channels]
    )
