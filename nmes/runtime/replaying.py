"""A recorded session led through today's `step` again: each moment as the person at the controls saw it.

Law: nothing here can reach a device; it is a fold over a file. What is shown is what was decided then: from the first
entry on at which this program would decide otherwise no state is shown, because it would be a guess. Between two
acknowledgements the last one is taken to hold, as in `nmes.record.output`: answers that changed nothing are not on
record, so their age is not known either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from nmes.core import events as e
from nmes.core.commands import Command
from nmes.core.session import plan_time_ms, step
from nmes.core.session_value import Session
from nmes.core.timeline import Phase
from nmes.core.view import OutputState, View, view
from nmes.record import checkpoint
from nmes.record.catches import Catch, caught_by
from nmes.record.chain import BadLine, Entry
from nmes.record.errors import RecordError
from nmes.record.files import Kind
from nmes.record.happening import At, Stepped, at_of, stepped
from nmes.record.output import Output, OutputFold
from nmes.record.replay import CannotReplay, ReplayResult, Same
from nmes.record.replay import replay as fold
from nmes.record.store import read_session
from nmes.record.story import Story
from nmes.record.telling import story_of
from nmes.runtime.binding import session_of

_QUIET: Final = (e.Tick, e.OutputSent, e.OutputConfirmed, e.Durable, e.Enabled, e.Acknowledged)
"""Events nobody stops at, unless something was decided on them."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A place to stand at. `session` is None where the state of then is not known; `entry` tells what is no step."""

    at: At
    step: Stepped | None
    entry: Entry
    session: Session | None
    output: Output
    important: bool
    """Whether it is one of the few to be seen when going through a session quickly."""

    def view(self) -> View | None:
        """What the screen showed, but for the age of the last answer."""
        if self.session is None:
            return None
        answered_ms = self.session.now_ms if self.output.known else None
        off = self.output.off and self.output.known
        return view(self.session, OutputState(self.output.sent, self.output.confirmed, answered_ms, off))


@dataclass(frozen=True, slots=True)
class Replay:
    """A session to walk through. `result` tells from which entry on, and why, the state of then is not known."""

    story: Story
    moments: tuple[Moment, ...]
    result: ReplayResult

    @property
    def end(self) -> View | None:
        """What the screen showed at the end; None where today's program would have decided otherwise.

        A contraction that a STOP cut is given anew, so it counts only when it has been: the same as on the screen.
        """
        last = self.moments[-1].session if self.moments and isinstance(self.result, Same) else None
        return None if last is None else view(last, OutputState())


def replay_of(path: Path, kind: Kind, names: Sequence[str] | None = None) -> Replay:
    """The whole session, whatever its state; RecordError if it cannot be opened.

    `names` as in `nmes.record.verdicts.verify_session`.
    """
    story, walk = story_of(path, kind, names), _Walk()
    entries = walk.entries(path)
    try:
        result = fold(entries, walk.step, walk.begin)
    except Exception as error:  # noqa: BLE001 - a record may hold anything; a walk through it ends in words, not in a fault
        result = CannotReplay(walk.seq, f"{type(error).__name__}: {error}")
    walk.lost = True
    for _entry in entries:
        pass
    return Replay(story, tuple(walk.moments), result)


def end_of(path: Path) -> View | None:
    """What a record shows to have been there at its end; None if it cannot be told."""
    try:
        return replay_of(path, Kind.PATIENT).end  # which chain it is in changes no state
    except RecordError:
        return None


@dataclass(slots=True)
class _Walk:
    """Keeps each moment once the fold has agreed to its entry. `lost`: it has given up; the rest has no state."""

    moments: list[Moment] = field(default_factory=list)
    session: Session | None = None
    output: OutputFold = field(default_factory=OutputFold)
    phases: tuple[Phase, ...] = ()
    caught: frozenset[Catch] = frozenset()
    begun_ns: int = 0
    now: Entry | None = None
    lost: bool = False

    @property
    def seq(self) -> int:
        return self.now.seq if self.now else 0

    def entries(self, path: Path) -> Iterator[Entry]:
        """The entries up to the first that is none of ours; each is kept as a moment once it has been dealt with."""
        try:
            for entry in read_session(path):
                self.begun_ns = entry.t_mono_ns if self.now is None else self.begun_ns
                self.now = entry
                yield entry
                self._passed(entry)
        except BadLine:
            return

    def begin(self, bound: Mapping[str, Any]) -> Session:
        self.session = session_of(bound)
        return self.session

    def step(self, before: Session, event: e.Event) -> tuple[Session, tuple[Command, ...]]:
        self.session, commands = step(before, event)
        return self.session, commands

    def _passed(self, entry: Entry) -> None:
        if entry.type == checkpoint.TYPE:
            return  # the station signed for what stands before: nothing happened
        at = at_of(entry, self.begun_ns)
        read = stepped(entry, at) if entry.type == "event" else None
        step = read if isinstance(read, Stepped) else None
        if step is not None:
            self.output.take(step)
        if step is None or step.happenings or not isinstance(step.event, _QUIET) or self._turned():
            known = None if self.lost else self.session
            output = self.output.found[-1] if self.output.found else Output(0, known=False)  # nobody has answered yet
            self.moments.append(Moment(at, step, entry, known, output, self._is_important(step)))

    def _is_important(self, step: Stepped | None) -> bool:
        """Of the same mistake caught again and again (a key held down) only the first."""
        if step is None:
            return True
        caught = {catch for one in step.happenings if (catch := caught_by(one)) is not None}
        decided = any(not one.code.startswith("refused:") and one.code != "increase" for one in step.happenings)
        again = bool(caught) and caught <= self.caught
        if caught or decided:
            self.caught = frozenset(caught)
        return decided or (bool(caught) and not again)

    def _turned(self) -> bool:
        """Whether any channel is in another phase than it was."""
        t_ms = plan_time_ms(self.session) if self.session else None
        before = self.phases
        found = self.session.plan.at(t_ms) if self.session is not None and t_ms is not None else ()
        self.phases = tuple(one.phase for one in found)
        return self.phases != before
