"""The dose so far of the chosen channel with its limit, and which channels are linked: one line."""

from __future__ import annotations

from nmes.core.limits import MAX_TREATMENT_CHARGE_NC
from nmes.core.view import View
from nmes.language import _
from nmes.ui.links import Links, link_words
from nmes.ui.numbers import charge, percent


def dose_words(view: View, channel: int) -> str:
    """Charge so far as the range it is known in, against what one channel may be given in a treatment."""
    low_nc, high_nc = next(((d.low_nc, d.high_nc) for d in view.dose if d.channel == channel), (0, 0))
    small = 0 < high_nc * 100 < MAX_TREATMENT_CHARGE_NC
    return _("Dose {dose}, {share} of the limit of {limit} C").format(
        dose=charge(low_nc, high_nc),
        share=_("under 1 %") if small else percent(high_nc, MAX_TREATMENT_CHARGE_NC),
        limit=MAX_TREATMENT_CHARGE_NC // 1_000_000_000,
    )


def dose_line(view: View, channel: int, links: Links) -> str:
    """The links are told where there is something to link."""
    dose = dose_words(view, channel)
    return f"{dose}    {link_words(links)}" if len(view.channels) > 1 else dose
