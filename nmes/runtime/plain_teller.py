"""What the line mode says without being asked: each change of the session, one line a change, in whole words.

Pure: Views in, lines out. It never says that output is off unless the View does. The words for states, reasons and
decisions are given to it, so that the line mode and the screens say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import assert_never

from nmes.core.alarm import Alarm, absent_soon
from nmes.core.care import acute_cramp, speaks_of
from nmes.core.commands import Note
from nmes.core.course import Course
from nmes.core.measurement import BY_LEVEL
from nmes.core.plan import Slot
from nmes.core.protocol import Protocol
from nmes.core.timeline import Phase
from nmes.core.view import RUNNING, Output, View, Word
from nmes.language import _
from nmes.runtime import dead_man_words
from nmes.runtime.measured_words import muscle_words
from nmes.runtime.missing_words import missing_words
from nmes.runtime.numbers import clock, in_hz, in_ma
from nmes.runtime.plain_ask import FIND, PLACED, START, TITRATE, ask, coming
from nmes.runtime.plain_heard import Heard, say
from nmes.runtime.plain_station import NO_STATION, Station
from nmes.runtime.plain_steps import (
    basis_lines,
    how_to_test,
    last_levels,
    level_lines,
    places,
    results,
    results_at_the_end,
)

MARKS_MS = (10_000, 30_000, 60_000, 120_000, 180_000, 240_000)
EACH_MS = 300_000
"""When the time left is told by itself: at these marks and each five minutes; `status` tells it too [design]."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of the screens: state, reason, decision, what is known of the output, what level to look for."""

    state: Callable[[View], str]
    why: Callable[[str], str]
    note: Callable[[Note | None], str]
    output: Callable[[View], str]
    unconfirmed: str
    target: Callable[[Protocol, int], str]
    """... of which a first session is so many per cent; 0 where it is none."""
    first: Callable[[Protocol, View], str]
    """What the card says of a first session; "" in any other."""
    pulses: Callable[[Course], str]
    """Bursts and sweeps in words; "" for a steady train."""
    alarm: Callable[[Alarm], str]
    """Class and cause of an alarm."""


class Teller:
    """Remembers what was said last. `touched` tells it that somebody is there."""

    def __init__(self, protocol: Protocol, wording: Wording, station: Station = NO_STATION) -> None:
        self._protocol, self._wording, self._station = protocol, wording, station
        self._counting = False
        self._told_ua: dict[Slot | None, int] = {}
        self._last: View | None = None
        self._left = 0
        self._touched_ms: int | None = None
        self._asked_for = False

    def touched(self, now_ms: int) -> None:
        """Somebody did something at `now_ms`."""
        self._touched_ms, self._asked_for = now_ms, False

    def look(self, view: View, pads: Mapping[int, int] = MappingProxyType({})) -> list[str]:
        """The lines for what has changed since the last View; often none. `pads`: what was told of them so far."""
        last, self._last = self._last, view
        lines = [*self._decision(last, view), *_targets(last, view), *self._arrived(last, view)]
        lines += self._levels(last, view)
        if view.first_is_given and view.word in RUNNING and not (last and last.first_is_given):
            lines.append(first_given(view))
        lines += self._asked(last, view, pads)
        if self._counting:
            lines += filter(None, (coming(view, last),))
        if view.word in RUNNING:
            lines += [*self._countdown(view), *self._presence(view)]
        else:
            self._left = 0
        return lines

    def count_down(self, rest: str) -> Heard:
        """`countdown on` or `off`: a line each second before a change is asked for, never there by itself."""
        if rest.lower() not in {"on", "off"}:
            return say(_("Type countdown on or countdown off."))
        self._counting = rest.lower() == "on"
        return say(_("Three seconds are counted before each change.") if self._counting else _("Nothing is counted."))

    def status(self, view: View) -> list[str]:
        """Everything that is known now, and what is missing before the next step."""
        lines = [f"{self._wording.state(view)}. {self._wording.why(view.told_why)}".strip(), self._wording.output(view)]
        if view.first_is_given:
            lines.append(first_given(view))
        for channel in view.channels:
            said = _("Channel {channel}, {muscle}: level {level}, commanded {commanded}, confirmed {confirmed}")
            if channel.confirmed_ua is None:
                said = _("Channel {channel}, {muscle}: level {level}, commanded {commanded}, confirmed unknown")
            level, commanded, confirmed = (
                in_ma(channel.level_ua),
                in_ma(channel.commanded_ua),
                in_ma(channel.confirmed_ua or 0),
            )
            words = {"level": level, "commanded": commanded, "confirmed": confirmed}
            lines.append(said.format(channel=channel.channel, muscle=muscle_words(channel.muscle), **words))
        lines += [*(f"! {one}" for one in dead_man_words.warnings(view)), *basis_lines(view), *results(view)]
        charge = _("Charge given on channel {channel}: {low} to {high} µC")
        lines += [
            charge.format(channel=dose.channel, low=dose.low_nc // 1000, high=-(-dose.high_nc // 1000))
            for dose in view.dose
        ]
        if view.missing:
            lines.append(_("Still missing: {missing}.").format(missing="; ".join(missing_words(view.missing))))
        treatment = _("Treatment {now} of {whole}")
        lines.append(treatment.format(now=clock(view.plan_ms), whole=clock(view.plan.duration_ms)))
        return [*lines, *given_contractions(view)]

    def _asked(self, last: View | None, view: View, pads: Mapping[int, int]) -> Iterator[str]:
        """In a session that is attended: the next thing that is missing, whenever that has changed."""
        if not view.attended or view.word not in {Word.PLACING, Word.READY, Word.AFTER}:
            return
        if last is None or (last.word, last.missing, last.may) != (view.word, view.missing, view.may):
            asked = ask(self._protocol, view, self._station.pads_mm2, self._station.therapists, pads)
            yield from filter(None, (asked,))

    # --- changes ---

    def _decision(self, last: View | None, view: View) -> Iterator[str]:
        """The session's last decision; an increase is told by the level it leads to, the end by its reason."""
        if view.note is None or (last is not None and view.note is last.note):
            return
        told = view.note.code == "increase" or (view.note.code == "stop" and view.word in {Word.AFTER, Word.ENDED})
        words = self._wording.note(view.note)
        if view.note.code == "refused:not_ready" and view.word is Word.STOPPED:
            words = _("Not now: the stop made every level void. Type titrate and find the levels again first.")
        if words and not told:
            yield words
        if view.note.code == "refused:mark":
            to_ua = int(dict(view.note.values)["to_ua"])
            yield _("Type over to go one step, to {to}; anything else leaves it.").format(to=in_ma(to_ua))
        if view.note.code == "refused:over_target":
            yield _("Too low? While a level is found: pause, then titrate and measure max again.")
        if view.note.code == "refused:over_first":
            to_ua = int(dict(view.note.values)["to_ua"])
            yield _("Type over to accept {to} all the same; anything else leaves it.").format(to=in_ma(to_ua))
        if view.note.code == "mark" and dict(view.note.values).get("kind") == "cramp":
            protocol = self._protocol
            yield from map(_, acute_cramp()) if speaks_of(protocol.purpose, protocol.body_regions) else ()

    def _arrived(self, last: View | None, view: View) -> Iterator[str]:
        if last is None or (view.word, view.why) != (last.word, last.why):
            yield from self._state(view)
        elif view.word in RUNNING and _contraction(view) != _contraction(last):
            yield _contraction(view)
        if view.halt_unconfirmed and not (last and last.halt_unconfirmed):
            yield dead_man_words.PRESS if dead_man_words.without_dead_man(view) else self._wording.unconfirmed
        turned_off = view.output is Output.OFF and last is not None and last.output is not Output.OFF
        # While it starts, the last answer is old because nothing was asked: no news for anybody.
        lost = view.output is Output.UNKNOWN and view.word is not Word.STARTING
        if turned_off or (lost and last is not None and last.output is not Output.UNKNOWN):
            yield self._wording.output(view)

    def _state(self, view: View) -> Iterator[str]:
        why = self._wording.why(view.told_why)
        name = self._wording.state(view)
        match view.word:
            case Word.RAMP_UP | Word.RESUMING:
                yield f"{name}. {_contraction(view)}"
            case Word.ON:
                at = _("channel {channel} at {level}")
                held = (ch for ch in view.channels if ch.phase is Phase.HOLD)
                yield f"{name}: {', '.join(at.format(channel=ch.channel, level=in_ma(ch.level_ua)) for ch in held)}"
            case Word.REST:
                ends_ms = min((channel.ends_in_ms for channel in view.channels), default=0)
                over = next((ch for ch in view.channels if ch.set_over), None)
                if over is not None:
                    yield _("Set {set} of {sets} done.").format(set=over.set_over, sets=over.sets)
                yield _("{state} for {seconds} s").format(state=name, seconds=-(-ends_ms // 1000))
            case _:
                yield f"{name}. {why}".strip() if why else name
        yield from self._next(view)

    def _next(self, view: View) -> Iterator[str]:
        """What can be done now; in an attended session the first missing thing follows."""
        match view.word:
            case Word.SCREENING:
                yield _("Stimulator: {device}").format(device=_named(view))
            case Word.PLACING:
                yield from (f"! {one}" for one in dead_man_words.warnings(view))
                yield from places(self._protocol, view)
                yield from () if view.attended else (PLACED,)
            case Word.READY:
                yield from self.levels(view)
                yield from last_levels(view)
                yield from basis_lines(view)
                yield from how_to_test(self._protocol, view)
                yield from () if view.attended else (START if "start" in view.may else TITRATE,)
            case Word.TITRATING:
                yield from self._how_to_find(view)
            case Word.PAUSED:
                yield _("Type resume to go on from 0 mA, or end.")
            case Word.STOPPED if view.attended:
                yield _("Type titrate to find the levels again from 0 mA, back to place the pads again, or end.")
            case Word.STOPPED:
                yield _("Type titrate to find the levels again from 0 mA, or end.")
            case Word.AFTER:
                yield from results_at_the_end(view)
                yield from given_contractions(view)
                yield FIND
            case Word.ENDED:
                yield from () if view.attended and view.dose else results_at_the_end(view)
            case Word.CONNECTING | Word.STARTING | Word.HALTING | Word.UNSURE:
                return
            case Word.RAMP_UP | Word.ON | Word.RAMP_DOWN | Word.REST | Word.RESUMING:
                return
            case _:
                assert_never(view.word)

    def _how_to_find(self, view: View) -> Iterator[str]:
        yield from filter(None, (self._wording.first(self._protocol, view),))
        yield self._wording.target(self._protocol, view.first_percent)
        if view.plan.assessment in BY_LEVEL:
            yield _("This level is what is measured: accept keeps it, and the last one ends the session.")
        said = _("Starts at 0 mA. Type + for {step} more, - for less, accept when it is right, stop to stop.")
        yield said.format(step=in_ma(view.plan.capabilities.amplitude_step_ua))

    def levels(self, view: View) -> Iterator[str]:
        """The levels that are to be found."""
        return level_lines(self._protocol, view, self._wording.pulses)

    def _levels(self, last: View | None, view: View) -> Iterator[str]:
        """The level a person sets, when the device has confirmed it."""
        if last is None or view.word is not last.word or view.word not in {Word.TITRATING, Word.ON}:
            return
        before = {channel.channel: channel for channel in last.channels}
        for channel in view.channels:
            known = channel.level_ua and channel.confirmed_ua == channel.level_ua
            news = channel.confirmed_ua != before[channel.channel].confirmed_ua
            if known and news and self._told_ua.get(channel.slot) != channel.level_ua:
                self._told_ua[channel.slot] = channel.level_ua
                said = _("Channel {channel}: {level} confirmed")
                yield said.format(channel=channel.channel, level=in_ma(channel.level_ua))

    def _countdown(self, view: View) -> Iterator[str]:
        """The time left of the treatment, at its marks."""
        left_ms = max(0, view.plan.duration_ms - view.plan_ms)
        mark_ms = next((mark for mark in MARKS_MS if left_ms <= mark), -(-left_ms // EACH_MS) * EACH_MS)
        if self._left and mark_ms < self._left:
            yield _("{time} left").format(time=clock(mark_ms))
        self._left = mark_ms

    def _presence(self, view: View) -> Iterator[str]:
        limit_ms = self._protocol.operator_absent_limit_ms
        if self._touched_ms is None or self._asked_for:
            return
        silent_ms = view.now_ms - self._touched_ms
        if absent_soon(limit_ms, silent_ms):
            self._asked_for = True
            asked = _("ARE YOU THERE? Press Enter. Pausing in {seconds} s.")
            yield asked.format(seconds=max(0, -((silent_ms - limit_ms) // 1000)))


def _named(view: View) -> str:
    """Who answered: its number, or, of a device that has none, which one it is."""
    return view.plan.capabilities.model if view.device in {"", "-"} else view.device


def _targets(last: View | None, view: View) -> Iterator[str]:
    """Where to go, as soon as the most that is tolerated is known."""
    if last is None:
        return
    for before, slot in zip(last.slots, view.slots, strict=True):
        if slot.target_ua is not None and slot.target_ua != before.target_ua:
            said = _("Aim for {target} on channel {channel}.")
            if slot.cap_ua is not None:
                said = _("Aim for {target} on channel {channel}, never over {cap}.")
            if view.first_percent:
                said = _("Aim for {target} on channel {channel}: so much of the target is a first session.")
            yield said.format(target=in_ma(slot.target_ua), channel=slot.slot.channel, cap=in_ma(slot.cap_ua or 0))


def given_contractions(view: View) -> Iterator[str]:
    """How many were given; nothing where none are counted."""
    done, all_ = view.contractions
    if all_:
        yield _("Contractions: {done} of {all}.").format(done=done, all=all_)


def first_given(view: View) -> str:
    """A first session has had its contractions."""
    done, all_ = view.contractions
    return _("FIRST SESSION: {done} of {all} contractions are done. Type end to end it.").format(done=done, all=all_)


def _contraction(view: View) -> str:
    active = [channel for channel in view.channels if channel.phase not in {None, Phase.REST}]
    channel = next(iter(active or view.channels))
    if view.step_mhz is not None:
        said = _("Train at {frequency}, slowly first, then once more") if view.once_more else _("Train at {frequency}")
        return said.format(frequency=in_hz(view.step_mhz))
    if channel.contractions < 2:
        return view.stage.replace("_", " ").capitalize()
    said = _("Contraction {number} of {all}")
    return said.format(number=channel.contraction, all=channel.contractions)
