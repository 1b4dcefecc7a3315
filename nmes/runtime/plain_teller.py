"""What the line mode says without being asked: each change of the session, one line a change, in whole words.

Pure: Views in, lines out. It never says that output is off unless the View does. The words for states, reasons and
decisions are given to it, so that the line mode and the screens say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import assert_never

from nmes.core.care import acute_cramp, speaks_of
from nmes.core.commands import Note
from nmes.core.course import Course
from nmes.core.measurement import BY_LEVEL
from nmes.core.protocol import Protocol
from nmes.core.timeline import Phase
from nmes.core.view import Output, View, Word
from nmes.runtime.measured_words import hz
from nmes.runtime.plain_steps import (
    basis_lines,
    how_to_test,
    level_lines,
    ma,
    places,
    results,
    results_at_the_end,
)

RUNNING = frozenset({Word.RAMP_UP, Word.ON, Word.RAMP_DOWN, Word.REST, Word.RESUMING})
ABSENT_WARNING_MS = 15_000
"""So long before the pause of an absent operator the line mode asks [design]."""
COUNTDOWN_MS = 10_000


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of the screens: state, reason, decision, what is known of the output, what level to look for."""

    state: Callable[[View], str]
    why: Callable[[str], str]
    note: Callable[[Note | None], str]
    output: Callable[[View], str]
    unconfirmed: str
    target: Callable[[Protocol], str]
    pulses: Callable[[Course], str]
    """Bursts and sweeps in words; "" for a steady train."""


class Teller:
    """Remembers what was said last. `touched` tells it that somebody is there."""

    def __init__(self, protocol: Protocol, wording: Wording) -> None:
        self._protocol, self._wording = protocol, wording
        self._last: View | None = None
        self._left = 0
        self._touched_ms: int | None = None
        self._asked_for = False

    def touched(self, now_ms: int) -> None:
        """Somebody did something at `now_ms`."""
        self._touched_ms, self._asked_for = now_ms, False

    def look(self, view: View) -> list[str]:
        """The lines for what has changed since the last View; often none."""
        last, self._last = self._last, view
        lines = [*self._decision(last, view), *_targets(last, view), *self._arrived(last, view)]
        lines += self._levels(last, view)
        if view.word in RUNNING:
            lines += [*self._countdown(view), *self._presence(view)]
        else:
            self._left = 0
        return lines

    def status(self, view: View) -> list[str]:
        """Everything that is known now."""
        lines = [f"{self._wording.state(view)}. {self._wording.why(view.why)}".strip(), self._wording.output(view)]
        for channel in view.channels:
            confirmed = "unknown" if channel.confirmed_ua is None else ma(channel.confirmed_ua)
            asked = f"level {ma(channel.level_ua)}, commanded {ma(channel.commanded_ua)}, confirmed {confirmed}"
            lines.append(f"Channel {channel.channel}, {channel.muscle}: {asked}")
        lines += [*basis_lines(view), *results(view)]
        lines += [
            f"Charge given on channel {dose.channel}: {dose.low_nc // 1000} to {-(-dose.high_nc // 1000)} µC"
            for dose in view.dose
        ]
        return [*lines, f"Treatment {clock(view.plan_ms)} of {clock(view.plan.duration_ms)}"]

    # --- changes ---

    def _decision(self, last: View | None, view: View) -> Iterator[str]:
        """The session's last decision; an increase is told by the level it leads to, the end by its reason."""
        if view.note is None or (last is not None and view.note is last.note):
            return
        told = view.note.code == "increase" or (view.note.code == "stop" and view.word is Word.ENDED)
        words = self._wording.note(view.note)
        if words and not told:
            yield words
        if view.note.code == "mark" and dict(view.note.values).get("kind") == "cramp":
            protocol = self._protocol
            yield from acute_cramp() if speaks_of(protocol.purpose, protocol.body_regions) else ()

    def _arrived(self, last: View | None, view: View) -> Iterator[str]:
        if last is None or (view.word, view.why) != (last.word, last.why):
            yield from self._state(view)
        elif view.word in RUNNING and _contraction(view) != _contraction(last):
            yield _contraction(view)
        if view.halt_unconfirmed and not (last and last.halt_unconfirmed):
            yield self._wording.unconfirmed
        turned_off = view.output is Output.OFF and last is not None and last.output is not Output.OFF
        # While it starts, the last answer is old because nothing was asked: no news for anybody.
        lost = view.output is Output.UNKNOWN and view.word is not Word.STARTING
        if turned_off or (lost and last is not None and last.output is not Output.UNKNOWN):
            yield self._wording.output(view)

    def _state(self, view: View) -> Iterator[str]:
        why = self._wording.why(view.why)
        name = self._wording.state(view)
        match view.word:
            case Word.RAMP_UP | Word.RESUMING:
                yield f"{name}. {_contraction(view)}"
            case Word.ON:
                on = (f"channel {ch.channel} at {ma(ch.level_ua)}" for ch in view.channels if ch.phase is Phase.HOLD)
                yield f"{name}: {', '.join(on)}"
            case Word.REST:
                ends_ms = min((channel.ends_in_ms for channel in view.channels), default=0)
                yield f"{name} for {-(-ends_ms // 1000)} s"
            case _:
                yield f"{name}. {why}".strip() if why else name
        yield from self._next(view)

    def _next(self, view: View) -> Iterator[str]:
        """What can be done now."""
        match view.word:
            case Word.SCREENING:
                yield f"Stimulator: {view.device or 'identified'}"
            case Word.PLACING:
                yield from places(self._protocol, view)
                yield "Type placed when every pad is on."
            case Word.READY:
                yield from self.levels(view)
                yield from basis_lines(view)
                yield from how_to_test(self._protocol, view)
                yield "Type start to begin from 0 mA." if "start" in view.may else "Type titrate and a level's number."
            case Word.TITRATING:
                yield self._wording.target(self._protocol)
                step = ma(view.plan.capabilities.amplitude_step_ua)
                if view.plan.assessment in BY_LEVEL:
                    yield "This level is what is measured: accept keeps it, and the last one ends the session."
                yield f"Starts at 0 mA. Type + for {step} more, - for less, accept when it is right, stop to stop."
            case Word.PAUSED:
                yield "Type resume to go on from 0 mA, or end."
            case Word.STOPPED:
                yield "Type titrate to find the levels again from 0 mA, or end."
            case Word.ENDED:
                yield from results_at_the_end(view)
            case Word.CONNECTING | Word.STARTING | Word.HALTING | Word.UNSURE:
                return
            case Word.RAMP_UP | Word.ON | Word.RAMP_DOWN | Word.REST | Word.RESUMING:
                return
            case _:
                assert_never(view.word)

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
            if known and before[channel.channel].confirmed_ua != channel.confirmed_ua:
                yield f"Channel {channel.channel}: {ma(channel.level_ua)} confirmed"

    def _countdown(self, view: View) -> Iterator[str]:
        """The time left of the treatment, each ten seconds."""
        left_ms = max(0, view.plan.duration_ms - view.plan_ms)
        tens = -(-left_ms // COUNTDOWN_MS)
        if self._left and tens < self._left:
            yield f"{clock(tens * COUNTDOWN_MS)} left"
        self._left = tens

    def _presence(self, view: View) -> Iterator[str]:
        limit_ms = self._protocol.operator_absent_limit_ms
        if self._touched_ms is None or self._asked_for:
            return
        left_ms = self._touched_ms + limit_ms - view.now_ms
        if left_ms <= min(ABSENT_WARNING_MS, limit_ms // 2):
            self._asked_for = True
            yield f"ARE YOU THERE? Press Enter. Pausing in {max(0, -(-left_ms // 1000))} s."


def _targets(last: View | None, view: View) -> Iterator[str]:
    """Where to go, as soon as the most that is tolerated is known."""
    if last is None:
        return
    for before, slot in zip(last.slots, view.slots, strict=True):
        if slot.target_ua is not None and slot.target_ua != before.target_ua:
            cap = "" if slot.cap_ua is None else f", never over {ma(slot.cap_ua)}"
            yield f"Aim for {ma(slot.target_ua)} on channel {slot.slot.channel}{cap}."


def clock(time_ms: int) -> str:
    """Minutes and whole seconds."""
    return f"{time_ms // 60_000}:{time_ms // 1000 % 60:02d}"


def _contraction(view: View) -> str:
    active = [channel for channel in view.channels if channel.phase not in {None, Phase.REST}]
    channel = next(iter(active or view.channels))
    if view.step_mhz is not None:
        return f"Train at {hz(view.step_mhz)}"
    if channel.contractions < 2:
        return f"{view.stage.replace('_', ' ').capitalize()}"
    return f"Contraction {channel.contraction} of {channel.contractions}"
