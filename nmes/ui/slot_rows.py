"""The list of levels: one row each, with what was found, the last session's level and the pulses."""

from __future__ import annotations

from textwrap import wrap
from typing import Final

from nmes.core.protocol import Protocol
from nmes.core.view import View
from nmes.language import _
from nmes.ui.names import muscle_words
from nmes.ui.numbers import ma
from nmes.ui.pulse_doubts import level_words
from nmes.ui.widgets.patterns import pattern
from nmes.ui.widgets.questions import HERE
from nmes.ui.widgets.strips import cut

_MUSCLE: Final = 20
_MUSCLE_WIDE: Final = 36
_WIDE: Final = 110
"""Columns from which on a muscle's name gets more of them."""


def slot_rows(view: View, protocol: Protocol, chosen: int, width: int, rows: int) -> list[str]:
    """A header and one row each, the pulses of the chosen one whole; where not all fit, those around the chosen one,
    and the header says so."""
    mine = _whole_row(view, protocol, chosen, width)
    if rows <= len(mine):
        return mine[: max(0, rows)]
    others = min(rows - 1 - len(mine), len(view.slots) - 1)
    first = max(0, min(chosen - (others + 1) // 2, len(view.slots) - 1 - others))
    shown = range(first, first + others + 1)
    listed = [mine if index == chosen else [cut(_row(view, protocol, index, chosen, width), width)] for index in shown]
    cut_off = any(len(_row(view, protocol, index, chosen, width)) > width for index in shown if index != chosen)
    return [_head(view, shown, cut_off=cut_off), *(row for of in listed for row in of)]


def slot_rows_wanted(view: View, protocol: Protocol, chosen: int, width: int) -> int:
    """The rows in which all stand."""
    return len(view.slots) + len(_whole_row(view, protocol, chosen, width))


def _head(view: View, shown: range, *, cut_off: bool) -> str:
    """`cut_off`: the rows of others go on; where the rest stands is said."""
    found = sum(slot.level_ua is not None for slot in view.slots)
    if len(shown) < len(view.slots):
        said = _("Levels {first} to {last} of {all}, {found} found (up, down to choose)")
        whole = _("Levels {first} to {last} of {all}, {found} found (up, down: the chosen one stands whole)")
    else:
        said = _("Levels to find, {found} of {all} found (up, down to choose)")
        whole = _("Levels to find, {found} of {all} found (up, down: the chosen one stands whole)")
    said = whole if cut_off else said
    return said.format(first=shown.start + 1, last=shown.stop, all=len(view.slots), found=found)


def _whole_row(view: View, protocol: Protocol, index: int, width: int) -> list[str]:
    """The row of the chosen level; pulses that do not fit stand below it, so that no doubt is cut off."""
    row = _row(view, protocol, index, index, width)
    if len(row) <= width:
        return [row]
    pulses = level_words(view.plan, protocol, view.slots[index].slot)
    return [_left(view, index, index, width).rstrip(), *(f"       {said}" for said in wrap(pulses, max(10, width - 7)))]


def _row(view: View, protocol: Protocol, index: int, chosen: int, width: int) -> str:
    return f"{_left(view, index, chosen, width)}{level_words(view.plan, protocol, view.slots[index].slot)}"


def _left(view: View, index: int, chosen: int, width: int) -> str:
    slot = view.slots[index]
    room = _MUSCLE_WIDE if width >= _WIDE else _MUSCLE
    here, done = (HERE if index == chosen else " "), ("✓" if slot.level_ua is not None else " ")
    level = _("not set") if slot.level_ua is None else _("{level} mA").format(level=ma(slot.level_ua))
    last = "" if slot.last_ua is None else _("last {level} mA").format(level=ma(slot.last_ua))
    mark = f"{here} {slot.slot.channel} {pattern(slot.slot.channel) * 2}"
    return f"{mark} {cut(muscle_words(slot.muscle), room):<{room}} {done} {level:>8}  {f'{last}  ' if last else ''}"
