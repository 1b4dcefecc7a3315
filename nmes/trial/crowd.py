"""A protocol tried on many virtual patients, on every core.

Law: people whose levels were found the same way share one session through the wire; its pulses are given to each of
them. Whose pads would make the device run out of voltage get a session of their own, because a device that stops is
another session. How the work is shared out changes no result.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace

from nmes.core.plan import Slot
from nmes.trial.course import Course
from nmes.trial.judge import Margin, margins
from nmes.trial.level import Found
from nmes.trial.member import Member, currents_of, member, one_of
from nmes.trial.replay import replay
from nmes.trial.setup import Setup, asking
from nmes.trial.stopping import Stopped
from nmes.trial.trying import try_one
from nmes.trial.wire import WireRun, treat
from nmes.trial.workers import Workers

CHUNK = 3
"""People given to a core at once: few, so that the last core to end does not keep the others waiting [design]."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one person. The course has no samples: nobody draws two hundred curves."""

    number: int
    name: str
    found: tuple[tuple[Slot, Found], ...]
    why: str
    at_ms: int
    margins: tuple[Margin, ...]
    course: Course

    @property
    def complete(self) -> bool:
        return self.why == "complete"


@dataclass(frozen=True, slots=True)
class Session:
    """One session through the wire, with what is judged of it."""

    run: WireRun
    margins: tuple[Margin, ...]


@dataclass(frozen=True, slots=True)
class Crowd:
    """A population with its outcomes, by number. `sessions`: how many went through the wire."""

    setup: Setup
    seed: int
    outcomes: tuple[Outcome, ...]
    sessions: int


SESSION_WORK = 8
"""A session through the wire takes as long as so many people [computed: 1.5 s against 0.2 s]."""

Told = Callable[[float, int], None]
"""How much of the work is done, 0 to 1, and how many people are through."""


def cores() -> int:
    """The cores this program may use."""
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable is not None else (os.cpu_count() or 1)


def try_many(base: Setup, count: int, seed: int, told: Told = lambda *_: None, workers: int | None = None) -> Crowd:
    """Everybody asked, then grouped, then treated; KeyboardInterrupt ends it within a moment."""
    members = [member(number, one_of(base, base.profile, number, seed)) for number in range(count)]
    groups = _groups(members)
    outcomes: list[Outcome] = []
    with Workers(min(workers or cores(), count)) as pool:
        told(0.0, 0)
        work, done = SESSION_WORK * sum(not group[0].limited for group in groups) + count, 0
        for some in _shared_out(pool, groups):
            outcomes += some
            done += len(some) or SESSION_WORK
            told(done / work, len(outcomes))
    return Crowd(base, seed, tuple(sorted(outcomes, key=lambda one: one.number)), len(groups))


def _groups(members: Sequence[Member]) -> list[list[Member]]:
    """Who shares a session; the largest groups first, because most work hangs on them."""
    groups: dict[object, list[Member]] = defaultdict(list)
    for one in members:
        groups[("own", one.number) if one.limited else one.key].append(one)
    return sorted(groups.values(), key=lambda group: (-len(group), group[0].number))


def _shared_out(pool: Workers, groups: Sequence[list[Member]]) -> Iterator[list[Outcome]]:
    """Sessions first; as each comes back (nobody is through by that), its people are given out in small portions."""
    wires: dict[Future[Session], list[Member]] = {}
    people: set[Future[list[Outcome]]] = set()
    for group in groups:
        if group[0].limited:
            people.add(pool.submit(alone, group[0]))
        else:
            wires[pool.submit(session_of, group[0])] = group
    while wires or people:
        future = pool.next_done()
        if future in people:
            people.discard(future)
            yield future.result()
            continue
        yield []
        group, session = wires.pop(future), future.result()
        for first in range(0, len(group), CHUNK):
            people.add(pool.submit(treated, session, group[first : first + CHUNK]))


# --- in a worker: `stopped` says whether the parent has given up, and then GivenUp ends it ---


def session_of(stopped: Stopped, one: Member) -> Session:
    """The session of a group, with the pads of one of them: the pulses are the same for all."""
    setup, answer = one.setup, asking(one.setup)
    run = treat(setup.loaded, setup.plan, setup.loads, one.routes(), answer, stopped=stopped, family=setup.family)
    return Session(run, margins(setup.plan, run.train, run.treatment_us))


def treated(stopped: Stopped, session: Session, members: Sequence[Member]) -> list[Outcome]:
    """The pulses of a session given to some of its people."""
    return [_treated(stopped, session, one) for one in members]


def _treated(stopped: Stopped, session: Session, one: Member) -> Outcome:
    run, setup = session.run, one.setup
    currents = currents_of(run.train, setup)
    course = replay(run.train, currents, setup.plan, run.treatment_us, setup.patient(), stopped)
    voltage_mv = dict(one.voltage_mv)
    own = tuple(
        replace(margin, value=voltage_mv[margin.channel]) if margin.what == "output_voltage" else margin
        for margin in session.margins
    )
    return Outcome(
        one.number, setup.profile.name, one.found, run.ending.why, run.ending.at_ms, own, replace(course, samples=())
    )


def alone(stopped: Stopped, one: Member) -> list[Outcome]:
    """A session of one's own, from finding the level on, in one's own pads."""
    trial = try_one(one.setup, stopped=stopped)
    ending = trial.run.ending
    found = tuple(trial.run.found.items())
    course = replace(trial.course, samples=())
    return [Outcome(one.number, one.setup.profile.name, found, ending.why, ending.at_ms, trial.margins, course)]
