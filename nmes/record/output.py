"""What flowed, as a record tells it: what was sent and what the device acknowledged, over the time of a session.

Law: between two acknowledgements the last one holds, because the device was asked all the time and an answer that did
not come is in the record; from a doubt on nothing is known until the next acknowledgement.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from nmes.core import events as e
from nmes.record.happening import Stepped

Amplitudes = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Output:
    """From `t_ms` on: what was asked for and what was acknowledged, by channel in µA; channels that are off are absent.

    `known` is False where the device's output was in doubt; `off`: the device had confirmed that it is off.
    """

    t_ms: int
    sent: Amplitudes = ()
    confirmed: Amplitudes = ()
    known: bool = True
    off: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """One stretch of output of a channel: the most that was acknowledged in it, in µA. `sure`: known throughout."""

    channel: int
    from_ms: int
    until_ms: int
    most_ua: int
    sure: bool


@dataclass(slots=True)
class OutputFold:
    """Takes steps in order; `found` are the changes."""

    found: list[Output] = field(default_factory=list)

    def take(self, step: Stepped) -> None:
        """One step of the session; what changes nothing leaves no trace."""
        now = self.found[-1] if self.found else Output(0)
        after = _after(now, step.event)
        if after != now:
            self.found.append(replace(after, t_ms=step.at.t_ms))


def _after(now: Output, event: e.Event) -> Output:
    match event:
        case e.OutputSent(amplitudes=amplitudes):
            return replace(now, sent=amplitudes, off=False)
        case e.OutputConfirmed(amplitudes=amplitudes):
            return replace(now, sent=amplitudes, confirmed=amplitudes, known=True, off=False)
        case e.Enabled():
            return replace(now, sent=(), confirmed=(), known=True, off=False)
        case e.HaltConfirmed() | e.Identified():
            return replace(now, sent=(), confirmed=(), known=True, off=True)
        case e.Doubt() | e.Unanswered() | e.LinkLost() | e.HaltUnconfirmed():
            return replace(now, known=False)
        case _:
            return now


def pieces(output: Iterable[Output], end_ms: int) -> tuple[Piece, ...]:
    """The stretches of output, channel by channel, up to the end of the session."""
    changes = tuple(output)
    channels = sorted({channel for one in changes for channel, _ in one.confirmed})
    return tuple(piece for channel in channels for piece in _of(channel, changes, end_ms))


def _of(channel: int, changes: tuple[Output, ...], end_ms: int) -> Iterable[Piece]:
    begun: Piece | None = None
    for one in changes:
        ua = dict(one.confirmed).get(channel, 0)
        if ua and begun is None:
            begun = Piece(channel, one.t_ms, one.t_ms, ua, one.known)
        elif begun is not None and not ua:
            yield replace(begun, until_ms=one.t_ms)
            begun = None
        elif begun is not None:
            begun = replace(begun, most_ua=max(ua, begun.most_ua), sure=begun.sure and one.known)
    if begun is not None:
        yield replace(begun, until_ms=end_ms)


def flowed_ms(output: Iterable[Output], end_ms: int) -> int:
    """How long there was output on any channel, up to the end of the session."""
    changes = tuple(output)
    ends = (*(one.t_ms for one in changes[1:]), end_ms)
    spans = ((one, until) for one, until in zip(changes, ends, strict=False) if any(ua for _, ua in one.confirmed))
    return sum(max(0, until - one.t_ms) for one, until in spans)


def heights(output: Iterable[Output], channel: int, from_ms: int, until_ms: int, width: int) -> tuple[int, ...]:
    """The most that was acknowledged on a channel in each of `width` equal parts of a span of time, in µA."""
    found = [0] * width
    for first, last, one in _columns(output, from_ms, until_ms, width):
        ua = dict(one.confirmed).get(channel, 0)
        for column in range(first, last + 1):
            found[column] = max(found[column], ua)
    return tuple(found)


def doubts(output: Iterable[Output], from_ms: int, until_ms: int, width: int) -> tuple[bool, ...]:
    """In which parts of a span the output was, for a while at least, not known."""
    found = [False] * width
    for first, last, one in _columns(output, from_ms, until_ms, width):
        for column in range(first, last + 1):
            found[column] = found[column] or not one.known
    return tuple(found)


def _columns(output: Iterable[Output], from_ms: int, until_ms: int, width: int) -> Iterator[tuple[int, int, Output]]:
    """Which columns each change covers, until the next; what lies outside the span is left out."""
    changes, span_ms = tuple(output), max(1, until_ms - from_ms)
    ends = (*(one.t_ms for one in changes[1:]), until_ms)
    for one, end_ms in zip(changes, ends, strict=False):
        begin_ms, over_ms = max(one.t_ms, from_ms), min(max(end_ms, one.t_ms + 1), until_ms)
        if begin_ms < over_ms:
            yield (begin_ms - from_ms) * width // span_ms, (over_ms - 1 - from_ms) * width // span_ms, one
