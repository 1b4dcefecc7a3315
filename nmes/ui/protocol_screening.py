"""The checklist of a protocol in words, grouped by what a "yes" leads to; the gravest first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nmes.core.protocol import Protocol
from nmes.core.screening import CATALOGUE, Severity
from nmes.ui.protocol_tags import TO_VERIFY

_LEADS_TO: Final = {
    Severity.BLOCK: "Do not stimulate if the answer is yes or unknown",
    Severity.LOCAL: "Not with electrodes there",
    Severity.REVIEW: "Medical review first",
    Severity.WARN: "With care: needs a reason",
    Severity.NOTE: "Only noted",
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
            yield f"  - {code.question}{mark}"
