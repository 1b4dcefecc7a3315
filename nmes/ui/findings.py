"""What is looked at after the treatment: each thing to find, which keys answer it, and what is still owed. Pure.

Law: a finding is sent only when it is whole. An answer that needs words (an adverse event, "not done") owes them until
they are written, and what is owed is never taken for found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Final, assert_never

from nmes.core.events import Finding, Observed, What
from nmes.core.plan import channel_plans
from nmes.core.protocol import Protocol
from nmes.core.screening import tells
from nmes.core.view import View
from nmes.language import _
from nmes.runtime.measured_words import amount
from nmes.ui.names import muscle_words

SKIN_WORDS: Final = (_("normal"), _("redness"), _("irritation"), _("burn or blister"))
MOST_PAIN: Final = 10
BOX: Final = 15
"""Columns of the mark of the row in hand and of the answer, before the words."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to find, and how it is called."""

    finding: Finding
    of: str
    title: str

    @property
    def id(self) -> str:
        return f"{self.finding}:{self.of}"

    @property
    def required(self) -> bool:
        """Whether nobody can sign before it is found, or not done with a reason."""
        return self.finding in {Finding.SKIN, Finding.NRS, Finding.ADVERSE}


@dataclass(frozen=True, slots=True)
class Owed:
    """An answer that is not whole yet: these words belong to it."""

    item: Item
    value: int | None
    """None: not done."""


def items(protocol: Protocol) -> tuple[Item, ...]:
    """In the order of the patient's way out: skin while the pads come off, pain, outcomes, events, a note."""
    skins = (
        Item(
            Finding.SKIN,
            str(number),
            _("Skin, channel {channel}: {muscle}").format(channel=number, muscle=muscle_words(one.named)),
        )
        for number, one in enumerate(channel_plans(protocol), start=1)
    )
    outcomes = (Item(Finding.OUTCOME, text, _("Outcome: {text}").format(text=text)) for text in protocol.outcomes)
    return (
        *skins,
        Item(Finding.NRS, "", _("Pain now")),
        *outcomes,
        Item(Finding.ADVERSE, "", _("Adverse event: did anything happen that should not have?")),
        Item(Finding.NOTE, "", _("Note")),
    )


def found(item: Item, observed: Sequence[Observed]) -> Observed | None:
    """What was found of this, last."""
    return next((one for one in reversed(observed) if (one.finding, one.of) == (item.finding, item.of)), None)


# --- keys and words ---


def answer(item: Item, key: str) -> Observed | Owed | None:
    """What a single key says of this; None if it says nothing."""
    if key == "x" and item.finding is not Finding.NOTE:
        return Owed(item, None)
    match item.finding:
        case Finding.SKIN:
            return _number(item, key, len(SKIN_WORDS) - 1)
        case Finding.NRS:
            return Observed(Finding.NRS, MOST_PAIN) if key == "t" else _number(item, key, MOST_PAIN)
        case Finding.ADVERSE:
            happened: dict[str, Observed | Owed] = {"n": Observed(Finding.ADVERSE, 0), "y": Owed(item, 1)}
            return happened.get(key)
        case Finding.OUTCOME | Finding.NOTE:
            return None
        case _:
            assert_never(item.finding)


def _number(item: Item, key: str, most: int) -> Observed | None:
    if not (key.isascii() and key.isdecimal()) or int(key) > most:
        return None
    return Observed(item.finding, int(key), of=item.of)


def begun(item: Item, key: str) -> str:
    """What a single key begins to write: the number of a result."""
    return key if item.finding is Finding.OUTCOME and key.isascii() and key.isdecimal() else ""


_CALLED: Final = {
    What.CTF: "cramp threshold frequency",
    What.MOTOR_THRESHOLD: "motor threshold",
    What.MAX_TOLERATED: "maximum tolerated",
}
"""How the cards call what is measured, in the language of their authors."""


def proposed(item: Item, view: View | None) -> str:
    """The result that this session has measured itself, to be confirmed or changed; "" for none."""
    if view is None or item.finding is not Finding.OUTCOME:
        return ""
    muscles = {one.channel: muscle_words(one.muscle) for one in view.channels}
    called = [one for one in view.measured if one.what in _CALLED and _CALLED[one.what] in item.of.lower()]
    last = {one.channel: f"{amount(one.what, one.value)}, {muscles.get(one.channel, '')}" for one in called}
    return "; ".join(last.values())


def keys_of(item: Item, owed: Owed | None) -> frozenset[str]:
    """Which keys answer the row in hand: digits, single letters, or Enter for words."""
    words = frozenset({"enter"}) if opened(item, owed) is not None else frozenset()
    match item.finding:
        case Finding.SKIN:
            return words | {"digits", "x"}
        case Finding.NRS:
            return words | {"digits", "t", "x"}
        case Finding.ADVERSE:
            return words | {"n", "y", "x"}
        case Finding.OUTCOME:
            return words | {"value", "x"}
        case Finding.NOTE:
            return words
        case _:
            assert_never(item.finding)


def clicked(item: Item, seen: Observed | None) -> Observed | None:
    """What a click on the key of all numbers says: the first value, and from a value the next, round to the first."""
    most = {Finding.SKIN: len(SKIN_WORDS) - 1, Finding.NRS: MOST_PAIN}.get(item.finding)
    if most is None:
        return None
    value = 0 if seen is None or seen.value is None else (seen.value + 1) % (most + 1)
    return Observed(item.finding, value, of=item.of)


def opened(item: Item, owed: Owed | None) -> Owed | None:
    """What Enter opens a field for: what is owed; else a result, or a note; None where a single key answers."""
    if owed is not None:
        return owed
    if item.finding is Finding.OUTCOME:
        return Owed(item, 1)
    return Owed(item, None) if item.finding is Finding.NOTE else None


def written(owed: Owed, text: str) -> Observed | None:
    """The finding with its words; None while they say nothing. A number is a result, but it is no reason."""
    item, text = owed.item, text.strip()
    if item.finding is Finding.NOTE:
        return Observed(Finding.NOTE, None, text)
    if not (text if owed.value and item.finding is Finding.OUTCOME else tells(text)):
        return None
    return Observed(item.finding, owed.value, text, item.of)


def keys_words(item: Item, owed: Owed | None) -> str:
    """Which keys answer the row in hand; `owed`: what it still needs."""
    if owed is not None:
        return _("STILL OWED: the words. Enter writes them; the same key again takes it back.")
    match item.finding:
        case Finding.SKIN:
            return _("Skin: 0 normal, 1 redness, 2 irritation, 3 burn or blister; x not done")
        case Finding.NRS:
            return _("Pain now, 0 to 10: press 0 to 9, t for 10; x not done")
        case Finding.ADVERSE:
            return _("Adverse event: n nothing, y yes; x not asked")
        case Finding.OUTCOME:
            return _("Outcome: a number, or Enter, writes the result; x not done")
        case Finding.NOTE:
            return _("Note: Enter writes it, if there is one")
        case _:
            assert_never(item.finding)


def field_label(owed: Owed) -> str:
    """What the field asks for."""
    match owed.item.finding:
        case Finding.NOTE:
            return _("note")
        case Finding.OUTCOME if owed.value is not None:
            return _("result")
        case Finding.ADVERSE if owed.value is not None:
            return _("what happened")
        case _:
            return _("not done, because")


def row_lines(item: Item, seen: Observed | None, owed: Owed | None, width: int) -> list[str]:
    """One thing to find, how it stands in front of it, and the words that belong to it below."""
    lines = wrap(item.title, width)
    if owed is not None:
        lines.append(_("↳ STILL OWED: the words. Enter writes them."))
    elif seen is not None and seen.text:
        lines += wrap(seen.text, width, initial_indent="↳ ", subsequent_indent="  ")
    head, *rest = lines
    return [f"[{_box(item, seen, owed):^10}] {head}", *(f"{'':13}{line}" for line in rest)]


def _box(item: Item, seen: Observed | None, owed: Owed | None) -> str:
    if owed is not None:
        return _("NOT DONE") if owed.value is None else _("YES")
    if seen is None:
        return "?" if item.required else "-"
    if item.finding is Finding.NOTE:
        return _("written")
    if seen.value is None:
        return _("NOT DONE")
    return _value(item.finding, seen.value)


def _value(finding: Finding, value: int) -> str:
    match finding:
        case Finding.SKIN:
            return (_("normal"), _("REDNESS"), _("IRRITATED"), _("BURN"))[value]
        case Finding.NRS:
            return _("{value} of 10").format(value=value)
        case Finding.ADVERSE:
            return _("YES") if value else _("nothing")
        case Finding.OUTCOME | Finding.NOTE:
            return _("done")
        case _:
            assert_never(finding)


def first_missing(all_items: Sequence[Item], observed: Sequence[Observed], owed: Mapping[str, Owed]) -> Item | None:
    """The first thing that keeps from signing: required and not found, or answered only in part."""
    return next(
        (one for one in all_items if one.id in owed or (one.required and found(one, observed) is None)),
        None,
    )
