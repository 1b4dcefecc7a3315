"""A document that a protocol cites, in words: for reports and for the screens."""

from __future__ import annotations

from nmes.core.protocol import Citation
from nmes.language import _


def cited(one: Citation) -> str:
    """What it is, where to find it, and whether it is the original."""
    told = _("{text}, doi {doi}").format(text=one.text, doi=one.doi) if one.doi else one.text
    return _("{document} (repeats the original)").format(document=told) if one.secondary else told
