"""Good protocols of every other form: bursts, sweeps, two frequencies by turns, modulations and a stepped test."""

from __future__ import annotations

from nmes.core.protocol import Protocol, Stage
from nmes.core.protocol_file import parse
from tests.core.protocol_making import STAGE, changed, sourced

CONTRACTIONS = STAGE[STAGE.index("    on_s") :]
SWEEP = "{from_hz: 65, to_hz: 100, sweep_s: 3}"
ALTERNATING = "{first_hz: 2, second_hz: 100, each_s: 3}"
STEPPED = "{start_hz: 4, step_hz: 2, cap_hz: 40}"
DERIVED = "{base: ctf, offset_hz: 30, fallback_hz: 45}"
BURST = "    burst: {pulses: 7, per_second: 2}\n"
PHASE_SWEEP = "    phase_sweep: {low_us: 100, high_us: 300, sweep_s: 3}\n"
MODULATION = "    amplitude_modulation: {depth_percent: 30, cycle_s: 3}\n"


def continuous(more: str = "", frequency: str = "50", *changes: tuple[str, str]) -> str:
    """The good protocol as one long train, with more keys in its stage and a frequency of another form."""
    form = ("frequency_hz: 50", f"frequency_hz: {frequency}")
    return sourced(changed((CONTRACTIONS, f"    continuous: true\n    minutes: 30\n{more}"), form, *changes))


def stepped(*changes: tuple[str, str], train: str = "train_pulses: 150", includes: str = "true") -> str:
    """The good protocol as a cramp threshold test."""
    text = changed(
        ("kind: nmes", "kind: assessment\nassessment: {measures: ctf}"),
        ("name: work", "name: test"),
        ("frequency_hz: 50", f"frequency_hz: {STEPPED}"),
        ("ramp_up_s: 2", "ramp_up_s: 0.5"),
        ("ramp_down_s: 1", "ramp_down_s: 0.5"),
        (CONTRACTIONS, f"    {train}\n    off_s: 60\n    on_includes_ramps: {includes}\n"),
    )
    return sourced(changed(*changes, text=text))


def loaded(text: str) -> Protocol:
    return parse(text.encode(), "good.yaml")


def stage_of(text: str) -> Stage:
    return loaded(text).stages[0]


FORMS = {
    "burst": continuous(BURST),
    "sweep": continuous("", SWEEP),
    "alternating": continuous("", ALTERNATING),
    "modulated": continuous(PHASE_SWEEP + MODULATION),
    "stepped": stepped(),
    "derived": sourced(changed(("frequency_hz: 50", f"frequency_hz: {DERIVED}"))),
}
