"""Each shipped protocol on the bench: what its plan says is what crossed the skin and what the record tells.

All are whole but those of TENS, which are one hold from beginning to end: of these a quarter of an hour is enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from together.staging import STEP_UA, Room, room

from firmware_sim.stage.pulse import Pulse
from helpers import plans
from helpers.short import protocol_file
from nmes.core import events as e
from nmes.core import session as s
from nmes.core.plan import Plan, Slot, StagePlan
from nmes.core.timeline import Rhythm
from nmes.core.view import Output, Word
from nmes.core.waveform import Waveform
from nmes.record.files import Kind
from nmes.record.replay import Same, replay
from nmes.record.store import Closed, list_sessions, read_session, verify_session
from nmes.record.verify import Intact
from nmes.runtime.library import Library, Loaded, load_file
from nmes.runtime.open import session_of
from nmes.trial.bench import bench_with_record

PROTOCOLS = [path.stem for path in Library().files()]
LEVEL_UA = 20_000
UPDATE_US = 40_000
TURN_US = 20_000


@dataclass
class Treatment:
    """One protocol, run to its end at 20 mA. `origin_us` is where plan time 0 lies on the device's clock."""

    room: Room
    plan: Plan
    origin_us: int
    home: Path
    record: Path

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

    def pulses(self, slot: Slot, from_us: int, to_us: int) -> list[Pulse]:
        found = self.room.pulses(from_us)
        return [pulse for pulse in found if pulse.channel == slot.channel and pulse.t_us < to_us]


def _protocol(name: str, folder: Path) -> Loaded:
    if name.startswith("tens"):
        return load_file(protocol_file(folder, name, minutes="15"))
    return Library().load(name)


@pytest.fixture(scope="module", params=PROTOCOLS)
def treated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Treatment:
    home = tmp_path_factory.mktemp(request.param)
    bench, record = bench_with_record(_protocol(request.param, home), home)
    watched = Room(bench).running(LEVEL_UA)
    state, plan = bench.controller.session.state, watched.view.plan
    assert isinstance(state, s.Running)
    watched.until(lambda view: view.word is Word.ENDED, within_ms=plan.duration_ms + 10_000)
    return Treatment(watched, plan, state.origin_ms * 1000, home, record)


def test_there_are_five() -> None:
    assert len(PROTOCOLS) == 5


def test_it_ends_by_itself_and_off(treated: Treatment) -> None:
    view = treated.room.view
    assert (view.word, view.why, view.output) == (Word.ENDED, "complete", Output.OFF)
    assert treated.room.device.active_channels == ()
    assert not treated.room.device.high_voltage


def test_every_contraction_has_the_pulses_of_the_plan(treated: Treatment) -> None:
    """Within one pulse, and at its beginning within the update that starts it."""
    contractions = treated.contractions()
    assert sum(rhythm.contractions for stage in treated.plan.stages for rhythm in _rhythms(stage)) == len(contractions)
    for slot, rhythm, start_us in contractions:
        period_us = treated.plan.waveforms[slot.waveform].period_us
        up_us = rhythm.ramp_up_ms * 1000 * STEP_UA // LEVEL_UA
        down_us = rhythm.ramp_down_ms * 1000 * STEP_UA // LEVEL_UA
        planned = (rhythm.on_ms * 1000 - up_us - down_us) / period_us
        given = len(treated.pulses(slot, start_us, start_us + rhythm.on_ms * 1000 + UPDATE_US))
        starting = (UPDATE_US + TURN_US) / period_us
        assert planned - 1 - starting <= given <= planned + 1, (start_us, given, planned)


def test_ramps_are_as_long_as_asked(treated: Treatment) -> None:
    """Never faster; later by one update and the pulse that shows it at most."""
    for slot, rhythm, start_us in treated.contractions():
        period_us = treated.plan.waveforms[slot.waveform].period_us
        end_us = start_us + rhythm.on_ms * 1000
        full = [p.t_us for p in treated.pulses(slot, start_us, end_us + UPDATE_US) if p.peak_current_ua == LEVEL_UA]
        step_us = rhythm.ramp_up_ms * 1000 * STEP_UA // LEVEL_UA
        late_us = full[0] - start_us - rhythm.ramp_up_ms * 1000
        assert 0 <= late_us <= max(UPDATE_US, period_us) + step_us + TURN_US + period_us
        assert -period_us <= full[-1] - (end_us - rhythm.ramp_down_ms * 1000) <= UPDATE_US


def test_the_current_never_leaves_the_level_that_was_confirmed(treated: Treatment) -> None:
    assert max(pulse.peak_current_ua for pulse in treated.room.pulses()) == LEVEL_UA


def test_rests_are_silent(treated: Treatment) -> None:
    for (slot, rhythm, start_us), (_, _, next_us) in pairwise(treated.contractions()):
        assert treated.pulses(slot, start_us + rhythm.on_ms * 1000 + UPDATE_US, next_us) == []


def test_the_dose_in_the_record_is_the_charge_at_the_skin(treated: Treatment) -> None:
    treated.room.judge.dose()
    for dose in treated.room.view.dose:
        assert dose.high_nc - dose.low_nc < dose.high_nc // 500, "and the range is narrow when nothing went wrong"


def test_the_record_is_whole_and_closed(treated: Treatment) -> None:
    assert isinstance(verify_session(treated.record).verdict, Intact)
    [summary] = list_sessions(treated.home, Kind.SIMULATION)
    assert summary.ending == Closed("complete")


def test_replaying_the_record_gives_the_same_commands(treated: Treatment) -> None:
    found = replay(read_session(treated.record), s.step, session_of)
    assert isinstance(found, Same)
    assert found.events > 100


def test_replaying_through_another_program_names_the_first_difference(treated: Treatment) -> None:
    def other_step(session: s.Session, event: e.Event) -> s.Step:
        after, commands = s.step(session, event)
        return after, commands[1:]

    assert not isinstance(replay(read_session(treated.record), other_step, session_of), Same)


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
