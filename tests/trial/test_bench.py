"""The bench: both ends on one clock, the same script the same trace, and an instrument that knows the skin."""

from __future__ import annotations

from pathlib import Path

import pytest
from together.staging import room

from firmware_sim.patient import Patient, Site, load_profile
from firmware_sim.simulator import Simulator
from helpers.plans import simple_plan
from nmes.core import events as e
from nmes.core.view import Word
from nmes.record.errors import RecordBusy
from nmes.record.verdicts import verify_session
from nmes.record.verify import Intact
from nmes.runtime.library import Library
from nmes.trial.bench import Bench, bench_with_record

pytestmark = pytest.mark.thorough


def test_the_same_script_gives_the_same_trace_and_the_same_record() -> None:
    one, two = (room().holding() for _ in range(2))
    assert one.device.stage.trace == two.device.stage.trace
    assert one.device.stage.events == two.device.stage.events
    assert one.events() == two.events()


def test_time_passes_only_when_it_is_let() -> None:
    bench = Bench(simple_plan())
    before_us = bench.clock.now_us
    bench.turn()
    bench.turn()
    assert bench.clock.now_us == before_us
    bench.run(1_234)
    assert bench.clock.now_us == before_us + 1_234_000


def test_a_step_ends_where_it_is_told_to() -> None:
    bench = room().ready().bench
    assert 0 < bench.step() <= 1_000_000
    assert bench.step(bench.clock.now_us + 7) == 7


def test_what_a_quick_disk_says_is_heard_at_once() -> None:
    watched = room().ready()
    watched.press(e.Titrate(1, 0, watched.view.epoch), 100)
    assert watched.view.word is Word.TITRATING, "80 ms of which the device needs to start"


def test_the_instrument_knows_what_crossed_the_skin() -> None:
    watched = room().ready()
    assert watched.bench.last_pulse(1) is None
    assert watched.bench.skin_charge_pc(1) == 0
    watched.raise_to(watched.view.slots[0].slot, 20_000)
    last = watched.bench.last_pulse(1)
    assert last is not None
    assert (last.first_phase.current_ua, last.first_phase.duration_us) == (20_000, 300)
    assert watched.bench.last_pulse(2) is None
    assert watched.bench.largest_charge_pc(1) == 20_000 * 300
    charge_pc = watched.bench.skin_charge_pc(1)
    watched.run(1_000)
    assert watched.bench.skin_charge_pc(1) == pytest.approx(charge_pc + 50 * 20_000 * 300, abs=20_000 * 300)


def test_a_recorded_bench_keeps_its_record_in_the_simulators_chain(tmp_path: Path) -> None:
    bench, record = bench_with_record(Library().load("tens_conventional"), tmp_path)
    assert record.parent == tmp_path / "simulation"
    bench.run(500)
    bench.controller.leave()
    bench.run(500)
    assert bench.controller.done
    assert isinstance(verify_session(record).verdict, Intact)


def test_a_chain_in_use_is_refused(tmp_path: Path) -> None:
    loaded = Library().load("tens_conventional")
    first, _ = bench_with_record(loaded, tmp_path)
    with pytest.raises(RecordBusy):
        bench_with_record(loaded, tmp_path)
    first.controller.leave()
    first.run(100)


def test_a_simulator_with_a_patient_may_be_the_far_end() -> None:
    """The same verbs as a P24; what it feels is what crossed the skin."""
    patient = Patient(load_profile("healthy_adult"), {1: Site("quadriceps", pad_mm2=4500)})
    watched = room(device=Simulator(patient=patient)).ready()
    watched.raise_to(watched.view.slots[0].slot, 20_000)
    watched.run(1_000)
    assert patient.reading().channels[0].motor > 1
    assert patient.reading().muscles[0].peak_mn > 0
