"""A snapshot is put back and everything goes on as if no time had passed; the trace is told in the caller's time."""

from __future__ import annotations

import pytest

from firmware_sim.device import P24, Stage
from firmware_sim.people import place_patient
from firmware_sim.sciencemode4 import framing
from firmware_sim.simulator import Simulator
from firmware_sim.stage.trace import Restored
from helpers.simulated import POLL, Rig, update, us

SPAN = us(1.5)


def a_busy_rig() -> Rig:
    """Mid-session, with a reply on its way, half a request heard, a fault active and others to come."""
    rig = Rig(seed=11).running(c1=20, c2=10).run(0.95)
    rig.sim.inject("corrupt_bytes", permille=100)
    rig.sim.inject("gain_error", at_us=us(1.2), for_us=us(0.3))
    rig.sim.inject("clock_drift", at_us=us(1.3), for_us=us(0.5), ppm=50_000)
    rig.sim.inject("electrode_dry", at_us=us(1.1), channel=2)
    rig.sim.inject("delay_bytes", delay_us=30_000)
    rig.send(framing.encode(3, POLL, b"\4"), 0.996)
    rig.send(update(4, c1=15)[:9], 0.999)
    rig.run(1.0, poll=None)
    return rig


def the_same_inputs(rig: Rig, from_us: int) -> list[tuple[int, bytes]]:
    """The rest of the half request, polls and an update; what came back, in time since `from_us`."""
    told = []
    inputs = {100: update(4, c1=15)[9:], 400_000: framing.encode(5, POLL, b"\4"), 700_000: update(6, c1=25, c2=10)}
    for at_us in sorted({*inputs, *range(0, SPAN, 50_000)}):
        rig.sim.receive(inputs.get(at_us, b""), from_us + at_us)
        told.append((at_us, rig.sim.transmit(from_us + at_us)))
    rig.sim.advance(from_us + SPAN)
    return told


def what_flowed(rig: Rig, from_us: int) -> list[tuple[int, int, tuple[int, ...]]]:
    return [
        (p.t_us - from_us, p.channel, p.charge_pc) for p in rig.sim.stage.trace if from_us < p.t_us <= from_us + SPAN
    ]


def faults(rig: Rig, from_us: int) -> list[tuple[object, ...]]:
    def since(t_us: int | None) -> int | None:
        return None if t_us is None else t_us - from_us

    return [
        (s.id, s.state, since(s.began_us), since(s.ended_us), s.effects, since(s.first_effect_us))
        for s in rig.sim.injections()
    ]


def test_restored_and_given_the_same_inputs_it_gives_the_same_pulses_answers_and_faults():
    rig = a_busy_rig()
    rig.sim.snapshot("mid")
    first = the_same_inputs(rig, us(1)), what_flowed(rig, us(1)), faults(rig, us(1))
    rig.sim.advance(us(60))
    for again_us in (us(60), us(70)):
        rig.sim.advance(again_us)
        rig.sim.restore("mid")
        assert rig.sim.now_us == again_us, "the caller's clock goes on"
        second = the_same_inputs(rig, again_us), what_flowed(rig, again_us), faults(rig, again_us)
        assert second == first
    assert len(first[1]) > 100
    assert [event for event in rig.sim.stage.events if isinstance(event, Restored)] == [
        Restored(us(60), "mid", us(1)),
        Restored(us(70), "mid", us(1)),
    ]
    times = [p.t_us for p in rig.sim.stage.trace]
    assert times == sorted(times), "the trace never goes back"


def test_whoever_holds_the_device_and_its_stage_holds_the_restored_ones():
    rig = Rig().running()
    device, stage = rig.sim.device, rig.sim.stage
    seen = []
    rig.sim.snapshot("early")
    stage.watch(seen.append)
    rig.run(0.5)
    rig.sim.restore("early")
    assert (rig.sim.device, rig.sim.stage, device.stage) == (device, stage, stage)
    assert device.active_channels == (1,)
    before = len(seen)
    rig.sim.advance(us(0.7))
    assert len(seen) > before, "who watches the trace still does"
    assert len(stage.trace) == 21 + 11, "what was told stays told"


def test_a_patient_is_what_it_was():
    stage = Stage()
    sim = Simulator(P24(stage=stage), place_patient("healthy_adult", {1: "quadriceps femoris"}, 1, stage))
    sim.receive(framing.encode(1, 30, b"\1"), 0)
    sim.receive(update(c1=60), us(0.1))
    sim.advance(us(0.5))
    sim.snapshot("a")

    def after(from_us: int) -> list[int]:
        forces = []
        for k in range(10):
            sim.advance(from_us + us(0.1) * k)
            sim.patient.advance(sim.engine.t_us)
            forces += [muscle.force_mn for muscle in sim.patient.reading().muscles]
        return forces

    first = after(us(0.5))
    sim.advance(us(10))
    sim.restore("a")
    assert after(us(10)) == first
    assert max(first) > 1000


def test_a_restored_simulator_can_be_snapshot_and_restored_again():
    rig = Rig().running()
    rig.sim.snapshot("a")
    rig.sim.advance(us(5))
    rig.sim.restore("a")
    rig.sim.advance(us(6))
    rig.sim.snapshot("b")
    active = rig.sim.active_channels
    rig.sim.advance(us(9))
    rig.sim.restore("b")
    assert rig.sim.active_channels == active == (1,)
    rig.sim.advance(us(9.9))
    assert rig.sim.active_channels == (1,)
    rig.sim.advance(us(10.1))
    assert rig.sim.active_channels == (), "its 2 s timer counted the time that passed, and no other"


def test_a_number_of_an_injection_is_never_given_twice():
    rig = Rig()
    rig.sim.snapshot("a")
    first = rig.sim.inject("mute")
    rig.sim.restore("a")
    assert rig.sim.injections() == ()
    assert rig.sim.inject("deaf") == first + 1


def test_a_fault_put_in_after_a_restore_hits_the_bytes_that_it_hit_before():
    rig = Rig(seed=1).running()
    rig.sim.snapshot("a")

    def again() -> list[tuple[int, int]]:
        from_us = rig.sim.now_us
        rig.sim.inject("drop_bytes", permille=500, unit="frame", direction="to_device")
        for k in range(12):
            rig.sim.receive(update(2, c1=5 + k), from_us + k * 100_000)
        rig.sim.advance(from_us + us(2))
        return [(p.t_us - from_us, p.amplitude_ua) for p in rig.sim.stage.trace if p.t_us > from_us]

    first = again()
    rig.sim.restore("a")
    assert again() == first
    assert len({amplitude_ua for _, amplitude_ua in first}) > 3
    assert rig.sim.injections()[0].id == 2, "its number is a new one"


@pytest.mark.parametrize(("name", "said"), [("", "1 to 64 characters"), ("x" * 65, "1 to 64 characters")])
def test_a_bad_name_is_one_sentence(name, said):
    with pytest.raises(ValueError, match=said):
        Rig().sim.snapshot(name)


def test_snapshots_are_bounded_and_an_unknown_one_is_one_sentence():
    sim = Rig().sim
    for k in range(16):
        sim.snapshot(f"s{k}")
    sim.snapshot("s3")
    with pytest.raises(ValueError, match="there are 16 snapshots already"):
        sim.snapshot("one more")
    with pytest.raises(ValueError, match="no snapshot is called 'nope'; there are: s0, s1"):
        sim.restore("nope")
