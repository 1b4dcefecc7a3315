"""The decisions of a session as a record holds them, each one sentence: those of the screens, with reason and values.

Separate from the screens' own words because a record may be of another version, or made up by somebody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from nmes.language import _
from nmes.ui.mark_words import mark_words
from nmes.ui.numbers import charge
from nmes.ui.words import sentence, why

Values = Sequence[tuple[str, int | str]]


def decision_words(code: str, values: Values) -> str:
    """A decision of the session with its reason, as a sentence; one that does not fit its words is told as it stands.

    A record may be of another version, or made up: nothing in it may end the telling.
    """
    kept = dict(values)
    try:
        return _decision(code, kept)
    except (KeyError, ValueError, TypeError, StopIteration):
        told = ", ".join(f"{name} {value}" for name, value in kept.items())
        return f"{code} ({told})" if told else code


def _decision(code: str, values: Mapping[str, int | str]) -> str:
    if code == "dose":
        return _("dose: {dose}").format(dose=_dose(values))
    if code == "mark":
        return mark_words(values)
    reason = why(str(values["why"])) if "why" in values else ""
    goal = f" ({GOALS.get(str(values['goal']), values['goal'])})" if "goal" in values else ""
    return f"{sentence(code, **values)}{goal} {reason}".rstrip()


GOALS: Final = {
    "titrate": _("a level is to be found"),
    "run": _("the treatment"),
    "resume": _("going on after a pause"),
}
"""Where a start leads."""


def _dose(values: Mapping[str, int | str]) -> str:
    channels = sorted(name.split("_")[1] for name in values if name.endswith("_low_nc"))
    bounds = ((n, int(values[f"channel_{n}_low_nc"]), int(values[f"channel_{n}_high_nc"])) for n in channels)
    said = _("channel {channel} {charge}")
    told = ", ".join(said.format(channel=n, charge=charge(low, high)) for n, low, high in bounds)
    return told or _("none, no current flowed")
