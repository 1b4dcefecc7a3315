"""Which protocols fit what is typed in the filter, and how each stands in the list. Pure."""

from __future__ import annotations

from typing import Final

from nmes.language import _
from nmes.runtime.library import Loaded, is_own

PURPOSES: Final = {
    "cramp": _("LEG CRAMPS"),
    "strength": _("STRENGTH"),
    "stroke": _("AFTER A STROKE"),
    "pain": _("PAIN"),
    "pelvic": _("BLADDER"),
    "circulation": _("CIRCULATION"),
}
"""By folder, in the order of the list."""
OWN: Final = "OWN"
_GRADES: Final = frozenset({"a", "b", "c"})
_KINDS: Final = frozenset({"nmes", "tens", "assessment"})


def matches(loaded: Loaded, text: str) -> bool:
    """Every word of the filter fits: a, b or c alone is a grade, a kind is a kind, own is the user's own; all else may
    stand anywhere.
    """
    return all(_fits(loaded, word) for word in text.lower().split())


def _fits(loaded: Loaded, word: str) -> bool:
    protocol = loaded.protocol
    if word in _GRADES:
        return protocol.grade.lower() == word
    if word in _KINDS:
        return protocol.kind == word
    if word == OWN.lower():
        return is_own(loaded.path)
    regions = " ".join(protocol.body_regions).replace("_", " ")
    texts = (protocol.id, protocol.title, protocol.region, regions, protocol.indication, protocol.setting)
    return word in " ".join((*texts, PURPOSES[protocol.purpose])).lower()


def line(loaded: Loaded) -> str:
    """The title, and below it what kind of thing it is; of an own one its id first: copies have the same title."""
    protocol = loaded.protocol
    own = f"\n  {OWN} {protocol.id}" if is_own(loaded.path) else ""
    kind = _("test") if protocol.kind == "assessment" else protocol.kind.upper()
    told = _("{kind}, grade {grade}").format(kind=kind, grade=protocol.grade)
    return f"{protocol.title}{own}\n  {told}"
