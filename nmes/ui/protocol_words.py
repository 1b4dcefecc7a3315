"""A protocol and its plan in words: what it will do, how much that is, and how far each number can be trusted.

Only a value tagged `source` is called one; what is still to be verified says so beside the number it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import Final, assert_never

from textual.content import Content

from nmes.core import limits
from nmes.core.dose import density_na_per_mm2, duty_permille, phase_charge_nc, rms_ua
from nmes.core.plan import Delivered, Plan
from nmes.core.problems import ProblemsError
from nmes.core.protocol import Channel, DerivedFrequency, Evidence, FrequencyRange, Protocol, Stage
from nmes.ui.numbers import clock, cm2, hz, ma, percent, seconds
from nmes.ui.widgets.envelope import at_ceiling, draw, window_ms
from nmes.ui.words import target_words

_TAGS: Final = {
    "source": "source",
    "verify": "TO\N{NO-BREAK SPACE}VERIFY",
    "design": "our default",
    "computed": "computed",
}


def card(protocol: Protocol, plan: Plan | ProblemsError, width: int) -> Content:
    """The whole card, `width` columns wide."""
    lines: list[Content] = []

    def head(text: str) -> None:
        lines.extend((Content(""), *(Content.styled(line, "bold") for line in _wrapped(text, width))))

    def add(*texts: str) -> None:
        for text in texts:
            lines.extend(_marked(line) for line in _wrapped(text, width))

    lines.extend(Content.styled(line, "bold") for line in _wrapped(protocol.title, width))
    add(*_about(protocol))
    if isinstance(plan, ProblemsError):
        head("CANNOT BE USED WITH THIS STIMULATOR")
        add(*(f"✖ {problem}" for problem in plan.problems))
        return Content("\n").join(lines)
    head("WHAT IT WILL DO")
    add(*_channels(protocol, plan), *_stages(protocol), f"Whole treatment {clock(plan.duration_ms)} min")
    head("ENVELOPE of channel 1")
    lines.extend(Content(row) for row in draw(at_ceiling(plan), 1, 0, window_ms(plan), width, 2))
    head("DOSE at the most that may be set")
    add(*_dose(protocol, plan))
    head("INTENSITY")
    add(target_words(protocol))
    head("HOW FAR TO TRUST THE NUMBERS")
    add(*_trust(protocol))
    for title, found in (("EVIDENCE FOR", protocol.evidence_for), ("EVIDENCE AGAINST", protocol.evidence_against)):
        head(title)
        add(*(_evidence(found) or ("none was read",)))
    head("STOP WHEN")
    add(*(f"! {rule}" for rule in protocol.stop_rules))
    head("TELL THE PATIENT")
    add(*(f"- {told}" for told in protocol.patient_instructions))
    head("SOURCES")
    add(*(f"{c.key}: {c.text}{' (repeats the original)' if c.secondary else ''}" for c in protocol.citations))
    return Content("\n").join(lines)


def _wrapped(text: str, width: int) -> list[str]:
    """Lines that keep their indent; only spaces are broken at, so that a mark stays whole."""
    indent = " " * (len(text) - len(text.lstrip(" ")) + 2)
    return wrap(text, max(20, width), subsequent_indent=indent, break_on_hyphens=False) or [""]


def _marked(text: str) -> Content:
    """A line with every TO VERIFY made to stand out by more than its words."""
    plain, mark = Content(text), _TAGS["verify"]
    return plain.highlight_regex(mark, style="bold reverse") if mark in text else plain


def _about(protocol: Protocol) -> Iterator[str]:
    kind = f"{protocol.kind.upper()}, {protocol.region}, {protocol.setting}"
    yield f"{kind}; grade {protocol.grade}; version {protocol.version}"
    yield f"For: {protocol.indication}"
    yield f"Position: {protocol.position}{_tag(protocol, 'position')}"
    if protocol.schedule:
        weeks = f"{protocol.schedule.weeks_low} to {protocol.schedule.weeks_high} weeks"
        yield f"Schedule: {protocol.schedule.sessions_per_week} a week, {weeks}"


def _tag(protocol: Protocol, path: str) -> str:
    """` (TO VERIFY)` and the like; nothing where the file states nothing."""
    found = protocol.provenance.get(path)
    return f" ({_TAGS[found.tag]})" if found else ""


def _channels(protocol: Protocol, plan: Plan) -> Iterator[str]:
    for index, channel in enumerate(protocol.channels):
        where = f"channels.{index}"
        pads = f"pads {cm2(channel.pad_mm2)}{_tag(protocol, f'{where}.pad_cm2')}"
        yield f"Channel {index + 1}: {channel.muscle}, {channel.side}, {pads}"
        for made in (found for found in plan.delivered if found.slot.channel == index + 1):
            yield from _delivered(protocol, channel, made, where)


def _delivered(protocol: Protocol, channel: Channel, made: Delivered, where: str) -> Iterator[str]:
    yield f"  frequency {hz(made.asked_frequency_mhz)} Hz asked, {hz(made.frequency_mhz)} Hz delivered"
    shape = f"{channel.waveform.shape}, gap {channel.waveform.gap_us} µs"
    tag = _tag(protocol, f"{where}.waveform.phase_us")
    yield f"  phase {made.asked_phase_us} µs asked, {made.phase_us} µs delivered{tag}; {shape}"
    tag = _tag(protocol, f"{where}.max_amplitude_ma")
    allowed = f"{ma(made.ceiling_ua)} mA allowed: {made.ceiling_reason}"
    yield f"  at most {ma(made.asked_amplitude_ua)} mA asked{tag}, {allowed}"


def _stages(protocol: Protocol) -> Iterator[str]:
    for index, stage in enumerate(protocol.stages):
        where = f"stages.{index}"
        yield f"{stage.name.replace('_', ' ').capitalize()}: {_frequency(protocol, stage, where)}"
        ramps = f"  ramp up {seconds(stage.ramp_up_ms)} s{_tag(protocol, f'{where}.ramp_up_s')}"
        yield f"{ramps}, down {seconds(stage.ramp_down_ms)} s{_tag(protocol, f'{where}.ramp_down_s')}"
        if stage.continuous:
            yield f"  one train of {clock(stage.stage_ms)} min{_tag(protocol, f'{where}.minutes')}"
            continue
        on, off = _tag(protocol, f"{where}.on_s"), _tag(protocol, f"{where}.off_s")
        yield f"  on {seconds(stage.on_ms)} s with both ramps{on}, off {seconds(stage.off_ms)} s{off}"
        sets = stage.sets or 1
        many = f" in {sets} sets, {seconds(stage.set_rest_ms)} s between{_tag(protocol, f'{where}.set_rest_s')}"
        yield f"  {stage.per_set * sets} contractions{many if sets > 1 else ''}, {clock(stage.stage_ms)} min"


def _frequency(protocol: Protocol, stage: Stage, where: str) -> str:
    match stage.frequency_hz:
        case DerivedFrequency(offset_hz=offset, fallback_hz=fallback):
            tag = _tag(protocol, f"{where}.frequency_hz.offset_hz")
            fallback_tag = _tag(protocol, f"{where}.frequency_hz.fallback_hz")
            return f"cramp threshold frequency + {offset} Hz{tag}; not measured: {fallback} Hz{fallback_tag}"
        case FrequencyRange(low_hz=low, high_hz=high, use_hz=use):
            return f"{use} Hz of {low} to {high} Hz{_tag(protocol, f'{where}.frequency_hz.use_hz')}"
        case fixed:
            return f"{fixed} Hz{_tag(protocol, f'{where}.frequency_hz')}"
    assert_never(stage.frequency_hz)


def _dose(protocol: Protocol, plan: Plan) -> Iterator[str]:
    step_ua = plan.capabilities.amplitude_step_ua
    for made in plan.delivered:
        waveform = plan.waveforms[made.slot.waveform]
        pad_mm2 = next(channel.pad_mm2 for channel in plan.channels if channel.channel == made.slot.channel)
        points = waveform.points(made.ceiling_ua, step_ua)
        density = density_na_per_mm2(points, waveform.period_us, pad_mm2)
        rms, most_ua = rms_ua(points, waveform.period_us), limits.max_rms_ua(made.frequency_mhz)
        share = percent(density, limits.MAX_DENSITY_UA_PER_MM2 * 1000)
        yield f"Channel {made.slot.channel} at {ma(made.ceiling_ua)} mA, {hz(made.frequency_mhz)} Hz"
        yield f"  charge per phase {phase_charge_nc(points) / 1000:.1f} µC"
        yield f"  r.m.s. current {ma(rms)} mA: {percent(rms, most_ua)} of the limit of {most_ua // 1000} mA"
        yield f"  r.m.s. density on {cm2(pad_mm2)}: {density / 10_000:.2f} mA/cm², {share} of the limit of 2 mA/cm²"
    for stage in protocol.stages:
        duty = 1000 if stage.continuous else duty_permille(stage.on_ms, stage.off_ms)
        yield f"  {stage.name.replace('_', ' ')}: current in {duty // 10} % of the time"


def _trust(protocol: Protocol) -> Iterator[str]:
    tags = [found.tag for found in protocol.provenance.values()]
    yield ", ".join(f"{tags.count(tag)} {word}" for tag, word in _TAGS.items() if tag in tags)
    for path, found in protocol.provenance.items():
        if found.tag == "verify":
            note = f": {found.note}" if found.note else ""
            yield f"  {_TAGS['verify']} {path}{note}"


def _evidence(found: tuple[Evidence, ...]) -> tuple[str, ...]:
    return tuple(f"- {one.text} [{', '.join(one.cite)}]" for one in found)
