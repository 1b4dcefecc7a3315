"""Which shipped protocol which stimulator delivers, and what it makes of it: the page docs/reference/families.md.

    python docs/measure/families.py [--write docs/reference/families.md]

Nothing is measured: every shipped protocol is compiled for every family. A test makes the page again and holds the two
against each other, so that neither a protocol nor a device changes without it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from nmes.core.plan import Delivered, Plan
from nmes.core.plan import compile as plan_for
from nmes.core.problems import PlanError
from nmes.core.protocol import Protocol
from nmes.runtime.families import FAMILIES, Family
from nmes.runtime.library import Library, load_file, shipped_folder

HEAD = """# Every protocol on every stimulator

Made by `python docs/measure/families.py --write docs/reference/families.md`; a test makes it again. What can be
delivered at all is decided in `nmes/core/plan_fits.py` and `nmes/core/delivery.py`; what a device can do, with the
source of each number, stands in its folder below `nmes/devices`.

**Delivered** alone: exactly as asked. Frequencies round to the longer period of the device, amplitudes down to its
step; a device with a fixed interphase gap plays its own. Whatever differs from the file is told here and on the
screens. A threshold that was measured on the patient changes the frequencies of what is derived from it.
"""


def page() -> str:
    """The whole page."""
    protocols = [load_file(file).protocol for file in _files()]
    return "\n".join((HEAD, *_devices(), "", *_table(protocols), "", *_refusals(protocols))) + "\n"


def _files() -> list[Path]:
    return sorted(Library((shipped_folder(),)).files(), key=lambda file: file.stem)


def _devices() -> Iterator[str]:
    yield "## The stimulators"
    yield ""
    yield "| | " + " | ".join(f"{family.model} (`{family.key}`)" for family in FAMILIES) + " |"
    yield "|---|" + "---|" * len(FAMILIES)
    for name, told in (
        ("channels", [f"{f.capabilities.channels}" for f in FAMILIES]),
        ("amplitude", [_amplitude(f) for f in FAMILIES]),
        ("phase", [f"{f.capabilities.min_phase_us} to {f.capabilities.max_phase_us} µs" for f in FAMILIES]),
        ("period", [_period(f) for f in FAMILIES]),
        ("interphase gap", [_gap(f) for f in FAMILIES]),
        ("within a contraction", [_within(f) for f in FAMILIES]),
        ("silent by itself after", [_dead_man(f) for f in FAMILIES]),
        ("an electrode that is off", [_FEEDBACK[f.capabilities.electrode_feedback] for f in FAMILIES]),
    ):
        yield f"| {name} | " + " | ".join(told) + " |"


_FEEDBACK = {"polled": "asked for, by channel", "pushed": "told, without the channel; all stops", "none": "never told"}


def _amplitude(family: Family) -> str:
    able = family.capabilities
    return f"{able.max_amplitude_ua / 1000:g} mA in steps of {able.amplitude_step_ua / 1000:g} mA"


def _period(family: Family) -> str:
    able = family.capabilities
    ends = f"{able.min_period_us / 1000:g} to {able.max_period_us / 1000:g} ms"
    shared = ", one for all channels" if able.one_period else ""
    group_us = able.group_us(range(1, able.channels + 1))
    slots = f"; all {able.channels} channels need {group_us / 1000:g} ms" if group_us else ""
    return f"{ends} in steps of {able.period_grid_us / 1000:g} ms{shared}{slots}"


def _gap(family: Family) -> str:
    able = family.capabilities
    return f"always {able.fixed_gap_us} µs" if able.fixed_gap_us else f"0 or {able.min_phase_us} µs and more"


def _within(family: Family) -> str:
    able = family.capabilities
    steady = "the amplitude alone changes" if able.steady_only else "sweeps and bursts"
    return f"{steady}; {'symmetric pulses' if able.symmetric_only else 'any biphasic pulse'}"


def _dead_man(family: Family) -> str:
    limit_ms = family.capabilities.watchdog_ms
    return f"{limit_ms / 1000:g} s" if limit_ms else "**never**"


def _table(protocols: Sequence[Protocol]) -> Iterator[str]:
    yield "## The protocols"
    yield ""
    yield "| protocol | " + " | ".join(family.model for family in FAMILIES) + " |"
    yield "|---|" + "---|" * len(FAMILIES)
    for protocol in protocols:
        yield f"| `{protocol.id}` | " + " | ".join(_cell(protocol, family) for family in FAMILIES) + " |"


def _cell(protocol: Protocol, family: Family) -> str:
    try:
        plan = plan_for(protocol, family.capabilities)
    except PlanError:
        return "refused"
    changed = tuple(dict.fromkeys(told for made in plan.delivered for told in _changed(protocol, plan, made)))
    return f"delivered: {'; '.join(changed)}" if changed else "delivered"


def _changed(protocol: Protocol, plan: Plan, made: Delivered) -> Iterator[str]:
    """What one slot gets that is not what was asked; of a stepped test, its steps."""
    steps = [stage.step_mhz for stage in plan.stages if stage.step_mhz is not None]
    asked = [mhz for stage in protocol.stages for mhz in stage.steps_mhz()]
    rounded = sum(one != other for one, other in zip(asked, steps, strict=True))
    if rounded:
        yield f"{rounded} of {len(steps)} steps at a longer period"
    elif made.frequency_mhz != made.asked_frequency_mhz and not steps:
        yield f"{round(made.frequency_mhz / 1000, 2):g} Hz for {made.asked_frequency_mhz / 1000:g} Hz"
    if made.gap_us != made.asked_gap_us:
        yield f"gap {made.gap_us} µs for {made.asked_gap_us} µs"
    if made.ceiling_ua != made.asked_amplitude_ua:
        yield f"at most {made.ceiling_ua / 1000:g} mA for {made.asked_amplitude_ua / 1000:g} mA"


def _refusals(protocols: Sequence[Protocol]) -> Iterator[str]:
    yield "## Why a protocol is refused"
    yield ""
    for protocol in protocols:
        for family in FAMILIES:
            try:
                plan_for(protocol, family.capabilities)
            except PlanError as error:
                told = "; ".join(str(problem) for problem in error.problems)
                yield f"- `{protocol.id}` on {family.model}: {told}."


def main(arguments: Sequence[str]) -> None:
    made = page()
    if "--write" in arguments:
        Path(arguments[arguments.index("--write") + 1]).write_text(made, encoding="utf-8")
    else:
        sys.stdout.write(made)


if __name__ == "__main__":
    main(sys.argv[1:])
