"""What the screening says of itself: where the keys go, what is still owed, how each question stands. Pure.

Law: where the keys go is told in words. A cursor in a field is missed by whoever looks at the patient, and letters
typed blindly would become a reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from textwrap import wrap
from typing import Final

from nmes.core.events import Reply
from nmes.core.screening import Group
from nmes.language import _, many
from nmes.ui.answers import Answers
from nmes.ui.names import offered

MARK: Final = {None: _("[   ?   ]"), Reply.YES: _("[  YES  ]"), Reply.NO: _("[  no   ]"), Reply.UNKNOWN: _("[UNKNOWN]")}
INDENT: Final = 12
"""Columns of the mark of the question in hand and of the answer, before the question."""
_LEFT: Final = {
    Group.CONTRAINDICATION: _("contraindications {number}"),
    Group.LOCAL: _("here {number}"),
    Group.PRECAUTION: _("precautions {number}"),
    Group.CAUSE: _("causes {number}"),
}


class Keys(StrEnum):
    """Where what is typed goes."""

    LIST = "list"
    REASON = "reason"
    REVIEWER = "reviewer"
    BY = "by"
    CODE = "code"
    NO_CODE = "no_code"
    """The code's field, asked for why the code cannot be read back."""


_GO_TO: Final = {
    Keys.LIST: _("Keys answer: y yes, n no, u unknown; g next group; Enter or Tab to write."),
    Keys.REASON: _("You are writing the REASON for going on in spite of it. Enter keeps it."),
    Keys.REVIEWER: _("You are writing WHO REVIEWED it (name). Enter keeps it."),
    Keys.BY: _("You are writing WHO ASKED (name). Enter goes on."),
    Keys.CODE: _("You are writing the CODE, from the patient's own card. Enter compares it."),
    Keys.NO_CODE: _("You are writing WHY the code cannot be read. Enter records it. F4: code."),
}
_OWED: Final = _("Still owed: a reason. Enter writes it now; y, n, u answer the next question.")
_ANY_OF: Final = _("You are writing WHO ASKED: {names}, or a name.")


def keys_words(keys: Keys, therapists: Sequence[str] = (), width: int = 80, *, owes: bool = False) -> str:
    """Where the keys go now; `owes`: the answer just given still needs something to be written."""
    if keys is Keys.LIST and owes:
        return _OWED
    if keys is Keys.BY and therapists:
        return _ANY_OF.format(names=offered(therapists, width - len(_ANY_OF.format(names=""))))
    return _GO_TO[keys]


def progress_words(answers: Answers) -> str:
    """How many are still to be answered, and how many answers still owe something."""
    open_in = {group: sum(code not in answers.replies for code in codes) for group, codes in answers.groups().items()}
    counts = ", ".join(_LEFT[group].format(number=count) for group, count in open_in.items() if count)
    owing = sum(answers.owes(code) for code in answers.codes)
    told = [_("All answered")]
    if counts:
        told = [_("{open} of {all} to answer").format(open=len(answers.open), all=len(answers.codes)), counts]
    if owing:
        told.append(many("{number} reason still owed", "{number} reasons still owed", owing))
    return "; ".join(told)


def question_lines(answers: Answers, code: str, width: int) -> list[str]:
    """The question, and below it why it is gone on in spite of its answer, or that this is still owed."""
    lines = wrap(answers.question(code), width)
    if spite := answers.in_spite(code):
        lines += wrap(spite, width, initial_indent="↳ ", subsequent_indent="  ")
    if answers.owes(code):
        lines += wrap(owed_words(answers, code), width, initial_indent="↳ ", subsequent_indent="  ")
    return lines


def owed_words(answers: Answers, code: str) -> str:
    """What has still to be written for this answer."""
    if answers.lacks_reason(code) and answers.lacks_review(code):
        return _("STILL OWED: the reason, and who reviewed it. Enter writes them.")
    if answers.lacks_reason(code):
        return _("STILL OWED: the reason. Enter writes it.")
    return _("STILL OWED: who reviewed it. Enter writes it.")
