"""One treatment through the real controller, guard, wire bytes and firmware, on a virtual clock, as fast as it goes.

Law: what is judged afterwards is the train of pulses at the skin, recorded by the output stage. Nothing is written to
disk: the record lives in memory and is dropped. The scripted therapist asks the patient while the level is found, lets
the muscle rest, and starts; a fault ends it there, as it would end a session.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from nmes.core import events as e
from nmes.core.plan import Plan, Slot
from nmes.core.view import View, Word
from nmes.runtime.families import DEFAULT, Family
from nmes.runtime.library import Loaded
from nmes.trial.bench.joint import Bench, forgetful
from nmes.trial.bench.train import Load, Recorder, Train, device_with
from nmes.trial.level import Felt, Found, Go, Guide
from nmes.trial.setup import Answer
from nmes.trial.stopping import Stopped, give_up_if, never
from nmes.trial.therapist import Therapist

LONGEST_MS: Final = 4 * 3600 * 1000
"""A session that is not over by then, in virtual time, never will be [design]."""
REST_MS: Final = 120_000
"""What the therapist lets the muscle rest between finding the level and the treatment [design]."""
LIVE: Final = frozenset({Word.RAMP_UP, Word.ON, Word.RAMP_DOWN, Word.REST})
Ask = Callable[[Slot, int], Felt | None]
"""What is felt at this level on this slot; None until a pulse of it has come."""
BROKEN: Final = frozenset({Word.STOPPED, Word.UNSURE, Word.PAUSED})

Progress = Callable[[float], None]
"""Told how much of the treatment is done, 0 to 1; below 0 while the level is being found."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How the session ended: `why` is the session's own code, "complete" or "assessed" if nothing is missing.

    `at_ms` counts from the beginning of the session; `during` is "level" or "treatment".
    """

    why: str
    at_ms: int
    during: str
    channel: int | None = None

    @property
    def complete(self) -> bool:
        """Whether nothing is missing: an assessment is over when it has measured."""
        return self.why in {"complete", "assessed"}


@dataclass(frozen=True, slots=True)
class WireRun:
    """What one session gave. Times in µs on the session's clock; `treatment_us` is None if it never began.

    `plan` has the levels that were confirmed; `commanded` the changes of output that left for the device.
    """

    plan: Plan
    train: Train
    found: Mapping[Slot, Found]
    begun_us: int
    treatment_us: int | None
    ended_us: int
    commanded: tuple[tuple[int, int, int], ...]
    ending: Ending


@dataclass(frozen=True, slots=True)
class AtTheSkin:
    """Asks the patient of what has crossed the skin on a bench, never of what was commanded."""

    bench: Bench
    answer: Answer

    def __call__(self, slot: Slot, level_ua: int) -> Felt | None:
        last = self.bench.last_pulse(slot.channel)
        if last is None or last.amplitude_ua != level_ua:
            return None
        return self.answer(slot, last.first_phase.current_ua, last.first_phase.duration_us)


@dataclass(slots=True, kw_only=True)
class Finder(Therapist):
    """A therapist who goes by a guide for each level, and lets the muscle rest before the treatment."""

    guides: Mapping[Slot, Guide]
    ask: Ask
    rest_ms: int = REST_MS
    found: dict[Slot, Found] = field(default_factory=dict)
    _goal_ua: dict[Slot, int] = field(default_factory=dict)
    _ready_ms: int | None = None

    def _ready(self, view: View) -> e.Event | None:
        if any(slot.level_ua is None for slot in view.slots):
            return Therapist._ready(self, view)
        if self._ready_ms is None:
            self._ready_ms = view.now_ms
        return e.Start(view.epoch) if view.now_ms - self._ready_ms >= self.rest_ms else None

    def _titrating(self, view: View) -> e.Event | None:
        slot = view.live_slot
        if slot is None:
            return None
        channel = next(channel for channel in view.channels if channel.channel == slot.channel)
        if channel.confirmed_ua != channel.level_ua:
            return None
        goal_ua = self._goal_ua.setdefault(slot, self.guides[slot].start().to_ua)
        if channel.level_ua == goal_ua:
            felt = self.ask(slot, goal_ua)
            if felt is None:
                return None
            step = self.guides[slot].after(goal_ua, felt)
            if not isinstance(step, Go):
                self.found[slot] = Found(self.guides[slot].top_ua, step.level_ua, step.because, felt)
                return e.Accept(view.epoch)
            goal_ua = self._goal_ua[slot] = step.to_ua
        if channel.level_ua > goal_ua:
            return e.Decrease(slot.channel)
        return e.Increase(slot.channel, view.epoch)


@dataclass(slots=True)
class _Watch:
    """What is kept of the Views."""

    treatment_us: int | None = None
    ending: Ending | None = None
    commanded: list[tuple[int, int, int]] = field(default_factory=list)
    _last_ua: dict[int, int] = field(default_factory=dict)

    def look(self, view: View, begun_ms: int, failed: int | None) -> None:
        if self.treatment_us is None and view.word in LIVE:
            self.treatment_us = (view.now_ms - view.plan_ms) * 1000
        for channel in view.channels:
            if channel.commanded_ua != self._last_ua.get(channel.channel, 0):
                self._last_ua[channel.channel] = channel.commanded_ua
                self.commanded.append((view.now_ms * 1000, channel.channel, channel.commanded_ua))
        if self.ending is None and (view.word in BROKEN or view.word is Word.ENDED):
            during = "level" if self.treatment_us is None else "treatment"
            self.ending = Ending(view.why, view.now_ms - begun_ms, during, failed)


def treat(
    loaded: Loaded,
    plan: Plan,
    loads: Mapping[int, Load],
    guides: Mapping[Slot, Guide],
    answer: Answer,
    progress: Progress = lambda _: None,
    stopped: Stopped = never,
    family: Family = DEFAULT,
) -> WireRun:
    """The whole session: checklist, pads, every level by its guide, rest, treatment, end. GivenUp when asked."""
    device, recorder = device_with(loads, family)
    codes, absent_ms = loaded.protocol.screening_codes, loaded.protocol.operator_absent_limit_ms
    bench = Bench(plan, codes, device=device, make_sink=forgetful, absent_limit_ms=absent_ms, family=family)
    return through_the_wire(bench, finder(loaded, guides, AtTheSkin(bench, answer)), recorder, progress, stopped)


def through_the_wire(
    bench: Bench, therapist: Finder, recorder: Recorder, progress: Progress, stopped: Stopped
) -> WireRun:
    """The session on this bench, by this therapist, to its end."""
    plan = bench.view.plan
    watch, begun_us = _Watch(), bench.clock.now_us
    while not bench.controller.done and bench.now_ms < LONGEST_MS:
        give_up_if(stopped)
        _go_on(bench, therapist, watch, begun_us // 1000, recorder)
        progress(bench.view.plan_ms / plan.duration_ms if watch.treatment_us is not None else -1.0)
    late = Ending("never_ended", bench.now_ms - begun_us // 1000, "treatment")
    return WireRun(
        bench.view.plan,
        recorder.train(),
        dict(therapist.found),
        begun_us,
        watch.treatment_us,
        bench.clock.now_us,
        tuple(watch.commanded),
        watch.ending or late,
    )


def finder(loaded: Loaded, guides: Mapping[Slot, Guide], ask: Ask, pauses_ms: tuple[int, ...] = ()) -> Finder:
    """The therapist of a protocol, to whom nothing on the checklist applies."""
    answers = tuple(e.Answer(code, e.Reply.NO) for code in loaded.protocol.screening_codes)
    return Finder(answers=answers, enough=lambda *_: True, guides=guides, ask=ask, pauses_ms=pauses_ms)


def _go_on(bench: Bench, therapist: Finder, watch: _Watch, begun_ms: int, recorder: Recorder) -> None:
    """One step of the bench, and what the therapist does then: after a fault, nothing but end the session."""
    broken = watch.ending is not None
    bench.controller.touch()
    bench.step()
    watch.look(bench.view, begun_ms, recorder.failed)
    if watch.ending is not None:
        if not broken and not watch.ending.complete:
            bench.press(e.End())
        return
    action = therapist.act(bench.view)
    if action is not None:
        bench.press(action)
