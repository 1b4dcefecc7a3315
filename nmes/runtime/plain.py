"""The line mode: a session for a screen reader, a braille line or a script, as lines in and lines out.

Law: it knows no terminal, thread or clock. `hear` turns a line and the present View into what to do, `look` turns Views
into lines, `resting` tells a script when its next line may be heard. What is typed carries the epoch of the View it was
typed at, so that a line from before a STOP does nothing after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite

from nmes.core import events as e
from nmes.core.limits import MAX_SLEW_UA_PER_S
from nmes.core.measurement import CTF
from nmes.core.plan import Slot
from nmes.core.protocol import Protocol
from nmes.core.suggest import nearest
from nmes.core.timeline import Phase
from nmes.core.view import View, Word
from nmes.runtime.plain_checklist import Checklist
from nmes.runtime.plain_teller import RUNNING, Teller, Wording

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
    "stop or !: output to 0 now, from anywhere. Ctrl+C too.",
    "yes, no, unknown: answer a question. back: the question before. again: all questions anew.",
    "placed: every pad is on.",
    "titrate 1: find level 1 from 0 mA. +: one step up. -: one step down. accept: this level is right.",
    "+ 2 and - 2: the same for channel 2, while several run.",
    "start: begin the treatment from 0. pause: to 0. resume: go on, climbing from 0 over at least 5 s.",
    "cramp: the muscle cramps. In a train of a cramp threshold test, or in its rest, the output goes to 0 and the "
    "frequency is kept. After a stop or a pause it is only noted.",
    "measure max, measure motor: the present level is the most that is tolerated, or the first twitch.",
    "mvic 120: the patient's own strongest force in newtons. force 30: the force that the current makes.",
    "ctf 18: a cramp threshold frequency in Hz, found elsewhere. measure max 2, mvic 120 2: the same for channel 2.",
    "mark cramp, mark pain, mark note: a note in the record. Enter alone: I am here.",
    "status: everything known now. wait 10: take the next line after 10 s. end: end the session.",
)
_COMMANDS = (
    *("stop", "placed", "titrate", "accept", "start", "pause", "resume", "mark", "status", "wait", "end", "help"),
    *("yes", "no", "unknown", "back", "again", "here", "cramp", "measure", "mvic", "force", "ctf"),
)


@dataclass(frozen=True, slots=True)
class Post:
    """Tell the session."""

    event: e.Operator


@dataclass(frozen=True, slots=True)
class StopNow:
    """STOP, before anything else."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Hear no further line for so long, in ms of the session's time."""

    time_ms: int


@dataclass(frozen=True, slots=True)
class Heard:
    """What a line led to: something to do, something to say, or both."""

    do: Post | StopNow | Wait | None = None
    said: tuple[str, ...] = ()


def is_stop(line: str) -> bool:
    """Whether a line is a STOP, from any state; the thread that reads lines may ask this too."""
    words = line.strip().lower().split()
    return bool(words) and (words[0].startswith("!") or words[0].rstrip("!.") == "stop")


def is_wait(line: str) -> bool:
    """Whether a line asks for a wait."""
    return line.strip().lower().split()[:1] == ["wait"]


def clean(line: str) -> str:
    """A line as it may be recorded: printable, without outer blanks, not endless."""
    return "".join(char if char.isprintable() else " " for char in line).strip()[:MAX_LINE]


class PlainSession:
    """One session in lines."""

    def __init__(self, protocol: Protocol, wording: Wording) -> None:
        self._checklist = Checklist(protocol.screening_codes, protocol.kind)
        self._teller = Teller(protocol, wording)
        self._asked_at: View | None = None
        self._stepped_ms: int | None = None
        self._screening = False

    # --- what it says ---

    def look(self, view: View) -> list[str]:
        """Lines for what has changed."""
        lines = self._teller.look(view)
        if view.word is Word.SCREENING and not self._screening:
            lines += ["Answer each question with yes, no or unknown. Type help for all commands."]
            lines += [self._checklist.prompt()]
        self._screening = view.word is Word.SCREENING
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

    def hear(self, line: str, view: View) -> Heard:
        """What a line means now. Whatever it is, somebody is there."""
        self._teller.touched(view.now_ms)
        line = clean(line)
        self._stepped_ms = None
        if is_stop(line):
            self._asked_at = view
            return Heard(StopNow())
        heard = self._meaning(line, view)
        if isinstance(heard.do, Post):
            self._asked_at = view
            if isinstance(heard.do.event, e.Increase | e.Decrease):
                self._stepped_ms = view.now_ms
        return heard

    def _meaning(self, line: str, view: View) -> Heard:
        word, _, rest = line.partition(" ")
        rest = rest.strip()
        match word.lower():
            case "help" | "?":
                return Heard(said=HELP)
            case "status":
                return Heard(said=tuple(self._teller.status(view)))
            case "end":
                return Heard(Post(e.End()))
            case "wait":
                return _wait(rest)
            case "" | "here":
                return Heard()
            case _ if view.word is Word.SCREENING:
                taken = self._checklist.take(line)
                return Heard(Post(taken.screened) if taken.screened else None, taken.said)
            case "titrate":
                return _titrate(rest, view, self._teller.levels(view))
            case command:
                return _command(command, rest, view)


def _command(command: str, rest: str, view: View) -> Heard:
    match command:
        case "placed":
            return Heard(Post(e.Placed()))
        case "+" | "-":
            return _step(command, rest, view)
        case "accept":
            return Heard(Post(e.Accept(view.epoch)))
        case "start":
            return Heard(Post(e.Start(view.epoch)))
        case "pause":
            return Heard(Post(e.Pause()))
        case "resume":
            return Heard(Post(e.Resume(view.epoch)))
        case "mark" if rest:
            return _mark(rest, view)
        case "cramp":
            return Heard(Post(e.Cramp("key")))
        case "measure" | "mvic" | "force" | "ctf":
            return measurement(command, rest, view)
        case "mark":
            return Heard(said=("Mark what? Type mark cramp, mark pain or mark note.",))
        case _ if command in _COMMANDS:
            return Heard(said=(f'"{command}" does nothing now: no question is open. Type help for all commands.',))
        case _:
            return Heard(said=(f'"{command}" is not known here; {nearest(command, _COMMANDS) or "type help"}',))


def _mark(rest: str, view: View) -> Heard:
    """A note; in a test of the cramp threshold a cramp is never only a note."""
    kind, _, text = rest.partition(" ")
    if kind.lower() == "cramp" and view.plan.assessment == CTF:
        return Heard(Post(e.Cramp("key")))
    return Heard(Post(e.Mark(kind.lower(), text.strip())))


def measurement(command: str, rest: str, view: View) -> Heard:
    """`measure max|motor`, or a typed value: `mvic N`, `force N`, `ctf HZ`; each with a channel if need be."""
    words = rest.split()
    first, channel = (words[0].lower() if words else ""), _channel(words[1:], view)
    if channel is None:
        return Heard(said=(f"Which channel? Type {command} {first} and its number.",))
    if command == "measure":
        what = _LEVELS.get(first)
        said = "Measure what? While the level is felt type measure max or measure motor."
        return Heard(said=(said,)) if what is None else Heard(Post(e.Measure(what, channel)))
    thousandths = _thousandths(first)
    if thousandths is None:
        return Heard(said=(f"How much? Type {_EXAMPLES[command]}.",))
    return Heard(Post(e.Measure(_TYPED[command], channel, thousandths)))


_LEVELS = {"max": e.What.MAX_TOLERATED, "motor": e.What.MOTOR_THRESHOLD}
_TYPED = {"mvic": e.What.MVIC, "force": e.What.EVOKED, "ctf": e.What.CTF}
_EXAMPLES = {"mvic": "mvic 120, in newtons", "force": "force 30, in newtons", "ctf": "ctf 18, in hertz"}


def _channel(words: list[str], view: View) -> int | None:
    """The channel that is named, else the one being titrated, else the only one."""
    channels = [channel.channel for channel in view.channels]
    if words:
        return int(words[0]) if words[0].isdecimal() and int(words[0]) in channels else None
    if view.live_slot is not None:
        return view.live_slot.channel
    return channels[0] if len(channels) == 1 else None


def _thousandths(text: str) -> int | None:
    """A plain number above 0 in thousandths; anything else is none."""
    return round(float(text) * 1000) or None if _NUMBER.fullmatch(text) else None


_NUMBER = re.compile(r"[0-9]{1,6}(\.[0-9]{1,3})?", re.ASCII)


def _titrate(rest: str, view: View, levels: Iterable[str]) -> Heard:
    open_slots = [slot.slot for slot in view.slots if slot.level_ua is None]
    slot: Slot | None = None
    if rest.isdecimal() and 1 <= int(rest) <= len(view.slots):
        slot = view.slots[int(rest) - 1].slot
    elif not rest and (open_slots or len(view.slots) == 1):
        slot = (open_slots or [view.slots[0].slot])[0]
    if slot is None:
        return Heard(said=("Which level? Type titrate and its number.", *levels))
    return Heard(Post(e.Titrate(slot.channel, slot.waveform, view.epoch)))


def _step(command: str, rest: str, view: View) -> Heard:
    channels = [channel.channel for channel in view.channels]
    if rest.isdecimal() and int(rest) in channels:
        channel = int(rest)
    elif not rest and view.live_slot is not None:
        channel = view.live_slot.channel
    elif not rest and len(channels) == 1:
        channel = channels[0]
    else:
        known = " or ".join(f"{command} {number}" for number in channels)
        return Heard(said=(f"Which channel? Type {known}.",))
    return Heard(Post(e.Increase(channel, view.epoch) if command == "+" else e.Decrease(channel)))


def _wait(rest: str) -> Heard:
    try:
        seconds = float(rest)
    except ValueError:
        seconds = 0.0
    if not isfinite(seconds) or not 0 < seconds * 1000 <= MAX_WAIT_MS:
        return Heard(said=(f"Wait how long? Type wait and seconds, more than 0, at most {MAX_WAIT_MS // 1000}.",))
    return Heard(Wait(max(1, round(seconds * 1000))))


def _answered(asked: View, view: View) -> bool:
    """Whether anything about the session has changed since a line was heard."""
    return (
        view.note is not asked.note
        or (view.word, view.epoch) != (asked.word, asked.epoch)
        or [channel.level_ua for channel in view.channels] != [channel.level_ua for channel in asked.channels]
    )
