"""Law: a fault begins and ends at its own microsecond, and what it did is counted from the first effect on.

Times here are the simulator's own (see `firmware_sim.simulator`); a status is told in the caller's.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from firmware_sim.faults.catalogue import ALL
from firmware_sim.faults.params import Param


class Phase(StrEnum):
    """Where an injection is in its life."""

    WAITING = "waiting"
    ACTIVE = "active"
    OVER = "over"


@dataclass(slots=True, eq=False)
class Injection:
    """One fault that was put in. `ends_us` None lasts until it is cleared."""

    id: int
    kind: str
    channel: int | None
    params: dict[str, Param]
    begins_us: int
    ends_us: int | None
    phase: Phase = Phase.WAITING
    began_us: int | None = None
    ended_us: int | None = None
    effects: int = 0
    first_effect_us: int | None = None
    bytes_us: int | None = None
    """When it last took bytes."""
    draw: int = 0
    """What its chance is drawn by, together with the seed: its place among those of this history."""

    def __deepcopy__(self, _memo: object) -> "Injection":
        """For a snapshot; its parameters never change."""
        return replace(self)

    def took(self, t_us: int, effects: int = 1) -> None:
        """It changed something at `t_us`."""
        if effects > 0:
            self.effects += effects
            self.first_effect_us = t_us if self.first_effect_us is None else self.first_effect_us

    def number(self, name: str) -> int:
        """A parameter that is a number."""
        return int(self.params[name])


@dataclass(frozen=True, slots=True)
class InjectionStatus:
    """What became of an injection. `began_us` and `ended_us` are None before they happened."""

    id: int
    kind: str
    channel: int | None
    params: dict[str, Param]
    state: Phase
    begins_us: int
    ends_us: int | None
    began_us: int | None
    ended_us: int | None
    effects: int
    first_effect_us: int | None
    proof: str


@dataclass(frozen=True, slots=True)
class Change:
    """An injection begins or ends."""

    injection: Injection
    begins: bool


MOST = 1000
"""Injections that are remembered, so that a client cannot fill the memory. [design]"""


@dataclass(slots=True)
class Timeline:
    """All injections by number, those that are not over, and those of them that act now.

    The oldest that are over are forgotten at the limit.
    """

    injections: dict[int, Injection] = field(default_factory=dict)
    live: list[Injection] = field(default_factory=list)
    acting: list[Injection] = field(default_factory=list)
    used: int = 0
    """The last number given; a number is never given again."""
    drawn: int = 0
    """How many were put in. A restore sets it back, so that the same faults then hit the same bytes."""
    _next_us: int | None = None

    def add(
        self, kind: str, channel: int | None, params: dict[str, Param], begins_us: int, for_us: int | None
    ) -> Injection:
        """Put one in; it waits for its time. ValueError when too many wait or act."""
        self._make_room()
        ends_us = None if for_us is None else begins_us + for_us
        self.used += 1
        self.drawn += 1
        one = Injection(self.used, kind, channel, params, begins_us, ends_us, draw=self.drawn)
        self.injections[one.id] = one
        self.live.append(one)
        self._changed()
        return one

    def _make_room(self) -> None:
        if len(self.injections) < MOST:
            return
        over = next((one for one in self.injections.values() if one.phase is Phase.OVER), None)
        if over is None:
            raise ValueError(f"there are {MOST} injections that wait or act already; clear some")
        del self.injections[over.id]

    def begin(self, one: Injection, t_us: int) -> None:
        """It acts from now on."""
        one.phase, one.began_us = Phase.ACTIVE, t_us
        self._changed()

    def finish(self, one: Injection, t_us: int) -> None:
        """It is over, whether it ever acted or not."""
        one.phase, one.ended_us = Phase.OVER, t_us
        self.live.remove(one)
        self._changed()

    def next_us(self) -> int | None:
        """When the next one begins or ends."""
        return self._next_us

    def _changed(self) -> None:
        """Work out what is asked for at every pulse and turn."""
        self.acting = [one for one in self.live if one.phase is Phase.ACTIVE]
        self._next_us = min((t for one in self.live if (t := _due_us(one)) is not None), default=None)

    def due(self, t_us: int) -> list[Change]:
        """What begins and ends by `t_us`: ends first, so that one fault may follow another without a gap."""
        if self._next_us is None or self._next_us > t_us:
            return []
        due = [one for one in self.live if (at_us := _due_us(one)) is not None and at_us <= t_us]
        ending = [Change(one, begins=False) for one in due if one.phase is Phase.ACTIVE]
        return ending + [Change(one, begins=True) for one in due if one.phase is Phase.WAITING]

    def active(self, *kinds: str) -> list[Injection]:
        """Those that act now, oldest first; of these kinds only when kinds are named."""
        return [one for one in self.acting if not kinds or one.kind in kinds]


def _due_us(one: Injection) -> int | None:
    match one.phase:
        case Phase.WAITING:
            return one.begins_us
        case Phase.ACTIVE:
            return one.ends_us
        case Phase.OVER:
            return None


def status(one: Injection, shift_us: int) -> InjectionStatus:
    """What is to be told of it, in times later by `shift_us`."""

    def later(t_us: int | None) -> int | None:
        return None if t_us is None else t_us + shift_us

    told = InjectionStatus(
        id=one.id,
        kind=one.kind,
        channel=one.channel,
        params=dict(one.params),
        state=one.phase,
        begins_us=one.begins_us + shift_us,
        ends_us=later(one.ends_us),
        began_us=later(one.began_us),
        ended_us=later(one.ended_us),
        effects=one.effects,
        first_effect_us=later(one.first_effect_us),
        proof="",
    )
    return replace(told, proof=_proof(told))


def _proof(told: InjectionStatus) -> str:
    """One sentence for the person who asks whether the fault really happened."""
    if told.state is Phase.WAITING:
        return f"waits for {told.begins_us / 1e6:.6f} s"
    counts = ALL[told.kind].counts
    if told.first_effect_us is None:
        return f"no effect {'yet' if told.state is Phase.ACTIVE else 'at all'} (it counts {counts})"
    many = "effect" if told.effects == 1 else "effects"
    return f"{told.effects} {many} ({counts}), the first at {told.first_effect_us / 1e6:.6f} s"
