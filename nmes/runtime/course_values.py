"""The values of a proposal that a person may choose otherwise, with their words and units: what is agreed is told so.

Separate from the proposals' own sentences, because a decision is told with what was chosen, wherever it is told. Law:
the command line and the screens choose by one rule: only what a proposal leaves open, never more than the card allows,
and something else than was proposed.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from nmes.core.care_checks import NotEnterable
from nmes.core.care_events import Decided, Values
from nmes.core.course_of_care import CourseOfCare
from nmes.core.protocol import Protocol
from nmes.language import _, decimal
from nmes.runtime.numbers import in_ma, in_percent

SHARE: Final = "to_permille"


class Chosen(NamedTuple):
    """How a value is typed: its label, its unit, how many of the inside's units one of it is, and as it stands now."""

    name: str
    label: str
    unit: str
    times: int
    value: int

    @property
    def typed(self) -> str:
        """As it is typed."""
        return self.in_unit(self.value)

    def in_unit(self, value: int) -> str:
        return decimal(f"{(Decimal(value) / self.times).normalize():f}")


def not_twice(course: CourseOfCare, decided: Decided) -> Decided:
    """The decision, unless the last one on this proposal is the same; NotEnterable then. Another mind is entered."""
    for one in course.agreed:
        was = one.decided
        if (was.rule, was.of, was.proposed) == (decided.rule, decided.of, decided.proposed) and (
            (was.choice, was.chosen) == (decided.choice, decided.chosen)
        ):
            raise NotEnterable("twice", by=one.entered.by, day=str(one.entered.day or one.entered.t_utc[:10]))
    return decided


def choosable(values: Values) -> tuple[Chosen, ...]:
    """Those of a proposal that may be chosen otherwise; the others are what it rests on."""
    return tuple(found for name, value in values if (found := _choosable(name, value)) is not None)


def _choosable(name: str, value: int) -> Chosen | None:
    match name.split("_"):
        case ["to", "permille"]:
            return Chosen(name, _("Share of the most"), "%", 10, value)
        case ["contractions", "permille"]:
            return Chosen(name, _("Share of contractions"), "%", 10, value)
        case ["channel", number, "high", "ua"]:
            return Chosen(name, _("Channel {number}, up to").format(number=number), "mA", 1000, value)
        case _:
            return None


def chosen_sentence(decided: Decided) -> str:
    """What was chosen where it is not what was proposed; "" where nothing else was."""
    proposed = dict(decided.proposed)
    told = [_told(name, value, proposed) for name, value in decided.chosen if proposed.get(name) != value]
    return ", ".join(filter(None, told))


def _told(name: str, value: int, proposed: Mapping[str, int]) -> str:
    before = proposed.get(name)
    match name.split("_"):
        case ["to", "permille"]:
            said = _("{value} of the most tolerated, not {before}")
            return said.format(value=in_percent(value), before=in_percent(before or 0))
        case ["contractions", "permille"]:
            said = _("{value} of the contractions, not {before}")
            return said.format(value=in_percent(value), before=in_percent(before or 0))
        case ["channel", number, "high", "ua"]:
            said = _("channel {number} up to {value}, not {before}")
            return said.format(number=number, value=in_ma(value), before=in_ma(before or 0))
        case _:
            return f"{name}={value}"


def chosen(values: Values, wanted: Mapping[str, int], card: Protocol | None) -> Values:
    """The values of a proposal with those that are wanted otherwise; a range keeps its order.

    `wanted`: by the name of what is choosable; others are passed over. `card`: of the plan, None if it is not here.
    NotEnterable: one that the card does not allow, or nothing that is another.
    """
    found = values
    for one in choosable(values):
        value = wanted.get(one.name, one.value)
        most = _most(one, card)
        if not 0 < value <= most:
            raise NotEnterable("chosen", text=one.in_unit(value), unit=one.unit, high=one.in_unit(most))
        found = _with(found, one.name, value)
    if found == values:
        raise NotEnterable("same")
    return found


def _most(one: Chosen, card: Protocol | None) -> int:
    """No more than the card allows, where it is here; never more than the whole, or than was proposed."""
    if one.unit == "%":
        ceiling = card.intensity.ceiling_percent if card is not None and one.name == SHARE else None
        return 1000 if ceiling is None else int(ceiling * 10)
    number = int(one.name.split("_")[1])
    channels = card.channels if card is not None else ()
    return channels[number - 1].max_amplitude_ua if number <= len(channels) else one.value


def _with(values: Values, name: str, value: int) -> Values:
    low = name.replace("_high_", "_low_")
    return tuple(_within(one, old, name, low, value) for one, old in values)


def _within(one: str, old: int, name: str, low: str, value: int) -> tuple[str, int]:
    if one == name:
        return one, value
    return one, min(old, value) if one == low else old
