"""An own protocol beside the one it was copied from: the head of its card, and the marks beside its values."""

from __future__ import annotations

from nmes.core.inherited import outdated
from nmes.core.protocol import Protocol
from nmes.language import _, many
from nmes.runtime.heritage import Heritage, heritage
from nmes.runtime.library import Loaded, is_own
from nmes.runtime.trust_words import TO_VERIFY


def as_shown(loaded: Loaded) -> tuple[Protocol, tuple[str, ...]]:
    """The protocol with each origin that no longer holds marked as such, and the lines for the head of its card."""
    if not is_own(loaded.path):
        return loaded.protocol, ()
    found = heritage(loaded)
    paths = [problem.path for problem in found.changed]
    return outdated(loaded.protocol, paths), (_head(found), *(f"! {path}: {_CHANGED}" for path in paths))


_CHANGED = _("changed, and still names a source that has another value")


def _head(found: Heritage) -> str:
    if found.origin is None:
        return _("OWN: made here; nobody else has looked at it.")
    copied = _("OWN, copied from {id} version {version}").format(id=found.origin.id, version=found.origin.version)
    if not found.whole:
        said = _("{copied}; {verify}: that file is not here as it was, so which values were changed cannot be told.")
        return said.format(copied=copied, verify=TO_VERIFY)
    if not found.changed and found.ours:
        return f"{copied}; {_differ(found.ours)}."
    still = f"{copied}; {_still(len(found.changed))}"
    return _("{still} Besides, {differ}.").format(still=still, differ=_differ(found.ours)) if found.ours else still


def _still(number: int) -> str:
    """Values that were changed as they should not be."""
    if not number:
        return _("no value changed that still names its source.")
    return many(
        "{number} value changed that still names its source.",
        "{number} values changed that still name its source.",
        number,
    )


def _differ(number: int) -> str:
    """Values that were changed as they should be: with an origin of their own."""
    return many(
        "{number} value differs from the original and does not name its source (our default, or an origin given below)",
        "{number} values differ from the original and do not name its source (our default, or an origin given below)",
        number,
    )
