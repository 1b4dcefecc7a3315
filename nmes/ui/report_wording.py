"""The screens' words, as a report is given them."""

from __future__ import annotations

from typing import Final

from nmes.language import _
from nmes.reports.wording import Wording
from nmes.runtime.replaying import end_of
from nmes.ui.decision_words import decision_words
from nmes.ui.finding_words import finding_words
from nmes.ui.names import muscle_words
from nmes.ui.numbers import charge, clock, cm2, ma
from nmes.ui.record_opened import whom_and_what
from nmes.ui.record_words import answer_words
from nmes.ui.words import why


def _amplitude(amplitude_ua: int) -> str:
    return _("{amplitude} mA").format(amplitude=ma(amplitude_ua))


WORDING: Final = Wording(
    ma=_amplitude,
    muscle=muscle_words,
    charge=charge,
    cm2=cm2,
    clock=clock,
    why=why,
    decision=decision_words,
    finding=finding_words,
    answer=answer_words,
    origin=whom_and_what,
    end_of=end_of,
)
