"""A name asked for where the clinic's therapists are known: one of them by number, or another one typed out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from nmes.core.events import Reply
from nmes.language import _
from nmes.runtime.measured_words import muscle_words as muscle_words  # noqa: PLC0414 - passed on, as numbers are

SIDES: Final = {"left": _("LEFT"), "right": _("RIGHT"), "both": _("BOTH")}
REPLIES: Final = {Reply.YES: _("YES"), Reply.NO: _("NO"), Reply.UNKNOWN: _("UNKNOWN")}


STAGES: Final = {"work": _("work"), "warm_up": _("warm up"), "cool_down": _("cool down")}
"""The names that most cards give their stages; another name is shown as its author wrote it."""


def stage_words(name: str) -> str:
    """A stage of the plan as every step shows it."""
    return STAGES.get(name, name.replace("_", " "))


def heading(stage: str) -> str:
    """Its name at the begin of a line."""
    name = stage_words(stage)
    return f"{name[:1].upper()}{name[1:]}"


ACTORS: Final = {
    "program": _("program"),
    "record": _("record"),
    "device": _("device"),
    "patient": _("patient"),
    "operator": _("operator"),
}
"""Who acts in a record without a name; a name stays as it is."""


def actor_words(actor: str) -> str:
    return ACTORS.get(actor, actor)


def side_words(side: str) -> str:
    """The side as every step shows it; one of an old record that is none stays as it was written."""
    return SIDES.get(side, side.upper())


def named(typed: str, therapists: Sequence[str]) -> str:
    """The name that is meant: the therapist of this number, else what was typed."""
    text = typed.strip()
    if text.isascii() and text.isdecimal() and 1 <= int(text) <= len(therapists):
        return therapists[int(text) - 1]
    return text


def offered(therapists: Sequence[str], width: int) -> str:
    """`1 Ada Bell, 2 Ben Curd`, as many as go into `width` columns, and how many more there are by number."""
    told: list[str] = []
    for number, name in enumerate(therapists, start=1):
        more = len(therapists) - number
        rest = [_("{number} more").format(number=more)] if more else []
        if len(", ".join([*told, f"{number} {name}", *rest])) > width:
            return ", ".join([*told, _("{number} more").format(number=more + 1)])
        told.append(f"{number} {name}")
    return ", ".join(told)
