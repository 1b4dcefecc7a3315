"""The words for the trust in a value, as the screens use them: those of the core."""

from __future__ import annotations

from nmes.core.protocol_trust import TAGS, TO_VERIFY, doubt, origin, tag

__all__ = ["TAGS", "TO_VERIFY", "doubt", "origin", "tag"]
