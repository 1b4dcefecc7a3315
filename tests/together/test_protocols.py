"""Each shipped treatment on the bench: what its plan says is what crossed the skin and what the record tells.

All run in the campaign, some in every run, and on each other family of stimulators as well, where it does not refuse
them. Of what goes by the clock a part is enough: a quarter of an hour of a train, six minutes of contractions, three of
bursts and sweeps. Tests (assessments) run to their end in `test_assessment`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from together import reported_dose
from together.staging import STEP_UA, Room, room

from firmware_sim.stage.pulse import Pulse
from helpers import plans
from helpers.short import protocol_file
from nmes.core import events as e
from nmes.core import session as s
from nmes.core.plan import Plan, Slot, StagePlan
from nmes.core.plan import compile as plan_for
from nmes.core.problems import PlanError
from nmes.core.timeline import Rhythm
from nmes.core.units import floor_to_step
from nmes.core.view import Output, Word
from nmes.core.waveform import Waveform
from nmes.devices.sciencemode4.p24 import P24
from nmes.record.files import Kind
from nmes.record.replay import Same, replay
from nmes.record.store import Closed, list_sessions, read_session
from nmes.record.verdicts import verify_session
from nmes.record.verify import Intact
from nmes.runtime.binding import session_of
from nmes.runtime.families import DEFAULT, FAMILIES, Family
from nmes.runtime.library import Library, Loaded, load_file
from nmes.trial.bench import bench_with_record

ALWAYS = {"cramp_calf_ctf_training"}
"""In every run."""
OF_EACH_FORM = {"tens_burst", "tens_modulated"}
"""Whenever every detail is tested: with the one above, one of each form that fits into seconds.

Bursts and sweeps have no steady pulses to count; `test_bursts` does that.
"""
ON_EACH = "tens_acupuncture_like"
"""In every run on each other family too: for a minute, because its pulses are few."""
SHIPPED = {path.stem: load_file(path) for path in Library().files()}
TREATMENTS = [name for name, loaded in SHIPPED.items() if loaded.protocol.assessment is None]
LEVEL_UA = 20_000
OTHER_FAMILIES = [one for one in FAMILIES if one is not DEFAULT]
UPDATE_US = 40_000
TURN_US = 20_000
ANSWERED_US = 24_000
"""A change is uncertain until it is answered: on a RehaStim2 for so long at most [source]."""


@dataclass
class Treatment:
    """One protocol, run to its end at 20 mA or the most it allows.

    `origin_us` is where plan time 0 lies on the device's clock.
    """

    room: Room
    plan: Plan
    origin_us: int
    home: Path
    record: Path
    level_ua: int
    unsteady: bool

    def contractions(self) -> list[tuple[Slot, Rhythm, int]]:
        """Slot, rhythm and device time of the beginning of every contraction of the plan."""
        found = []
        for stage in self.plan.stages:
            for track in stage.tracks:
                rhythm, t_ms = track.rhythm, track.rhythm.offset_ms
                starts = {rhythm.at(t).start_ms for t in range(t_ms, rhythm.stage_ms, 250)}
                for start_ms in sorted(starts):
                    start_us = self.origin_us + (stage.start_ms + start_ms) * 1000
                    found.append((self.plan.slots[track.slot], rhythm, start_us))
        return found

    def shortest_us(self) -> int:
        """How long the shortest contraction would be that has its charge at full level throughout."""
        rhythms = [track.rhythm for stage in self.plan.stages for track in stage.tracks]
        return min(one.on_ms - (one.ramp_up_ms + one.ramp_down_ms) // 2 for one in rhythms) * 1000

    def pulses(self, slot: Slot, from_us: int, to_us: int) -> list[Pulse]:
        found = self.room.pulses(from_us)
        return [pulse for pulse in found if pulse.channel == slot.channel and pulse.t_us < to_us]


def _unsteady(name: str) -> bool:
    """Whether the pulses come in bursts, or their rate, length or height goes up and down."""
    plan = plan_for(SHIPPED[name].protocol, P24)
    tracks = [track for stage in plan.stages for track in stage.tracks]
    moving = any(track.modulation is not None or track.course is not None for track in tracks)
    courses = [plan.course(slot) for slot in plan.slots]
    return moving or any(course.band is not None or course.base.burst_pulses for course in courses)


def _protocol(name: str, folder: Path, on: Family) -> Loaded:
    """The shipped file; what goes by the clock is cut short. `nmes try` runs each whole, in the campaign."""
    stages = SHIPPED[name].protocol.stages
    minutes = 1 if on is not DEFAULT else 3 if _unsteady(name) else 15 if stages[0].continuous else 6
    if all(stage.minutes for stage in stages) and sum(stage.stage_ms for stage in stages) > minutes * 60_000:
        return load_file(protocol_file(folder, name, minutes=str(minutes)))
    return SHIPPED[name]


DONE: dict[str, Treatment] = {}


def _treat(name: str, factory: pytest.TempPathFactory) -> Treatment:
    if name not in DONE:
        DONE[name] = _treated(name, factory.mktemp(name))
    return DONE[name]


def _treated(name: str, home: Path, on: Family = DEFAULT) -> Treatment:
    bench, record = bench_with_record(_protocol(name, home, on), home, family=on)
    least_ua = min(LEVEL_UA, *(made.ceiling_ua for made in bench.view.plan.delivered))
    level_ua = floor_to_step(least_ua, on.capabilities.amplitude_step_ua)
    watched = Room(bench).running(level_ua)
    state, plan = bench.controller.session.state, watched.view.plan
    assert isinstance(state, s.Running)
    watched.until(lambda view: view.word is Word.ENDED, within_ms=plan.duration_ms + 10_000)
    return Treatment(watched, plan, state.origin_ms * 1000, home, record, level_ua, _unsteady(name))


def _run(names: Iterable[str]) -> list[object]:
    return [pytest.param(name, marks=_when(name)) for name in names]


def _when(name: str) -> pytest.MarkDecorator | tuple[()]:
    if name in ALWAYS:
        return ()
    return pytest.mark.thorough if name in OF_EACH_FORM else pytest.mark.campaign


@pytest.fixture(scope="module", params=_run(TREATMENTS))
def treated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Treatment:
    return _treat(request.param, tmp_path_factory)


@pytest.fixture(scope="module", params=_run(name for name in TREATMENTS if not _unsteady(name)))
def steady(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Treatment:
    """A treatment whose pulses are the same throughout, but for their ramps."""
    return _treat(request.param, tmp_path_factory)


@pytest.mark.thorough
def test_it_ends_by_itself_and_off(treated: Treatment) -> None:
    view = treated.room.view
    assert (view.word, view.why, view.output) == (Word.ENDED, "complete", Output.OFF)
    assert treated.room.device.active_channels == ()
    assert not treated.room.device.high_voltage


def test_every_contraction_has_the_pulses_of_the_plan(steady: Treatment) -> None:
    """Within one pulse, at its beginning within the update that starts it, and at its end within a turn."""
    contractions = steady.contractions()
    assert sum(rhythm.contractions for stage in steady.plan.stages for rhythm in _rhythms(stage)) == len(contractions)
    for slot, rhythm, start_us in contractions:
        period_us = steady.plan.waveforms[slot.waveform].period_us
        up_us = rhythm.ramp_up_ms * 1000 * STEP_UA // steady.level_ua
        down_us = rhythm.ramp_down_ms * 1000 * STEP_UA // steady.level_ua
        planned = (rhythm.on_ms * 1000 - up_us - down_us) / period_us
        given = len(steady.pulses(slot, start_us, start_us + rhythm.on_ms * 1000 + UPDATE_US))
        starting = (UPDATE_US + TURN_US) / period_us
        ending = TURN_US / period_us
        assert planned - 1 - starting <= given <= planned + 1 + ending, (start_us, given, planned)


def test_ramps_are_as_long_as_asked(steady: Treatment) -> None:
    """Never faster; later by one update and the pulse that shows it at most."""
    for slot, rhythm, start_us in steady.contractions():
        period_us = steady.plan.waveforms[slot.waveform].period_us
        end_us = start_us + rhythm.on_ms * 1000
        full = [
            p.t_us for p in steady.pulses(slot, start_us, end_us + UPDATE_US) if p.peak_current_ua == steady.level_ua
        ]
        step_us = rhythm.ramp_up_ms * 1000 * STEP_UA // steady.level_ua
        late_us = full[0] - start_us - rhythm.ramp_up_ms * 1000
        assert 0 <= late_us <= max(UPDATE_US, period_us) + step_us + TURN_US + period_us
        assert -period_us <= full[-1] - (end_us - rhythm.ramp_down_ms * 1000) <= UPDATE_US


@pytest.mark.covers("LW-01")
def test_the_current_never_leaves_the_level_that_was_confirmed(treated: Treatment) -> None:
    assert max(pulse.peak_current_ua for pulse in treated.room.pulses()) == treated.level_ua


def test_rests_are_silent(steady: Treatment) -> None:
    for (slot, rhythm, start_us), (_, _, next_us) in pairwise(steady.contractions()):
        assert steady.pulses(slot, start_us + rhythm.on_ms * 1000 + UPDATE_US, next_us) == []


@pytest.mark.covers("LW-06")
def test_the_dose_in_the_record_is_the_charge_at_the_skin(treated: Treatment) -> None:
    treated.room.judge.dose()
    for dose in treated.room.view.dose:
        share = 20 if treated.unsteady else 500  # two changes of output a burst, each uncertain while it is on its way
        if treated.room.bench.family is not DEFAULT:
            share = min(share, 100, treated.shortest_us() // (2 * ANSWERED_US))  # up and down again are uncertain
        assert dose.high_nc - dose.low_nc < dose.high_nc // share, "and the range is narrow when nothing went wrong"


@pytest.mark.thorough
def test_the_dose_in_the_report_and_in_the_table_is_the_charge_at_the_skin(treated: Treatment) -> None:
    reported_dose.check(treated.room, treated.record)


ON_OTHERS = [(one, name) for one in OTHER_FAMILIES for name in TREATMENTS]


@pytest.mark.covers("SR-24")
@pytest.mark.parametrize(
    ("one", "name"),
    [
        pytest.param(one, name, marks=() if name == ON_EACH else pytest.mark.campaign, id=f"{one.key}-{name}")
        for one, name in ON_OTHERS
    ],
)
def test_on_each_other_family_it_is_the_same_or_refused_with_a_reason(one: Family, name: str, tmp_path: Path) -> None:
    try:
        plan_for(SHIPPED[name].protocol, one.capabilities)
    except PlanError as refused:
        assert one.model in str(refused)
        with pytest.raises(PlanError):
            bench_with_record(SHIPPED[name], tmp_path, family=one)
        assert not list_sessions(tmp_path, Kind.SIMULATION)
        return
    treated = _treated(name, tmp_path, one)
    for check in (
        test_it_ends_by_itself_and_off,
        test_the_current_never_leaves_the_level_that_was_confirmed,
        test_the_dose_in_the_record_is_the_charge_at_the_skin,
        test_the_record_is_whole_and_closed,
        test_replaying_the_record_gives_the_same_commands,
    ):
        check(treated)


@pytest.mark.campaign
@pytest.mark.parametrize("name", sorted(SHIPPED.keys() - set(TREATMENTS)))
def test_so_it_is_for_what_is_measured(name: str, tmp_path: Path) -> None:
    """A test to its cap, with nobody who presses a key; one of levels ends with the level."""
    bench, record = bench_with_record(SHIPPED[name], tmp_path)
    watched = Room(bench).ready()
    for slot in watched.view.slots:
        watched.raise_to(slot.slot, LEVEL_UA)
        watched.press(e.Accept(watched.view.epoch), 1_000)
    if watched.view.word is not Word.ENDED:
        watched.press(e.Start(watched.view.epoch))
        watched.until(lambda view: view.word is Word.ENDED, within_ms=watched.view.plan.duration_ms + 60_000)
    reported_dose.check(watched, record)


def test_the_record_is_whole_and_closed(treated: Treatment) -> None:
    assert isinstance(verify_session(treated.record).verdict, Intact)
    [summary] = list_sessions(treated.home, Kind.SIMULATION)
    assert summary.ending == Closed("complete")


@pytest.mark.covers("LW-07")
def test_replaying_the_record_gives_the_same_commands(treated: Treatment) -> None:
    found = replay(read_session(treated.record), s.step, session_of)
    assert isinstance(found, Same)
    assert found.events > 100


def test_replaying_through_another_program_names_the_first_difference(treated: Treatment) -> None:
    def other_step(session: s.Session, event: e.Event) -> s.Step:
        after, commands = s.step(session, event)
        return after, commands[1:]

    assert not isinstance(replay(read_session(treated.record), other_step, session_of), Same)


@pytest.mark.thorough
@pytest.mark.covers("SR-14")
def test_an_asymmetric_pulse_leaves_less_than_a_hundredth_of_its_charge() -> None:
    asymmetric = Waveform(phase_us=250, gap_us=50, ratio=4, period_us=12_500)
    watched = room(plans.plan_of(((plans.ONE, plans.rhythm()),), waveforms=(asymmetric,))).running(17_500)
    watched.run(7_000)
    pulses = watched.pulses()
    assert len(pulses) > 400
    assert {len(pulse.phase_us) for pulse in pulses} == {3}
    assert max(abs(pulse.net_charge_pc) / abs(pulse.charge_pc[0]) for pulse in pulses) <= 0.01
    assert any(pulse.phase_us[2] > 3 * pulse.phase_us[0] for pulse in pulses)


def _rhythms(stage: StagePlan) -> list[Rhythm]:
    return [track.rhythm for track in stage.tracks]
