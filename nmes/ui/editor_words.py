"""What the editor says: a row per value with its unit and origin, and what the copy would do as it stands now."""

from __future__ import annotations

from typing import Final

from nmes.core import limits
from nmes.core.dose import density_na_per_mm2, phase_charge_nc, rms_ua
from nmes.core.plan import Delivered, Plan
from nmes.ui.draft import Checked, Draft
from nmes.ui.editor_fields import Field
from nmes.ui.numbers import clock, hz, ma, percent
from nmes.ui.widgets.channels import cut
from nmes.ui.widgets.envelope import at_ceiling, draw, window_ms

_TAGS: Final = {"source": "source", "verify": "TO VERIFY", "design": "our default", "computed": "computed", "": ""}
_LABEL = 27
_ORIGIN = 20


def row(field: Field, draft: Draft, checked: Checked, width: int) -> str:
    """`✖` what is wrong, `•` what was edited; value, unit, and where the value comes from now."""
    mark = "✖" if checked.at(field.path) else "•" if field.path in draft.typed else " "
    value = cut(f"{draft.shown(field.path)} {field.unit}".rstrip(), max(8, width - _LABEL - _ORIGIN - 4))
    room = max(8, width - _LABEL - _ORIGIN - 4)
    return f"{mark} {cut(field.label, _LABEL):<{_LABEL}} {value:<{room}} {origin_words(field, draft)}".rstrip()


def origin_words(field: Field, draft: Draft) -> str:
    """The origin's tag; of an edited value, that it is the editor's own and no longer what a source said."""
    if field.path not in draft.typed:
        return _TAGS.get(draft.origin(field.path), "")
    return "EDITED, no source" if draft.origin_before(field.path) == "source" else "EDITED"


def accepts_words(field: Field, draft: Draft) -> str:
    """What may be typed there, and what an edit does to the origin."""
    accepts = f"Accepted: {field.accepts}{f' {field.unit}' if field.unit else ''}." if field.accepts else "Any text."
    keys = " F4: next word." if field.choices else ""
    edited = f" It was {draft.before(field.path) or 'empty'}." if field.path in draft.typed else ""
    return f"{accepts}{keys}{edited}"


def draft_words(checked: Checked, width: int, height: int) -> str:
    """Envelope and dose of the plan as it would be now; without a plan, that there is none."""
    if checked.plan is None:
        return "No plan yet: put right what is marked ✖."
    plan = checked.plan
    dose = [_dose(plan, made) for made in plan.delivered]
    rows = max(1, height - len(dose) - 1)
    drawn = draw(at_ceiling(plan), 1, 0, window_ms(plan), width, min(rows, 6))
    whole = f"Envelope of channel 1, {clock(window_ms(plan))} of {clock(plan.duration_ms)} min; the most each may give:"
    return "\n".join([*drawn, whole, *dose])


def _dose(plan: Plan, made: Delivered) -> str:
    """One line per level: charge of a phase and density at the most that may be set, beside the limit."""
    waveform = plan.waveforms[made.slot.waveform]
    pad_mm2 = next(channel.pad_mm2 for channel in plan.channels if channel.channel == made.slot.channel)
    points = waveform.points(made.ceiling_ua, plan.capabilities.amplitude_step_ua)
    density = density_na_per_mm2(points, waveform.period_us, pad_mm2)
    share = percent(density, limits.MAX_DENSITY_UA_PER_MM2 * 1000)
    charge, rms = phase_charge_nc(points) / 1000, ma(rms_ua(points, waveform.period_us))
    return (
        f"{made.slot.channel}: {hz(made.frequency_mhz)} Hz {made.phase_us} µs {ma(made.ceiling_ua)} mA  "
        f"{charge:.1f} µC  {rms} mA r.m.s.  {density / 10_000:.2f} mA/cm², {share} of limit"
    )
