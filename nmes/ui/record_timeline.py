"""A session's record as a story: when, what happened, what was decided and why, what was asked of the device.

Changes of output come by the thousand in ramps; only where the output turns (a level reached, or 0) are they told,
and keys that were refused are counted, unless everything is asked for. The words for decisions and reasons are those
of the screens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from nmes.core import commands as c
from nmes.core import events as e
from nmes.core.care_events import CareEvent
from nmes.language import _
from nmes.record import checkpoint, gone, ledger
from nmes.record.chain import Entry
from nmes.record.codec import COMMANDS, EVENTS, Codec, Undecodable
from nmes.record.store import CARE, closed
from nmes.runtime.course_entry_words import entry_sentence
from nmes.ui.names import actor_words
from nmes.ui.record_opened import whom_and_what
from nmes.ui.record_words import Amplitudes, amplitudes_words, answer_lines, command_words, event_words, refused
from nmes.ui.words import why

_CARE = Codec(CareEvent)


@dataclass(slots=True)
class Turnings:
    """Remembers what the device confirmed until it turns: then the extreme is told, with the time it was reached."""

    now: Amplitudes = ()
    rising: bool = False
    kept: list[tuple[Entry, Amplitudes]] = field(default_factory=list)

    def confirmed(self, entry: Entry, amplitudes: Amplitudes) -> Iterator[tuple[Entry, str]]:
        """Take a confirmation; yields what has turned out to be worth telling."""
        before, after = sum(ua for _, ua in self.now), sum(ua for _, ua in amplitudes)
        if after != before and (after > before) is not self.rising:
            yield from self.flush()
            self.rising = after > before
        if after != before:
            self.now, self.kept = amplitudes, [(entry, amplitudes)]

    def flush(self) -> Iterator[tuple[Entry, str]]:
        """Tell what is kept, because something else follows."""
        for entry, amplitudes in self.kept:
            yield entry, _("confirmed: {amplitudes}").format(amplitudes=amplitudes_words(amplitudes))
        self.kept = []


def timeline(entries: Iterable[Entry], *, everything: bool) -> Iterator[str]:
    """One line for each thing worth telling; `everything`: for each entry."""
    start_ns: int | None = None
    turnings, refusals, steps = Turnings(), Refusals(), Steps()
    for entry in entries:
        start_ns = entry.t_mono_ns if start_ns is None else start_ns
        if not everything and (told := _refusal(entry)):
            refusals.count(entry, told)
            continue
        step = None if everything else _step(entry)
        if step is not None and steps.goes_on(entry, step):
            steps.count(entry, step)
            continue
        found = [*turnings.flush()] if step else list(_texts(entry, turnings, everything=everything))
        kept = (*refusals.flush(), *steps.flush()) if found or step else ()
        for at, text in sorted((*kept, *found), key=lambda one: one[0].seq):
            yield _line(start_ns, at, text)
        if step is not None:
            steps.count(entry, step)
    for at, text in sorted((*refusals.flush(), *steps.flush(), *turnings.flush()), key=lambda one: one[0].seq):
        yield _line(start_ns or 0, at, text)


def _line(start_ns: int, at: Entry, text: str) -> str:
    return f"{_clock(at.t_mono_ns - start_ns)}  {at.seq:>6}  {actor_words(at.actor):<17}  {text}"


@dataclass(slots=True)
class Refusals:
    """Counts keys that were refused until something else is told: each kind of them is one line, where it began."""

    counted: dict[str, tuple[Entry, int]] = field(default_factory=dict)

    def count(self, entry: Entry, told: str) -> None:
        first, times = self.counted.get(told, (entry, 0))
        self.counted[told] = first, times + 1

    def flush(self) -> list[tuple[Entry, str]]:
        """Tell what was counted, because something else follows."""
        told = []
        for words, (first, times) in self.counted.items():
            said = _("refused {times} times, {words}") if times > 1 else _("refused, {words}")
            told.append((first, said.format(times=times, words=words)))
        self.counted = {}
        return told


_Step = e.Increase | e.Decrease


@dataclass(slots=True)
class Steps:
    """Counts steps of a channel in one direction by one person until something else is told: one line for all."""

    first: tuple[Entry, _Step] | None = None
    times: int = 0

    def goes_on(self, entry: Entry, step: _Step) -> bool:
        if self.first is None:
            return False
        began, like = self.first
        return (began.actor, type(like), like.channel) == (entry.actor, type(step), step.channel)

    def count(self, entry: Entry, step: _Step) -> None:
        self.first = self.first or (entry, step)
        self.times += 1

    def flush(self) -> list[tuple[Entry, str]]:
        """Tell what was counted, because something else follows."""
        if self.first is None:
            return []
        (entry, step), times = self.first, self.times
        self.first, self.times = None, 0
        if times == 1:
            return [(entry, event_words(step))]
        up = isinstance(step, e.Increase)
        said = _("channel {channel} up, {times} steps") if up else _("channel {channel} down, {times} steps")
        return [(entry, said.format(channel=step.channel, times=times))]


def _step(entry: Entry) -> _Step | None:
    """A step that was done, alone and over no mark; None for all else."""
    if entry.type != "event":
        return None
    try:
        event, commands = _decoded(entry)
    except Undecodable:
        return None
    alone = isinstance(event, e.Decrease) or (isinstance(event, e.Increase) and not event.over_ua and not event.linked)
    codes = {command.code for command in commands if isinstance(command, c.Note)}
    return event if isinstance(event, _Step) and alone and codes <= {"increase"} else None


def _refusal(entry: Entry) -> str:
    """What was pressed and why nothing came of it; "" for all else."""
    if entry.type != "event":
        return ""
    try:
        event, commands = _decoded(entry)
    except Undecodable:
        return ""
    if not refused(event, commands):
        return ""
    why_not = " ".join(command_words(command, everything=False).removeprefix("= ") for command in commands)
    return f"{event_words(event)}: {why_not}"


def _decoded(entry: Entry) -> tuple[e.Event, list[c.Command]]:
    event: e.Event = EVENTS.decode(entry.body.get("event"))
    return event, [COMMANDS.decode(command) for command in entry.body.get("commands", [])]


def _texts(entry: Entry, turnings: Turnings, *, everything: bool) -> Iterator[tuple[Entry, str]]:
    if entry.type == checkpoint.TYPE and not everything:
        return  # nothing happened, and it must not end what is being counted
    if entry.type != "event":
        yield from turnings.flush()
        yield from ((entry, text) for text in _other(entry))
        return
    try:
        event, commands = _decoded(entry)
    except Undecodable as error:
        yield from turnings.flush()
        yield entry, _("cannot be read by this version: {error}").format(error=error)
        return
    if isinstance(event, e.OutputConfirmed) and not everything:
        yield from turnings.confirmed(entry, event.amplitudes)
        return
    told = [event_words(event)] if everything or not _routine(event) else []
    told += answer_lines(event, everything=everything)
    told += [words for command in commands if (words := command_words(command, everything=everything))]
    if told:
        yield from turnings.flush()
        yield from ((entry, text) for text in told)


def _routine(event: e.Event) -> bool:
    """What comes so often, or says so little, that it is told only with everything."""
    return isinstance(event, e.Tick | e.OutputSent | e.OutputConfirmed | e.Durable | e.Enabled)


def _other(entry: Entry) -> Iterator[str]:
    body = entry.body
    match entry.type:
        case "opened" if body.get("about") == CARE:
            said = _("entries of the course of care {time}, station {station}, {program}")
            yield said.format(time=entry.t_utc, station=entry.station, program=body.get("program", "?"))
        case "opened":
            yield _("opened {time}, station {station}").format(time=entry.t_utc, station=entry.station)
            said = _("protocol {id} version {version}")
            yield said.format(id=body.get("protocol", "?"), version=body.get("protocol_version", "?"))
            yield from whom_and_what(body)
            said = _("{program}, device {device} ({model})")
            yield said.format(**{name: body.get(name, "?") for name in ("program", "device", "model")})
            yield _("protocol file SHA-256 {digest}").format(digest=body.get("protocol_sha256", "?"))
        case "closed" if body.get("why") == ledger.WHY:
            yield _("closed: entered")
        case "closed":
            yield _("closed: {why}").format(why=why(closed(entry).told_why))
        case gone.ENTRY:
            yield _care(body)
        case "failure":
            said = _("a fault in the program: {error}: {text}")
            yield said.format(error=body.get("error", "?"), text=body.get("text", ""))
        case checkpoint.TYPE:
            yield _("signed by the station with key {key}, for all entries before").format(key=body.get("key", "?"))
        case "clock_step":
            said = _("the computer's clock was set, by {ms} ms; durations are not touched by it")
            yield said.format(ms=body.get("by_ms", "?"))
        case kind:
            yield f"{kind}: {_plain(body)}"


def _care(body: Mapping[str, Any]) -> str:
    try:
        return entry_sentence(_CARE.decode(body.get("event")))
    except Undecodable as error:
        return _("cannot be read by this version: {error}").format(error=error)


def _plain(body: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in body.items())


def _clock(since_ns: int) -> str:
    tenths = max(0, since_ns) // 100_000_000
    return f"{tenths // 600:>3}:{tenths // 10 % 60:02d}.{tenths % 10}"
