"""What was given: levels, what the device acknowledged by channel, the dose as a range, and what happened in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nmes.core.events import What
from nmes.core.plan import Plan
from nmes.core.view import View
from nmes.language import _, many
from nmes.record.happening import Happening
from nmes.record.output import Piece, flowed_ms, pieces
from nmes.reports.document import Section, Table
from nmes.reports.plotted import marked
from nmes.reports.told import Told, channel_words

TOLD_ELSEWHERE: Final = frozenset(
    {
        "increase",
        "dose",
        "level",
        "measured",
        "screening_clear",
        "read_back",
        "read_back_skipped",
        "pad_larger",
        "observed",
        "felt",
    }
)
"""Decisions that have a part of their own, or are too many to be told one by one."""


def given(told: Told) -> Section:
    """By channel: the level accepted last, the most that was acknowledged, how long, and the charge."""
    story = told.story
    if not story.flowed:
        return Section(_("What was given"), (_("No output was ever acknowledged in this record."),))
    found = pieces(story.output, story.end_ms)
    channels = sorted({piece.channel for piece in found})
    rows = tuple(_row(told, channel, [one for one in found if one.channel == channel]) for channel in channels)
    head = (
        _("Channel"),
        _("Muscle"),
        _("Level accepted last"),
        _("Most acknowledged"),
        _("Time with output"),
        _("Charge"),
    )
    return Section(_("What was given"), tuple(_planned(told)), table=Table(head, rows), after=tuple(_doubt(told)))


def _planned(told: Told) -> Iterator[str]:
    if told.planned is None:
        return
    plan, clock = told.planned.plan, told.words.clock
    if plan.assessment:
        yield from _test(told, plan)
        return
    if told.end is None:
        yield _("The plan was {time} of treatment; how much of it was given cannot be told from this record.").format(
            time=clock(plan.duration_ms)
        )
        return
    done_ms = told.end.plan_ms
    said = _("Given: {done} of the {time} that were planned, pauses not counted.")
    yield said.format(done=clock(done_ms), time=clock(plan.duration_ms))
    contractions, of_all = plan.contractions(done_ms)
    if of_all:
        yield _("Contractions: {done} of {all}.").format(done=contractions, all=of_all)
    for stage in plan.stages if plan.stages[1:] else ():
        of_it_ms = min(max(0, done_ms - stage.start_ms), stage.end_ms - stage.start_ms)
        said = _("Of these, in {stage}: {done} of {time}.")
        name = stage.name.replace("_", " ")
        yield said.format(stage=name, done=clock(of_it_ms), time=clock(stage.end_ms - stage.start_ms))
    yield from _first(told, told.end)


def _test(told: Told, plan: Plan) -> Iterator[str]:
    """No part of a whole: a test ends with its result, not with its last step. Whether it came to one, the results and
    the ending tell.
    """
    clock, given_ms = told.words.clock, flowed_ms(told.story.output, told.story.end_ms)
    said = _("It was a test, which ends with its result. There was output for {time} in all, also to find the level.")
    yield said.format(time=clock(given_ms))
    if plan.assessment == What.CTF:
        said = _("Without a result until its last step it would have lasted {time}, pauses not counted.")
        yield said.format(time=clock(plan.duration_ms))


def _first(told: Told, end: View) -> Iterator[str]:
    """That it was the first session, what its target was, and each level that was accepted over it."""
    if not end.first:
        return
    yield _("It was the FIRST SESSION of this patient by this protocol.")
    for one in end.slots:
        if end.first_percent and one.target_ua is not None and one.usual_ua is not None:
            said = _("Channel {channel}: for a first session the target was {percent} % of {usual}, {target}.")
            values = {"usual": told.words.ma(one.usual_ua), "target": told.words.ma(one.target_ua)}
            yield said.format(channel=one.slot.channel, percent=end.first_percent, **values)
    yield from _over(told)


def _over(told: Told) -> Iterator[str]:
    """Each accepted level that a mark of its channel, passed before or with it, stands under."""
    passed = told.story.all("over_mark")
    for level in told.story.all("level"):
        channel, level_ua = level.value("channel"), level.value("level_ua")
        mine = [one for one in passed if one.value("channel") == channel and one.at.seq <= level.at.seq]
        mark_ua = mine[-1].value("mark_ua") if mine else None
        if isinstance(level_ua, int) and isinstance(mark_ua, int) and level_ua > mark_ua:
            said = _("Channel {channel}: {level} was accepted at {time} over the mark of {mark}, as confirmed.")
            values = {"level": told.words.ma(level_ua), "mark": told.words.ma(mark_ua)}
            yield said.format(channel=channel, time=told.when(level.at), **values)


def _row(told: Told, channel: int, found: list[Piece]) -> tuple[str, ...]:
    levels = [one for one in told.story.all("level", "lowered") if one.value("channel") == channel]
    last = levels[-1].value("level_ua") if levels else None
    charges = {of: (low, high) for of, low, high in told.story.dose or ()}
    return (
        channel_words(channel),
        told.muscle(channel),
        told.as_corrected(_last(told, channel, last), levels[-1].at) if isinstance(last, int) else "-",
        told.words.ma(max(piece.most_ua for piece in found)),
        told.words.clock(sum(piece.until_ms - piece.from_ms for piece in found)),
        told.words.charge(*charges[channel]) if channel in charges else _("not told by the record"),
    )


def _last(told: Told, channel: int, level_ua: int) -> str:
    """The level accepted last, and what it was at the end where `+` made it another one. Of a channel with several
    waveforms no one level is the last.
    """
    ends = [end_ua for slot, end_ua in (told.end.at_end if told.end else ()) if slot.channel == channel]
    if len(ends) != 1 or ends[0] in {0, level_ua}:
        return told.words.ma(level_ua)
    return _("{level}, at the end {end}").format(level=told.words.ma(level_ua), end=told.words.ma(ends[0]))


def _doubt(told: Told) -> Iterator[str]:
    if told.story.dose is None:
        yield _("The record ends before the dose was accounted for: how much was given in all is not known.")
    if any(not one.known for one in told.story.output):
        yield _("For a part of the time the output was not known; the charge is a range that holds both ends of it.")


def levels(told: Told) -> Section:
    """Each level that the patient accepted."""
    found = told.story.all("level", "lowered")
    rows = tuple(_level(told, one) for one in found)
    head = (_("Time"), _("Entry"), _("Channel"), _("Muscle"), _("Level"), _("What the record says"))
    lines = () if found else (_("No level was accepted."),)
    return Section(_("Levels"), lines, table=Table(head, rows) if rows else None)


def measured(told: Told) -> tuple[Section, ...]:
    """What a test was done for: near the top, and no section at all where nothing was measured."""
    found = told.story.all("measured", "not_reached")
    of = [(one.code, one.value("what"), one.value("channel")) for one in found]
    last = {kind: number for number, kind in enumerate(of) if of.count(kind) > 1 and _is_one(told, kind[2])}
    lines = tuple(
        _measured(told, one, holds=last.get(kind) == n) for n, (one, kind) in enumerate(zip(found, of, strict=True))
    )
    return (Section(_("What was measured"), lines),) if lines else ()


def _is_one(told: Told, channel: object) -> bool:
    """Whether a channel has one value of a kind: of several waveforms each may have one, and no entry says whose."""
    return told.planned is not None and sum(slot.channel == channel for slot in told.planned.plan.slots) == 1


def _measured(told: Told, one: Happening, *, holds: bool) -> str:
    """`holds`: it is the last of several of its kind on its channel, and stands for them."""
    said = _("{time}  {what} This one holds.") if holds else "{time}  {what}"
    return said.format(time=told.when(one.at), what=told.said(one))


def _level(told: Told, one: Happening) -> tuple[str, ...]:
    channel, level = one.value("channel"), one.value("level_ua")
    muscle = told.muscle(channel) if isinstance(channel, int) else ""
    amplitude = told.words.ma(level) if isinstance(level, int) else "-"
    return told.when(one.at), told.entry(one.at), str(channel), muscle, amplitude, told.said(one)


def events(told: Told) -> Section:
    """Starts, pauses, stops, faults, marks, alarms, in order; which of them the plot shows, by its number there."""
    found = [one for one in told.story.happenings if not _elsewhere(one)]
    raised = len(told.story.all("increase"))
    counted = many("{number} confirmed step up is not listed.", "{number} confirmed steps up are not listed.", raised)
    numbers = {id(one): str(number) for number, one in enumerate(marked(told), start=1)}
    who = told.words.who
    rows = tuple(
        (told.when(one.at), told.entry(one.at), numbers.get(id(one), ""), who(one.at.actor), told.said(one))
        for one in found
    )
    head = (_("Time"), _("Entry"), _("In the plot"), _("Who"), _("What"))
    return Section(_("What happened"), (counted,) if raised else (), table=Table(head, rows) if rows else None)


def refused(told: Told) -> Section:
    """What was asked for and not done, each kind once: when first, how often."""
    kinds: dict[str, list[Happening]] = {}
    for one in told.story.happenings:
        if one.code.startswith("refused:"):
            kinds.setdefault(one.code, []).append(one)
    rows = tuple(
        (told.when(of[0].at), told.entry(of[0].at), str(len(of)), told.words.who(of[0].at.actor), told.said(of[0]))
        for of in kinds.values()
    )
    head = (_("First at"), _("Entry"), _("Times"), _("Who"), _("What the record says"))
    lines = () if rows else (_("Nothing that was asked for was refused."),)
    return Section(_("What was asked for and refused"), lines, table=Table(head, rows) if rows else None)


def _elsewhere(one: Happening) -> bool:
    return one.code in TOLD_ELSEWHERE or one.code.startswith("refused:")
