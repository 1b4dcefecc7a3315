"""Assessments as short YAML files of their own, so that a test does not depend on what the library ships."""

from __future__ import annotations

from pathlib import Path

from helpers.codes import CODES
from nmes.core.capabilities import Capabilities
from nmes.core.plan import Plan
from nmes.core.plan import compile as plan_for
from nmes.core.protocol_file import parse
from nmes.devices.sciencemode4.p24 import P24
from nmes.runtime.library import Loaded, load_file

_TEXT = """id: {id}
version: 1
title: A test
kind: assessment
grade: C
purpose: cramp
region: calf
body_regions: [calf]
indication: Testing
setting: clinic
position: Ankle plantarflexed, the calf shortened
channels:
  - muscle: gastrocnemius
    side: one leg
    pad_cm2: 25
    sites: Medial head and distal belly
    body_sites: [calf_medial_head, calf_distal]
    polarity: Cathode on the motor point
    waveform: {{shape: symmetric, phase_us: 300, gap_us: 0}}
    max_amplitude_ma: 60
stages:
  - name: test
    frequency_hz: {frequency}
    ramp_up_s: 0.5
    ramp_down_s: 0.5
{timing}
assessment: {{measures: {measures}}}
intensity: {{target: {target}, note: As far as it goes}}
operator_absent_limit_s: 600
{codes}patient_instructions: [Relax]
stop_rules: [Pain]
outcomes: [Cramps per week]
citations:
  - {{key: paper, text: A paper}}
provenance:
{provenance}
"""
_STATED = (
    "position",
    "operator_absent_limit_s",
    "patient_instructions",
    "stop_rules",
    "outcomes",
    "intensity.target",
    "assessment.measures",
    "channels.0.pad_cm2",
    "channels.0.sites",
    "channels.0.body_sites",
    "channels.0.polarity",
    "channels.0.waveform.shape",
    "channels.0.waveform.phase_us",
    "channels.0.waveform.gap_us",
    "channels.0.max_amplitude_ma",
    "stages.0.ramp_up_s",
    "stages.0.ramp_down_s",
    "stages.0.off_s",
)


def _text(name: str, measures: str, target: str, frequency: str, timing: str, more: tuple[str, ...]) -> str:
    provenance = "\n".join(f"  {path}: {{tag: design}}" for path in (*_STATED, *more))
    return _TEXT.format(
        codes=CODES,
        id=name,
        measures=measures,
        target=target,
        frequency=frequency,
        timing=timing,
        provenance=provenance,
    )


def ctf_text(start: int = 4, step: int = 2, cap: int = 40, train_s: int = 5, off_s: int = 10) -> str:
    """A stepped test of the cramp threshold frequency."""
    steps = (
        "frequency_hz.start_hz",
        "frequency_hz.step_hz",
        "frequency_hz.cap_hz",
        "on_s",
        "on_includes_ramps",
    )
    return _text(
        "test_ctf",
        "ctf",
        "max_tolerated",
        f"{{start_hz: {start}, step_hz: {step}, cap_hz: {cap}}}",
        f"    on_s: {train_s}\n    off_s: {off_s}\n    on_includes_ramps: true",
        tuple(f"stages.0.{path}" for path in steps),
    )


def level_text(measures: str) -> str:
    """A test whose result is the level that is accepted."""
    timing = "    on_s: 5\n    off_s: 10\n    on_includes_ramps: true\n    contractions: 1"
    more = ("stages.0.frequency_hz", "stages.0.on_s", "stages.0.on_includes_ramps", "stages.0.contractions")
    return _text("test_level", measures, measures, "50", timing, more)


def ctf_plan(capabilities: Capabilities = P24, **steps: int) -> Plan:
    return plan_for(parse(ctf_text(**steps).encode(), "test_ctf.yaml"), capabilities)


def level_plan(measures: str) -> Plan:
    return plan_for(parse(level_text(measures).encode(), "test_level.yaml"), P24)


def loaded_from(folder: Path, text: str) -> Loaded:
    """A protocol read from a file of its own."""
    path = folder / f"{text.splitlines()[0].removeprefix('id: ')}.yaml"
    path.write_text(text, encoding="utf-8")
    return load_file(path)
