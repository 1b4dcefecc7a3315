"""The answers of a checklist while they are being given: what each still needs, and what they mean so far.

Apart from the screen, so that what is sent can be read without knowing how it is shown. A reason or a reviewer that is
no longer needed, because the answer was changed, is kept on the screen's side and not sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from nmes.core.events import Answer, Reply
from nmes.core.screening import CATALOGUE, Group, Outcome, Severity, in_groups, judge, tells
from nmes.language import _
from nmes.ui.names import REPLIES

READING_MS: Final = 1_000
"""An answer sooner than this after the one before cannot have been asked aloud [design]; said, never forced."""
FEW: Final = 10
"""Up to so many answers as soon as that nothing is said of the pace [design]."""
_NEEDS_REASON: Final = frozenset({Severity.REVIEW, Severity.WARN, Severity.NONE})


class Answers:
    """Of one protocol: `given` are its codes in its own order, `codes` the same in the order of the checklist."""

    def __init__(self, given: tuple[str, ...], kind: str) -> None:
        self.given, self.kind, self.codes = given, kind, in_groups(given, kind)
        self.replies: dict[str, Reply] = {}
        self.reasons: dict[str, str] = {}
        self.reviewers: dict[str, str] = {}
        self.answered_ms: dict[str, int] = {}
        """When each was answered last, on the session's clock."""
        self.by = ""
        """Who asked, as it is written so far."""

    # --- one question ---

    def applies(self, code: str) -> bool:
        return self.replies.get(code) in {Reply.YES, Reply.UNKNOWN}

    def needs_reason(self, code: str) -> bool:
        return self.applies(code) and self._severity(code) in _NEEDS_REASON

    def needs_review(self, code: str) -> bool:
        return self.applies(code) and self._severity(code) is Severity.REVIEW

    def lacks_reason(self, code: str) -> bool:
        return self.needs_reason(code) and not tells(self.reasons.get(code, ""))

    def lacks_review(self, code: str) -> bool:
        return self.needs_review(code) and not tells(self.reviewers.get(code, ""))

    def owes(self, code: str) -> bool:
        """Whether the answer to this still needs something to be written."""
        return self.lacks_reason(code) or self.lacks_review(code)

    def question(self, code: str) -> str:
        return CATALOGUE[code].asked(self.kind, _) if code in CATALOGUE else _("Does {code} apply?").format(code=code)

    def means(self, code: str) -> str:
        """What a yes means."""
        return (
            CATALOGUE[code].means(self.kind, _) if code in CATALOGUE else _("DO NOT STIMULATE (not in the catalogue)")
        )

    def advice(self, code: str) -> str:
        """What to do about it, if it applies; "" for nothing."""
        return _(CATALOGUE[code].then) if self.applies(code) and code in CATALOGUE else ""

    def _severity(self, code: str) -> Severity:
        return CATALOGUE[code].severity(self.kind) if code in CATALOGUE else Severity.BLOCK

    @staticmethod
    def _text(kept: dict[str, str], code: str) -> str:
        return kept.get(code, "").strip()

    def untold(self, code: str) -> str:
        """What was typed as reason or reviewer, and is neither; "" if nothing is wrong with it."""
        for kept, lacks in ((self.reasons, self.lacks_reason(code)), (self.reviewers, self.lacks_review(code))):
            if lacks and self._text(kept, code):
                return self._text(kept, code)
        return ""

    def in_spite(self, code: str) -> str:
        """Why it is gone on in spite of this answer, and who reviewed that; "" where nothing is needed or written."""
        reason = self._text(self.reasons, code) if self.needs_reason(code) else ""
        reviewer = self._text(self.reviewers, code) if self.needs_review(code) else ""
        if reason and reviewer:
            return _("reviewed by {reviewer}, because: {reason}").format(reviewer=reviewer, reason=reason)
        if reviewer:
            return _("reviewed by {reviewer}").format(reviewer=reviewer)
        return _("because: {reason}").format(reason=reason) if reason else ""

    # --- all of them ---

    @property
    def open(self) -> list[str]:
        return [code for code in self.codes if code not in self.replies]

    @property
    def incomplete(self) -> str | None:
        """The first question whose answer still needs a reason or a reviewer."""
        return next((code for code in self.codes if self.owes(code)), None)

    def group(self, code: str) -> Group:
        return CATALOGUE[code].group(self.kind) if code in CATALOGUE else Group.CONTRAINDICATION

    def groups(self) -> dict[Group, list[str]]:
        """The groups there are, in order, each with its codes."""
        found = {group: [code for code in self.codes if self.group(code) is group] for group in Group}
        return {group: codes for group, codes in found.items() if codes}

    def sent(self, codes: Sequence[str] | None = None) -> tuple[Answer, ...]:
        """What goes to the session, in the protocol's own order."""
        return tuple(self._sent(code) for code in (self.given if codes is None else codes) if code in self.replies)

    def _sent(self, code: str) -> Answer:
        reason = self._text(self.reasons, code) if self.needs_reason(code) else ""
        return Answer(
            code, self.replies[code], reason, self._text(self.reviewers, code) if self.needs_review(code) else ""
        )

    def outcome(self) -> Outcome:
        """What the answers so far mean; the name of who asked is not looked at."""
        answered = tuple(code for code in self.codes if code in self.replies)
        return judge(answered, self.kind, self.sent(answered))

    def overrides(self) -> tuple[str, ...]:
        """Each answer that is gone on in spite of, with why, as it goes into the record."""
        return tuple(
            f"{REPLIES[self.replies[code]]}: {self.question(code)}\n  {self.in_spite(code)}"
            for code in self.codes
            if self.needs_reason(code)
        )

    @property
    def hasty(self) -> int:
        """How many answers came sooner after the one before than a question is read; 0 if they are few."""
        times = sorted(self.answered_ms.values())
        found = sum(later - earlier < READING_MS for earlier, later in pairwise(times))
        return found if found >= FEW else 0
