"""Where the level should go, in the unit that stands beside it: one line for the screen on which it is found."""

from __future__ import annotations

from nmes.core.view import ChannelView, SlotView, View
from nmes.language import _, decimal
from nmes.ui.numbers import ma


def aim_words(view: View, slot: SlotView, channel: ChannelView) -> str:
    """The target in mA or N once what it is a part of was measured, else how that is measured; "" without one."""
    match view.plan.aim.target:
        case "pct_max_tolerated":
            return _of_most(slot)
        case "pct_mvic":
            return _of_force(view, channel)
        case _other:
            return ""


def _of_most(slot: SlotView) -> str:
    if slot.target_ua is None:
        return _("TARGET     x marks the most")
    if slot.cap_ua is None:
        return _("TARGET     {target} mA").format(target=ma(slot.target_ua))
    return _("TARGET     {target} mA, cap {cap} mA").format(target=ma(slot.target_ua), cap=ma(slot.cap_ua))


def _of_force(view: View, channel: ChannelView) -> str:
    if channel.target_mn is None:
        return _("TARGET     f types the MVIC")
    values = {"force": newton(channel.target_mn), "percent": view.plan.aim.permille // 10}
    if channel.mvic_permille is None:
        return _("TARGET     {force} N ({percent} %, f types the force)").format(**values)
    now = f"{channel.mvic_permille / 10:.0f}"
    return _("TARGET     {force} N ({percent} %, now {now} %)").format(**values, now=now)


def newton(force_mn: int) -> str:
    """A force in N with one decimal where it has one."""
    return decimal(f"{force_mn / 1000:.1f}".removesuffix(".0"))
