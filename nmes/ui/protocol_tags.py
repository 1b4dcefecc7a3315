"""The words for the trust in a value, as the screens use them: those of the core."""

from __future__ import annotations

from nmes.runtime.trust_words import TAGS, TO_VERIFY, doubt, tag

__all__ = ["TAGS", "TO_VERIFY", "doubt", "tag"]
