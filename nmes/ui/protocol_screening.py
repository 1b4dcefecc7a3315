"""The checklist of a protocol in words, grouped by what a "yes" leads to; the gravest first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nmes.core.protocol import Protocol
from nmes.core.screening import CATALOGUE, Severity
from nmes.language import _
from nmes.ui.protocol_tags import TO_VERIFY

_LEADS_TO: Final = {
    Severity.BLOCK: _("Do not stimulate if the answer is yes or unknown"),
    Severity.LOCAL: _("Not with electrodes there"),
    Severity.REVIEW: _("Medical review first"),
    Severity.WARN: _("With care: needs a reason"),
    Severity.NOTE: _("Only noted"),
}


def checklist(protocol: Protocol) -> Iterator[str]:
    """Every question under what it leads to."""
    codes = [CATALOGUE[code] for code in protocol.screening_codes if code in CATALOGUE]
    for severity, heading in _LEADS_TO.items():
        asked = [code for code in codes if code.severity(protocol.kind) is severity]
        if asked:
            yield f"{heading}:"
        for code in asked:
            mark = f" ({TO_VERIFY})" if code.to_verify(protocol.kind) else ""
            yield f"  - {_(code.question)}{mark}"
