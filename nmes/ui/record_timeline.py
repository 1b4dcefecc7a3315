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
from nmes.language import _
from nmes.record.chain import Entry
from nmes.record.codec import COMMANDS, EVENTS, Undecodable
from nmes.ui.names import actor_words
from nmes.ui.record_opened import whom_and_what
from nmes.ui.record_words import Amplitudes, amplitudes_words, answer_lines, command_words, event_words, refused
from nmes.ui.words import why


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
    turnings, refusals = Turnings(), Refusals()
    for entry in entries:
        start_ns = entry.t_mono_ns if start_ns is None else start_ns
        if not everything and (told := _refusal(entry)):
            refusals.count(entry, told)
            continue
        found = list(_texts(entry, turnings, everything=everything))
        for at, text in sorted((*(refusals.flush() if found else ()), *found), key=lambda one: one[0].seq):
            yield _line(start_ns, at, text)
    for at, text in sorted((*refusals.flush(), *turnings.flush()), key=lambda one: one[0].seq):
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
        case "opened":
            yield _("opened {time}, station {station}").format(time=entry.t_utc, station=entry.station)
            said = _("protocol {id} version {version}")
            yield said.format(id=body.get("protocol", "?"), version=body.get("protocol_version", "?"))
            yield from whom_and_what(body)
            said = _("{program}, device {device} ({model})")
            yield said.format(**{name: body.get(name, "?") for name in ("program", "device", "model")})
            yield _("protocol file SHA-256 {digest}").format(digest=body.get("protocol_sha256", "?"))
        case "closed":
            yield _("closed: {why}").format(why=why(str(body.get("why", ""))))
        case "failure":
            said = _("a fault in the program: {error}: {text}")
            yield said.format(error=body.get("error", "?"), text=body.get("text", ""))
        case kind:
            yield f"{kind}: {_plain(body)}"


def _plain(body: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in body.items())


def _clock(since_ns: int) -> str:
    tenths = max(0, since_ns) // 100_000_000
    return f"{tenths // 600:>3}:{tenths // 10 % 60:02d}.{tenths % 10}"
