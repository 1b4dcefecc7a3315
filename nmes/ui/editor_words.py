"""What the editor says: a row per value with its unit and origin, and what the copy would do as it stands now."""

from __future__ import annotations

from typing import Final

from nmes.core import limits
from nmes.core.dose import density_na_per_mm2, phase_charge_nc, rms_ua
from nmes.core.plan import Delivered, Plan
from nmes.language import _
from nmes.ui.draft import Checked, Draft
from nmes.ui.editor_fields import Field
from nmes.ui.numbers import clock, hz, ma, percent
from nmes.ui.widgets.envelope import at_ceiling, draw, window_ms
from nmes.ui.widgets.strips import cut

_TAGS: Final = {
    "source": _("source"),
    "verify": _("TO VERIFY"),
    "design": _("our default"),
    "computed": _("computed"),
    "": "",
}
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
    return _("EDITED, no source") if draft.origin_before(field.path) == "source" else _("EDITED")


def accepts_words(field: Field, draft: Draft) -> str:
    """What may be typed there, and what an edit does to the origin."""
    said = [_("Any text.")]
    if field.accepts:
        said = [_("Accepted: {what}.").format(what=f"{field.accepts} {field.unit}".rstrip())]
    if field.choices:
        said.append(_("F4: next word."))
    if field.path in draft.typed:
        before = draft.before(field.path)
        said.append(_("It was {before}.").format(before=before) if before else _("It was empty."))
    return " ".join(said)


def draft_words(checked: Checked, width: int, height: int) -> str:
    """Envelope and dose of the plan as it would be now; without a plan, that there is none."""
    if checked.plan is None:
        return _("No plan yet: put right what is marked ✖.")
    plan = checked.plan
    dose = [_dose(plan, made) for made in plan.delivered]
    rows = max(1, height - len(dose) - 1)
    drawn = draw(at_ceiling(plan), 1, 0, window_ms(plan), width, min(rows, 6))
    said = _("Envelope of channel 1, {shown} of {whole} min; the most each may give:")
    whole = said.format(shown=clock(window_ms(plan)), whole=clock(plan.duration_ms))
    return "\n".join([*drawn, whole, *dose])


def _dose(plan: Plan, made: Delivered) -> str:
    """One line per level: charge of a phase and density at the most that may be set, beside the limit."""
    waveform = plan.waveforms[made.slot.waveform]
    pad_mm2 = next(channel.pad_mm2 for channel in plan.channels if channel.channel == made.slot.channel)
    points = waveform.points(made.ceiling_ua, plan.capabilities.amplitude_step_ua)
    density = density_na_per_mm2(points, waveform.period_us, pad_mm2)
    share = percent(density, limits.MAX_DENSITY_UA_PER_MM2 * 1000)
    said = _(
        "{channel}: {frequency} Hz {phase} µs {most} mA  {charge} µC  {rms} mA r.m.s.  {density} mA/cm², "
        "{share} of limit"
    )
    return said.format(
        channel=made.slot.channel,
        frequency=hz(made.frequency_mhz),
        phase=made.phase_us,
        most=ma(made.ceiling_ua),
        charge=f"{phase_charge_nc(points) / 1000:.1f}",
        rms=ma(rms_ua(points, waveform.period_us)),
        density=f"{density / 10_000:.2f}",
        share=share,
    )
