"""Where the level should go, in the unit that stands beside it: one line for the screen on which it is found."""

from __future__ import annotations

from nmes.core.view import ChannelView, SlotView, View
from nmes.ui.numbers import ma


def aim_words(view: View, slot: SlotView, channel: ChannelView) -> str:
    """The target in mA or N once what it is a part of was measured, else how that is measured; "" without one."""
    match view.plan.aim.target:
        case "pct_max_tolerated":
            return _of_most(slot)
        case "pct_mvic":
            return _of_force(view, channel)
        case _:
            return ""


def _of_most(slot: SlotView) -> str:
    if slot.target_ua is None:
        return "TARGET     x marks the most"
    cap = f", cap {ma(slot.cap_ua)} mA" if slot.cap_ua is not None else ""
    return f"TARGET     {ma(slot.target_ua)} mA{cap}"


def _of_force(view: View, channel: ChannelView) -> str:
    if channel.target_mn is None:
        return "TARGET     f types the MVIC"
    evoked = "" if channel.mvic_permille is None else f", now {channel.mvic_permille / 10:.0f} %"
    return f"TARGET     {newton(channel.target_mn)} N ({view.plan.aim.permille // 10} %{evoked})"


def newton(force_mn: int) -> str:
    """A force in N with one decimal where it has one."""
    return f"{force_mn / 1000:.1f}".removesuffix(".0")
