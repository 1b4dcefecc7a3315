"""A person, a disk and a device around one session, for tests of `step` and of what is made from its states."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache

from helpers.plans import simple_plan
from nmes.core import commands as c
from nmes.core import events as e
from nmes.core import session as s
from nmes.core.attended import Attended
from nmes.core.measurement import NOBODY, Who
from nmes.core.plan import Plan, Slot

STEP_UA = 500
WHO = Who("P-017", "left")
OUTCOME = "Cramps in a week"
LONGEST_MS = 60_000
"""Whatever comes by itself in a test's plan has come by then."""


@dataclass
class Desk:
    """A person, a disk and a device around one session: everything answers at once unless told otherwise."""

    session: s.Session
    commands: list[c.Command] = field(default_factory=list)
    disk: bool = True
    device: bool = True

    @classmethod
    def of(cls, plan: Plan, codes: tuple[str, ...] = (), who: Who = NOBODY, attended: Attended | None = None) -> Desk:
        session, commands = s.begin(plan, codes, who, attended=attended)
        return cls(replace(session, now_ms=10_000), list(commands))

    def do(self, *events: e.Event) -> tuple[c.Command, ...]:
        """Step through events and what disk and device answer; returns the commands of all of it."""
        first = len(self.commands)
        for event in events:
            self._step(event)
        return tuple(self.commands[first:])

    def _step(self, event: e.Event) -> None:
        self.session, commands = s.step(self.session, event)
        self.commands.extend(commands)
        for command in commands:
            self._answer(command)

    def _answer(self, command: c.Command) -> None:
        now_ms = self.session.now_ms
        match command:
            case c.MakeDurable(intent=intent) if self.disk:
                self._step(e.Durable(intent))
            case c.Enable() if self.device:
                self._step(e.Enabled())
            case c.Halt() if self.device:
                self._step(e.HaltConfirmed(now_ms))
            case c.SetOutput(outputs=outputs) if self.device:
                amplitudes = tuple((one.channel, one.amplitude_ua) for one in outputs if one.amplitude_ua)
                self._step(e.OutputSent(now_ms, amplitudes))
                self._step(e.OutputConfirmed(now_ms, amplitudes))
            case _:
                pass

    def wait(self, time_ms: int, step_ms: int = 10) -> tuple[c.Command, ...]:
        first = len(self.commands)
        for _ in range(0, time_ms, step_ms):
            self._step(e.Tick(self.session.now_ms + step_ms))
        return tuple(self.commands[first:])

    def wait_until(self, reached: Callable[[], bool]) -> None:
        """Wait for what comes by itself; where it never does the test fails, it does not go on for ever."""
        end_ms = self.session.now_ms + LONGEST_MS
        while not reached():
            assert self.session.now_ms < end_ms, f"not within {LONGEST_MS} ms"
            self.wait(10)

    @property
    def state(self) -> s.State:
        return self.session.state

    @property
    def epoch(self) -> int:
        return self.session.epoch

    def notes(self) -> list[str]:
        return [command.code for command in self.commands if isinstance(command, c.Note)]

    def to_placing(self) -> Desk:
        self.do(e.Identified("P24", "P24-1", "1.0"), e.Screened((), "Ada"))
        return self

    def to_ready(self) -> Desk:
        """In an attended session with everything read back and every pad confirmed."""
        self.to_placing()
        self.read_back()
        self.do(e.Placed(self.pads))
        return self

    def read_back(self) -> None:
        if self.session.attended:
            self.do(e.ReadBack(e.Read.CODE, self.session.who.code), e.ReadBack(e.Read.SIDE, self.session.who.side))

    @property
    def pads(self) -> tuple[tuple[int, int], ...]:
        """Every pad as the plan wants it."""
        return tuple((channel.channel, channel.pad_mm2) for channel in self.session.plan.channels)

    def feel(self) -> None:
        """Every channel is felt where it should be."""
        if self.session.attended:
            self.do(*(e.FeltAt(channel.channel, there=True) for channel in self.session.plan.channels))

    def find(self) -> None:
        """What must be found after the treatment, is: nothing to worry about."""
        skin = (e.Observed(e.Finding.SKIN, 0, of=str(channel.channel)) for channel in self.session.plan.channels)
        self.do(*skin, e.Observed(e.Finding.NRS, 1), e.Observed(e.Finding.ADVERSE, 0))

    def titrate(self, slot: Slot, level_ua: int) -> Desk:
        self.do(e.Titrate(slot.channel, slot.waveform, self.epoch))
        self.raise_to(slot.channel, level_ua)
        self.do(e.Accept(self.epoch))
        return self

    def raise_to(self, channel: int, level_ua: int) -> None:
        for _ in range(level_ua // STEP_UA):
            self.wait(250, 250)
            self.do(e.Increase(channel, self.epoch))

    def run(self, level_ua: int = 10_000) -> Desk:
        for slot in self.session.plan.slots:
            self.titrate(slot, level_ua)
        self.feel()
        self.do(e.Start(self.epoch))
        return self

    def amplitude(self, channel: int = 1) -> int:
        return {o.channel: o.amplitude_ua for o in self.session.outputs}.get(channel, 0)


def ready(plan: Plan | None = None) -> Desk:
    return Desk.of(plan or simple_plan()).to_ready()


def running(plan: Plan | None = None, level_ua: int = 10_000) -> Desk:
    return ready(plan).run(level_ua)


def attended(plan: Plan | None = None, who: Who = WHO, with_it: Attended | None = None) -> Desk:
    """A desk whose session a person attends and signs, at its beginning."""
    return Desk.of(plan or simple_plan(), (), who, with_it or Attended(outcomes=(OUTCOME,)))


def after(plan: Plan | None = None) -> Desk:
    """An attended session whose treatment is over."""
    desk = attended(plan).to_ready().run()
    desk.do(e.End())
    return desk


def titrating(level_ua: int = 0) -> Desk:
    desk = ready()
    desk.do(e.Titrate(1, 0, desk.epoch))
    desk.raise_to(1, level_ua)
    return desk


def in_every_state() -> list[tuple[str, Desk]]:
    """One desk in each state of the union."""
    idle = Desk.of(simple_plan())
    screening = Desk.of(simple_plan())
    screening.do(e.Identified("P24", "P24-1", "1.0"))
    placing = Desk.of(simple_plan())
    placing.do(e.Identified("P24", "P24-1", "1.0"), e.Screened((), "Ada"))
    committing = ready()
    committing.disk = False
    committing.do(e.Titrate(1, 0, committing.epoch))
    enabling = ready()
    enabling.device = False
    enabling.do(e.Titrate(1, 0, enabling.epoch))
    lowering = titrating(1000)
    lowering.device = False
    lowering.do(e.Accept(lowering.epoch))
    resuming = running()
    resuming.wait(2000)
    resuming.do(e.Pause())
    resuming.do(e.Resume(resuming.epoch))
    pausing = running()
    pausing.device = False
    pausing.do(e.Pause())
    paused = running()
    paused.do(e.Pause())
    ending = running()
    ending.device = False
    ending.do(e.End())
    ended = running()
    ended.do(e.End())
    stopping = running()
    stopping.device = False
    stopping.do(e.Stop("key", 1))
    stopped = running()
    stopped.do(e.Stop("key", 1))
    unsure = running()
    unsure.device = False
    unsure.do(e.Unanswered("poll"))
    leaving = running()
    leaving.device = False
    leaving.do(e.Unanswered("poll"), e.End())
    desks = [idle, screening, placing, ready(), committing, enabling, titrating(1000), lowering, running(), resuming]
    desks += [pausing, paused, ending, after(), ended, stopping, stopped, unsure, leaving]
    return [(type(desk.state).__name__, desk) for desk in desks]


STATES = [kind.__name__ for kind in s.State.__args__]
"""Every state of the union, by name."""


@cache
def _desks() -> dict[str, Desk]:
    """Made once, and not before a test asks: what runs while tests are collected is not judged by them."""
    return dict(in_every_state())


def desk_in(name: str) -> Desk:
    """A desk of its own in the state of this name."""
    made = _desks()[name]
    return replace(made, commands=list(made.commands))


def last(desk: Desk) -> c.Note:
    """What was noted last."""
    assert desk.session.note is not None
    return desk.session.note


def refused(code: str, **values: int | str) -> c.Note:
    """The note of a refusal."""
    return c.Note(f"refused:{code}", tuple(values.items()))
