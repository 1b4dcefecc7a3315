"""The screening checklist asked line by line: one question, one answer, what an answer needs to go on, and a name.

Law: nothing is gone on with in spite of an answer unless that was asked for itself and answered yes; a line that was
meant for something else (an answer, a command) is never taken as a name or a reason. Pure. It judges nothing by itself:
the answers go whole to the session, which may refuse them; then it starts anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

from nmes.core.events import Answer, Reply, Screened
from nmes.core.screening import CATALOGUE, HEADINGS, Severity, in_groups, tells
from nmes.language import _

_REPLIES = {
    "y": Reply.YES,
    "yes": Reply.YES,
    "n": Reply.NO,
    "no": Reply.NO,
    "u": Reply.UNKNOWN,
    "unknown": Reply.UNKNOWN,
}

_REPLY_WORDS = {Reply.YES: _("yes"), Reply.NO: _("no"), Reply.UNKNOWN: _("unknown")}

NOT_GONE_ON = _(
    "Not gone on with: the session will not start with this answer. Type back to correct it, or go on for the record."
)
NOT_TAKEN = _('"{line}" is no name and no reason. Two letters or more that are no answer and no command are needed.')


@dataclass(frozen=True, slots=True)
class Question:
    """The answer to question `index`, from 0, is awaited."""

    index: int


@dataclass(frozen=True, slots=True)
class GoOn:
    """Whether to go on in spite of question `index` is awaited: yes or no, and nothing else."""

    index: int


@dataclass(frozen=True, slots=True)
class Reviewer:
    """The name of who reviewed question `index` medically is awaited."""

    index: int


@dataclass(frozen=True, slots=True)
class Reason:
    """The reason for going on in spite of question `index` is awaited."""

    index: int


@dataclass(frozen=True, slots=True)
class Name:
    """The name of who asked is awaited."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The answers are with the session."""


Awaits = Question | GoOn | Reviewer | Reason | Name | Sent


@dataclass(frozen=True, slots=True)
class Taken:
    """What to say after a line, and the whole checklist once it is complete."""

    said: tuple[str, ...]
    screened: Screened | None = None


class Checklist:
    """The questions of one protocol, group by group; the answers are given back in the protocol's own order."""

    def __init__(self, codes: tuple[str, ...], kind: str, therapists: tuple[str, ...] = ()) -> None:
        self._given, self._codes, self._kind = codes, in_groups(codes, kind), kind
        self._therapists, self._by = therapists, ""
        self._answers: dict[str, Answer] = {}
        self._awaits: Awaits = Question(0) if codes else Name()

    @property
    def takes_words(self) -> bool:
        """Whether the next line is a name or a reason: then no word of it is a command."""
        return isinstance(self._awaits, Reviewer | Reason | Name)

    def restart(self) -> None:
        """Forget every answer."""
        self._answers.clear()
        self._awaits = Question(0) if self._codes else Name()

    def prompt(self) -> str:
        """What is asked now."""
        match self._awaits:
            case Question(index=index):
                return self._asked(index)
            case GoOn(index=index) if self._severity(self._codes[index]) is Severity.REVIEW:
                said = _("Was question {number} reviewed medically, and do you go on in spite of it? Answer yes or no.")
            case GoOn(index=index):
                said = _("Do you go on in spite of question {number}? Answer yes or no.")
            case Reviewer(index=index):
                said = _("Who reviewed question {number} medically? Write the name, or back to answer it again.")
            case Reason(index=index):
                said = _("Why go on in spite of question {number}? Write the reason, or back to answer it again.")
            case Name():
                return self._who_asked()
            case Sent():
                return _(
                    "The answers have been given. Type back to correct one, again to answer all anew, same to give "
                    "them as they are, or end."
                )
            case _:
                assert_never(self._awaits)
        return said.format(number=index + 1)

    def _who_asked(self) -> str:
        if not self._therapists:
            return _("Who asked the questions? Write the name, or back to change the last answer.")
        listed = ", ".join(f"{number} {name}" for number, name in enumerate(self._therapists, 1))
        return _(
            "Who asked the questions? Write the name or its number ({therapists}), or back to change the last answer."
        ).format(therapists=listed)

    def take(self, line: str) -> Taken:
        """A line that is not one of the commands heard everywhere."""
        word = line.lower()
        match self._awaits:
            case Sent():
                return self._anew(word)
            case _ if word == "back":
                return self._back(self._awaits)
            case Question(index=index):
                return self._reply(index, word)
            case GoOn(index=index):
                return self._go_on(index, word)
            case Name() if word.isdecimal() and 1 <= int(word) <= len(self._therapists):
                self._by = self._therapists[int(word) - 1]
                return self._sent()
            case Reviewer() | Reason() | Name() if not tells(line):
                return Taken((NOT_TAKEN.format(line=line), self.prompt()))
            case Reviewer(index=index):
                self._change(index, reviewed_by=line)
                self._awaits = Reason(index)
                return Taken((self.prompt(),))
            case Reason(index=index):
                self._change(index, reason=line)
                return Taken((self._told(index), *self._next(index).said))
            case Name():
                self._by = line
                return self._sent()
            case _:
                assert_never(self._awaits)

    def _anew(self, word: str) -> Taken:
        """What was sent already is corrected, asked anew, or given again as it is."""
        if word == "same":
            return self._sent()
        if word == "again":
            self.restart()
        if word == "back" and self._codes:
            self._awaits = Question(self._doubtful())
        return Taken((self.prompt(),))

    def _sent(self) -> Taken:
        self._awaits = Sent()
        return Taken((), Screened(tuple(self._answers[code] for code in self._given), self._by))

    def _change(self, index: int, *, reason: str = "", reviewed_by: str = "") -> None:
        code = self._codes[index]
        answer = self._answers[code]
        self._answers[code] = replace(
            answer, reason=reason or answer.reason, reviewed_by=reviewed_by or answer.reviewed_by
        )

    def _reply(self, index: int, word: str) -> Taken:
        reply = _REPLIES.get(word)
        if reply is None:
            return Taken((_("Answer yes, no or unknown. What is not known counts as yes."), self.prompt()))
        code = self._codes[index]
        self._answers[code] = Answer(code, reply)
        if reply is Reply.NO:
            return self._next(index)
        then = (_(CATALOGUE[code].then),) if code in CATALOGUE and CATALOGUE[code].then else ()
        match self._severity(code):
            case Severity.BLOCK | Severity.LOCAL:
                said = _("DO NOT STIMULATE while this is so. Type back to correct the answer, or end.")
                return Taken((said, *then, *self._next(index).said))
            case Severity.REVIEW:
                self._awaits = GoOn(index)
                return Taken((_("MEDICAL REVIEW FIRST."), *then, self.prompt()))
            case Severity.WARN | Severity.NONE:
                self._awaits = GoOn(index)
                return Taken((*then, self.prompt()))
            case Severity.NOTE:
                return Taken((_("Noted."), *then, *self._next(index).said))
            case severity:
                assert_never(severity)

    def _go_on(self, index: int, word: str) -> Taken:
        match _REPLIES.get(word):
            case Reply.YES:
                review = self._severity(self._codes[index]) is Severity.REVIEW
                self._awaits = Reviewer(index) if review else Reason(index)
                return Taken((self.prompt(),))
            case Reply.NO:
                return Taken((NOT_GONE_ON, *self._next(index).said))
            case Reply.UNKNOWN | None:
                return Taken((self.prompt(),))

    def _told(self, index: int) -> str:
        """What was taken, read back, so that a line that went astray is heard."""
        answer = self._answers[self._codes[index]]
        said = _("Question {number}: {reply}; gone on with, because: {reason}")
        if answer.reviewed_by:
            said = _("Question {number}: {reply}; gone on with, reviewed by {reviewer}, because: {reason}")
        reply = _REPLY_WORDS[answer.reply]
        return said.format(number=index + 1, reply=reply, reviewer=answer.reviewed_by, reason=answer.reason)

    def _next(self, index: int) -> Taken:
        """The next question that has no answer yet: who went back to correct one is not asked the rest again."""
        open_ = (later for later in range(index + 1, len(self._codes)) if self._codes[later] not in self._answers)
        following = next(open_, None)
        self._awaits = Name() if following is None else Question(following)
        return Taken((self.prompt(),))

    def _doubtful(self) -> int:
        """The first question whose answer the session may have refused: a yes or unknown without a reason."""
        last = len(self._codes) - 1
        return next((index for index, code in enumerate(self._codes) if self._lacks(self._answers[code])), last)

    def _lacks(self, answer: Answer) -> bool:
        noted = self._severity(answer.code) is Severity.NOTE
        return answer.reply is not Reply.NO and not answer.reason and not noted

    def _back(self, awaits: Question | GoOn | Reviewer | Reason | Name) -> Taken:
        match awaits:
            case Question(index=index):
                before = max(0, index - 1)
            case GoOn(index=index) | Reviewer(index=index) | Reason(index=index):
                before = index
            case Name():
                before = max(0, len(self._codes) - 1)
            case _:
                assert_never(awaits)
        self._awaits = Question(before) if self._codes else Name()
        return Taken((self.prompt(),))

    def _severity(self, code: str) -> Severity:
        return CATALOGUE[code].severity(self._kind) if code in CATALOGUE else Severity.BLOCK

    def _asked(self, index: int) -> str:
        """The question, with its heading where it is the first of a group."""
        code, heading = self._codes[index], self._heading(index)
        asked = CATALOGUE[code].asked(self._kind, _) if code in CATALOGUE else _("Does {code} apply?").format(code=code)
        said = (
            _("Question {number} of {all}. {heading}: {question}")
            if heading
            else _("Question {number} of {all}. {question}")
        )
        return said.format(number=index + 1, all=len(self._codes), heading=heading, question=asked)

    def _heading(self, index: int) -> str:
        groups = [
            CATALOGUE[code].group(self._kind)
            for code in self._codes[max(0, index - 1) : index + 1]
            if code in CATALOGUE
        ]
        return _(HEADINGS[groups[-1]]) if groups and (index == 0 or groups[0] is not groups[-1]) else ""
