"""What a form of the course of care is: what it asks, and how what was typed becomes one entry. Pure.

Law: a form makes one entry of what stands in it and nothing else; what is missing is named, what cannot be right is
`NotEnterable`, and nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from nmes.core.care_events import CareEvent
from nmes.language import _

Typed = Mapping[str, str]
"""What stands in the fields, by name."""
NOT_ASKED: Final = ""
"""The value of a choice that was not made."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One field. With `choices` one of these words is taken, else a text is typed."""

    name: str
    label: str
    value: str = ""
    choices: Mapping[str, str] | None = None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """`about`: lines above the fields. `needed`: the names of the fields that must not be empty, as it stands now; a
    name that no field has is told as it is.
    """

    title: str
    asked: tuple[Asked, ...]
    make: Callable[[Typed], CareEvent]
    about: tuple[str, ...] = ()
    needed: Callable[[Typed], tuple[str, ...]] = field(default=lambda _typed: ())
    hint: Callable[[str, Typed], str] = field(default=lambda _name, _typed: "")
    """Of a field, where it depends on what stands in the others."""

    def missing(self, typed: Typed) -> tuple[str, ...]:
        """The labels of what is still needed."""
        labels = {one.name: one.label for one in self.asked}
        return tuple(labels.get(name, name) for name in self.needed(typed) if not typed.get(name, "").strip())

    def hint_of(self, name: str, typed: Typed) -> str:
        own = next((one.hint for one in self.asked if one.name == name), "")
        return self.hint(name, typed) or own


YES_NO: Final = {NOT_ASKED: _("not asked"), "no": _("no"), "yes": _("yes")}


def only(*names: str) -> Callable[[Typed], tuple[str, ...]]:
    """These are needed, whatever else stands there."""
    return lambda _typed: names
