"""Somebody who has a plan of care and no session yet, as a row among the patients of the first screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from nmes.core.measurement import Who
from nmes.language import _
from nmes.runtime.today import Patient, turn_of
from nmes.ui.home_words import LAST_WIDTH, TURN_WIDTH, WHO_WIDTH, turn_words
from nmes.ui.widgets.strips import cut
from nmes.ui.words import who_words

if TYPE_CHECKING:  # the first paint needs none of it
    from nmes.core.course_of_care import Due


def awaited_row(code: str, side: str, due: Due, titles: Mapping[str, str], width: int) -> str:
    """In the columns of the others."""
    (turn, in_days), plan = turn_of(due), due.plan
    patient = Patient(code, side, (), plan.protocol, per_week=plan.sessions_per_week, turn=turn, in_days=in_days)
    who = cut(who_words(Who(code, side)), WHO_WIDTH)
    head = f" {who:<{WHO_WIDTH}} {turn_words(patient):<{TURN_WIDTH}} {_('no session yet'):<{LAST_WIDTH}} "
    return head + cut(titles.get(patient.protocol, patient.protocol), max(8, width - len(head)))
