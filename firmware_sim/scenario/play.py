"""Law: the same scenario gives the same trace, byte for byte, however fast time passes and in however many slices.

On the virtual clock the time of everything is the file's; `speed` only holds it back. At one time: what stands in the
file, in its order, then a poll that is due.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from firmware_sim import devices
from firmware_sim.people import place_patient
from firmware_sim.scenario.checks import Given, Scene
from firmware_sim.scenario.host import Host
from firmware_sim.scenario.hosts import new_host
from firmware_sim.scenario.model import Action, Item, Scenario, micros
from firmware_sim.scenario.proofs import Proofs
from firmware_sim.simulator import Simulator
from firmware_sim.stage import Stage
from firmware_sim.stage.pulse import Pulse
from firmware_sim.stage.trace import Event, TraceFile

SLICE_S = 0.1
"""The longest wait without looking, so that a trace file grows steadily. [design]"""


class CannotPlay(ValueError):
    """A step that cannot be done, and the line on which it stands."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line


@dataclass(frozen=True, slots=True)
class Step:
    """What is due at a time: an item of the file, a poll, or, with neither, the end."""

    at_us: int
    item: Item | None = None
    index: int | None = None
    polls: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """An expectation that did not hold, and where it stands."""

    line: int
    said: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a scenario."""

    expectations: int
    failures: tuple[Failure, ...]
    given: tuple[Given, ...]
    digest: str
    faults: tuple[str, ...]

    @property
    def held(self) -> bool:
        """Whether everything was as expected."""
        return not self.failures


@dataclass(slots=True)
class Cast:
    """A scenario set up: simulator, host, and what they have done so far. `lines` says where each item stands."""

    scenario: Scenario
    lines: Mapping[int, int]
    simulator: Simulator
    host: Host
    given: list[Given] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    expectations: int = 0
    faults: Proofs = field(default_factory=Proofs)
    poll_every_us: int = 0
    poll_us: int | None = None

    def see(self, item: Pulse | Event) -> None:
        """A watcher of the stage."""
        if isinstance(item, Pulse):
            self.given.append(Given(item.t_us, item.channel, item.amplitude_ua, item.measured_current_ua))

    def inject(self, step: Step) -> None:
        """Put the fault of a step in, not before now."""
        fault = None if step.item is None else step.item.inject
        if fault is not None:
            for_us = None if fault.lasts is None else micros(fault.lasts)
            at_us = max(step.at_us, self.simulator.now_us)
            number = self.simulator.inject(
                fault.fault, at_us=at_us, for_us=for_us, channel=fault.channel, **fault.params
            )
            self.faults.put_in(number, fault.fault, self.line_of(step))

    def act(self, action: Action, now_us: int) -> bytes | None:
        """Do what is not the host's, or give the bytes that the host sends."""
        if action.what == "poll_every_ms":
            self.poll_every_us = (action.poll_every_ms or 0) * 1000
            self.poll_us = now_us + self.poll_every_us if self.poll_every_us else None
            return None
        request = self.host.request(action)
        if request is None:
            if action.restore is not None:
                self.faults.look(self.simulator)  # what is restored has not seen what they did until now
            _arrange(self.simulator, action)
        return request

    def poll(self) -> bytes:
        """The poll that is due, and the time of the next."""
        self.poll_us = None if self.poll_us is None else self.poll_us + self.poll_every_us
        return self.host.poll()

    def judge(self, step: Step) -> None:
        """Look whether an expectation holds now."""
        if step.item is not None and step.item.expect is not None:
            self.expectations += 1
            said = Scene(self.simulator, self.host, self.given).failures(step.item.expect)
            self.failures += [Failure(self.line_of(step), one) for one in said]
            if step.item.expect.fault is not None and step.item.expect.fault.effects_at_most == 0:
                self.faults.excuse(self.simulator, step.item.expect.fault.kind)

    def line_of(self, step: Step) -> int:
        """Where a step stands in the file; 0 for a poll."""
        return 0 if step.index is None else self.lines.get(step.index, 0)

    @contextmanager
    def blamed(self, step: Step) -> Iterator[None]:
        """What cannot be done is the fault of the step's line."""
        try:
            yield
        except ValueError as bad:
            raise CannotPlay(self.line_of(step), str(bad)) from None

    def outcome(self) -> Outcome:
        """What came of it."""
        faults = tuple(f"{one.kind}: {one.proof}" for one in self.simulator.injections())
        digest = self.simulator.digest or ""
        idle = [Failure(line, said) for line, said in self.faults.without_effect(self.simulator)]
        return Outcome(self.expectations, (*self.failures, *idle), tuple(self.given), digest, faults)

    def steps(self) -> Iterator[Step]:
        """Everything that is due, in order; the end comes last."""
        for index, item in sorted(enumerate(self.scenario.timeline), key=lambda one: one[1].at):
            at_us = micros(item.at)
            yield from self._polls(at_us - 1)
            yield Step(at_us, item, index)
        yield from self._polls(self.scenario.end_us)
        yield Step(self.scenario.end_us)

    def _polls(self, until_us: int) -> Iterator[Step]:
        while self.poll_us is not None and self.poll_us <= until_us:
            yield Step(self.poll_us, polls=True)


def cast(scenario: Scenario, lines: Mapping[int, int], trace: TraceFile | None = None) -> Cast:
    """Everything set up at time 0. ValueError for a patient that does not exist, or sites that contradict."""
    stage = Stage(keep_trace=False)
    patient = place_patient(scenario.patient, scenario.sites, scenario.seed, stage)
    for channel, load in scenario.loads.items():
        stage.set_load(channel, load)
    device = devices.new_device(scenario.device, stage, keep_trace=False, **scenario.switches)
    simulator = Simulator(device, patient, scenario.seed, digest=True, trace=trace)
    made = Cast(scenario, lines, simulator, new_host(device.model))
    stage.watch(made.see)
    return made


def play(made: Cast, speed: float | None = None) -> Outcome:
    """On the virtual clock, as fast as it goes or paced."""
    pace = threading.Event()
    for step in made.steps():
        if speed is not None:
            _hold_back(made, step.at_us, speed, pace)
        with made.blamed(step):
            _take(made, step)
    return made.outcome()


def _take(made: Cast, step: Step) -> None:
    """One step. What was due before its time comes before it; a request comes before the pulses of its time."""
    simulator, at_us, item = made.simulator, step.at_us, step.item
    if item is None or item.expect is not None:
        if step.polls:
            simulator.receive(made.poll(), at_us)
        else:
            simulator.advance(at_us)
        made.host.hear(simulator.transmit(at_us))
        made.judge(step)
        return
    simulator.receive(b"", at_us)
    made.inject(step)
    request = made.act(item.action, at_us) if item.action is not None else None
    if request is not None:
        simulator.receive(request, at_us)


def _hold_back(made: Cast, at_us: int, speed: float, pace: threading.Event) -> None:
    """Let real time pass until `at_us`, in slices."""
    while (left_us := at_us - made.simulator.now_us) > 0:
        slice_us = min(left_us, max(1, int(SLICE_S * speed * 1e6)))
        pace.wait(slice_us / speed / 1e6)
        made.simulator.receive(b"", made.simulator.now_us + slice_us)


def _arrange(simulator: Simulator, action: Action) -> None:
    """What is done to pads, switches, the person and the simulator itself."""
    for channel, load in (action.load or {}).items():
        simulator.set_load(channel, load)
    for channel, permille in (action.contact or {}).items():
        simulator.set_contact(channel, permille)
    for channel, worn_h in (action.wear or {}).items():
        simulator.wear(channel, worn_h)
    if action.switch:
        simulator.device.turn(action.switch)
    for what in ("stretch", "shorten", "neutral"):
        muscle = getattr(action, what)
        if muscle is not None:
            simulator.move(muscle, what)
    if action.clear is not None:
        simulator.clear()
    if action.snapshot is not None:
        simulator.snapshot(action.snapshot)
    if action.restore is not None:
        simulator.restore(action.restore)
