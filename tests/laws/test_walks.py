"""Random walks: a person who presses anything, a line that loses anything, a device that fails; the laws hold.

Controller, guard, driver, wire, firmware and skin run on one virtual clock. After each step the Instrument checks every
pulse that crossed the skin, and Attendance what was asked of the person before it could. Hypothesis shrinks a failing
walk to the shortest one and prints it.

Each family is walked over, with the plans that it can play and in its own steps; the P24 the longest.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import fields, replace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from firmware_sim.devices import model, new_device
from firmware_sim.switching import alternatives
from helpers.assessing import ctf_plan
from helpers.plans import (
    BURST,
    FREQUENCY_SWEEP,
    IN_TURN,
    ONE,
    PHASE_SWEEP,
    TENS,
    TWO,
    WAVEFORM,
    alternating_plan,
    continuous_plan,
    plan_of,
    rhythm,
    simple_plan,
    tens_plan,
)
from laws.attendance import Attendance
from laws.campaign.keeper import RigKeeper
from laws.campaign.troubles import KEPT_US
from laws.instrument import DEAF_US, Instrument, nothing_live
from laws.noise import Noise, NoisyLine
from nmes.core import events as e
from nmes.core import session as s
from nmes.core.attended import Attended, Ghost
from nmes.core.course import Modulation
from nmes.core.measurement import NOBODY, Who
from nmes.core.plan import Plan
from nmes.core.view import Word
from nmes.core.waveform import Waveform
from nmes.record.codec import EVENTS, encode
from nmes.runtime.clock import VirtualClock
from nmes.runtime.families import DEFAULT, FAMILIES, Family, family
from nmes.trial.bench import Bench, MemorySink

ASYMMETRIC = Waveform(phase_us=250, gap_us=50, ratio=4, period_us=12_500)
SLOW = Waveform(phase_us=200, gap_us=0, ratio=1, period_us=500_000)
CLOSE = replace(BURST, burst_pulses=10, burst_period_ms=200)
RARE = replace(BURST, burst_period_ms=1000)
TOGETHER = plan_of(((ONE, rhythm(ramp_ms=500)), (TWO, rhythm(ramp_ms=500))))
PLANS = {
    "one channel": simple_plan(),
    "alternating": alternating_plan(),
    "continuous": continuous_plan(),
    "together, steep": TOGETHER,
    "together, one with a low ceiling": replace(
        TOGETHER, delivered=(TOGETHER.delivered[0], replace(TOGETHER.delivered[1], ceiling_ua=5_000))
    ),
    "together, one shorter": plan_of(((ONE, rhythm(ramp_ms=500)), (TWO, rhythm(ramp_ms=500, on_ms=2500)))),
    "asymmetric": plan_of(((ONE, rhythm()),), waveforms=(ASYMMETRIC,)),
    "slow pulses": plan_of(((ONE, rhythm(ramp_ms=2000, on_ms=9000)),), waveforms=(SLOW,)),
    "bursts": tens_plan(BURST),
    "bursts on two, steep": tens_plan(BURST, ONE, TWO, ramp_ms=500),
    "bursts, one close to the next": tens_plan(CLOSE, ramp_ms=500),
    "bursts, one a second": tens_plan(RARE),
    "frequency sweep": tens_plan(swept=FREQUENCY_SWEEP),
    "two rates in turn": tens_plan(swept=IN_TURN),
    "phase sweep": tens_plan(swept=PHASE_SWEEP),
    "stepped test": ctf_plan(start=4, cap=10, train_s=5, off_s=3),
    "modulated": tens_plan(TENS, modulation=Modulation.of(400, 2000)),
}
LONG_GAP = replace(TENS, gap_us=100)
RARELY = replace(WAVEFORM, period_us=500_000)
LISTED = {
    "one channel": simple_plan(),
    "alternating": alternating_plan(),
    "continuous": continuous_plan(),
    "together, steep": TOGETHER,
    "together, one with a low ceiling": replace(
        TOGETHER, delivered=(TOGETHER.delivered[0], replace(TOGETHER.delivered[1], ceiling_ua=6_000))
    ),
    "slow pulses": plan_of(
        ((ONE, rhythm(ramp_ms=2000, on_ms=9000)),), waveforms=(replace(WAVEFORM, period_us=500_000),)
    ),
    "modulated": tens_plan(LONG_GAP, modulation=Modulation.of(400, 2000)),
}
"""What a device can play that has one gap, one period for all channels, and no bursts and sweeps."""


def plans_of(family: Family) -> Mapping[str, Plan]:
    """What a walk on this family may be of."""
    if not family.capabilities.one_period:
        return {name: replace(plan, capabilities=family.capabilities) for name, plan in PLANS.items()}
    stepped = ctf_plan(start=4, cap=10, train_s=5, off_s=3, capabilities=family.capabilities)
    return {"stepped test": stepped} | {
        name: replace(plan, capabilities=family.capabilities) for name, plan in LISTED.items()
    }


STEP_UA = 500
"""Walks count levels in steps of this size; a device with larger ones takes fewer."""
CUT_OFF_US = 3_000_000
"""For so long a device may hear nothing."""
WHO = Who("P-017", "left")
OUTCOME = "Cramps in a week"
SLIPS = ["", "", "", "", "code", "side", "pads", "stop", "lost", "felt"]
"""What a person leaves out, by mistake."""


def attended(how: str, plan: Plan, mark_steps: int) -> Attended | None:
    """What the session is begun with: nobody attends it, somebody does, the patient has a stop of their own too."""
    if how == "nobody":
        return None
    mark_ua = mark_of(plan, mark_steps)
    ghosts = tuple(Ghost(slot, mark_ua, "s-1", "2026-11-01T09:00:00Z") for slot in plan.slots)
    return Attended(ghosts if mark_ua else (), (OUTCOME,), how == "with a stop")


def mark_of(plan: Plan, mark_steps: int) -> int:
    """The level of the last session: one the device can give."""
    step_ua = plan.capabilities.amplitude_step_ua
    return mark_steps * STEP_UA // step_ua * step_ua


class Walk(RuleBasedStateMachine):
    """One bench, walked over at random."""

    family = DEFAULT

    def __init__(self) -> None:
        super().__init__()
        self.plans = plans_of(self.family)
        self.switches = [switches for _, switches in alternatives(model(self.family.key).switches())]
        self.keeper: RigKeeper | None = None
        self.lines: list[NoisyLine] = []
        self.sound = True

    @initialize(
        plan=st.integers(0, 999),
        switch=st.integers(0, 999),
        load=st.sampled_from(["good", "worn"]),
        level=st.integers(0, 80),
        how=st.sampled_from(["nobody", "somebody", "with a stop"]),
        mark=st.integers(0, 30),
        slip=st.sampled_from(SLIPS),
        linked=st.booleans(),
    )
    def begin(
        self, plan: int, switch: int, load: str, level: int, how: str, mark: int, slip: str, linked: bool
    ) -> None:
        def wire(peer: object) -> NoisyLine:
            self.lines.append(NoisyLine(peer))  # type: ignore[arg-type] - any peer
            return self.lines[0]

        chosen = self.plans[sorted(self.plans)[plan % len(self.plans)]]
        turned = self.switches[switch % len(self.switches)]
        device = new_device(self.family.key, **{one.name: getattr(turned, one.name) for one in fields(turned)})
        clock = VirtualClock()
        if not chosen.capabilities.watchdog_ms:
            self.keeper = RigKeeper(self.family, device, clock)
        for channel in range(1, 9):
            device.stage.set_load(channel, load)
        self.sound = load == "good"
        with_it = attended(how, chosen, mark)
        self.bench = Bench(
            chosen,
            device=device,
            wire=wire,
            who=WHO if with_it else NOBODY,
            attended=with_it,
            clock=clock,
            family=self.family,
            keeper=self.keeper,
        )
        self.begun = self.bench.controller.session
        self.attendance = Attendance(self.begun)
        self.judge = Instrument(self.bench)
        self._pass(200 if self.family.generation > 2 else 1_200)
        self.mark_ua = mark_of(chosen, mark)
        if linked and len(self.begun.plan.channels) > 1:
            self.treat_linked(4, 400, at_the_mark=True)
        elif level > 10:
            self.treat(level, slip)

    # --- the person ---

    @rule(slip=st.sampled_from(SLIPS))
    def prepare(self, slip: str) -> None:
        self._press(e.Screened((), "Ada"), 20)
        if self.begun.attended:
            if slip != "code":
                self._press(e.ReadBack(e.Read.CODE, "p-017"), 5)
            self._press(e.ReadBack(e.Read.SIDE, "right" if slip == "side" else "left"), 5)
            if self.begun.attended.patient_stop and not self.attendance.stop_works and slip != "stop":
                self.patient_stops("patient", goes_on=False)
        if slip != "stop":
            self.button("Ada")
        self._press(e.Placed(self._pads()[slip == "pads" :]), 20)

    @precondition(lambda self: not self.family.capabilities.watchdog_ms)
    @rule(by=st.sampled_from(["", "Ada"]))
    def button(self, by: str) -> None:
        self._press(e.ButtonConfirmed(by), 5)

    @rule(channel=st.integers(1, 2), steps=st.integers(1, 40), confirms=st.sampled_from(["right", "wrong", ""]))
    def titrate(self, channel: int, steps: int, confirms: str) -> None:
        if "titrate" in self.bench.view.may:
            self.judge.release()
        self._press(e.Titrate(channel, 0, self.bench.view.epoch), 300)
        for _ in range(-(-steps * STEP_UA // self.judge.step_ua)):
            self._press(e.Increase(channel, self.bench.view.epoch), self.judge.increase_ms + 10)
            self._confirm_mark(confirms)

    @precondition(lambda self: self.bench.view.word is Word.TITRATING)
    @rule()
    def accept(self) -> None:
        self._press(e.Accept(self.bench.view.epoch), 200)

    @rule(level=st.integers(2, 60), slip=st.sampled_from(SLIPS))
    def treat(self, level: int, slip: str) -> None:
        """The short way to a running treatment."""
        self.prepare(slip)
        if slip == "lost":
            self.patient_stops("patient_lost", goes_on=False)
        for slot in self.bench.view.slots:
            if slot.level_ua is None:
                self.titrate(slot.slot.channel, level, "right")
                self._pass(self.bench.view.plan.course(slot.slot).cycle_ms)
                self._press(e.Accept(self.bench.view.epoch), 200)
        if self.begun.attended and slip != "felt":
            for channel in self.bench.view.channels:
                self._press(e.FeltAt(channel.channel, there=True), 5)
        self._press(e.Start(self.bench.view.epoch), 200)

    @rule(presses=st.integers(1, 40), channel=st.integers(1, 2), stale=st.integers(0, 3))
    def mash_plus(self, presses: int, channel: int, stale: int) -> None:
        for _ in range(presses):
            self.bench.press(e.Increase(channel, self.bench.view.epoch - stale))
        self._pass(30)

    @rule(presses=st.integers(1, 20), channel=st.integers(1, 2), over_ua=st.sampled_from([None, 0, 500, 5000]))
    def linked_plus(self, presses: int, channel: int, over_ua: int | None) -> None:
        for _ in range(presses):
            self._press(e.Increase(channel, self.bench.view.epoch, over_ua, (1, 2)), 130)
            self._confirm_mark("right" if over_ua else "wrong")

    @precondition(lambda self: len(self.begun.plan.channels) > 1)
    @rule(presses=st.integers(1, 12), after_ms=st.integers(0, 2400), at_the_mark=st.booleans())
    def treat_linked(self, presses: int, after_ms: int, at_the_mark: bool) -> None:
        """Channels that contract together go up together, from the level of the last session or from a low one."""
        self.stop(0)
        self.treat(self.mark_ua // STEP_UA if at_the_mark and self.mark_ua else 8, "")
        self._pass(300 + after_ms)
        for _ in range(presses):
            self._press(e.Increase(1, self.bench.view.epoch, self.mark_ua * at_the_mark, (2,)), 130)

    @rule(channel=st.integers(1, 2))
    def decrease(self, channel: int) -> None:
        self._press(e.Decrease(channel), 30)

    @rule()
    def pause(self) -> None:
        self._press(e.Pause(), 200)

    @rule()
    def resume(self) -> None:
        self._press(e.Resume(self.bench.view.epoch), 1000)

    @rule()
    def start(self) -> None:
        self._press(e.Start(self.bench.view.epoch), 500)

    @rule(queued=st.integers(0, 30))
    def stop(self, queued: int) -> None:
        """STOP with increases queued before it: none of them acts."""
        for _ in range(queued):
            self.bench.press(e.Increase(1, self.bench.view.epoch))
        self.bench.controller.stop("key")
        self.judge.expect_silence()
        self._pass(500)

    @rule()
    def mark(self) -> None:
        self._press(e.Mark("cramp", "left"), 10)

    @rule()
    def cramp(self) -> None:
        """In a test the output goes to 0 and stays there; in a treatment nothing changes."""
        before = self.bench.view
        self._press(e.Cramp("key"), 10)
        if "cramp" in before.may:
            self.judge.expect_silence()
        self._pass(500)

    @rule(what=st.sampled_from(e.What), channel=st.integers(1, 2), value=st.sampled_from([None, 0, 20_000, 10**9]))
    def measure(self, what: e.What, channel: int, value: int | None) -> None:
        self._press(e.Measure(what, channel, value), 10)

    # --- what only an attended session hears ---

    @rule()
    def back(self) -> None:
        halted = self.bench.view.word in {Word.READY, Word.STOPPED, Word.PLACING}
        self._press(e.Back(), 20)
        if halted and self.begun.attended:
            assert self.bench.view.word in {Word.PLACING, Word.SCREENING}
            assert self.bench.controller.session.plan.levels == ()

    @rule(
        what=st.sampled_from(e.Read),
        said=st.sampled_from(["P-017", "P-018", "left", "right", ""]),
        reason=st.sampled_from(["", "is asleep"]),
    )
    def read_back(self, what: e.Read, said: str, reason: str) -> None:
        self._press(e.ReadBack(what, said, reason), 10)

    @rule(channel=st.integers(1, 3), there=st.booleans())
    def felt_at(self, channel: int, there: bool) -> None:
        self._press(e.FeltAt(channel, there), 10)

    @rule(size_mm2=st.sampled_from([0, 1, 4499, 4500, 10_000]), channels=st.integers(0, 3))
    def pads_are_said(self, size_mm2: int, channels: int) -> None:
        self._press(e.Placed(tuple((channel, size_mm2) for channel in range(1, channels + 1))), 20)

    @rule(source=st.sampled_from(["patient", "patient_lost"]), goes_on=st.booleans())
    def patient_stops(self, source: str, goes_on: bool) -> None:
        self.bench.controller.stop(source)
        self.judge.expect_silence()
        self._pass(500)
        if goes_on:
            self.titrate(1, 3, "right")

    @rule(finding=st.sampled_from(e.Finding), value=st.sampled_from([None, 0, 1, 11]), of=st.sampled_from(["", "1"]))
    def observe(self, finding: e.Finding, value: int | None, of: str) -> None:
        self._press(e.Observed(finding, value, "asleep", of), 10)

    @precondition(lambda self: self.begun.attended is not None)
    @rule()
    def end(self) -> None:
        """After it nothing flows any more, whatever is pressed."""
        if self.bench.view.word in {Word.CONNECTING, Word.SCREENING, Word.PLACING, Word.READY}:
            return
        self._press(e.End(), 300)
        self.judge.expect_silence()
        epoch = self.bench.view.epoch
        for event in (e.Titrate(1, 0, epoch), e.Start(epoch), e.Resume(epoch), e.Increase(1, epoch), e.Back()):
            self._press(event, 60)

    @rule(by=st.sampled_from(["", "Ada"]), reason=st.sampled_from(["", "in a week"]))
    def sign(self, by: str, reason: str) -> None:
        before = self.bench.view
        missing = {code for code in before.missing if code != "sign" and not code.startswith("outcome:")}
        self._press(e.Signed(by, reason), 10)
        if before.word is Word.AFTER and (missing or not by or not reason):
            assert self.bench.view.word is Word.AFTER

    @rule(alarm=st.sampled_from(["fault:electrode", "operator_absent"]))
    def acknowledge(self, alarm: str) -> None:
        before = self.bench.controller.session
        self._press(e.Acknowledged(alarm), 1)
        assert self.bench.controller.session.arms == before.arms or not nothing_live(before.state)

    # --- time ---

    @rule(time_ms=st.integers(1, 12_000))
    def wait(self, time_ms: int) -> None:
        self._pass(time_ms)

    @rule(time_ms=st.integers(200, 6000))
    def hang(self, time_ms: int) -> None:
        """The controller does not turn: the device's dead-man, or its keeper, is all there is."""
        self.judge.faulted(DEAF_US)
        self._alone(time_ms)
        self._pass(50)

    @rule(time_ms=st.integers(1600, 4000))
    def screen_hangs(self, time_ms: int) -> None:
        self.bench.screen_alive = False
        self._pass(time_ms)
        assert nothing_live(self.bench.controller.session.state) or isinstance(
            self.bench.controller.session.state,
            s.Unsure | s.Committing | s.Enabling | s.Stopping | s.Lowering | s.Pausing,
        )
        self.bench.screen_alive = True

    @rule()
    def slow_disk(self) -> None:
        sink = self.bench.sink
        assert isinstance(sink, MemorySink)
        sink.hold = True

    @rule()
    def disk_catches_up(self) -> None:
        sink = self.bench.sink
        assert isinstance(sink, MemorySink)
        sink.release()
        self._pass(20)

    # --- faults ---

    @rule(noise=st.sampled_from(Noise), way=st.booleans(), times=st.integers(1, 3))
    def noise(self, noise: Noise, way: bool, times: int) -> None:
        if self._garbage_is_an_answer(noise, to_device=way):
            return
        self.judge.faulted()
        (self.lines[0].to_device if way else self.lines[0].to_host_noise).extend([noise] * times)
        self._pass(600)

    @rule()
    def device_restarts(self) -> None:
        self.judge.faulted()
        self.bench.device.restart(self.bench.clock.now_us)
        self._pass(600)

    @rule(mute=st.booleans(), time_ms=st.integers(100, 3000))
    def device_goes_quiet(self, mute: bool, time_ms: int) -> None:
        self.judge.faulted(DEAF_US if self.judge.wire.renewing else CUT_OFF_US + KEPT_US)
        faults = self.bench.device.faults
        faults.mute, faults.deaf = mute, not mute
        self._pass(time_ms)
        faults.mute = faults.deaf = False
        self._pass(100)

    @rule(load=st.sampled_from(["open", "dry", "half-lifted", "good"]))
    def pad(self, load: str) -> None:
        self.sound = False  # the dose is a promise while the load is within compliance
        self.bench.device.stage.set_load(1, load)
        self._pass(700)

    @rule()
    def journal_fails(self) -> None:
        self.bench.controller.tell(e.JournalFailed("disk full"))
        self._pass(300)
        assert not isinstance(self.bench.controller.session.state, s.Live)

    # --- the laws ---

    @invariant()
    def laws_hold(self) -> None:
        if not hasattr(self, "judge"):
            return
        self.judge.look()
        self._replays()

    def teardown(self) -> None:
        if hasattr(self, "judge"):
            self._pass(5_000)
            self.judge.look()
            if self.sound:
                self.judge.dose()

    def _pads(self) -> tuple[tuple[int, int], ...]:
        return tuple((channel.channel, channel.pad_mm2) for channel in self.begun.plan.channels)

    def _confirm_mark(self, confirms: str) -> None:
        """The person confirms the mark that was just asked about, on its channel alone, or one that is none."""
        note = self.bench.view.note
        if confirms and note is not None and note.code == "refused:mark":
            said = dict(note.values)
            over_ua = int(said["mark_ua"]) if confirms == "right" else 500
            self._press(e.Increase(int(said["channel"]), self.bench.view.epoch, over_ua), 260)

    def _garbage_is_an_answer(self, noise: Noise, *, to_device: bool) -> bool:
        """One byte of the garbage acknowledges a stop of a RehaStim 1, and no more can be asked (decision 0045)."""
        return noise is Noise.GARBAGE and not to_device and self.family.generation == 1

    def _press(self, event: e.Event, then_ms: int) -> None:
        self.bench.press(event)
        self._pass(then_ms)

    def _alone(self, time_ms: int) -> None:
        """Without a turn."""
        end_us = self.bench.clock.now_us + time_ms * 1000
        while self.bench.clock.now_us < end_us:
            self.bench.clock.advance_to(self._next_us(end_us))
            self.bench.device.advance(self.bench.clock.now_us)
            if self.keeper is not None:
                self.keeper.look()

    def _next_us(self, until_us: int) -> int:
        """Up to when time may pass at once."""
        return until_us if self.keeper is None else self.keeper.next_us(until_us)

    def _pass(self, time_ms: int) -> None:
        if self.bench.controller.done:
            self._alone(time_ms)
            return
        end_us = self.bench.clock.now_us + time_ms * 1000
        self.bench.turn()
        self.judge.look()
        while self.bench.clock.now_us < end_us and not self.bench.controller.done:
            self.bench.step(self._next_us(end_us))
            if self.keeper is not None:
                self.keeper.look()
            self.judge.look()

    def _replays(self) -> None:
        """The recorded events through today's `step` give the recorded commands."""
        sink = self.bench.sink
        assert isinstance(sink, MemorySink)
        session = getattr(self, "_replayed", self.begun)
        done = getattr(self, "_replayed_entries", 0)
        for entry in sink.entries[done:]:
            before, event = session, EVENTS.decode(entry.body["event"])
            session, commands = s.step(before, event)
            self.attendance.saw(before, event, commands, session)
            assert [encode(command) for command in commands] == entry.body["commands"], entry.body
        self._replayed, self._replayed_entries = session, len(sink.entries)


def walks(number: int, steps: int) -> settings:
    """A failing walk is printed as it was found; add Phase.shrink to the phases to have it shortened."""
    return settings(
        max_examples=number,
        stateful_step_count=steps,
        deadline=None,
        print_blob=True,
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )


def walk_on(family: Family) -> type[Walk]:
    """The same walk on another device."""

    class On(Walk):
        pass

    On.family = family
    return On


def test_the_first_step_of_a_search_waits_for_no_step_of_the_search_before() -> None:
    """A walk over a RehaStim2 in which the second channel was begun within a second of the first one's last step."""
    walk = walk_on(family("rehastim2"))()
    walk.begin(how="somebody", level=70, linked=False, plan=544, mark=25, switch=749, load="worn", slip="code")
    walk.device_goes_quiet(mute=True, time_ms=730)
    walk.treat(level=32, slip="stop")
    walk.laws_hold()
    assert {pulse.channel for pulse in walk.bench.device.stage.trace if pulse.peak_current_ua} == {1, 2}


@pytest.mark.covers("PR-02", "LW-01", "LW-05")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("family", FAMILIES, ids=lambda one: one.key)
def test_the_laws_hold_on_random_walks(family: Family) -> None:
    run_state_machine_as_test(walk_on(family), settings=walks(8 if family is DEFAULT else 2, 20))


@pytest.mark.campaign
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("family", FAMILIES, ids=lambda one: one.key)
def test_the_laws_hold_on_a_thousand_random_walks(family: Family) -> None:
    """NMES_WALKS gives another number."""
    run_state_machine_as_test(walk_on(family), settings=walks(int(os.environ.get("NMES_WALKS", "1000")), 25))
