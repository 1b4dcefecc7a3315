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
    if not many and found.ours:
        return f"{copied}; {_differ(found.ours)}."
    values = "no value" if not many else _values(many)
    still = f"{copied}; {values} changed that still name{'s' if many < 2 else ''} its source."
    return f"{still} Besides, {_differ(found.ours)}." if found.ours else still


def _values(many: int) -> str:
    return f"{many} value{'s' if many > 1 else ''}"


def _differ(many: int) -> str:
    """Values that were changed as they should be: with an origin of their own."""
    one = many == 1
    differs, names = ("differs", "does not name") if one else ("differ", "do not name")
    return f"{_values(many)} {differs} from the original and {names} its source (our default, or an origin given below)"
