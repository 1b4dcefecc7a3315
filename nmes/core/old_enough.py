"""From which day on what follows a session can be told: an answer given before its time is none. Pure.

Law: what is bad counts at once, whenever it is told. That nothing has come is known only when it would have.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from nmes.core.care_checks import NotEnterable
from nmes.core.care_events import Answered
from nmes.core.course_of_care import Given
from nmes.core.day import Day

OLD_ENOUGH: Final = {"discomfort": 0, "contraction": 0, "dark_urine": 1, "skin_mark": 1, "soreness": 2}
"""Days after a session from which each can be told: a mark after 24 h, soreness after 48 h; dark urine comes in the
days after it [design]."""


def in_time(told: Answered, given: Iterable[Given], today: Day) -> Answered:
    """The answers, if each can be told today; NotEnterable names the first that cannot, and from when it can be.

    Of a session in which no current flowed only what is bad can be told. `given`: the sessions there are; of one that
    is not among them nothing is known.
    """
    theirs = next((one for one in given if one.session == told.session), None)
    if theirs is not None and not theirs.flowed and not (told.dark_urine or told.skin_mark):
        raise NotEnterable("no_current", session=told.session)
    day = theirs.day if theirs is not None else None
    for name, days in OLD_ENOUGH.items():
        answer = getattr(told, name)
        if day is None or answer is None or answer is True or today.since(day) >= days:
            continue
        code = "early_score" if name == "soreness" else "early"
        raise NotEnterable(code, what=name, day=str(day.plus(days=days)), hours=days * 24)
    return told
