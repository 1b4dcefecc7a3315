"""The output of a session as a plot: a curve a channel, and the events that a reader looks for in it, numbered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from nmes.language import _, many
from nmes.record.happening import Happening
from nmes.record.output import Piece, doubts, heights, pieces
from nmes.reports.document import Curve, Mark, Plot, Section
from nmes.reports.told import Told, channel_words

COLUMNS: Final = 720
"""Parts of a drawn curve: as many as a printed page shows [design]."""
MOST_MARKS: Final = 24
"""More would hide the curve; the rest stands in the list of the audit's report [design]."""
_STEPS_S: Final = (1, 2, 5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)
"""Distances of the times below the plot [design]."""
_MOST_TICKS: Final = 8

_GRAVE: Final = frozenset(
    {"stop", "fault", "guard", "record_failed", "link_lost", "unanswered", "unsure", "wrong_device", "felt_elsewhere"}
)
_HELD: Final = frozenset({"pause", "mark", "measured", "not_reached", "lowered", "titration_left", "start_left"})


def output(told: Told) -> Section:
    """The section of the plot; without any output only its sentence."""
    heading = _("Output over the session, as the stimulator acknowledged it")
    plot = _plot(told)
    if plot is None:
        return Section(heading, (_("No output was acknowledged."),))
    return Section(heading, plot=plot)


def rank(one: Happening) -> int | None:
    """How much an event has to be in the plot, 0 first; None: it is none that is looked for there."""
    if one.code in _GRAVE:
        return 0
    if one.code in _HELD:
        return 1
    return 2 if one.code == "intent" and one.event in {"Start", "Resume"} else None


def marked(told: Told) -> tuple[Happening, ...]:
    """The events of the plot in order; where there are too many, the graver ones."""
    found = [(weight, one) for one in told.story.happenings if (weight := rank(one)) is not None]
    chosen = sorted(found, key=lambda pair: (pair[0], pair[1].at.seq))[:MOST_MARKS]
    return tuple(one for _weight, one in sorted(chosen, key=lambda pair: pair[1].at.seq))


def _plot(told: Told) -> Plot | None:
    story, end_ms = told.story, _end_ms(told)
    doubtful = doubts(story.output, 0, end_ms, COLUMNS)
    found = pieces(story.output, story.end_ms)
    channels = sorted({piece.channel for piece in found})
    if not channels:
        return None
    curves = tuple(_curve(told, one, doubtful, [piece for piece in found if piece.channel == one]) for one in channels)
    marks = tuple(_mark(told, number, one, end_ms) for number, one in enumerate(marked(told), start=1))
    left = sum(rank(one) is not None for one in story.happenings) - len(marks)
    notes = [_("Grey: the output was not known.")] if any(doubtful) else []
    notes += [many("{number} event more is not marked.", "{number} events more are not marked.", left)] if left else []
    return Plot(curves, marks, _ticks(told, end_ms), " ".join(notes))


def _end_ms(told: Told) -> int:
    """Just after the last entry: a record that was cut may end with the first output, which is a curve too."""
    return told.story.end_ms + 1


def _curve(told: Told, channel: int, doubtful: tuple[bool, ...], found: list[Piece]) -> Curve:
    values = heights(told.story.output, channel, 0, _end_ms(told), COLUMNS)
    most = max(piece.most_ua for piece in found)
    name = " ".join(filter(None, (channel_words(channel), told.muscle(channel))))
    said = _("{name}: output from {first} to {last}, at most {most}.").format(
        name=name,
        first=told.words.clock(found[0].from_ms),
        last=told.words.clock(found[-1].until_ms),
        most=told.words.ma(most),
    )
    said = f"{said} {many('{number} stretch with output.', '{number} stretches with output.', len(found))}"
    return Curve(name, told.words.ma(most), tuple(value * 1000 // most for value in values), doubtful, said)


def _mark(told: Told, number: int, one: Happening, end_ms: int) -> Mark:
    return Mark(one.at.t_ms * 1000 // end_ms, number, f"{told.when(one.at)}  {told.said(one)}")


def _ticks(told: Told, end_ms: int) -> tuple[tuple[int, str], ...]:
    """Round times, and as many as have room."""
    fits: Iterable[int] = (step_s * 1000 for step_s in _STEPS_S if end_ms // (step_s * 1000) < _MOST_TICKS)
    step_ms = next(iter(fits), end_ms)
    return tuple((at_ms * 1000 // end_ms, told.words.clock(at_ms)) for at_ms in range(0, end_ms + 1, step_ms))
