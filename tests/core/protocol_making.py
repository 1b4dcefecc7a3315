"""One good protocol text, the device of the tests, and short ways to change the one and compile for the other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpers.codes import CODES
from nmes.core import plan as plans
from nmes.core.capabilities import Capabilities
from nmes.core.plan import Plan
from nmes.core.problems import ProtocolError
from nmes.core.protocol import Protocol
from nmes.core.protocol_file import parse

DEVICE = Capabilities(
    model="P24",
    channels=8,
    max_amplitude_ua=130_000,
    amplitude_step_ua=500,
    min_phase_us=10,
    max_phase_us=4095,
    min_period_us=500,
    max_period_us=16_383_000,
    period_grid_us=500,
    max_points=16,
    pulse_overhead_us=60,
    watchdog_ms=2000,
    electrode_floor_ua=15_000,
    emergency_stop=False,
)
FINE_DEVICE = replace(DEVICE, period_grid_us=250, max_period_us=8_191_500)

HEAD = f"""id: good
version: 1
title: A good protocol
kind: nmes
grade: B
purpose: cramp
region: calf
body_regions: [calf]
indication: Testing
setting: clinic
position: Sitting
operator_absent_limit_s: 60
intensity: {{target: strong_comfortable, note: Strong}}
patient_instructions: [Relax]
stop_rules: [Pain]
outcomes: [Cramps per week]
citations:
  - {{key: paper2014, text: A paper, doi: 10.1371/journal.pone.0094910}}
{CODES}"""

CHANNEL = """channels:
  - muscle: gastrocnemius
    side: left
    pad_cm2: 25
    sites: Belly
    body_sites: [calf_medial_head, calf_distal]
    polarity: Cathode distal
    waveform: {shape: symmetric, phase_us: 300, gap_us: 100}
    max_amplitude_ma: 60
"""

STAGE = """stages:
  - name: work
    frequency_hz: 50
    ramp_up_s: 2
    ramp_down_s: 1
    on_s: 6
    off_s: 10
    on_includes_ramps: true
    contractions: 3
"""

PROVENANCE = """provenance:
  operator_absent_limit_s: {tag: design}
  position: {tag: design}
  patient_instructions: {tag: design}
  stop_rules: {tag: design}
  outcomes: {tag: design}
  intensity.target: {tag: design}
  channels.0.sites: {tag: design}
  channels.0.body_sites: {tag: design}
  channels.0.polarity: {tag: design}
  channels.0.waveform.shape: {tag: design}
  channels.0.pad_cm2: {tag: design, note: Cautious}
  channels.0.waveform.phase_us: {tag: source, cite: [paper2014]}
  channels.0.waveform.gap_us: {tag: design}
  channels.0.max_amplitude_ma: {tag: design}
  stages.0.frequency_hz: {tag: source, cite: [paper2014]}
  stages.0.ramp_up_s: {tag: verify}
  stages.0.ramp_down_s: {tag: verify}
  stages.0.on_s: {tag: source, cite: [paper2014]}
  stages.0.off_s: {tag: source, cite: [paper2014]}
  stages.0.on_includes_ramps: {tag: design}
  stages.0.contractions: {tag: computed}
"""

STATED = frozenset(
    {
        "position",
        "sites",
        "body_sites",
        "polarity",
        "shape",
        "on_includes_ramps",
        "target",
        "measures",
        "first_session",
        "progression",
        "deload",
        "patient_instructions",
        "stop_rules",
        "outcomes",
    }
)
"""The last keys of what is no number and needs an origin all the same."""

GOOD = HEAD + CHANNEL + STAGE + PROVENANCE


def changed(*changes: tuple[str, str], text: str = GOOD) -> str:
    """The text with each first piece replaced by the second; each must occur exactly once."""
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times"
        text = text.replace(old, new)
    return text


def sourced(text: str) -> str:
    """The text with an origin for every number, and what else needs one, that has none."""
    from nmes.core.yaml_tree import dotted, read

    tree = read(text.encode(), "good.yaml")
    provenance = tree.get(("provenance",))
    assert isinstance(provenance, dict)
    texts = [path for path in tree.values_at if path and path[-1] in STATED]
    needed = (p for p in (*tree.numbers(), *texts) if p[0] not in {"version", "changes", "citations", "provenance"})
    missing = [path for path in map(dotted, needed) if path not in provenance]
    text = "\n".join(line for line in text.splitlines() if not _dangling(line, tree))
    return text + "".join(f"\n  {path}: {{tag: design}}" for path in missing) + "\n"


def _dangling(line: str, tree: object) -> bool:
    from nmes.core.yaml_tree import Tree, dotted

    assert isinstance(tree, Tree)
    name = line.strip().split(":")[0]
    return "{tag:" in line and name not in {dotted(path) for path in tree.values_at}


def protocol(*changes: tuple[str, str]) -> Protocol:
    """The good protocol, changed, every number sourced."""
    return parse(sourced(changed(*changes)).encode(), "good.yaml")


def plan(*changes: tuple[str, str], device: Capabilities = DEVICE, level_ua: int = 0) -> Plan:
    """The plan of the good protocol, changed, with the same level in every slot."""
    made = plans.compile(protocol(*changes), device)
    for slot in made.slots:
        made = made.with_level(slot, level_ua)
    return made


def problems(text: str | bytes, name: str = "good.yaml") -> list[str]:
    """Everything that is wrong, as a person reads it, without the file's name."""
    with pytest.raises(ProtocolError) as raised:
        parse(text.encode() if isinstance(text, str) else text, name)
    return [str(problem).removeprefix(f"{name}:") for problem in raised.value.problems]
