"""One session with one fault, told from beginning to end; the tests ask what happened in it.

The fault comes at a moment of the session. The person does only what that moment asks for until the session has
settled. Then the fault is mended, keys are pressed that must bring nothing back, and a person begins again from 0. The
instrument of the laws looks at every step, with the skin's own trace; a story is told once and read by several tests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from together.fault_moments import HALTED, HALTING, Moment, go_on, reach
from together.fault_rows import Case
from together.kept_bench import KeptBench
from together.staging import LIVE, Room

from firmware_sim.devices import new_device
from firmware_sim.simulator import InjectionStatus, Simulator
from firmware_sim.stage.pulse import Pulse
from firmware_sim.stage.trace import ChannelFailed
from helpers.plans import ONE, WAVEFORM, plan_of, rhythm
from laws.instrument import DEAD_MAN_US, DEAF_US, Instrument
from laws.plug import Plug
from nmes.core import events as e
from nmes.core.plan import Plan
from nmes.core.view import Output, View, Word
from nmes.runtime.families import DEFAULT, Family
from nmes.trial.bench import Bench

RHYTHM = rhythm(on_ms=5_000, cycle_ms=9_000)
SHORT = plan_of(((ONE, RHYTHM),))
"""1 s up, 3 s hold, 1 s down, 4 s rest, three times."""
QUIET_MS = 3_000
SETTLE_MS = 12_000
"""Past the rest and into the next contraction: what shows only there shows in this time."""
WRONG = frozenset({Word.HALTING, Word.UNSURE, Word.STOPPED, Word.ENDED})
HELD = frozenset({Word.READY, Word.PAUSED, *WRONG})


@dataclass
class Witness(Instrument):
    """The instrument, which also looks at what the screen says while current crosses the skin."""

    said_off: bool = False
    false_off_us: int | None = None
    """When current flowed although the screen already said OFF."""
    held_us: int | None = None
    """Since when the session is halted, as far as it knows."""

    def look(self) -> None:
        new = self.bench.device.stage.trace[self._pulses :]
        flowing = [pulse.t_us for pulse in new if pulse.peak_current_ua]
        if self.said_off and flowing and self.false_off_us is None:
            self.false_off_us = flowing[0]
        self.said_off = self.bench.view.output is Output.OFF
        if self.held_us is not None:
            late_us = [t_us - self.held_us for t_us in flowing if t_us > self.held_us + self._gone_us]
            assert not late_us, f"a pulse {late_us[0]} us after the session was halted: {self.bench.view.word}"
        self.held_us = (self.held_us or self.bench.clock.now_us) if self.bench.view.word in HELD else None
        super().look()

    def skip(self) -> None:
        """What an earlier session did on this device is not this one's doing."""
        self._pulses, self._events = len(self.bench.device.stage.trace), len(self.bench.device.stage.events)

    @property
    def _gone_us(self) -> int:
        """The longest that a device which hears nothing may go on."""
        return self.dead_man_us + DEAF_US - DEAD_MAN_US


@dataclass
class Staged(Room):
    """A room whose device is a simulator."""

    judge: Witness = field(init=False)

    def __post_init__(self) -> None:
        self.judge = Witness(self.bench)

    @property
    def simulator(self) -> Simulator:
        assert isinstance(self.bench.device, Simulator)
        return self.bench.device

    def run_until(self, condition: Callable[[View], bool], within_ms: int) -> View:
        """Let time pass until `condition` holds or the time is over."""
        return self._pass(condition, within_ms)

    def idle(self, time_ms: int) -> None:
        """Let time pass at the device, whether or not the session is still turned."""
        end_us = self.now_us + time_ms * 1000
        self.run(time_ms)
        while self.now_us < end_us:
            keeper = self.bench.kept_by if isinstance(self.bench, KeptBench) else None
            self.bench.clock.advance_to(end_us if keeper is None else min(end_us, self.now_us + KeptBench.EACH_US))
            self.simulator.advance(self.now_us)
            if keeper is not None:
                keeper.act(self.now_us)
            self.judge.look()


def staged(seed: int = 0, plan: Plan | None = None, family: Family = DEFAULT, **more: Any) -> Staged:
    """A room on a simulated device of its own; one that has no dead-man has its keeper."""
    simulator = Simulator(new_device(family.key), seed=seed)
    made = replace(plan or SHORT, capabilities=family.capabilities)
    bench = Bench if family.capabilities.watchdog_ms else KeptBench
    return Staged(bench(made, device=simulator, wire=lambda peer: Plug(peer, simulator), family=family, **more))


@dataclass(frozen=True)
class Story:
    """What happened, in the order of its fields. Times are of the bench's clock; pulses are those with current."""

    family: Family
    case: Case
    moment: Moment
    before: View
    began_us: int
    quiet: View
    """In a halted moment: before the person wanted output again."""
    wanted_us: int
    view: View
    """Settled, and not mended yet unless the fault was over by itself."""
    told_us: int | None
    """When the session no longer was what it had been."""
    noticed_us: int | None
    """When the device itself saw a channel fail."""
    events: tuple[dict[str, Any], ...]
    stop_us: int | None
    """When STOP was pressed, where the session had gone on, and what came of it."""
    stopped: View
    proof: InjectionStatus
    mended_us: int
    again_us: int
    """When a person began again from 0, after every other key had been pressed."""
    end_us: int
    ended: View
    closed: dict[str, Any]
    skin: tuple[Pulse, ...]
    false_off_us: int | None

    def pulses(self, from_us: int, to_us: int | None = None) -> list[Pulse]:
        return [pulse for pulse in self.skin if from_us <= pulse.t_us and (to_us is None or pulse.t_us < to_us)]


@cache
def story(case: Case, moment: Moment, family: Family = DEFAULT) -> Story:
    """Tell it."""
    watched = staged(case.seed, _plan(case), family)
    reach(watched, moment, case.level_ua)
    before = watched.view
    _tell_judge(watched, case)
    began_us = watched.now_us
    fault = watched.simulator.inject(case.kind, channel=case.channel, for_us=case.for_us, **case.params)
    quiet = _quiet(watched, case, fault, QUIET_MS if moment in HALTED else case.lead_ms if moment in HALTING else 0)
    wanted_us = watched.now_us
    go_on(watched, moment)
    told_us = _settle(watched, case, fault)
    view, events = watched.view, tuple(watched.events())
    stop_us = _stop(watched) if view.word in LIVE or view.word is Word.TITRATING else None
    stopped, proof = watched.view, status(watched, fault)
    mended_us = _mend(watched, fault)
    again_us = _begin_again(watched)
    end_us = watched.now_us
    watched.bench.controller.leave()
    watched.idle(5_000)
    failed = [event.t_us for event in watched.simulator.stage.events if isinstance(event, ChannelFailed)]
    return Story(
        family=family,
        case=case,
        moment=moment,
        before=before,
        began_us=began_us,
        quiet=quiet,
        wanted_us=wanted_us,
        view=view,
        told_us=told_us,
        noticed_us=min((t_us for t_us in failed if t_us >= began_us), default=None),
        events=events,
        stop_us=stop_us,
        stopped=stopped,
        proof=proof,
        mended_us=mended_us,
        again_us=again_us,
        end_us=end_us,
        ended=watched.view,
        closed=dict(watched.sink.closed or {}),
        skin=tuple(watched.pulses(began_us)),
        false_off_us=watched.judge.false_off_us,
    )


def _plan(case: Case) -> Plan:
    waveform = replace(WAVEFORM, phase_us=case.phase_us or WAVEFORM.phase_us)
    return plan_of(((ONE, RHYTHM),), waveforms=(waveform,))


def status(watched: Staged, fault: int) -> InjectionStatus:
    return next(told for told in watched.simulator.injections() if told.id == fault)


def _tell_judge(watched: Staged, case: Case) -> None:
    """The laws go on holding; a fault only has its deadline, and a fault of the output its own size."""
    watched.judge.faulted(DEAF_US)
    watched.judge.output_fault = case.most_ua
    watched.judge.obeys_halts = case.obeys_halts
    watched.judge.lies_of_halts = bool(case.false_off) and case.kind == "lying_ack"
    if case.dead_man_ms:
        watched.judge.dead_man_us = case.dead_man_ms * 1000


def _quiet(watched: Staged, case: Case, fault: int, time_ms: int) -> View:
    """Nobody does anything; a fault that comes once may come now."""
    end_us = watched.now_us + time_ms * 1000
    if case.once:
        watched.run_until(lambda _: status(watched, fault).effects > 0, time_ms)
        _spend(watched, fault)
    return watched.run((end_us - watched.now_us) // 1000)


def _spend(watched: Staged, fault: int) -> None:
    """What comes once has come, if it has."""
    told = status(watched, fault)
    if told.effects and told.ended_us is None:
        watched.simulator.clear(fault)


def _settle(watched: Staged, case: Case, fault: int) -> int | None:
    """Until the session is over, or a whole cycle later; when it was first told that something is wrong."""
    if case.once:
        watched.until(lambda _: status(watched, fault).effects > 0, SETTLE_MS)
        _spend(watched, fault)
    watched.run_until(lambda view: view.word in WRONG, SETTLE_MS)
    if watched.view.word not in WRONG:
        return None
    told_us = watched.now_us
    watched.idle(3_000)
    return told_us


def _stop(watched: Staged) -> int:
    watched.stop()
    stop_us = watched.now_us
    watched.run(3_000)
    return stop_us


def _mend(watched: Staged, fault: int) -> int:
    if status(watched, fault).ended_us is None:
        watched.simulator.clear(fault)
    mended_us = watched.now_us
    watched.idle(5_000)
    return mended_us


def _begin_again(watched: Staged) -> int:
    """Every key that must bring nothing back, then the one way that may."""
    epoch = watched.view.epoch
    for event in (e.Resume(epoch), e.Start(epoch), e.Increase(1, epoch), e.Accept(epoch), e.Increase(1, epoch - 1)):
        watched.bench.press(event)
        watched.idle(300)
    again_us = watched.now_us
    watched.judge.release()
    watched.bench.press(e.Titrate(1, 0, watched.view.epoch))
    watched.idle(500)
    watched.bench.press(e.Increase(1, watched.view.epoch))
    watched.idle(max(1_000, 2 * watched.judge.increase_ms))
    return again_us
