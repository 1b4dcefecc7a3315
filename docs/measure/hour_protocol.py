"""The protocol of the long run: eight channels that contract together at 50 Hz, six times a minute. No treatment."""

from __future__ import annotations

from typing import Final

CHANNELS: Final = 8
PERIOD_US: Final = 20_000
CYCLE_MS: Final = 10_000
"""2 s up, 2 s hold, 1 s down, 5 s rest: the ramps are where a controller has most to do."""
LEVEL_UA: Final = 10_000

_HEAD: Final = """id: eight_channels
version: 1
title: Eight channels at 50 Hz, for measuring
kind: nmes
grade: C
purpose: strength
clearance: none
region: thigh
body_regions: [thigh]
indication: None; it measures the program on a simulator
setting: clinic
position: None
operator_absent_limit_s: 300
intensity: {target: strong_comfortable, note: None}
patient_instructions: [None]
stop_rules: [None]
outcomes: [None]
contraindications: [active_dvt_thrombophlebitis, active_implant, pregnancy, uncontrolled_bleeding,
  infection_tb_osteomyelitis, severe_arterial_insufficiency, cannot_give_feedback, near_diathermy_rf, denervated_muscle,
  malignancy, damaged_skin, recent_radiotherapy, varicose_veins_local, recent_surgery_fracture_suture_tendon]
precautions: [frail_skin]
citations:
  - {key: none, text: Nothing was read for this; it measures a program}
stages:
  - name: work
    frequency_hz: 50
    ramp_up_s: 2
    ramp_down_s: 1
    on_s: 5
    off_s: 5
    on_includes_ramps: true
    contractions: {contractions}
channels:
"""
_CHANNEL: Final = """  - muscle: muscle {number}
    side: left
    pad_cm2: 45
    sites: None
    body_sites: [thigh_front_proximal, thigh_front_distal]
    polarity: None
    waveform: {shape: symmetric, phase_us: 300, gap_us: 0}
    max_amplitude_ma: 20
"""
_OWN: Final = (
    "operator_absent_limit_s",
    "position",
    "patient_instructions",
    "stop_rules",
    "outcomes",
    "intensity.target",
)
_OF_CHANNEL: Final = (
    "sites",
    "body_sites",
    "polarity",
    "waveform.shape",
    "pad_cm2",
    "waveform.phase_us",
    "waveform.gap_us",
)
_OF_STAGE: Final = ("frequency_hz", "ramp_up_s", "ramp_down_s", "on_s", "off_s", "on_includes_ramps", "contractions")


def protocol_text(minutes: float) -> str:
    """A file for so many minutes, each number with its origin: ours."""
    contractions = max(1, round(minutes * 60_000 / CYCLE_MS))
    text = _HEAD.replace("{contractions}", str(contractions))
    text += "".join(_CHANNEL.replace("{number}", str(number)) for number in range(1, CHANNELS + 1))
    origins = [
        *_OWN,
        *(f"channels.{number}.{key}" for number in range(CHANNELS) for key in (*_OF_CHANNEL, "max_amplitude_ma")),
        *(f"stages.0.{key}" for key in _OF_STAGE),
    ]
    return text + "provenance:\n" + "".join(f"  {path}: {{tag: design}}\n" for path in origins)
