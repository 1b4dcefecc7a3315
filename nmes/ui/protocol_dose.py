"""What the stimulator makes of a protocol, and how much that is at the most that may be set, beside the limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from nmes.core import limits
from nmes.core.course import STEP_MS
from nmes.core.dose import density_na_per_mm2, duty_permille, phase_charge_nc, rms_ua
from nmes.core.plan import Delivered, Plan
from nmes.core.plan_most import Most, at_ceiling, most
from nmes.core.protocol import AlternatingFrequency, Channel, Frequency, Protocol, Stage
from nmes.core.units import frequency_mhz
from nmes.ui.numbers import charge, clock, cm2, hz, ma, percent
from nmes.ui.protocol_tags import tag

_STEPS: Final = f"in steps of {STEP_MS / 1000:g} s or a little more"


def delivered(protocol: Protocol, plan: Plan) -> Iterator[str]:
    """Asked against delivered, and what set the ceiling; then what becomes of bursts, sweeps and steps."""
    yield from _merged("", ((made.slot.channel, _made(protocol, made)) for made in plan.delivered))
    start_ms = 0
    for stage in protocol.stages:
        yield from _changing(stage, plan, start_ms)
        start_ms += stage.stage_ms


def _merged(more: str, blocks: Iterable[tuple[int, tuple[str, ...]]]) -> Iterator[str]:
    """Channels of which the same is told are told together."""
    together: dict[tuple[str, ...], list[int]] = {}
    for channel, lines in blocks:
        together.setdefault(lines, []).append(channel)
    for lines, channels in together.items():
        names = " and ".join(map(str, dict.fromkeys(channels)))
        yield f"Channel{'s' if len(set(channels)) > 1 else ''} {names}{more}"
        yield from (f"  {line}" for line in lines)


def _made(protocol: Protocol, made: Delivered) -> tuple[str, ...]:
    channel, where = protocol.channels[made.slot.channel - 1], f"channels.{made.slot.channel - 1}"
    pulse = f"{where}.waveform"
    shape = f"{channel.waveform.shape}{tag(protocol, f'{pulse}.shape')}{_ratio(protocol, channel, pulse)}"
    phase = f"phase {made.asked_phase_us} µs asked, {made.phase_us} µs delivered{tag(protocol, f'{pulse}.phase_us')}"
    most_ma = f"at most {ma(made.asked_amplitude_ua)} mA asked{tag(protocol, f'{where}.max_amplitude_ma')}"
    return (
        f"frequency {hz(made.asked_frequency_mhz)} Hz asked, {hz(made.frequency_mhz)} Hz delivered",
        phase,
        f"{shape}, gap {channel.waveform.gap_us} µs{tag(protocol, f'{pulse}.gap_us')}",
        f"{most_ma}, {ma(made.ceiling_ua)} mA allowed: {made.ceiling_reason}",
    )


def _ratio(protocol: Protocol, channel: Channel, pulse: str) -> str:
    ratio = channel.waveform.ratio
    return f", second phase {ratio} times lower and longer{tag(protocol, f'{pulse}.ratio')}" if ratio else ""


def _changing(stage: Stage, plan: Plan, start_ms: int) -> Iterator[str]:
    """What becomes of bursts, sweeps and steps of one stage; nothing where it plays one steady train."""
    name, now = stage.name.replace("_", " ").capitalize(), plan.at(start_ms)[0]
    band, steps = now.course.band, stage.steps_mhz()
    if stage.burst:
        asked = f"{stage.burst.pulses} pulses a burst asked, {now.waveform.burst_pulses} delivered, within 1"
        yield f"{name}: {asked}; a burst every {now.waveform.burst_period_ms} ms"
    if band and stage.phase_sweep:
        asked = f"phase {stage.phase_sweep.low_us} to {stage.phase_sweep.high_us} µs asked"
        yield f"{name}: {asked}, {band.shortest_phase_us} to {band.longest_phase_us} µs delivered, {_STEPS}"
    elif band:
        asked = _both(stage.frequency_hz, stage.band_mhz(None))
        made = (frequency_mhz(period_us) for period_us in (band.longest_period_us, band.shortest_period_us))
        yield f"{name}: {asked} Hz asked, {_both(stage.frequency_hz, tuple(made))} Hz delivered"
    modulation = plan.stage_at(start_ms).tracks[0].modulation
    if stage.amplitude_modulation and modulation:
        asked = f"amplitude {stage.amplitude_modulation.depth_percent} % lower asked"
        yield f"{name}: {asked}, {(1000 - min(modulation.permille.values)) / 10:g} % delivered"
    if steps:
        later = [one.step_mhz for one in plan.stages if one.start_ms >= start_ms and one.step_mhz is not None]
        yield f"{name}: {' '.join(map(hz, steps))} Hz asked"
        yield f"  {' '.join(map(hz, later[: len(steps)]))} Hz delivered"


def _both(frequency: Frequency, ends_mhz: tuple[int, ...]) -> str:
    """The two ends of a sweep, or the two frequencies that come by turns."""
    return (" and " if isinstance(frequency, AlternatingFrequency) else " to ").join(map(hz, ends_mhz))


def dose(protocol: Protocol, plan: Plan) -> Iterator[str]:
    """Per slot the pulse beside its limits, per channel the whole treatment, per stage the share of the time."""
    yield from _merged("", ((made.slot.channel, _pulse(plan, made)) for made in plan.delivered))
    trains = all(stage.continuous or stage.steps_mhz() for stage in protocol.stages)
    totals = most(plan, at_ceiling(plan))
    yield from _merged(
        ", whole treatment", ((total.channel, _total(total, "train" if trains else "contraction")) for total in totals)
    )
    for stage in protocol.stages:
        duty = 1000 if stage.continuous else duty_permille(stage.on_ms, stage.off_ms)
        yield f"{stage.name.replace('_', ' ').capitalize()}: current in {duty // 10} % of the time"


def _total(total: Most, each: str) -> tuple[str, ...]:
    share = percent(total.charge_nc, limits.MAX_TREATMENT_CHARGE_NC)
    charged = f"charge of the first phases {charge(total.charge_nc, total.charge_nc)}"
    times = f"{total.contractions} {each}{'' if total.contractions == 1 else 's'}"
    return (
        f"{charged}: {share} of the limit of {limits.MAX_TREATMENT_CHARGE_NC // 1_000_000_000} C",
        f"{total.pulses} pulses, {times}, current for {clock(total.on_ms)} min",
    )


def _pulse(plan: Plan, made: Delivered) -> tuple[str, ...]:
    step_ua, waveform = plan.capabilities.amplitude_step_ua, plan.waveforms[made.slot.waveform]
    pad_mm2 = next(channel.pad_mm2 for channel in plan.channels if channel.channel == made.slot.channel)
    points = waveform.points(made.ceiling_ua, step_ua)
    density = density_na_per_mm2(points, waveform.period_us, pad_mm2)
    rms, most_ua = rms_ua(points, waveform.period_us), limits.max_rms_ua(made.frequency_mhz)
    share = percent(density, limits.MAX_DENSITY_UA_PER_MM2 * 1000)
    at = f"{ma(made.ceiling_ua)} mA at {hz(made.frequency_mhz)} Hz"
    return (
        f"{at}: charge per phase {phase_charge_nc(points) / 1000:.1f} µC",
        f"r.m.s. current {ma(rms)} mA: {percent(rms, most_ua)} of the limit of {most_ua // 1000} mA",
        f"r.m.s. density on {cm2(pad_mm2)}: {density / 10_000:.2f} mA/cm², {share} of the limit of 2 mA/cm²",
    )
