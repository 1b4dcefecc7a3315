"""An own protocol beside the one it was copied from: the head of its card, and the marks beside its values."""

from __future__ import annotations

from nmes.core.inherited import outdated
from nmes.core.protocol import Protocol
from nmes.core.protocol_trust import TO_VERIFY
from nmes.runtime.heritage import Heritage, heritage
from nmes.runtime.library import Loaded, is_own


def as_shown(loaded: Loaded) -> tuple[Protocol, tuple[str, ...]]:
    """The protocol with each origin that no longer holds marked as such, and the lines for the head of its card."""
    if not is_own(loaded.path):
        return loaded.protocol, ()
    found = heritage(loaded)
    paths = [problem.path for problem in found.changed]
    return outdated(loaded.protocol, paths), (_head(found), *(f"! {path}: {_CHANGED}" for path in paths))


_CHANGED = "changed, and still names a source that has another value"


def _head(found: Heritage) -> str:
    if found.origin is None:
        return "OWN: made here; nobody else has looked at it."
    copied = f"OWN, copied from {found.origin.id} version {found.origin.version}"
    if not found.whole:
        gone = "that file is not here as it was, so which values were changed cannot be told"
        return f"{copied}; {TO_VERIFY}: {gone}."
    many = len(found.changed)
    values = "no value" if not many else f"{many} value{'s' if many > 1 else ''}"
    return f"{copied}; {values} changed that still name{'s' if many < 2 else ''} its source."
