"""The screens' words, as a report is given them."""

from __future__ import annotations

from typing import Final

from nmes.language import _
from nmes.reports.wording import Wording
from nmes.runtime.replaying import end_of
from nmes.runtime.report_course import course_facts
from nmes.runtime.trust_words import grade_words
from nmes.ui.decision_words import decision_words
from nmes.ui.finding_words import finding_words
from nmes.ui.names import actor_words, muscle_words
from nmes.ui.numbers import charge, clock, cm2, ma
from nmes.ui.protocol_parts import stages
from nmes.ui.record_opened import where_from
from nmes.ui.record_words import answer_words
from nmes.ui.words import target_words, why


def _amplitude(amplitude_ua: int) -> str:
    return _("{amplitude} mA").format(amplitude=ma(amplitude_ua))


WORDING: Final = Wording(
    ma=_amplitude,
    muscle=muscle_words,
    charge=charge,
    cm2=cm2,
    clock=clock,
    who=actor_words,
    why=why,
    decision=decision_words,
    finding=finding_words,
    answer=answer_words,
    where_from=where_from,
    grade=grade_words,
    target=target_words,
    stages=stages,
    course=course_facts,
    end_of=end_of,
)
