"""How far a value can be trusted, in a word behind it. Only what is tagged `source` is ever called one."""

from __future__ import annotations

from typing import Final

from nmes.core.protocol import Protocol, Provenance

TO_VERIFY: Final = "TO\N{NO-BREAK SPACE}VERIFY"
"""Never broken over two lines, so that it is found and marked wherever it stands."""

TAGS: Final = {"source": "source", "verify": TO_VERIFY, "design": "our default", "computed": "computed"}


def tag(protocol: Protocol, path: str) -> str:
    """` (TO VERIFY)` and the like; nothing where the file states nothing."""
    found = protocol.provenance.get(path)
    return f" ({TAGS[found.tag]})" if found else ""


def origin(found: Provenance) -> str:
    """Where a value comes from: its tag, the citations, the note."""
    cited = f" [{', '.join(found.cite)}]" if found.cite else ""
    return f"{TAGS[found.tag]}{cited}{f'. {found.note}' if found.note else ''}"
