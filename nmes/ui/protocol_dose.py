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
from nmes.language import _, many
from nmes.ui.names import heading
from nmes.ui.numbers import charge, clock, cm2, density, hz, ma, percent, permille, phase_charge, seconds
from nmes.ui.protocol_tags import tag

_STEPS: Final = _("in steps of {time} s or a little more").format(time=seconds(STEP_MS))


def delivered(protocol: Protocol, plan: Plan) -> Iterator[str]:
    """Asked against delivered, and what set the ceiling; then what becomes of bursts, sweeps and steps."""
    yield from _merged(_CHANNEL, ((made.slot.channel, _made(protocol, made)) for made in plan.delivered))
    start_ms = 0
    for stage in protocol.stages:
        yield from _changing(stage, plan, start_ms)
        start_ms += stage.stage_ms


_CHANNEL: Final = (_("Channel {channels}"), _("Channels {channels}"))
_WHOLE: Final = (_("Channel {channels}, whole treatment"), _("Channels {channels}, whole treatment"))
"""For one channel, and for several."""


def _merged(heading: tuple[str, str], blocks: Iterable[tuple[int, tuple[str, ...]]]) -> Iterator[str]:
    """Channels of which the same is told are told together."""
    together: dict[tuple[str, ...], list[int]] = {}
    for channel, lines in blocks:
        together.setdefault(lines, []).append(channel)
    for lines, channels in together.items():
        names = _(" and ").join(map(str, dict.fromkeys(channels)))
        one, several = heading
        yield (several if len(set(channels)) > 1 else one).format(channels=names)
        yield from (f"  {line}" for line in lines)


def _made(protocol: Protocol, made: Delivered) -> tuple[str, ...]:
    channel, where = protocol.channels[made.slot.channel - 1], f"channels.{made.slot.channel - 1}"
    pulse = f"{where}.waveform"
    return (
        _("frequency {asked} Hz asked, {delivered} Hz delivered").format(
            asked=hz(made.asked_frequency_mhz), delivered=hz(made.frequency_mhz)
        ),
        _("phase {asked} µs asked, {delivered} µs delivered{tag}").format(
            asked=made.asked_phase_us, delivered=made.phase_us, tag=tag(protocol, f"{pulse}.phase_us")
        ),
        _("{shape}{shape_tag}{ratio}, gap {gap} µs{gap_tag}").format(
            shape=_SHAPES[channel.waveform.shape],
            shape_tag=tag(protocol, f"{pulse}.shape"),
            ratio=_ratio(protocol, channel, pulse),
            gap=channel.waveform.gap_us,
            gap_tag=tag(protocol, f"{pulse}.gap_us"),
        ),
        *_gap(made),
        _("at most {asked} mA asked{tag}, {allowed} mA allowed: {reason}").format(
            asked=ma(made.asked_amplitude_ua),
            tag=tag(protocol, f"{where}.max_amplitude_ma"),
            allowed=ma(made.ceiling_ua),
            reason=_(made.ceiling_reason),
        ),
    )


def _gap(made: Delivered) -> tuple[str, ...]:
    """Of a device that has one interphase gap for every pulse; nothing where it is the one asked for."""
    if made.gap_us == made.asked_gap_us:
        return ()
    said = _("gap {asked} µs asked, {delivered} µs delivered")
    return (said.format(asked=made.asked_gap_us, delivered=made.gap_us),)


_SHAPES: Final = {"symmetric": _("symmetric"), "asymmetric": _("asymmetric")}


def _ratio(protocol: Protocol, channel: Channel, pulse: str) -> str:
    ratio = channel.waveform.ratio
    if not ratio:
        return ""
    return _(", second phase {ratio} times lower and longer{tag}").format(
        ratio=ratio, tag=tag(protocol, f"{pulse}.ratio")
    )


def _changing(stage: Stage, plan: Plan, start_ms: int) -> Iterator[str]:
    """What becomes of bursts, sweeps and steps of one stage; nothing where it plays one steady train."""
    name, now = heading(stage.name), plan.at(start_ms)[0]
    band, steps = now.course.band, stage.steps_mhz()
    if stage.burst:
        yield _(
            "{stage}: {asked} pulses a burst asked, {delivered} delivered, within 1; a burst every {time} ms"
        ).format(
            stage=name,
            asked=stage.burst.pulses,
            delivered=now.waveform.burst_pulses,
            time=now.waveform.burst_period_ms,
        )
    if band and stage.phase_sweep:
        yield _("{stage}: phase {low} to {high} µs asked, {shortest} to {longest} µs delivered, {steps}").format(
            stage=name,
            low=stage.phase_sweep.low_us,
            high=stage.phase_sweep.high_us,
            shortest=band.shortest_phase_us,
            longest=band.longest_phase_us,
            steps=_STEPS,
        )
    elif band:
        asked = _both(stage.frequency_hz, stage.band_mhz(None))
        made = (frequency_mhz(period_us) for period_us in (band.longest_period_us, band.shortest_period_us))
        yield _("{stage}: {asked} Hz asked, {delivered} Hz delivered").format(
            stage=name, asked=asked, delivered=_both(stage.frequency_hz, tuple(made))
        )
    modulation = plan.stage_at(start_ms).tracks[0].modulation
    if stage.amplitude_modulation and modulation:
        yield _("{stage}: amplitude {asked} % lower asked, {delivered} % delivered").format(
            stage=name,
            asked=stage.amplitude_modulation.depth_percent,
            delivered=permille(1000 - min(modulation.permille.values)),
        )
    if steps:
        later = [one.step_mhz for one in plan.stages if one.start_ms >= start_ms and one.step_mhz is not None]
        yield _("{stage}: {frequencies} Hz asked").format(stage=name, frequencies=" ".join(map(hz, steps)))
        yield _("  {frequencies} Hz delivered").format(frequencies=" ".join(map(hz, later[: len(steps)])))


def _both(frequency: Frequency, ends_mhz: tuple[int, ...]) -> str:
    """The two ends of a sweep, or the two frequencies that come by turns."""
    return (_(" and ") if isinstance(frequency, AlternatingFrequency) else _(" to ")).join(map(hz, ends_mhz))


def dose(protocol: Protocol, plan: Plan) -> Iterator[str]:
    """Per slot the pulse beside its limits, per channel the whole treatment, per stage the share of the time."""
    yield from _merged(_CHANNEL, ((made.slot.channel, _pulse(plan, made)) for made in plan.delivered))
    trains = all(stage.continuous or stage.steps_mhz() for stage in protocol.stages)
    totals = most(plan, at_ceiling(plan))
    yield from _merged(_WHOLE, ((total.channel, _total(total, trains=trains)) for total in totals))
    for stage in protocol.stages:
        duty = 1000 if stage.continuous else duty_permille(stage.on_ms, stage.off_ms)
        name = heading(stage.name)
        yield _("{stage}: current in {percent} % of the time").format(stage=name, percent=duty // 10)


def _total(total: Most, *, trains: bool) -> tuple[str, ...]:
    number = total.contractions
    if trains:
        times = many("{number} train", "{number} trains", number)
    else:
        times = many("{number} contraction", "{number} contractions", number)
    return (
        _("charge of the first phases {charge}: {share} of the limit of {limit} C").format(
            charge=charge(total.charge_nc, total.charge_nc),
            share=percent(total.charge_nc, limits.MAX_TREATMENT_CHARGE_NC),
            limit=limits.MAX_TREATMENT_CHARGE_NC // 1_000_000_000,
        ),
        _("{pulses} pulses, {times}, current for {time} min").format(
            pulses=total.pulses, times=times, time=clock(total.on_ms)
        ),
    )


def _pulse(plan: Plan, made: Delivered) -> tuple[str, ...]:
    step_ua, waveform = plan.capabilities.amplitude_step_ua, plan.waveforms[made.slot.waveform]
    pad_mm2 = next(channel.pad_mm2 for channel in plan.channels if channel.channel == made.slot.channel)
    points = waveform.points(made.ceiling_ua, step_ua)
    dense = density_na_per_mm2(points, waveform.period_us, pad_mm2)
    rms, most_ua = rms_ua(points, waveform.period_us), limits.max_rms_ua(made.frequency_mhz)
    return (
        _("{amplitude} mA at {frequency} Hz: charge per phase {charge} µC").format(
            amplitude=ma(made.ceiling_ua),
            frequency=hz(made.frequency_mhz),
            charge=phase_charge(phase_charge_nc(points)),
        ),
        _("r.m.s. current {current} mA: {share} of the limit of {limit} mA").format(
            current=ma(rms), share=percent(rms, most_ua), limit=most_ua // 1000
        ),
        _("r.m.s. density on {pad}: {density} mA/cm², {share} of the limit of 2 mA/cm²").format(
            pad=cm2(pad_mm2), density=density(dense), share=percent(dense, limits.MAX_DENSITY_UA_PER_MM2 * 1000)
        ),
    )
