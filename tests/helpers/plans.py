"""Small plans made by hand, so that a test of the session does not depend on a protocol file."""

from __future__ import annotations

from nmes.core.capabilities import Capabilities
from nmes.core.course import Course, Modulation, Steps, triangle
from nmes.core.plan import ChannelPlan, Delivered, Plan, Slot, StagePlan, Track
from nmes.core.timeline import Rhythm
from nmes.core.waveform import Waveform

CAPABILITIES = Capabilities(
    model="test device",
    channels=8,
    max_amplitude_ua=130_000,
    amplitude_step_ua=500,
    min_phase_us=10,
    max_phase_us=4095,
    min_period_us=500,
    max_period_us=16_383_000,
    period_grid_us=250,
    max_points=16,
    pulse_overhead_us=60,
    watchdog_ms=2000,
    electrode_floor_ua=15_000,
    emergency_stop=False,
)
WAVEFORM = Waveform(phase_us=300, gap_us=100, ratio=1, period_us=20_000)
WARM_UP = Waveform(phase_us=300, gap_us=100, ratio=1, period_us=200_000)
PAD_MM2 = 4500


def rhythm(
    offset_ms: int = 0, ramp_ms: int = 1000, on_ms: int = 6000, cycle_ms: int = 16_000, contractions: int = 3
) -> Rhythm:
    return Rhythm(
        offset_ms=offset_ms,
        ramp_up_ms=ramp_ms,
        on_ms=on_ms,
        ramp_down_ms=ramp_ms,
        cycle_ms=cycle_ms,
        per_set=contractions,
        sets=1,
        set_rest_ms=0,
        stage_ms=cycle_ms * contractions,
    )


def plan_of(
    *stages: tuple[tuple[Slot, Rhythm], ...],
    waveforms: tuple[Waveform, ...] = (WAVEFORM,),
    continuous: bool = False,
    ceiling_ua: int = 40_000,
    kind: str = "nmes",
    courses: tuple[Course, ...] = (),
    modulation: Modulation | None = None,
) -> Plan:
    """A plan whose stages are lists of (slot, rhythm); each stage lasts as long as its first rhythm says.

    `courses` stand in for `waveforms` where they are given.
    """
    waveforms = tuple(course.strongest for course in courses) or waveforms
    slots = tuple(dict.fromkeys(slot for stage in stages for slot, _ in stage))
    start_ms, built = 0, []
    for number, stage in enumerate(stages):
        end_ms = start_ms + max(r.stage_ms for _, r in stage)
        tracks = tuple(
            Track(slots.index(slot), r, courses[slot.waveform] if courses else None, modulation) for slot, r in stage
        )
        built.append(StagePlan(f"stage {number + 1}", start_ms, end_ms, continuous, tracks))
        start_ms = end_ms
    channels = sorted({slot.channel for slot in slots})
    return Plan(
        protocol_id="test",
        protocol_version="1",
        title="Test",
        kind=kind,
        duration_ms=start_ms,
        capabilities=CAPABILITIES,
        channels=tuple(ChannelPlan(channel, f"muscle {channel}", "left", PAD_MM2, ceiling_ua) for channel in channels),
        waveforms=waveforms,
        slots=slots,
        stages=tuple(built),
        delivered=tuple(
            Delivered(slot, 50_000, 50_000, 20_000, 300, 300, ceiling_ua, ceiling_ua, "protocol") for slot in slots
        ),
        levels_ua=(0,) * len(slots),
        stage_starts_ms=tuple(stage.start_ms for stage in built),
        courses=courses,
    )


ONE = Slot(1, 0)
TWO = Slot(2, 0)


def simple_plan() -> Plan:
    """One channel, three contractions of 1 s up, 4 s hold, 1 s down, 10 s rest."""
    return plan_of(((ONE, rhythm()),))


def alternating_plan() -> Plan:
    """Two channels, the second half a cycle later."""
    return plan_of(((ONE, rhythm()), (TWO, rhythm(offset_ms=8000))))


def continuous_plan(minutes: int = 1) -> Plan:
    """One channel of TENS with 1 s ramps."""
    total_ms = minutes * 60_000
    return plan_of(((ONE, rhythm(on_ms=total_ms, cycle_ms=total_ms, contractions=1)),), continuous=True, kind="tens")


BURST = Waveform(phase_us=200, gap_us=0, ratio=1, period_us=10_000, burst_pulses=7, burst_period_ms=500)
"""Seven pulses at 100 Hz, twice a second."""
TENS = Waveform(phase_us=200, gap_us=0, ratio=1, period_us=10_000)


def course(periods: Steps | None = None, phases: Steps | None = None, base: Waveform = TENS) -> Course:
    """A sweep, written in µs from pulse to pulse and of the first phase."""
    return Course(base, periods or Steps((base.period_us,)), phases or Steps((base.phase_us,)))


FREQUENCY_SWEEP = course(triangle(10_000, 15_000, 1000))
IN_TURN = course(Steps((10_000, 500_000), 1500))
PHASE_SWEEP = course(phases=triangle(100, 200, 1000))


def tens_plan(
    waveform: Waveform = TENS,
    *slots: Slot,
    swept: Course | None = None,
    modulation: Modulation | None = None,
    seconds: int = 60,
    ramp_ms: int = 1000,
) -> Plan:
    """One long train on each slot (channel 1 if none is named): bursts, or a sweep, or an amplitude that swings."""
    each = rhythm(ramp_ms=ramp_ms, on_ms=seconds * 1000, cycle_ms=seconds * 1000, contractions=1)
    return plan_of(
        tuple((slot, each) for slot in slots or (ONE,)),
        waveforms=(waveform,),
        continuous=True,
        kind="tens",
        courses=(swept,) if swept else (),
        modulation=modulation,
    )
