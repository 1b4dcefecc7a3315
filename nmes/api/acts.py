"""What a script can do, once for both kinds of door: each act posts one event and is over when its effect is seen.

An act is a generator. It yields wherever time has to pass; the synchronous door sleeps there, the asynchronous one lets
others run, the virtual one turns the bench. Law: an act never posts twice, and never more than one step up.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Final, TypeVar

from nmes.api.errors import Halted, Refused
from nmes.core import events as e
from nmes.core.limits import MAX_SLEW_UA_PER_S
from nmes.core.plan import Slot
from nmes.core.view import RUNNING, ChannelView, View, Word
from nmes.runtime.live import Live
from nmes.ui.words import note_words
from nmes.ui.words import why as why_words

T = TypeVar("T")
Act = Generator[None, None, T]
"""Yields while time has to pass; returns what the act found."""

LIMIT_MS: Final = 10_000
"""So long an act may take; a start waits 2 s for disk and device, a halt is given up after far less [design]."""
OPENING_MS: Final = 15_000
"""So long a device may take to say who it is: more than the slowest family needs to be found silent [design]."""
OVER: Final = frozenset({Word.AFTER, Word.ENDED})
PLANNED_ENDS: Final = frozenset({"complete", "assessed", "incomplete"})
"""The plan came to its end: nothing was cut short."""
_FALLEN: Final = frozenset({Word.STOPPED, Word.UNSURE, *OVER})
_LEFT: Final = frozenset({"start_left", "titration_left", "pause"})
"""What is noted where a session pauses by itself."""
ANY_OUTPUT: Final = RUNNING | {Word.STARTING, Word.TITRATING, Word.HALTING, Word.UNSURE}
"""Words in which current may flow."""


def look(live: Live, before: View) -> View:
    """The present View; Halted if the output ended since `before` without having been asked to."""
    view = live.view
    if view.word in _FALLEN and before.word not in _FALLEN and view.why not in PLANNED_ENDS:
        raise halted(view.why)
    note = view.note
    if view.word is Word.HALTING:
        return view
    if note is not None and note is not before.note and note.code in _LEFT:
        raise halted(str(dict(note.values)["why"]))
    if before.word in ANY_OUTPUT and view.word in {Word.PAUSED, Word.READY}:
        raise halted(view.why or "ended_early")
    return view


def heard(live: Live, seen: View, act: Act[T]) -> Act[T]:
    """The act, once what was on its way to 0 is there; Halted instead if the output has ended since `seen`."""
    while live.view.word is Word.HALTING:
        yield
    look(live, seen)
    return (yield from act)


def halted(why: str) -> Halted:
    return Halted(why, why_words(why) or f"The output ended ({why}).")


def posted(
    live: Live, event: e.Event, reached: Callable[[View, View], bool], within_ms: int = LIMIT_MS, *, down: bool = False
) -> Act[View]:
    """Post one event; over when `reached(before, now)`. Refused if the session says no, or nothing by `within_ms`.

    `down`: the act itself ends output, so that its end is no surprise.
    """
    before = live.view
    live.post(event)
    while True:
        view = live.view
        if view.note is not None and view.note is not before.note and view.note.code.startswith("refused:"):
            raise Refused(view.note.code.removeprefix("refused:"), note_words(view.note))
        if reached(before, view):
            return view
        if not down:
            look(live, before)
        if view.now_ms - before.now_ms > within_ms:
            raise Refused("no_answer", f"Nothing came of it within {within_ms // 1000} s.")
        yield


def noted(before: View, now: View) -> bool:
    """Whether the session has said something since."""
    return now.note is not before.note


def opened(live: Live) -> Act[View]:
    """Until the device has said who it is."""
    first = live.view
    while True:
        view = look(live, first)
        if view.word is not Word.CONNECTING:
            return view
        if view.now_ms - first.now_ms > OPENING_MS:
            raise Refused("no_answer", f"The stimulator has not said who it is within {OPENING_MS // 1000} s.")
        yield


def wait(live: Live, time_ms: int) -> Act[View]:
    """Let time pass. Over early where the plan is over; Halted if the output ended before that by itself."""
    before = live.view
    while True:
        view = look(live, before)
        if view.word in OVER or view.now_ms - before.now_ms >= time_ms:
            return view
        yield


def wait_for(live: Live, condition: Callable[[View], bool], within_ms: int) -> Act[bool]:
    """Let time pass until the condition holds; Halted as in `wait`."""
    before = live.view
    while True:
        view = look(live, before)
        if condition(view):
            return True
        if view.word in OVER or view.now_ms - before.now_ms >= within_ms:
            return False
        yield


# --- before output ---


def screen(live: Live, answers: Mapping[str, e.Answer], by: str) -> Act[View]:
    event = e.Screened(tuple(answers.values()), by)
    return (yield from posted(live, event, lambda _, now: now.word is Word.PLACING))


def read_back(live: Live, what: e.Read, said: str, reason: str) -> Act[View]:
    event = e.ReadBack(what, said, reason)
    return (yield from posted(live, event, lambda _, now: what in (*now.read, *now.skipped)))


def place(live: Live, pads_mm2: Mapping[int, int], button_by: str) -> Act[View]:
    """The pads; where the device has no dead-man, before them who has its emergency button."""
    if button_by and "button" in live.view.missing:
        yield from posted(live, e.ButtonConfirmed(button_by), lambda _, now: bool(now.button_by))
    event = e.Placed(tuple(sorted(pads_mm2.items())))
    return (yield from posted(live, event, lambda _, now: now.word is Word.READY))


def titrate(live: Live, channel: int, waveform: int | None) -> Act[View]:
    view = live.view
    slot = _slot(view, channel, waveform)
    event = e.Titrate(slot.channel, slot.waveform, view.epoch)
    return (yield from posted(live, event, lambda _, now: now.word is Word.TITRATING and now.live_slot == slot))


def increase(live: Live, channel: int, over_ua: int | None) -> Act[int]:
    """One step of the device, as soon as it may come; while a level is found, until the device has confirmed it."""
    yield from _paced(live, channel)
    view = live.view
    step_ua = view.plan.capabilities.amplitude_step_ua
    to_ua = channel_of(view, channel).level_ua + step_ua

    def reached(_: View, now: View) -> bool:
        one = channel_of(now, channel)
        confirmed = now.word is not Word.TITRATING or one.confirmed_ua == to_ua
        return one.level_ua == to_ua and confirmed

    yield from posted(live, e.Increase(channel, view.epoch, over_ua), reached)
    return to_ua


def _paced(live: Live, channel: int) -> Act[None]:
    """Until the slew limit has passed since now, and the device has confirmed what it was asked for."""
    before = live.view
    step_ms = before.plan.capabilities.amplitude_step_ua * 1000 // MAX_SLEW_UA_PER_S
    while before.word in RUNNING | {Word.TITRATING}:
        view = look(live, before)
        one, waited_ms = channel_of(view, channel), view.now_ms - before.now_ms
        if waited_ms > LIMIT_MS or (waited_ms > step_ms and one.confirmed_ua == one.commanded_ua):
            return
        yield


def decrease(live: Live, channel: int) -> Act[int]:
    """One step down; while a level is found, until the device has confirmed it."""
    before_ua = channel_of(live.view, channel).level_ua

    def reached(_: View, now: View) -> bool:
        one = channel_of(now, channel)
        confirmed = now.word is not Word.TITRATING or one.confirmed_ua == one.commanded_ua == one.level_ua
        return confirmed and (one.level_ua < before_ua or not before_ua)

    view = yield from posted(live, e.Decrease(channel), reached)
    return channel_of(view, channel).level_ua


def accept(live: Live, over_ua: int | None) -> Act[int]:
    """The level that is confirmed now, in µA, once the output is back at 0."""
    view = live.view
    slot = view.live_slot
    event = e.Accept(view.epoch, over_ua)
    view = yield from posted(live, event, lambda _, now: now.word in {Word.READY, *OVER}, down=True)
    return dict(view.accepted).get(slot, 0) if slot else 0


def felt(live: Live, channel: int, *, there: bool) -> Act[View]:
    def reached(_: View, now: View) -> bool:
        return channel in now.felt if there else now.word is Word.PLACING

    return (yield from posted(live, e.FeltAt(channel, there), reached))


# --- the treatment ---


def start(live: Live) -> Act[View]:
    return (yield from posted(live, e.Start(live.view.epoch), lambda _, now: now.word in RUNNING))


def pause(live: Live, *, wish: bool) -> Act[View]:
    """Output to 0. While a level is found the search is left, and its level is void."""
    event = e.Pause(e.WISH) if wish else e.Pause()
    return (yield from posted(live, event, lambda _, now: now.word not in ANY_OUTPUT, down=True))


def resume(live: Live) -> Act[View]:
    return (yield from posted(live, e.Resume(live.view.epoch), lambda _, now: now.word in RUNNING))


def end(live: Live) -> Act[View]:
    return (yield from posted(live, e.End(), lambda _, now: now.word in OVER, down=True))


def mark(live: Live, kind: str, text: str) -> Act[View]:
    return (yield from posted(live, e.Mark(kind, text), noted))


def cramp(live: Live) -> Act[View]:
    return (yield from posted(live, e.Cramp(), noted, down=True))


def measure(live: Live, what: e.What, channel: int, value: int | None) -> Act[View]:
    return (yield from posted(live, e.Measure(what, channel, value), noted))


# --- after it ---


def observe(live: Live, finding: e.Observed) -> Act[View]:
    return (yield from posted(live, finding, noted))


def sign(live: Live, by: str, reason: str) -> Act[View]:
    return (yield from posted(live, e.Signed(by, reason), lambda _, now: now.word is Word.ENDED))


def leave_unsigned(live: Live, reason: str) -> Act[View]:
    return (yield from posted(live, e.LeftUnsigned(reason), lambda _, now: now.word is Word.ENDED))


# --- looking things up ---


def channel_of(view: View, channel: int) -> ChannelView:
    """Refused if the plan has no such channel."""
    for one in view.channels:
        if one.channel == channel:
            return one
    known = ", ".join(str(one.channel) for one in view.channels)
    raise Refused("no_such_slot", f"The plan has no channel {channel}; it has {known}.")


def _slot(view: View, channel: int, waveform: int | None) -> Slot:
    """The level that is meant: of this waveform, else the first of this channel not found yet, else its first."""
    channel_of(view, channel)
    of_channel = [one for one in view.slots if one.slot.channel == channel]
    if waveform is not None:
        return Slot(channel, waveform)
    return next((one.slot for one in of_channel if one.level_ua is None), of_channel[0].slot)
