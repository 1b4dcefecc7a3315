"""The one place where controller and simulator meet in one process, on one clock turned by hand.

The wire is real: every byte passes the driver, the guard and the simulator's own decoder. Only the line is shortened
to a function call, and time to a number. Nothing sleeps and nothing runs on its own: the same script gives the same
trace.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from firmware_sim.stage import Load, Pulse, Stage
from nmes.core import events as e
from nmes.core.attended import Attended
from nmes.core.measurement import NOBODY, Origin, Who
from nmes.core.plan import Plan
from nmes.core.plan import compile as plan_for
from nmes.core.session import begin
from nmes.core.view import View
from nmes.guard.keeping import Keeper
from nmes.record.chain import NewEntry
from nmes.record.clocks import Clocks
from nmes.record.files import Kind, chain_folder
from nmes.record.journal import Journal
from nmes.record.keys import station_key
from nmes.record.sink import InlineJournal, Post, RecordSink
from nmes.runtime.binding import attended_of, binding
from nmes.runtime.clock import VirtualClock
from nmes.runtime.families import DEFAULT, Family
from nmes.runtime.library import Loaded
from nmes.runtime.open import Peer, open_memory
from nmes.runtime.origin import origin_of
from nmes.runtime.simulator import simulator_name
from nmes.runtime.turn import Controller
from nmes.trial.bench.devices import Device, new_device

DEFAULT_ABSENT_MS = 10 * 60_000


@dataclass(slots=True)
class Line:
    """The simulator as the far end of a MemoryPort: it lives on the bench's clock."""

    device: Device
    clock: VirtualClock

    def from_host(self, data: bytes) -> None:
        self.device.receive(data, self.clock.now_us)

    def to_host(self) -> bytes:
        return self.device.transmit(self.clock.now_us)


@dataclass(slots=True)
class MemorySink:
    """A record that lives as long as the bench. With `hold` set the disk is slow: intents wait for `release`."""

    post: Post
    entries: list[NewEntry] = field(default_factory=list)
    hold: bool = False
    held: list[int] = field(default_factory=list)
    closed: Mapping[str, object] | None = None

    def submit(self, entries: Sequence[NewEntry], durable: int | None = None) -> None:
        self.entries.extend(entries)
        if durable is not None:
            self.held.append(durable)
            if not self.hold:
                self.release()

    def release(self) -> None:
        """The disk catches up."""
        self.hold = False
        held, self.held = self.held, []
        for intent in held:
            self.post(e.Durable(intent))

    def behind_ms(self) -> int:
        return 0

    def close(self, body: Mapping[str, object], timeout_s: float) -> bool:  # noqa: ARG002 - a sink's shape; never waits
        self.closed = body
        return True


class ForgetfulSink(MemorySink):
    """Says that everything is on the disk and keeps nothing: for sessions that are no sessions of anybody."""

    def submit(self, entries: Sequence[NewEntry], durable: int | None = None) -> None:  # noqa: ARG002 - a sink's shape
        super().submit((), durable)


def forgetful(clock: VirtualClock, post: Post) -> RecordSink:  # noqa: ARG001 - the shape of Bench's make_sink
    """`make_sink` of a bench that keeps no record at all."""
    return ForgetfulSink(post)


class Bench:
    """Controller, guard, driver, wire, firmware and skin on one virtual clock.

    `family`: which driver and which sight; `device` must be one of it, and without one it is made.
    `make_sink` is given the clock and where to post; without it entries stay in memory.
    `wire` may put something between the port and the device, such as noise. `keeper`: what halts a device without a
    dead-man; without one nothing does.
    """

    def __init__(
        self,
        plan: Plan,
        codes: tuple[str, ...] = (),
        *,
        device: Device | None = None,
        make_sink: Callable[[VirtualClock, Post], RecordSink] | None = None,
        absent_limit_ms: int = DEFAULT_ABSENT_MS,
        wire: Callable[[Peer], Peer] = lambda peer: peer,
        who: Who = NOBODY,
        origin: Origin | None = None,
        attended: Attended | None = None,
        clock: VirtualClock | None = None,
        view_each_ms: int = 0,
        family: Family = DEFAULT,
        keeper: Keeper | None = None,
    ) -> None:
        self.clock = clock or VirtualClock()
        self.family = family
        self.device: Device = device or new_device(family)
        far_end = wire(Line(self.device, self.clock))
        self.guard, self.port = open_memory(far_end, lambda: self.clock.now_us, family, keeper)
        self.driver = family.new_driver()
        self._told: list[e.Event] = []
        self.sink = make_sink(self.clock, self._told.append) if make_sink else MemorySink(self._told.append)
        self.controller = Controller(
            begin(plan, codes, who, origin, attended),
            self.driver,
            self.guard,
            self.sink,
            self.clock,
            absent_limit_ms,
            view_each_ms,
        )
        self.screen_alive = True
        self.pressed: list[tuple[View, e.Event]] = []

    @property
    def view(self) -> View:
        return self.controller.view

    @property
    def now_ms(self) -> int:
        return self.clock.now_ms()

    def press(self, event: e.Event) -> None:
        """A person does something now; what was shown then is kept for who judges it."""
        self.pressed.append((self.view, event))
        self.controller.post(event)

    def turn(self) -> None:
        """One turn of the loop, now."""
        for event in self._told:
            self.controller.tell(event)
        self._told.clear()
        if self.screen_alive:
            self.controller.heartbeat()
        self.controller.turn(self.controller.read())

    def next_us(self) -> int:
        """When something is due next: what the record has to say, a reply of the device or a turn of the loop."""
        if self._told:
            return self.clock.now_us + 1000
        now_us, reply_us = self.clock.now_us, self.device.next_due_us()
        due_us = [self.controller.next_wake_ms() * 1000, now_us + 1_000_000]
        if reply_us is not None and reply_us > now_us:  # one that is overdue waits at a line that nobody reads any more
            due_us.append(reply_us)
        return max(now_us + 1, min(due_us))

    def step(self, until_us: int | None = None) -> int:
        """Go on to the next thing that is due, at most to `until_us`, and turn; returns the time that passed, in us."""
        before_us = self.clock.now_us
        next_us = self.next_us()
        self.clock.advance_to(next_us if until_us is None else min(next_us, until_us))
        self.device.advance(self.clock.now_us)
        self.turn()
        return self.clock.now_us - before_us

    def run(self, for_ms: int) -> View:
        """Let `for_ms` pass."""
        return self.run_until(lambda _: False, within_ms=for_ms)

    def run_until(self, condition: Callable[[View], bool], *, within_ms: int) -> View:
        """Turn until `condition` holds or the time is over (then the view simply does not satisfy it)."""
        end_us = self.clock.now_us + within_ms * 1000
        self.turn()
        while not condition(self.view) and self.clock.now_us < end_us:
            self.step(end_us)
        return self.view

    # --- the instrument ---

    def last_pulse(self, channel: int) -> Pulse | None:
        """The last pulse that crossed the skin on this channel."""
        return self.device.stage.last_pulse(channel)

    def skin_charge_pc(self, channel: int) -> int:
        """Charge of the first phases that crossed the skin on this channel so far, in pC."""
        return sum(pulse.first_phase.charge_pc for pulse in self.device.stage.trace if pulse.channel == channel)

    def largest_charge_pc(self, channel: int) -> int:
        """Charge of the first phase of the largest pulse that crossed the skin on this channel, in pC."""
        charges = (pulse.first_phase.charge_pc for pulse in self.device.stage.trace if pulse.channel == channel)
        return max(charges, default=0)


def device_with_trace(loads: Mapping[int, Load], family: Family = DEFAULT) -> Device:
    """A device with these pads whose stage remembers every pulse: for sessions that are looked at as a whole."""
    return new_device(family, Stage(loads))


def bench_with_record(
    loaded: Loaded,
    home: Path,
    device: Device | None = None,
    who: Who = NOBODY,
    make: Callable[..., Bench] = Bench,
    attended: Attended | None = None,
    clock: VirtualClock | None = None,
    station: str = "",
    family: Family = DEFAULT,
) -> tuple[Bench, Path]:
    """A bench, from `make`, whose record is a real file in the simulator's chain; RecordError if none can be kept.

    `clock`: with its day, where sessions of several days follow one another. `station`: the name this place was given,
    "" = the computer's.
    """
    clock = clock or VirtualClock()
    origin = origin_of(home, Kind.SIMULATION, loaded, who, clock.utc())
    plan = plan_for(loaded.protocol, family.capabilities, origin.ctf_mhz if origin else None)
    opened: list[Journal] = []

    def make_sink(clock: VirtualClock, post: Post) -> RecordSink:
        clocks = Clocks(lambda: int(clock.utc().timestamp() * 1000), lambda: clock.now_us * 1000, "virtual")
        bound = binding(
            loaded,
            plan,
            "bench",
            clock.now_ms(),
            who,
            origin,
            attended,
            simulator=simulator_name(),
            clocks=clocks,
            family=family,
        )
        folder, named = chain_folder(home, Kind.SIMULATION), station or socket.gethostname()
        opened.append(Journal.open(folder, named, bound, clocks, signer=station_key(home)))
        return InlineJournal(opened[0], post)

    bench = make(
        plan,
        loaded.protocol.screening_codes,
        device=device,
        make_sink=make_sink,
        absent_limit_ms=loaded.protocol.operator_absent_limit_ms,
        who=who,
        origin=origin,
        attended=attended,
        clock=clock,
        family=family,
    )
    return bench, opened[0].path


def attended_on_bench(loaded: Loaded, home: Path, who: Who, *, patient_stop: bool = False) -> Attended:
    """What an attended session on the bench is begun with; RecordError if the records cannot be read."""
    return attended_of(home, Kind.SIMULATION, loaded, who, patient_stop=patient_stop)
