"""The answers of a checklist while they are being given: what each still needs, and what they mean so far.

Apart from the screen, so that what is sent can be read without knowing how it is shown. A reason or a reviewer that is
no longer needed, because the answer was changed, is kept on the screen's side and not sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from nmes.core.events import Answer, Reply
from nmes.core.screening import CATALOGUE, Group, Outcome, Severity, in_groups, judge

READING_MS: Final = 1_000
"""Answers that come faster than this on average cannot have been asked aloud [design]; said, never forced."""
FEW: Final = 10
"""Up to so many answers nothing is said of the pace [design]."""
_NEEDS_REASON: Final = frozenset({Severity.REVIEW, Severity.WARN, Severity.NONE})


class Answers:
    """Of one protocol: `given` are its codes in its own order, `codes` the same in the order of the checklist."""

    def __init__(self, given: tuple[str, ...], kind: str) -> None:
        self.given, self.kind, self.codes = given, kind, in_groups(given, kind)
        self.replies: dict[str, Reply] = {}
        self.reasons: dict[str, str] = {}
        self.reviewers: dict[str, str] = {}

    # --- one question ---

    def applies(self, code: str) -> bool:
        return self.replies.get(code) in {Reply.YES, Reply.UNKNOWN}

    def needs_reason(self, code: str) -> bool:
        return self.applies(code) and self._severity(code) in _NEEDS_REASON

    def needs_review(self, code: str) -> bool:
        return self.applies(code) and self._severity(code) is Severity.REVIEW

    def lacks_reason(self, code: str) -> bool:
        return self.needs_reason(code) and not self._text(self.reasons, code)

    def lacks_review(self, code: str) -> bool:
        return self.needs_review(code) and not self._text(self.reviewers, code)

    def question(self, code: str) -> str:
        return CATALOGUE[code].asked(self.kind) if code in CATALOGUE else f"Does {code} apply?"

    def means(self, code: str) -> str:
        """What a yes means."""
        return CATALOGUE[code].means(self.kind) if code in CATALOGUE else "DO NOT STIMULATE (not in the catalogue)"

    def advice(self, code: str) -> str:
        """What to do about it, if it applies; "" for nothing."""
        return CATALOGUE[code].then if self.applies(code) and code in CATALOGUE else ""

    def _severity(self, code: str) -> Severity:
        return CATALOGUE[code].severity(self.kind) if code in CATALOGUE else Severity.BLOCK

    @staticmethod
    def _text(kept: dict[str, str], code: str) -> str:
        return kept.get(code, "").strip()

    # --- all of them ---

    @property
    def open(self) -> list[str]:
        return [code for code in self.codes if code not in self.replies]

    @property
    def incomplete(self) -> str | None:
        """The first question whose answer still needs a reason or a reviewer."""
        return next((code for code in self.codes if self.lacks_reason(code) or self.lacks_review(code)), None)

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

    def too_fast(self, since_ms: int) -> bool:
        """Whether all were answered, `since_ms` after the first one, faster than they can be read."""
        return not self.open and len(self.codes) > FEW and since_ms < READING_MS * (len(self.codes) - 1)
