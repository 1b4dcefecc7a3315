"""What is typed in the settings screen as settings, or the sentence that says what is wrong with it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from nmes.language import _
from nmes.runtime.numbers import area
from nmes.runtime.settings import LONGEST, MOST_NAMES, accepted_area, area_of, letters
from nmes.runtime.typed_number import typed_number


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a field, and what to do."""

    sentence: str


def station(text: str) -> str | Wrong:
    """The name of the place where this is used; empty for none."""
    name = " ".join(text.split())
    return name if len(name) <= LONGEST else Wrong(_("Too long: {letters}.").format(letters=letters()))


def names(text: str) -> tuple[str, ...] | Wrong:
    """Names with semicolons between them."""
    found = tuple(name for part in text.split(";") if (name := " ".join(part.split())))
    if twice := next((name for name in found if found.count(name) > 1), ""):
        return Wrong(_("{name} is there twice.").format(name=twice))
    if any(len(name) > LONGEST for name in found):
        return Wrong(_("A name is too long: {letters}.").format(letters=letters()))
    if len(found) > MOST_NAMES:
        return Wrong(_("Too many names: at most {most}.").format(most=MOST_NAMES))
    return found


def areas(text: str) -> tuple[int, ...] | Wrong:
    """Areas in cm² with semicolons or spaces between them, in mm², smallest first."""
    found: set[int] = set()
    for part in text.replace(";", " ").split():
        typed_mm2 = typed_number(part, 100, digits=4)
        area_mm2 = None if typed_mm2 is None else area_of(Decimal(typed_mm2) / 100)
        if area_mm2 is None:
            return Wrong(_("{typed} is no size of a pad: {accepted}.").format(typed=part, accepted=accepted_area()))
        found.add(area_mm2)
    if len(found) > MOST_NAMES:
        return Wrong(_("Too many sizes: at most {most}.").format(most=MOST_NAMES))
    return tuple(sorted(found))


def areas_text(areas_mm2: tuple[int, ...]) -> str:
    """Areas as they are typed."""
    return "; ".join(area(one) for one in areas_mm2)
